"""Which lines of a hunk stand against each other: those that are alike, in their order; the others stand alone.

git says which lines changed, not which of the new ones took the place of which old one. By position, one line
put before nine changed ones would set all nine against the wrong lines.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from qatui.domain.diff import Hunk, Part
from qatui.domain.intraline import in_common
from qatui.domain.lines import Lines

LARGE = 1_600
"""Pairs of lines; a stretch that has more is not compared line by line, its lines pair by position."""
LETTERS = 50_000
"""Pairs of letters that take as long to compare as it takes to begin with a pair of lines."""
WORK = 60_000
"""Pairs of lines compared for one document (about 50 ms); what comes behind them pairs by position."""

Pairs = list[tuple[int, int]]


def paired(hunks: Iterable[Hunk], old: Lines, new: Lines) -> tuple[Hunk, ...]:
    """The hunks with their parts: which of their lines stand against each other."""
    pairing = _Pairing(old, new)
    return tuple(
        replace(hunk, parts=pairing.parts(hunk)) if hunk.old_count and hunk.new_count else hunk for hunk in hunks
    )


def without_equal(hunks: Iterable[Hunk], old: Lines, new: Lines) -> tuple[Hunk, ...]:
    """The hunks, with their parts, cut where the lines of a pair are equal: git leaves such among lines that repeat."""
    return tuple(each for hunk in hunks for each in (_cut_at(hunk, old, new) if hunk.parts else (hunk,)))


def _cut_at(hunk: Hunk, old: Lines, new: Lines) -> Iterator[Hunk]:
    """What is left of a hunk between its equal lines."""
    left: list[Part] = []
    for part in hunk.parts:
        begun = 0
        for at in range(min(part.old_count, part.new_count)):
            if old.same(part.old_start + at, new, part.new_start + at):
                left += _slice(part, begun, at)
                yield from _of(left, hunk.quiet)
                left, begun = [], at + 1
        left += _slice(part, begun, None)
    yield from _of(left, hunk.quiet) if left != list(hunk.parts) else [hunk]


def _slice(part: Part, start: int, end: int | None) -> list[Part]:
    """The pairs of a part from `start` to before `end`, None: all that follows."""
    old, new = (count if end is None else min(end, count) for count in (part.old_count, part.new_count))
    if max(old, new) <= start:
        return []
    return [Part(part.old_start + start, max(0, old - start), part.new_start + start, max(0, new - start))]


def _of(parts: list[Part], quiet: bool) -> Iterator[Hunk]:
    """The hunk that parts make; none makes none."""
    if parts:
        first, last = parts[0], parts[-1]
        old_count = last.old_start + last.old_count - first.old_start
        new_count = last.new_start + last.new_count - first.new_start
        yield Hunk(first.old_start, old_count, first.new_start, new_count, quiet, tuple(parts))


def parts(hunk: Hunk, old: Lines, new: Lines) -> tuple[Part, ...]:
    """The parts of one hunk, in order: as many lines on both sides are pairs, lines on one side stand alone."""
    return _Pairing(old, new).parts(hunk)


class _Pairing:
    """Pairs the lines of one document's hunks, as long as the work is bounded."""

    def __init__(self, old: Lines, new: Lines) -> None:
        self._old = old.lines
        self._new = new.lines
        self._left = WORK

    def parts(self, hunk: Hunk) -> tuple[Part, ...]:
        # Blanks at the ends do not matter: a line set deeper, or with another end, is the same line.
        old = [line.strip() for line in self._old[hunk.old_start : hunk.old_end]]
        new = [line.strip() for line in self._new[hunk.new_start : hunk.new_end]]
        return tuple(_as_parts(hunk, self._pairs(old, new)))

    def _pairs(self, old: list[str], new: list[str], *, cut: bool = True) -> Pairs:
        """Which lines stand against each other: equal ones at both ends, between them what is most alike.

        Where that is too much work, lines that surely belong together `cut` it into stretches, once.
        """
        start, end = _equal_ends(old, new)
        before, after = old[start : len(old) - end], new[start : len(new) - end]
        work = _work(before, after)
        if work <= min(LARGE, self._left):
            self._left -= work
            inside = _most_alike(before, after)
        else:
            inside = self._cut(before, after) if cut else [(at, at) for at in range(min(len(before), len(after)))]
        return [
            *((at, at) for at in range(start)),
            *((at + start, to + start) for at, to in inside),
            *((len(old) - at, len(new) - at) for at in range(end, 0, -1)),
        ]

    def _cut(self, old: list[str], new: list[str]) -> Pairs:
        """The pairs that are sure, and those between them."""
        found: Pairs = []
        at_old = at_new = 0
        for end_old, end_new in [*_sure(old, new), (len(old), len(new))]:
            if end_old > at_old and end_new > at_new:
                between = self._pairs(old[at_old:end_old], new[at_new:end_new], cut=False)
                found += [(at_old + at, at_new + to) for at, to in between]
            found.append((end_old, end_new))
            at_old, at_new = end_old + 1, end_new + 1
        return found[:-1]


