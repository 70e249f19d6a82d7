"""Beside the diff: the checklist, what was said, the revisions."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from qatui.domain import moments
from qatui.domain.marks import visible, visible_lines
from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink

if TYPE_CHECKING:
    from qatui.flows.review import Dossier


class SidePane(VerticalScroll, can_focus=False):
    """What is known of a candidate that is not in its diff; to read, not to type."""

    DEFAULT_CSS = """
    SidePane { width: 34; background: $panel; padding: 0 1; scrollbar-size-vertical: 1; }
    SidePane.over { layer: said; dock: right; width: 44; max-width: 100%; height: 100%; }
    SidePane Static { width: 1fr; height: auto; }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._dossier: Dossier | None = None
        self._now = 0
        self._theme = ""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(markup=False)

    @property
    def has_content(self) -> bool:
        """Whether there is more to say than the lines above the diff do."""
        dossier = self._dossier
        return dossier is not None and bool(dossier.checklist or dossier.comments)

    def show(self, dossier: "Dossier", now: int) -> None:
        """Draw another candidate, or what is new about it."""
        if (dossier, self.app.theme) != (self._dossier, self._theme):
            self._dossier, self._now, self._theme = dossier, now, self.app.theme
            self.query_one(Static).update(self._text(dossier))

    def on_mount(self) -> None:
        """Colours follow the theme."""
        self.watch(self.app, "theme", self._draw_again, init=False)

    def _draw_again(self) -> None:
        if self._dossier is not None:
            self.show(self._dossier, self._now)

    def _text(self, dossier: "Dossier") -> Text:
        text = Text()
        self._checklist(text, dossier)
        self._comments(text, dossier)
        self._revisions(text, dossier)
        return text

    def _title(self, text: Text, words: str, count: str) -> None:
        if text:
            text.append("\n\n")
        text.append(words, ink(self._theme, "foreground", "panel", "bold"))
        text.append(f"  {count}\n", ink(self._theme, "dim", "panel"))

    def _checklist(self, text: Text, dossier: "Dossier") -> None:
        items = dossier.checklist
        if not items:
            return
        self._title(text, "Checklist", f"{sum(each.done for each in items)}/{len(items)}")
        for each in items:
            sign, token = (self._glyphs.ticked, "risk-good") if each.done else (self._glyphs.open, "foreground")
            text.append(f"\n{sign} ", ink(self._theme, token, "panel"))
            text.append(visible(each.item.text), ink(self._theme, "dim" if each.done else "foreground", "panel"))
            if each.item.required and not each.done:
                text.append(" *", ink(self._theme, "risk-look", "panel", "bold"))

    def _comments(self, text: Text, dossier: "Dossier") -> None:
        if not dossier.comments:
            return
        self._title(text, "Comments", str(len(dossier.comments)))
        for at, each in enumerate(dossier.comments):
            where = [visible(each.author), moments.age(each.at, self._now)]
            if each.revision != dossier.candidate.revision:
                where.append(f"rev {each.revision}")
            if each.line is not None:
                where.append(f"{'base ' if each.side == 'old' else ''}line {each.line:,}")
            text.append("\n\n" if at else "\n").append(
                f" {self._glyphs.dot} ".join(where), ink(self._theme, "link", "panel")
            )
            text.append("\n" + visible_lines(each.body), ink(self._theme, "foreground", "panel"))

    def _revisions(self, text: Text, dossier: "Dossier") -> None:
        self._title(text, "Revisions", str(len(dossier.revisions)))
        for each in reversed(dossier.revisions):
            here = each.number == dossier.candidate.revision
            words = f"rev {each.number}  +{each.added:,} {self._glyphs.minus}{each.removed:,}  {visible(each.author)}"
            text.append(f"\n{words}", ink(self._theme, "foreground" if here else "dim", "panel"))
            text.append(f"  {moments.age(each.at, self._now)}", ink(self._theme, "dim", "panel"))
