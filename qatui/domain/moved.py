"""Lines that were not written but moved: blocks deleted in one place and inserted, as they were, in another.

The rule is that of `git diff --color-moved=blocks --color-moved-ws=allow-indentation-change`
(https://git-scm.com/docs/git-diff): a block has at least 20 letters and digits, and may be indented by more or by
less as long as all of its lines are. Ours is stricter: a block has one old and one new place, so what was deleted once
and inserted twice moved once, and the longest blocks are taken first; and what was only indented within its hunk
stayed where it was.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import chain, islice
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from qatui.domain.lines import Lines

if TYPE_CHECKING:
    from qatui.domain.diff import Hunk  # it knows what moved

ENOUGH = 20
"""Letters and digits that make a block: fewer are braces and blank lines, which turn up everywhere."""

_OFTEN = 256
"""Pairs of places that a line, or a stretch of lines, may have to begin a search from them."""
_STRETCHES = (1, 16)
"""Lines that tell one place from another; more where fewer are found too often."""
_STEP = 64
"""Lines compared at once."""
_TAB = 8
_BLANKS = " \t"

_Mark = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovedBlock:
    """`count` lines that moved from `old_start` to `new_start`; lines from 0, ids from 1 in the order of the new text.

    `indent`: by how many columns it stands further to the right now.
    """

    id: int
    old_start: int
    new_start: int
    count: int
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """The blocks that moved between two texts, by id (`blocks[id - 1]`); no line is in two of them."""

    blocks: tuple[MovedBlock, ...] = ()
    _by_old: tuple[MovedBlock, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_old", tuple(sorted(self.blocks, key=_old_start)))

    def old(self, line: int) -> int | None:
        """Id of the block that took this line of the old text away."""
        at = bisect_right(self._by_old, line, key=_old_start) - 1
        if at < 0 or line >= self._by_old[at].old_start + self._by_old[at].count:
            return None
        return self._by_old[at].id

    def new(self, line: int) -> int | None:
        """Id of the block that brought this line of the new text."""
        at = bisect_right(self.blocks, line, key=_new_start) - 1
        if at < 0 or line >= self.blocks[at].new_start + self.blocks[at].count:
            return None
        return self.blocks[at].id


def _old_start(block: MovedBlock) -> int:
    return block.old_start


def _new_start(block: MovedBlock) -> int:
    return block.new_start


def find_moved(old: Lines, new: Lines, hunks: Sequence["Hunk"], *, indented: bool = True) -> Moved:
    """What moved from the old lines of the hunks to their new lines; `indented`: also with another indentation.

    The work is bounded by the number of lines: in texts that repeat themselves hundreds of times, it may leave
    blocks out, always the same ones.
    """
    before = _changed(old.lines, [(hunk.old_start, hunk.old_end) for hunk in hunks], "\n-", indented)
    after = _changed(new.lines, [(hunk.new_start, hunk.new_end) for hunk in hunks], "\n+", indented)
    taken = sorted(_longest_first(before, after, _runs(before, after)), key=lambda run: run.new)
    return Moved(
        tuple(
            MovedBlock(number, before.lines[run.old], after.lines[run.new], run.length, run.indent)
            for number, run in enumerate(taken, start=1)
        )
    )


class _Changed(NamedTuple):
    """The changed lines of one text, with a break after those of each hunk; "place" is an index into these lists."""

    texts: list[str]
    keys: list[str]
    """What has to be alike: the lines, without their indentation if that may differ."""
    lines: list[int]
    hunks: list[int]
    """Of each place, which hunk it is in."""

    def indent(self, place: int) -> int:
        """Columns before the text of a line."""
        text = self.texts[place]
        return len(text[: len(text) - len(self.keys[place])].expandtabs(_TAB))


def _changed(texts: Sequence[str], spans: Sequence[tuple[int, int]], gap: str, indented: bool) -> _Changed:
    """The lines within `spans`; `gap` breaks them: it is like no line, and like no gap of the other text."""
    changed = _Changed([], [], [], [])
    for hunk, (start, end) in enumerate(spans):
        within = texts[start:end]
        changed.texts.extend(within)
        changed.keys.extend([text.lstrip(_BLANKS) for text in within] if indented else within)
        changed.lines.extend(range(start, end))
        changed.hunks.extend([hunk] * len(within))
        changed.texts.append(gap)
        changed.keys.append(gap)
        changed.lines.append(-1)
        changed.hunks.append(-1)
    return changed


class _Run(NamedTuple):
    """`length` lines that are alike on both sides, from these places on."""

    old: int
    new: int
    length: int
    indent: int


def _runs(before: _Changed, after: _Changed) -> Iterator[_Run]:
    """Stretches that are alike and cannot be made longer; some come twice."""
    work = _bound(before, after)
    for anchors in _anchors(before, after):
        reached: dict[int, int] = {}
        """First new place that no run covers yet, of those with the same distance from their old place."""
        for old, new in anchors:
            done = reached.get(new - old, 0)
            if new < done:
                continue
            same = before.texts[old] == after.texts[new]
            if not same and before.hunks[old] == after.hunks[new]:
                continue
            run = _grown(before, after, old, new, 0 if same else after.indent(new) - before.indent(old), done)
            reached[new - old] = run.new + run.length
            yield run
            work -= run.length
            if work < 0:
                return


def _grown(before: _Changed, after: _Changed, old: int, new: int, indent: int, first: int) -> _Run:
    """The run around two places with equal lines, from the new place `first` on at most."""
    start, end, shift = new, new + 1, old - new
    # Both lists end with a break, so that index -1 is as unlike as the place after the last line.
    while start > first and _alike(before, after, start - 1 + shift, start - 1, indent):
        start -= 1
    while not indent and after.texts[end : end + _STEP] == before.texts[end + shift : end + shift + _STEP]:
        end += _STEP
    while _alike(before, after, end + shift, end, indent):
        end += 1
    return _Run(start + shift, start, end - start, indent)


def _alike(before: _Changed, after: _Changed, old: int, new: int, indent: int) -> bool:
    """Whether two lines belong to a run with this indentation; a blank line belongs to any."""
    key = after.keys[new]
    if key != before.keys[old]:
        return False
    if not indent and after.texts[new] == before.texts[old]:
        return True
    return not key.strip() or after.indent(new) - before.indent(old) == indent


def _bound(before: _Changed, after: _Changed) -> int:
    """How many pairs of lines may be looked at."""
    return 20_000 + 2 * (len(before.keys) + len(after.keys))


def _anchors(before: _Changed, after: _Changed) -> Iterator[Iterator[tuple[int, int]]]:
    """Pairs of old and new places with equal lines, from which the blocks are found; by rounds, each in new order.

    The first round takes lines that are rare, the next ones those that are rare together with the lines that follow
    them, the last one those that begin a stretch of lines which both texts have.
    """
    bound = _bound(before, after)
    shared = set(before.keys).intersection(after.keys)
    olds: Sequence[int] = range(len(before.keys))
    news: Sequence[int] = range(len(after.keys))
    for size in _STRETCHES:
        if not shared or not olds or not news:
            return
        old_marks, new_marks = _marks(before, olds, size), _marks(after, news, size)
        rare, often = _by_number(old_marks, new_marks, bound)
        yield _pairs(olds, old_marks, news, new_marks, rare)
        olds = [place for place, mark in zip(olds, old_marks, strict=True) if mark in often]
        news = [place for place, mark in zip(news, new_marks, strict=True) if mark in often]
    olds, news = _first_ones(before, olds, shared), _first_ones(after, news, shared)
    old_marks, new_marks = _marks(before, olds, 1), _marks(after, news, 1)
    yield _pairs(olds, old_marks, news, new_marks, _by_number(old_marks, new_marks, bound)[0])


def _marks(changed: _Changed, places: Sequence[int], size: int) -> Sequence[_Mark]:
    """What tells places from each other: the `size` lines from there on."""
    keys = changed.keys
    if size > 1:
        return [tuple(keys[place : place + size]) for place in places]
    return keys if len(places) == len(keys) else [keys[place] for place in places]


def _first_ones(changed: _Changed, places: Sequence[int], shared: set[str]) -> list[int]:
    """Those of the places that have no line before them which both texts have."""
    return [place for place in places if changed.keys[place - 1] not in shared]


def _by_number(old: Sequence[_Mark], new: Sequence[_Mark], bound: int) -> tuple[set[_Mark], set[_Mark]]:
    """The marks of both sides that make few pairs of places, `bound` in all, and those that make many."""
    common = set(old).intersection(new)
    olds, news = Counter(filter(common.__contains__, old)), Counter(filter(common.__contains__, new))
    pairs = {mark: count * news[mark] for mark, count in olds.items()}
    few = _OFTEN
    while few and sum(count for count in pairs.values() if count <= few) > bound:
        few //= 2
    rare = {mark for mark, count in pairs.items() if count <= few}
    return rare, {mark for mark in common - rare if any(map(str.isalnum, chain.from_iterable(mark)))}


def _pairs(
    olds: Sequence[int], old_marks: Sequence[_Mark], news: Sequence[int], new_marks: Sequence[_Mark], rare: set[_Mark]
) -> Iterator[tuple[int, int]]:
    """Each new place with each old place of the same rare mark."""
    first: dict[_Mark, int] = {}
    following: dict[int, int] = {}
    """The next old place with the same mark."""
    for place, mark in zip(reversed(olds), reversed(old_marks), strict=True):
        if mark in rare:
            if mark in first:
                following[place] = first[mark]
            first[mark] = place
    for new, mark in zip(news, new_marks, strict=True):
        old = first.get(mark)
        while old is not None:
            yield old, new
            old = following.get(old)


def _longest_first(before: _Changed, after: _Changed, runs: Iterable[_Run]) -> Iterator[_Run]:
    """Runs that share no line, the longest first; of one that lost lines to a longer one, what is left of it."""
    gone_old, gone_new = bytearray(len(before.keys)), bytearray(len(after.keys))
    waiting = [_order(run) for run in runs]
    heapify(waiting)
    while waiting:
        run = heappop(waiting)[-1]
        of_old, of_new = slice(run.old, run.old + run.length), slice(run.new, run.new + run.length)
        if not _is_enough(after.keys[of_new]):
            continue
        if 1 not in gone_old[of_old] and 1 not in gone_new[of_new]:
            gone_old[of_old] = gone_new[of_new] = b"\1" * run.length
            yield run
            continue
        at = 0
        for free in bytes(map(or_, gone_old[of_old], gone_new[of_new])).split(b"\1"):
            if free:
                heappush(waiting, _order(_Run(run.old + at, run.new + at, len(free), run.indent)))
            at += len(free) + 1


def _order(run: _Run) -> tuple[int, int, int, int, _Run]:
    """Longest first, then what kept its indentation, then in the order of the texts."""
    return -run.length, abs(run.indent), run.new, run.old, run


def _is_enough(texts: list[str]) -> bool:
    return next(islice(filter(str.isalnum, chain.from_iterable(texts)), ENOUGH - 1, None), None) is not None
