"""The demo's repository: a history with fixed names and dates, so that every commit has the same id everywhere.

Written by `git fast-import` into the bare remote: nobody's filters, hooks, templates or line endings have a say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qatui.sandbox.demo_candidates import FILES
from qatui.workspace.git import git
from qatui.workspace.repository import Repository, discover

MIRA = "Mira Holm <mira@acme.test>"
JON = "Jon Ode <jon@acme.test>"
YOU = ("You", "you@acme.test")
"""Who the reviewer is in the demo, unless their settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the history."""

    author: str
    at: int
    """Seconds since 1970."""
    subject: str
    files: tuple[str, ...]
    """Files and folders that it brings in, as `source` has them."""
    source: str = "repository"
    """Folder of demo_files."""


HISTORY = (
    Commit(
        MIRA,
        1_736_150_400,
        "Begin with orders, users and tokens",
        (".gitignore", "README.md", "pyproject.toml", "payments"),
        "earlier",
    ),
    Commit(MIRA, 1_736_236_800, "Route requests and keep rows in memory", ("payments/http.py", "payments/storage.py")),
    Commit(JON, 1_736_841_600, "Count money in minor units", ("payments/money.py", "tests/test_money.py")),
    Commit(
        JON,
        1_737_619_200,
        "Refund orders, issue invoices",
        (
            "payments/__init__.py",
            "payments/auth.py",
            "payments/users.py",
            "payments/orders.py",
            "payments/invoices.py",
            "payments/routes.py",
        ),
    ),
    Commit(MIRA, 1_738_310_400, "Test the API in its own process", ("pyproject.toml", "tests")),
    Commit(JON, 1_739_865_600, "Add the shop's cart", ("web",)),
    Commit(MIRA, 1_740_816_000, "Sign webhooks, add the Java client", ("gateway", "sdk")),
    Commit(
        MIRA,
        1_742_198_400,
        "Write down the test plan and how we review",
        (".github", "README.md", "docs", "qatui.yaml"),
    ),
)
LATER = (Commit(JON, 1_742_803_200, "Name the password once in the tests of users", ("tests/test_users.py",), "later"),)
"""Comes to main after intake: a candidate for the same file is behind then."""


def make_remote(place: Path) -> None:
    """A bare repository at `place` with the history on main."""
    place.mkdir()
    git(["init", "-q", "--bare", "--template=", "-b", "main", "--object-format=sha1", "."], cwd=place)
    write_history(place)


def write_history(bare: Path) -> None:
    """The history on main of a bare repository that is empty yet."""
    _import(bare, HISTORY)


def propose(bare: Path, branch: str, author: str, at: int, subject: str, files: Mapping[str, bytes]) -> None:
    """A branch with one commit on top of main, as somebody pushed it."""
    who = f"{author} {at} +0100\n".encode()
    stream = b"commit refs/heads/" + branch.encode() + b"\nauthor " + who + b"committer " + who
    stream += _data(f"{subject}\n".encode()) + b"from refs/heads/main^0\n"
    for path, content in files.items():
        stream += f"M 100644 inline {path}\n".encode() + _data(content)
    git(["fast-import", "--quiet", "--date-format=raw"], cwd=bare, data=stream)


def make_clone(remote: Path, place: Path) -> Repository:
    """A clone of `remote` at `place`, with an identity of its own; the user's configuration is not touched."""
    place.mkdir()
    own = ("-c", f"user.name={YOU[0]}", "-c", f"user.email={YOU[1]}", "-c", "commit.gpgSign=false")
    git(["clone", "-q", "--template=", *own, "--", str(remote), "."], cwd=place)
    return discover(place)


def move_base(remote: Path, clone: Repository) -> None:
    """Let somebody else commit to main; the clone learns of it, its working tree stays."""
    _import(remote, LATER, after="refs/heads/main^0")
    git(["fetch", "-q", "origin"], cwd=clone.root)


def _import(remote: Path, commits: Sequence[Commit], after: str = "") -> None:
    stream = b"".join(_stream(commits, after))
    git(["fast-import", "--quiet", "--date-format=raw"], cwd=remote, data=stream)


def _stream(commits: Iterable[Commit], after: str) -> Iterator[bytes]:
    """https://git-scm.com/docs/git-fast-import#_input_format"""
    for commit in commits:
        who = f"{commit.author} {commit.at} +0100\n".encode()
        yield b"commit refs/heads/main\nauthor " + who + b"committer " + who + _data(f"{commit.subject}\n".encode())
        if after:
            yield f"from {after}\n".encode()
        for path, content in _files(FILES / commit.source, commit.files).items():
            yield f"M 100644 inline {path}\n".encode() + _data(content)
        after = ""


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _files(source: Path, names: Iterable[str]) -> Mapping[str, bytes]:
    """The files of a commit by path; what Python leaves beside its sources is none of them."""
    found = {}
    for name in names:
        start = source / name
        inside = [each for each in sorted(start.rglob("*")) if each.is_file() and "__pycache__" not in each.parts]
        for file in inside if start.is_dir() else [start]:
            found[file.relative_to(source).as_posix()] = file.read_bytes()
    return found
