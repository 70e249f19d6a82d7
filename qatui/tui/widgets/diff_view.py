"""The diff: two sides beside each other, or one below the other where it is narrow; only what is seen is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from qatui.domain.diff import CONTEXT, Document, Kind, Row, Rows
from qatui.domain.highlight import Highlighter
from qatui.domain.review import Side
from qatui.render.glyphs import UNICODE, Glyphs
from qatui.render.notes import note_lines
from qatui.render.painter import Look, Painter
from qatui.render.palette import ink

WIDE = 104
"""Cells from which the sides stand beside each other."""
CONTEXTS = (1, CONTEXT, 10, 30, None)
"""Steps of `+` and `-`; the last shows the whole text."""
MARGIN = 2
"""Rows kept between the cursor and the edge."""
SIDEWAYS = 8
"""Cells of one step to the side."""
KEPT = 4_000
"""Strips kept."""
IDLE_SECONDS = 0.03
"""How long nothing was drawn before colours are prepared."""

Layout = Literal["auto", "split", "stacked"]


class DiffView(ScrollView, can_focus=False):
    """Shows a `Document`. It holds where the reader is: cursor, layout, context, open folds."""

    DEFAULT_CSS = """
    DiffView {
        height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
    }
    """

    @dataclass
    class Moved(Message):
        """The cursor is on another row, or the rows are others."""

        view: "DiffView"

        @property
        def control(self) -> "DiffView":
            """The sender."""
            return self.view

    def __init__(self, *, cursor: bool = True, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002
        """Without `cursor` it is a preview: nothing marks a row."""
        super().__init__(id=id)
        self._has_cursor = cursor
        self._glyphs = glyphs
        self._document: Document | None = None
        self._highlighters: Mapping[Side, Highlighter] = {}
        self._rows: Rows | None = None
        self._painter: Painter | None = None
        self._strips: dict[int, Strip] = {}
        self._drawn_by: tuple[object, ...] = ()
        self._cursor = 0
        self._left = 0
        self._layout: Layout = "auto"
        self._shown_context: int | None = CONTEXT
        self._opened: frozenset[int] = frozenset()
        self._idle: Timer | None = None

    # What is shown

    @property
    def document(self) -> Document | None:
        """What is shown."""
        return self._document

    def show(self, document: Document | None, place: tuple[Side, int] | None = None) -> None:
        """Show another document from its first change, or from `place`: a side and a line counted from 0.

        The same document again (its comments may be others) keeps the reader's place.
        """
        before = self._document
        same = before is not None and document is not None and _texts(before) == _texts(document)
        self._document = document
        if not same:
            self._opened = frozenset()
            self._left = 0
            self._highlighters = document.colours if document is not None else {}
        self._lay_out(None if same else place or "first")

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
    def paired(self) -> bool:
        """Whether the two sides stand beside each other."""
        if self._document is None or self._document.old is None:
            return False
        return self._layout == "split" or (self._layout == "auto" and self._width >= WIDE)

    @property
    def middle(self) -> int | None:
        """The column that parts the two sides; None: they are not parted."""
        return self._painter.halves[0] if self._painter is not None and self._painter.look.paired else None

    # Moving about

    def move(self, by: int) -> None:
        """The cursor `by` rows on; without a cursor, the text."""
        if self._has_cursor:
            self._put_cursor(self._cursor + by)
        else:
            self._scroll(self.scroll_offset.y + by)

    def page(self, by: int) -> None:
        """`by` half pages on."""
        rows = by * max(1, self._height // 2)
        if self._has_cursor:
            top = self.scroll_offset.y + rows
            self._cursor = self._clamped(self._cursor + rows)
            self._scroll(top)
            self._put_cursor(self._cursor)
        else:
            self.move(rows)

    def top(self) -> None:
        """To the first row."""
        self._put_cursor(0)
        self._scroll(0)

    def end(self) -> None:
        """To the last row."""
        last = len(self._rows) - 1 if self._rows is not None else 0
        self._put_cursor(last)
        self._scroll(last)

    def next_hunk(self) -> bool:
        """To the next change; whether there was one."""
        return self._to_hunk(self._rows.next_hunk(self._cursor) if self._rows is not None else None)

    def hunk_before(self) -> bool:
        """To the change before; whether there was one."""
        return self._to_hunk(self._rows.hunk_before(self._cursor) if self._rows is not None else None)

    def sideways(self, by: int) -> None:
        """Long lines `by` steps to the left (+1) or back (-1), as far as a line on screen goes on."""
        if self._painter is None:
            return
        rows = range(self.scroll_offset.y, self.scroll_offset.y + self._height)
        room = max(0, self._painter.widest(rows) - self._painter.text_width)
        self._to_left(min(self._left + by * SIDEWAYS, room) if by > 0 else self._left + by * SIDEWAYS)

    def to_edge(self, *, end: bool) -> None:
        """To the end of the line under the cursor, all others go with it; or back to the beginning of lines."""
        if self._painter is not None:
            self._to_left(self._painter.reach(self._cursor) - self._painter.text_width if end else 0)

    def _to_left(self, left: int) -> None:
        """`left` becomes the first cell seen of each line."""
        if max(0, left) != self._left:
            self._left = max(0, left)
            self._repaint()

    # Ways of showing

    def switch_layout(self) -> None:
        """From two sides to one below the other, or back."""
        self._layout = "stacked" if self.paired else "split"
        self._lay_out()

    def change_context(self, by: int) -> bool:
        """More (+1) or fewer (-1) unchanged lines around each change; whether there was a step to take."""
        at = CONTEXTS.index(self._shown_context) + by
        if not 0 <= at < len(CONTEXTS):
            return False
        self._shown_context = CONTEXTS[at]
        self._opened = frozenset()
        self._lay_out()
        return True

    @property
    def context(self) -> int | None:
        """Unchanged lines around each change; None: all."""
        return self._shown_context

    def unfold(self) -> bool:
        """Show the lines of the fold under the cursor; whether there is one."""
        row = self._row(self._cursor)
        if row is None or row.kind is not Kind.FOLD or row.new is None:
            return False
        self._opened |= {row.new}
        self._lay_out()
        return True

    # Events

    def on_resize(self, event: events.Resize) -> None:
        """Another width: the sides may part or meet, comments wrap elsewhere."""
        self._lay_out("first" if self._rows is None else None)

    def on_click(self, event: events.Click) -> None:
        """The cursor goes to the row clicked."""
        if self._has_cursor:
            self._put_cursor(self.scroll_offset.y + event.y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled by the mouse, the cursor stays in sight."""
        super().watch_scroll_y(old_value, new_value)
        top = round(new_value)
        inside = max(top, min(self._cursor, top + self._height - 1))
        if inside != self._cursor:
            self._cursor = self._clamped(inside)
            self.post_message(self.Moved(self))

    # Layout

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    def _row(self, number: int) -> Row | None:
        return self._rows[number] if self._rows is not None and number < len(self._rows) else None

    def _clamped(self, row: int) -> int:
        return max(0, min(row, (len(self._rows) if self._rows is not None else 1) - 1))

    def _lay_out(self, to: tuple[Side, int] | Literal["first"] | None = None) -> None:
        """Make the rows anew; then go to a line, to the first change, or (None) stay on the line one was on."""
        if not self._width:
            return
        document, place = self._document, self.place
        offset = self._cursor - self.scroll_offset.y
        if document is None:
            self._rows = self._painter = None
            self.virtual_size = Size(self._width, 0)
            self.refresh()
            return
        look = Look(self.app.theme, self._glyphs, self._width, self._left, self.paired)
        notes = note_lines(document.comments, max(20, (self._width // 2 if self.paired else self._width) - 14))
        counts = {key: len(lines) for key, lines in notes.items()}
        self._rows = Rows(document, paired=self.paired, context=self._shown_context, opened=self._opened, notes=counts)
        self._painter = Painter(document, self._rows, self._highlighters, notes, look)
        self.virtual_size = Size(self._width, len(self._rows))
        self._strips.clear()
        if to == "first":
            first = self._rows.hunks[0] if self._rows.hunks and document.old is not None else 0
            self._cursor = first
            self._scroll(first - self._height // 3 if first > self._height * 2 // 3 else 0)
        else:
            side, line = to or place or ("new", 0)
            self._cursor = self._rows.find(side, line)
            self._scroll(self._cursor - (self._height // 3 if to else offset))
        self.refresh()
        self.post_message(self.Moved(self))

    def _put_cursor(self, row: int) -> None:
        """The cursor to a row, and the row into sight."""
        before, self._cursor = self._cursor, self._clamped(row)
        margin = min(MARGIN, self._height // 3)
        top = self.scroll_offset.y
        if self._cursor < top + margin:
            self._scroll(self._cursor - margin)
        elif self._cursor > top + self._height - 1 - margin:
            self._scroll(self._cursor - self._height + 1 + margin)
        if self._has_cursor and before != self._cursor:
            self.refresh_lines(before)
            self.refresh_lines(self._cursor)
            self.post_message(self.Moved(self))

    def _to_hunk(self, row: int | None) -> bool:
        if row is None:
            return False
        top = self.scroll_offset.y
        if not top + MARGIN <= row <= top + self._height * 2 // 3:
            cursor, self._cursor = self._cursor, row
            self._scroll(row - self._height // 3)
            self._cursor = cursor
        self._put_cursor(row)
        return True

    def _scroll(self, top: int) -> None:
        """`top` becomes the first row seen, as far as there are rows below it."""
        self.scroll_to(y=max(0, min(top, self.virtual_size.height - self._height)), animate=False, force=True)

    # Drawing

    def _repaint(self) -> None:
        """Draw all anew in the look of now."""
        if self._painter is not None:
            self._painter.look = replace(self._painter.look, theme=self.app.theme, left=self._left)
        self._strips.clear()
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in sight, drawn before or now."""
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

    def _strip(self, number: int) -> Strip:
        if self._painter is None or self._rows is None or number >= len(self._rows):
            return self._outside(number)
        if self._has_cursor and number == self._cursor:
            return Strip(self._painter.paint(number, True), self._width)
        strip = self._strips.get(number)
        if strip is None:
            if len(self._strips) >= KEPT:
                self._strips.clear()
            strip = self._strips[number] = Strip(self._painter.paint(number, False), self._width)
        return strip

    def _outside(self, number: int) -> Strip:
        """What stands where there is no row: nothing, or that the text is empty."""
        style = ink(self.app.theme, "dim")
        empty = number == 1 and self._document is not None and self._rows is not None and not len(self._rows)
        return Strip([Segment("  the file is empty" if empty else "", style)]).adjust_cell_length(self._width, style)

    # Colours prepared in idle moments

    def _prepare_later(self) -> None:
        if self._idle is not None:
            self._idle.stop()
        self._idle = self.set_timer(IDLE_SECONDS, self._prepare)

    def _prepare(self) -> None:
        """One slice: correct provisional colours, else colour the pages before and behind."""
        self._idle = None
        for side, highlighter in self._highlighters.items():
            if highlighter.provisional:
                version = highlighter.version
                highlighter.advance()
                if highlighter.version != version:
                    self.refresh()
                break
            if any(highlighter.prepare(line) for line in self._lines_around(side)):
                break
        else:
            return
        self._prepare_later()

    def _lines_around(self, side: Side) -> list[int]:
        """A line of the page below and one of the page above, where they are lines of that side."""
        lines = []
        for number in (self.scroll_offset.y + 2 * self._height, self.scroll_offset.y - self._height):
            row = self._row(self._clamped(number))
            line = None if row is None else row.old if side == "old" else row.new
            if line is not None:
                lines.append(line)
        return lines


def _texts(document: Document) -> tuple[object, ...]:
    return document.path, document.old, document.new, document.hunks
