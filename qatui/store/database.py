"""The database and its two doors.

`read()` is a snapshot and cannot write. `write()` has its turn from the start: `BEGIN IMMEDIATE` on SQLite,
where the default deferred transaction loses updates without an error when two processes both read before they
write; on PostgreSQL the lock of the schema version's row, so that both behave alike. Nobody calls the engine.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection as Connection  # by this name for flows, which hold what the doors give
from sqlalchemy import Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import QueuePool

from qatui.errors import StoreBusy, StoreError, StoreTooNew
from qatui.store import sqlite_file
from qatui.store.schema import alembic_version, metadata
from qatui.store.sqlite_file import MOVE_HINT
from qatui.store.version import VERSION

BUSY_SECONDS = 60.0
"""How long a process waits for its turn; verdicts take milliseconds, imports write at most 200 rows a turn."""
ROWS_A_WRITE = 200
"""At most so many rows in one write transaction, so that a verdict never waits behind an import."""
_MAKING = 74638391
"""PostgreSQL's advisory lock while the schema is made."""


class Database:
    """One database file or server; safe to use from several threads."""

    def __init__(self, url: str, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = url
        self.path = sqlite_path(url)
        """The file, None for PostgreSQL."""
        self.sqlite = self.path is not None
        self.busy_seconds = busy_seconds
        self.backup: Path | None = None
        """The copy that was kept when opening upgraded the schema."""
        if self.path is not None:
            self._engine = _sqlite_engine(self.path, busy_seconds)
            self._read_options: dict[str, Any] = {}
        else:
            self._engine = _server_engine(url, busy_seconds)
            self._read_options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._watch: Connection | None = None
        self._watch_lock = threading.Lock()
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent snapshot; writing through it is refused by the database."""
        with self._connected(**self._read_options) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that has its turn to write from the start; committed at the end, rolled back on an error.

        Raises StoreTooNew when a newer qatui has upgraded the schema since this process opened it.
        """
        with self._turn() as connection:
            self._check_version(connection)
            yield connection

    @contextmanager
    def remake(self) -> Iterator[Connection]:
        """The write door for the schema itself: no version check, and foreign keys are checked once, at the end.

        SQLite changes a table by making it anew, which enforced foreign keys would not let pass
        (https://sqlite.org/lang_altertable.html#otheralter).
        """
        with self._turn(foreign_keys=False) as connection:
            if not self.sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")
                if inspect(connection).has_table(alembic_version.name):
                    connection.exec_driver_sql(f"LOCK TABLE {alembic_version.name}")
            yield connection
            if self.sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise StoreError(f"A row of {broken[0]} would point to a missing one of {broken[2]}.", MOVE_HINT)

    @contextmanager
    def _turn(self, *, foreign_keys: bool = True) -> Iterator[Connection]:
        with self._connected(qatui_write=True) as connection:
            if self.sqlite and not foreign_keys:
                _raw(connection).execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
            try:
                with connection.begin():
                    yield connection
            finally:
                if self.sqlite and not foreign_keys:
                    _raw(connection).execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[Connection]:
        try:
            with _speaking(self.url), self._engine.connect().execution_options(**options) as connection:
                yield connection
        finally:
            if self._closed:  # meanwhile: a thread may still have been at work
                self._engine.pool.dispose()

    def _check_version(self, connection: Connection) -> None:
        """Stop where the schema is no longer the one this process knows; costs 0.04 ms on SQLite."""
        found = connection.scalar(select(alembic_version.c.version_num).with_for_update())
        if found != VERSION:
            raise too_new(self.url, str(found))

    def data_version(self) -> int:
        """A number that changes when another connection has committed: the change feed's whole mechanism.

        `PRAGMA data_version` (https://sqlite.org/pragma.html#pragma_data_version) is per connection, so one is
        kept, outside any transaction. On PostgreSQL it may change without need, never the other way round.
        """
        with self._watch_lock, _speaking(self.url):
            if self._watch is None:
                options: dict[str, Any] = {} if self.sqlite else {"isolation_level": "AUTOCOMMIT"}
                self._watch = self._engine.connect().execution_options(**options)
            try:
                if self.sqlite:
                    return int(_raw(self._watch).execute("PRAGMA data_version").fetchone()[0])
                return hash(self._watch.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())
            finally:
                if self._closed:
                    self._drop_watch()
                    self._engine.pool.dispose()

    def version(self) -> str | None:
        """The schema's version, None where there is no schema yet."""
        with self.read() as connection:
            return _version(self.url, connection)

    def close(self) -> None:
        """Give back every connection; one that is in use now, when it no longer is."""
        self._closed = True
        with self._watch_lock:
            self._drop_watch()
        # Not the engine's dispose: that would begin another pool, and what is in use would go back to the old one.
        self._engine.pool.dispose()

    def _drop_watch(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Database:
    """The database at `url` (`sqlite:///FILE` or `postgresql+psycopg://...`) with the current schema.

    A fresh one is created whole and stamped; an older one is copied, checked and migrated (`Database.backup` is
    the copy); for a current one this costs a single SELECT. Raises StoreTooNew for one that a newer qatui wrote,
    StoreError for a file that is no database or cannot be written.
    """
    path = sqlite_path(url)
    if path is not None:
        sqlite_file.prepare(path)
    db = Database(url, busy_seconds)
    try:
        version = db.version() or _create(db)
        if version > VERSION:
            raise too_new(url, version)
        if version != VERSION:
            from qatui.store.migrate import upgrade

            db.backup = upgrade(db)
    except BaseException:
        db.close()
        raise
    return db


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite address (all of what follows `sqlite:///`), None for a server.

    Raises StoreError for an SQLite address without a file: a store in memory would be another one a connection.
    """
    if not url.startswith("sqlite"):
        return None
    name = url.removeprefix("sqlite:///")
    if name in (url, "", ":memory:"):
        raise StoreError(f"“{url}” names no file to keep the database in.", "Write sqlite:///FILE, or just the file.")
    return Path(name)


def url_for_people(url: str) -> str:
    """The address without a password; a file's path for SQLite."""
    path = sqlite_path(url)
    return str(path) if path is not None else make_url(url).render_as_string(hide_password=True)


def too_new(url: str, version: str) -> StoreTooNew:
    """The refusal of a schema from the future."""
    return StoreTooNew(
        f"The database {url_for_people(url)} was written by a newer qatui "
        f"(schema {version}, this one knows {VERSION}).",
        "Update qatui: pip install --upgrade qatui",
    )


def _server_engine(url: str, busy_seconds: float) -> Engine:
    try:
        return create_engine(
            url, pool_pre_ping=True, connect_args={"options": f"-c lock_timeout={int(busy_seconds * 1000)}"}
        )
    except ModuleNotFoundError as error:
        raise StoreError("A PostgreSQL database needs the driver psycopg.", "pip install 'qatui[postgres]'") from error
    except ArgumentError as error:
        raise StoreError(f"“{url}” is no database address.", MOVE_HINT) from error


def _sqlite_engine(path: Path, busy_seconds: float) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite_file.connect(path, busy_seconds),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=16,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("qatui_write", False)
        _raw(connection).execute(f"PRAGMA query_only = {not write:d}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _raw(connection: Connection) -> sqlite3.Connection:
    """The driver's connection: for what must not begin a transaction."""
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


@contextmanager
def _speaking(url: str) -> Iterator[None]:
    """Turn the driver's errors into ours, with the file and the next step in them; bugs stay what they are."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except (DBAPIError, sqlite3.Error) as error:
        words = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
        place = url_for_people(url)
        if "locked" in words or "busy" in words or "lock timeout" in words:
            raise StoreBusy(f"The database {place} is in use by others for too long.", "Try again.") from error
        hint = "Make room on that disk and try again." if "full" in words else MOVE_HINT
        raise StoreError(f"The database {place} cannot be used: {words}.", hint) from error


def _version(url: str, connection: Connection) -> str | None:
    """The schema's version in an open transaction; None for an empty database."""
    wanted = select(alembic_version.c.version_num)
    try:
        found = connection.scalar(wanted)
    except DBAPIError as error:
        if "no such table" not in str(error.orig) and "does not exist" not in str(error.orig):
            raise
        connection.rollback()
        # Somebody may have made it between the question and this look.
        tables = inspect(connection).get_table_names()
        if not tables:
            return None
        found = connection.scalar(wanted) if alembic_version.name in tables else None
    if not (found and found.isdecimal()):
        raise StoreError(f"{url_for_people(url)} is a database of another program.", MOVE_HINT)
    return str(found)


def _create(db: Database) -> str:
    """Make the whole schema in one transaction; who comes second finds it made. The version there is then."""
    with _speaking(db.url):
        if db.path is not None:
            sqlite_file.write_ahead(db.path, db.busy_seconds)
    with db.remake() as connection:
        if inspect(connection).has_table(alembic_version.name):
            return str(connection.scalar(select(alembic_version.c.version_num)))
        metadata.create_all(connection)
        connection.execute(alembic_version.insert().values(version_num=VERSION))
    return VERSION
