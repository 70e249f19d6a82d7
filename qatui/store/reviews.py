"""What belongs to a candidate's review beside its state: revisions, origin, comments, checklist answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from qatui.domain.review import Comment, Revision, Side
from qatui.store.schema import checklist_answer, comment, origin, revision


@dataclass(frozen=True, slots=True)
class Origin:
    """What the manifest said of a candidate."""

    generator: dict[str, str] | None
    endpoint: dict[str, str] | None
    plan_item: str | None
    completes: bool
    labels: tuple[str, ...]
    replaces: str | None


def revisions(connection: Connection, candidate_id: int) -> list[Revision]:
    """Every revision, oldest first."""
    rows = connection.execute(
        select(revision).where(revision.c.candidate_id == candidate_id).order_by(revision.c.number)
    )
    return [
        Revision(
            number=row.number, content_hash=row.content_hash, author=row.author, customized=bool(row.customized),
            base_oid=row.base_oid, base_commit=row.base_commit, added=row.added, removed=row.removed, at=row.at,
        )
        for row in rows
    ]  # fmt: skip


def contents(connection: Connection, candidate_ids: Sequence[int], number: int) -> dict[int, str]:
    """The content hash of revision `number` of each candidate that has it, by candidate id."""
    rows = connection.execute(
        select(revision.c.candidate_id, revision.c.content_hash).where(
            revision.c.candidate_id.in_(candidate_ids), revision.c.number == number
        )
    )
    return {row.candidate_id: row.content_hash for row in rows}


def origins(connection: Connection, candidate_ids: Sequence[int]) -> dict[int, Origin]:
    """What is known of where candidates came from, by id."""
    rows = connection.execute(select(origin).where(origin.c.candidate_id.in_(candidate_ids)))
    return {
        row.candidate_id: Origin(
            generator=json.loads(row.generator) if row.generator else None,
            endpoint=json.loads(row.endpoint) if row.endpoint else None,
            plan_item=row.plan_item,
            completes=bool(row.completes),
            labels=tuple(json.loads(row.labels)),
            replaces=row.replaces,
        )
        for row in rows
    }


def add_comment(
    connection: Connection,
    candidate_id: int,
    *,
    revision: int,
    side: Side | None,
    line: int | None,
    body: str,
    author: str,
    now: int,
    last: int | None = None,
    reply_to: int | None = None,
    content_hash: str | None = None,
) -> int:
    """Insert a comment; its id."""
    made = connection.execute(
        insert(comment)
        .values(
            candidate_id=candidate_id,
            revision=revision,
            side=side,
            line=line,
            last_line=last,
            reply_to=reply_to,
            content_hash=content_hash,
            body=body,
            author=author,
            at=now,
        )
        .returning(comment.c.id)
    )
    return int(made.scalar_one())


def comments(connection: Connection, candidate_ids: Sequence[int]) -> dict[int, list[Comment]]:
    """Comments by candidate id, oldest first; a key for every id asked for."""
    found: dict[int, list[Comment]] = {number: [] for number in candidate_ids}
    rows = connection.execute(select(comment).where(comment.c.candidate_id.in_(candidate_ids)).order_by(comment.c.id))
    for row in rows:
        found[row.candidate_id].append(_comment(row))
    return found


def thread(connection: Connection, comment_id: int) -> Comment | None:
    """The first comment of the thread that a comment is in; None: there is no such comment."""
    asked = select(func.coalesce(comment.c.reply_to, comment.c.id)).where(comment.c.id == comment_id)
    row = connection.execute(select(comment).where(comment.c.id == asked.scalar_subquery())).first()
    return None if row is None else _comment(row)


def resolve(connection: Connection, comment_id: int, by: str | None, at: int | None) -> None:
    """Write down who settled the thread that a comment began, and when; None: it is open again."""
    connection.execute(update(comment).where(comment.c.id == comment_id).values(resolved_by=by, resolved_at=at))


def _comment(row: Any) -> Comment:
    return Comment(
        id=row.id, candidate_id=row.candidate_id, revision=row.revision, side=row.side, line=row.line, body=row.body,
        author=row.author, at=row.at, last=row.last_line, reply_to=row.reply_to, resolved_by=row.resolved_by,
        resolved_at=row.resolved_at, content_hash=row.content_hash,
    )  # fmt: skip


def answers(connection: Connection, contents: Mapping[int, str]) -> dict[int, dict[str, tuple[str, int]]]:
    """Ticked items as candidate id -> item id -> (who, when), for the content hash given with each id."""
    found: dict[int, dict[str, tuple[str, int]]] = {number: {} for number in contents}
    rows = connection.execute(select(checklist_answer).where(checklist_answer.c.candidate_id.in_(list(contents))))
    for row in rows:
        if contents[row.candidate_id] == row.content_hash:
            found[row.candidate_id][row.item] = (row.by, row.at)
    return found


def tick(connection: Connection, contents: Mapping[int, str], item: str, *, by: str, now: int) -> list[int]:
    """Tick an item for the content hash given with each id; the ids it was not ticked for. The first tick stays."""
    there = answers(connection, contents)
    rows: list[dict[str, Any]] = [
        {"candidate_id": number, "content_hash": name, "item": item, "by": by, "at": now}
        for number, name in contents.items()
        if item not in there[number]
    ]
    if rows:
        connection.execute(insert(checklist_answer), rows)
    return [row["candidate_id"] for row in rows]


def untick(connection: Connection, contents: Mapping[int, str], item: str) -> list[int]:
    """Take the tick of an item away for the content hash given with each id; the ids that had one."""
    there = answers(connection, contents)
    rows: list[dict[str, Any]] = [
        {"id": number, "hash": name} for number, name in contents.items() if item in there[number]
    ]
    if rows:
        A = checklist_answer.c
        ticked = (A.candidate_id == bindparam("id"), A.content_hash == bindparam("hash"), A.item == item)
        connection.execute(delete(checklist_answer).where(*ticked), rows)
    return [row["id"] for row in rows]
