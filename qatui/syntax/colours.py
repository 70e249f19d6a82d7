"""The colours of a text's lines, collected from the tokens of a lexer and kept in four bytes a stretch."""

from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, islice, repeat
from typing import TYPE_CHECKING, Any

from qatui.domain.colouring import Stretches
from qatui.syntax.lexing import FAULTS, Place, Token, wanted_tokens

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONG_LINE = 4_000
"""Characters; longer lines stay plain, for one regular expression may take seconds on them. At most 4,095."""
BATCH = 64
"""Tokens that are read at once."""

_STYLES = (
    ("Comment", "comment"),
    ("Literal.String.Doc", "comment"),
    ("Literal.String", "string"),
    ("Literal.Number", "number"),
    ("Keyword.Constant", "number"),
    ("Keyword", "keyword"),
    ("Operator.Word", "keyword"),
    ("Name.Function", "definition"),
    ("Name.Class", "definition"),
    ("Name.Decorator", "definition"),
    ("Name.Tag", "keyword"),
    ("Name.Attribute", "definition"),
    ("Name.Builtin", "builtin"),
    ("Name.Exception", "builtin"),
)
"""Token type -> style; the first that holds the type wins, others stay plain."""

STYLES = tuple(dict.fromkeys(style for _, style in _STYLES))
"""The names of styles that themes give colours to."""


@cache
def style_of(token: Any) -> str:
    """The style of a Pygments token type; empty: plain."""
    name = str(token).removeprefix("Token.") + "."
    return next((style for prefix, style in _STYLES if name.startswith(f"{prefix}.")), "")


class _Codes(dict[Any, int]):
    """Token type -> 0 for plain, else the place of its style in STYLES, from 1."""

    def __missing__(self, token: Any) -> int:
        style = style_of(token)
        code = self[token] = STYLES.index(style) + 1 if style else 0
        return code


_CODES = _Codes()


class Colours:
    """The colours of a text's lines, as far as its tokens were read.

    Long lines are left out of what the lexer sees, and so is the carriage return before the end of a line.
    """

    def __init__(self, lexer: "Lexer", lines: Sequence[str]) -> None:
        if any(map(LONG_LINE.__lt__, map(len, lines))):
            lines = [line if len(line) <= LONG_LINE else "" for line in lines]
        text = "\n".join([*lines, ""])
        if "\r\n" in text:
            lines = [line.removesuffix("\r") for line in lines]
            text = "\n".join([*lines, ""])
        self.over = not lines
        """Whether nothing comes any more."""
        self._text = text
        self._tokens: Iterator[Token | Place] = wanted_tokens(lexer, text, _CODES) if text else iter(())
        self._position = 0
        self._starts = array("Q", accumulate(map(int.__add__, map(len, lines), repeat(1)), initial=0))
        self._spans = array("I")
        """Of all lines, in order: start << 16 | end << 4 | code of the style."""
        self._ends = array("I", [0])
        """Where the spans of each line begin in `_spans`; the last one of the line that is being read."""

    @property
    def reached(self) -> int:
        """How many lines are coloured."""
        return len(self._ends) - 1

    def line(self, number: int) -> Stretches:
        """The coloured stretches of a line that was reached."""
        ends = self._ends
        found = self._spans[ends[number] : ends[number + 1]]
        return [(each >> 16, each >> 4 & 0xFFF, STYLES[(each & 0xF) - 1]) for each in found]

    def read(self) -> str | None:
        """Read a BATCH of tokens; what is wrong with the lexer, in words, None: nothing."""
        fault = None
        try:
            count = self._read()
        except FAULTS as error:
            fault = f"failed ({type(error).__name__})"
        else:
            if count < 0:
                fault = "lost its place"
            elif count < BATCH or self.reached == len(self._starts) - 1:
                self.end()
        return fault

    def end(self) -> None:
        """Read no more: the lines that were not reached stay plain."""
        missing = len(self._starts) - 1 - self.reached
        self._ends.extend([len(self._spans)] * missing)
        self.over = True
        self._tokens, self._text, self._starts = iter(()), "", array("Q", [0])

    def _read(self) -> int:
        """Read a BATCH of tokens; how many there were, -1: one is not in the text where it should be.

        A token stands behind the one before it, as Pygments' formatters take it; the index that it comes with is not
        always true. Some lexers tell a part of the text twice.
        """
        text, starts, spans, ends, position = self._text, self._starts, self._spans, self._ends, self._position
        line = len(ends) - 1
        count = 0
        try:
            for index, kind, value in islice(self._tokens, BATCH):
                count += 1
                if isinstance(value, int):
                    start, position = index, value
                else:
                    if not text.startswith(value, position):
                        if not text.startswith(value, index):
                            return -1
                        if index < position:
                            continue
                        position = index
                    start = position
                    position += len(value)
                code = _CODES[kind]
                if not code:
                    continue
                while starts[line + 1] <= start:
                    ends.append(len(spans))
                    line += 1
                while start < position:
                    first, after = starts[line], starts[line + 1]
                    _add(spans, ends[line], start - first, min(position, after - 1) - first, code)
                    start = after
                    if position >= after:
                        ends.append(len(spans))
                        line += 1
        finally:
            self._position = position
            while line + 1 < len(starts) and starts[line + 1] <= position:
                ends.append(len(spans))
                line += 1
        return count


def _add(spans: "array[int]", first: int, start: int, end: int, code: int) -> None:
    """Add a stretch to a line whose first one is at `first`, or make the last one longer."""
    if start >= end:
        return
    if len(spans) > first:
        last = spans[-1]
        if last & 0xF == code and last >> 4 & 0xFFF == start:
            spans[-1] = last & ~0xFFF0 | end << 4
            return
    spans.append(start << 16 | end << 4 | code)
