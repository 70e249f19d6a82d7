"""A ready GitHub to try things on: acme's, with a private repository, a reader and a pull request beside."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qatui.sandbox import acme
from qatui.sandbox.demo_candidates import FILES
from qatui.sandbox.demo_repository import JON, propose, write_history
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.founding import add_repository
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import FILE, World
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

    Raises OSError where the port is taken or the folder cannot be written, UsageError for a git that is too old.
    """
    require_git(Path.cwd())
    if keep and not (directory / FILE).exists():
        found_apart(directory, _found)
    world = World(directory, keep=keep)
    try:
        if not keep:
            _found(GitHub(world))
        github = GitHub(world, limits="primary")
        with serving(github, port) as url:
            yield Ready(url, acme.token(world, acme.MAINTAINER).value, acme.token(world, READER).value)
    finally:
        world.close()


def found_apart(directory: Path, found: Callable[[GitHub], None]) -> None:
    """Found a world beside `directory` and move it there when it is whole: killed half-way, it is begun anew."""
    place = directory.with_name(directory.name + ".new")
    shutil.rmtree(place, ignore_errors=True)
    world = World(place, keep=True)
    try:
        found(GitHub(world))
    finally:
        world.close()
    place.rename(directory)


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
