"""The two doors, the change feed, and everything a database file can be that is no database."""

import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from qatui.errors import QatuiError, StoreBusy, StoreError, StoreTooNew
from qatui.store import content
from qatui.store.database import Database, open_database, sqlite_path, url_for_people
from qatui.store.repositories import repository_id
from qatui.store.schema import alembic_version, candidate, repository
from qatui.store.version import VERSION
from tests.store.conftest import Shelf, in_child, make_shelf


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a database is to be."""
    return tmp_path / "store" / "qatui.db"


def refusal(url: str | Path) -> StoreError:
    """What opening says; one sentence."""
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{url}" if isinstance(url, Path) else url)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


def test_a_fresh_store_is_made_whole_stamped_and_for_its_owner_alone(file: Path) -> None:
    db = open_database(f"sqlite:///{file}")
    assert db.version() == VERSION
    assert db.backup is None
    with db.write() as connection:
        repository_id(connection, "a", 1)
        for each in file.parent.iterdir():  # the write-ahead log too
            assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with db.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    db.close()


def test_opening_a_current_one_costs_one_select(file: Path, statements: list[str]) -> None:
    open_database(f"sqlite:///{file}").close()
    statements.clear()
    open_database(f"sqlite:///{file}").close()
    assert [each for each in statements if not each.startswith("BEGIN")] == [
        "SELECT alembic_version.version_num \nFROM alembic_version"
    ]


def test_opening_a_current_one_loads_no_alembic(file: Path) -> None:
    script = (
        "import sys; from qatui.store.database import open_database; "
        "open_database(sys.argv[1]).close(); print('alembic' in sys.modules)"
    )
    for _ in ("fresh", "current"):
        done = subprocess.run([sys.executable, "-c", script, f"sqlite:///{file}"], capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("False\n", "")


def test_what_is_written_is_read(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        number = repository_id(connection, "other", 5)
        assert repository_id(connection, "other", 6) == number
    with shelf.db.read() as connection:
        assert connection.scalar(repository.select().where(repository.c.key == "other")) == number


def test_an_error_takes_back_the_whole_transaction(shelf: Shelf) -> None:
    def half() -> None:
        with shelf.db.write() as connection:
            repository_id(connection, "other", 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with shelf.db.read() as connection:
        assert connection.scalar(repository.select().where(repository.c.key == "other")) is None


def test_the_reading_door_refuses_to_write(shelf: Shelf) -> None:
    with pytest.raises(StoreError, match=r"readonly|read-only"), shelf.db.read() as connection:
        repository_id(connection, "other", 5)
    with shelf.db.write() as connection:  # the connection is none the worse
        repository_id(connection, "other", 5)


def test_a_reader_sees_one_moment(shelf: Shelf) -> None:
    with shelf.db.read() as reading:
        assert len(reading.execute(repository.select()).all()) == 1
        with shelf.db.write() as writing:
            repository_id(writing, "other", 5)
        assert len(reading.execute(repository.select()).all()) == 1
    with shelf.db.read() as reading:
        assert len(reading.execute(repository.select()).all()) == 2


def test_a_broken_rule_stays_a_bug(shelf: Shelf) -> None:
    with pytest.raises(IntegrityError), shelf.db.write() as connection:
        connection.execute(repository.insert(), [{"key": "twin", "created_at": 1}] * 2)
    with pytest.raises(IntegrityError), shelf.db.write() as connection:  # no such repository: keys are enforced
        connection.execute(
            candidate.insert().values(
                repository_id=999, path="p", title="t", state="pending", version=1, revision=1, content_hash="x",
                author="a", added=0, removed=0, risk=3, score_rank=101, priority=0, created_at=1, updated_at=1,
            )
        )  # fmt: skip


def test_threads_that_read_before_they_write_lose_nothing(shelf: Shelf) -> None:
    number = shelf.add()
    count, rounds = 8, 25

    def add_one() -> None:
        for _ in range(rounds):
            with shelf.db.write() as connection:
                was = connection.scalar(candidate.select().with_only_columns(candidate.c.added))
                connection.execute(update(candidate).where(candidate.c.id == number).values(added=(was or 0) + 1))

    _together([add_one] * count)
    assert shelf.get(number).added == 1 + count * rounds


INCREMENT = """
import sys
from sqlalchemy import select, update
from qatui.store.database import open_database
from qatui.store.schema import candidate
db = open_database(sys.argv[1])
for _ in range(25):
    with db.write() as connection:
        was = connection.scalar(select(candidate.c.added))
        connection.execute(update(candidate).values(added=was + 1))
