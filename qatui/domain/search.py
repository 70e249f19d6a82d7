"""Where a text stands in a diff: in every new line, and in the old lines that went or changed.

What stands on both sides is one match. Nothing is kept of a match but what is asked for: the lines of a side are
one string, in which the next line with a match is found as quickly as C finds it, at 200,000 lines too.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from qatui.domain.diff import Document, Rows
from qatui.domain.intraline import Spans
from qatui.domain.review import Side

_SIDES: tuple[Side, Side] = ("old", "new")
_CHUNK = 1_000
"""Lines whose matches are counted once, together."""
_LONG = 1_024
"""Of a line longer than this it is kept where its matches are: it is asked for again with each part that is drawn."""

_Key = tuple[int, int, int]
"""Where a line stands on the screen: its row, its side (0: old), itself. A fold has many lines in one row."""


class Match(NamedTuple):
    """A place where the text stands: a line, counted from 0, and where in it, in its own characters."""

    side: Side
    line: int
    start: int
    end: int


class Needle(NamedTuple):
    """What is looked for: plain text, in which a capital makes capitals count."""

    text: str

    @property
    def exact(self) -> bool:
        """Whether capitals count."""
        return self.text != self.text.lower()

    @property
    def sought(self) -> str:
        """The text as it stands in what `seen` gives."""
        return self.seen(self.text)

    def seen(self, text: str) -> str:
        """A text as it is searched: as long as it was."""
        return text if self.exact else folded(text)

    def starts(self, line: str) -> Sequence[int]:
        """Where the matches in a line begin; none reaches into another."""
        return _starts_kept(self, line) if len(line) > _LONG else _starts(self, line)

    def within(self, line: str, first: int, last: int) -> Spans:
        """The matches that reach into the characters from `first` to before `last` of a line."""
        starts, length = self.starts(line), len(self.text)
        return tuple(
            (start, start + length)
            for start in starts[bisect_right(starts, first - length) : bisect_left(starts, last)]
        )


def folded(text: str) -> str:
    """A text without capitals, character for character: İ alone would become two."""
    return text.replace("\u0130", "i").lower()


def _starts(needle: Needle, line: str) -> Sequence[int]:
    sought, seen, found = needle.sought, needle.seen(line), array("q")
    at = seen.find(sought)
    while at >= 0:
        found.append(at)
        at = seen.find(sought, at + len(sought))
    return found


_starts_kept = lru_cache(8)(_starts)


class _Side:
    """The lines of one side that are searched, and what their numbers are."""

    def __init__(self, side: Side, lines: Sequence[str], numbers: Sequence[int]) -> None:
        self.side = side
        self.lines = lines
        self.numbers = numbers

    @cached_property
    def raw(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    @cached_property
    def folded(self) -> str:
        """All lines without capitals."""
        return folded(self.raw)

    @cached_property
    def _lengths(self) -> list[int]:
        """Characters of all lines before each."""
        return list(accumulate(map(len, self.lines), initial=0))

    def start(self, at: int) -> int:
        """Where line `at` of those begins."""
        return self._lengths[at] + at

    def at(self, place: int) -> int:
        """The line of those that a place is in."""
        return bisect_right(range(len(self.lines)), place, key=self.start) - 1


class _Found:
    """The matches of one side, by line."""

    def __init__(self, side: _Side, needle: Needle) -> None:
        self.lines = side
        self._text = side.raw if needle.exact else side.folded
        self._sought = needle.sought

    @cached_property
    def _counts(self) -> list[int]:
        """Matches before each chunk of lines."""
        chunks = range(0, len(self.lines.lines), _CHUNK)
        return list(accumulate((self._count(first, first + _CHUNK) for first in chunks), initial=0))

    def _count(self, first: int, end: int) -> int:
        side = self.lines
        return self._text.count(self._sought, side.start(first), side.start(min(end, len(side.lines))))

    @property
    def total(self) -> int:
        """How many there are."""
        return self._counts[-1]

    def before(self, at: int) -> int:
        """How many stand before line `at` of those that are searched."""
        return self._counts[at // _CHUNK] + self._count(at - at % _CHUNK, at)

    def next_line(self, at: int) -> int | None:
        """The first line from `at` on that has one."""
        place = self._text.find(self._sought, self.lines.start(at))
        return None if place < 0 else self.lines.at(place)

    def line_before(self, at: int) -> int | None:
        """The last line before `at` that has one."""
        place = self._text.rfind(self._sought, 0, self.lines.start(at))
        return None if place < 0 else self.lines.at(place)


class Searched:
    """The two sides of a document, ready to be searched for one text after the other."""

    def __init__(self, document: Document) -> None:
        old = document.old
        self.hunks = document.hunks
        """What changed, which says which old lines are searched."""
        numbers = [line for hunk in document.hunks for line in range(hunk.old_start, hunk.old_end)] if old else []
        self._sides = (
            _Side("old", [old.lines[line] for line in numbers] if old else [], numbers),
            _Side("new", document.new.lines, range(len(document.new))),
        )

    def search(self, needle: Needle) -> "Search":
        """The matches of a text that is not empty."""
        return Search(tuple(_Found(side, needle) for side in self._sides), needle)


class Search:
    """The matches of one text, in the order in which rows show them."""

    def __init__(self, found: Sequence[_Found], needle: Needle) -> None:
        self._found = found
        self.needle = needle

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(each.total for each in self._found)

    def place(self, rows: Rows, match: Match) -> int:
        """Which of them a match is, from 1."""
        key = _key(rows, match.side, match.line)
        before = sum(each.before(bisect_left(each.lines.numbers, key, key=_keys(rows, each))) for each in self._found)
        starts = self._starts(match.side, match.line)
        return before + bisect_right(starts, match.start)

    def next(self, rows: Rows, row: int, match: Match | None) -> Match | None:
        """The first one from `row` on, or behind `match`, if that is in this row; None: there is none."""
        if match is not None and self._is_in(rows, row, match):
            starts = self._starts(match.side, match.line)
            at = bisect_right(starts, match.start)
            if at < len(starts):
                return self._match(match.side, match.line, starts[at])
            after = _key(rows, match.side, match.line)
        else:
            after = (row, -1, 0)
        lines = []
        for each in self._found:
            line = each.next_line(bisect_right(each.lines.numbers, after, key=_keys(rows, each)))
            if line is not None:
                lines.append(_key(rows, each.lines.side, each.lines.numbers[line]))
        return self._first(min(lines)) if lines else None

    def before(self, rows: Rows, row: int, match: Match | None) -> Match | None:
        """The last one above `row`, or in front of `match`, if that is in this row; None: there is none."""
        if match is not None and self._is_in(rows, row, match):
            starts = self._starts(match.side, match.line)
            at = bisect_left(starts, match.start)
            if at:
                return self._match(match.side, match.line, starts[at - 1])
            below = _key(rows, match.side, match.line)
        else:
            below = (row, -1, 0)
        lines = []
        for each in self._found:
            line = each.line_before(bisect_left(each.lines.numbers, below, key=_keys(rows, each)))
            if line is not None:
                lines.append(_key(rows, each.lines.side, each.lines.numbers[line]))
        return self._last(max(lines)) if lines else None

    def _is_in(self, rows: Rows, row: int, match: Match) -> bool:
        return rows.find(match.side, match.line) == row

    def _starts(self, side: Side, line: int) -> Sequence[int]:
        lines = self._found[_SIDES.index(side)].lines
        return self.needle.starts(lines.lines[bisect_left(lines.numbers, line)])

    def _first(self, key: _Key) -> Match:
        side, line = _SIDES[key[1]], key[2]
        return self._match(side, line, self._starts(side, line)[0])

    def _last(self, key: _Key) -> Match:
        side, line = _SIDES[key[1]], key[2]
        return self._match(side, line, self._starts(side, line)[-1])

    def _match(self, side: Side, line: int, start: int) -> Match:
        return Match(side, line, start, start + len(self.needle.text))


def _key(rows: Rows, side: Side, line: int) -> _Key:
    return rows.find(side, line), _SIDES.index(side), line


def _keys(rows: Rows, found: _Found) -> Callable[[int], _Key]:
    side = found.lines.side
    return lambda line: _key(rows, side, line)
