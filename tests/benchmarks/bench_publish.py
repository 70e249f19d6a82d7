"""500 files to a branch (target 12 of the performance plan): `python -m tests.benchmarks.bench_publish`.

Interleaved in one run, medians: our writing of the branch, the same through a bare `git fast-import` with a stream made
before, and GitPython's index. The bare one runs twice: as it is, and with the memory setting that we give it too
(`workspace.branches` says why); the ratio that has to meet the target is the one to the second, which is the faster.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from git import Repo
from git.index.base import IndexFile

from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.publish import publish
from qatui.settings.types import Team
from qatui.store.database import open_database
from qatui.store.repositories import repository_id
from qatui.workspace.branches import KEEP_MEMORY, Author, File, write_commits
from qatui.workspace.repository import Repository, discover
from tests.conftest import run_git, seed

FILES = 500
ROUNDS = 9
AUTHOR = Author("Robin", "robin@example.test", 1_795_000_000_000)
Row = tuple[str, float, str, str]
"""Name, value, unit, note."""


def contents(count: int, turn: int) -> dict[str, bytes]:
    """Test files of about 6 kB; another turn, other bytes, so that git has never seen them."""
    body = "".join(f"def test_{line}(client):\n    assert client.get('/orders/{line}').ok\n" for line in range(90))
    return {f"tests/api/part{at % 20}/test_{at}.py": f"# {turn} {at}\n{body}".encode() for at in range(count)}


def project(folder: Path) -> Repository:
    """A clone with a bare remote and a base of 2,000 files."""
    clone, remote = folder / "clone", folder / "remote.git"
    run_git(folder, "init", "-q", "--bare", "-b", "main", str(remote))
    run_git(folder, "init", "-q", "-b", "main", str(clone))
    run_git(clone, "config", "user.name", "Robin")
    run_git(clone, "config", "user.email", "robin@example.test")
    run_git(clone, "remote", "add", "origin", str(remote))
    for at in range(2_000):
        file = clone / f"src/part{at % 40}/file{at}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{at}\n")
    run_git(clone, "add", "-A")
    run_git(clone, "commit", "-qm", "base")
    run_git(clone, "push", "-q", "origin", "main")
    run_git(clone, "fetch", "-q", "origin")
    return discover(clone)


def stream(base: str, groups: list[tuple[str, list[File]]]) -> bytes:
    """What fast-import reads, written by hand."""
    parts = []
    for at, (message, files) in enumerate(groups):
        head = f"commit refs/bench/raw\ncommitter R <r@x> 1795000000 +0000\ndata {len(message)}\n{message}\n"
        parts.append((head + (f"from {base}\n" if at == 0 else "")).encode())
        for file in files:
            parts += [b"M 100644 inline %s\ndata %d\n" % (file.path.encode(), len(file.data)), file.data, b"\n"]
    return b"".join(parts)


def raw(repository: Repository, data: bytes, env: dict[str, str]) -> None:
    """A bare fast-import."""
    command = ["git", "fast-import", "--quiet", "--force"]
    subprocess.run(command, cwd=repository.root, input=data, env={**os.environ, **env}, check=True)


def by_index(repository: Repository, base: str, files: list[File]) -> float:
    """Milliseconds of one commit of the same through GitPython's index; its files are written before the clock runs."""
    with tempfile.TemporaryDirectory() as folder, Repo.clone_from(repository.root, folder, no_checkout=True) as repo:
        for file in files:
            path = Path(folder) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
        index = IndexFile.from_tree(repo, base)

        def write() -> None:
            index.add([file.path for file in files], write=False)
            index.commit("all", head=False)

        return timed(write)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


Groups = list[tuple[str, list[File]]]


def measure_branch(repository: Repository, grouped: Callable[[list[File]], Groups]) -> list[float]:
    """Medians in ms, in turns: our writing, the bare one as it is, the bare one with our memory setting."""
    base = repository.base().commit
    times: list[list[float]] = [[], [], []]
    for turn in range(ROUNDS):
        files = [contents(FILES, turn * 3 + way) for way in range(3)]
        groups = [grouped([File(path, "100644", data) for path, data in each.items()]) for each in files]
        plain, kept = stream(base, groups[1]), stream(base, groups[2])
        times[0].append(timed(partial(write_commits, repository, "refs/bench/ours", base, groups[0], AUTHOR)))
        times[1].append(timed(partial(raw, repository, plain, {})))
        times[2].append(timed(partial(raw, repository, kept, KEEP_MEMORY)))
    return [statistics.median(each) for each in times]


def measure_publish(folder: Path, repository: Repository) -> float:
    """Seconds of the whole verb, 500 files from the store to the remote."""
    db = open_database(f"sqlite:///{folder}/qatui.db")
    with db.write() as connection:
        number = repository_id(connection, repository.key(), 0)
    who = ("Robin", "robin@example.test")
    desk = Desk(db, number, repository, repository.base(), Team(), who[1], who)
    ids = seed(desk, dict(contents(FILES, 1000)))
    decide(desk, ids, Action.APPROVE)
    taken = timed(lambda: publish(desk))
    db.close()
    return taken


def run() -> list[Row]:
    """Every figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository = project(folder)
        base = repository.base().commit
        one, one_plain, one_kept = measure_branch(repository, lambda files: [("all\n", files)])
        each, each_plain, each_kept = measure_branch(
            repository, lambda files: [(f"{file.path}\n", [file]) for file in files]
        )
        index = statistics.median(
            by_index(
                repository, base, [File(path, "100644", data) for path, data in contents(FILES, 500 + turn).items()]
            )
            for turn in range(5)
        )
        whole = measure_publish(folder, repository)
    return [
        ("500 files, one commit", one, "ms", f"bare {one_plain:.0f} ms, with our setting {one_kept:.0f} ms"),
        ("500 files, one commit / bare fast-import", one / min(one_plain, one_kept), "x", "target 1.5"),
        ("500 files, one commit / GitPython index", one / index, "x", f"target 0.1; index {index:.0f} ms"),
        ("500 files, a commit each", each, "ms", f"bare {each_plain:.0f} ms, with our setting {each_kept:.0f} ms"),
        ("500 files, a commit each / bare fast-import", each / min(each_plain, each_kept), "x", "target 1.5"),
        ("qatui publish, 500 files, store to remote", whole, "ms", "one run: gathering, commits, push and record"),
    ]


if __name__ == "__main__":
    for title, value, unit, note in run():
        print(f"{title:50} {value:10.2f} {unit:3} {note}")
