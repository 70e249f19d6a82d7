"""The demo's GitHub: founded over the demo's remote, and served by a process of its own while the demo is open.

A process, because no key of the workstation waits for what another one does. Its socket is open before it is: who asks
early waits in its queue. It ends when its standard input does, so also with a parent that was killed.
"""

import fcntl
import os
import secrets
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qatui.sandbox.github.listening import address, listening
from qatui.sandbox.needs import require_git

if TYPE_CHECKING:
    from qatui.sandbox.github.answering import GitHub

REMOTE = "remote.git"
"""The bare repository, in the demo's folder."""
FOLDER = "github"
"""What the look-alike keeps, in the demo's folder."""
LOG = "github.log"
"""What its process had to say: nothing, unless something went wrong."""
YOU = "you"
"""The reviewer's login there."""
PATIENCE = 10.0
"""Seconds that the process is given to end."""


@dataclass(frozen=True, slots=True)
class Served:
    """A look-alike that is being served."""

    api_url: str
    token: str = field(repr=False)
    """The reviewer's, for as long as this one is served."""


@contextmanager
def serving_beside(directory: Path) -> Iterator[Served]:
    """Serve the GitHub of the demo in `directory` in a process of its own while the context lasts.

    Raises UsageError where git is too old for that.
    """
    require_git(directory)
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
    """Serve what the working directory holds until standard input ends; its first line is the reviewer's token.

    Nothing is loaded, and nothing founded, before somebody asks: the start of the workstation has the machine.
    """
    here = Path.cwd()
    fcntl.flock(os.open(here, os.O_RDONLY), fcntl.LOCK_EX)  # one whose parent was killed may still be ending
    token = sys.stdin.readline().strip()
    if listener not in select.select([listener, sys.stdin], [], [])[0]:
        return
    from qatui.sandbox.github.answering import GitHub
    from qatui.sandbox.github.founding import add_token
    from qatui.sandbox.github.serve import serving
    from qatui.sandbox.github.world import World
    from qatui.sandbox.ready import found_once

    world = World(here / FOLDER, keep=True)
    try:
        found_once(world, partial(_found, here / REMOTE))
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


def _found(remote: Path, github: "GitHub") -> None:
    from qatui.sandbox import acme
    from qatui.sandbox.demo_repository import YOU as SIGNATURE

    with github.world.lock:
        you = acme.add_person(github.world, YOU, *SIGNATURE)
        acme.found(github, writers=[you], directory=remote)
        acme.talk(github)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
