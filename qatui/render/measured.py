"""A drawn line by cells: which of its characters are seen through a window, quick at the end of a long line too."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from rich.cells import get_character_cell_size

from qatui.domain.lines import Drawn

STRIDE = 512
"""Characters from one place whose cells are kept to the next: what is walked at most to get to any other."""


class Measured:
    """A drawn line, or its beginning."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self._ascii = drawn.text.isascii()

    @property
    def cells(self) -> int:
        """Cells that it takes."""
        return len(self.drawn.text) if self._ascii else self._strides[-1]

    @cached_property
    def _strides(self) -> Sequence[int]:
        """The cells before every STRIDE-th character, and those of all."""
        text = self.drawn.text
        sizes = (sum(map(get_character_cell_size, text[at : at + STRIDE])) for at in range(0, len(text), STRIDE))
        return array("Q", accumulate(sizes, initial=0))

    def _before(self, cells: int) -> tuple[int, int]:
        """A character at or before so many cells, and the cells before it; none is nearer among those that are kept."""
        if cells < STRIDE:
            return 0, 0
        strides = self._strides
        at = min(bisect_right(strides, cells), len(strides) - 1) - 1
        return at * STRIDE, strides[at]

    def window(self, left: int, width: int) -> tuple[int, int, int, int]:
        """What is seen through `width` cells from cell `left` on, as `(lead, start, end, used)`.

        The characters from `start` to before `end`, behind `lead` blanks where a wide character is cut; they and the
        blanks take `used` cells, the rest of the width is to be filled.
        """
        text = self.drawn.text
        if self._ascii:
            start, end = min(left, len(text)), min(left + width, len(text))
            return 0, start, end, end - start
        first, cell = self._before(left)
        start = 0 if left == 0 else -1
        lead = 0
        for at in range(first, len(text)):
            size = get_character_cell_size(text[at])
            if start < 0 and cell >= left and size:
                start, lead = at, cell - left
            if cell + size > left + width:
                return (min(lead, width), start, at, cell - left) if start >= 0 else (width, at, at, width)
            cell += size
        return (lead, start, len(text), cell - left) if start >= 0 else (0, len(text), len(text), 0)

    def char_at(self, cells: int) -> int:
        """The character that stands `cells` cells from the left, or reaches over that place."""
        text = self.drawn.text
        if self._ascii:
            return min(cells, len(text))
        first, before = self._before(cells)
        for at in range(first, len(text)):
            before += get_character_cell_size(text[at])
            if before > cells:
                return at
        return len(text)
