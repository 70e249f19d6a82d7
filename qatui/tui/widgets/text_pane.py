"""Lines of text drawn by the line: a list with a cursor, or a page that scrolls. For what may be long."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qatui.render.palette import ink
from qatui.tui.widgets.queue_row import cut_path

Words = tuple[str, str]
"""An ink and a text."""


class TextPane(ScrollView, can_focus=False):
    """Each line is a row of words in their inks; without a cursor long lines are wrapped."""

    DEFAULT_CSS = """
    TextPane {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable; scrollbar-size-vertical: 1;
    }
    """

    class Moved(Message):
        """The cursor is on another line."""

    def __init__(self, *, cursor: bool, sign: str = "▌", cut: str = "…", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._has_cursor = cursor
        self._sign, self._cut = sign, cut
        self._given: Sequence[Sequence[Words]] = ()
        self._lines: list[Sequence[Words]] = []
        self.index = 0

    def show(self, lines: Sequence[Sequence[Words]]) -> None:
        """Other lines; a page begins at its top, a list keeps its cursor."""
        if lines == self._given:
            return
        self._given = lines
        self.index = min(self.index, max(0, len(lines) - 1))
        if not self._has_cursor:
            self.scroll_to(y=0, animate=False, force=True)
        self._lay_out()

    def step(self, by: int) -> None:
        """The cursor, or the page, so many lines on."""
        if not self._has_cursor:
            self.scroll_to(y=max(0, self.scroll_offset.y + by), animate=False, force=True)
            return
        index = max(0, min(self.index + by, len(self._lines) - 1))
        if index != self.index:
            self.index = index
            top, height = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
            if not top <= index < top + height:
                self.scroll_to(y=index if index < top else index - height + 1, animate=False, force=True)
            self.refresh()
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Another width wraps elsewhere."""
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        """The mouse moves the cursor."""
        if self._has_cursor:
            self.step(self.scroll_offset.y + event.y - self.index)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width - 2
        if width < 1:
            return
        self._lines = (
            list(self._given) if self._has_cursor else [part for line in self._given for part in wrap(line, width)]
        )
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in sight."""
        top, background = self.scroll_offset.y, self.background_colors[1]
        strips = [self._line(top + y) for y in range(crop.y, crop.bottom)]
        for each in self.app.get_line_filters():
            strips = [strip.apply_filter(each, background) for strip in strips]
        return [strip.crop(crop.x, crop.right) for strip in strips]

    def _line(self, index: int) -> Strip:
        width, theme = self.size.width, self.app.theme
        here = self._has_cursor and index == self.index and index < len(self._lines)
        paper = "selection" if here else "background"
        blank = ink(theme, "foreground", paper)
        if index >= len(self._lines):
            return Strip.blank(width, blank)
        segments = [Segment(self._sign if here else " ", ink(theme, "accent", paper, "bold"))]
        room = width - 1
        for token, text in self._lines[index]:
            token, _, flags = token.partition(" ")
            text = cut_path(text, max(1, room), self._cut)
            room -= cell_len(text)
            segments.append(Segment(text, ink(theme, token, paper, flags)))
        return Strip(segments).adjust_cell_length(width, blank)


_SENTENCE_CELLS = 20
"""A sentence is parted where it has at least so much room."""


def wrap(line: Sequence[Words], width: int) -> list[Sequence[Words]]:
    """A line as lines of at most `width` cells, parted at blanks, else behind a slash, where there are any.

    A line of several inks is not parted, but a sentence behind its name: that goes on below itself.
    """
    if len(line) == 2 and " " in line[1][1]:
        (token, name), sentence = line
        room = width - cell_len(name)
        if room >= _SENTENCE_CELLS:
            below = [((token, " " * cell_len(name)), *rest) for rest in wrap((sentence,), room)]
            return [((token, name), *below[0][1:]), *below[1:]]
    if len(line) != 1 or cell_len(line[0][1]) <= width:
        return [line]
    token, text = line[0]
    indent = " " * (len(text) - len(text.lstrip(" ")))
    parts: list[Sequence[Words]] = []
    while cell_len(text) > width:
        end = width
        while cell_len(text[:end]) > width:
            end -= 1
        blank, slash = text.rfind(" ", len(indent) + 1, end + 1), text.rfind("/", len(indent) + 1, end)
        end = blank if blank > 0 else slash + 1 if slash > 0 else end
        parts.append(((token, text[:end]),))
        text = indent + text[end:].lstrip(" ")
        if text == indent:
            return parts
    return [*parts, ((token, text),)]
