"""A screen with a list of candidates: moving in it, marking, and which of them an action takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qatui.tui.screens.verdicts import DecidingFrame, Targets
from qatui.tui.widgets.queue_list import QueueList

if TYPE_CHECKING:
    from qatui.domain.candidate import QueueRow


class MarkingFrame(DecidingFrame):
    """Base of the queue."""

    @property
    def lines(self) -> QueueList:
        """The list."""
        return self.query_one(QueueList)

    @property
    def row(self) -> "QueueRow | None":
        """The line under the cursor, once it is read."""
        here = self.lines.cursor
        return self.lines.rows.get(here) if here is not None else None

    # Deciding

    def at_hand(self) -> int | None:
        """Id under the cursor."""
        return self.lines.cursor

    def targets(self) -> Targets:
        """The marked candidates that the filter shows, else the one under the cursor when the key went down."""
        marked = self.lines.marked()
        if marked:
            first = self.lines.rows.get(marked[0])
            seen = {each: self.lines.seen[each] for each in marked if each in self.lines.seen}
            return Targets(marked, seen, first.path if first else "")
        row = self.lines.row_at(self.pressed)
        return Targets([row.id], {row.id: row.content_hash}, row.path) if row else Targets()

    def only_at_hand(self) -> bool:
        """Whether nothing else is marked."""
        return self.lines.marked() in ([], [self.lines.cursor])

    def go_on(self, ids: Sequence[int]) -> None:
        """The cursor to the next candidate that no verdict is on its way for."""
        self.lines.advance(ids)

    def view(self, candidate_id: int) -> None:
        """The cursor to that candidate."""
        if candidate_id in self.lines.ids:
            self.lines.go(self.lines.ids.index(candidate_id))

    # Moving and marking

    def do_down(self) -> None:
        """One line down."""
        self.lines.step(1)

    def do_up(self) -> None:
        """One line up."""
        self.lines.step(-1)

    def do_page_down(self) -> None:
        """Half a page down."""
        self.lines.step(max(1, self.lines.room.height // 2))

    def do_page_up(self) -> None:
        """Half a page up."""
        self.lines.step(-max(1, self.lines.room.height // 2))

    def do_top(self) -> None:
        """To the first line."""
        self.lines.go(0)

    def do_end(self) -> None:
        """To the last line."""
        self.lines.go(len(self.lines.ids) - 1)

    def do_mark(self) -> None:
        """Mark, and go on."""
        self.lines.toggle_mark()
        self.marked()

    def do_range(self) -> None:
        """Begin a range, or mark it."""
        self.lines.toggle_range()
        self.marked()

    def do_all(self) -> None:
        """Mark all that the filter shows."""
        self.lines.mark_all()
        self.marked()

    def do_invert(self) -> None:
        """Turn the marks round."""
        self.lines.invert_marks()
        self.marked()

    def marked(self) -> None:
        """The marks changed."""
        raise NotImplementedError
