"""What each reviewer had before them: the revisions they saw, the hunks they marked as viewed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from qatui.store.schema import seen as seen_table
from qatui.store.schema import viewed as viewed_table

S = seen_table.c
V = viewed_table.c


def seen(connection: Connection, candidate_id: int, reviewer: str) -> dict[int, int]:
    """When the reviewer first had each revision on the screen that they saw, by its number, oldest first."""
    rows = connection.execute(
        select(S.revision, S.at).where(S.candidate_id == candidate_id, S.reviewer == reviewer).order_by(S.revision)
    )
    return {row.revision: row.at for row in rows}


def see(connection: Connection, candidate_id: int, reviewer: str, revision: int, now: int) -> None:
    """Keep that the reviewer has a revision on the screen, which they had not before."""
    connection.execute(
        insert(seen_table).values(candidate_id=candidate_id, reviewer=reviewer, revision=revision, at=now)
    )


def viewed(connection: Connection, candidate_id: int, reviewer: str) -> frozenset[str]:
    """The hunks that the reviewer marked, whether the candidate still has them or not."""
    return frozenset(connection.scalars(select(V.hunk).where(V.candidate_id == candidate_id, V.reviewer == reviewer)))


def mark(connection: Connection, candidate_id: int, reviewer: str, hunks: Iterable[str], now: int) -> list[str]:
    """Mark hunks as viewed; those that were not."""
    there = viewed(connection, candidate_id, reviewer)
    new = [each for each in dict.fromkeys(hunks) if each not in there]
    if new:
        rows = [{"candidate_id": candidate_id, "reviewer": reviewer, "hunk": each, "at": now} for each in new]
        connection.execute(insert(viewed_table), rows)
    return new


def unmark(connection: Connection, candidate_id: int, reviewer: str, hunks: Sequence[str]) -> list[str]:
    """Take marks away; those that there were."""
    there = viewed(connection, candidate_id, reviewer)
    gone = [each for each in dict.fromkeys(hunks) if each in there]
    if gone:
        connection.execute(
            delete(viewed_table).where(V.candidate_id == candidate_id, V.reviewer == reviewer, V.hunk.in_(gone))
        )
    return gone
