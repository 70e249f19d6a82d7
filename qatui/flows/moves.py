"""Moving candidates: the one way a flow changes state rows, one or many.

A chunk of candidates is read, judged and written in one transaction, with one event each; the chunks of one
verb share a group, which is what one undo takes back. So a kill between two chunks leaves whole candidates.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from qatui.domain.candidate import Candidate, Outcome
from qatui.errors import StoreError
from qatui.flows.desk import Desk
from qatui.store import candidates, events
from qatui.store.database import ROWS_A_WRITE, Connection

NO_CANDIDATE = "no such candidate"

Change = Mapping[str, Any]
"""Columns to write, by the names of `events.snapshot`."""
Judge = Callable[[Connection, Mapping[int, Candidate]], Mapping[int, Change | str]]
"""For each candidate read: what to write, or why it is refused."""


def move(
    desk: Desk,
    ids: Iterable[int],
    action: str,
    judge: Judge,
    *,
    actor: str | None = None,
    undoable: bool = True,
    cause: str = "",
    beside: Callable[[Connection, Sequence[int]], None] | None = None,
    finish: Callable[[Connection, Outcome], None] | None = None,
) -> Outcome:
    """Change the candidates of `ids` as `judge` says.

    `beside` runs in each chunk's transaction, with the ids that are changed, if any; `finish` in the last one's.

    `actor` is the reviewer unless something else acts. Unknown ids are refused. Every change sets the same
    columns. Where a StoreError ends it in the middle, its message says how many are done; those stay so.
    """
    actor = desk.reviewer if actor is None else actor
    group = events.new_group_id()
    outcome = Outcome()
    wanted = unique(ids)
    parts = list(chunks(wanted))
    for number, part in enumerate(parts, 1):
        with _counting(outcome, len(wanted)), desk.db.write() as connection:
            found = candidates.get_many(connection, desk.repository_id, part, lock=True)
            changes, refused = _sort(part, judge(connection, found))
            if changes:
                now = desk.now()
                group = events.ensure_group(
                    connection, desk.repository_id, group, actor=actor, action=action, now=now, undoable=undoable
                )
                candidates.change_many(connection, [(found[each], change) for each, change in changes], now)
                rows = []
                for each, change in changes:
                    before = events.snapshot(found[each])
                    rows.append((each, before, {**before, **change}))
                events.append(
                    connection, desk.repository_id, group, rows, action=action, actor=actor, now=now, cause=cause
                )
            done = tuple(each for each, _ in changes)
            if beside and done:
                beside(connection, done)
            so_far = outcome + Outcome(done, refused, group if done else None)
            if finish and number == len(parts):
                finish(connection, so_far)
        outcome = so_far
    return outcome


@contextmanager
def _counting(outcome: Outcome, wanted: int) -> Iterator[None]:
    """Let an error of the store say how many are done, where earlier transactions of the same verb stand."""
    try:
        yield
    except StoreError as error:
        if not outcome.done:
            raise
        raise type(error)(f"{error.message} {len(outcome.done)} of {wanted} are done.", error.hint) from error


def foresee(desk: Desk, ids: Iterable[int], judge: Judge) -> Outcome:
    """What `move` would answer now; nothing is written."""
    outcome = Outcome()
    with desk.db.read() as connection:
        for part in chunks(unique(ids)):
            found = candidates.get_many(connection, desk.repository_id, part)
            changes, refused = _sort(part, judge(connection, found))
            outcome += Outcome(tuple(each for each, _ in changes), refused)
    return outcome


def _sort(
    ids: Iterable[int], judged: Mapping[int, Change | str]
) -> tuple[list[tuple[int, Change]], tuple[tuple[int, str], ...]]:
    """The changes and the refusals of `ids`, each in the order asked for."""
    changes: list[tuple[int, Change]] = []
    refused: list[tuple[int, str]] = []
    for each in ids:
        answer = judged.get(each, NO_CANDIDATE)
        if isinstance(answer, str):
            refused.append((each, answer))
        else:
            changes.append((each, answer))
    return changes, tuple(refused)


def unique(ids: Iterable[int]) -> list[int]:
    """`ids` in their order, each once."""
    return list(dict.fromkeys(ids))


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """`ids` in portions of what one write transaction may change."""
    for start in range(0, len(ids), ROWS_A_WRITE):
        yield ids[start : start + ROWS_A_WRITE]
