"""What becomes of a request that got no usable answer."""

from enum import Enum

from qatui.errors import Unreachable

AGAIN = "It is safe to run again."
"""The hint where nothing can have gone wrong twice."""


class Fate(Enum):
    """How far a request without a usable answer came, and so whether it may have done what it should."""

    UNSENT = "it never left"
    REFUSED = "the server said that it failed: done or not, it does no more"
    BROKEN = "the connection or its answer broke off, or a gateway gave up: the server may still be at it"
    SILENT = "no answer in our time: nobody knows what is still under way"


class Lost(Exception):
    """A request without a usable answer."""

    def __init__(self, error: Unreachable, fate: Fate, *, wait: int | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.fate = fate
        self.wait = wait
        """Milliseconds that the answer asks to wait; None where there was no word of it."""

    @property
    def sent(self) -> bool:
        """Whether it may have done what it should."""
        return self.fate is not Fate.UNSENT
