"""Texts as lines that can be drawn.

A line ends at `\\n` only, as git sees it; a carriage return is a character like others. Bytes that are not
UTF-8 become lone surrogates (PEP 383), so nothing is lost.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from typing import NamedTuple

from qatui.domain.confusables import looking_like_ascii
from qatui.domain.intraline import Spans
from qatui.domain.marks import Piece, all_plain, mark_of, pieces, takes_no_cell
from qatui.domain.secrets import MASK, gaps

TAB = 4
"""Cells between tab stops."""
TAB_MARK = "→"
_TABS = [TAB_MARK.ljust(TAB - after) for after in range(TAB)]
"""A tab so many cells after a tab stop."""
BLANK_MARK = "·"
"""A blank at the end of a line."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A text: its lines without their ends, and whether the last one has an end."""

    lines: list[str]
    ended: bool

    def __len__(self) -> int:
        return len(self.lines)

    def same(self, line: int, other: "Lines", number: int) -> bool:
        """Whether a line is that line of another text, with the same end."""
        ended = line < len(self) - 1 or self.ended
        return self.lines[line] == other.lines[number] and ended == (number < len(other) - 1 or other.ended)


def split(data: bytes) -> Lines:
    """The lines of a text; no bytes are no lines."""
    if not data:
        return Lines([], True)
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    return Lines(lines, ended)


def line_count(data: bytes) -> int:
    """How many lines a text has, without taking it apart; a last one without an end counts."""
    return data.count(b"\n") + (not data.endswith(b"\n") and data != b"")


class Mark(NamedTuple):
    """A stretch of what is drawn that is not, or not only, what the line says."""

    start: int
    end: int
    quiet: bool
    """It is so common that it recedes: a tab, a blank at the end of the line, the carriage return of a CR LF, a part
    of an emoji. Others are findings: a hidden character, one that looks like another, a secret."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as it may be drawn: no tab, no hidden character, no cells that terminals disagree about."""

    text: str
    marks: tuple[Mark, ...] = ()
    """Where marks stand in `text`, tabs among them, in order."""
    offsets: Sequence[int] | None = None
    """Where each character of the line stands in `text`, and its end; None: where it stood."""

    def at(self, index: int) -> int:
        """Where the line's character `index` stands in `text`; beyond what was drawn: the end."""
        if self.offsets is None:
            return min(index, len(self.text))
        return self.offsets[min(index, len(self.offsets) - 1)]

    def end(self, index: int) -> int:
        """Where in `text` the line's characters before `index` end: behind the whole of a mask that stands for them."""
        if self.offsets is None:
            return min(index, len(self.text))
        last = self.offsets[min(index, len(self.offsets)) - 1]
        after = bisect_right(self.offsets, last)
        return self.offsets[after] if after < len(self.offsets) else len(self.text)

    def index(self, place: int) -> int:
        """Which of the line's characters stands at `place` in `text`, or reaches over it: the last of a secret."""
        return place if self.offsets is None else max(0, bisect_right(self.offsets, place) - 1)

    def first(self, place: int) -> int:
        """Which of the line's characters stands at `place` in `text`, or reaches over it: the first of a secret."""
        index = self.index(place)
        return index if self.offsets is None else bisect_left(self.offsets, self.offsets[index])


