"""Two changes of one text: what each of them changed, where they collide, and what a merge makes of them.

The rule is that of `git merge-file --diff3` (https://git-scm.com/docs/git-merge-file): changes that overlap or touch
each other are a conflict, unless both make the same text of it. (git also calls it a conflict where both came to the
same text by other hunks.) Rows are found by bisection in a table of blocks, as those of `domain.diff`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from qatui.domain.diff import CONTEXT, Hunk
from qatui.domain.lines import Lines

LABELS = ("ours", "base", "theirs")
"""What the markers of a conflict call the sides."""


class Change(Enum):
    """Who changed a stretch of the base text."""

    NOBODY = "nobody"
    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    """In the same way."""
    CONFLICT = "conflict"
    """Both, in different ways."""


class Chunk(NamedTuple):
    """A stretch of the three texts, as the ranges of its lines, from 0."""

    change: Change
    base: range
    ours: range
    theirs: range


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """Three texts and how they stand to each other; its chunks hold every line of each, in order."""

    base: Lines
    ours: Lines
    theirs: Lines
    to_ours: tuple[Hunk, ...]
    to_theirs: tuple[Hunk, ...]
    chunks: tuple[Chunk, ...]

    @property
    def conflicts(self) -> tuple[Chunk, ...]:
        """The chunks that a person has to look at, in order."""
        return tuple(chunk for chunk in self.chunks if chunk.change is Change.CONFLICT)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge makes of three texts: with markers around the conflicts, if there are any."""

    data: bytes
    conflicts: tuple[Chunk, ...]


def three_way(base: Lines, ours: Lines, theirs: Lines, to_ours: Sequence[Hunk], to_theirs: Sequence[Hunk]) -> ThreeWay:
    """Compare two changes of `base` by the hunks that lead to them, of an alignment to which no blank is alike."""
    chunks: list[Chunk] = []
    at = (0, 0, 0)
    for changed, by_ours, by_theirs in _groups(to_ours, to_theirs):
        start = (changed.start, at[1] + changed.start - at[0], at[2] + changed.start - at[0])
        end = (
            changed.stop,
            start[1] + len(changed) + _growth(by_ours),
            start[2] + len(changed) + _growth(by_theirs),
        )
        chunks.append(_chunk(Change.NOBODY, at, start))
        change = Change.CONFLICT
        if not by_theirs:
            change = Change.OURS
        elif not by_ours:
            change = Change.THEIRS
        elif piece(ours, range(start[1], end[1])) == piece(theirs, range(start[2], end[2])):
            change = Change.BOTH
        chunks.append(_chunk(change, start, end))
        at = end
    chunks.append(_chunk(Change.NOBODY, at, (len(base), len(ours), len(theirs))))
    filled = tuple(chunk for chunk in chunks if chunk.change is not Change.NOBODY or chunk.base)
    return ThreeWay(base, ours, theirs, tuple(to_ours), tuple(to_theirs), filled)


def _chunk(change: Change, start: tuple[int, int, int], end: tuple[int, int, int]) -> Chunk:
    base, ours, theirs = (range(first, after) for first, after in zip(start, end, strict=True))
    return Chunk(change, base, ours, theirs)


def _groups(ours: Sequence[Hunk], theirs: Sequence[Hunk]) -> Iterator[tuple[range, Sequence[Hunk], Sequence[Hunk]]]:
    """The hunks of both sides that overlap or touch each other, with the base lines that they cover together."""
    one = other = 0
    while one < len(ours) or other < len(theirs):
        first, second = one, other
        start = end = min(hunks[at].old_start for hunks, at in ((ours, one), (theirs, other)) if at < len(hunks))
        while True:
            if one < len(ours) and ours[one].old_start <= end:
                end = max(end, ours[one].old_end)
                one += 1
            elif other < len(theirs) and theirs[other].old_start <= end:
                end = max(end, theirs[other].old_end)
                other += 1
            else:
                break
        yield range(start, end), ours[first:one], theirs[second:other]


def _growth(hunks: Sequence[Hunk]) -> int:
    return sum(hunk.new_count - hunk.old_count for hunk in hunks)


def piece(text: Lines, lines: range) -> bytes:
    """Some lines of a text, to the byte."""
    if not lines:
        return b""
    end = "" if lines.stop == len(text) and not text.ended else "\n"
    return ("\n".join(text.lines[lines.start : lines.stop]) + end).encode("utf-8", "surrogateescape")


