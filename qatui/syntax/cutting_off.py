"""Cutting off work that takes too long inside one call that cannot be asked to stop: a match of a regular expression.

Python looks for signals while it matches, but in the main thread only: elsewhere nothing is cut off.
"""

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType

AGAIN = 0.05
"""Seconds after which it is tried again, where the first try was lost in a destructor."""


def can_cut_off() -> bool:
    """Whether this is the thread in which it works."""
    return threading.current_thread() is threading.main_thread()


class TookTooLong(BaseException):
    """The time is over. Not an Exception: what is cut off must not take it for one of its own."""


class CutOff:
    """Runs work that sets its own time by `after`: TookTooLong is raised in it once the processor time is used up.

    Not for two at once: there is one timer of this kind in a process.
    """

    def __init__(self) -> None:
        self._armed = False

    def run(self, work: Callable[[], None]) -> bool:
        """Do it; whether it came to its end. Afterwards nothing rings, whenever the last signal came."""
        if not can_cut_off():
            work()
            return True
        before = signal.signal(signal.SIGVTALRM, self._ring)
        collecting = gc.isenabled()
        gc.disable()  # in what is called when garbage is collected the exception would be lost
        self._armed = True
        try:
            work()
        except TookTooLong:
            return False
        finally:
            self._armed = False  # from here on a signal that is under way does nothing
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
            if collecting:
                gc.enable()
        return True

    def after(self, seconds: float) -> None:
        """Begin to count anew."""
        if self._armed:
            signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds, AGAIN), AGAIN)

    def _ring(self, _number: int, frame: FrameType | None) -> None:
        """Raise it in the work, and not in `run` itself: there the work has ended, and is being tidied up."""
        if self._armed and frame is not None and frame.f_code is not CutOff.run.__code__:
            raise TookTooLong
