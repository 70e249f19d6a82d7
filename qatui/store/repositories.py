"""Which repository the rows belong to: by key, shared by every clone and worktree of it."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from qatui.store.schema import clone, repository


@dataclass(frozen=True, slots=True)
class Clone:
    """What was known of a git directory at the last start."""

    repository_id: int
    reviewer: str


def repository_id(connection: Connection, key: str, now: int, *, formerly: str | None = None) -> int:
    """The id of the repository `key` (host/owner/name, or a path), made on first use. Wants a write door.

    What is stored under the key `formerly` goes on under the new one, unless that has rows of its own: a clone
    that had no remote until now is known by its path.
    """
    found = connection.scalar(select(repository.c.id).where(repository.c.key == key))
    if found is None and formerly is not None:
        found = connection.scalar(
            update(repository).where(repository.c.key == formerly).values(key=key).returning(repository.c.id)
        )
    if found is None:
        made = connection.execute(insert(repository).values(key=key, created_at=now).returning(repository.c.id))
        found = made.scalar_one()
    return int(found)


def find_repository(connection: Connection, key: str) -> int | None:
    """The id of the repository `key`, None where nothing of it is stored."""
    return connection.scalar(select(repository.c.id).where(repository.c.key == key))


def remember_clone(connection: Connection, git_dir: str, stamp: str, repository_id: int, reviewer: str) -> None:
    """Note what a git directory belongs to, so that the next start shows rows before git is asked."""
    connection.execute(delete(clone).where(clone.c.git_dir == git_dir))
    connection.execute(
        insert(clone).values(git_dir=git_dir, stamp=stamp, repository_id=repository_id, reviewer=reviewer)
    )


def recall_clone(connection: Connection, git_dir: str, stamp: str) -> Clone | None:
    """What a git directory belonged to, if its configuration still has the same stamp."""
    row = connection.execute(
        select(clone.c.repository_id, clone.c.reviewer).where(clone.c.git_dir == git_dir, clone.c.stamp == stamp)
    ).first()
    return Clone(row[0], row[1]) if row else None
