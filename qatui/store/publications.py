"""Publications: one branch with its commits, made of approved candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, insert, select, update

from qatui.store.schema import candidate, origin, publication, publication_candidate

P = publication.c
PC = publication_candidate.c


@dataclass(frozen=True, slots=True)
class Part:
    """One candidate's share of a publication: the exact bytes and words of its commit."""

    candidate_id: int
    path: str
    content_hash: str
    message: str
    """Empty once the publication is gathered: it is in the commit of the part before."""
    commit: str | None
    blob: str | None = None
    """What git stored: where the path has a filter or line ends of its own, not the bytes of the content."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication as its row says, without the pull request's text, which is long: that is `body`."""

    id: int
    branch: str
    state: str
    """gathering (its candidates are put in, then its words); waiting (to be pushed); pushed; held (somebody else's
    branch is in its place); dropped (it reached nobody); failed (given up, and whether it reached the remote is not
    known)."""
    base_branch: str
    base_commit: str
    head_commit: str | None
    push_url: str
    title: str
    record_file: str | None
    author_name: str
    author_email: str
    actor: str
    reason: str
    created_at: int
    updated_at: int
    pull_number: int | None
    pull_url: str
    pull_state: str
    """Empty (there is none yet), open, merged, closed."""
    head_repository: str
    """owner/name of the fork that has the branch; empty where it is in the base's own repository."""
    merge_commit: str | None
    signed: bool
    """Whether the user's git signed the commits."""


def next_id(connection: Connection) -> int:
    """The number that the next publication will have, unless another comes between."""
    return (connection.scalar(select(func.max(P.id))) or 0) + 1


def add(connection: Connection, values: Mapping[str, Any]) -> int:
    """Insert a publication; its id."""
    return int(connection.execute(insert(publication).values(values).returning(P.id)).scalar_one())


def add_parts(connection: Connection, number: int, rows: Sequence[tuple[int, Part]]) -> None:
    """Insert parts, each with its position in commit order."""
    if rows:
        values = [
            {
                "publication_id": number, "candidate_id": part.candidate_id, "position": position, "path": part.path,
                "content_hash": part.content_hash, "message": part.message, "commit": part.commit,
                "blob": part.blob,
            }
            for position, part in rows
        ]  # fmt: skip
        connection.execute(insert(publication_candidate), values)


_ROW = [column for column in publication.columns if column is not P.body]


def get(connection: Connection, repository_id: int, number: int) -> Publication | None:
    """A publication by id."""
    row = connection.execute(select(*_ROW).where(P.repository_id == repository_id, P.id == number)).first()
    return _publication(row) if row else None


def body(connection: Connection, number: int) -> str:
    """The text of a publication's pull request."""
    return connection.scalar(select(P.body).where(P.id == number)) or ""


def every(connection: Connection, repository_id: int) -> list[Publication]:
    """All publications, newest first."""
    rows = connection.execute(select(*_ROW).where(P.repository_id == repository_id).order_by(P.id.desc()))
    return [_publication(row) for row in rows]


def newest(connection: Connection, repository_id: int, state: str) -> Publication | None:
    """The newest publication in a state."""
    wanted = select(*_ROW).where(P.repository_id == repository_id, P.state == state).order_by(P.id.desc()).limit(1)
    row = connection.execute(wanted).first()
    return _publication(row) if row else None


def branches(connection: Connection, repository_id: int) -> set[str]:
    """The branch names that publications have or had."""
    return set(connection.scalars(select(P.branch).where(P.repository_id == repository_id, P.branch.is_not(None))))


def parts(connection: Connection, number: int) -> list[Part]:
    """A publication's parts, in commit order."""
    rows = connection.execute(select(publication_candidate).where(PC.publication_id == number).order_by(PC.position))
    return [Part(row.candidate_id, row.path, row.content_hash, row.message, row.commit, row.blob) for row in rows]


