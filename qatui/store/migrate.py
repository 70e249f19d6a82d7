"""An older schema brought to the current one: the only module that imports Alembic, loaded only for that."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from qatui.errors import StoreError
from qatui.store import sqlite_file
from qatui.store.database import Database, too_new, url_for_people
from qatui.store.schema import alembic_version
from qatui.store.version import VERSION

FOLDER = Path(__file__).parent / "migrations"
"""Where Alembic finds the migrations."""


def upgrade(db: Database) -> Path | None:
    """Bring the schema to VERSION; the copy of the SQLite file that was kept before, None where none was needed.

    All of it is one transaction that has the database for itself: of two processes the second finds it done, and
    a failed migration leaves the database as it was. A PostgreSQL server's backups are its keeper's.
    Raises StoreError when the copy or a migration fails, StoreTooNew when a newer qatui was quicker.
    """
    kept: Path | None = None
    begun_from: str | None = None
    try:
        with db.remake() as connection:
            was = str(connection.scalar(select(alembic_version.c.version_num)))
            if was > VERSION:
                raise too_new(db.url, was)
            if was == VERSION:
                return None
            if db.path is not None:
                kept = sqlite_file.keep_copy(db.path, was)
            begun_from = was
            migrate(connection)
    except (SQLAlchemyError, CommandError, StoreError) as error:
        if begun_from is None:
            raise
        if kept is not None:
            kept.unlink(missing_ok=True)  # the file is what it was, and the next start would make another copy
        cause = error.__cause__ or error
        words = str(getattr(cause, "orig", cause)).partition("\n")[0].rstrip(".")
        raise StoreError(
            f"The database {url_for_people(db.url)} could not be upgraded "
            f"from schema {begun_from} to {VERSION}: {words}.",
            "Nothing was changed: the qatui that wrote it still works. Please report this.",
        ) from error
    return kept


def migrate(connection: Connection) -> None:
    """Run the migrations up to VERSION in the transaction of `connection`."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    command.upgrade(config, VERSION)
