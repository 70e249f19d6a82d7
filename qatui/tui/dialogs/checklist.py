"""The review checklist of one candidate or of many: a tick is saved at once, for all of them."""

from collections.abc import Callable, Mapping, Sequence

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from qatui.domain.marks import visible
from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink
from qatui.settings.types import ChecklistItem
from qatui.tui.dialogs.dialog import Dialog


class ChecklistDialog(Dialog[None]):
    """The questions; digits and space tick, Esc closes. Nothing can be ticked until the answers so far are read."""

    def __init__(self, items: Sequence[ChecklistItem], total: int, glyphs: Glyphs) -> None:
        """`total`: of how many candidates."""
        super().__init__()
        self._items = items
        self._total = total
        self._ticked: dict[str, int] = {}
        self._answer: Callable[[str, bool], None] | None = None
        self._glyphs = glyphs
        self._at = 0
        self._drawn = False

    def compose(self) -> ComposeResult:
        """Title and items, keys."""
        with Vertical(classes="box"):
            yield Static(id="question", markup=False)
            yield Static(id="answers", markup=False)

    def on_mount(self) -> None:
        """Draw what is known."""
        self._drawn = True
        self._draw()

    def begin(self, ticked: Mapping[str, int], total: int, answer: Callable[[str, bool], None]) -> None:
        """The answers were read: how many of `total` candidates have each item ticked, and where a tick goes."""
        self._ticked, self._total, self._answer = dict(ticked), total, answer
        if self._drawn:
            self._draw()

    def _draw(self) -> None:
        theme, glyphs = self.app.theme, self._glyphs
        reading = self._answer is None
        done = "…" if reading else sum(ticked == self._total for ticked in self._ticked.values())
        whose = f" of {self._total:,} tests" if self._total > 1 else ""
        text = Text().append(f"Checklist {done}/{len(self._items)}{whose}", ink(theme, "foreground", "panel", "bold"))
        text.append("   * required for approve\n", ink(theme, "dim", "panel"))
        for at, each in enumerate(self._items):
            paper = "selection" if at == self._at else "panel"
            ticked = self._ticked.get(each.id, 0)
            text.append(f"\n {glyphs.cursor if at == self._at else ' '}", ink(theme, "accent", paper, "bold"))
            text.append(f"{at + 1 if at < 9 else ' '} ", ink(theme, "accent", paper, "bold"))
            everywhere = ticked == self._total and not reading
            sign = " " if reading else glyphs.ticked if everywhere else glyphs.open
            text.append(f"{sign} ", ink(theme, "risk-good" if everywhere else "foreground", paper))
            text.append(visible(each.text), ink(theme, "foreground", paper))
            text.append(" * " if each.required else " ", ink(theme, "risk-look", paper, "bold"))
            if 0 < ticked < self._total:
                text.append(f" {ticked:,} of {self._total:,} ", ink(theme, "dim", paper))
        self.query_one("#question", Static).update(text)
        key, plain = ink(theme, "accent", "panel", "bold"), ink(theme, "foreground", "panel")
        keys = Text().append("1-9 space", key).append(" tick   ", plain).append("j k", key).append(" move   ", plain)
        self.query_one("#answers", Static).update(keys.append("esc", key).append(" back, all saved", plain))

    def pressed(self, event: events.Key) -> None:
        """Tick, move, close."""
        event.stop()
        match event.key:
            case "escape" | "t" | "q":
                self.close(None)
            case "j" | "down":
                self._at = min(self._at + 1, len(self._items) - 1)
            case "k" | "up":
                self._at = max(self._at - 1, 0)
            case "space":
                self._tick(self._at)
            case digit if digit.isdecimal() and 1 <= int(digit) <= len(self._items):
                self._tick(int(digit) - 1)
        if self.is_current:
            self._draw()

    def _tick(self, at: int) -> None:
        self._at = at
        if self._answer is None:
            return
        item = self._items[at].id
        done = self._ticked[item] < self._total
        self._ticked[item] = self._total if done else 0
        self._answer(item, done)
