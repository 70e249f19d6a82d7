"""What becomes of a request that got no usable answer."""

from qatui.errors import Unreachable

AGAIN = "It is safe to run again."
"""The hint where nothing can have gone wrong twice."""


class Lost(Exception):
    """A request without a usable answer."""

    def __init__(self, error: Unreachable, *, sent: bool, wait: int | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.sent = sent
        """Whether it may have done what it should."""
        self.wait = wait
        """Milliseconds that the answer asks to wait; None where there was no word of it."""