def merged(compared: ThreeWay, labels: tuple[str, str, str] = LABELS) -> Merged:
    """All changes in one text; a conflict is written with git's markers, named by `labels` (ours, base, theirs)."""
    pieces: list[bytes] = []
    for chunk in compared.chunks:
        if chunk.change is Change.CONFLICT:
            pieces += _marked(compared, chunk, labels)
        elif chunk.change is Change.THEIRS:
            pieces.append(piece(compared.theirs, chunk.theirs))
        else:
            pieces.append(piece(compared.ours, chunk.ours))
    return Merged(b"".join(pieces), compared.conflicts)


def _marked(compared: ThreeWay, chunk: Chunk, labels: tuple[str, str, str]) -> Iterator[bytes]:
    """A conflict between its markers; they end like the lines before it, as git's do."""
    end = b"\r\n" if _ends_in_cr(compared, chunk) else b"\n"
    sides = (compared.ours, chunk.ours), (compared.base, chunk.base), (compared.theirs, chunk.theirs)
    for marker, label, (text, lines) in zip(("<<<<<<<", "|||||||", "======="), (*labels[:2], ""), sides, strict=True):
        yield _marker(marker, label) + end
        written = piece(text, lines)
        yield written if not written or written.endswith(b"\n") else written + end
    yield _marker(">>>>>>>", labels[2]) + end


def _marker(marker: str, label: str) -> bytes:
    return (f"{marker} {label}" if label else marker).encode("utf-8", "surrogateescape")


def _ends_in_cr(compared: ThreeWay, chunk: Chunk) -> bool:
    """Whether lines end in CR LF: those of ours and theirs before the conflict, if that can be told, and of base."""
    before = _has_cr(compared.ours, chunk.ours.start - 1), _has_cr(compared.theirs, chunk.theirs.start - 1)
    return False not in before and _has_cr(compared.base, 0) is True


def _has_cr(text: Lines, line: int) -> bool | None:
    """Whether a line (or, before the first, that one) has a CR before its end; None: nothing tells."""
    line = max(line, 0)
    if line == len(text) - 1 and not text.ended:
        line -= 1
    return text.lines[line].endswith("\r") if 0 <= line < len(text) else None


@dataclass(frozen=True, slots=True)
class ThreeWayRow:
    """One row: its lines, from 0, of base, of ours (`old`, on the left) and of theirs (`new`); None: there is none."""

    change: Change
    base: int | None = None
    old: int | None = None
    new: int | None = None
    conflict: int | None = None
    """Number of the conflict that the row belongs to, from 1."""
    count: int = 1
    """Lines that the row stands for: more than one is a fold, and these are its first ones."""


class _Block(NamedTuple):
    """Rows from `row` on whose lines follow each other on every side; None: that side has none."""

    row: int
    rows: int
    change: Change
    base: int | None
    old: int | None
    new: int | None
    conflict: int | None = None
    hidden: int = 1
    """Lines that a fold stands for."""


