"""What of an input is seen: lines as they are drawn and coloured, screens, and what is printed."""

import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from random import Random

from rich.cells import cell_len
from rich.segment import Segment

from qatui.domain.diff import Document, Row, Rows
from qatui.domain.lines import Drawn, draw
from qatui.domain.review import Side
from qatui.domain.secrets import Secrets
from qatui.render.glyphs import UNICODE
from qatui.render.painter import Painter
from qatui.render.palette import TOKENS
from qatui.render.part import Layout, Look
from qatui.render.printed import print_document
from qatui.render.text import SLICE
from qatui.syntax.highlight import Highlighter
from tests.fuzz_diff.watch import Watch

SCREEN = 50
"""Rows of a screen."""
SCREENS = 6
"""Screens that are painted of each input, the first and the last among them."""
LAYOUTS: tuple[Layout, ...] = ("split", "unified")
_SGR = re.compile(r"\x1b\[[0-9;:]*m")


def characters(document: Document, watch: Watch) -> None:
    """Lines as they are drawn: nothing that a terminal would obey, no secret, and every character has its place."""
    for _, text in _sides(document):
        with watch.stage("secrets found"):
            secrets = Secrets(text)
        numbers = sorted(range(len(text)), key=lambda number: len(text[number]))[-4 * SCREEN :]
        for start in range(0, len(numbers), SCREEN):
            screen = numbers[start : start + SCREEN]
            with watch.stage("secrets of lines"):
                masked = [secrets.of(number) for number in screen]
            for at, spans in zip(screen, masked, strict=True):
                seen = secrets.of(at, SLICE)
                shown = [
                    place for place in _within(spans, SLICE) if not any(start <= place < end for start, end in seen)
                ]
                assert not shown, f"a line that is cut shows at {shown[:9]} what the whole line hides"
            for codes in (False, True):
                with watch.stage("lines drawn"):
                    drawn = [
                        draw(text[at], codes=codes, masked=spans) for at, spans in zip(screen, masked, strict=True)
                    ]
                for at, each in zip(screen, drawn, strict=True):
                    _drawn(text[at], each)


def _within(spans: Sequence[tuple[int, int]], until: int) -> Iterator[int]:
    """The places in stretches, up to one."""
    for start, end in spans:
        yield from range(start, min(end, until))


def _drawn(line: str, drawn: Drawn) -> None:
    assert not (found := unsafe(drawn.text)), f"{found!r} is drawn as it is"
    assert not (secret := SECRET.search(drawn.text)), f"{secret} is drawn"
    if drawn.offsets is not None:
        assert len(drawn.offsets) == len(line) + 1
        assert list(drawn.offsets) == sorted(drawn.offsets)
        assert drawn.offsets[-1] == len(drawn.text)
    else:
        assert len(drawn.text) == len(line)
    at = 0
    for mark in drawn.marks:
        assert at <= mark.start < mark.end <= len(drawn.text), f"{drawn.marks} do not lie in order"
        at = mark.end


SECRET = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{36}|xox[bp]-[A-Za-z0-9]{16}|\bglpat-[\w-]{20}|npm_[A-Za-z0-9]{36}", re.ASCII
)
"""Some that must never be shown unasked."""


@cache
def _unsafe() -> re.Pattern[str]:
    """By Unicode's categories: controls, formats, surrogates, separators, for private use, not assigned."""
    stretches: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"):
            if stretches and stretches[-1][1] == code - 1:
                stretches[-1][1] = code
            else:
                stretches.append([code, code])
    return re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in stretches)}]")


def unsafe(text: str) -> str:
    """The first character that may not be drawn as it is; empty: there is none."""
    found = None if text.isascii() and text.isprintable() else _unsafe().search(text)
    return found[0] if found else ""


def colours(document: Document, draw_: Random, watch: Watch) -> None:
    """Colours, of some screens and of all lines after the pass: in order, inside their lines, in the end the same."""
    for side, lines in _sides(document):
        with watch.stage("colours made"):
            passing = Highlighter(document.path, lines)
        for _ in range(3):
            first = draw_.randrange(len(lines)) if lines else 0
            screen = range(first, min(first + SCREEN, len(lines)))
            with watch.stage("colours of a screen"):
                found = [passing.line(number) for number in screen]
            _in_order(side, lines, dict(zip(screen, found, strict=True)))
        more = True
        while more:
            with watch.stage("colours in a slice"):
                more = passing.advance()
        found = [passing.line(number) for number in range(len(lines))]
        _in_order(side, lines, dict(enumerate(found)))
        whole = Highlighter(document.path, lines)
        with watch.stage("colours of all"):
            whole.finish()
        if passing.why_plain == whole.why_plain:
            assert found == [whole.line(number) for number in range(len(lines))]


