"""What every dialog is: over the lower part of the screen, gone once."""

from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual import events
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from qatui.tui.app import Workstation

Result = TypeVar("Result")


class Dialog(ModalScreen[Result], Generic[Result]):
    """Base of the dialogs; it takes keys only while it is the screen on top."""

    AUTO_FOCUS = ""

    @property
    def station(self) -> "Workstation":
        """The app."""
        return cast("Workstation", self.app)

    def close(self, result: Result | None) -> None:
        """Go, with the answer; None for none. Going a second time is nothing."""
        if self.is_current:
            self.dismiss(result)

    def on_key(self, event: events.Key) -> None:
        """A key that nothing typed in takes."""
        if not self.is_current:
            event.stop()
        elif event.key == "ctrl+c":
            event.stop()
            self.station.say(f"esc closes this, then {self.station.keymap.first('app.quit')} leaves")
        else:
            self.pressed(event)

    def pressed(self, event: events.Key) -> None:
        """What a key does here."""
        raise NotImplementedError