class ThreeWayRows:
    """The rows of three texts, with a column for the base text (`with_base`) or without.

    A line of ours or theirs stands in the row of the base line whose place it took; what only was put in stands in
    rows of its own. `context` is how many unchanged lines stay around what changed, None: all; `opened` names folds
    that are shown in full, by their first base line.
    """

    def __init__(
        self,
        compared: ThreeWay,
        *,
        with_base: bool,
        context: int | None = CONTEXT,
        opened: frozenset[int] = frozenset(),
    ) -> None:
        self.count = 0
        self.conflicts: list[int] = []
        """First row of each conflict."""
        self._with_base = with_base
        self._blocks: list[_Block] = []
        last = len(compared.chunks) - 1
        for at, chunk in enumerate(compared.chunks):
            if chunk.change is not Change.NOBODY:
                self._changed(compared, chunk)
            elif context is None or not last:
                self._unchanged(chunk, range(0))
            else:
                below = context if at < last else 0
                fold = chunk.base[context if at else 0 : max(0, len(chunk.base) - below)]
                self._unchanged(chunk, range(0) if len(fold) == 1 or fold.start in opened else fold)
        self._by_row = [block.row for block in self._blocks]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[ThreeWayRow]:
        return (self[number] for number in range(self.count))

    def __getitem__(self, number: int) -> ThreeWayRow:
        if not 0 <= number < self.count:
            raise IndexError(number)
        block = self._blocks[bisect_right(self._by_row, number) - 1]
        at = number - block.row
        base, old, new = (None if first is None else first + at for first in (block.base, block.old, block.new))
        return ThreeWayRow(block.change, base, old, new, block.conflict, block.hidden)

    def next_conflict(self, row: int) -> int | None:
        """First row of the next conflict that begins below `row`, None: there is none."""
        at = bisect_right(self.conflicts, row)
        return self.conflicts[at] if at < len(self.conflicts) else None

    def conflict_before(self, row: int) -> int | None:
        """First row of the last conflict that begins above `row`, None: there is none."""
        at = bisect_left(self.conflicts, row)
        return self.conflicts[at - 1] if at else None

    def _unchanged(self, chunk: Chunk, fold: range) -> None:
        """Lines that nobody changed, those of `fold` as one row."""
        ours, theirs = chunk.ours.start - chunk.base.start, chunk.theirs.start - chunk.base.start
        if not fold:
            fold = range(chunk.base.stop, chunk.base.stop)
        for lines in (range(chunk.base.start, fold.start), fold, range(fold.stop, chunk.base.stop)):
            if lines:
                rows, hidden = (1, len(lines)) if lines is fold else (len(lines), 1)
                at = lines.start
                self._put(_Block(self.count, rows, chunk.change, at, at + ours, at + theirs, hidden=hidden))

    def _changed(self, compared: ThreeWay, chunk: Chunk) -> None:
        """A row for each base line, with what took its place; before it rows for what was put in there."""
        number = None
        if chunk.change is Change.CONFLICT:
            self.conflicts.append(self.count)
            number = len(self.conflicts)
        standing = (
            _standing(compared.to_ours, chunk.base, chunk.ours),
            _standing(compared.to_theirs, chunk.base, chunk.theirs),
        )
        places = sorted(
            {chunk.base.start, chunk.base.stop}.union(
                *(side.instead for side in standing), *(side.extra for side in standing)
            )
        )
        lines: list[int | None] = [None, None]
        for at, after in pairwise([*places, chunk.base.stop]):
            added = [side.extra.get(at, range(0)) for side in standing]
            both = min(map(len, added))
            self._put(_Block(self.count, both, chunk.change, None, added[0].start, added[1].start, number))
            self._put(_Block(self.count, len(added[0]) - both, chunk.change, None, added[0].start + both, None, number))
            self._put(_Block(self.count, len(added[1]) - both, chunk.change, None, None, added[1].start + both, number))
            lines = [side.instead.get(at, line) for side, line in zip(standing, lines, strict=True)]
            if self._with_base or lines != [None, None]:
                self._put(_Block(self.count, after - at, chunk.change, at, lines[0], lines[1], number))
            lines = [None if line is None else line + after - at for line in lines]

    def _put(self, block: _Block) -> None:
        if block.rows > 0:
            self._blocks.append(block)
            self.count += block.rows


class _Standing(NamedTuple):
    """Where the lines of one side stand beside a stretch of base lines."""

    instead: dict[int, int | None]
    """From this base line on, up to the next one named, the lines that took its place; None: it was deleted."""
    extra: dict[int, range]
    """Lines that were put in before this base line."""


def _standing(hunks: Sequence[Hunk], base: range, side: range) -> _Standing:
    standing = _Standing({}, {})
    at, line = base.start, side.start
    first = bisect_left(hunks, base.start, key=lambda hunk: hunk.old_start)
    for hunk in hunks[first : bisect_right(hunks, base.stop, key=lambda hunk: hunk.old_start)]:
        if at < hunk.old_start:
            standing.instead[at] = line
        for part in hunk.in_parts():
            if part.old_count:
                standing.instead[part.old_start] = part.new_start if part.new_count else None
            else:
                before = standing.extra.get(part.old_start)
                start = part.new_start if before is None else before.start
                standing.extra[part.old_start] = range(start, part.new_start + part.new_count)
        at, line = hunk.old_end, hunk.new_end
    if at < base.stop:
        standing.instead[at] = line
    return standing
