"""Cutting off work that takes too long inside one call that cannot be asked to stop: a match of a regular expression.

Python looks for signals while it matches, but in the main thread only: elsewhere nothing is cut off.
"""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

AGAIN = 0.05
"""Seconds after which it is tried again, where the first try was lost in a destructor."""


def can_cut_off() -> bool:
    """Whether this is the thread in which it works."""
    return threading.current_thread() is threading.main_thread()


class TookTooLong(BaseException):
    """The time is over. Not an Exception: what is cut off must not take it for one of its own."""


class CutOff:
    """While entered, raises TookTooLong in the main thread once the processor time given to `after` is used up.

    Not for two at once: there is one timer of this kind in a process.
    """

    def __init__(self) -> None:
        self._armed = False

    def __enter__(self) -> Self:
        if can_cut_off():
            self._before = signal.signal(signal.SIGVTALRM, self._ring)
            self._armed = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._armed:
            self._armed = False  # from here on a signal that is under way does nothing
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, self._before)

    def after(self, seconds: float) -> None:
        """Begin to count anew."""
        if self._armed:
            signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds, AGAIN), AGAIN)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if self._armed:
            raise TookTooLong
