"""Rows of different heights under a cursor: how one walks through them. What they look like is another's matter."""

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.scroll_view import ScrollView

from qatui.render.wrap import Heights

MARGIN = 2
"""Screen lines kept between the cursor and the edge."""


class TallRows(ScrollView, can_focus=False):
    """A view that holds where its rows stand, on which of them the cursor is, and what of them is in sight."""

    @dataclass
    class Moved(Message):
        """The cursor is on another row, or the rows are others."""

        view: "TallRows"

        @property
        def control(self) -> "TallRows":
            """The sender."""
            return self.view

    def __init__(self, *, cursor: bool, id: str | None = None) -> None:  # noqa: A002
        """Without `cursor` nothing marks a row."""
        super().__init__(id=id)
        self._has_cursor = cursor
        self._cursor = 0
        self._heights = Heights(0)

    # Moving about

    def move(self, by: int) -> None:
        """The cursor `by` rows on; without a cursor, and in a row that goes on outside the screen, the text."""
        top = self.scroll_offset.y
        first, last = self._span(self._cursor)
        if not self._has_cursor or (last >= top + self._height if by > 0 else first < top):
            self._scroll(top + by)
        else:
            self._put_cursor(self._cursor + by)

    def page(self, by: int) -> None:
        """`by` half pages on."""
        lines = by * max(1, self._height // 2)
        if self._has_cursor:
            top = self.scroll_offset.y
            at = max(top, min(self._span(self._cursor)[0], top + self._height - 1))
            self._go(self._row_at(at + lines), top + lines)
        else:
            self.move(lines)

    def top(self) -> None:
        """To the first row."""
        self._put_cursor(0)
        self._scroll(0)

    def end(self) -> None:
        """To the last row."""
        self._put_cursor(self._heights.rows - 1)
        self._scroll(self._heights.total)

    # Events

    def on_click(self, event: events.Click) -> None:
        """The cursor goes to the row clicked."""
        if self._has_cursor:
            self._put_cursor(self._row_at(self.scroll_offset.y + event.y))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled by the mouse, the cursor stays in sight."""
        super().watch_scroll_y(old_value, new_value)
        top = round(new_value)
        first, last = self._span(self._cursor)
        inside = self._cursor
        if last < top:
            inside = self._row_at(top)
        elif first >= top + self._height:
            inside = self._row_at(top + self._height - 1)
        if inside != self._cursor:
            self._cursor = inside
            self.post_message(self.Moved(self))

    # Where rows stand

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    def _clamped(self, row: int) -> int:
        return max(0, min(row, self._heights.rows - 1))

    def _span(self, row: int) -> tuple[int, int]:
        """The first and the last screen line of a row, from the top of the text."""
        return self._heights.top(row), self._heights.top(row + 1) - 1

    def _row_at(self, line: int) -> int:
        """The row on a screen line, or the nearest one."""
        return self._heights.at(max(0, min(line, self._heights.total - 1)))[0] if self._heights.total else 0

    def _put_cursor(self, row: int) -> None:
        """The cursor to a row, and the row into sight."""
        before, self._cursor = self._cursor, self._clamped(row)
        top = self._top_for(*self._span(self._cursor))
        if top != self.scroll_offset.y:
            self._scroll(top)
        if self._has_cursor and before != self._cursor:
            for each in (before, self._cursor):
                self.refresh_lines(self._span(each)[0], self._heights.height(each))
            self.post_message(self.Moved(self))

    def _go(self, row: int, top: int) -> None:
        """Scroll, and put the cursor on a row that is in sight then."""
        before, self._cursor = self._cursor, row
        self._scroll(top)
        self._cursor = before
        self._put_cursor(row)

    def _top_for(self, first: int, last: int) -> int:
        """The top of the screen at which the lines from `first` to `last` are in sight, as near as it can be."""
        top, height = self.scroll_offset.y, self._height
        margin = min(MARGIN, height // 3)
        low, high = top + margin, top + height - 1 - margin
        if last - first > high - low:  # more than the screen: whatever is seen of it is enough, else where it begins
            if first <= high and last >= low:
                return top
            return first - margin if first > high else last - height + 1 + margin
        if first < low:
            return first - margin
        return last - height + 1 + margin if last > high else top

    def _scroll(self, top: int) -> None:
        """`top` becomes the first row seen, as far as there are rows below it."""
        self.scroll_to(y=max(0, min(top, self.virtual_size.height - self._height)), animate=False, force=True)
