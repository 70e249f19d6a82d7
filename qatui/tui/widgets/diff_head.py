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
        self._shown: tuple[str | None, str, int | None] = (None, "", None)

    def show(self, old: str | None, new: str, middle: int | None) -> None:
        """Names of the sides, `old` None for a new file; `middle` is the column that parts them, None: none does."""
        if self._shown != (old, new, middle):
            self._shown = (old, new, middle)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        old, new, middle = self._shown
        theme, width = self.app.theme, self.size.width
        removed, added = ink(theme, "removed", "panel"), ink(theme, "added", "panel")
        plain = ink(theme, "dim", "panel")
        before = Strip([Segment(f" {self._glyphs.minus} {old}", removed)]) if old else Strip([])
        after = Strip([Segment(f" {self._glyphs.plus} {new}", added)])
        if old is None:
            words = Strip([*after, Segment("  new file: there is none on base", plain)])
        elif middle is None:
            words = Strip([*before, Segment("  ", plain), *after])
        else:
            bar = Segment(self._glyphs.bar, ink(theme, "dim", "panel"))
            words = Strip([*before.adjust_cell_length(middle, plain), bar, *after])
        return words.adjust_cell_length(width, plain)
