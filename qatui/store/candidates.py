"""The candidates: single rows, the queue's order and pages, counts, and the guarded update."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
    update,
)

from qatui.domain.candidate import Candidate, QueueRow, Risk, State, Verdict
from qatui.domain.query import Query
from qatui.errors import StoreError
from qatui.store.schema import candidate

C = candidate.c

ORDER = (C.risk, C.score_rank, C.priority.desc(), C.created_at, C.id)
"""The queue: recommendation, then score ascending, priority, age."""
_PAGE = 500
"""Ids in one IN list; far under SQLite's limit of bound values."""
_LAST_ID = 2**63 - 1
"""The largest id either database can hold; a larger one names nothing."""


_QUEUE = (
    C.id,
    C.path,
    C.title,
    C.state,
    C.risk,
    C.score,
    C.priority,
    C.revision,
    C.content_hash,
    C.base_oid.is_(None),
    C.added,
    C.removed,
    C.assignee,
    C.created_at,
    C.deferred_until,
    C.verdict_by,
    C.verdict_reason,
    C.state_reason,
)


def _queue_row(row: Row[Any]) -> QueueRow:
    values = list(row)
    values[3], values[4], values[9] = State(values[3]), Risk(values[4]), bool(values[9])
    return QueueRow._make(values)


def to_candidate(row: Row[Any]) -> Candidate:
    """A whole state row as the domain's value."""
    verdict = None
    if row.verdict_kind is not None:
        verdict = Verdict(
            kind=State(row.verdict_kind),
            by=row.verdict_by,
            at=row.verdict_at,
            content_hash=row.verdict_hash,
            base_oid=row.verdict_base_oid,
            reason=row.verdict_reason,
            note=row.verdict_note or "",
        )
    return Candidate(
        id=row.id,
        path=row.path,
        title=row.title,
        state=State(row.state),
        version=row.version,
        revision=row.revision,
        content_hash=row.content_hash,
        author=row.author,
        customized=bool(row.customized),
        base_oid=row.base_oid,
        added=row.added,
        removed=row.removed,
        risk=Risk(row.risk),
        score=row.score,
        priority=row.priority,
        assignee=row.assignee,
        deferred_until=row.deferred_until,
        verdict=verdict,
        state_reason=row.state_reason,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def verdict_values(verdict: Verdict | None) -> dict[str, Any]:
    """A verdict (or none) as the columns of the state row."""
    return {
        "verdict_kind": verdict.kind.value if verdict else None,
        "verdict_by": verdict.by if verdict else None,
        "verdict_at": verdict.at if verdict else None,
        "verdict_hash": verdict.content_hash if verdict else None,
        "verdict_base_oid": verdict.base_oid if verdict else None,
        "verdict_reason": verdict.reason if verdict else None,
        "verdict_note": verdict.note if verdict else None,
    }


def get_many(
    connection: Connection, repository_id: int, ids: Iterable[int], *, lock: bool = False
) -> dict[int, Candidate]:
    """The candidates of `ids` that exist, by id; `lock` keeps others from changing them (PostgreSQL)."""
    rows = _pages(connection, select(candidate), repository_id, C.id, _possible(ids), lock=lock)
    return {row.id: to_candidate(row) for row in rows}


def paths(connection: Connection, repository_id: int, ids: Iterable[int]) -> dict[int, str]:
    """The target paths of `ids` that exist, by id."""
    return {row.id: row.path for row in _pages(connection, select(C.id, C.path), repository_id, C.id, _possible(ids))}


def by_path(
    connection: Connection, repository_id: int, paths: Sequence[str], *, lock: bool = False
) -> dict[str, Candidate]:
    """The candidates whose target is one of `paths`, by path."""
    rows = _pages(connection, select(candidate), repository_id, C.path, paths, lock=lock)
    return {row.path: to_candidate(row) for row in rows}


def _possible(ids: Iterable[int]) -> list[int]:
    return [number for number in ids if 0 < number <= _LAST_ID]


def _pages(
    connection: Connection,
    what: Select[Any],
    repository_id: int,
    column: ColumnElement[Any],
    values: Sequence[int] | Sequence[str],
    *,
    lock: bool = False,
) -> Iterator[Row[Any]]:
    """The rows of `what` that have one of `values`, however many, in `column`."""
    for start in range(0, len(values), _PAGE):
        query = what.where(C.repository_id == repository_id, column.in_(values[start : start + _PAGE]))
        yield from connection.execute(query.order_by(C.id).with_for_update() if lock else query)


def change_many(connection: Connection, changes: Sequence[tuple[Candidate, Mapping[str, Any]]], now: int) -> None:
    """Update rows that were read in this transaction, while they have the content and version that was read.

    All set the same columns; a state comes from `lifecycle.next_state`. Raises StoreError, so that nothing of the
    transaction stays, where a row is no longer what was read.
    """
    if not changes:
        return
    columns = list(changes[0][1])
    guarded = (
        update(candidate)
        .where(
            C.id == bindparam("was_id"), C.content_hash == bindparam("was_hash"), C.version == bindparam("was_version")
        )
        .values({name: bindparam(f"to_{name}") for name in columns})
        .values(version=C.version + 1, updated_at=now)
    )
    rows = [
        {
            "was_id": was.id,
            "was_hash": was.content_hash,
            "was_version": was.version,
            **{f"to_{name}": values[name] for name in columns},
        }
        for was, values in changes
    ]
    if connection.execute(guarded, rows).rowcount != len(rows):
        raise StoreError("A candidate changed while it was being written.", "Try again.")


def _matches(connection: Connection, repository_id: int, query: Query) -> ColumnElement[bool]:
    sqlite = connection.dialect.name == "sqlite"
    terms: list[ColumnElement[bool]] = [C.repository_id == repository_id]
    if not query.every_state:
        terms.append(C.state.in_(sorted(query.states)))
    terms += [_contains(word, sqlite) for word in query.words]
    terms += [~_contains(word, sqlite) for word in query.without]
    return and_(*terms)


def _contains(word: str, sqlite: bool) -> ColumnElement[bool]:
    """Path or title contain the word, whatever the case.

    SQLite's LIKE folds ASCII only, so another word is looked for in each case it is likely to be written in;
    lower() on both sides would make 100,000 rows half as slow again.
    """
    cases = [word] if word.isascii() or not sqlite else sorted({word, word.lower(), word.upper(), word.capitalize()})
    patterns = ["%" + re.sub(r"([/%_])", r"/\1", each) + "%" for each in cases]
    columns = (C.path, C.title)
    if sqlite:
        return or_(*(column.like(pattern, escape="/") for column in columns for pattern in patterns))
    # In the collation of paths, "C", ILIKE would fold ASCII only.
    texts = [type_coerce(column, Text).collate("default") for column in columns]
    return or_(*(text.ilike(pattern, escape="/") for text in texts for pattern in patterns))


def _select_ids(connection: Connection, repository_id: int, query: Query) -> Select[tuple[int]]:
    wanted = select(C.id).where(_matches(connection, repository_id, query))
    if query.words or query.without:
        # Words are looked for in every row. In the table's order that takes a third of the time that it takes by
        # the index; `+ 0` keeps SQLite from the index (https://sqlite.org/optoverview.html#uplus).
        return wanted.where(C.repository_id + 0 == repository_id).order_by(C.risk + 0, *ORDER[1:])
    return wanted.order_by(*ORDER)


def queue_page(
    connection: Connection,
    repository_id: int,
    query: Query,
    *,
    after: QueueRow | None = None,
    limit: int = 100,
) -> list[QueueRow]:
    """The next `limit` lines of the queue behind `after`, by its key and not by an offset: as quick at the end.

    The key ascends and descends, so what lies behind is asked for in three ranges, each one stretch of the index;
    the first mostly suffices.
    """
    wanted = select(*_QUEUE).where(_matches(connection, repository_id, query)).order_by(*ORDER)
    found: list[QueueRow] = []
    for part in [true()] if after is None else _behind(after):
        rows = connection.execute(wanted.where(part).limit(limit - len(found)))
        found += [_queue_row(row) for row in rows]
        if len(found) == limit:
            break
    return found


def _behind(row: QueueRow) -> list[ColumnElement[bool]]:
    """What follows a line in the queue, near to far: of its priority, of its score, and the rest."""
    first = (C.risk == int(row.risk)) & (C.score_rank == score_rank(row.score))
    return [
        first & (C.priority == row.priority) & (tuple_(C.created_at, C.id) > tuple_(row.created_at, row.id)),
        first & (C.priority < row.priority),
        tuple_(C.risk, C.score_rank) > tuple_(int(row.risk), score_rank(row.score)),
    ]


def score_rank(score: int | None) -> int:
    """The score as the queue's order takes it: candidates without one come last."""
    return 101 if score is None else score


def queue_ids(connection: Connection, repository_id: int, query: Query) -> list[int]:
    """Every id that matches, in the queue's order."""
    return list(connection.scalars(_select_ids(connection, repository_id, query)))


def queue_rows(connection: Connection, repository_id: int, ids: Sequence[int]) -> dict[int, QueueRow]:
    """The lines of `ids`, by id: how a screen reads its visible rows again."""
    return {row[0]: _queue_row(row) for row in _pages(connection, select(*_QUEUE), repository_id, C.id, ids)}


def counts(connection: Connection, repository_id: int) -> dict[State, int]:
    """How many candidates are in each state."""
    rows = connection.execute(select(C.state, func.count()).where(C.repository_id == repository_id).group_by(C.state))
    found = {State(state): number for state, number in rows}
    return {state: found.get(state, 0) for state in State}


def due(connection: Connection, repository_id: int, now: int, limit: int) -> list[int]:
    """Deferred candidates whose time has come."""
    return list(
        connection.scalars(
            select(C.id)
            .where(C.repository_id == repository_id, C.state == State.DEFERRED.value, C.deferred_until <= now)
            .limit(limit)
        )
    )
