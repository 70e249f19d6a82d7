"""Every key and what it does, from the one table."""

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from qatui.tui.keymap import SCREENS, Keymap, shown
from qatui.tui.themes import ink

SCOPES = {
    "move": "Moving",
    "queue": "Queue",
    "review": "Review",
    "candidate": "Candidate",
    "publish": "Publications",
    "app": "Everywhere",
}
"""Headings of the scopes."""


class HelpScreen(ModalScreen[None]):
    """The keys of the screen below, by scope."""

    def __init__(self, keymap: Keymap, screen: str) -> None:
        super().__init__()
        self._keymap = keymap
        self._screen_name = screen

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(classes="page"):
            yield Static(id="help", markup=False)

    def on_mount(self) -> None:
        """Draw it in the theme's ink."""
        self.query_one("#help", Static).update(self._text())

    def _text(self) -> Text:
        theme = self.app.theme
        text = Text()
        for scope in SCREENS[self._screen_name]:
            acts = [act for act in self._keymap.of(self._screen_name) if act.scope == scope]
            if not acts:
                continue
            text.append(f"{SCOPES[scope]}\n", ink(theme, "foreground", "panel", "bold"))
            for act in acts:
                keys = " ".join(shown(key) for key in self._keymap.keys(act.id)) or "palette"
                text.append(f"  {keys:<12}", ink(theme, "accent", "panel", "bold"))
                text.append(f"{act.help:<52}", ink(theme, "foreground", "panel"))
                text.append(f"  {act.id}\n", ink(theme, "dim", "panel"))
            text.append("\n")
        text.append("Your own keys: `keys:` in your settings, by the id on the right.   ", ink(theme, "dim", "panel"))
        text.append("esc", ink(theme, "accent", "panel", "bold"))
        text.append(" back", ink(theme, "foreground", "panel"))
        return text

    def on_key(self, event: events.Key) -> None:
        """Any of the usual ways out; j and k scroll."""
        page = self.query_one(VerticalScroll)
        if event.key in ("j", "k"):
            event.stop()
            page.scroll_relative(y=1 if event.key == "j" else -1, animate=False)
        if event.key in ("escape", "q", "question_mark"):
            event.stop()
            self.dismiss()
