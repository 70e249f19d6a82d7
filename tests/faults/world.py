"""A world: everything a verb can reach, below one folder; and a scenario: what is done there."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qatui.cli.main import run

if TYPE_CHECKING:
    from tests.faults.sight import Sight

NOW = 1_795_000_000_000
"""2026-11-18T11:06:40Z, when every run begins and ends: the same commits have the same ids."""

BASE = "develop"

_GIT_SETTINGS = """\
[user]
	name = Robin Reviewer
	email = robin@example.test
[init]
	defaultBranch = main
	templateDir =
[commit]
	gpgSign = false
[core]
	autocrlf = false
"""


@dataclass(frozen=True, slots=True)
class World:
    """The folders of a world."""

    top: Path

    @property
    def home(self) -> Path:
        """The reviewer's home, with the store in its usual place."""
        return self.top / "home"

    @property
    def clone(self) -> Path:
        """The reviewer's clone."""
        return self.top / "clone"

    @property
    def remote(self) -> Path:
        """Its bare remote."""
        return self.top / "remote.git"

    @property
    def incoming(self) -> Path:
        """What generators made."""
        return self.top / "incoming"

    @property
    def store(self) -> Path:
        """The database file."""
        return self.home / ".local/share/qatui/qatui.db"

    @property
    def log(self) -> Path:
        """Where tracebacks of bugs would be."""
        return self.home / ".local/state/qatui/log/qatui.log"

    def enter(self) -> None:
        """Make this the home of this process and of all that it starts; nothing of the real one is seen."""
        for name in list(os.environ):
            if name.startswith(("QATUI_", "GIT_", "XDG_", "GH_", "GITHUB_")):
                del os.environ[name]
        os.environ.update(HOME=str(self.home), GIT_CONFIG_NOSYSTEM="1", TZ="UTC")
        os.environ["GIT_CONFIG_GLOBAL"] = str(self.home / ".gitconfig")

    def begin(self) -> None:
        """Make the folders, and a clone of a remote whose branch BASE tests go to; it has an old `main` as well."""
        for folder in (self.home, self.incoming):
            folder.mkdir(parents=True)
        (self.home / ".gitconfig").write_text(_GIT_SETTINGS)
        git(self.top, "init", "-q", "--bare", str(self.remote))
        git(self.top, "init", "-q", str(self.clone))
        git(self.clone, "remote", "add", "origin", str(self.remote))
        git(self.clone, "commit", "-q", "--allow-empty", "-m", "begin")
        git(self.clone, "push", "-q", "origin", "HEAD:main", f"HEAD:{BASE}")
        git(self.clone, "fetch", "-q", "origin")
        git(self.clone, "remote", "set-head", "origin", BASE)

    def commit(self, files: dict[str, str]) -> None:
        """Commit files in the clone and push them to the base."""
        write(self.clone, files)
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "-q", "-m", "change")
        git(self.clone, "push", "-q", "origin", f"HEAD:{BASE}")
        git(self.clone, "fetch", "-q", "origin")


def write(folder: Path, files: dict[str, str]) -> None:
    """Put files into a folder."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def git(cwd: Path, *args: str) -> str:
    """Plain git, for arranging and for looking; not the code under test."""
    dated = {name: f"{NOW // 1000} +0000" for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")}
    done = subprocess.run(["git", *args], cwd=cwd, env=os.environ | dated, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"git {args} in {cwd}: {done.stderr.decode()}")
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


Invariant = Callable[["Sight", "Sight", "Sight"], Iterator[str]]
"""(before the first run, now, after an undisturbed run) -> what is wrong now."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A verb in its world."""

    name: str
    about: str
    arrange: Callable[[World], None]
    """Fills an empty world; in a process of its own."""
    verb: Callable[[World], int]
    """Does it, as the headless command would; its exit code."""
    midway: tuple[Invariant, ...] = ()
    """What must hold after every death and every fault, beside what holds for all verbs."""
    otherwise: tuple[tuple[str, str], ...] = ()
    """(step, fault): what the verb may take for an answer, so that it ends in another way; then it must always end in
    this or in the undisturbed way."""
    quick: int = 16
    """Rounds of a quick run."""
    beside: Callable[[World], AbstractContextManager[Callable[[], object]]] = lambda _: nullcontext(lambda: None)
    """What runs beside the verb for a whole round, such as a server; gives what can be seen there, as comparable data.
    In the end that must be what it is after an undisturbed run."""


def qatui(*args: str) -> Callable[[World], int]:
    """A verb that is a command line in the clone; transactions are small, so that a few candidates take several."""

    def verb(world: World) -> int:
        os.chdir(world.clone)
        for module in [each for name, each in sys.modules.items() if name.startswith("qatui.flows.")]:
            if "ROWS_A_WRITE" in vars(module):
                vars(module)["ROWS_A_WRITE"] = ROWS_A_WRITE
        return run(["--json", *args])

    return verb


ROWS_A_WRITE = 2
"""Candidates of a transaction in scenarios."""