def draw(line: str, *, codes: bool = False, masked: Spans = ()) -> Drawn:
    """`line` with tabs as `→` up to the next tab stop, and a mark for each hidden character.

    `codes`: every mark is the code of its character, `‹U+202E›`, of a tab and a blank too. `masked`: stretches of the
    line that hold secrets; each is drawn as `MASK`.
    """
    if line.isascii() and not masked:
        if line.isprintable() and not line.endswith(" "):
            return Drawn(line)
        return _draw_ascii(line, codes)
    odd = looking_like_ascii(line)
    if not (odd or masked or line.endswith((" ", "\t", "\r"))) and all_plain(line):
        return Drawn(line)
    return _Drawing(line, codes, odd).drawn(masked)


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _draw_ascii(line: str, codes: bool) -> Drawn:
    """What `_Drawing` does for a line of ASCII, quicker: sources are full of tabs, and here each sign is one cell."""
    blank = _blanks_at_end(line)
    drawn: list[str] = []
    marks: list[Mark] = []
    offsets = array("I")
    length = start = 0
    for place in chain((found.start() for found in _CONTROL.finditer(line, 0, blank)), range(blank, len(line))):
        if place > start:
            drawn.append(line[start:place])
            offsets.extend(range(length, length + place - start))
            length += place - start
        character = line[place]
        if character == "\t" and not codes:
            shown, quiet = _TABS[length % TAB], True
        else:
            shown, quiet = _sign(character, length, codes, last=place == len(line) - 1)
        drawn.append(shown)
        offsets.append(length)
        marks.append(Mark(length, length := length + len(shown), quiet))
        start = place + 1
    drawn.append(line[start:])
    offsets.extend(range(length, length + len(line) - start + 1))
    return Drawn("".join(drawn), tuple(marks), offsets)


def _blanks_at_end(line: str) -> int:
    """Where the blanks and tabs at the end of a line begin; behind them may be a carriage return."""
    return len(line.removesuffix("\r").rstrip(" \t"))


def _sign(character: str, cell: int, codes: bool, *, last: bool) -> tuple[str, bool]:
    """The mark of a control character, or of a blank at the end; and whether it is a quiet one."""
    quiet = character in "\t " or (last and character == "\r")
    if codes:
        return mark_of(character, codes=True), quiet
    if character == "\t":
        return _TABS[cell % TAB], True
    return BLANK_MARK if character == " " else mark_of(character), quiet


class _Drawing:
    """A line that is being drawn."""

    def __init__(self, line: str, codes: bool, odd: Collection[int]) -> None:
        self._line, self._codes, self._odd = line, codes, odd
        self._blank = _blanks_at_end(line)
        self._pieces: list[str] = []
        self._marks: list[Mark] = []
        self._offsets = array("I")
        self._length = self._cell = 0

    def drawn(self, masked: Spans) -> Drawn:
        """The line with the stretches `masked` hidden."""
        line = self._line
        seen = list(gaps(masked, 0, len(line)))
        for (start, end), (_, hidden) in zip_longest(seen, masked, fillvalue=(0, 0)):
            for piece in pieces(line, start, min(end, self._blank), codes=self._codes, odd=self._odd):
                self._draw(piece)
            for place in range(max(start, self._blank), end):
                self._end(place)
            if hidden:
                self._add(MASK, hidden - end, quiet=False, spread=False)
        self._offsets.append(self._length)
        text = "".join(self._pieces)
        same = self._length == len(line) and not masked
        return Drawn(text, tuple(self._marks), None if same else self._offsets)

    def _draw(self, piece: Piece) -> None:
        if self._line[piece.start : piece.end] == "\t":
            self._end(piece.start)
        else:
            self._add(piece.shown, piece.end - piece.start, piece.quiet, spread=piece.quiet is None)

    def _end(self, place: int) -> None:
        """A tab, or what stands at the end of the line: blanks, tabs and a carriage return."""
        shown, quiet = _sign(self._line[place], self._cell, self._codes, last=place == len(self._line) - 1)
        self._add(shown, 1, quiet)

    def _add(self, shown: str, count: int, quiet: bool | None, *, spread: bool = False) -> None:
        """Draw `shown` for the next `count` characters: one for one with `spread`, else all at its start."""
        at = self._length
        self._offsets.extend(range(at, at + count) if spread else [at] * count)
        self._pieces.append(shown)
        self._length += len(shown)
        self._cell += _cells(shown)
        if quiet is not None:
            self._marks.append(Mark(at, self._length, quiet))


def _cells(text: str) -> int:
    """Cells of what is drawn."""
    return len(text) if text.isascii() else sum(map(_cell_width, text))


@lru_cache(4096)
def _cell_width(character: str) -> int:
    if takes_no_cell(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
