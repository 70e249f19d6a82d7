"""The commands of git that run now: who leaves the program ends them, with all they started.

A push, or a hook of it, may take minutes. Each leads a process group of its own, so that nobody else ends it.
"""

import atexit
import contextlib
import os
import signal
from collections.abc import Iterator

_begun: dict[int, bool] = {}
"""By process id: whether it is in our own group, with the terminal."""
_leaving = False
"""Whether the program ends: a thread that nobody waits for may begin one all the same."""


@contextlib.contextmanager
def listed(process: int, *, alone: bool) -> Iterator[None]:
    """Have it known as long as it runs; `alone`: it leads no group of its own."""
    _begun[process] = alone
    if _leaving:
        kill(process, alone=alone)
    try:
        yield
    finally:
        _begun.pop(process, None)


def kill(process: int, *, alone: bool) -> None:
    """Stop it and everything it started."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL) if alone else os.killpg(process, signal.SIGKILL)


def end_all() -> None:
    """Stop all that run: what waits for one of them hears that it was killed. Safe in a signal handler."""
    for process, alone in list(_begun.items()):
        kill(process, alone=alone)


@atexit.register
def _leave() -> None:
    global _leaving
    _leaving = True
    end_all()
