"""A store without a clone: on SQLite, and on PostgreSQL where its programs and driver are on this machine."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.engine import Engine

from qatui.domain.candidate import Candidate, Risk, State
from qatui.store import candidates, content, intake
from qatui.store.database import Database, open_database
from qatui.store.repositories import repository_id
from qatui.store.schema import candidate
from tests.conftest import NOW


@dataclass
class Shelf:
    """A store with one repository in it."""

    db: Database
    id: int
    _numbers: Iterator[int] = field(default_factory=count)

    def add(self, path: str | None = None, **values: Any) -> int:
        """A pending candidate, with any column set; its id."""
        number = next(self._numbers)
        with self.db.write() as connection:
            name = content.put(connection, [f"body {number}\n".encode()])[0]
            new = Candidate(
                id=0,
                path=path or f"tests/test_{number}.py",
                title=f"test {number}",
                state=State.PENDING,
                version=1,
                revision=1,
                content_hash=name,
                author="generator",
                customized=False,
                base_oid=None,
                added=1,
                removed=0,
                risk=Risk.UNKNOWN,
                score=None,
                priority=0,
                assignee=None,
                deferred_until=None,
                verdict=None,
                state_reason="",
                created_at=NOW,
                updated_at=NOW,
            )
            (made,) = intake.add_candidates(connection, self.id, [new])
            if values:
                connection.execute(update(candidate).where(candidate.c.id == made).values(values))
            return made

    def get(self, number: int) -> Candidate:
        """A candidate as it is now."""
        with self.db.read() as connection:
            return candidates.get_many(connection, self.id, [number])[number]


def make_shelf(url: str) -> Shelf:
    """Open the store at `url` with one repository in it."""
    db = open_database(url)
    with db.write() as connection:
        return Shelf(db, repository_id(connection, "example.test/acme/shop", NOW))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    """A fresh store on either kind of database."""
    url = f"sqlite:///{tmp_path}/qatui.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    made = make_shelf(url)
    yield made
    made.db.close()


_databases = count()


@pytest.fixture
def server_url(postgres_server: Path) -> Callable[..., str]:
    """Makes an empty database on the server, with any option of createdb; its address."""

    def make(*options: str) -> str:
        name = f"test{next(_databases)}"
        _as_server(postgres_server, "createdb", "-h", str(postgres_server), "-U", "qatui", *options, name)
        return f"postgresql+psycopg://qatui@/{name}?host={postgres_server}"

    return make


@pytest.fixture
def postgres_url(server_url: Callable[..., str]) -> str:
    """An empty database on the server."""
    return server_url()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """A PostgreSQL server on a socket in a folder of its own; the folder."""
    missing = [name for name in ("initdb", "pg_ctl", "createdb") if shutil.which(name) is None]
    missing += [name for name in ("psycopg",) if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    folder = Path(tempfile.mkdtemp(prefix="qatui-pg-"))
    if os.getuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "nobody")
    folder.chmod(0o700)
    data = folder / "data"
    try:
        _as_server(folder, "initdb", "-D", str(data), "-U", "qatui", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = f"-k {folder} -c listen_addresses='' -c fsync=off"
        _as_server(folder, "pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", settings, "start")
        yield folder
        with suppress(subprocess.CalledProcessError):
            _as_server(folder, "pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_server(folder: Path, *command: str) -> None:
    user = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None
    subprocess.run(command, check=True, cwd=folder, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that is sent to any database from here on."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def in_child(look: Callable[[], str]) -> str:
    """What `look` answers in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, look().encode())
        except BaseException:  # noqa: BLE001 - the child must not live on as a second test run
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read().decode()
    os.waitpid(child, 0)
    return text
