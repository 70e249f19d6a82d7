"""One side's text as cells: the visible slice of a line with its colours, its changes and its marks."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import TypeVar

from rich.cells import cell_len
from rich.segment import Segment

from qatui.domain.colouring import Colouring, Stretches
from qatui.domain.intraline import Spans
from qatui.domain.lines import TAB, Drawn, Lines, Mark, draw
from qatui.domain.marks import MARK_CELLS
from qatui.domain.review import Side
from qatui.domain.search import Needle
from qatui.domain.secrets import Secrets
from qatui.render.measured import Measured
from qatui.render.palette import ink
from qatui.render.wrap import starts_of

SLICE = 1024
"""Characters that are drawn at first; more of a long line only when it is scrolled to."""
KEPT = 512
"""Lines that stay drawn: they are asked for several times, and most stand on both sides."""
KEPT_LONG = 8
"""Long lines that stay drawn as a whole, so that one may walk through them."""
BEGUN = 1 << 21
"""Characters of the beginnings of long lines that stay drawn: each is painted again at every step to the side."""

_INKS = {
    "": "foreground",
    "keyword": "syntax-keyword",
    "string": "syntax-string",
    "number": "syntax-number",
    "comment": "dim",
    "definition": "syntax-definition",
    "builtin": "syntax-builtin",
}
"""Style of the highlighter -> token of the theme."""


MATCHED = ("risk-look", "background", "reverse")
"""Ink, paper and flags of what was searched for: turned round, which is seen without colours too."""
REACHED = ("accent", "background", "bold reverse underline")
"""Of the match that was gone to."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for."""

    needle: Needle
    reached: int = -1
    """Where in the line the match begins that was gone to; -1: it is not in this line."""


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Stretch = TypeVar("_Stretch", tuple[int, int], tuple[int, int, str])


