"""The SQLite file: made for its owner alone, opened, switched to write-ahead, copied."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from qatui.errors import StoreError

MOVE_HINT = "Set another place: `database:` in your settings, or QATUI_DATABASE."


def prepare(path: Path) -> None:
    """Make sure there is a file at `path` that can be written: a missing one is made empty, mode 0600.

    An existing file is never opened here: closing it would drop the locks that SQLite holds on it in this
    process (https://sqlite.org/howtocorrupt.html, 2.2). Raises StoreError where it cannot be a database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"The database folder {path.parent} cannot be made: {error.strerror}.", MOVE_HINT) from error
    try:
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if path.is_dir():
            raise StoreError(f"The database {path} is a folder, not a file.", MOVE_HINT) from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise StoreError(f"The database {path} cannot be opened: you may not write it.", MOVE_HINT) from None
    except OSError as error:
        raise StoreError(f"The database {path} cannot be made: {error.strerror}.", MOVE_HINT) from error


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection to an existing file, for any thread; the driver never begins transactions on its own."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # a verdict that was shown as saved survives a power cut
        connection.execute("PRAGMA cache_size = -16384")
    except BaseException:  # of a file that is no database
        connection.close()
        raise
    return connection


def write_ahead(path: Path, busy_seconds: float) -> None:
    """Let readers work beside one writer (https://sqlite.org/wal.html). The switch is kept in the file.

    It wants the file for itself and does not wait for that, so a process that comes second tries again.
    A file system without shared memory stays with the rollback journal: slower, and as safe.
    """
    deadline = time.monotonic() + busy_seconds
    while True:
        with closing(connect(path, busy_seconds)) as connection:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
        time.sleep(0.02)


def keep_copy(path: Path, version: str) -> Path:
    """A checked copy of the committed contents beside the file; its path.

    Its name carries the schema's version and the time (UTC). It appears under that name only once SQLite's own
    check found it whole. Raises StoreError where it cannot be made; nothing stays behind then.
    """
    name = f"{path.name}.schema-{version}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    kept, partial = path.with_name(name), path.with_name(f"{name}.partial")
    prepare(partial)
    try:
        with closing(connect(path, 5)) as source, closing(connect(partial, 5)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # the copy is one file
            check = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if check != "ok":
            raise StoreError(f"The database {path} is damaged ({check}).", "Restore a backup; nothing was changed.")
        os.replace(partial, kept)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"No copy of the database {path} could be made before its upgrade: {error}.",
            "Make room beside it and start again; nothing was changed.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return kept
