"""The first look at the store, before SQLAlchemy is loaded: the queue's first lines come with the first frame.

Only for an SQLite file of this very schema, and only to read. Whatever stands in the way, it sees nothing: the
two doors come next, and they say what is wrong. Its statements ask what `repositories`, `bookmarks` and
`candidates.queue_page` ask; a test holds the answers against theirs.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qatui.domain import query
from qatui.domain.candidate import QueueRow, Risk, State
from qatui.store.version import VERSION

_CLONE = "SELECT repository_id, reviewer FROM clone WHERE git_dir = ? AND stamp = ?"
_BOOKMARKS = "SELECT name, value FROM bookmark WHERE repository_id = ? AND reviewer = ?"
_PAGE = """
SELECT id, path, title, state, risk, score, priority, revision, content_hash, base_oid IS NULL, added, removed,
       assignee, created_at, deferred_until, verdict_by, verdict_reason, state_reason
  FROM candidate
 WHERE repository_id = ? AND state IN (SELECT value FROM json_each(?))
 ORDER BY risk, score_rank, priority DESC, created_at, id
 LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the last start in a clone left, and what the queue shows first."""

    repository_id: int
    reviewer: str
    bookmarks: dict[str, Any]
    filter: str
    rows: list[QueueRow]
    """The first lines of the filter; none where it has words, which take a look at every row."""


def look(file: Path, git_dir: str, stamp: str, limit: int) -> FirstLook | None:
    """The first `limit` lines of the repository that `git_dir` with this stamp belonged to; None: nothing is seen."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            if connection.execute("SELECT version_num FROM alembic_version").fetchone() != (VERSION,):
                return None
            known = connection.execute(_CLONE, (git_dir, stamp)).fetchone()
            if known is None:
                return None
            bookmarks = {name: json.loads(value) for name, value in connection.execute(_BOOKMARKS, known)}
            text = str(bookmarks.get("filter") or query.DEFAULT)
            repository_id, reviewer = known
            rows = _page(connection, repository_id, text, limit)
            return FirstLook(repository_id, reviewer, bookmarks, text, rows)
    except (sqlite3.Error, ValueError):
        return None


def _page(connection: sqlite3.Connection, repository_id: int, text: str, limit: int) -> list[QueueRow]:
    wanted = query.parse(text)
    if wanted.words or wanted.without:
        return []
    states = json.dumps(sorted(wanted.states))
    rows = []
    for row in connection.execute(_PAGE, (repository_id, states, limit)):
        values = list(row)
        values[3], values[4], values[9] = State(values[3]), Risk(values[4]), bool(values[9])
        rows.append(QueueRow._make(values))
    return rows
