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
from qatui.store.schema import VERSION, alembic_version

FOLDER = Path(__file__).parent / "migrations"


def upgrade(db: Database, target: str = VERSION, folder: Path = FOLDER) -> Path | None:
    """Bring the schema to `target`; the copy of the SQLite file that was kept before, None where none was needed.

    All of it is one transaction that has the database for itself: of two processes the second finds it done, and
    a failed migration leaves the database as it was. A PostgreSQL server's backups are its keeper's.
    Raises StoreError when the copy or a migration fails, StoreTooNew when a newer qatui was quicker.
    """
    kept: Path | None = None
    place = url_for_people(db.url)
    try:
        with db.remake() as connection:
            was = str(connection.scalar(select(alembic_version.c.version_num)))
            if was > target:
                raise too_new(db.url, was)
            if was == target:
                return None
            if db.path is not None:
                kept = sqlite_file.keep_copy(db.path, was)
            migrate(connection, target, folder)
    except (SQLAlchemyError, CommandError, StoreError) as error:
        if kept is None:
            raise
        kept.unlink(missing_ok=True)  # the file is what it was, and the next start would make another copy
        words = str(getattr(error, "orig", None) or error).partition("\n")[0].rstrip(".")
        raise StoreError(
            f"The database {place} could not be upgraded from schema {was} to {target}: {words}.",
            "Nothing was changed: the qatui that wrote it still works. Please report this.",
        ) from error
    return kept


def migrate(connection: Connection, target: str = VERSION, folder: Path = FOLDER) -> None:
    """Run the migrations up to `target` in the transaction of `connection`."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    command.upgrade(config, target)
