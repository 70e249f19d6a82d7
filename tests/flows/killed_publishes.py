"""A process that publishes and is killed: at each step in turn, then run again until it is done.

Run as `python -m tests.flows.killed_publishes FOLDER ROWS_A_WRITE` with a scene in FOLDER/scene (clone, remote.git,
qatui.db); prints one JSON line a kill. The steps are every run of git and every write transaction, before and
after. Forking saves the imports.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qatui.store import database
from qatui.workspace import git as git_module

steps = 0
"""Points passed so far."""
fatal = 0
"""The point to die at; 0: none."""


def point() -> None:
    """A place where the process may die."""
    global steps
    steps += 1
    if steps == fatal:
        os.kill(os.getpid(), signal.SIGKILL)


_git, _write = git_module.git, database.Database.write


def _stepping_git(*args: Any, **kwargs: Any) -> git_module.Finished:
    point()
    done = _git(*args, **kwargs)
    point()
    return done


@contextmanager
def _stepping_write(self: database.Database) -> Iterator[database.Connection]:
    point()
    with _write(self) as connection:
        yield connection
    point()


git_module.git = _stepping_git
database.Database.write = _stepping_write  # type: ignore[method-assign]

# Only now, so that they take the functions above.
from qatui.flows import moves, publication, publish  # noqa: E402
from qatui.flows.desk import Desk  # noqa: E402
from qatui.settings.types import Team  # noqa: E402
from qatui.store import candidates, outbox, publications  # noqa: E402
from qatui.workspace.repository import discover  # noqa: E402

WHO = "robin@example.test"


def open_desk(scene: Path) -> Desk:
    """The desk of a scene, made anew as a new process does."""
    repository = discover(scene / "clone")
    db = database.open_database(f"sqlite:///{scene}/qatui.db")
    return Desk(db, 1, repository, repository.base(), Team(), WHO, ("Robin", WHO), lambda: 1_795_000_000_000)


def child(work: Callable[[], None]) -> bool:
    """Do `work` in a process of its own; whether it lived to its end."""
    global steps
    number = os.fork()
    if number == 0:
        steps, code = 0, 1
        try:
            work()
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    status = os.waitpid(number, 0)[1]
    assert status in (0, signal.SIGKILL), status
    return status == 0


def main(folder: Path) -> None:
    """Die at point 1, 2, ... until a run passes none of them."""
    global fatal
    for fatal in range(1, 1000):
        scene = folder / f"run{fatal}"
        shutil.copytree(folder / "scene", scene, symlinks=True)
        subprocess.run(
            ["git", "remote", "set-url", "origin", str(scene / "remote.git")], cwd=scene / "clone", check=True
        )

        def run(scene: Path = scene) -> None:
            publish.publish(open_desk(scene))

        lived = child(run)
        at, fatal = fatal, 0
        assert child(run)
        print(json.dumps({"at": at, **found(scene)}), flush=True)
        fatal = at
        shutil.rmtree(scene)
        if lived:
            return


def found(scene: Path) -> dict[str, Any]:
    """What there is in the end."""
    global fatal
    desk = open_desk(scene)
    with desk.db.read() as connection:
        jobs = outbox.jobs(connection, 1)
        made = publications.every(connection, 1)
        parts = [part for each in made for part in publications.parts(connection, each.id)]
        rows = candidates.get_many(connection, 1, range(1, 100))
    desk.db.close()
    heads = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/qatui"],
        cwd=scene / "remote.git", capture_output=True, check=True, text=True,
    ).stdout.split()  # fmt: skip
    return {
        "heads": heads,
        "publications": [(each.state, each.branch, each.head_commit) for each in made],
        "jobs": [job.state for job in jobs],
        "states": sorted({each.state.value for each in rows.values()}),
        "published": sorted(part.candidate_id for part in parts),
        "messages": all(part.message and part.commit for part in parts),
        "records": sorted(path.name for path in (scene / "clone/.git/qatui/pull-requests").iterdir()),
    }


if __name__ == "__main__":
    if len(sys.argv) > 2:
        # Small transactions, so that a few candidates take several.
        for module in (moves, publish, publication):
            vars(module)["ROWS_A_WRITE"] = int(sys.argv[2])
    main(Path(sys.argv[1]))
