"""Keys take turns: each is given to the screen and the field that the key before it led to.

Textual hands keys on as they arrive. In a burst (a slow line, a macro, a key that repeats) the letters typed after
a key that opens a dialog would still reach the screen below and be verdicts there. So a key waits until all that
the one before it began on the screen has happened. And what closes a dialog is often followed by one letter more
that was meant for it: for a moment such keys are not heard.
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode

QUIET_SECONDS = 0.3
"""How long after a dialog was closed by a key letters are not heard."""
ROUNDS = 3
"""So often a message passes through all that may answer a key: the field's answer, its container's, the screen's."""
MOST_ROUNDS = 30
"""A screen that is never at rest takes keys all the same."""

Typed = events.Key | events.Paste


class Turns:
    """The keys that wait, and the moment after a dialog."""

    def __init__(
        self, app: App[Any], give: Callable[[events.Event], Awaitable[None]], clock: Callable[[], float]
    ) -> None:
        """`give` hands an event to what has the keys now; `clock` counts monotonic seconds."""
        self._app = app
        self._give = give
        self.clock = clock
        self._waiting: deque[Typed] = deque()
        self._busy = False
        self._last = ""
        self._letter = False
        self._closed_at = float("-inf")
        self._closed_by = ""
        self._closed_by_letter = False

    async def take(self, event: Typed) -> None:
        """Give a key to the screen, or let it wait for its turn."""
        if self._busy:
            self._waiting.append(event)
        else:
            await self._hand_over(event)

    def closed(self) -> None:
        """A dialog goes: by the last key, as far as it goes by a key at all."""
        self._closed_at = self.clock()
        self._closed_by, self._closed_by_letter = self._last, self._letter

    def unheard(self, event: events.Key) -> bool:
        """Whether a key was meant for the dialog that has just gone.

        That is the key that closed it, pressed twice or too long, and after a letter or Enter any other letter.
        """
        pressed = self.clock() - (time.monotonic() - event.time)
        if pressed >= self._closed_at + QUIET_SECONDS:
            return False
        return event.key == self._closed_by or (self._closed_by_letter and event.is_printable)

    async def _hand_over(self, event: Typed) -> None:
        self._busy = True
        if isinstance(event, events.Key):
            self._last, self._letter = event.key, event.is_printable or event.key == "enter"
        await self._give(event)
        self._pass_through(0)

    def _pass_through(self, rounds: int) -> None:
        """One more round through the field, what it lies in, the screen, the app."""
        self._hop(iter((self._app.focused or self._app.screen).ancestors_with_self), rounds)

    def _hop(self, path: Iterator[DOMNode], rounds: int) -> None:
        """Wait until the next of them has done what came before; one that is closed has nothing left to do."""
        for node in path:
            if node.call_later(self._hop, path, rounds):
                return
        if rounds + 1 < ROUNDS or (self._waiting and rounds + 1 < MOST_ROUNDS and not self._at_rest()):
            self._pass_through(rounds + 1)
        elif self._waiting:
            self._app.call_later(self._hand_over, self._waiting.popleft())
        else:
            self._busy = False

    def _at_rest(self) -> bool:
        nodes = (self._app, *self._app.screen.walk_children(with_self=True))
        return not any(node.message_queue_size for node in nodes)
