"""The queue's lines: a hundred thousand of them, drawn by the line; the cursor and the marks are ids."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from qatui.render.glyphs import UNICODE, Glyphs
from qatui.render.palette import ink
from qatui.tui.widgets import queue_row

if TYPE_CHECKING:
    from qatui.domain.candidate import QueueRow

AHEAD = 50
"""Lines read beyond what is in sight, on either side."""


class QueueHead(Widget):
    """The names of the columns, aligned with the list below."""

    DEFAULT_CSS = "QueueHead { height: 1; }"

    def render_line(self, y: int) -> Strip:
        """The only line; the list's scrollbar has no column of its own above it."""
        return queue_row.head(queue_row.lay_out(self.size.width - 1), self.app.theme)


class QueueList(ScrollView, can_focus=True):
    """The list of candidates."""

    DEFAULT_CSS = """
    QueueList { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    class CursorMoved(Message):
        """The cursor is on another candidate, or on another content of it."""

    class RowsMissing(Message):
        """Lines in sight that were not read yet."""

        def __init__(self, ids: Sequence[int]) -> None:
            super().__init__()
            self.ids = ids

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.ids: Sequence[int] = ()
        self.rows: dict[int, QueueRow] = {}
        self.seen: dict[int, str] = {}
        """Content hash of every line as it was last drawn: what the person had before them."""
        self._marks: set[int] = set()
        self._marked: list[int] | None = []
        self.now = 0
        """Milliseconds since 1970: what ages are counted to."""
        self.index = 0
        self._before: tuple[float, QueueRow | None] | None = None
        self._range: int | None = None
        self._strips: dict[tuple[int, bool, bool], Strip] = {}
        self._columns: tuple[queue_row.Column, ...] = ()
        self._laid_out_for = 0
        self._asked: frozenset[int] = frozenset()

    # What is where

    @property
    def cursor(self) -> int | None:
        """Id of the candidate under the cursor."""
        return self.ids[self.index] if self.index < len(self.ids) else None

    def row_at(self, pressed: float) -> "QueueRow | None":
        """The line under the cursor when a key went down at `pressed` (monotonic seconds).

        When the program itself has moved the cursor since (a refresh, the step after a verdict), that is the
        line from before: a verdict goes to what the person saw.
        """
        if self._before is not None and pressed < self._before[0]:
            return self._before[1]
        return self.rows.get(self.cursor) if self.cursor is not None else None

    def in_sight(self) -> list[int]:
        """Ids of the lines on the screen and some around them."""
        top = max(0, self.scroll_offset.y - AHEAD)
        return list(self.ids[top : self.scroll_offset.y + self.room.height + AHEAD])

    @property
    def marks(self) -> set[int]:
        """Ids of the marked candidates, whether the filter shows them or not."""
        return self._marks

    @marks.setter
    def marks(self, marks: set[int]) -> None:
        self._marks, self._marked = marks, None

    @property
    def room(self) -> Size:
        """Cells for lines, beside the scrollbar."""
        return self.scrollable_content_region.size

    # New data

    def show(
        self,
        ids: Sequence[int],
        rows: Mapping[int, "QueueRow"],
        *,
        cursor: int | None = None,
        from_top: bool = False,
    ) -> None:
        """Other ids, or the same in another order; the cursor goes to `cursor`, else stays on its candidate.

        Where that is not among them it stays on its place, or with `from_top` begins at the first line.
        """
        old, wanted = self.row_at(time.monotonic()), self.cursor if cursor is None else cursor
        first = self.index
        self.ids, self._marked = ids, None
        self.rows = dict(rows)
        self._strips.clear()
        self._asked = frozenset()
        if not (self.index < len(ids) and ids[self.index] == wanted):
            try:
                self.index = ids.index(wanted) if wanted is not None else 0
            except ValueError:
                self.index = 0 if from_top else min(self.index, max(0, len(ids) - 1))
        self.virtual_size = Size(0, len(ids))
        new = self.rows.get(self.cursor) if self.cursor is not None else None
        if (old and (old.id, old.content_hash)) != (new and (new.id, new.content_hash)):
            self._before = (time.monotonic(), old)
        if self.index != first or cursor is not None:
            self._into_sight()
        self.refresh()
        self.post_message(self.CursorMoved())

    def update_rows(self, rows: Mapping[int, "QueueRow"]) -> None:
        """Lines that were missing, or changed."""
        self.rows.update(rows)
        self._strips.clear()
        self._asked = frozenset()
        self.refresh()
        if self.cursor in rows:
            self.post_message(self.CursorMoved())

    def tick(self, now: int) -> None:
        """Time passes: ages are drawn anew."""
        self.now = now
        self._strips.clear()
        self.refresh()

    # Moving and marking

    def go(self, index: int) -> None:
        """Put the cursor on a line, as the person asked."""
        self._before = None
        self._move(index)

    def step(self, lines: int) -> None:
        """Move the cursor by so many lines."""
        self.go(self.index + lines)

    def advance(self, past: Iterable[int]) -> None:
        """After a verdict on `past`: on to the next line that is none of them."""
        gone = set(past)
        if self.cursor not in gone:
            return
        old = self.row_at(time.monotonic())
        for index in (*range(self.index + 1, len(self.ids)), *range(self.index - 1, -1, -1)):
            if self.ids[index] not in gone:
                self._move(index)
                break
        self._before = (time.monotonic(), old)

    def toggle_mark(self) -> None:
        """Mark or unmark the candidate under the cursor, and step on."""
        if self.cursor is not None:
            self.marks ^= {self.cursor}
            self.refresh_line(self.index)
            self.step(1)

    def toggle_range(self) -> bool:
        """Begin a range here, or mark from its beginning to here; whether one is open now."""
        if self._range is None or self._range not in self.ids:
            self._range = self.cursor
            return self._range is not None
        start = self.ids.index(self._range)
        low, high = sorted((start, self.index))
        self.marks |= set(self.ids[low : high + 1])
        self._range = None
        self.refresh()
        return False

    @property
    def in_range(self) -> bool:
        """Whether a range was begun."""
        return self._range is not None

    def end_range(self) -> bool:
        """Forget the beginning of a range; whether there was one."""
        was, self._range = self._range, None
        return was is not None

    def mark_all(self) -> None:
        """Mark every candidate of the filter; when all are marked, none."""
        every = set(self.ids)
        self.marks = self.marks - every if every <= self.marks else self.marks | every
        self.refresh()

    def invert_marks(self) -> None:
        """Within the filter: mark what is not marked, and the other way round."""
        self.marks ^= set(self.ids)
        self.refresh()

    def unmark(self, ids: Iterable[int]) -> None:
        """These are marked no longer."""
        self.marks = self.marks.difference(ids)
        self.refresh()

    def marked(self) -> list[int]:
        """The marked ids that the filter shows, in its order; found anew only when marks or filter changed."""
        if self._marked is None:
            self._marked = [each for each in self.ids if each in self._marks] if self._marks else []
        return self._marked

    def _move(self, index: int) -> None:
        index = max(0, min(index, len(self.ids) - 1))
        if index != self.index:
            old, self.index = self.index, index
            self.refresh_line(old)
            self.refresh_line(index)
            self._into_sight()
            self.post_message(self.CursorMoved())

    def _into_sight(self) -> None:
        height = self.room.height
        if not height:
            self.call_after_refresh(self._into_sight)
            return
        top = self.scroll_offset.y
        if self.index < top:
            self.scroll_to(y=self.index, animate=False, force=True)
        elif self.index >= top + height:
            self.scroll_to(y=self.index - height + 1, animate=False, force=True)

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """The visible lines, from kept strips; what is missing is asked for once."""
        if not self._columns or self._laid_out_for != self.room.width:
            self._laid_out_for = self.room.width
            self._columns = queue_row.lay_out(self._laid_out_for)
            self._strips.clear()
        top = self.scroll_offset.y
        missing: list[int] = []
        strips = [self._line(top + y, missing).crop_extend(crop.x, crop.right, self._blank)
                  for y in range(crop.y, crop.bottom)]  # fmt: skip
        if missing and not self._asked.issuperset(missing):
            wanted = [each for each in self.in_sight() if each not in self.rows]
            self._asked = frozenset(wanted)
            self.post_message(self.RowsMissing(wanted))
        return strips

    @property
    def _blank(self) -> Style:
        return ink(self.app.theme, "foreground")

    def _line(self, index: int, missing: list[int]) -> Strip:
        if index >= len(self.ids):
            return self._filtered(Strip.blank(self.room.width, self._blank))
        number = self.ids[index]
        row = self.rows.get(number)
        if row is None:
            missing.append(number)
        key = (number, index == self.index, number in self.marks)
        found = self._strips.get(key) if row else None
        if found is None:
            look = queue_row.Look(
                self._columns, self.app.theme, self.glyphs, cursor=key[1], marked=key[2], now=self.now
            )
            found = self._filtered(queue_row.draw(row, look).adjust_cell_length(self.room.width, self._blank))
            if row is not None:
                self._strips[key] = found
                self.seen[number] = row.content_hash
        return found

    def _filtered(self, strip: Strip) -> Strip:
        """As the app's filters want it (NO_COLOR); the line API leaves that to us."""
        for each in self.app.get_line_filters():
            strip = strip.apply_filter(each, self.background_colors[1])
        return strip

    def notify_style_update(self) -> None:
        """Another theme: draw anew."""
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Another width has other columns; the cursor stays in sight."""
        self._columns = ()
        self._into_sight()

    def on_click(self, event: events.Click) -> None:
        """The mouse moves the cursor; it never decides."""
        self.go(self.scroll_offset.y + event.y)
