"""What the look-alike knows, kept in SQLite: every changed record in the transaction of the request that changed it."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from qatui.errors import StoreBusy, StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL,      -- the class of the record
    id INTEGER NOT NULL,
    data BLOB NOT NULL,      -- JSON
    PRIMARY KEY (kind, id)
) WITHOUT ROWID
"""
_APPLICATION = 0x51474831
"""Tells the file from other SQLite files (https://www.sqlite.org/pragma.html#pragma_application_id)."""
_VERSION = 1
"""Of what is in it: grows with a change that older files do not fit."""


class Storage:
    """A file of records that one process has at a time; without a path nothing outlives the process."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file `path`.

        Only its owner may read it: tokens are in it. Raises StoreBusy where another process has it, StoreError where
        it is something else or of another version, or cannot be written.
        """
        self._path = path
        if path is not None:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=0)
        try:
            # The first write takes the file for as long as the process lives, however it ends.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            new = self._is_new(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            if new:
                connection.execute(_SCHEMA)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            connection.close()
            raise self._why(error) from error
        except sqlite3.DatabaseError as error:
            connection.close()
            raise self.unreadable() from error
        except StoreError:
            connection.close()
            raise
        self._connection = connection

    def _why(self, error: sqlite3.OperationalError) -> StoreError:
        """What stands against opening the file, for the person."""
        code = error.sqlite_errorcode & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(f"{self._path} is in use by another sandbox.", "End that one, or name another folder.")
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return StoreError(f"{self._path} cannot be written: {error}.", "Make room there, or name another folder.")
        return self.unreadable()

    def _is_new(self, connection: sqlite3.Connection) -> bool:
        """Whether there is nothing in the file yet; one of another kind is left as it is."""
        [application] = connection.execute("PRAGMA application_id").fetchone()
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if (application, version) == (_APPLICATION, _VERSION):
            return False
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
            raise self.unreadable()
        return True

    def unreadable(self) -> StoreError:
        """The error for what this version cannot read."""
        return StoreError(
            f"{self._path} is no file of this version's sandbox.", "Name another folder, or move the file away."
        )

    def load(self, kind: str) -> Iterator[bytes]:
        """Every record of a kind, oldest first."""
        for (data,) in self._connection.execute("SELECT data FROM record WHERE kind = ? ORDER BY id", (kind,)):
            yield data

    def save(self, changed: Iterable[tuple[str, int, bytes]], gone: Iterable[tuple[str, int]]) -> None:
        """Write records (kind, id, data) and forget others (kind, id): all or nothing, on the disk when it returns.

        Raises StoreError where there is no room, or the disk fails.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", changed)
            self._connection.executemany("DELETE FROM record WHERE kind = ? AND id = ?", gone)
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise self._why(error) from error
        finally:
            if self._connection.in_transaction:  # SQLite takes some back itself, such as for a full disk
                self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()
