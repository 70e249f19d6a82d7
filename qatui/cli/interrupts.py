"""Ctrl-C and SIGTERM: heard wherever they come, and after the first one nothing keeps the program waiting."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

from qatui.errors import ExitCode

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_AGAIN_SECONDS = 0.02


def listen() -> None:
    """From now on SIGTERM ends the program as Ctrl-C does: by KeyboardInterrupt. For the main thread."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
        sys.unraisablehook = _swallowed


def hear_hangup() -> None:
    """From now on a terminal that closes ends the program as SIGTERM does: nothing stays in temporary folders.

    Not where somebody wants it to go on without one (nohup).
    """
    if signal.getsignal(signal.SIGTERM) is _interrupt and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _interrupt)


def leaving() -> None:
    """The program is about to end: a signal that comes now ends it at once, with the commands of git that still run."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave(_number: int, _frame: FrameType | None) -> None:
    from qatui.workspace.running import end_all

    end_all()
    os._exit(ExitCode.INTERRUPTED)


def _swallowed(what: "UnraisableHookArgs") -> None:
    """An interrupt that came in a finalizer went no further than that (GitPython's are written in Python): once more.

    From a thread, for here it would be swallowed again; to the main thread, which may wait in a system call.
    """
    if not issubclass(what.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    main = threading.main_thread().ident
    assert main is not None
    again = threading.Timer(_AGAIN_SECONDS, signal.pthread_kill, (main, signal.SIGINT))
    again.daemon = True
    again.start()
