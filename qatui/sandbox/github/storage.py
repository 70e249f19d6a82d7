"""What the look-alike knows, kept in SQLite: every changed record in the transaction of the request that changed it."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL,      -- the class of the record
    id INTEGER NOT NULL,
    data BLOB NOT NULL,      -- JSON
    PRIMARY KEY (kind, id)
) WITHOUT ROWID
"""


class Storage:
    """A file of records; without a path nothing outlives the process."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file `path`. Raises sqlite3.DatabaseError where it is something else."""
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(_SCHEMA)
        self._durable = path is not None

    def load(self, kind: str) -> Iterator[bytes]:
        """Every record of a kind, oldest first."""
        for (data,) in self._connection.execute("SELECT data FROM record WHERE kind = ? ORDER BY id", (kind,)):
            yield data

    def save(self, changed: Iterable[tuple[str, int, bytes]], gone: Iterable[tuple[str, int]]) -> None:
        """Write records (kind, id, data) and forget others (kind, id): all or nothing, on the disk when it returns."""
        if not self._durable:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", changed)
            self._connection.executemany("DELETE FROM record WHERE kind = ? AND id = ?", gone)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
