"""The log, and the groups that one undo takes back.

Every change of a state row appends an event in the same transaction. A group is one verb of one person; its
`undo` column is a two-stack history: `done` can be undone, `undone` can be redone until the person does
something new (`dropped`), `never` is not the person's to take back (intake, publishing).
"""

import json
import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from qatui.domain.candidate import Candidate
from qatui.domain.event import Event
from qatui.store.candidates import verdict_values
from qatui.store.schema import candidate, event, event_group, repository

G = event_group.c


def new_group_id() -> str:
    """26 characters that sort by time."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(7).hex()}"


@dataclass(frozen=True, slots=True)
class Group:
    """One verb of one person."""

    id: str
    seq: int
    action: str
    at: int


def snapshot(was: Candidate) -> dict[str, Any]:
    """What undo restores of a candidate, and compares: everything a person decides, nothing that counts or dates."""
    return {
        "state": was.state.value,
        "state_reason": was.state_reason,
        "revision": was.revision,
        "content_hash": was.content_hash,
        "assignee": was.assignee,
        "deferred_until": was.deferred_until,
        **verdict_values(was.verdict),
    }


def ensure_group(
    connection: Connection,
    repository_id: int,
    group_id: str,
    *,
    actor: str,
    action: str,
    now: int,
    undoable: bool,
) -> str:
    """Begin a group, unless an earlier transaction of the same verb did; a new undoable one ends redo.

    Answers the group to write to: another than asked for where its person undid it while the verb still ran,
    else an undo could never reach the rest.
    """
    there = connection.scalar(select(G.undo).where(G.id == group_id))
    if there == ("done" if undoable else "never"):
        return group_id
    if there is not None:
        group_id = new_group_id()
    if undoable:
        connection.execute(
            update(event_group)
            .where(G.repository_id == repository_id, G.actor == actor, G.undo == "undone")
            .values(undo="dropped")
        )
    connection.execute(
        insert(event_group).values(
            id=group_id,
            repository_id=repository_id,
            seq=_next_seq(connection, repository_id),
            actor=actor,
            action=action,
            at=now,
            undo="done" if undoable else "never",
        )
    )
    return group_id


def _next_seq(connection: Connection, repository_id: int) -> int:
    """One more than the highest number of a group; the repository's row is held, so that two do not count alike."""
    connection.execute(select(repository.c.id).where(repository.c.id == repository_id).with_for_update())
    highest = connection.scalar(select(G.seq).where(G.repository_id == repository_id).order_by(G.seq.desc()).limit(1))
    return (highest or 0) + 1


def append(
    connection: Connection,
    repository_id: int,
    group_id: str,
    rows: Iterable[tuple[int | None, Mapping[str, Any] | None, Mapping[str, Any] | None]],
    *,
    action: str,
    actor: str,
    now: int,
    cause: str = "",
) -> None:
    """Append one event for each (candidate id, before, after)."""
    values = [
        {
            "repository_id": repository_id,
            "group_id": group_id,
            "candidate_id": number,
            "action": action,
            "actor": actor,
            "cause": cause,
            "at": now,
            "before": _json(before),
            "after": _json(after),
        }
        for number, before, after in rows
    ]
    if values:
        connection.execute(insert(event), values)


def log(
    connection: Connection,
    repository_id: int,
    *,
    candidate_id: int | None = None,
    limit: int = 100,
) -> list[Event]:
    """The newest events first, of one candidate or of all."""
    wanted = (
        select(event, candidate.c.path)
        .select_from(event.outerjoin(candidate, candidate.c.id == event.c.candidate_id))
        .where(event.c.repository_id == repository_id)
        .order_by(event.c.id.desc())
        .limit(limit)
    )
    if candidate_id is not None:
        wanted = wanted.where(event.c.candidate_id == candidate_id)
    return [
        Event(
            id=row.id,
            group=row.group_id,
            candidate_id=row.candidate_id,
            path=row.path,
            action=row.action,
            actor=row.actor,
            cause=row.cause,
            at=row.at,
            before=_value(row.before),
            after=_value(row.after),
        )
        for row in connection.execute(wanted)
    ]


def last_standing(connection: Connection, candidate_id: int, actor: str, action: str) -> dict[str, Any] | None:
    """What the newest event of somebody's action that was not taken back says of a candidate afterwards."""
    text = connection.scalar(
        select(event.c.after)
        .select_from(event.join(event_group, G.id == event.c.group_id))
        .where(event.c.candidate_id == candidate_id, event.c.actor == actor, event.c.action == action, G.undo == "done")
        .order_by(event.c.id.desc())
        .limit(1)
    )
    return _value(text)


def newest(connection: Connection, repository_id: int) -> int:
    """Id of the newest event, 0 where there is none: it tells a change of candidates from a kept bookmark."""
    return connection.scalar(select(func.max(event.c.id)).where(event.c.repository_id == repository_id)) or 0


def last_to_undo(connection: Connection, repository_id: int, actor: str) -> Group | None:
    """The newest group of `actor` that stands."""
    return _group(connection, repository_id, actor, "done", G.seq.desc())


def last_to_redo(connection: Connection, repository_id: int, actor: str) -> Group | None:
    """The group of `actor` that was undone last and may still be redone.

    Undo takes the newest first and a new verb ends redo, so the one undone last is the oldest.
    """
    return _group(connection, repository_id, actor, "undone", G.seq)


def _group(connection: Connection, repository_id: int, actor: str, undo: str, order: Any) -> Group | None:
    row = connection.execute(
        select(G.id, G.seq, G.action, G.at)
        .where(G.repository_id == repository_id, G.actor == actor, G.undo == undo)
        .order_by(order)
        .limit(1)
        .with_for_update()
    ).first()
    return Group(*row) if row else None


def mark_undo(connection: Connection, group_id: str, undo: str, *, was: Collection[str]) -> None:
    """Move a group to the stack `undo` (`done`, `undone` or `dropped`) if it is on one of `was`."""
    connection.execute(update(event_group).where(G.id == group_id, G.undo.in_(list(was))).values(undo=undo))


def changes_of(connection: Connection, group_id: str) -> Sequence[tuple[int, dict[str, Any], dict[str, Any]]]:
    """(candidate id, before, after) of a group's first events, oldest first: what its undo turns round."""
    action = select(G.action).where(G.id == group_id).scalar_subquery()
    rows = connection.execute(
        select(event.c.candidate_id, event.c.before, event.c.after)
        .where(event.c.group_id == group_id, event.c.action == action, event.c.before.is_not(None))
        .order_by(event.c.id)
    )
    return [(row[0], json.loads(row[1]), json.loads(row[2])) for row in rows]


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _value(text: str | None) -> dict[str, Any] | None:
    return None if text is None else dict(json.loads(text))
