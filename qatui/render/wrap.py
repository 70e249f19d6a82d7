"""Long lines on several screen lines: where they break, and which row stands on which screen line."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, get_character_cell_size

from qatui.domain.lines import Drawn


def starts_of(drawn: Drawn, width: int) -> Sequence[int]:
    """Where the screen lines of a drawn line begin, each of at most `width` cells; an empty line takes one.

    No wide character is broken, nor a mark, but one that is wider than a screen line.
    """
    text = drawn.text
    if text.isascii() and not drawn.marks:
        return range(0, max(1, len(text)), width)
    starts, cells, at = [0], 0, 0
    sizes: dict[str, int] = {}  # a line has few marks that differ, but may have hundreds of thousands
    for start, end, _ in drawn.marks:
        if at < start:
            cells = _go_on(text, at, start, starts, cells, width)
        mark = text[start:end]
        size = sizes.get(mark)
        if size is None:
            size = sizes[mark] = cell_len(mark)
        if cells + size > width and cells and size <= width:
            starts.append(start)
            cells = 0
        cells = cells + size if cells + size <= width else _go_on(text, start, end, starts, cells, width)
        at = end
    _go_on(text, at, len(text), starts, cells, width)
    return starts


def _go_on(text: str, start: int, end: int, starts: list[int], cells: int, width: int) -> int:
    """Break `start` to `end`, with `cells` of the screen line taken; the cells taken of the last one."""
    part = text[start:end]
    if part.isascii():
        breaks = range(max(start, start + width - cells), end, width)
        starts.extend(breaks)
        return end - breaks[-1] if breaks else cells + len(part)
    for at, size in enumerate(map(get_character_cell_size, part), start):
        if cells + size > width and cells:
            starts.append(at)
            cells = 0
        cells += size
    return cells


class Heights:
    """Which row stands on which screen line. Kept is only which rows take more than one line."""

    def __init__(self, rows: int, tall: Iterable[tuple[int, int]] = ()) -> None:
        """`tall` are rows in order, each with the screen lines that it takes, two or more."""
        self._tall = array("q")
        self._more = array("q")
        """Screen lines beyond one each, of a tall row and all before it."""
        self._below = array("q")
        """The screen line on which the row after a tall one begins."""
        more = 0
        for row, lines in tall:
            more += lines - 1
            self._tall.append(row)
            self._more.append(more)
            self._below.append(row + more + 1)
        self.rows = rows
        """How many there are."""
        self.total = rows + more
        """Screen lines of all of them."""

    def top(self, row: int) -> int:
        """The screen line on which a row begins."""
        at = bisect_left(self._tall, row)
        return row + (self._more[at - 1] if at else 0)

    def height(self, row: int) -> int:
        """Screen lines that a row takes."""
        return self.top(row + 1) - self.top(row)

    def at(self, line: int) -> tuple[int, int]:
        """The row on a screen line, and which of its lines that is."""
        place = bisect_right(self._below, line)
        row = line - (self._more[place - 1] if place else 0)
        if place < len(self._tall) and row > self._tall[place]:
            row = self._tall[place]
        return row, line - self.top(row)