def change(connection: Connection, number: int, values: Mapping[str, Any], now: int) -> None:
    """Update a publication's row."""
    connection.execute(update(publication).where(P.id == number).values({**values, "updated_at": now}))


def keep_commits(connection: Connection, number: int, commits: Mapping[int, str]) -> None:
    """Note the commit of each candidate."""
    _set(connection, number, "commit", commits)


def keep_blobs(connection: Connection, number: int, blobs: Mapping[int, str]) -> None:
    """Note the blob that each candidate was stored as."""
    _set(connection, number, "blob", blobs)


def keep_messages(connection: Connection, number: int, messages: Mapping[int, str]) -> None:
    """Set the commit message of each candidate."""
    _set(connection, number, "message", messages)


def _set(connection: Connection, number: int, column: str, values: Mapping[int, str]) -> None:
    if values:
        changed = (
            update(publication_candidate)
            .where(PC.publication_id == number, PC.candidate_id == bindparam("whose"))
            .values({column: bindparam("value")})
        )
        connection.execute(changed, [{"whose": whose, "value": value} for whose, value in values.items()])


def latest(connection: Connection, candidate_ids: Sequence[int]) -> dict[int, int]:
    """The newest publication that each candidate is or was a part of."""
    rows = connection.execute(
        select(PC.candidate_id, func.max(PC.publication_id))
        .where(PC.candidate_id.in_(candidate_ids))
        .group_by(PC.candidate_id)
    )
    return {row[0]: row[1] for row in rows}


def followed(connection: Connection, repository_id: int) -> list[Publication]:
    """Those whose pull request is open as far as is known, or closed and may be opened again, oldest first.

    One that is closed is followed until its candidates are decided again.
    """
    closed = (P.pull_state == "closed") & P.pull_number.is_not(None) & _holds("closed")
    wanted = select(*_ROW).where(P.repository_id == repository_id, (P.pull_state == "open") | closed).order_by(P.id)
    return [_publication(row) for row in connection.execute(wanted)]


def unopened(connection: Connection, repository_id: int) -> list[Publication]:
    """Those that are pushed and have no pull request, while candidates wait for what becomes of them, oldest first."""
    wanted = select(*_ROW).where(
        P.repository_id == repository_id, P.state == "pushed", P.pull_number.is_(None), _holds("published", "closed")
    )
    return [_publication(row) for row in connection.execute(wanted.order_by(P.id))]


def _holds(*states: str) -> ColumnElement[bool]:
    """Whether a publication is the newest of a candidate that is in one of these states."""
    other = publication_candidate.alias()
    newest = select(func.max(other.c.publication_id)).where(other.c.candidate_id == PC.candidate_id).scalar_subquery()
    return exists().where(
        PC.publication_id == P.id, candidate.c.id == PC.candidate_id, candidate.c.state.in_(states), newest == P.id
    )


def completed(connection: Connection, number: int) -> list[str]:
    """The plan items that merged candidates of a publication complete, each once, in commit order."""
    rows = connection.scalars(
        select(origin.c.plan_item)
        .join(publication_candidate, PC.candidate_id == origin.c.candidate_id)
        .join(candidate, candidate.c.id == origin.c.candidate_id)
        .where(
            PC.publication_id == number,
            candidate.c.state == "merged",
            origin.c.completes,
            origin.c.plan_item.is_not(None),
        )
        .order_by(PC.position)
    )
    return list(dict.fromkeys(rows))


def _publication(row: Any) -> Publication:
    return Publication(
        id=row.id, branch=row.branch, state=row.state, base_branch=row.base_branch, base_commit=row.base_commit,
        head_commit=row.head_commit, push_url=row.push_url, title=row.title, record_file=row.record_file,
        author_name=row.author_name, author_email=row.author_email, actor=row.actor, reason=row.reason,
        created_at=row.created_at, updated_at=row.updated_at, pull_number=row.pull_number, pull_url=row.pull_url,
        pull_state=row.pull_state, head_repository=row.head_repository, merge_commit=row.merge_commit,
        signed=row.signed,
    )  # fmt: skip