class Text:
    """The lines of one side."""

    def __init__(
        self,
        source: Lines,
        highlighter: Colouring | None,
        kept: dict[str, Drawn],
        *,
        codes: bool = False,
        unmasked: bool = False,
    ) -> None:
        """`codes`: marks show code points; `unmasked`: secrets are shown; `kept`: lines drawn so, for both sides."""
        self.source = source
        self._kept = kept
        self._highlighter = highlighter
        self._codes = codes
        self._unmasked = unmasked
        self._long: dict[int, Measured] = {}
        self._begun: dict[int, tuple[int, Measured]] = {}
        self._starts: dict[tuple[int, int], Sequence[int]] = {}
        self._widths: dict[int, int] = {}
        """Of long lines the cells that they may take."""
        self._tall = array("I")
        """How many screen lines each line takes that was asked for, 0: it was not."""
        self._tall_in = 0
        """The width in which it does."""

    def draws(self, source: Lines, highlighter: Colouring | None, *, codes: bool, unmasked: bool) -> bool:
        """Whether it is this text, in this manner."""
        same = self.source is source and self._highlighter is highlighter
        return same and (self._codes, self._unmasked) == (codes, unmasked)

    def __len__(self) -> int:
        return len(self.source)

    def raw(self, line: int) -> str:
        """The line as it is."""
        return self.source.lines[line]

    def unended(self, line: int) -> bool:
        """Whether this is the last line, and it has no end."""
        return not self.source.ended and line == len(self.source) - 1

    def colours(self, line: int) -> Stretches:
        """The coloured stretches of a line."""
        return self._highlighter.line(line) if self._highlighter is not None else []

    # Lines as they are drawn

    def drawn(self, line: int) -> Drawn:
        """A line, whole."""
        raw = self.source.lines[line]
        if len(raw) > SLICE:
            return self.measured(line).drawn
        if not self._unmasked and self._secrets.in_key(line):
            return self._draw(line)
        return self._kept.get(raw) or _kept(self._kept, raw, KEPT, lambda: self._draw(line))

    def measured(self, line: int) -> Measured:
        """A line, whole."""
        if len(self.source.lines[line]) <= SLICE:
            return Measured(self.drawn(line))
        return _kept(self._long, line, KEPT_LONG, lambda: Measured(self._draw(line)))

    def measured_to(self, line: int, cells: int) -> tuple[Measured, bool]:
        """As much of a line as `cells` cells need, and whether that is all of it."""
        limit, begun = self._begun.get(line, (SLICE, None))
        while limit < len(self.source.lines[line]) and line not in self._long:
            if begun is None:
                begun = self._begin(line, limit)
            if begun.cells >= cells:
                return begun, False
            wanted = limit * cells // max(1, begun.cells)  # as wide as what was drawn
            limit *= 1 << max(1, (wanted // limit).bit_length())
            begun = None
        return self.measured(line), True

    def _begin(self, line: int, limit: int) -> Measured:
        """A line's first `limit` characters, drawn and kept instead of the oldest ones."""
        self._begun.pop(line, None)
        while self._begun and sum(each for each, _ in self._begun.values()) + limit > BEGUN:
            del self._begun[next(iter(self._begun))]
        begun = Measured(self._draw(line, limit))
        self._begun[line] = limit, begun
        return begun

    def laid(self, line: int, width: int) -> tuple[Drawn, Sequence[int]]:
        """A whole line, and where its screen lines begin in it when it is wrapped."""
        drawn = self.drawn(line)
        if len(drawn.text) <= width and not drawn.marks and drawn.text.isascii():
            return drawn, (0,)
        return drawn, _kept(self._starts, (line, width), KEPT_LONG, lambda: starts_of(drawn, width))

    def tall(self, first: int, count: int, width: int) -> Iterator[tuple[int, int]]:
        """Of `count` lines those that are wrapped, and in how many: quick, as it is asked of whole texts."""
        if self._tall_in != width:
            self._tall_in, self._tall = width, array("I", [0]) * len(self)
        tall = self._tall
        for number in range(first, first + count):
            height = tall[number]
            if not height:
                height = tall[number] = self._height(number, width)
            if height > 1:
                yield number, height

    def _height(self, number: int, width: int) -> int:
        """Screen lines that a line takes when it is wrapped."""
        # A mask may be longer than its secret: a line with passwords grows by less than half, one with addresses by
        # less than twice. Only where it could become too long they are looked for.
        line = self.source.lines[number]
        shown = line if line.isprintable() else line.expandtabs(TAB)
        if shown.isascii() and shown.isprintable() and not self._codes:
            length = len(shown)
            if length <= width // 3 or (length <= width * 2 // 3 and "://" not in line):
                return 1
            if (length <= width or shown is line) and not self._hidden(number):
                return max(1, -(-length // width))
        return len(self.laid(number, width)[1])

    def cells(self, line: int) -> int:
        """Cells that a line takes; of a very long one, at most."""
        raw = self.source.lines[line]
        if len(raw) > SLICE:
            return _kept(self._widths, line, KEPT, lambda: len(raw) if _is_plain(raw) else len(raw) * MARK_CELLS)
        return len(raw) if _is_plain(raw) else cell_len(self.drawn(line).text)

    @cached_property
    def _secrets(self) -> Secrets:
        return Secrets(self.source.lines)

    def _hidden(self, line: int, limit: int | None = None) -> Spans:
        """What is masked of a line, at least up to character `limit`."""
        return () if self._unmasked else self._secrets.of(line, limit)

    def _draw(self, line: int, limit: int | None = None) -> Drawn:
        """A line, or its first `limit` characters: what ends there only because of it is not drawn as the end."""
        raw = self.source.lines[line]
        hidden = self._hidden(line, limit)
        if limit is None or limit >= len(raw):
            return draw(raw, codes=self._codes, masked=hidden)
        hidden = tuple((start, min(end, limit)) for start, end in hidden if start < limit)
        drawn = draw(f"{raw[:limit]}.", codes=self._codes, masked=hidden)
        return Drawn(drawn.text[:-1], drawn.marks, drawn.offsets and drawn.offsets[:-1])

    # Cells

    def segments(
        self,
        theme: str,
        line: int,
        drawn: Drawn,
        start: int,
        end: int,
        paper: str,
        span_paper: str,
        spans: Spans,
        found: Found | None = None,
    ) -> list[Segment]:
        """The characters from `start` to before `end` of a drawn line, in their colours."""
        colours = self.colours(line)
        text = drawn.text
        first, last = drawn.index(start), drawn.index(end) + 1
        matches = found.needle.within(self.raw(line), first, last) if found is not None else ()
        if not (colours or spans or drawn.marks or matches):
            return [Segment(text[start:end], ink(theme, "foreground", paper))] if start < end else []
        if not spans and not drawn.marks and not matches:
            return [
                Segment(text[begin:until], ink(theme, token, paper))
                for begin, until, token in _coloured(colours, start, end)
            ]
        inside = _within(colours, first, last)
        marks = _marked(drawn, start, end)
        layers = (
            [(drawn.at(each[0]), drawn.at(each[1])) for each in inside],
            [(drawn.at(begin), drawn.end(until)) for begin, until in _within(spans, drawn.first(start), last)],
            [(each.start, each.end) for each in marks],
            [(drawn.at(begin), drawn.at(until)) for begin, until in matches],
        )
        segments = []
        for begin, until, (colour, changed, mark, match) in overlay(start, end, layers):
            token = _INKS[inside[colour][2]] if colour is not None else "foreground"
            if mark is not None:
                token = "dim" if marks[mark].quiet else "finding"
            inked = (token, paper) if changed is None else ("foreground", span_paper, "bold")
            if found is not None and match is not None:
                inked = REACHED if matches[match][0] == found.reached else MATCHED
            segments.append(Segment(text[begin:until], ink(theme, *inked)))
        return segments


def texts_of(
    sources: Mapping[Side, Lines],
    highlighters: Mapping[Side, Colouring],
    known: dict[Side, Text],
    *,
    codes: bool,
    unmasked: bool,
) -> dict[Side, Text]:
    """The texts of both sides in one manner: those that are known if they are the same, with all that they keep."""
    if known.keys() == sources.keys() and all(
        known[side].draws(source, highlighters.get(side), codes=codes, unmasked=unmasked)
        for side, source in sources.items()
    ):
        return known
    kept: dict[str, Drawn] = {}
    return {
        side: Text(source, highlighters.get(side), kept, codes=codes, unmasked=unmasked)
        for side, source in sources.items()
    }


def _is_plain(line: str) -> bool:
    """Whether each character of a line is one cell, drawn as it is."""
    return line.isascii() and line.isprintable()


def _kept(kept: dict[_Key, _Value], key: _Key, most: int, make: Callable[[], _Value]) -> _Value:
    """A value made before, or made now and kept instead of the oldest."""
    if key not in kept:
        while len(kept) >= most:
            del kept[next(iter(kept))]
        kept[key] = make()
    return kept[key]


def _coloured(colours: Stretches, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """`start` to `end` cut where a colour begins or ends, with its token."""
    at = start
    for begin, until, style in colours:
        if until <= at:
            continue
        if begin >= end:
            break
        if begin > at:
            yield at, begin, "foreground"
            at = begin
        yield at, min(until, end), _INKS[style]
        at = until
    if at < end:
        yield at, end, "foreground"


def _within(spans: Sequence[_Stretch], first: int, last: int) -> Sequence[_Stretch]:
    """Those of the stretches, which are in order, that reach into `first` to before `last`."""
    return spans[bisect_right(spans, first, key=itemgetter(1)) : bisect_left(spans, last, key=itemgetter(0))]


def _marked(drawn: Drawn, start: int, end: int) -> Sequence[Mark]:
    """The marks that reach into `start` to before `end`; of one kind and beside each other they are one."""
    marks = drawn.marks
    first = bisect_right(marks, start, key=attrgetter("end"))
    joined: list[Mark] = []
    for mark in marks[first : bisect_left(marks, end, first, key=attrgetter("start"))]:
        if joined and joined[-1].end == mark.start and joined[-1].quiet == mark.quiet:
            joined[-1] = Mark(joined[-1].start, mark.end, mark.quiet)
        else:
            joined.append(mark)
    return joined


def overlay(
    start: int, end: int, layers: Sequence[Sequence[tuple[int, int]]]
) -> Iterator[tuple[int, int, list[int | None]]]:
    """Cut `start` to `end` where any stretch of any layer begins or ends; with each piece, who covers it by layer."""
    points = {start, end}
    for layer in layers:
        for begin, until in layer:
            if begin < end and until > start:
                points.update((max(begin, start), min(until, end)))
    ordered = sorted(points)
    places = [0] * len(layers)
    used = [(number, layer, len(layer)) for number, layer in enumerate(layers) if layer]
    for begin, until in pairwise(ordered):
        covering: list[int | None] = [None] * len(layers)
        for number, layer, count in used:
            at = places[number]
            while at < count and layer[at][1] <= begin:
                at += 1
            places[number] = at
            if at < count and layer[at][0] <= begin:
                covering[number] = at
        yield begin, until, covering
