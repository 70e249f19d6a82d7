"""Where each reviewer was: the screen, the candidate, the line, a half-written comment."""

import json
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from qatui.store.schema import bookmark


def keep(connection: Connection, repository_id: int, reviewer: str, name: str, value: Any, now: int) -> None:
    """Keep a JSON value under a name, in place of the earlier one."""
    drop(connection, repository_id, reviewer, name)
    connection.execute(
        insert(bookmark).values(
            repository_id=repository_id, reviewer=reviewer, name=name, value=json.dumps(value), at=now
        )
    )


def drop(connection: Connection, repository_id: int, reviewer: str, name: str) -> None:
    """Forget a name."""
    connection.execute(
        delete(bookmark).where(
            bookmark.c.repository_id == repository_id,
            bookmark.c.reviewer == reviewer,
            bookmark.c.name == name,
        )
    )


def recall(connection: Connection, repository_id: int, reviewer: str, name: str) -> Any:
    """The value kept under a name, None where there is none."""
    text = connection.scalar(
        select(bookmark.c.value).where(
            bookmark.c.repository_id == repository_id,
            bookmark.c.reviewer == reviewer,
            bookmark.c.name == name,
        )
    )
    return None if text is None else json.loads(text)
