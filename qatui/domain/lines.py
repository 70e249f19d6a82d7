"""Texts as lines that can be drawn.

A line ends at `\\n` only, as git sees it; a carriage return is a character like others. Bytes that are not
UTF-8 become lone surrogates (PEP 383), so nothing is lost.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from qatui.domain.marks import HIDDEN, mark_of

TAB = 4
"""Cells between tab stops."""
TAB_MARK = "→"


@dataclass(frozen=True, slots=True)
class Lines:
    """A text: its lines without their ends, and whether the last one has an end."""

    lines: list[str]
    ended: bool

    def __len__(self) -> int:
        return len(self.lines)


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


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as it may be drawn: no tab, no hidden character."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    """Where marks stand in `text`, tabs among them: (start, end), in order."""
    offsets: Sequence[int] | None = None
    """Where each character of the line stands in `text`, and its end; None: where it stood."""

    def at(self, index: int) -> int:
        """Where the line's character `index` stands in `text`; beyond what was drawn: the end."""
        if self.offsets is None:
            return min(index, len(self.text))
        return self.offsets[min(index, len(self.offsets) - 1)]

    def index(self, place: int) -> int:
        """Which of the line's characters stands at `place` in `text`, or reaches over it."""
        return place if self.offsets is None else max(0, bisect_right(self.offsets, place) - 1)


def draw(line: str) -> Drawn:
    """`line` with tabs as `→` up to the next tab stop, and a mark for each hidden character."""
    if line.isascii() and line.isprintable():
        return Drawn(line)
    found = list(HIDDEN.finditer(line))
    if not found:
        return Drawn(line)
    pieces: list[str] = []
    marks: list[tuple[int, int]] = []
    offsets: list[int] = []
    length = cell = start = 0
    for each in found:
        plain = line[start : each.start()]
        offsets.extend(range(length, length + len(plain)))
        length += len(plain)
        cell += _cells(plain)
        shown = TAB_MARK.ljust(TAB - cell % TAB) if each[0] == "\t" else mark_of(each[0])
        offsets.append(length)
        marks.append((length, length + len(shown)))
        pieces += (plain, shown)
        length += len(shown)
        cell += len(shown)
        start = each.end()
    plain = line[start:]
    offsets.extend(range(length, length + len(plain) + 1))
    return Drawn("".join([*pieces, plain]), tuple(marks), offsets)


def _cells(text: str) -> int:
    """Cells of a stretch without hidden characters."""
    return len(text) if text.isascii() else sum(map(_cell_width, text))


def _cell_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
