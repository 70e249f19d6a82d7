"""The demo's GitHub: founded over the demo's remote, and served by a process of its own while the demo is open.

A process, because no key of the workstation waits for what another one does. Its socket is open before it is: who asks
early waits in its queue. It ends when its standard input does, so also with a parent that was killed.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qatui.errors import StoreBusy
from qatui.sandbox.github.listening import address, listening

if TYPE_CHECKING:
    from qatui.sandbox.github.world import World

FOLDER = "github"
"""What the look-alike keeps, in the demo's folder."""
LOG = "github.log"
"""What its process had to say: nothing, unless something went wrong."""
YOU = "you"
"""The reviewer's login there."""
PATIENCE = 10.0
"""Seconds that the process waits for the one before it to end, and that it is given to end itself."""


@dataclass(frozen=True, slots=True)
class Served:
    """A look-alike that is being served."""

    api_url: str
    token: str = field(repr=False)
    """The reviewer's, for as long as this one is served."""


def found_github(directory: Path, remote: Path) -> None:
    """Found the GitHub of the demo in `directory` over its bare `remote`; raises UsageError for too old a git."""
    from qatui.sandbox import acme
    from qatui.sandbox.demo_repository import YOU as SIGNATURE
    from qatui.sandbox.github.answering import GitHub
    from qatui.sandbox.ready import found_apart, require_git

    def found(github: GitHub) -> None:
        with github.world.lock:
            you = acme.add_person(github.world, YOU, *SIGNATURE)
            acme.found(github, writers=[you], directory=remote)
            acme.talk(github)

    require_git(directory)
    found_apart(directory / FOLDER, found)
    (directory / FOLDER).chmod(0o700)


@contextmanager
def serving_beside(directory: Path) -> Iterator[Served]:
    """Serve the GitHub of the demo in `directory` in a process of its own while the context lasts."""
    token = f"ghp_{secrets.token_hex(18)}"
    with listening() as listener:
        url, number = address(listener), listener.fileno()
        with (directory / LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "qatui.sandbox.demo_github", str(number)],
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[number],
                start_new_session=True,
            )
    with process:
        assert process.stdin is not None
        with suppress(ProcessLookupError):  # it may have ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, 5)
        try:
            process.stdin.write(f"{token}\n".encode())
            process.stdin.flush()
            yield Served(url, token)
        finally:
            process.stdin.close()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def serve(listener: socket.socket) -> None:
    """Serve what the working directory holds until standard input ends; its first line is the reviewer's token."""
    from qatui.sandbox.github.answering import GitHub
    from qatui.sandbox.github.founding import add_token
    from qatui.sandbox.github.serve import serving

    token = sys.stdin.readline().strip()
    world = _open(Path.cwd() / FOLDER)
    try:
        with world.lock:
            you = world.user(YOU)
            assert you is not None
            for each in world.tokens:
                if each.user_id == you.id:
                    world.tokens.remove(each)
            add_token(world, you, value=token)
            world.commit()
        with serving(GitHub(world, limits="primary"), listener=listener):
            sys.stdin.read()
    finally:
        world.close()


def _open(directory: Path) -> "World":
    """The world that is kept there, once the process that had it before is gone; raises StoreBusy."""
    from qatui.sandbox.github.world import World

    until = time.monotonic() + PATIENCE
    while True:
        try:
            return World(directory, keep=True)
        except StoreBusy:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
