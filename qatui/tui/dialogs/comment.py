"""Writing a comment; what is typed is kept as it is typed, so that nothing is lost by a kill."""

from collections.abc import Callable

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from qatui.render.palette import ink
from qatui.tui.dialogs.dialog import Dialog


class CommentDialog(Dialog[str]):
    """Dismissed with the comment, or None; the draft stays until it is sent."""

    def __init__(self, title: str, keep: Callable[[str], None]) -> None:
        super().__init__()
        self._title_text = title
        self._keep = keep
        self._draft: str | None = None
        self._drawn = False
        self.begun = False
        """Whether the draft of before is here; until then none is kept, or it would be written over."""

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        with Vertical(classes="box"):
            yield Static(id="question", markup=False)
            yield TextArea(id="body", soft_wrap=True, compact=True)
            yield Static(id="answers", markup=False)

    def on_mount(self) -> None:
        """Typing begins at once."""
        theme = self.app.theme
        key, plain = ink(theme, "accent", "panel", "bold"), ink(theme, "foreground", "panel")
        self.query_one("#question", Static).update(Text(self._title_text, ink(theme, "foreground", "panel", "bold")))
        keys = Text().append("^s", key).append(" comment   ", plain).append("esc", key).append(" back", plain)
        keys.append(", the draft is kept", ink(theme, "dim", "panel"))
        self.query_one("#answers", Static).update(keys)
        self.set_focus(self.query_one(TextArea))
        self._drawn = True
        if self._draft is not None:
            self.begin(self._draft)

    def begin(self, draft: str) -> None:
        """The draft of before was read: it stands in front of what was typed meanwhile."""
        self._draft = draft
        if not self._drawn:
            return
        self.begun = True
        body = self.query_one(TextArea)
        body.insert(draft, (0, 0))
        body.move_cursor(body.document.end)

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self.begun:
            self._keep(self.query_one(TextArea).text)

    def pressed(self, event: events.Key) -> None:
        """^s sends, Esc goes back; Enter is a new line."""
        if event.key == "ctrl+s":
            event.stop()
            body = self.query_one(TextArea).text.strip()
            if body:
                self.close(body)
        elif event.key == "escape":
            event.stop()
            self.close(None)