def _in_order(side: Side, lines: Sequence[str], coloured: Mapping[int, Sequence[tuple[int, int, str]]]) -> None:
    for number, spans in coloured.items():
        at = 0
        for start, end, _ in spans:
            assert at <= start < end <= len(lines[number]), f"{side} line {number}: {spans}"
            at = end


def _sides(document: Document) -> Iterator[tuple[Side, list[str]]]:
    if document.old is not None:
        yield "old", document.old.lines
    yield "new", document.new.lines


def screens(document: Document, draw_: Random, watch: Watch) -> None:
    """Screens as they are painted: as wide as they should be, nothing that a terminal would obey, no secret."""
    for layout, wrap in product(LAYOUTS, (False, True)):
        rows = Rows(document, paired=layout == "split")
        look = replace(_look(draw_, layout, (40, 81, 160, 301)), wrap=wrap)
        painter = Painter(document, rows, document.colours, {}, look)
        with watch.stage("heights"):
            heights = painter.heights
        lines = heights.total
        if not wrap:
            painter.look = replace(look, left=_left(painter, len(rows), draw_, watch))
        for first in [0, max(0, lines - SCREEN), *draw_.choices(range(max(1, lines)), k=SCREENS - 2)]:
            places = [heights.at(line) for line in range(first, min(first + SCREEN, lines))]
            with watch.stage("a screen painted"):
                painted = [painter.paint(row, current=line == 0, at=line) for row, line in places]
            for place, segments in zip(places, painted, strict=True):
                _cells(segments, look.width, rows[place[0]])
                assert heights.height(place[0]) == painter.height(place[0]), f"too tall or too low: {rows[place[0]]}"


def _left(painter: Painter, rows: int, draw_: Random, watch: Watch) -> int:
    """How far the screens are scrolled to the side: here and there, or to the end of the longest of some lines."""
    if not rows or draw_.random() < 0.6:
        return draw_.choice((0, 0, 1, 7, 300, 5_000))
    longest = max(draw_.choices(range(rows), k=SCREEN), key=lambda row: painter.widest([row]))
    with watch.stage("the end of a line"):
        reach = painter.reach(longest)
    left = max(0, reach - painter.text_width)
    with watch.stage("the end of a line"):
        for step in (0, 8, 16):
            painter.look = replace(painter.look, left=max(0, left - step))
            painter.paint(longest)
    return left


def _look(draw_: Random, layout: Layout, widths: Sequence[int]) -> Look:
    theme, width = draw_.choice(sorted(TOKENS)), draw_.choice(widths)
    return Look(theme, UNICODE, width, layout=layout, codes=draw_.random() < 0.3)


def printed(document: Document, draw_: Random, watch: Watch) -> None:
    """What is printed: no line too wide, no secret, and nothing that a terminal would obey but colours."""
    for colours in ("truecolor", None):
        look = _look(draw_, draw_.choice(LAYOUTS), (80, 160, 301))
        with watch.stage("printed in colours" if colours else "printed"):
            lines = list(print_document(document, look, "truecolor" if colours else None))
        for line in lines:
            plain = _SGR.sub("", line) if colours else line
            assert not (found := unsafe(plain)), f"{found!r} is printed"
            assert not (secret := SECRET.search(plain)), f"{secret} is printed"
            assert cell_len(plain) <= look.width, f"{cell_len(plain)} cells, not {look.width}: {plain!r}"


def _cells(segments: Sequence[Segment], width: int, row: Row) -> None:
    text = "".join(each.text for each in segments)
    assert not (found := unsafe(text)), f"{found!r} reaches the screen in {row}"
    assert not (secret := SECRET.search(text)), f"{secret} reaches the screen in {row}"
    cells = sum(each.cell_length for each in segments)
    assert cells == width, f"{cells} cells, not {width}, in {row}: {text!r}"
