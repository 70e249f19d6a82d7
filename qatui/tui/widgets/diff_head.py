"""The names of the two sides above a diff."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink


class DiffHead(Widget):
    """One line: the old side's name, the new side's name, parted where the diff below is."""

    DEFAULT_CSS = "DiffHead { height: 1; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._shown: tuple[str | None, str | None, int | None, str] = (None, "", None, "")

    def show(self, old: str | None, new: str | None, middle: int | None, missing: str) -> None:
        """Names of the sides, None for one that has no file, which `missing` says in words.

        `middle` is the column that parts them, None: none does.
        """
        if self._shown != (old, new, middle, missing):
            self._shown = (old, new, middle, missing)
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
        return words.adjust_cell_length(width, plain)
