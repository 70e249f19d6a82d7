"""One input through the whole diff engine: what each stage took, and whether what it gave is true.

What must hold is read off the bytes again, row by row and character by character, never by the engine's own means.
"""

import re
import resource
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from random import Random

from rich.segment import Segment

from qatui.domain.diff import Document, Hunk, Kind, Row, Rows
from qatui.domain.highlight import Highlighter
from qatui.domain.intraline import differing
from qatui.domain.lines import Lines, draw, split
from qatui.domain.review import Side
from qatui.flows.compare import compare
from qatui.render.glyphs import UNICODE
from qatui.render.painter import Look, Painter
from qatui.render.palette import TOKENS
from qatui.workspace.align import align
from tests.domain.joining import join
from tests.fuzz_diff.inputs import Input

SCREEN = 50
"""Rows of a screen."""
SCREENS = 6
"""Screens that are painted of each input, the first and the last among them."""
SLICES = 400
"""Slices of the background pass that are run at most."""


class Watch:
    """The longest that each stage took at one go, in seconds of the processor, git's own included."""

    def __init__(self) -> None:
        self.took: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Whatever is done inside, once."""
        began = _spent()
        yield
        self.took[name] = max(self.took[name], _spent() - began)


def run(given: Input, draw_: Random, watch: Watch) -> None:
    """Every stage; raises AssertionError where something does not hold."""
    old, new = given.old, given.new
    with watch.stage("split"):
        before, after = split(old or b""), split(new)
    assert join(before) == (old or b""), "the old lines are not the old bytes"
    assert join(after) == new, "the new lines are not the new bytes"
    with watch.stage("align"):
        hunks = align(old or b"", new)
    with watch.stage("open"):
        document = compare(given.path, old, new)
    assert document.hunks == hunks
    for layout in (True, False):
        with watch.stage("rows"):
            rows = Rows(document, paired=layout, context=None)
            folded = Rows(document, paired=layout)
        whole(rows, before, after)
        hidden(folded, before, after)
    _words(document, watch)
    _characters(before, after, watch)
    _colours(document, draw_, watch)
    _screens(document, draw_, watch)


# What must hold of rows


def whole(rows: Rows, old: Lines, new: Lines) -> None:
    """Every line of both sides is shown once, in order, and rows of equal lines have equal lines."""
    shown: dict[str, list[int]] = {"old": [], "new": []}
    for row in rows:
        shown["old"] += [row.old] if row.old is not None else []
        shown["new"] += [row.new] if row.new is not None else []
        if row.kind is Kind.EQUAL:
            assert _line(old, row.old) == _line(new, row.new), f"not equal: {row}"
    assert shown["old"] == list(range(len(old))), "the rows do not show the old lines in their order"
    assert shown["new"] == list(range(len(new))), "the rows do not show the new lines in their order"


def hidden(rows: Rows, old: Lines, new: Lines) -> None:
    """What folds hide is equal, and with the other rows it is everything."""
    ends = [0, 0]
    for number, row in enumerate(rows):
        for side, line in enumerate((row.old, row.new)):
            if line is not None:
                assert line == ends[side], f"row {number} shows line {line}, not {ends[side]}"
                ends[side] = line + row.count
        if row.kind is Kind.FOLD:
            for at in range(row.count):
                assert _line(old, _at(row.old, at)) == _line(new, _at(row.new, at)), f"a change is folded away: {row}"
    assert ends == [len(old), len(new)], "the rows end before the texts do"


def _at(line: int | None, more: int) -> int:
    assert line is not None
    return line + more


def _line(text: Lines, number: int | None) -> tuple[str, bool]:
    """A line, and whether it has an end."""
    assert number is not None
    return text.lines[number], text.ended or number < len(text) - 1


# What must hold of lines


def _words(document: Document, watch: Watch) -> None:
    """The differing words of the pairs: without them both lines say the same, blanks not counted."""
    if document.old is None:
        return
    pairs = [pair for hunk in document.hunks[:200] for pair in _pairs(hunk)][: 4 * SCREEN]
    for start in range(0, len(pairs), SCREEN):
        found = []
        with watch.stage("words"):
            for old, new in pairs[start : start + SCREEN]:
                lines = document.old.lines[old], document.new.lines[new]
                found.append((lines, differing(*lines)))
        for lines, spans in found:
            if spans is not None:
                rest = [_without(line, each) for line, each in zip(lines, spans, strict=True)]
                assert rest[0] == rest[1], f"outside of {spans} {rest[0][:200]!r} is not {rest[1][:200]!r}"


def _pairs(hunk: Hunk) -> Iterator[tuple[int, int]]:
    for at in range(min(hunk.old_count, hunk.new_count, SCREEN)):
        yield hunk.old_start + at, hunk.new_start + at


def _without(line: str, spans: Sequence[tuple[int, int]]) -> str:
    """A line without some stretches, which are in order, and without blanks."""
    kept, at = [], 0
    for start, end in spans:
        assert at <= start < end <= len(line), f"{spans} do not lie in order in {len(line)} characters"
        kept.append(line[at:start])
        at = end
    return re.sub(r"\s", "", "".join([*kept, line[at:]]))


def _characters(old: Lines, new: Lines, watch: Watch) -> None:
    """Lines as they are drawn: nothing that a terminal would obey, and every character has its place."""
    for text in (old, new):
        lines = sorted(dict.fromkeys(text.lines), key=len)[-4 * SCREEN :]
        for start in range(0, len(lines), SCREEN):
            with watch.stage("draw"):
                drawn = [draw(line) for line in lines[start : start + SCREEN]]
            for line, each in zip(lines[start : start + SCREEN], drawn, strict=True):
                assert not (found := unsafe(each.text)), f"{found!r} is drawn as it is"
                if each.offsets is not None:
                    assert len(each.offsets) == len(line) + 1
                    assert list(each.offsets) == sorted(each.offsets)
                    assert each.offsets[-1] == len(each.text)


@cache
def _unsafe() -> re.Pattern[str]:
    """By Unicode's own categories: controls, formats, surrogates, separators of lines and paragraphs."""
    characters = map(chr, range(sys.maxunicode + 1))
    found = [each for each in characters if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    return re.compile(f"[{''.join(found)}]")


def unsafe(text: str) -> str:
    """The first character that may not be drawn as it is; empty: there is none."""
    found = None if text.isascii() and text.isprintable() else _unsafe().search(text)
    return found[0] if found else ""


def _colours(document: Document, draw_: Random, watch: Watch) -> None:
    """The colours of some screens, and of all lines after the background pass: in order, inside their lines."""
    for side, lines in _sides(document):
        with watch.stage("colours made"):
            colours = Highlighter(document.path, lines)
        for _ in range(3):
            first = draw_.randrange(len(lines)) if lines else 0
            screen = range(first, min(first + SCREEN, len(lines)))
            with watch.stage("colours of a screen"):
                found = [colours.line(number) for number in screen]
            for number, spans in zip(screen, found, strict=True):
                at = 0
                for start, end, _ in spans:
                    assert at <= start < end <= len(lines[number]), f"{side} line {number}: {spans}"
                    at = end
        for _ in range(SLICES):
            with watch.stage("colours in a slice"):
                more = colours.advance()
            if not more:
                break


def _sides(document: Document) -> Iterator[tuple[Side, list[str]]]:
    if document.old is not None:
        yield "old", document.old.lines
    yield "new", document.new.lines


# What must hold of the screen


def _screens(document: Document, draw_: Random, watch: Watch) -> None:
    """Screens as they are painted: as wide as they should be, nothing that a terminal would obey."""
    for paired in (True, False):
        rows = Rows(document, paired=paired)
        firsts = [0, max(0, len(rows) - SCREEN), *draw_.choices(range(max(1, len(rows))), k=SCREENS - 2)]
        for first in firsts:
            left = draw_.choice((0, 0, 1, 7, 300, 5_000))
            look = Look(draw_.choice(sorted(TOKENS)), UNICODE, draw_.choice((40, 81, 160, 301)), left, paired)
            painter = Painter(document, rows, document.colours, {}, look)
            screen = range(first, min(first + SCREEN, len(rows)))
            with watch.stage("paint a screen"):
                painted = [painter.paint(number, current=number == first) for number in screen]
            for number, segments in zip(screen, painted, strict=True):
                _cells(segments, look.width, rows[number])


def _cells(segments: Sequence[Segment], width: int, row: Row) -> None:
    text = "".join(each.text for each in segments)
    assert not (found := unsafe(text)), f"{found!r} reaches the screen in {row}"
    cells = sum(each.cell_length for each in segments)
    assert cells == width, f"{cells} cells, not {width}, in {row}: {text!r}"


def _spent() -> float:
    """Seconds of the processor that this process took, and what ran for it and has ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
