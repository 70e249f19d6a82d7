"""One side's part of a row as cells: the line from its sign on, cut or wrapped, and what is said behind its end."""

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.segment import Segment

from qatui.domain.intraline import By, Spans
from qatui.domain.lines import Drawn
from qatui.domain.review import Side
from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink
from qatui.render.text import Found, Text

NO_END = "no newline at end"
MUCH = 1000
"""From so many hidden characters on the cut says how many."""

WIDE = 104
"""Cells from which the sides stand beside each other, where nobody says how they are to stand."""

Layout = Literal["split", "unified"]


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are drawn."""

    theme: str
    glyphs: Glyphs
    width: int
    left: int = 0
    """Cells of each line that are scrolled out to the left; none with `wrap`."""
    layout: Layout = "split"
    wrap: bool = False
    """Long lines take several screen lines; otherwise they are cut."""
    codes: bool = False
    """Marks are the code points of what they stand for."""
    unmasked: bool = False
    """Secrets are shown."""
    by: By = "word"
    """What is marked in a line that has changed."""

    @property
    def no_end(self) -> str:
        """What stands behind a text's last line if that has no end."""
        return f" {self.glyphs.cut} {NO_END}"


@dataclass(frozen=True, slots=True)
class Part:
    """One side's part of a row."""

    side: Side
    line: int
    sign: str
    sign_ink: str
    paper: str
    span_paper: str = "background"
    spans: Spans = ()
    """Differing words, in the line's own characters."""
    resumes: int = 0
    """The cell at which the line goes on behind its head: what lies between is left out. 0: nothing is."""
    head: int = 0
    """Cells of that head."""
    remark: str = ""
    """What is said behind the end of the line, if there is room."""
    selectable: bool = False
    """Whether the cursor changes its paper: it has none of its own that says something."""
    found: Found | None = None
    """What was searched for in it."""


class Body:
    """Draws lines in one look, `width` cells wide."""

    def __init__(self, look: Look, width: int) -> None:
        self._look = look
        self._width = width

    def paint(self, part: Part, text: Text, current: bool, at: int) -> list[Segment]:
        """Screen line `at` of a part, `width` cells wide."""
        paper = "selection" if current and part.selectable else part.paper
        if self._look.wrap:
            segments, used = self._wrapped(part, text, paper, at)
        elif part.resumes:
            head = self._slice(part, text, paper, 0, part.head + 1, told=False)[0]
            rest, used = self._slice(part, text, paper, part.resumes, self._width - part.head - 1)
            segments, used = [*head, *rest], used + part.head + 1
        else:
            segments, used = self._slice(part, text, paper, self._look.left, self._width)
        return self._filled(segments, used, paper)

    def height(self, text: Text, line: int) -> int:
        """Screen lines that a wrapped line takes, with the words at the end of the text."""
        drawn, starts = text.laid(line, self._width)
        if not text.unended(line):
            return len(starts)
        used = cell_len(drawn.text[starts[-1] :])
        return len(starts) + (used + cell_len(self._look.no_end) > self._width)

    def _wrapped(self, part: Part, text: Text, paper: str, at: int) -> tuple[list[Segment], int]:
        """Screen line `at` of the whole line; below the last one nothing, or what did not fit behind it."""
        drawn, starts = text.laid(part.line, self._width)
        if at >= len(starts):
            late = at == len(starts) and at < self.height(text, part.line)
            return self._ended([], 0, paper) if late else ([], 0)
        start, end = starts[at], starts[at + 1] if at + 1 < len(starts) else len(drawn.text)
        segments = self._inked(part, text, drawn, start, end, paper)
        used = end - start if drawn.text.isascii() else cell_len(drawn.text[start:end])
        if at + 1 == len(starts):
            if text.unended(part.line) and used + cell_len(self._look.no_end) <= self._width:
                segments, used = self._ended(segments, used, paper)
            return self._remarked(part, segments, used, paper)
        return segments, used

    def _slice(
        self, part: Part, text: Text, paper: str, left: int, width: int, *, told: bool = True
    ) -> tuple[list[Segment], int]:
        """At most `width` cells of a line from cell `left`; where more follows it ends in a sign.

        With `told` the sign has the colour of a change that is hidden behind it, and says how much where it is much.
        """
        theme, glyphs = self._look.theme, self._look.glyphs
        measured, whole = text.measured_to(part.line, left + width + 1)
        drawn = measured.drawn
        lead, start, end, used = measured.window(left, width)
        unended = whole and text.unended(part.line)
        sign = ""
        if end < len(drawn.text) or not whole or (unended and used + cell_len(self._look.no_end) > width):
            hidden = len(text.raw(part.line)) - drawn.index(measured.char_at(left + width - 1))
            sign = f"{glyphs.cut} {hidden:,} more" if told and hidden >= MUCH else glyphs.cut
            sign = sign if len(sign) * 2 < width else glyphs.cut
            lead, start, end, used = measured.window(left, width - len(sign))
        segments = self._inked(part, text, drawn, start, end, paper)
        if lead:
            segments.insert(0, Segment(" " * lead, ink(theme, "foreground", paper)))
        if sign:
            segments, used = self._filled(segments, used, paper, width - len(sign)), width
            change = told and bool(part.spans) and part.spans[-1][1] > drawn.first(end)
            style = ("foreground", part.span_paper, "bold") if change else ("accent", paper, "bold")
            return [*segments, Segment(sign, ink(theme, *style))], used
        if unended:
            segments, used = self._ended(segments, used, paper)
        return self._remarked(part, segments, used, paper)

    def _inked(self, part: Part, text: Text, drawn: Drawn, start: int, end: int, paper: str) -> list[Segment]:
        """The characters from `start` to before `end` of a part's line."""
        theme = self._look.theme
        return text.segments(theme, part.line, drawn, start, end, paper, part.span_paper, part.spans, part.found)

    def _ended(self, segments: list[Segment], used: int, paper: str) -> tuple[list[Segment], int]:
        """With the words that the text has no newline at its end, as far as there is room."""
        words = self._look.no_end[: self._width - used]
        return [*segments, Segment(words, ink(self._look.theme, "finding", paper))], used + len(words)

    def _remarked(self, part: Part, segments: list[Segment], used: int, paper: str) -> tuple[list[Segment], int]:
        """With the part's remark at the right, if there is room for it."""
        room = self._width - used - len(part.remark)
        if not part.remark or room < 2:
            return segments, used
        style = ink(self._look.theme, "moved", paper)
        return [*segments, Segment(" " * room, style), Segment(part.remark, style)], self._width

    def _filled(self, segments: list[Segment], used: int, paper: str, width: int | None = None) -> list[Segment]:
        room = (self._width if width is None else width) - used
        return [*segments, Segment(" " * room, ink(self._look.theme, "foreground", paper))] if room > 0 else segments
