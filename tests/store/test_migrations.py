"""The way from one schema to the next: equal to the tables, kept safe by a copy, done once, all or nothing."""

import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from qatui.cli.main import run
from qatui.errors import StoreError, StoreTooNew
from qatui.store import database, migrate, outbox, publications, reviews, sqlite_file
from qatui.store.database import Database, open_database
from qatui.store.outbox import Reason
from qatui.store.schema import alembic_version, metadata
from qatui.store.version import VERSION
from tests.conftest import Project
from tests.store.conftest import in_child, make_shelf

TOMORROW = f"{int(VERSION) + 1:04}"
"""The version after today's."""
STEP = f"could not be upgraded from schema {VERSION} to {TOMORROW}"

NEXT = f"""
import sqlalchemy as sa
from alembic import op
revision = "{TOMORROW}"
down_revision = "{VERSION}"

def upgrade():
    op.add_column("comment", sa.Column("mood", sa.Text()))
    with op.batch_alter_table("candidate") as batch:  # SQLite makes the table anew, others point to it
        batch.alter_column("title", nullable=True)
"""
BROKEN = f"{NEXT}    op.drop_column('candidate', 'nonsense')\n"
DANGLING = f"{NEXT}    op.execute(sa.table('content').delete())\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where an SQLite store is."""
    return f"sqlite:///{tmp_path}/store/qatui.db"


@pytest.fixture
def tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The qatui of tomorrow, whose schema is one further; its folder of migrations."""
    folder = tmp_path / "50% migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{TOMORROW}_mood.py").write_text(NEXT)
    monkeypatch.setattr(database, "VERSION", TOMORROW)
    monkeypatch.setattr(migrate, "VERSION", TOMORROW)
    monkeypatch.setattr(migrate, "FOLDER", folder)
    return folder


def backups(url: str) -> list[Path]:
    """The copies beside the database."""
    path = database.sqlite_path(url)
    assert path is not None
    return sorted(path.parent.glob("*.schema-*"))


@contextmanager
def peek(url: str) -> Iterator[Connection]:
    """Look into a store without opening it as qatui does."""
    db = Database(url)
    with db.read() as connection:
        yield connection
    db.close()


def build(url: str) -> Database:
    """A store that the migrations alone have made."""
    path = database.sqlite_path(url)
    if path is not None:
        sqlite_file.prepare(path)
    db = Database(url)
    with db.remake() as connection:
        migrate.migrate(connection)
    return db


def clauses(connection: Connection) -> dict[str, list[str]]:
    """Every table, index and rule of an SQLite database as its definition's lines, in no order of rules.

    Without quotes around names: a table made anew and renamed has them.
    """
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {name: sorted(_unquoted(line) for line in sql.splitlines()) for name, sql in rows}


def _unquoted(line: str) -> str:
    return line.strip().rstrip(",").replace('"', "")


def columns(connection: Connection, table: str) -> list[dict[str, str]]:
    """The columns of a table in their order, with types in words."""
    return [{key: str(value) for key, value in each.items()} for each in inspect(connection).get_columns(table)]


def test_the_newest_migration_is_the_schema_version() -> None:
    folder = ScriptDirectory(str(migrate.FOLDER))
    assert folder.get_heads() == [VERSION]
    chain = [each.revision for each in folder.walk_revisions()]
    assert chain == sorted(chain, reverse=True)
    assert all(each.isdecimal() and len(each) == 4 for each in chain)


def test_the_migrated_schema_equals_the_tables(url: str, tmp_path: Path) -> None:
    migrated = build(url)
    whole = open_database(f"sqlite:///{tmp_path}/whole.db")
    assert migrated.version() == whole.version() == VERSION
    with migrated.read() as left, whole.read() as right:
        assert clauses(left) == clauses(right)
        assert len(clauses(left)) >= len(metadata.tables)
        for table in metadata.tables:  # and in the same order of columns
            assert columns(left, table) == columns(right, table)
        context = MigrationContext.configure(left, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []
    migrated.close()
    whole.close()


@pytest.mark.postgres
def test_the_migrated_schema_equals_the_tables_on_a_server(postgres_url: str) -> None:
    db = build(postgres_url)
    assert db.version() == VERSION
    with db.read() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []
    db.close()
    open_database(postgres_url).close()


def test_the_template_makes_a_migration(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = Config()
    config.set_main_option("script_location", str(folder))
    command.revision(config, message="next", rev_id=TOMORROW)
    assert [each.revision for each in ScriptDirectory(str(folder)).walk_revisions()][:2] == [TOMORROW, VERSION]


_PUBLISHED_THEN = """INSERT INTO publication VALUES
    (1, 7, 'qatui/1', 'pushed', 'main', 'b', 'c', '/r.git', 'T', 'B', NULL, 'Kim', 'kim@example.test', 'kim', '', 8, 9)
"""
_JOB_THEN = """INSERT INTO outbox
    (repository_id, kind, key, payload, state, actor, credential, attempts, not_before, error, log,
     created_at, updated_at)
    VALUES (7, ?, ?, '{}', ?, 'kim', 'user:kim', 1, 0, ?, 'l', 1, 1)
