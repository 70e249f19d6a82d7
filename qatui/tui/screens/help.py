"""Every key and what it does, from the one table."""

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from qatui.render.palette import ink
from qatui.tui.keymap import SCREENS, Keymap, shown

SCOPES = {
    "move": "Moving",
    "queue": "Queue",
    "review": "Review",
    "diff": "Diff",
    "file": "Files",
    "candidate": "Candidate",
    "publish": "Publications",
    "app": "Everywhere",
}
"""Headings of the scopes; some are names of screens too."""
IDS_FROM = 100
"""Cells from which there is room for the ids."""


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

    def on_resize(self) -> None:
        """Draw it in the theme's ink, as wide as there is room."""
        self.query_one("#help", Static).update(self._text())

    def _text(self) -> Text:
        theme, wide = self.app.theme, self.size.width >= IDS_FROM
        plain, dim = ink(theme, "foreground", "panel"), ink(theme, "dim", "panel")
        key, bold = ink(theme, "accent", "panel", "bold"), ink(theme, "foreground", "panel", "bold")
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"Keys of this screen: {SCOPES[self._screen_name]}   ", bold)
        text.append("esc", key).append(" closes   ", plain).append("j k", key).append(" scroll\n\n", plain)
        for scope in dict.fromkeys(name.partition(".")[0] for name in SCREENS[self._screen_name]):
            acts = [act for act in self._keymap.of(self._screen_name) if act.scope == scope]
            if not acts:
                continue
            text.append(f"{SCOPES[scope]}\n", bold)
            for act in acts:
                keys = " ".join(shown(each) for each in self._keymap.keys(act.id)) or "palette"
                text.append(f"  {keys:<12}", key)
                text.append(f"{act.help:<60}{act.id}\n" if wide else f"{act.help}\n", plain)
                if wide:
                    text.stylize(dim, len(text) - len(act.id) - 1)
            text.append("\n")
        where = "on the right" if wide else "in the README, or here in a wider terminal"
        text.append(f"Your own keys: `keys:` in your settings, by the id {where}.", dim)
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
