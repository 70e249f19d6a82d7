"""The names of the two sides above a diff."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink
from qatui.tui.widgets.queue_row import cut_path

GAP = 3
"""Cells between the names of the sides and what the diff is in."""
LEAST = 12
"""In fewer cells it is not said."""


class DiffHead(Widget):
    """One line: the old side's name, the new side's name, parted where the diff below is; and what that is in."""

    DEFAULT_CSS = "DiffHead { height: 1; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._inside: Sequence[str] = ()
        self._shown: tuple[str | None, str | None, int | None, str] = (None, "", None, "")

    def show(self, old: str | None, new: str | None, middle: int | None, missing: str) -> None:
        """Names of the sides, None for one that has no file, which `missing` says in words.

        `middle` is the column that parts them, None: none does.
        """
        if self._shown != (old, new, middle, missing):
            self._shown = (old, new, middle, missing)
            self.refresh()

    def stand_in(self, inside: Sequence[str]) -> None:
        """What encloses the first line in sight: its classes, functions and tests, the outermost first."""
        if self._inside != inside:
            self._inside = inside
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        old, new, middle, missing = self._shown
        theme, width = self.app.theme, self.size.width
        removed, added = ink(theme, "removed", "panel"), ink(theme, "added", "panel")
        plain = ink(theme, "dim", "panel")
        before = Strip([Segment(f" {self._glyphs.minus} {old}", removed)]) if old is not None else Strip([])
        after = Strip([Segment(f" {self._glyphs.plus} {new}", added)]) if new is not None else Strip([])
        if old is None or new is None:
            words = Strip([*before, *after, Segment(f"  {missing}", plain)])
        elif middle is None:
            words = Strip([*before, Segment("  ", plain), *after])
        else:
            bar = Segment(self._glyphs.bar, ink(theme, "dim", "panel"))
            words = Strip([*before.adjust_cell_length(middle, plain), bar, *after])
        inside = self._named(width - words.cell_length - GAP)
        if not inside:
            return words.adjust_cell_length(width, plain)
        words = words.adjust_cell_length(width - cell_len(inside), plain)
        return Strip([*words, Segment(inside, ink(theme, "accent", "panel"))]).adjust_cell_length(width, plain)

    def _named(self, room: int) -> str:
        """What the diff below is in, in at most `room` cells; the outer ones go first where it is narrow."""
        into = f" {self._glyphs.into} "
        for first in range(len(self._inside)):
            text = f"{into.join(self._inside[first:])} "
            if cell_len(text) <= room:
                return text
        return f"{cut_path(self._inside[-1], room - 1, self._glyphs.cut)} " if self._inside and room > LEAST else ""
