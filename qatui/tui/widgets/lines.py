"""Single lines of a screen: pieces to the left and to the right, the less needed dropped when it is narrow."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from qatui.render.palette import ink
from qatui.tui.widgets.queue_row import cut_path


class Piece(NamedTuple):
    """A few words in one ink."""

    text: str
    token: str = "foreground"
    flags: str = ""
    rank: int = 0
    """The highest is dropped first; 0 is never dropped, only cut."""
    key: str = ""
    """A key in front of the words, drawn in its own ink."""

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_len(self.key) + bool(self.key and self.text) + cell_len(self.text)


def drop(left: Sequence[Piece], right: Sequence[Piece], width: int, gap: int) -> tuple[list[Piece], list[Piece]]:
    """The pieces that `width` cells have room for, with `gap` cells between them."""
    kept_left, kept_right = list(left), list(right)
    while sum(piece.width + gap for piece in (*kept_left, *kept_right)) > width:
        going = max((*kept_left, *kept_right), key=lambda piece: piece.rank, default=None)
        if going is None or not going.rank:
            break
        # Of equals the one furthest to the right goes.
        side = kept_right if any(piece is going for piece in kept_right) else kept_left
        side.pop(max(at for at, piece in enumerate(side) if piece.rank == going.rank))
    return kept_left, kept_right


class Line(Widget):
    """One line."""

    DEFAULT_CSS = "Line { height: 1; }"

    def __init__(self, *, gap: int = 2, paper: str = "background", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._gap = gap
        self._paper = paper
        self._left: Sequence[Piece] = ()
        self._right: Sequence[Piece] = ()

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Draw other pieces."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line, a blank in front and behind."""
        width = self.size.width
        left, right = drop(self._left, self._right, width - 2, self._gap)
        used = sum(piece.width + self._gap for piece in right)
        first = self._segments(left, width - 1 - used)
        last = self._segments(right, used)
        blank = ink(self.app.theme, "foreground", self._paper)
        room = width - 2 - sum(cell_len(each.text) for each in (*first, *last))
        return Strip(
            [Segment(" ", blank), *first, Segment(" " * max(0, room), blank), *last, Segment(" ", blank)]
        ).adjust_cell_length(width, blank)

    def _segments(self, pieces: Sequence[Piece], room: int) -> list[Segment]:
        segments: list[Segment] = []
        for at, piece in enumerate(pieces):
            if at:
                segments.append(Segment(" " * self._gap, ink(self.app.theme, "foreground", self._paper)))
                room -= self._gap
            if piece.key:
                segments.append(Segment(piece.key, ink(self.app.theme, "accent", self._paper, "bold")))
                if piece.text:
                    segments.append(Segment(" ", ink(self.app.theme, "foreground", self._paper)))
            text = piece.text if piece.width <= room else cut_path(piece.text, max(1, room))
            segments.append(Segment(text, ink(self.app.theme, piece.token, self._paper, piece.flags)))
            room -= piece.width
        return segments


class Rule(Widget):
    """A dim line that parts things."""

    DEFAULT_CSS = """
    Rule { height: 1; }
    Rule.upright { width: 1; height: 1fr; }
    """

    def __init__(self, sign: str, *, upright: bool = False) -> None:
        super().__init__(classes="upright" if upright else "")
        self._sign = sign

    def render_line(self, y: int) -> Strip:
        """The rule, as wide as the widget."""
        return Strip([Segment(self._sign * self.size.width, ink(self.app.theme, "dim"))], self.size.width)
