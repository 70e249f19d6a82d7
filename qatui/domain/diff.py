"""What changed between two texts: hunks as git found them, and the rows in which they are shown.

Rows are not kept one by one: a table of blocks says how runs of them follow each other, and a row is found by
bisection, so that a text of 200,000 lines opens as fast as one of 150.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile
from operator import itemgetter
from typing import NamedTuple

from qatui.domain.colouring import Colouring
from qatui.domain.lines import Lines
from qatui.domain.moved import Moved
from qatui.domain.review import Comment, Side
from qatui.domain.stretches import Stretch, merged

CONTEXT = 3
"""Unchanged lines that stay around a hunk."""

_SIDES: tuple[Side, Side] = ("old", "new")


class Part(NamedTuple):
    """Lines of a hunk that are shown alike: as many on both sides stand against each other, else one side has none."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int


@dataclass(frozen=True, slots=True)
class Hunk:
    """`old_count` lines of the old text from `old_start` on stand against `new_count` of the new; starts from 0."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    quiet: bool = False
    """Only an option makes it no change: it is shown, but nobody stops at it."""
    parts: tuple[Part, ...] = ()
    """Which of its lines stand against each other, in order (`domain.pairing`); none: they do by position."""

    @property
    def old_end(self) -> int:
        """First old line after the hunk."""
        return self.old_start + self.old_count

    @property
    def new_end(self) -> int:
        """First new line after the hunk."""
        return self.new_start + self.new_count

    def in_parts(self) -> tuple[Part, ...]:
        """Its parts; where nobody compared its lines, those that stand at the same place on both sides are pairs."""
        if self.parts:
            return self.parts
        pairs = min(self.old_count, self.new_count)
        split = (
            Part(self.old_start, pairs, self.new_start, pairs),
            Part(self.old_start + pairs, self.old_count - pairs, self.new_start + pairs, 0),
            Part(self.old_end, 0, self.new_start + pairs, self.new_count - pairs),
        )
        return tuple(part for part in split if part.old_count or part.new_count)


@dataclass(frozen=True, slots=True)
class Document:
    """What a diff is drawn from: two texts, what changed between them, and what was said about their lines."""

    path: str
    old: Lines | None
    """None: a new file."""
    new: Lines
    hunks: tuple[Hunk, ...]
    comments: tuple[Comment, ...] = ()
    colours: Mapping[Side, Colouring] = field(default_factory=dict, compare=False)
    """Of each text that there is; none: everything stays plain."""
    old_path: str | None = None
    """What the file was called before; None: the same."""
    old_mode: str | None = None
    """git's six digits (https://git-scm.com/docs/git-diff#_generating_patch_text_with_p); None: not known."""
    new_mode: str | None = None
    deleted: bool = False
    """There is no new file, and `new` is empty."""
    moved: Moved | None = None
    """The blocks that went from one place to another; None: nobody looked for them."""
    unlike: Sequence[int] = ()
    """New lines of equal rows that have other blanks than the old ones: only an option makes them equal; in order."""

    def text(self, side: Side) -> Lines | None:
        """One side's text; None: a new file has no old one."""
        return self.old if side == "old" else self.new

    def eol(self, side: Side, line: int) -> str:
        """What ends a line: `\\n`, or nothing where the text has no final newline."""
        text = self.text(side)
        return "" if text is None or (line == len(text) - 1 and not text.ended) else "\n"


class Kind(Enum):
    """What a row shows."""

    EQUAL = "equal"
    REPLACE = "replace"
    """An old line beside the new line that took its place."""
    DELETE = "delete"
    INSERT = "insert"
    FOLD = "fold"
    """Stands for unchanged lines that are not shown."""
    NOTE = "note"
    """A line of the comments on the line above."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the lines it shows, counted from 0; None where a side has nothing."""

    kind: Kind
    old: int | None = None
    new: int | None = None
    count: int = 1
    """Unchanged lines that a fold stands for."""
    note: int = 0
    """Which line of the comments, from 0; they belong to the line that `old` or `new` names."""
    unlike: int = 0
    """Of an equal row and of a fold: how many of its lines have other blanks on the other side."""


class _Block(NamedTuple):
    """Rows of one kind from `row` on; `old` and `new` are the lines that its first row shows or stands before."""

    kind: Kind
    row: int
    rows: int
    old: int
    new: int
    hidden: int = 1
    """Lines that a fold stands for."""
    side: Side = "new"

    def shows(self, side: Side) -> bool:
        """Whether its rows show lines of that side."""
        return _shows(self.kind, side)


def _shows(kind: Kind, side: Side) -> bool:
    return kind in (Kind.EQUAL, Kind.REPLACE, Kind.DELETE if side == "old" else Kind.INSERT)


