"""What the workstation and the diff screen have in common as apps: keys that take turns, signs, themes."""

import os
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from textual.theme import BUILTIN_THEMES

from qatui.render import glyphs, palette
from qatui.tui import themes
from qatui.tui.keymap import Keymap
from qatui.tui.palette import Actions
from qatui.tui.turns import Turns
from qatui.tui.widgets import scroll_bar

if TYPE_CHECKING:
    from collections.abc import Callable

    from qatui.settings.types import User


class KeyedApp(App[Exception], inherit_bindings=False):
    """An app whose keys come from the one table; it returns the error that ended it, None when the person did."""

    TITLE = "qatui"
    COMMANDS: ClassVar = {Actions}
    COMMAND_PALETTE_BINDING = "f20"  # the palette's keys are in our own table
    ANIMATION_LEVEL = "none"

    def __init__(self, user: "User", clock: "Callable[[], float]") -> None:
        """`clock` counts monotonic seconds. Raises ConfigError when the person's `keys:` mean nothing."""
        super().__init__()
        self.animation_level = "none"
        self.keymap = Keymap(user.keys)
        self.glyphs = glyphs.choose(user.glyphs, os.environ)
        scroll_bar.choose(self.glyphs)
        self.turns = Turns(self, super().on_event, clock)
        for theme in themes.themes():
            self.register_theme(theme)
        for name in BUILTIN_THEMES:
            self.unregister_theme(name)
        self.theme = user.theme

    async def on_event(self, event: events.Event) -> None:
        """What is typed takes turns; everything else goes its way at once."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.turns.take(event)
        else:
            await super().on_event(event)

    def pop_screen(self) -> AwaitComplete:
        """A screen goes; a dialog, the help or the palette with the key that closed it."""
        if isinstance(self.screen, ModalScreen):
            self.turns.closed()
        return super().pop_screen()

    def _handle_exception(self, error: Exception) -> None:
        """Textual's edge for a bug: the app ends with it, and its traceback goes to the log, not to the terminal."""
        super()._handle_exception(error)
        self._exit_renderables.clear()
        if self._return_value is None:
            self._return_value = error

    def next_theme(self) -> None:
        """Dark, light, contrast, and round again."""
        names = list(palette.TOKENS)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def acted(self, action_id: str) -> None:
        """An action ran."""