def _equal_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many lines are equal from the first on, and of the others how many from the last on back."""
    length = min(len(old), len(new))
    start = next((at for at, (line, other) in enumerate(zip(old, new, strict=False)) if line != other), length)
    backwards = zip(reversed(old), reversed(new), strict=False)
    end = next((at for at, (line, other) in enumerate(backwards) if line != other), length)
    return start, min(end, length - start)


def _work(old: list[str], new: list[str]) -> int:
    """What comparing each line with each costs, in pairs of lines; long lines cost more, one with one never much."""
    pairs = len(old) * len(new)
    return pairs if pairs <= 1 else pairs + sum(map(len, old)) * sum(map(len, new)) // LETTERS


def _sure(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Equal lines that each side has once only, the longest series of them that is in order on both sides."""
    shared = set(old) & set(new) - {""}
    left = [(line, at) for at, line in enumerate(old) if line in shared]
    right = [(line, at) for at, line in enumerate(new) if line in shared]
    olds, news = Counter(line for line, _ in left), Counter(line for line, _ in right)
    places = {line: at for line, at in right if olds[line] == news[line] == 1}
    candidates = [(at, places[line]) for line, at in left if line in places]
    # Patience sorting: the smallest end of a series of each length, and for each line the one before it.
    ends: list[int] = []
    lasts: list[int] = []
    before: list[int] = []
    for number, (_, to) in enumerate(candidates):
        length = bisect_left(ends, to)
        ends[length : length + 1] = [to]
        lasts[length : length + 1] = [number]
        before.append(lasts[length - 1] if length else -1)
    found: Pairs = []
    at = lasts[-1] if lasts else -1
    while at >= 0:
        found.append(candidates[at])
        at = before[at]
    return found[::-1]


def _most_alike(old: list[str], new: list[str]) -> Pairs:
    """The pairs, in order on both sides, whose lines are alike and have most in common altogether."""
    if not old or not new:
        return []
    width = len(new) + 1
    values = [[in_common(line, other) for other in new] for line in old]
    best = [[0.0] * width for _ in range(len(old) + 1)]
    for at in range(len(old) - 1, -1, -1):
        row, below, value = best[at], best[at + 1], values[at]
        for to in range(width - 2, -1, -1):
            row[to] = max(below[to], row[to + 1], below[to + 1] + value[to] if value[to] else 0.0)
    found: Pairs = []
    at = to = 0
    while at < len(old) and to < len(new):
        if values[at][to] and best[at][to] == best[at + 1][to + 1] + values[at][to]:
            found.append((at, to))
            at, to = at + 1, to + 1
        elif best[at][to] == best[at + 1][to]:
            at += 1
        else:
            to += 1
    return found


def _as_parts(hunk: Hunk, pairs: Pairs) -> Iterator[Part]:
    """The parts that pairs make: those that follow each other are one; what is between them stands alone."""
    at_old = at_new = start_old = start_new = 0
    for old, new in [*pairs, (hunk.old_count, hunk.new_count)]:
        if (old, new) == (at_old, at_new) and old < hunk.old_count and new < hunk.new_count:
            at_old, at_new = old + 1, new + 1
            continue
        if at_old > start_old:
            yield _part(hunk, (start_old, at_old), (start_new, at_new))
        if old > at_old:
            yield _part(hunk, (at_old, old), (at_new, at_new))
        if new > at_new:
            yield _part(hunk, (old, old), (at_new, new))
        start_old, start_new = old, new
        at_old, at_new = old + 1, new + 1


def _part(hunk: Hunk, old: tuple[int, int], new: tuple[int, int]) -> Part:
    return Part(hunk.old_start + old[0], old[1] - old[0], hunk.new_start + new[0], new[1] - new[0])