"""
_JOBS_THEN = (
    ("publish", "waiting", "git push needs a terminal: wants a password", Reason.TERMINAL),
    ("publish", "waiting", "The remote could not be reached", Reason.NETWORK),
    ("publish", "waiting", "", Reason.NONE),
    ("pull_request", "waiting", "it waits for a token for github.com: see qatui doctor", Reason.TOKEN),
    ("merge", "done", "it is in the merge queue of main", Reason.QUEUE),
    ("merge", "done", "merged into main", Reason.NONE),
    ("tick", "failed", "a bug: KeyError", Reason.BUG),
    ("tick", "failed", "the branch is protected", Reason.REFUSED),
)
"""Kind, state and words, and the reason that is made of them."""

_COMMENTED_THEN = (
    "INSERT INTO content VALUES ('{hash}', 1, x'00')",
    "INSERT INTO candidate (id, repository_id, path, title, state, state_reason, version, revision, content_hash,"
    " author, customized, added, removed, risk, score_rank, priority, created_at, updated_at)"
    " VALUES (3, 7, 't.py', 't', 'pending', '', 1, 2, '{hash}', 'g', 0, 1, 0, 3, 101, 0, 1, 1)",
    "INSERT INTO revision (candidate_id, number, content_hash, author, customized, added, removed, at)"
    " VALUES (3, 2, '{hash}', 'g', 0, 1, 0, 1)",
    "INSERT INTO comment VALUES (1, 3, 2, 'new', 1, 'why?', 'kim', 5)",
    "INSERT INTO comment VALUES (2, 3, 2, 'old', 1, 'base', 'kim', 5)",
    "INSERT INTO comment VALUES (3, 3, 2, NULL, NULL, 'whole', 'kim', 5)",
)
"""A candidate with a comment on each thing that could have one."""


def test_the_first_store_becomes_todays(url: str, tmp_path: Path) -> None:
    """What the first qatui wrote, with a row in it."""
    path = database.sqlite_path(url)
    assert path is not None
    sqlite_file.prepare(path)
    first = Database(url)
    with pytest.MonkeyPatch.context() as patch, first.remake() as connection:
        patch.setattr(migrate, "VERSION", "0001")
        migrate.migrate(connection)
        assert not inspect(connection).has_table("answer")
        connection.exec_driver_sql("INSERT INTO repository VALUES (7, 'example.test/acme/shop', 1)")
        connection.exec_driver_sql(_PUBLISHED_THEN)
        for number, (kind, state, words, _) in enumerate(_JOBS_THEN):
            connection.exec_driver_sql(_JOB_THEN, (kind, f"{kind}:{number}", state, words))
        for statement in _COMMENTED_THEN:
            connection.exec_driver_sql(statement.format(hash="a" * 64))
    first.close()
    db = open_database(url)
    whole = open_database(f"sqlite:///{tmp_path}/whole.db")
    assert db.version() == VERSION
    assert db.backup in backups(url)
    with db.read() as left, whole.read() as right:
        assert clauses(left) == clauses(right)
        (kept,) = publications.every(left, 7)
        assert (kept.branch, kept.title, kept.updated_at) == ("qatui/1", "T", 9)
        said = reviews.comments(left, [3])[3]
        assert [(each.body, each.content_hash) for each in said] == [
            ("why?", "a" * 64),
            ("base", None),
            ("whole", None),
        ]
        assert {(each.last, each.reply_to, each.resolved_by, each.resolved_at) for each in said} == {(None,) * 4}
        assert (kept.pull_number, kept.pull_url, kept.pull_state) == (None, "", "")
        assert (kept.head_repository, kept.merge_commit, kept.signed) == ("", None, False)
        assert left.exec_driver_sql("SELECT id, key FROM repository").all() == [(7, "example.test/acme/shop")]
        jobs = outbox.jobs(left, 7)
        assert [(job.words, job.reason, job.log) for job in jobs] == [(*each[2:], "l") for each in _JOBS_THEN]
    db.close()
    whole.close()


def test_an_older_store_is_copied_checked_and_upgraded(url: str, tomorrow: Path) -> None:
    number = _today(url)
    db = open_database(url)
    with db.write() as connection:
        assert connection.exec_driver_sql("SELECT mood FROM comment").all() == []
        assert connection.exec_driver_sql("SELECT id FROM candidate").scalar() == number
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert db.version() == TOMORROW
    db.close()

    (copy,) = backups(url)
    assert db.backup == copy
    assert copy.name.startswith(f"qatui.db.schema-{VERSION}.20")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as old:
        assert old.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (VERSION,)
        assert old.execute("SELECT id FROM candidate").fetchone() == (number,)
    old.close()
    assert {each.name for each in copy.parent.iterdir()} == {"qatui.db", copy.name}  # nothing partial

    again = open_database(url)
    assert again.backup is None
    again.close()
    assert backups(url) == [copy]


def test_the_second_of_two_finds_it_done(url: str, tomorrow: Path) -> None:
    _today(url)
    first = open_database(url)
    assert migrate.upgrade(first) is None
    first.close()
    assert len(backups(url)) == 1


def test_a_still_newer_one_that_was_quicker(url: str, tomorrow: Path) -> None:
    _today(url)
    db = open_database(url)
    with db.remake() as connection:
        connection.execute(alembic_version.update().values(version_num=f"{int(TOMORROW) + 1:04}"))
    with pytest.raises(StoreTooNew):
        migrate.upgrade(db)
    db.close()


UPGRADE = """
import sys
from pathlib import Path
from qatui.store import database, migrate
database.VERSION = migrate.VERSION = sys.argv[3]
migrate.FOLDER = Path(sys.argv[2])
db = database.open_database(sys.argv[1])
print(db.version(), db.backup is not None)
"""


def test_of_eight_processes_one_migrates(url: str, tomorrow: Path) -> None:
    _today(url)
    command = [sys.executable, "-c", UPGRADE]
    running = [
        subprocess.Popen([*command, url, str(tomorrow), TOMORROW], stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    assert sorted(each.communicate(timeout=60)[0] for each in running) == [f"{TOMORROW} False\n"] * 7 + [
        f"{TOMORROW} True\n"
    ]
    assert len(backups(url)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BROKEN, f'{STEP}: no such column: "nonsense".'),
        (
            DANGLING,
            f"{STEP}: A row of candidate would point to a missing one",
        ),
        (
            NEXT.replace(f'"{TOMORROW}"', '"0999"'),
            f"{STEP}: No such revision or branch",
        ),
    ],
    ids=["fails", "breaks a reference", "is missing"],
)
def test_a_failed_migration_leaves_the_old_file_as_it_was(url: str, tomorrow: Path, text: str, words: str) -> None:
    number = _today(url)
    with peek(url) as connection:
        before = clauses(connection)
    (tomorrow / "versions" / f"{TOMORROW}_mood.py").write_text(text)
    with pytest.raises(StoreError) as caught:
        open_database(url)
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert "Nothing was changed" in caught.value.hint
    assert backups(url) == []  # it is the file itself, and the next start would make another
    with peek(url) as connection:
        assert clauses(connection) == before
        assert connection.exec_driver_sql("SELECT id FROM candidate").scalar() == number
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == VERSION


def test_no_copy_no_upgrade(url: str, tomorrow: Path) -> None:
    """Where there is no room for the copy, the old file stays untouched."""
    _today(url)

    def without_room() -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
        with pytest.raises(StoreError) as caught:
            open_database(url)
        return caught.value.message

    assert "No copy of the database" in in_child(without_room)
    path = database.sqlite_path(url)
    assert path is not None
    assert [each.name for each in path.parent.iterdir() if "schema" in each.name] == []
    with peek(url) as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == VERSION


def test_a_damaged_store_is_not_upgraded(url: str, tomorrow: Path) -> None:
    _today(url)
    path = database.sqlite_path(url)
    assert path is not None
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        root, size = raw.execute(
            "SELECT rootpage, 4096 FROM sqlite_master WHERE name = 'ix_candidate_state'"
        ).fetchone()
    raw.close()
    with path.open("r+b") as bytes_of:
        bytes_of.seek((root - 1) * size + size - 40)
        bytes_of.write(b"\xff" * 40)
    with pytest.raises(StoreError, match=r"is damaged|malformed"):
        open_database(url)
    assert backups(url) == []


@pytest.mark.postgres
def test_a_server_is_upgraded_in_one_transaction(postgres_url: str, tomorrow: Path) -> None:
    number = _today(postgres_url)
    (tomorrow / "versions" / f"{TOMORROW}_mood.py").write_text(BROKEN)
    with pytest.raises(StoreError):
        open_database(postgres_url)
    with peek(postgres_url) as connection:
        assert "mood" not in {each["name"] for each in inspect(connection).get_columns("comment")}
    (tomorrow / "versions" / f"{TOMORROW}_mood.py").write_text(NEXT)
    db = open_database(postgres_url)
    assert (db.version(), db.backup) == (TOMORROW, None)
    with db.write() as connection:
        assert connection.exec_driver_sql("SELECT id FROM candidate").scalar() == number
    db.close()


def _today(url: str) -> int:
    """Make a store of today's schema with a candidate in it, as the qatui of today does; the candidate's id."""
    with pytest.MonkeyPatch.context() as today:
        today.setattr(database, "VERSION", VERSION)
        shelf = make_shelf(url)
        number = shelf.add()
        shelf.db.close()
    return number


def test_the_person_is_told_where_the_copy_is(
    url: str, tomorrow: Path, project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _today(url)
    monkeypatch.setenv("QATUI_DATABASE", url)
    assert run(["-C", str(project.root), "status"]) == 0
    told = capsys.readouterr()
    (copy,) = backups(url)
    assert told.err == f"The database was upgraded; {copy} is it as it was.\n"
    assert run(["-C", str(project.root), "status"]) == 0
    assert capsys.readouterr().err == ""
