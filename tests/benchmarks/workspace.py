"""What is measured on: a clone, a store with as many candidates as wanted, and files of every length."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from qatui.store import content
from qatui.store.candidates import score_rank
from qatui.store.database import open_database
from qatui.store.schema import candidate, repository, revision

NOW = 1_795_000_000_000
LENGTHS = {"short": 150, "middle": 1_700, "long": 20_000}
"""Pairs of base and proposed file by their length in lines."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A clone with a store of its own."""

    root: Path
    env: dict[str, str]

    @property
    def qatui(self) -> list[str]:
        """The program as it is installed here."""
        return [str(Path(sys.executable).with_name("qatui"))]

    @property
    def database(self) -> str:
        """Address of the store."""
        return f"sqlite:///{self.env['QATUI_DATABASE']}"

    def run(self, *args: str) -> str:
        """A headless command; its output."""
        done = subprocess.run([*self.qatui, *args], cwd=self.root, env=self.env, capture_output=True, text=True)
        if done.returncode > 1:
            raise RuntimeError(f"qatui {' '.join(args)}: {done.stderr}")
        return done.stdout


def environment(home: Path) -> dict[str, str]:
    """A home of its own, the same terminal for everybody."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Robin\n\temail = robin@example.test\n")
    kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "QATUI_DATABASE": str(home / "qatui.db"),
    }


def source(lines: int, *, changed: bool) -> bytes:
    """A test file of that length; the changed one differs in its tenth line and in every fortieth from there."""
    rows = []
    for number in range(lines):
        if number % 4 == 0:
            rows.append(f"def test_{number}(client):")
        elif number % 4 == 3:
            rows.append("")
        else:
            rows.append(f"    assert client.get('/orders/{number}').status == 200  # line {number}")
        if changed and number % 40 == 10:
            rows[-1] = f"    assert changed_{number}(client, expected={{'id': {number}, 'state': 'paid'}})"
    return "\n".join(rows).encode() + b"\n"


def make(folder: Path, candidates: int, first: str = "short") -> Workspace:
    """A clone with a bare remote, its three tests changed by the first candidates, and the rest of them new.

    The queue begins with the pair `first`.
    """
    made = Workspace(folder / "clone", environment(folder / "home"))
    made.root.mkdir(parents=True)
    (made.root / "tests").mkdir()
    for name, lines in LENGTHS.items():
        (made.root / "tests" / f"test_{name}.py").write_bytes(source(lines, changed=False))
    _git(made, "init", "-q", "--bare", "-b", "main", str(folder / "remote.git"))
    _git(made, "init", "-q", "-b", "main")
    _git(made, "remote", "add", "origin", str(folder / "remote.git"))
    _git(made, "add", "-A")
    _git(made, "commit", "-q", "-m", "begin")
    _git(made, "push", "-q", "origin", "main")
    _git(made, "fetch", "-q", "origin")
    made.run("status")
    _fill(made, candidates, first)
    return made


def _git(made: Workspace, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=made.root, env=made.env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _fill(made: Workspace, candidates: int, first: str) -> None:
    """Put the candidates into the store as intake would have, without its looks at every path."""
    commit = _git(made, "rev-parse", "HEAD")
    db = open_database(made.database)
    changed = {f"tests/test_{name}.py": source(lines, changed=True) for name, lines in LENGTHS.items()}
    new = b"def test_new(client):\n    assert client.get('/new').json() == {}\n"
    with db.write() as connection:
        owner = connection.scalar(select(repository.c.id))
        *names, fresh = content.put(connection, [*changed.values(), new])
        rows = [
            _row(number, path, name, _git(made, "rev-parse", f"HEAD:{path}"), 9 + (first in path))
            for number, (path, name) in enumerate(zip(changed, names, strict=True), 1)
        ][:candidates]
        rows += [
            _row(number, f"tests/area_{number % 97}/test_{number:06}.py", fresh, None, number % 5)
            for number in range(len(rows) + 1, candidates + 1)
        ]
        for start in range(0, len(rows), 5_000):
            part = rows[start : start + 5_000]
            connection.execute(candidate.insert(), [{**row, "repository_id": owner} for row in part])
            connection.execute(
                revision.insert(),
                [
                    {
                        **{name: row[name] for name in ("content_hash", "author", "base_oid", "added", "removed")},
                        "candidate_id": row["id"], "number": 1, "base_commit": commit, "at": NOW,
                    }
                    for row in part
                ],
            )  # fmt: skip
    db.close()


def _row(number: int, path: str, name: str, base: str | None, priority: int) -> dict[str, object]:
    return {
        "id": number, "path": path, "title": f"candidate {number}", "state": "pending", "version": 1, "revision": 1,
        "content_hash": name, "author": "generator", "base_oid": base, "added": 2, "removed": 0, "risk": 3,
        "score": None, "score_rank": score_rank(None), "priority": priority, "created_at": NOW + number,
        "updated_at": NOW,
    }  # fmt: skip
