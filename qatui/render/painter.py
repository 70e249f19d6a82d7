"""Rows of a diff as cells: numbers, signs, and of each line what is seen of it, in its colours.

A row is one screen line, or with wrap as many as its longer side takes; one of them is painted at a time, so that
a row of 1 MB costs what is seen of it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from rich.cells import cell_len
from rich.segment import Segment

from qatui.domain.colouring import Colouring
from qatui.domain.diff import Document, Kind, Row, Rows
from qatui.domain.intraline import Spans, differing
from qatui.domain.lines import Lines
from qatui.domain.review import Side
from qatui.domain.search import Match, Needle
from qatui.render.cells import fitted
from qatui.render.palette import ink
from qatui.render.part import MUCH, Body, Look, Part
from qatui.render.text import SLICE, Found, Text, texts_of
from qatui.render.wrap import Heights

KEPT_PAIRS = 4096
"""Pairs of lines whose differing words are kept."""
LEAD = 8
"""Cells before and of a change that are seen at least, where a line is so long that its middle is left out."""


class Painter:
    """Draws the rows of one document in one look."""

    def __init__(
        self,
        document: Document,
        rows: Rows,
        highlighters: Mapping[Side, Colouring],
        notes: Mapping[tuple[Side, int], list[str]],
        look: Look,
        before: "Painter | None" = None,
    ) -> None:
        """`before` drew until now: what it found out about the same texts, how tall their lines are, is taken over."""
        self._document = document
        self._rows = rows
        self._notes = notes
        self._look = look
        self.needle: Needle | None = None
        """What was searched for: it is marked wherever it stands."""
        self.match: Match | None = None
        """The match that was gone to; it stands out in the row under the cursor."""
        self._differing: dict[tuple[int, int], tuple[Spans, Spans] | None] = {}
        known = before._texts if before is not None else {}
        self._texts: dict[Side, Text] = texts_of(
            dict(_sources(document)), highlighters, known, codes=look.codes, unmasked=look.unmasked
        )
        self._body = Body(look, self.text_width)

    @property
    def look(self) -> Look:
        """How the rows are drawn; another look must be as wide, and in the same layout."""
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        self._body = Body(look, self.text_width)

    # Widths

    @cached_property
    def digits(self) -> int:
        """Cells of a line number."""
        return max(3, len(str(max(map(len, self._texts.values())))))

    @cached_property
    def gutter(self) -> int:
        """Cells in front of a line's text: cursor, numbers, blank, sign, blank."""
        both = self.look.layout == "unified" and "old" in self._texts
        return 1 + self.digits * (2 if both else 1) + both + 3

    @cached_property
    def halves(self) -> tuple[int, int]:
        """Widths of the two sides, with one cell between them; without sides the whole width and 0."""
        if self.look.layout == "unified":
            return self.look.width, 0
        left = (self.look.width - 1) // 2
        return left, self.look.width - 1 - left

    @cached_property
    def text_width(self) -> int:
        """Cells of a line that are seen; the same on both sides."""
        return max(1, self.halves[0] - self.gutter)

    def widest(self, numbers: Iterable[int]) -> int:
        """Cells that the longest line among these rows may take; for lines that are not ASCII an upper bound."""
        lines = (line for number in numbers if number < len(self._rows) for line in self._lines(self._rows[number]))
        return max((text.cells(line) for text, line in lines), default=0)

    def reach(self, number: int) -> int:
        """Cells of the longer line of a row, exactly; a fold and a comment have none."""
        lines = self._lines(self._rows[number]) if number < len(self._rows) else []
        return max((text.measured(line).cells for text, line in lines), default=0)

    def _lines(self, row: Row) -> list[tuple[Text, int]]:
        """The lines that a row shows."""
        if row.kind in (Kind.FOLD, Kind.NOTE):
            return []
        lines = [(self._texts["old"], row.old)] if row.old is not None and self._shows_old(row) else []
        return lines if row.new is None else [*lines, (self._texts["new"], row.new)]

    def _shows_old(self, row: Row) -> bool:
        return self.look.layout == "split" or row.kind is Kind.DELETE

    def left_for(self, number: int, match: Match) -> int:
        """How far lines are scrolled to the side so that a match in a row is seen: as they are, if that will do."""
        if self.look.wrap:
            return 0
        row, left, width = self._rows[number], self.look.left, self.text_width
        text = self._texts[match.side]
        drawn = text.drawn(match.line)
        start, end = (cell_len(drawn.text[: drawn.at(each)]) for each in (match.start, match.end))
        spans = self._spans(row)
        resumes = self._resumes(row, spans) if spans is not None else 0
        room = width // 2 if len(text.raw(match.line)) >= MUCH else width - 1  # there the cut says how much it hides
        if resumes:
            behind = resumes + room - self._head - 1
            seen = end <= self._head or resumes <= start < end <= behind
        else:
            seen = left <= start and end <= left + room
        if seen:
            return left
        if end <= (room if spans is None else self._head):
            return 0
        return max(0 if spans is None else 1, start - width // 3)

    def down_to(self, match: Match) -> int:
        """On which screen line of its row a match begins."""
        if not self.look.wrap:
            return 0
        drawn, starts = self._texts[match.side].laid(match.line, self.text_width)
        return bisect_right(starts, drawn.at(match.start)) - 1

    # Heights

    def height(self, number: int) -> int:
        """Screen lines that a row takes."""
        if not self.look.wrap:
            return 1
        return self._height(self._rows[number])

    def _height(self, row: Row) -> int:
        return max([self._body.height(text, line) for text, line in self._lines(row)], default=1)

    @cached_property
    def heights(self) -> Heights:
        """Where every row stands."""
        return Heights(len(self._rows), self._tall() if self.look.wrap else ())

    def _tall(self) -> Iterator[tuple[int, int]]:
        """The rows that take more than one line."""
        found: dict[int, int] = {}
        paired = self.look.layout == "split"
        for side, text in self._texts.items():
            for row, first, count in self._rows.runs(side):
                if side == "old" and self._rows[row].kind is Kind.EQUAL and not (paired and self._document.unlike):
                    continue  # the new line is as long, or the only one that is shown
                for line, height in text.tall(first, count, self.text_width):
                    found[row + line - first] = max(found.get(row + line - first, 1), height)
                last = len(text) - 1
                if first <= last < first + count and text.unended(last):
                    found[row + last - first] = self.height(row + last - first)
        return ((row, found[row]) for row in sorted(found) if found[row] > 1)

    # Rows

    def lines(self, number: int) -> Iterator[list[Segment]]:
        """The screen lines of a row."""
        row = self._rows[number]
        if row.kind in (Kind.FOLD, Kind.NOTE):
            yield self.paint(number)
            return
        parts = self._parts(row, current=False)
        for at in range(self._height(row) if self.look.wrap else 1):
            yield self._joined(row, parts, False, at)

    def paint(self, number: int, current: bool = False, at: int = 0) -> list[Segment]:
        """The cells of a row's screen line `at`, as many as the look is wide; `current`: the cursor is on the row."""
        row = self._rows[number]
        if row.kind is Kind.FOLD:
            return self._fold(row, current)
        if row.kind is Kind.NOTE:
            return self._note(row, current)
        return self._joined(row, self._parts(row, current), current, at)

    def _joined(self, row: Row, parts: tuple[Part | None, Part | None], current: bool, at: int) -> list[Segment]:
        """Both parts of a row beside each other, or the one that it is about."""
        old, new = parts
        if self.look.layout == "unified":
            return self._stacked(row, old if row.kind is Kind.DELETE else new, current, at)
        left, right = self.halves
        body = self._shared(old, new, current, at) if row.kind is Kind.EQUAL and not row.unlike else None
        return [
            *self._half(old, body, left, current, at, first=True),
            Segment(self.look.glyphs.bar, ink(self.look.theme, "dim")),
            *self._half(new, body, right, current, at, first=False),
        ]

    def _shared(self, old: Part | None, new: Part | None, current: bool, at: int) -> list[Segment] | None:
        """The cells of a line that is the same on both sides, also in its colours; None: it is not."""
        if old is None or new is None:
            return None
        before, after = self._texts["old"], self._texts["new"]
        if len(after.raw(new.line)) > SLICE or before.drawn(old.line) is not after.drawn(new.line):
            return None
        if before.colours(old.line) != after.colours(new.line) or old.found != new.found:
            return None
        return self._body.paint(new, after, current, at)

    def _parts(self, row: Row, current: bool) -> tuple[Part | None, Part | None]:
        """What a row has on the old and on the new side."""
        spans = self._spans(row)
        old, new = spans or (None, None)
        resumes = self._resumes(row, spans) if spans is not None else 0
        parts = (
            None if row.old is None else self._part(row, "old", row.old, old, resumes, current),
            None if row.new is None else self._part(row, "new", row.new, new, resumes, current),
        )
        return (self._searched(parts[0], current), self._searched(parts[1], current)) if self.needle else parts

    def _searched(self, part: Part | None, current: bool) -> Part | None:
        """A part with what was searched for."""
        if self.needle is None or part is None:
            return part
        match = self.match
        reached = current and match is not None and (match.side, match.line) == (part.side, part.line)
        return replace(part, found=Found(self.needle, match.start if reached and match is not None else -1))

    def _part(self, row: Row, side: Side, line: int, spans: Spans | None, resumes: int, current: bool) -> Part:
        """A line with its sign, on paper that says what became of it."""
        glyphs, old = self.look.glyphs, side == "old"
        if row.kind is Kind.EQUAL:
            sign = glyphs.dot if row.unlike else " "
            return Part(side, line, sign, "dim", "background", selectable=True)
        token, sign = ("removed", glyphs.minus) if old else ("added", glyphs.plus)
        there = self._elsewhere(side, line)
        if there is not None:
            remark = f"{'to' if old else 'from'} line {there[0] + 1:,}" if current or there[1] else ""
            return Part(side, line, glyphs.left if old else glyphs.came, "moved", "moved-line", remark=remark)
        if self._rows.is_quiet(row):
            return Part(side, line, sign, "dim", "background", selectable=True)
        if self._document.old is None:
            return Part(side, line, sign, token, "background")
        pair = row.kind is Kind.REPLACE and spans is not None
        sign, sign_ink = ("~", "changed") if pair else (sign, token)
        return Part(side, line, sign, sign_ink, f"{token}-line", f"{token}-span", spans or (), resumes, self._head)

    def elsewhere(self, number: int) -> tuple[Side, int] | None:
        """Where a line of a row went or came from, as a side and a line counted from 0; None: none of it moved."""
        row = self._rows[number]
        if row.kind in (Kind.DELETE, Kind.REPLACE) and row.old is not None:
            there = self._elsewhere("old", row.old)
            if there is not None:
                return "new", there[0]
        if row.kind in (Kind.INSERT, Kind.REPLACE) and row.new is not None:
            there = self._elsewhere("new", row.new)
            if there is not None:
                return "old", there[0]
        return None

    def _elsewhere(self, side: Side, line: int) -> tuple[int, bool] | None:
        """Where a line that moved stands on the other side, and whether it is the first of its block."""
        moved = self._document.moved
        block = None if moved is None else moved.old(line) if side == "old" else moved.new(line)
        if moved is None or block is None:
            return None
        found = moved.blocks[block - 1]
        by = found.new_start - found.old_start
        return (line + by, line == found.old_start) if side == "old" else (line - by, line == found.new_start)

    def _spans(self, row: Row) -> tuple[Spans, Spans] | None:
        """The differing words of the pair that a row shows, None where there is no pair or it is not alike."""
        pair = None if row.kind is Kind.EQUAL else self._rows.pair_of(row)
        if pair is None:
            return None
        if pair not in self._differing:
            if len(self._differing) >= KEPT_PAIRS:
                self._differing.clear()
            old, new = self._texts["old"].raw(pair[0]), self._texts["new"].raw(pair[1])
            self._differing[pair] = differing(old, new, self.look.by)
        return self._differing[pair]

    @property
    def _head(self) -> int:
        """Cells of a line's beginning that stay where its middle is left out."""
        return self.text_width // 3

    def _resumes(self, row: Row, spans: tuple[Spans, Spans]) -> int:
        """Where the lines of a changed pair go on behind their heads, so that the first change is seen; 0: it is so.

        Both lines are the same up to there, so what stands against each other still does. Wrapped or scrolled to the
        side nothing is left out, nor before a change far inside a very long line: to draw up to there takes too long.
        """
        pair, width = self._rows.pair_of(row), self.text_width
        firsts = [each[0] for each in spans if each]
        if pair is None or self.look.wrap or self.look.left or not firsts:
            return 0
        start = min(begin for begin, _ in firsts)
        whole = max(self._texts["old"].cells(pair[0]), self._texts["new"].cells(pair[1]))
        if start > SLICE or whole <= width:
            return 0
        seen = max(min(end - begin, LEAD) for begin, end in firsts if begin == start)
        drawn = self._texts["new"].measured_to(pair[1], 1)[0].drawn
        before = cell_len(drawn.text[: drawn.at(start)])
        if before + seen < width:
            return 0
        rest = width - self._head - 1
        return max(self._head + 1, min(before - min(LEAD, rest // 3), whole - rest))

    # Cells

    def _lead(self, current: bool, *, shown: bool = True) -> Segment:
        """The cell in front, with the cursor."""
        paper = "selection" if current else "background"
        return Segment(self.look.glyphs.cursor if current and shown else " ", ink(self.look.theme, "accent", paper))

    def _line(self, part: Part, number: str, body: list[Segment] | None, current: bool, at: int) -> list[Segment]:
        """Number, sign and text of a part; below its first screen line a sign that it goes on."""
        theme, text = self.look.theme, self._texts[part.side]
        paper = "selection" if current else "background"
        sign = part.sign
        if at:
            goes_on = at < self._body.height(text, part.line)
            number, sign = (self.look.glyphs.wrapped if goes_on else "").rjust(len(number)), " "
        flags = "bold" if current else ""
        return [
            Segment(f"{number} ", ink(theme, "foreground" if current else "dim", paper, flags)),
            Segment(f"{sign} ", ink(theme, part.sign_ink, part.paper, "bold")),
            *(self._body.paint(part, text, current, at) if body is None else body),
        ]

    def _half(
        self, part: Part | None, body: list[Segment] | None, width: int, current: bool, at: int, *, first: bool
    ) -> list[Segment]:
        lead = self._lead(current, shown=first)
        if part is None:
            return [lead, Segment(" " * (width - 1), ink(self.look.theme, "dim", "panel"))]
        line = self._line(part, f"{part.line + 1:>{self.digits}}", body, current, at)
        spare = width - self.gutter - self.text_width
        if spare > 0:
            line.append(Segment(" " * spare, line[-1].style))
        return [lead, *line]

    def _stacked(self, row: Row, part: Part | None, current: bool, at: int) -> list[Segment]:
        assert part is not None
        numbers = [row.old, row.new] if "old" in self._texts else [row.new]
        shown = " ".join(f"{'' if each is None else each + 1:>{self.digits}}" for each in numbers)
        return [self._lead(current), *self._line(part, shown, None, current, at)]

    def _fold(self, row: Row, current: bool) -> list[Segment]:
        theme, rule = self.look.theme, 2 * self.look.glyphs.rule
        but = f", {row.unlike:,} of them but for blanks" if row.unlike else ""
        text = f"{' ' * (self.gutter - 1)}{rule} {row.count:,} lines unchanged{but} {rule}"
        style = ink(theme, "dim", "selection" if current else "panel")
        return [self._lead(current), *fitted([Segment(text, style)], self.look.width - 1, style)]

    def _note(self, row: Row, current: bool) -> list[Segment]:
        """A line of a comment, on the side of the line that it is about."""
        theme, bar = self.look.theme, self.look.glyphs.bar
        side: Side = "old" if row.old is not None else "new"
        line = row.old if row.old is not None else row.new
        assert line is not None
        note = ink(theme, "finding", "selection" if current else "panel")
        left, right = self.halves
        blank = ink(theme, "dim")
        width = (right if side == "new" and right else left) - self.gutter + 2
        text = fitted([Segment(f"{bar} {self._notes[side, line][row.note]}", note)], width, note)
        cursor, lead = self._lead(current), Segment(" " * (self.gutter - 3), blank)
        if not right:
            return [cursor, lead, *text]
        if side == "old":
            return fitted([cursor, lead, *text, Segment(bar, blank)], self.look.width, blank)
        return [cursor, Segment(" " * (left - 1), blank), Segment(bar, blank), Segment(" ", blank), lead, *text]


def _sources(document: Document) -> Iterator[tuple[Side, Lines]]:
    if document.old is not None:
        yield "old", document.old
    yield "new", document.new