"""


def test_processes_that_read_before_they_write_lose_nothing(shelf: Shelf) -> None:
    number = shelf.add()
    running = [subprocess.Popen([sys.executable, "-c", INCREMENT, shelf.db.url]) for _ in range(6)]
    assert [each.wait(60) for each in running] == [0] * 6
    assert shelf.get(number).added == 1 + 6 * 25


def test_a_deferred_transaction_would_have_lost_some(file: Path) -> None:
    """Why the writing door begins as it does: the default refuses, or loses, what IMMEDIATE lines up."""
    shelf = make_shelf(f"sqlite:///{file}")
    with sqlite3.connect(file, isolation_level=None, timeout=0) as one, shelf.db.write() as two:
        one.execute("BEGIN")
        one.execute("SELECT * FROM candidate").fetchall()
        repository_id(two, "other", 5)
        two.commit()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            one.execute("UPDATE candidate SET added = 1")
        one.execute("ROLLBACK")
    one.close()
    shelf.db.close()


def test_twenty_processes_make_one_store(file: Path) -> None:
    script = (
        "import sys; from qatui.store.database import open_database; "
        "from qatui.store.repositories import repository_id; db = open_database(sys.argv[1]); "
        "w = db.write(); c = w.__enter__(); print(repository_id(c, 'one', 1)); w.__exit__(None, None, None)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, f"sqlite:///{file}"], stdout=subprocess.PIPE, text=True)
        for _ in range(20)
    ]
    assert [each.communicate(timeout=120)[0] for each in started] == ["1\n"] * 20
    db = open_database(f"sqlite:///{file}")
    with db.read() as connection:
        assert connection.execute(alembic_version.select()).all() == [(VERSION,)]
    db.close()


@pytest.mark.postgres
def test_threads_make_one_store_on_a_server(postgres_url: str) -> None:
    made: list[Database] = []
    _together([lambda: made.append(open_database(postgres_url))] * 6)
    assert [db.version() for db in made] == [VERSION] * 6
    for db in made:
        db.close()


def test_the_change_feed_sees_other_processes_only_when_they_commit(file: Path) -> None:
    db = open_database(f"sqlite:///{file}")
    before = db.data_version()
    assert db.data_version() == before
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from qatui.store.database import open_database\n"
            "from qatui.store.repositories import repository_id\n"
            "with open_database(sys.argv[1]).write() as c:\n"
            "    repository_id(c, 'x', 1); print('written', flush=True); sys.stdin.readline()",
            f"sqlite:///{file}",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "written\n"
    assert db.data_version() == before
    other.communicate("go on\n", timeout=60)
    after = db.data_version()
    assert after != before
    assert db.data_version() == after
    db.close()


def test_the_change_feed_holds_no_snapshot(shelf: Shelf) -> None:
    seen = [shelf.db.data_version()]
    for number in range(3):
        with shelf.db.write() as connection:
            repository_id(connection, f"r{number}", 1)
        seen.append(shelf.db.data_version())
    assert len(set(seen)) == 4


def test_who_waits_too_long_is_told_so(file: Path) -> None:
    shelf = make_shelf(f"sqlite:///{file}")
    hasty = Database(shelf.db.url, busy_seconds=0.05)
    with shelf.db.write() as connection:
        repository_id(connection, "other", 5)
        with pytest.raises(StoreBusy, match="in use by others for too long"), hasty.write():
            pass
        with hasty.read() as reading:  # readers never wait
            assert len(reading.execute(repository.select()).all()) == 1
    hasty.close()
    shelf.db.close()


@pytest.mark.postgres
def test_who_waits_too_long_for_a_server_is_told_so(postgres_url: str) -> None:
    shelf = make_shelf(postgres_url)
    hasty = Database(postgres_url, busy_seconds=0.05)
    with shelf.db.write(), pytest.raises(StoreBusy, match="too long"), hasty.write():
        pass
    hasty.close()
    shelf.db.close()


def test_a_newer_schema_is_refused_in_one_sentence(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        connection.execute(update(alembic_version).values(version_num="0099"))
    with pytest.raises(StoreTooNew) as caught:
        open_database(shelf.db.url)
    assert caught.value.message.endswith(f"was written by a newer qatui (schema 0099, this one knows {VERSION}).")
    assert caught.value.exit_code == 2


def test_a_running_older_qatui_stops_writing(shelf: Shelf) -> None:
    newer = open_database(shelf.db.url)
    with newer.write() as connection:
        connection.execute(update(alembic_version).values(version_num="0099"))
    with pytest.raises(StoreTooNew), shelf.db.write() as connection:
        repository_id(connection, "other", 5)
    with shelf.db.read() as connection:
        assert connection.scalar(repository.select().where(repository.c.key == "other")) is None
    newer.close()


def test_what_still_reads_when_the_store_is_closed_leaves_no_connection(file: Path) -> None:
    """The workstation ends while a thread still asks."""
    db = open_database(f"sqlite:///{file}")
    with db.read() as connection:
        driver: Any = connection.connection.dbapi_connection
        db.close()
        assert connection.scalar(select(alembic_version.c.version_num)) == VERSION
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("SELECT 1")
    with db.write() as connection:
        driver = connection.connection.dbapi_connection
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("SELECT 1")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert db.data_version() > 0
    assert before == (len(os.listdir("/proc/self/fd")) if before else 0)


def test_a_file_that_is_no_database(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"# not a database, but long enough to be read as the header of one\n" * 40)
    before = file.read_bytes()
    assert "not a database" in refusal(file).message
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_connection_that_cannot_be_used_is_closed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def note(*args: Any, **named: Any) -> sqlite3.Connection:
        made.append(connect(*args, **named))
        return made[-1]

    file.parent.mkdir()
    file.write_bytes(b"# not a database, but long enough to be read as the header of one\n" * 40)
    monkeypatch.setattr(sqlite3, "connect", note)
    refusal(file)
    assert made
    for each in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            each.execute("SELECT 1")


def test_a_database_of_another_program(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    before = file.read_bytes()
    assert refusal(file).message == f"{file} is a database of another program."
    assert file.read_bytes() == before


@pytest.mark.parametrize("stamp", ["ae1027a6acf", ""])
def test_a_database_of_another_program_that_uses_alembic(file: Path, stamp: str) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES (?)", (stamp,))
    other.close()
    assert refusal(file).message == f"{file} is a database of another program."


def test_a_folder(file: Path) -> None:
    file.mkdir(parents=True)
    assert refusal(file).message == f"The database {file} is a folder, not a file."


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    message = refusal(tmp_path / "plain" / "below" / "qatui.db").message
    assert message == f"The database folder {tmp_path}/plain/below cannot be made: Not a directory."


def test_a_missing_file_is_not_made_in_passing(file: Path) -> None:
    """A file removed under a running qatui is an error, not an empty store."""
    shelf = make_shelf(f"sqlite:///{file}")
    shelf.db.close()
    file.unlink()
    with pytest.raises(StoreError, match="unable to open database file"), shelf.db.read():
        pass
    assert not file.exists()


def test_a_dangling_link_leads_to_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "real.db")
    open_database(f"sqlite:///{tmp_path}/link.db").close()
    assert stat.S_IMODE((tmp_path / "real.db").stat().st_mode) == 0o600


def test_a_name_with_signs_of_an_address_in_it(tmp_path: Path) -> None:
    odd = tmp_path / "50% ?mode=memory#1.db"
    open_database(f"sqlite:///{odd}").close()
    assert odd.stat().st_size > 0
    assert url_for_people(f"sqlite:///{odd}") == str(odd)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite+aiosqlite:///x"])
def test_an_address_without_a_file(url: str) -> None:
    assert "names no file" in refusal(url).message


def test_addresses() -> None:
    assert sqlite_path("sqlite:////var/lib/q.db") == Path("/var/lib/q.db")
    assert sqlite_path("postgresql+psycopg://u:secret@h/n") is None
    assert "secret" not in url_for_people("postgresql+psycopg://u:secret@h/n")


def test_an_address_of_no_known_kind() -> None:
    assert "no database address" in refusal("gibberish").message


@pytest.mark.postgres
def test_a_server_that_is_not_there(postgres_url: str) -> None:
    message = refusal(postgres_url.replace("host=", "host=/nowhere")).message
    assert "cannot be used" in message
    assert "/nowhere" in message


@pytest.mark.postgres
def test_a_server_database_of_another_program(postgres_url: str) -> None:
    db = Database(postgres_url)
    with db.remake() as connection:
        connection.exec_driver_sql("CREATE TABLE bookmarks (url TEXT)")
    db.close()
    assert "another program" in refusal(postgres_url).message


def test_no_permission(file: Path) -> None:
    open_database(f"sqlite:///{file}").close()
    file.chmod(0o400)
    file.parent.chmod(0o755)
    for above in (file.parent, *file.parents):
        if above == Path("/tmp"):
            break
        above.chmod(above.stat().st_mode | 0o055)

    def look() -> str:
        return refusal(file).message + "|" + refusal(file.with_name("new.db")).message

    assert _as_nobody(look) == (
        f"The database {file} cannot be opened: you may not write it."
        f"|The database {file.with_name('new.db')} cannot be made: Permission denied."
    )


def test_a_full_disk_takes_back_the_transaction(file: Path) -> None:
    shelf = make_shelf(f"sqlite:///{file}")

    def fill() -> None:
        with shelf.db.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
            repository_id(connection, "other", 5)
            content.put(connection, [os.urandom(100_000)])

    with pytest.raises(StoreError) as caught:
        fill()
    assert "database or disk is full" in caught.value.message
    assert "Make room" in caught.value.hint
    with shelf.db.read() as connection:
        assert len(connection.execute(repository.select()).all()) == 1
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    shelf.db.close()


def test_a_disk_that_takes_no_more_leaves_nothing_half_made(file: Path) -> None:
    def fill() -> str:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
        return refusal(file).message

    assert f"The database {file} cannot be used: " in in_child(fill)
    db = open_database(f"sqlite:///{file}")  # there is room again
    assert db.version() == VERSION
    db.close()


def _together(verbs: list[Callable[[], object]]) -> None:
    """Run all in threads at once; the first error is raised here."""
    failed: list[BaseException] = []

    def guarded(verb: Callable[[], object]) -> None:
        try:
            verb()
        except (QatuiError, OperationalError, AssertionError) as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(verb,)) for verb in verbs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failed:
        raise failed[0]


def _as_nobody(look: Callable[[], str]) -> str:
    """What `look` answers without the rights of root, to whom nothing is forbidden."""

    def without() -> str:
        if os.getuid() == 0:
            os.setgroups([])
            os.setuid(65534)
        return look()

    return in_child(without)


def test_a_server_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refusal("postgresql+psycopg://qatui@nowhere/x")
    assert (error.message, error.hint) == (
        "A PostgreSQL database needs the driver psycopg.",
        "pip install 'qatui[postgres]'",
    )
