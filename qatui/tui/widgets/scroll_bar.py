"""The bar at the side of what scrolls, for fonts without parts of blocks."""

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender

from qatui.render.glyphs import UNICODE, Glyphs


class WholeCells(ScrollBarRender):
    """A bar of whole cells, drawn by its colour alone."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def choose(glyphs: Glyphs) -> None:
    """Draw every bar of this process with the signs that go with `glyphs`."""
    ScrollBar.renderer = ScrollBarRender if glyphs is UNICODE else WholeCells
