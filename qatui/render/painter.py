"""One row of a diff as cells: numbers, `+ − ~`, the visible slice of the line in its colours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment

from qatui.domain.diff import Document, Kind, Row, Rows
from qatui.domain.highlight import Highlighter
from qatui.domain.intraline import Spans, differing
from qatui.domain.lines import TAB_MARK, Drawn, draw
from qatui.domain.review import Side
from qatui.render.cells import cropped, fitted, length_of
from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink

SLICE = 1024
"""Characters that are drawn at first; more of a long line only when it is scrolled to."""
KEPT_PAIRS = 4096
"""Pairs of lines whose differing words are kept."""
MARK_CELLS = 9
"""Cells of the widest mark."""
NO_END = "no newline at end"
LEAD = 8
"""Cells before and of a change that are seen at least, where a line is so long that its middle is left out."""
MUCH = 1000
"""From so many hidden characters on the cut says how many."""

_INKS = {
    "keyword": "syntax-keyword",
    "string": "syntax-string",
    "number": "syntax-number",
    "comment": "dim",
    "definition": "syntax-definition",
    "builtin": "syntax-builtin",
}
"""Style of the highlighter -> token of the theme."""


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are drawn."""

    theme: str
    glyphs: Glyphs
    width: int
    left: int
    """Cells of each line that are scrolled out to the left."""
    paired: bool


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's part of a row."""

    side: Side
    line: int
    sign: str
    sign_ink: str
    paper: str
    span_paper: str
    spans: Spans = ()
    """Differing words, in the line's own characters."""
    resumes: int = 0
    """The cell at which the line goes on behind its head: what lies between is left out. 0: nothing is."""


