"""Every test runs in a home of its own, with a clock that stands still and no way out to a network."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import update

from qatui.domain.proposal import Proposal
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.settings.types import Team
from qatui.store.database import Database, open_database
from qatui.store.repositories import repository_id
from qatui.store.schema import candidate
from qatui.workspace.repository import Base, Repository, key_of

# A person's run draws its examples anew, to find more with time, and prints a line that draws a failing one again;
# CI always draws the same. Nothing hangs on how fast the machine is.
settings.register_profile(
    "qatui",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("qatui")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell: what the tests start and interrupt would not hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup: likewise

NOW = 1_795_000_000_000
"""2026-11-18T11:06:40Z, when every test happens."""


def move_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the home: no settings, no token, no global git configuration but an identity."""
    for name in list(os.environ):
        if name.startswith(("QATUI_", "GIT_", "XDG_", "GH_", "GITHUB_")) or name in ("NO_COLOR", "EDITOR", "VISUAL"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("TZ", "UTC")
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Robin Reviewer\n\temail = robin@example.test\n[init]\n\tdefaultBranch = main\n"
        "[commit]\n\tgpgSign = false\n[core]\n\tautocrlf = false\n"
    )
    return home


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home for every test."""
    return move_in(tmp_path_factory.mktemp("home"), monkeypatch)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback and local sockets can be reached."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def unmeasured() -> dict[str, str]:
    """The environment for a process that coverage must leave alone: it loads modules and writes of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def run_git(cwd: Path, *args: str, data: bytes | None = None) -> str:
    """Plain git, for arranging and for looking; not the code under test."""
    done = subprocess.run(["git", *args], cwd=cwd, input=data, capture_output=True, check=False)
    assert done.returncode == 0, (args, done.stderr.decode())
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


@dataclass
class Clock:
    """A clock that a test moves."""

    moment: int = NOW

    def __call__(self) -> int:
        return self.moment

    def forward(self, milliseconds: int) -> None:
        """Let time pass."""
        self.moment += milliseconds


@dataclass
class Project:
    """A clone with a bare remote, one commit on main."""

    root: Path
    remote: Path
    files: dict[str, bytes] = field(default_factory=dict)

    def git(self, *args: str, data: bytes | None = None) -> str:
        """Plain git in the clone."""
        return run_git(self.root, *args, data=data)

    def commit(self, files: dict[str, str | bytes | None], message: str = "change", *, push: bool = True) -> str:
        """Write (or, for None, remove) files in the clone, commit them, push to the remote; the commit."""
        for name, data in files.items():
            path = self.root / name
            if data is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        if push:
            self.git("push", "-q", "origin", "HEAD:main")
            self.git("fetch", "-q", "origin")
        return self.git("rev-parse", "HEAD")


BASE_FILES: dict[str, str | bytes | None] = {
    "README.md": "# payments\n",
    "tests/test_orders.py": "def test_list(client):\n    r = client.get('/orders')\n    assert r.status == 200\n",
    "tests/test_users.py": "def test_users(client):\n    assert client.get('/users').json() == []\n",
}


@dataclass
class Templates:
    """Projects that were made once and are copied for each test: making one starts a dozen processes of git."""

    folder: Path
    made: dict[tuple[str | None, ...], Path] = field(default_factory=dict)
    """By what the ids of commits, and the format of a repository, hang on."""

    def copy(self, home: Path, place: Path) -> Project:
        """A project in a folder of its own."""
        key = (
            os.environ.get("GIT_AUTHOR_DATE"),
            os.environ.get("GIT_COMMITTER_DATE"),
            (home / ".gitconfig").read_text(),
        )
        if key not in self.made:
            template = self.folder / str(len(self.made))
            template.mkdir()
            _make_project(template)
            self.made[key] = template
        template = self.made[key]
        for name in ("remote.git", "clone"):
            shutil.copytree(template / name, place / name, symlinks=True)
        for name in ("config", "FETCH_HEAD"):
            file = place / "clone" / ".git" / name
            file.write_text(file.read_text().replace(str(template), str(place)))
        run_git(place / "clone", "update-index", "-q", "--refresh")  # git knows its files by their inodes
        return Project(place / "clone", place / "remote.git")


def _make_project(folder: Path) -> None:
    run_git(folder, "init", "-q", "--bare", "-b", "main", str(folder / "remote.git"))
    run_git(folder, "init", "-q", "-b", "main", str(folder / "clone"))
    run_git(folder / "clone", "remote", "add", "origin", str(folder / "remote.git"))
    Project(folder / "clone", folder / "remote.git").commit(BASE_FILES, "begin")
    for sample in folder.glob("**/hooks/*.sample"):  # half of the files that every test would copy
        sample.unlink()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """None yet."""
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def project(home: Path, tmp_path: Path, templates: Templates) -> Project:
    """A clone of a bare remote, with two tests on main."""
    return templates.copy(home, tmp_path)


@pytest.fixture
def clock() -> Clock:
    """The test's clock, at NOW."""
    return Clock()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store that was just made: making one takes five times as long as opening it."""
    file = tmp_path_factory.mktemp("store") / "qatui.db"
    open_database(f"sqlite:///{file}").close()
    return file.read_bytes()


@pytest.fixture
def db(tmp_path: Path, empty_store: bytes) -> Iterator[Database]:
    """A fresh store on disk."""
    file = tmp_path / "store" / "qatui.db"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o600)
    file.write_bytes(empty_store)
    made = open_database(f"sqlite:///{file}")
    yield made
    made.close()


@pytest.fixture
def desk(project: Project, db: Database, clock: Clock) -> Desk:
    """A desk on the project, for robin@example.test, default team settings.

    Put together without the eight processes of git that `wiring.open_desk` needs to find the same.
    """
    root = project.root.resolve()
    repository = Repository(root, root / ".git")
    base = Base("main", (root / ".git/refs/remotes/origin/main").read_text().strip())
    with db.write() as connection:
        number = repository_id(connection, key_of(str(project.remote), root), clock())
    signature = ("Robin Reviewer", "robin@example.test")
    return Desk(db, number, repository, base, Team(), "robin@example.test", signature, clock)


@pytest.fixture
def as_reviewer() -> Callable[[Desk, str], Desk]:
    """The same desk with somebody else sitting at it."""
    return lambda desk, name: replace(desk, reviewer=name, signature=(name, name))


def seed(desk: Desk, files: dict[str, str | bytes], **values: Any) -> list[int]:
    """Take files in as candidates, pending, revision 1; their ids in order.

    `values` sets columns of every state row afterwards (priority, assignee, created_at, a path that intake refuses).
    """
    proposals = [
        Proposal(path, data.encode() if isinstance(data, str) else data, place=path) for path, data in files.items()
    ]
    done = ingest(desk, proposals, source="seed")
    assert len(done.new) == len(files), done
    if values:
        with desk.db.write() as connection:
            connection.execute(update(candidate).where(candidate.c.id.in_(done.new)).values(values))
    return list(done.new)
