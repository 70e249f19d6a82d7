"""Writing a comment; what is typed is kept as it is typed, so that nothing is lost by a kill."""

from collections.abc import Callable

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from qatui.tui.themes import ink


class CommentDialog(ModalScreen[str | None]):
    """Dismissed with the comment, or None; the draft stays until it is sent."""

    def __init__(self, title: str, draft: str, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._title_text = title
        self._draft = draft
        self._keep = keep

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        with Vertical(classes="box"):
            yield Static(id="question", markup=False)
            yield TextArea(self._draft, id="body", soft_wrap=True, compact=True)
            yield Static(id="answers", markup=False)

    def on_mount(self) -> None:
        """Typing begins at the draft's end."""
        theme = self.app.theme
        key, plain = ink(theme, "accent", "panel", "bold"), ink(theme, "foreground", "panel")
        self.query_one("#question", Static).update(Text(self._title_text, ink(theme, "foreground", "panel", "bold")))
        keys = Text().append("^s", key).append(" comment   ", plain).append("esc", key).append(" back", plain)
        keys.append(", the draft is kept", ink(theme, "dim", "panel"))
        self.query_one("#answers", Static).update(keys)
        body = self.query_one(TextArea)
        body.move_cursor(body.document.end)
        body.focus()

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._keep(self.query_one(TextArea).text)

    def on_key(self, event: events.Key) -> None:
        """^s sends, Esc goes back; Enter is a new line."""
        if event.key == "ctrl+s":
            event.stop()
            body = self.query_one(TextArea).text.strip()
            if body:
                self.dismiss(body)
        elif event.key == "escape":
            event.stop()
            self.dismiss(None)
