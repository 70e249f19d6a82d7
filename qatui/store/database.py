"""The database and its two doors.

`read()` is a snapshot, `write()` is `BEGIN IMMEDIATE` on SQLite: the default deferred transaction loses
updates of two processes without an error when both read before they write. On PostgreSQL rows are locked
by `with_for_update()` in the functions that change them. Nobody calls the engine.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, ProgrammingError
from sqlalchemy.pool import QueuePool

from qatui.errors import StoreBusy, StoreError, StoreTooNew
from qatui.store.schema import VERSION, alembic_version, metadata

BUSY_SECONDS = 60.0
"""How long a process waits for its turn; verdicts take milliseconds, imports write at most 200 rows a turn."""
ROWS_A_WRITE = 200
"""At most so many rows in one write transaction, so that a verdict never waits behind an import."""


class Database:
    """One database file or server; safe to use from several threads."""

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self._engine = _engine(url, busy_seconds)
        self._watch: Connection | None = None
        self._watch_lock = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot; writing through it is refused by SQLite."""
        with _speaking(self.url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that has its turn to write from the start; committed at the end, rolled back on an error."""
        with (
            _speaking(self.url),
            self._engine.connect().execution_options(qatui_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    def data_version(self) -> int:
        """A number that changes when another connection has committed: the change feed's whole mechanism.

        `PRAGMA data_version` (https://sqlite.org/pragma.html#pragma_data_version) is per connection, so one is kept.
        """
        with self._watch_lock, _speaking(self.url):
            if self._watch is None:
                self._watch = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if self.sqlite:
                return int(self._watch.exec_driver_sql("PRAGMA data_version").scalar_one())
            return int(
                self._watch.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").scalar_one()
            )

    def version(self) -> str | None:
        """The schema's version, None where there is no schema yet."""
        with self.read() as connection:
            return _version(connection)

    def close(self) -> None:
        """Give back every connection."""
        with self._watch_lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._engine.dispose()


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Database:
    """The database at `url` (`sqlite:///FILE` or `postgresql+psycopg://...`) with the current schema.

    A fresh one is created whole and stamped; an older one is copied, checked and migrated; for a current
    one this costs a single SELECT. Raises StoreTooNew for one that a newer qatui wrote, StoreError for a
    file that is no database or cannot be written.
    """
    path = sqlite_path(url)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(
                f"The database folder {path.parent} cannot be made: {error.strerror}.", _MOVE_HINT
            ) from error
    db = Database(url, busy_seconds)
    try:
        version = db.version()
        if version is None:
            version = _create(db)
        if version != VERSION:
            if version > VERSION:
                raise StoreTooNew(
                    f"The database {url_for_people(url)} was written by a newer qatui "
                    f"(schema {version}, this one knows {VERSION}).",
                    "Update qatui: pip install --upgrade qatui",
                )
            from qatui.store.migrate import upgrade

            upgrade(db)
    except BaseException:
        db.close()
        raise
    return db


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite address, None for another kind or for memory."""
    if not url.startswith("sqlite:///"):
        return None
    name = url.removeprefix("sqlite:///")
    return Path(name) if name and name != ":memory:" else None


def url_for_people(url: str) -> str:
    """The address without a password; a file's path for SQLite."""
    path = sqlite_path(url)
    return str(path) if path is not None else make_url(url).render_as_string(hide_password=True)


_MOVE_HINT = "Set another place: `database:` in your settings, or QATUI_DATABASE."


def _engine(url: str, busy_seconds: float) -> Engine:
    if not url.startswith("sqlite"):
        try:
            return create_engine(url, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise StoreError(
                "A PostgreSQL database needs the driver psycopg.", "pip install 'qatui[postgres]'"
            ) from error
        except ArgumentError as error:
            raise StoreError(f"“{url}” is no database address.", _MOVE_HINT) from error
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=16,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _connected(dbapi: sqlite3.Connection, _record: Any) -> None:
        # The driver must not begin transactions on its own; `_begin` does, and knows which kind.
        dbapi.isolation_level = None
        dbapi.execute("PRAGMA foreign_keys = ON")
        dbapi.execute("PRAGMA synchronous = FULL")  # a verdict that was shown as saved survives a power cut
        dbapi.execute("PRAGMA cache_size = -16384")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("qatui_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def _speaking(url: str) -> Iterator[None]:
    """Turn the driver's errors into ours, with the file and the next step in them."""
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        words = str(error.orig)
        place = url_for_people(url)
        if "locked" in words or "busy" in words:
            raise StoreBusy(
                f"The database {place} is in use by others for too long.", "Try again; nothing was written."
            ) from error
        if isinstance(error, ProgrammingError) or "constraint" in words.lower():
            raise
        raise StoreError(f"The database {place} cannot be used: {words}.", _MOVE_HINT) from error


def _version(connection: Connection) -> str | None:
    from sqlalchemy import inspect, select

    try:
        row = connection.execute(select(alembic_version.c.version_num)).first()
    except (OperationalError, ProgrammingError) as error:
        if "no such table" not in str(error.orig) and "does not exist" not in str(error.orig):
            raise
        connection.rollback()
        if inspect(connection).get_table_names():
            raise StoreError(
                f"{url_for_people(str(connection.engine.url))} is a database of another program.", _MOVE_HINT
            ) from None
        return None
    return str(row[0]) if row else None


def _create(db: Database) -> str:
    """Make the whole schema in one transaction; who comes second finds it made."""
    if db.sqlite:
        _write_ahead(db)
    with db.write() as connection:
        if not db.sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(74638391)")
        existing = _existing_version(connection)
        if existing is not None:
            return existing
        metadata.create_all(connection)
        connection.execute(alembic_version.insert().values(version_num=VERSION))
    return VERSION


def _existing_version(connection: Connection) -> str | None:
    from sqlalchemy import inspect, select

    if not inspect(connection).has_table(alembic_version.name):
        return None
    row = connection.execute(select(alembic_version.c.version_num)).first()
    return str(row[0]) if row else None


def _write_ahead(db: Database) -> None:
    """Readers beside one writer (https://sqlite.org/wal.html). The switch is kept in the file.

    It wants the file for itself and does not wait for that, so a process that comes second retries.
    """
    import time

    path = sqlite_path(db.url)
    if path is None:
        return
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        raw = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise StoreError(f"The database {path} cannot be made: {error}.", _MOVE_HINT) from error
            time.sleep(0.02)
        finally:
            raw.close()