class Rows:
    """The rows of a diff, side by side (`paired`) or one below the other.

    `context` is how many unchanged lines stay around each hunk, None: all; `opened` are stretches of new lines, each
    from its first to before its end, that are not folded; `notes` tells how many rows the comments on a line take. A
    line with comments is never folded away.
    """

    def __init__(
        self,
        document: Document,
        *,
        paired: bool,
        context: int | None = CONTEXT,
        opened: Iterable[Stretch] = (),
        notes: Mapping[tuple[Side, int], int] | None = None,
    ) -> None:
        self.count = 0
        self.hunks: list[int] = []
        """First row of each hunk that is not quiet."""
        self._document_hunks = document.hunks
        self._unlike = document.unlike
        self._old_length = len(document.old) if document.old is not None else 0
        self._new_length = len(document.new)
        self._paired = paired
        self._context = context
        self._opened = merged(opened)
        self._notes = notes or {}
        self._noted: dict[Side, list[int]] = {
            "old": sorted(line for side, line in self._notes if side == "old"),
            "new": sorted(line for side, line in self._notes if side == "new"),
        }
        self._blocks: list[_Block] = []
        self._build()
        self._by_row = [block.row for block in self._blocks]
        self._by_old = [block.old for block in self._blocks]
        self._by_new = [block.new for block in self._blocks]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        return (self[number] for number in range(self.count))

    def __getitem__(self, number: int) -> Row:
        if not 0 <= number < self.count:
            raise IndexError(number)
        block = self._blocks[bisect_right(self._by_row, number) - 1]
        at = number - block.row
        match block.kind:
            case Kind.EQUAL:
                return Row(block.kind, block.old + at, block.new + at, unlike=self._unlike_in(block.new + at, 1))
            case Kind.REPLACE:
                return Row(block.kind, block.old + at, block.new + at)
            case Kind.DELETE:
                return Row(block.kind, old=block.old + at)
            case Kind.INSERT:
                return Row(block.kind, new=block.new + at)
            case Kind.FOLD:
                unlike = self._unlike_in(block.new, block.hidden)
                return Row(block.kind, block.old, block.new, count=block.hidden, unlike=unlike)
            case Kind.NOTE:
                old, new = (block.old, None) if block.side == "old" else (None, block.new)
                return Row(block.kind, old, new, note=at)

    def find(self, side: Side, line: int) -> int:
        """The row that shows a line, or the fold that hides it; lines that are not there are taken as the nearest."""
        starts, length = (self._by_old, self._old_length) if side == "old" else (self._by_new, self._new_length)
        line = max(0, min(line, length - 1))
        for at in range(bisect_right(starts, line) - 1, -1, -1):
            block = self._blocks[at]
            first = starts[at]
            if block.kind is Kind.FOLD and first <= line < first + block.hidden:
                return block.row
            if block.shows(side) and first <= line < first + block.rows:
                return block.row + line - first
        return 0

    def runs(self, side: Side) -> Iterator[tuple[int, int, int]]:
        """The stretches of rows that show lines of one side, in order: first row, first line, and how many."""
        starts = self._by_old if side == "old" else self._by_new
        return (
            (block.row, first, block.rows)
            for block, first in zip(self._blocks, starts, strict=True)
            if block.shows(side)
        )

    def pair_of(self, row: Row) -> tuple[int, int] | None:
        """The old and the new line that stand against each other and are not the same, one of which `row` shows.

        None: its line stands alone.
        """
        if row.old is not None and row.new is not None:
            differ = row.kind is Kind.REPLACE or (row.kind is Kind.EQUAL and row.unlike)
            return (row.old, row.new) if differ else None
        hunk = self._hunk_of(row)
        if hunk is None:
            return None
        parts = hunk.in_parts()
        if row.old is not None:
            part = parts[bisect_right(parts, row.old, key=lambda each: each.old_start) - 1]
            pair = row.old, part.new_start + row.old - part.old_start
        else:
            assert row.new is not None
            part = parts[bisect_right(parts, row.new, key=lambda each: each.new_start) - 1]
            pair = part.old_start + row.new - part.new_start, row.new
        return pair if part.old_count == part.new_count else None

    def is_quiet(self, row: Row) -> bool:
        """Whether a row shows a change that only an option makes none."""
        hunk = self._hunk_of(row)
        return hunk is not None and hunk.quiet

    def _hunk_of(self, row: Row) -> Hunk | None:
        """The hunk that a row shows a line of; None: it shows what did not change, or no line."""
        hunks = self._document_hunks
        if row.kind in (Kind.DELETE, Kind.REPLACE) and row.old is not None:
            return hunks[bisect_right(hunks, row.old, key=lambda each: each.old_start) - 1]
        if row.kind is Kind.INSERT and row.new is not None:
            return hunks[bisect_right(hunks, row.new, key=lambda each: each.new_start) - 1]
        return None

    def _unlike_in(self, new: int, count: int) -> int:
        """How many of `count` new lines of equal rows have other blanks on the other side."""
        return bisect_left(self._unlike, new + count) - bisect_left(self._unlike, new) if self._unlike else 0

    def next_hunk(self, row: int) -> int | None:
        """First row of the next hunk that begins below `row`, None: there is none."""
        at = bisect_right(self.hunks, row)
        return self.hunks[at] if at < len(self.hunks) else None

    def hunk_before(self, row: int) -> int | None:
        """First row of the last hunk that begins above `row`, None: there is none."""
        at = bisect_left(self.hunks, row)
        return self.hunks[at - 1] if at else None

    def hunk_at(self, row: int) -> int:
        """How many hunks begin at or above `row`."""
        return bisect_right(self.hunks, row)

    def _build(self) -> None:
        old = new = 0
        for hunk in self._document_hunks:
            self._unchanged(old, new, hunk.new_start - new, last=False)
            if not hunk.quiet:
                self.hunks.append(self.count)
            self._changed(hunk)
            old, new = hunk.old_end, hunk.new_end
        self._unchanged(old, new, self._new_length - new, last=True)

    def _changed(self, hunk: Hunk) -> None:
        if not self._paired:
            self._lines(Kind.DELETE, hunk.old_start, hunk.new_start, hunk.old_count)
            self._lines(Kind.INSERT, hunk.old_end, hunk.new_start, hunk.new_count)
            return
        for part in hunk.in_parts():
            kind = Kind.INSERT if not part.old_count else Kind.DELETE if not part.new_count else Kind.REPLACE
            self._lines(kind, part.old_start, part.new_start, max(part.old_count, part.new_count))

    def _unchanged(self, old: int, new: int, count: int, *, last: bool) -> None:
        """Unchanged lines; those far from any hunk are folded, unless that would hide a single one."""
        context = self._context
        if context is None or not self._document_hunks:
            self._lines(Kind.EQUAL, old, new, count)
            return
        above = min(count, context if old or new else 0)
        below = min(count - above, 0 if last else context)
        middle = count - above - below
        self._lines(Kind.EQUAL, old, new, above)
        self._fold(old + above, new + above, middle)
        self._lines(Kind.EQUAL, old + above + middle, new + above + middle, below)

    def _fold(self, old: int, new: int, count: int) -> None:
        """A fold for each stretch between lines with comments."""
        start = 0
        for at in [*self._noted_in(Kind.EQUAL, old, new, count), count]:
            self._fold_but(old + start, new + start, at - start)
            if at < count:
                self._lines(Kind.EQUAL, old + at, new + at, 1)
            start = at + 1

    def _fold_but(self, old: int, new: int, count: int) -> None:
        """A fold for each stretch between lines that are opened; for one line none."""
        start = 0
        for first, end in [*self._opened_in(new, count), (count, count)]:
            if first - start == 1:
                first = start
            if first > start:
                self._put(_Block(Kind.FOLD, self.count, 1, old + start, new + start, first - start))
            self._lines(Kind.EQUAL, old + first, new + first, end - first)
            start = end

    def _opened_in(self, new: int, count: int) -> list[Stretch]:
        """The stretches that are opened of `count` lines from `new` on, counted from there."""
        reaching = self._opened[bisect_right(self._opened, new, key=itemgetter(1)) :]
        inside = takewhile(lambda each: each[0] < new + count, reaching)
        return [(max(0, first - new), min(count, end - new)) for first, end in inside]

    def _lines(self, kind: Kind, old: int, new: int, count: int) -> None:
        """`count` rows of lines, with the comments below theirs."""
        if not self._notes:
            self._put(_Block(kind, self.count, count, old, new))
            return
        on_old, on_new = _shows(kind, "old"), _shows(kind, "new")
        start = 0
        for at in self._noted_in(kind, old, new, count):
            self._put(_Block(kind, self.count, at + 1 - start, old + start * on_old, new + start * on_new))
            line_old, line_new = old + at * on_old, new + at * on_new
            if on_old:
                self._put(
                    _Block(Kind.NOTE, self.count, self._notes.get(("old", line_old), 0), line_old, line_new, side="old")
                )
            if on_new:
                self._put(_Block(Kind.NOTE, self.count, self._notes.get(("new", line_new), 0), line_old, line_new))
            start = at + 1
        self._put(_Block(kind, self.count, count - start, old + start * on_old, new + start * on_new))

    def _noted_in(self, kind: Kind, old: int, new: int, count: int) -> list[int]:
        """Which of `count` lines from `old` and `new` on have comments, in order."""
        found: set[int] = set()
        for side, first in zip(_SIDES, (old, new), strict=True):
            noted = self._noted[side]
            if noted and _shows(kind, side):
                found.update(
                    line - first for line in noted[bisect_left(noted, first) : bisect_left(noted, first + count)]
                )
        return sorted(found)

    def _put(self, block: _Block) -> None:
        if block.rows:
            self._blocks.append(block)
            self.count += block.rows
