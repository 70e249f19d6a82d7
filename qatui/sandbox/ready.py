"""A ready GitHub to try things on: acme's, with a private repository, a reader and a pull request beside."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qatui.errors import GitError, StoreError, UsageError
from qatui.sandbox import acme
from qatui.sandbox.demo_candidates import FILES
from qatui.sandbox.demo_repository import JON, propose, write_history
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.bare import GitFailed
from qatui.sandbox.github.founding import add_repository
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import FILE, REPOSITORIES, World
from qatui.sandbox.needs import require_git

PRIVATE = "ledger"
READER = "rita"
"""She reads what is public."""
BRANCH, TITLE = "jon/cancel-orders", "Test cancelling orders"
PROPOSED = ("tests/api/test_orders_cancel.py", "tests/api/test_idempotency.py")
"""Files of run-125 that the open pull request brings."""
PROPOSED_AT = 1_743_408_000


@dataclass(frozen=True, slots=True)
class Ready:
    """A served look-alike, and what one needs to know of it."""

    api_url: str
    maintainer: str = ""
    """Token of somebody with admin rights in both repositories."""
    reader: str = ""
    """Token of somebody without push access, who cannot see the private one."""
    repository: str = acme.REPOSITORY
    private_repository: str = f"{acme.OWNER}/{PRIVATE}"


@contextmanager
def ready(directory: Path, *, keep: bool, port: int = 0) -> Iterator[Ready]:
    """Serve a ready GitHub while the context lasts; with `keep` it is in `directory` and is as it was left there.

    Raises OSError where the port is taken or the folder cannot be written, UsageError for a git that is too old and for
    a folder with other things in it, StoreBusy where another one has it, StoreError where it cannot be written.
    """
    require_git(Path.cwd())
    directory = directory.resolve()
    _refuse_others(directory)
    world = World(directory, keep=keep)
    try:
        found_once(world, _found)
        github = GitHub(world, limits="primary")
        with serving(github, port) as url:
            yield Ready(url, acme.token(world, acme.MAINTAINER).value, acme.token(world, READER).value)
    finally:
        world.close()


def _refuse_others(directory: Path) -> None:
    """Raise UsageError for a folder with things in it that are no world's, before anything is done there."""
    records = directory / FILE
    if not directory.exists() or (records.exists() and records.stat().st_size):
        return
    if {each.name for each in directory.iterdir()} - {FILE, *(f"{FILE}-{end}" for end in ("journal", "shm", "wal"))}:
        raise UsageError(f"{directory} has other things in it.", "Name an empty folder, or one that is not there yet.")


def found_once(world: World, found: Callable[[GitHub], None]) -> None:
    """Found a world that has nobody yet, whole or not at all: killed half-way, it is begun anew by the next one.

    Raises StoreError where it cannot be written.
    """
    if any(world.users):
        return
    shutil.rmtree(world.directory / REPOSITORIES, ignore_errors=True)
    try:
        with world.at_once():
            found(GitHub(world))
    except (GitFailed, GitError, acme.Unfounded) as error:
        words = str(error).partition("\n")[0].rstrip(".")
        raise StoreError(
            f"{world.directory} cannot be written: {words}.", "Make room, or name another folder."
        ) from error
    finally:
        if not any(world.users):
            shutil.rmtree(world.directory / REPOSITORIES, ignore_errors=True)


def _found(github: GitHub) -> None:
    """People, repositories, and what they have said so far."""
    world = github.world
    with world.lock:
        main = acme.found(github)
        acme.add_person(world, READER, "Rita Roy", "rita@example.test")
        owner, mira = world.users[main.owner_id], world.user(acme.MAINTAINER)
        assert mira is not None
        ledger = add_repository(world, owner, PRIVATE, private=True, collaborators={mira.id: "admin"})
        write_history(world.bare(main))
        run = FILES / "candidates" / "run-125"
        propose(
            world.bare(main), BRANCH, JON, PROPOSED_AT, TITLE, {path: (run / path).read_bytes() for path in PROPOSED}
        )
        write_history(world.bare(ledger))
        acme.talk(github)
        pull = {"title": TITLE, "head": BRANCH, "base": "main", "body": "From run 125."}
        acme.post(github, acme.AUTHOR, f"/repos/{acme.REPOSITORY}/pulls", pull)
