"""Many candidates at once, as intake brings them: batches, new rows, and what is known of them already."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    TableValuedAlias,
    Text,
    column,
    delete,
    func,
    insert,
    literal,
    select,
)

from qatui.domain.candidate import GONE, Candidate
from qatui.store.candidates import score_rank, verdict_values
from qatui.store.reviews import Origin
from qatui.store.schema import batch, candidate, origin, repository, revision

C = candidate.c


def take_turn(connection: Connection, repository_id: int) -> None:
    """Keep other intakes of the repository waiting until this transaction ends.

    Without it two on PostgreSQL could both find no candidate for a path and both add one; SQLite has one writer anyway.
    """
    connection.execute(select(repository.c.id).where(repository.c.id == repository_id).with_for_update())


def add_batch(connection: Connection, repository_id: int, *, source: str, actor: str, now: int) -> int:
    """Insert a batch; its id."""
    made = connection.execute(
        insert(batch)
        .values(repository_id=repository_id, source=source, actor=actor, created_at=now)
        .returning(batch.c.id)
    )
    return int(made.scalar_one())


def files_among(connection: Connection, repository_id: int, paths: Collection[str]) -> set[str]:
    """Those of `paths` that are the target of a candidate which is still part of the work."""
    listed = _listed(connection, paths)
    standing = _at_work(repository_id).where(C.path == listed.c.value)
    return set(connection.scalars(select(listed.c.value).where(standing.exists())))


def folders_among(connection: Connection, repository_id: int, paths: Collection[str]) -> set[str]:
    """Those of `paths` in which the target of such a candidate lies, as in a folder."""
    listed = _listed(connection, paths)
    standing = _at_work(repository_id).where(_lies_in(listed.c.value))
    return set(connection.scalars(select(listed.c.value).where(standing.exists())))


def file_inside(connection: Connection, repository_id: int, folder: str, without: Collection[str]) -> str | None:
    """The first target of such a candidate in `folder`, apart from those of `without`."""
    standing = _at_work(repository_id).where(_lies_in(literal(folder)), C.path.not_in(without))
    found = connection.scalar(standing.order_by(C.path).limit(1))
    return None if found is None else str(found)


def _at_work(repository_id: int) -> Select[tuple[str]]:
    return select(C.path).where(C.repository_id == repository_id, C.state.not_in(sorted(GONE)))


def _lies_in(folder: ColumnElement[str]) -> ColumnElement[bool]:
    """A stretch of the index, which is in the order of the bytes: `0` follows `/`."""
    return (C.path >= folder + "/") & (C.path < folder + "0")


def _listed(connection: Connection, names: Collection[str]) -> TableValuedAlias:
    """`names` as a table with a column `value`: a single bound value, however many there are."""
    array = literal(list(names), JSON)
    sqlite = connection.dialect.name == "sqlite"
    return (func.json_each if sqlite else func.json_array_elements_text)(array).table_valued(column("value", Text))


def known_contents(connection: Connection, candidate_ids: Sequence[int]) -> set[tuple[int, str]]:
    """(candidate id, content hash) of every revision there is of them."""
    rows = connection.execute(
        select(revision.c.candidate_id, revision.c.content_hash).where(revision.c.candidate_id.in_(candidate_ids))
    )
    return {(number, name) for number, name in rows}


def add_candidates(connection: Connection, repository_id: int, new: Sequence[Candidate]) -> list[int]:
    """Insert state rows, whatever ids they carry; the ids they got, in order."""
    rows = [
        {
            "repository_id": repository_id,
            "path": each.path,
            "title": each.title,
            "state": each.state.value,
            "state_reason": each.state_reason,
            "version": each.version,
            "revision": each.revision,
            "content_hash": each.content_hash,
            "author": each.author,
            "customized": each.customized,
            "base_oid": each.base_oid,
            "added": each.added,
            "removed": each.removed,
            "risk": int(each.risk),
            "score": each.score,
            "score_rank": score_rank(each.score),
            "priority": each.priority,
            "assignee": each.assignee,
            "deferred_until": each.deferred_until,
            **verdict_values(each.verdict),
            "created_at": each.created_at,
            "updated_at": each.updated_at,
        }
        for each in new
    ]
    if not rows:
        return []
    made = connection.execute(insert(candidate).returning(candidate.c.id, sort_by_parameter_order=True), rows)
    return list(made.scalars())


def add_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert revision rows, all with the same columns."""
    if rows:
        connection.execute(insert(revision), list(rows))


def put_origins(connection: Connection, told: Mapping[int, Origin]) -> None:
    """Keep what the newest intake said of candidates, by id, in place of what an earlier one did."""
    if not told:
        return
    connection.execute(delete(origin).where(origin.c.candidate_id.in_(list(told))))
    connection.execute(
        insert(origin),
        [
            {
                "candidate_id": number,
                "generator": json.dumps(each.generator) if each.generator else None,
                "endpoint": json.dumps(each.endpoint) if each.endpoint else None,
                "plan_item": each.plan_item,
                "completes": each.completes,
                "labels": json.dumps(list(each.labels)),
                "replaces": each.replaces,
            }
            for number, each in told.items()
        ],
    )
