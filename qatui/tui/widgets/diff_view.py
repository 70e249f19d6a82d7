"""The diff as a person moves about in it, searches it and changes how it is shown."""

from dataclasses import replace
from typing import Any

from qatui.domain.diff import CONTEXT, Kind
from qatui.domain.enclosing import enclosing
from qatui.domain.enclosing import end as end_of
from qatui.domain.review import Side
from qatui.domain.search import Match, Needle, Search, Searched
from qatui.domain.stretches import Stretch, merged
from qatui.tui.widgets.diff_pane import DiffPane, Manner
from qatui.tui.widgets.tall_rows import MARGIN

__all__ = ["DiffView", "Manner"]

CONTEXTS = (1, CONTEXT, 10, 30, None)
"""Steps of `+` and `-`; the last shows the whole text."""
SOME = 10
"""Lines of a fold that are shown at each end of it."""
SIDEWAYS = 8
"""Cells of one step to the side."""


class DiffView(DiffPane):
    """What the keys of a diff do. Without a document they do nothing."""

    def __init__(self, **options: Any) -> None:
        """As a pane."""
        super().__init__(**options)
        self._searched: Searched | None = None
        self._search: Search | None = None

    # Moving about

    def next_hunk(self) -> bool:
        """To the next change; whether there was one."""
        return self._to_row(self._rows.next_hunk(self._cursor) if self._rows is not None else None)

    def hunk_before(self) -> bool:
        """To the change before; whether there was one."""
        return self._to_row(self._rows.hunk_before(self._cursor) if self._rows is not None else None)

    def follow_move(self) -> bool:
        """To where the line under the cursor moved, or came from; whether it did."""
        there = self._painter.elsewhere(self._cursor) if self._painter is not None and self._row(self._cursor) else None
        if there is None or self._rows is None:
            return False
        return self._to_row(self._rows.find(*there))

    def sideways(self, by: int) -> None:
        """Long lines `by` steps to the left (+1) or back (-1), as far as a line on screen goes on."""
        if self._painter is None or self._manner.wrap:
            return
        top = self.scroll_offset.y
        rows = range(self._row_at(top), self._row_at(top + self._height - 1) + 1)
        room = max(0, self._painter.widest(rows) - self._painter.text_width)
        self._to_left(min(self._left + by * SIDEWAYS, room) if by > 0 else self._left + by * SIDEWAYS)

    def to_edge(self, *, end: bool) -> None:
        """To the end of the line under the cursor, all others go with it; or back to the beginning of lines."""
        if self._painter is not None and not self._manner.wrap:
            self._to_left(self._painter.reach(self._cursor) - self._painter.text_width if end else 0)

    def _to_left(self, left: int) -> None:
        """`left` becomes the first cell seen of each line."""
        if max(0, left) != self._left:
            self._left = max(0, left)
            self._repaint()

    def _to_row(self, row: int | None, down: int = 0) -> bool:
        """To a row, with its screen line `down` and what follows that in sight; whether there is a row."""
        if row is None:
            return False
        top, line = self.scroll_offset.y, self._span(row)[0] + down
        if top + MARGIN <= line <= top + self._height * 2 // 3:
            self._put_cursor(row)
        else:
            self._go(row, line - self._height // 3)
        return True

    def to_enclosing(self) -> bool:
        """To where the class, function or test begins that the line under the cursor is in; whether it is in one."""
        place, document = self.place, self._document
        text = document.text(place[0]) if document is not None and place is not None else None
        if text is None or document is None or place is None:
            return False
        openers = enclosing(document.path, text.lines, place[1])
        return bool(openers) and self._to_row(self._uncovered(place[0], openers[-1]))

    def _uncovered(self, side: Side, line: int) -> int:
        """The row of a line, which is not in a fold any more."""
        assert self._rows is not None
        row = self._rows[self._rows.find(side, line)]
        if row.kind is Kind.FOLD and row.new is not None:
            self._opened.append((row.new, row.new + row.count))
            self._lay_out((side, line))
        return self._rows.find(side, line)

    # Search

    def look_for(self, text: str) -> None:
        """Mark a text wherever it stands; an empty one ends the search."""
        if text != (self._needle.text if self._needle is not None else ""):
            self._needle = Needle(text) if text else None
            self._search = self._match = None
            self._repaint()

    def next_match(self, by: int) -> bool | None:
        """To the next match (+1), from the row of the cursor on, or the one before (-1), into folds too.

        Whether that went round the end of the text; None: there is no match.
        """
        search, rows = self._matches_of_now(), self._rows
        if search is None or rows is None:
            return None
        match = (search.next if by > 0 else search.before)(rows, self._cursor, self._match)
        if match is not None:
            self._reach(match)
            return False
        match = search.next(rows, 0, None) if by > 0 else search.before(rows, len(rows), None)
        if match is None:
            return None
        self._reach(match)
        return True

    @property
    def matches(self) -> tuple[int, int]:
        """Which match was gone to, from 1 (0: none yet), and how many there are."""
        search = self._matches_of_now()
        if search is None or self._rows is None:
            return 0, 0
        return search.place(self._rows, self._match) if self._match is not None else 0, search.total

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._searched = self._search = None

    def _matches_of_now(self) -> Search | None:
        """The matches in this text, counted when they are asked for first."""
        document = self._document
        if document is None or self._needle is None:
            return None
        if self._searched is None or self._searched.hunks is not document.hunks:  # other blanks may count
            self._searched, self._search, self._match = Searched(document), None, None
        self._search = self._search or self._searched.search(self._needle)
        return self._search

    def _reach(self, match: Match) -> None:
        """To a match: open the fold that it is in, and bring it into sight."""
        number = self._uncovered(match.side, match.line)
        assert self._painter is not None
        self._match = self._painter.match = match
        self._to_left(self._painter.left_for(number, match))
        self._to_row(number, self._painter.down_to(match))
        self.refresh_lines(self._span(number)[0], self._heights.height(number))

    # Ways of showing

    def switch_layout(self) -> None:
        """From two sides to one below the other, or back."""
        self._change(layout="unified" if self.paired else "split")

    def switch_wrap(self) -> bool:
        """Long lines on several screen lines, or cut again; whether they are wrapped now."""
        self._left = 0
        return self._change(wrap=not self._manner.wrap).wrap

    def switch_codes(self) -> bool:
        """Marks as code points, or as signs again; whether they are code points now."""
        return self._change(codes=not self._manner.codes).codes

    def switch_masks(self) -> bool:
        """Secrets shown, or masked again; whether they are shown now."""
        return self._change(unmasked=not self._manner.unmasked).unmasked

    def switch_by(self) -> bool:
        """What differs in a line by characters, or by words again; whether it is by characters now."""
        return self._change(by="word" if self._manner.by == "character" else "character").by == "character"

    def _change(self, **ways: Any) -> Manner:
        """Show it in another manner."""
        self._manner = replace(self._manner, **ways)
        self._lay_out()
        return self._manner

    def change_context(self, by: int) -> bool:
        """More (+1) or fewer (-1) unchanged lines around each change; whether there was a step to take."""
        steps = [each for each in CONTEXTS if _is_more(each, self.context, by)]
        if not steps:
            return False
        self._opened = []
        self._change(context=steps[0] if by > 0 else steps[-1])
        return True

    # Folds

    def unfold(self) -> bool:
        """Show the lines of the fold under the cursor; whether there is one."""
        fold = self._fold
        if fold is None:
            return False
        self._open([fold], fold[0])
        return True

    def unfold_some(self) -> bool:
        """Show some lines at each end of the fold under the cursor that touches other lines; whether there is a fold.

        The cursor stays on what is left of it, so that the same key shows more.
        """
        fold, document = self._fold, self._document
        if fold is None or document is None:
            return False
        first, end = fold
        above = SOME if first else 0
        below = SOME if end < len(document.new) else 0
        self._open([(first, min(end, first + above)), (max(first, end - below), end)], min(end - 1, first + above))
        return True

    def unfold_enclosing(self) -> bool | None:
        """Show of the fold under the cursor what belongs to the functions above and below it, whose parts are seen.

        Whether it holds anything of them; None: there is no fold.
        """
        fold, document = self._fold, self._document
        if fold is None or document is None:
            return None
        first, end = fold
        path, lines = document.path, document.new.lines
        opened = []
        last = next((at for at in range(first - 1, -1, -1) if lines[at].strip()), None)
        if last is not None:
            above = enclosing(path, lines, first)
            above = above if last in above else enclosing(path, lines, last)
            opened += [(first, min(end, end_of(lines, each))) for each in above[-1:]]
        below = enclosing(path, lines, end) if end < len(lines) else ()
        opened += [(each, end) for each in below[-1:] if each >= first]
        opened = merged(opened)
        if opened:
            self._open(opened, min(end - 1, opened[0][1] if opened[0][0] == first else first))
        return bool(opened)

    @property
    def _fold(self) -> Stretch | None:
        """The new lines that the fold under the cursor hides; None: there is no fold."""
        row = self._row(self._cursor)
        if row is None or row.kind is not Kind.FOLD or row.new is None:
            return None
        return row.new, row.new + row.count

    def _open(self, stretches: list[Stretch], line: int) -> None:
        """Show new lines that are folded; the cursor stays where it is on the screen, then on `line`."""
        self._opened += stretches
        self._lay_out(None, ("new", line))


def _is_more(lines: int | None, than: int | None, by: int) -> bool:
    """Whether so many lines are more (`by` is 1) or fewer (-1); None is all."""
    few, many = (than, lines) if by > 0 else (lines, than)
    return few is not None and (many is None or many > few)