class Painter:
    """Draws the rows of one document in one look."""

    def __init__(
        self,
        document: Document,
        rows: Rows,
        highlighters: Mapping[Side, Highlighter],
        notes: dict[tuple[Side, int], list[str]],
        look: Look,
    ) -> None:
        self._document = document
        self._rows = rows
        self._highlighters = highlighters
        self._notes = notes
        self.look = look
        self._differing: dict[tuple[int, int], tuple[Spans, Spans] | None] = {}

    # Widths

    @cached_property
    def digits(self) -> int:
        """Cells of a line number."""
        old = self._document.old
        return max(3, len(str(max(len(old) if old else 0, len(self._document.new)))))

    @cached_property
    def gutter(self) -> int:
        """Cells in front of a line's text: cursor, numbers, blank, sign, blank."""
        both = not self.look.paired and self._document.old is not None
        return 1 + self.digits * (2 if both else 1) + both + 3

    @cached_property
    def halves(self) -> tuple[int, int]:
        """Widths of the two sides and, between them, one cell; without sides: the whole width."""
        if not self.look.paired:
            return self.look.width, 0
        left = (self.look.width - 1) // 2
        return left, self.look.width - 1 - left

    @property
    def text_width(self) -> int:
        """Cells of a line that are seen."""
        return max(1, min(each for each in self.halves if each) - self.gutter)

    def widest(self, numbers: Iterable[int]) -> int:
        """Cells that the longest line among these rows may take; for lines that are not ASCII an upper bound."""
        widest = 0
        for row in (self._rows[number] for number in numbers if number < len(self._rows)):
            if row.kind in (Kind.FOLD, Kind.NOTE):
                continue
            for text, number in ((self._document.old, row.old), (self._document.new, row.new)):
                if text is not None and number is not None:
                    widest = max(widest, _cells_of(text.lines[number]))
        return widest

    def reach(self, number: int) -> int:
        """Cells of the longer line of a row, exactly; a fold and a comment have none."""
        lines = []
        if number < len(self._rows) and (row := self._rows[number]).kind not in (Kind.FOLD, Kind.NOTE):
            sides = ((self._document.old, row.old), (self._document.new, row.new))
            lines = [text.lines[line] for text, line in sides if text is not None and line is not None]
        return max((cell_len(draw(line).text) for line in lines), default=0)

    # Rows

    def paint(self, number: int, current: bool) -> list[Segment]:
        """The cells of a row, as many as the look is wide; `current`: the cursor is on it."""
        row = self._rows[number]
        if row.kind is Kind.FOLD:
            segments = self._fold(row, current)
        elif row.kind is Kind.NOTE:
            segments = self._note(row, current)
        elif self.look.paired:
            left, right = self._sides(row)
            bar = Segment(self.look.glyphs.bar, ink(self.look.theme, "dim"))
            segments = [
                *self._half(left, self.halves[0], current, first=True),
                bar,
                *self._half(right, self.halves[1], current, first=False),
            ]
        else:
            left, right = self._sides(row)
            segments = self._stacked(row, left if row.kind is Kind.DELETE else right, current)
        return fitted(segments, self.look.width, ink(self.look.theme, "foreground"))

    def _sides(self, row: Row) -> tuple[_Side | None, _Side | None]:
        """What a row has on the old and on the new side."""
        glyphs = self.look.glyphs
        spans = self._spans(row)
        changed = row.kind is Kind.REPLACE and spans is not None
        old_spans, new_spans = spans or ((), ())
        resumes = self._resumes(row, spans) if spans is not None else 0
        old = new = None
        if row.old is not None:
            if row.kind is Kind.EQUAL:
                old = _Side("old", row.old, " ", "dim", "background", "background")
            else:
                sign = ("~", "changed") if changed else (glyphs.minus, "removed")
                old = _Side("old", row.old, *sign, "removed-line", "removed-span", old_spans, resumes)
        if row.new is not None:
            if row.kind is Kind.EQUAL:
                new = _Side("new", row.new, " ", "dim", "background", "background")
            elif self._document.old is None:
                new = _Side("new", row.new, glyphs.plus, "added", "background", "background")
            else:
                sign = ("~", "changed") if changed else (glyphs.plus, "added")
                new = _Side("new", row.new, *sign, "added-line", "added-span", new_spans, resumes)
        return old, new

    def _spans(self, row: Row) -> tuple[Spans, Spans] | None:
        """The differing words of the pair that a row shows, None where there is no pair or it is not alike."""
        pair = self._rows.pair_of(row)
        if pair is None or self._document.old is None:
            return None
        if pair not in self._differing:
            if len(self._differing) >= KEPT_PAIRS:
                self._differing.clear()
            self._differing[pair] = differing(self._document.old.lines[pair[0]], self._document.new.lines[pair[1]])
        return self._differing[pair]

    @property
    def _head(self) -> int:
        """Cells of a line's beginning that stay where its middle is left out."""
        return self.text_width // 3

    def _resumes(self, row: Row, spans: tuple[Spans, Spans]) -> int:
        """Where the lines of a changed pair go on behind their heads, so that the first change is seen; 0: it is so.

        Both lines are the same up to there, so what stands against each other still does. Scrolled to the side
        nothing is left out, nor before a change far inside a very long line: to draw up to there takes too long.
        """
        pair, document = self._rows.pair_of(row), self._document
        firsts = [each[0] for each in spans if each]
        if pair is None or document.old is None or self.look.left or not firsts:
            return 0
        start = min(begin for begin, _ in firsts)
        if start > SLICE:
            return 0
        seen = max(min(end - begin, LEAD) for begin, end in firsts if begin == start)
        lines = (document.old.lines[pair[0]], document.new.lines[pair[1]])
        width, before = self.text_width, cell_len(draw(lines[1][:start]).text)
        whole = max(map(_cells_of, lines))
        if before + seen < width or whole <= width:
            return 0
        rest = width - self._head - 1
        return max(self._head + 1, min(before - min(LEAD, rest // 3), whole - rest))

    def _half(self, side: _Side | None, width: int, current: bool, *, first: bool) -> list[Segment]:
        theme = self.look.theme
        paper = "selection" if current else "background"
        cursor = Segment(self.look.glyphs.cursor if current and first else " ", ink(theme, "accent", paper))
        if side is None:
            return [cursor, Segment(" " * (width - 1), ink(theme, "dim", "panel"))]
        number = f"{side.line + 1:>{self.digits}} "
        return [
            cursor,
            Segment(number, ink(theme, "foreground" if current else "dim", paper, "bold" if current else "")),
            Segment(f"{side.sign} ", ink(theme, side.sign_ink, side.paper, "bold")),
            *self._text(side, width - self.gutter, current),
        ]

    def _stacked(self, row: Row, side: _Side | None, current: bool) -> list[Segment]:
        assert side is not None
        theme = self.look.theme
        paper = "selection" if current else "background"
        numbers = [row.new] if self._document.old is None else [row.old, row.new]
        shown = " ".join(f"{'' if each is None else each + 1:>{self.digits}}" for each in numbers)
        return [
            Segment(self.look.glyphs.cursor if current else " ", ink(theme, "accent", paper)),
            Segment(f"{shown} ", ink(theme, "foreground" if current else "dim", paper, "bold" if current else "")),
            Segment(f"{side.sign} ", ink(theme, side.sign_ink, side.paper, "bold")),
            *self._text(side, self.look.width - self.gutter, current),
        ]

    def _fold(self, row: Row, current: bool) -> list[Segment]:
        theme, rule = self.look.theme, 2 * self.look.glyphs.rule
        paper = "selection" if current else "panel"
        text = f"{rule} {row.count:,} lines unchanged {rule}"
        cursor = Segment(self.look.glyphs.cursor if current else " ", ink(theme, "accent", paper))
        lead = " " * (self.gutter - 1)
        return [cursor, Segment(f"{lead}{text}".ljust(self.look.width - 1), ink(theme, "dim", paper))]

    def _note(self, row: Row, current: bool) -> list[Segment]:
        """A line of a comment, on the side of the line that it is about."""
        theme, bar = self.look.theme, self.look.glyphs.bar
        side: Side = "old" if row.old is not None else "new"
        line = row.old if row.old is not None else row.new
        assert line is not None
        paper = "selection" if current else "background"
        cursor = Segment(self.look.glyphs.cursor if current else " ", ink(theme, "accent", paper))
        text = f"{bar} {self._notes[side, line][row.note]}"
        note = ink(theme, "finding", "selection" if current else "panel")
        left, right = self.halves
        lead = Segment(" " * (self.gutter - 3), ink(theme, "dim"))
        if not right:
            return [cursor, lead, *fitted([Segment(text, note)], left - self.gutter + 2, note)]
        parting, blank = Segment(bar, ink(theme, "dim")), ink(theme, "dim")
        if side == "old":
            return [cursor, lead, *fitted([Segment(text, note)], left - self.gutter + 2, note), parting]
        before = [cursor, Segment(" " * (left - 1), blank), parting, Segment(" ", blank), lead]
        return [*before, *fitted([Segment(text, note)], right - self.gutter + 2, note)]

    # Text

    def _text(self, side: _Side, width: int, current: bool) -> list[Segment]:
        """What is seen of a line, `width` cells wide: a slice, or its head and the slice with the change."""
        if not side.resumes:
            return self._slice(side, self.look.left, width, current)
        head = self._slice(side, 0, self._head + 1, current, told=False)
        return [*head, *self._slice(side, side.resumes, width - self._head - 1, current)]

    def _slice(self, side: _Side, left: int, width: int, current: bool, *, told: bool = True) -> list[Segment]:
        """`width` cells of a line from cell `left`; where more follows it ends in a sign.

        With `told` the sign has the colour of a change that is hidden behind it, and says how much where it is much.
        """
        look, source = self.look, self._document.new if side.side == "new" else self._document.old
        assert source is not None
        paper = "selection" if current and side.sign == " " else side.paper
        line = source.lines[side.line]
        drawn, whole = draw_to(line, left + width + 1)
        start, skipped = char_at(drawn.text, left)
        end, _ = char_at(drawn.text, left + width + 1)
        highlighter = self._highlighters.get(side.side)
        colours = highlighter.line(side.line) if highlighter is not None else []
        layers = (
            [(drawn.at(begin), drawn.at(until)) for begin, until, _ in colours],
            [(drawn.at(begin), drawn.at(until)) for begin, until in side.spans],
            drawn.marks,
        )
        segments = []
        for begin, until, (colour, changed, mark) in overlay(start, end, layers):
            token = _INKS[colours[colour][2]] if colour is not None else "foreground"
            if mark is not None:
                token = "dim" if _is_quiet(drawn, mark) else "finding"
            on, flags = (paper, "") if changed is None else (side.span_paper, "bold")
            token = "foreground" if changed is not None else token
            segments.append(Segment(drawn.text[begin:until], ink(look.theme, token, on, flags)))
        if whole and side.line == len(source) - 1 and not source.ended:
            segments.append(Segment(f" {look.glyphs.cut} {NO_END}", ink(look.theme, "finding", paper)))
        skipped = left - skipped
        length = length_of(segments)
        if length - skipped > width or end < len(drawn.text) or not whole:
            hidden = len(line) - drawn.index(char_at(drawn.text, left + width - 1)[0])
            sign = f"{look.glyphs.cut} {hidden:,} more" if told and hidden >= MUCH else look.glyphs.cut
            sign = sign if cell_len(sign) * 2 < width else look.glyphs.cut
            kept = width - cell_len(sign)
            seen = drawn.index(char_at(drawn.text, left + kept)[0])
            change = told and bool(side.spans) and side.spans[-1][1] > seen
            style = ("foreground", side.span_paper, "bold") if change else ("accent", paper, "bold")
            shown = fitted(cropped(segments, skipped, skipped + kept), kept, ink(look.theme, "foreground", paper))
            return [*shown, Segment(sign, ink(look.theme, *style))]
        return fitted(cropped(segments, skipped, length), width, ink(look.theme, "foreground", paper))


def _is_quiet(drawn: Drawn, mark: int) -> bool:
    """Whether a mark is so common that it recedes: a tab, or the carriage return of a CR LF."""
    start, end = drawn.marks[mark]
    return drawn.text[start] == TAB_MARK or (drawn.text[start] == "␍" and end == len(drawn.text))


def _cells_of(line: str) -> int:
    """Cells that a line takes; of a very long one, at most."""
    if line.isascii() and line.isprintable():
        return len(line)
    return cell_len(draw(line).text) if len(line) <= SLICE else len(line) * MARK_CELLS


def char_at(text: str, cells: int) -> tuple[int, int]:
    """The character that stands `cells` cells from the left, or reaches over that place, and where it begins."""
    if text.isascii():
        at = min(cells, len(text))
        return at, at
    before = 0
    for at, character in enumerate(text):
        width = get_character_cell_size(character)
        if before + width > cells:
            return at, before
        before += width
    return len(text), before


def draw_to(line: str, cells: int) -> tuple[Drawn, bool]:
    """As much of a line as `cells` cells need, drawn, and whether that is all of it."""
    limit = SLICE
    while limit < len(line):
        drawn = draw(line[:limit])
        if cell_len(drawn.text) >= cells:
            return drawn, False
        limit *= 2
    return draw(line), True


def overlay(
    start: int, end: int, layers: Sequence[Sequence[tuple[int, int]]]
) -> Iterator[tuple[int, int, list[int | None]]]:
    """Cut `start` to `end` where any stretch of any layer begins or ends; with each piece, who covers it by layer."""
    points = {start, end}
    for layer in layers:
        for begin, until in layer:
            if begin < end and until > start:
                points.update((max(begin, start), min(until, end)))
    ordered = sorted(points)
    places = [0] * len(layers)
    for begin, until in pairwise(ordered):
        covering: list[int | None] = []
        for number, layer in enumerate(layers):
            while places[number] < len(layer) and layer[places[number]][1] <= begin:
                places[number] += 1
            at = places[number]
            covering.append(at if at < len(layer) and layer[at][0] <= begin else None)
        yield begin, until, covering
