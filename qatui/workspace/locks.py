"""Locks on our own refs that a git left which was killed: git never takes one away, it asks a person to.

Only refs under refs/qatui, which no other program moves.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from qatui.errors import GitKilled, GitTimeout
from qatui.workspace.git import NETWORK_SECONDS
from qatui.workspace.repository import Repository

STALE_SECONDS = 2 * NETWORK_SECONDS
"""Age of a lock that nobody can hold any more: no git of ours lives so long."""


@contextmanager
def moving(repository: Repository, *refs: str) -> Iterator[None]:
    """Around a git that moves `refs`: takes away a lock that is stale, and those that git leaves if it is killed."""
    locks = [repository.git_dir / f"{ref}.lock" for ref in refs]
    for lock in locks:
        with suppress(OSError):  # there is none, mostly; git says what else is wrong
            if time.time() - lock.stat().st_mtime > STALE_SECONDS:
                lock.unlink()
    before = {lock for lock in locks if lock.exists()}
    try:
        yield
    except (GitKilled, GitTimeout, KeyboardInterrupt):  # one that fails otherwise clears up after itself
        for lock in locks:
            if lock not in before:
                with suppress(OSError):
                    lock.unlink()
        raise
