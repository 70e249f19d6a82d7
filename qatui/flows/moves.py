"""Moving candidates: the one way a flow changes state rows, one or many.

A chunk of candidates is read, judged and written in one transaction, with one event each; the chunks of one
verb share a group, which is what one undo takes back. So a kill between two chunks leaves whole candidates.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from qatui.domain.candidate import Candidate, Outcome
from qatui.errors import StoreError
from qatui.flows.desk import Desk
from qatui.store import candidates, events
from qatui.store.database import ROWS_A_WRITE, Connection

T = TypeVar("T")

NO_CANDIDATE = "no such candidate"

Change = Mapping[str, Any]
"""Columns to write, by the names of `events.snapshot`."""
SO_ALREADY: Change = {}
"""No column at all: it is as the verb would have it, so nothing is written and no event is needed."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something the judge wrote beside a state row, which itself stays as it is."""

    told: Mapping[str, Any]
    """What the event keeps of it."""


Answer = Change | Said | str
"""What becomes of a candidate; a text: why it is refused."""
Judge = Callable[[Connection, Mapping[int, Candidate]], Mapping[int, Answer]]
"""The answer for each candidate read."""


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
            answers = _sort(part, judge(connection, found))
            written = answers.changes
            if written:
                now = desk.now()
                group = events.ensure_group(
                    connection, desk.repository_id, group, actor=actor, action=action, now=now, undoable=undoable
                )
                moved = [(found[each], change) for each, change in written if not isinstance(change, Said)]
                candidates.change_many(connection, moved, now)
                rows = [(each, *_told(found[each], change)) for each, change in written]
                events.append(
                    connection, desk.repository_id, group, rows, action=action, actor=actor, now=now, cause=cause
                )
            if beside and written:
                beside(connection, [each for each, _ in written])
            so_far = outcome + answers.outcome(group if written else None)
            if finish and number == len(parts):
                finish(connection, so_far)
        outcome = so_far
    return outcome


def _told(was: Candidate, change: Change | Said) -> tuple[Change | None, Change]:
    """What the event says: before and after."""
    if isinstance(change, Said):
        return None, change.told
    before = events.snapshot(was)
    return before, {**before, **change}


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
            outcome += _sort(part, judge(connection, found)).outcome()
    return outcome


@dataclass(slots=True)
class _Sorted:
    """The answers for one chunk, each kind in the order asked for."""

    changes: list[tuple[int, Change | Said]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    already: list[int] = field(default_factory=list)

    def outcome(self, group: str | None = None) -> Outcome:
        """What became of them, once the changes are written."""
        return Outcome(tuple(each for each, _ in self.changes), tuple(self.refused), group, tuple(self.already))


def _sort(ids: Iterable[int], judged: Mapping[int, Answer]) -> _Sorted:
    answers = _Sorted()
    for each in ids:
        answer = judged.get(each, NO_CANDIDATE)
        if isinstance(answer, str):
            answers.refused.append((each, answer))
        elif answer == SO_ALREADY:
            answers.already.append(each)
        else:
            answers.changes.append((each, answer))
    return answers


def unique(ids: Iterable[int]) -> list[int]:
    """`ids` in their order, each once."""
    return list(dict.fromkeys(ids))


def chunks(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """`ids`, or other names, in portions of what one write transaction may change."""
    for start in range(0, len(ids), ROWS_A_WRITE):
        yield ids[start : start + ROWS_A_WRITE]
