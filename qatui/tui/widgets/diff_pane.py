"""A document drawn as rows: two sides beside each other, or one below the other; only what is seen is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from qatui.domain.colouring import Colouring
from qatui.domain.diff import CONTEXT, Document, Kind, Row, Rows
from qatui.domain.enclosing import enclosing
from qatui.domain.intraline import By
from qatui.domain.marks import visible
from qatui.domain.review import Side
from qatui.domain.search import Match, Needle
from qatui.domain.stretches import Stretch
from qatui.render.glyphs import UNICODE, Glyphs
from qatui.render.notes import note_lines, note_width
from qatui.render.painter import Painter
from qatui.render.palette import ink
from qatui.render.part import WIDE, Layout, Look
from qatui.render.wrap import Heights
from qatui.tui.widgets.tall_rows import TallRows

KEPT = 4_000
"""Strips kept."""
IDLE_SECONDS = 0.03
"""How long nothing was drawn before colours are prepared."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a document is shown; a person changes it by keys."""

    layout: Layout | None = None
    """None: split where it is wide enough."""
    context: int | None = CONTEXT
    """Unchanged lines around each change; None: all."""
    wrap: bool = False
    by: By = "word"
    codes: bool = False
    unmasked: bool = False


class DiffPane(TallRows):
    """Shows a `Document`. It holds where the reader is: cursor, layout, context, open folds."""

    DEFAULT_CSS = """
    DiffPane {
        height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
    }
    """

    def __init__(
        self,
        *,
        cursor: bool = True,
        glyphs: Glyphs = UNICODE,
        manner: Manner | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Without `cursor` it is a preview: nothing marks a row. `manner` is what it begins with."""
        super().__init__(cursor=cursor, id=id)
        self._glyphs = glyphs
        self._document: Document | None = None
        self._highlighters: Mapping[Side, Colouring] = {}
        self._rows: Rows | None = None
        self._painter: Painter | None = None
        self._strips: dict[int, Strip] = {}
        self._drawn_by: tuple[object, ...] = ()
        self._left = 0
        self._manner = manner or Manner()
        self._opened: list[Stretch] = []
        self._needle: Needle | None = None
        self._match: Match | None = None
        self._idle: Timer | None = None

    # What is shown

    @property
    def document(self) -> Document | None:
        """What is shown."""
        return self._document

    def show(self, document: Document | None, place: tuple[Side, int] | None = None) -> None:
        """Show another document from its first change, or from `place`: a side and a line counted from 0.

        The same texts again (comments, colours or what counts as a change may be others) keep the reader's place.
        """
        before = self._document
        same = before is not None and document is not None and _texts(before) == _texts(document)
        self._document = document
        if not same:
            self._begin_anew()
        self._highlighters = document.colours if document is not None else {}
        self._lay_out(None if same else place or "first")

    def _begin_anew(self) -> None:
        """Another text: forget where the reader of the one before was."""
        self._opened = []
        self._left = 0
        self._match = None

    @property
    def place(self) -> tuple[Side, int] | None:
        """The side and the line, counted from 0, that the cursor is on; of a fold its first line."""
        row = self._row(self._cursor)
        if row is None:
            return None
        return ("new", row.new) if row.new is not None else ("old", row.old or 0)

    @property
    def line(self) -> tuple[Side, int] | None:
        """The side and the line, counted from 1, that a comment here is about; None: nothing is here, or a fold."""
        row = self._row(self._cursor)
        place = self.place
        return None if place is None or row is None or row.kind is Kind.FOLD else (place[0], place[1] + 1)

    @property
    def hunk(self) -> tuple[int, int]:
        """Which hunk the cursor is in or behind, from 1 (0: before the first), and how many there are."""
        if self._rows is None:
            return 0, 0
        return self._rows.hunk_at(self._cursor), len(self._rows.hunks)

    @property
    def inside(self) -> list[str]:
        """What encloses the first line in sight, as its lines say it: the outermost class, function or test first."""
        row, document = self._row(self._row_at(self.scroll_offset.y)), self._document
        if row is None or document is None:
            return []
        text = document.new if row.new is not None else document.old
        at = row.new if row.new is not None else row.old
        if text is None or at is None:
            return []
        return [named(text.lines[each]) for each in enclosing(document.path, text.lines, at)]

    @property
    def paired(self) -> bool:
        """Whether the two sides stand beside each other."""
        if self._document is None or self._document.old is None:
            return False
        return self._manner.layout == "split" or (self._manner.layout is None and self._width >= WIDE)

    @property
    def middle(self) -> int | None:
        """The column that parts the two sides; None: they are not parted."""
        return self._painter.halves[0] if self._painter is not None and self.paired else None

    @property
    def context(self) -> int | None:
        """Unchanged lines around each change; None: all."""
        return self._manner.context

    # Events

    def on_resize(self, event: events.Resize) -> None:
        """Another width: the sides may part or meet, comments wrap elsewhere."""
        if self._painter is not None and self._painter.look.width == self._width:
            self._put_cursor(self._cursor)
        else:
            self._lay_out("first" if self._rows is None else None)

    @dataclass
    class Scrolled(Message):
        """Another row is the first in sight."""

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """What encloses the first line in sight may be another."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    # Layout

    def _row(self, number: int) -> Row | None:
        return self._rows[number] if self._rows is not None and number < len(self._rows) else None

    def _lay_out(
        self, to: tuple[Side, int] | Literal["first"] | None = None, stay: tuple[Side, int] | None = None
    ) -> None:
        """Make the rows anew; then go to a line, to the first change, or (None) stay where one was, or at `stay`."""
        if not self._width:
            return
        document, place = self._document, stay or self.place
        offset = max(0, self._span(self._cursor)[0] - self.scroll_offset.y)
        if document is None:
            self._rows = self._painter = None
            self._heights = Heights(0)
            self.virtual_size = Size(self._width, 0)
            self.refresh()
            return
        look = Look(
            self.app.theme,
            self._glyphs,
            self._width,
            self._left,
            "split" if self.paired else "unified",
            self._manner.wrap,
            self._manner.codes,
            self._manner.unmasked,
            self._manner.by,
        )
        notes = note_lines(document.comments, note_width(self._width, paired=self.paired))
        counts = {key: len(lines) for key, lines in notes.items()}
        self._rows = Rows(document, paired=self.paired, context=self.context, opened=self._opened, notes=counts)
        self._painter = Painter(document, self._rows, self._highlighters, notes, look, self._painter)
        self._painter.needle, self._painter.match = self._needle, self._match
        self._heights = self._painter.heights
        self.virtual_size = Size(self._width, self._heights.total)
        self._strips.clear()
        if to == "first":
            first = self._rows.hunks[0] if self._rows.hunks and document.old is not None else 0
            self._cursor = first
            line = self._span(first)[0]
            self._scroll(line - self._height // 3 if line > self._height * 2 // 3 else 0)
        else:
            side, line = to or place or ("new", 0)
            self._cursor = self._rows.find(side, line)
            self._scroll(self._span(self._cursor)[0] - (self._height // 3 if to else offset))
        self.refresh()
        self.post_message(self.Moved(self))
        self.post_message(self.Scrolled())

    # Drawing

    def _repaint(self) -> None:
        """Draw all anew in the look of now."""
        if self._painter is not None:
            self._painter.look = replace(self._painter.look, theme=self.app.theme, left=self._left)
            self._painter.needle, self._painter.match = self._needle, self._match
        self._strips.clear()
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in sight, drawn before or now."""
        if self._rows is None and self._document is not None:
            self._lay_out("first")  # now, not after a first frame without rows
        top, width = self.scroll_offset.y, self._width
        if self._painter is not None:
            drawn_by = (self.app.theme, *(each.version for each in self._highlighters.values()))
            if drawn_by != self._drawn_by:
                self._drawn_by = drawn_by
                self._painter.look = replace(self._painter.look, theme=self.app.theme)
                self._strips.clear()
        strips = [self._strip(top + y) for y in crop.line_range]
        filters, background = self.get_line_filters(), self.background_colors[1]
        for each in filters:
            strips = [strip.apply_filter(each, background) for strip in strips]
        self._prepare_later()
        return strips if crop.column_span == (0, width) else [strip.crop(*crop.column_span) for strip in strips]

    def _strip(self, line: int) -> Strip:
        if self._painter is None or line >= self._heights.total:
            return self._outside(line)
        row, at = self._heights.at(line)
        if self._has_cursor and row == self._cursor:
            return Strip(self._painter.paint(row, True, at), self._width)
        strip = self._strips.get(line)
        if strip is None:
            if len(self._strips) >= KEPT:
                self._strips.clear()
            strip = self._strips[line] = Strip(self._painter.paint(row, False, at), self._width)
        return strip

    def _outside(self, line: int) -> Strip:
        """What stands where there is no row: nothing, or that the text is empty."""
        style = ink(self.app.theme, "dim")
        empty = line == 1 and self._document is not None and self._rows is not None and not len(self._rows)
        return Strip([Segment("  the file is empty" if empty else "", style)]).adjust_cell_length(self._width, style)

    # Colours prepared in idle moments

    def _prepare_later(self) -> None:
        if self._idle is not None:
            self._idle.stop()
        self._idle = self.set_timer(IDLE_SECONDS, self._prepare)

    def _prepare(self) -> None:
        """One slice: correct provisional colours, else colour the pages before and behind, else go on to the end."""
        self._idle = None
        for side, highlighter in self._highlighters.items():
            if highlighter.provisional:
                version = highlighter.version
                highlighter.advance()
                if highlighter.version != version:
                    self.refresh()
                break
            if any(highlighter.prepare(line) for line in self._lines_around(side)) or highlighter.advance():
                break
        else:
            return
        self._prepare_later()

    def _lines_around(self, side: Side) -> list[int]:
        """A line of the page below and one of the page above, where they are lines of that side."""
        lines = []
        for line in (self.scroll_offset.y + 2 * self._height, self.scroll_offset.y - self._height):
            row = self._row(self._row_at(line))
            number = None if row is None else row.old if side == "old" else row.new
            if number is not None:
                lines.append(number)
        return lines


def named(line: str) -> str:
    """A line that opens something as it is told: safe to show, on one line."""
    return visible(line.strip()).rstrip(" {:")


def _texts(document: Document) -> tuple[object, ...]:
    return document.path, document.old, document.new
