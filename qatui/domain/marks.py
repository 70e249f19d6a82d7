"""Characters that must not reach a terminal as they are, and the visible marks shown in their place.

What is reviewed is untrusted: escape sequences could repaint the screen, bidirectional controls could show
code in another order than it runs (https://trojansource.codes), invisible characters could hide in names.

**Columns.** Terminals agree about the width of most characters, but not about all. What they differ about is shown
as its code as well, or the two sides of a diff would part: compared were the tables of rich (what Textual measures
with), of Python's wcwidth, of glibc and tmux, and the terminals that go by grapheme clusters (https://github.com/
contour-terminal/terminal-unicode-core). So emoji that are joined, coloured, chosen or flags fall into their parts
(👨‹U+200D›👩), spacing marks of Indic scripts are codes, and so is what has no meaning in Unicode (yet).

**Right to left.** Letters of Hebrew, Arabic ... stay in the order in which they stand in the file. A terminal that
knows no direction shows them so; others (VTE, Konsole, mlterm, Terminal.app) turn each run of them *and the blanks,
signs and numbers between two runs*, which puts code in another order and swaps the sides of a diff. There is a mode
against that, `CSI 8 l` of https://terminal-wg.pages.freedesktop.org/bidi/, but few terminals have it, tmux does not
hand it on, and a pipe has no terminal to ask. So each run is followed by `STOP`, a visible character with the
direction of Latin letters: by rules W7 and N2 of https://www.unicode.org/reports/tr9/ all between two runs then keeps
its place, and what a terminal may still turn is one word, within its own cells.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from qatui.domain.confusables import looking_like_ascii
from qatui.domain.secrets import without_secrets

_CONTROL = r"\x00-\x1f\x7f-\x9f"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    r"\u00ad\u034f\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d"
    r"\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SPACES = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
_SURROGATES = r"\ud800-\udfff"

HIDDEN = re.compile(f"[{_CONTROL}{_BIDI}{_INVISIBLE}{_SPACES}{_SURROGATES}]")
"""Any character that cannot be seen, or that moves the cursor, turns the direction or is no text."""

BIDI = re.compile(f"[{_BIDI}]")
"""Characters that change the direction of what follows: code may run in another order than it reads."""

MARK_CELLS = 10
"""Cells of the widest mark."""
STACK = 4
"""Combining marks that one character may carry; more would be painted over the lines around."""
STOP = "⡇"
"""Ends a run of letters that are written from right to left: one cell, of the direction of Latin letters (Braille)."""

_UNSURE = re.compile(
    "[\U0001f1e6-\U0001f1ff"  # letters that two by two are a flag
    "\U0001f3fb-\U0001f3ff"  # skin tones: apart, or part of the emoji before
    "\uff9e\uff9f"  # halfwidth voiced sound marks: apart, or part of the letter before
    "\u2630-\u2637\u268a-\u268f\u4dc0-\u4dff\U0001d300-\U0001d356\U0001d360-\U0001d376"  # wide since Unicode 16
    "\u3248-\u324f]"  # wide in glibc only
)
_JAMO = re.compile("[\u1161-\u11ff\ud7b0-\ud7ff]")
"""Vowels and ends of Korean syllables that are written apart: they take no cell behind the beginning of one."""
_LINKS = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1a60\ua9c0"
"""Viramas that join the letters around them into one cluster (Indic_Conjunct_Break=Linker)."""
_JOINER, _SHAPES = "\u200d", "\ufe0e\ufe0f"
_KEYCAP = "\u20e3"


class _Kind(Enum):
    PLAIN = 0
    HIDDEN = 1
    UNSURE = 2
    """Terminals differ about its width."""
    COMBINES = 3
    """Takes no cell: it is painted over the character before."""
    TURNED = 4
    """Written from right to left."""


class _Kinds(dict[str, _Kind]):
    """What kind each character is, found once."""

    def __missing__(self, character: str) -> _Kind:
        if len(self) >= 10_000:
            self.clear()
        kind = self[character] = _kind_of(character)
        return kind


_KINDS = _Kinds()


def _kind_of(character: str) -> _Kind:
    category = unicodedata.category(character)
    if HIDDEN.match(character) or category in ("Cn", "Co"):
        return _Kind.HIDDEN
    if category == "Mc" or _UNSURE.match(character):
        return _Kind.UNSURE
    if category in ("Mn", "Me") or _JAMO.match(character):
        return _Kind.COMBINES
    return _Kind.TURNED if unicodedata.bidirectional(character) in ("R", "AL", "AN") else _Kind.PLAIN


def all_plain(text: str) -> bool:
    """Whether every character can be shown as it is, and takes cells of its own."""
    return all(_KINDS[character] is _Kind.PLAIN for character in set(text))


def takes_no_cell(character: str) -> bool:
    """Whether a character that is shown as it is takes no cell of its own."""
    return _KINDS[character] is _Kind.COMBINES


def mark_of(character: str, *, codes: bool = False) -> str:
    """The visible mark of one character: `␛` for controls, `�` for an undecodable byte, else `‹U+202E›`.

    With `codes` always the code: `‹U+001B›`, and of a byte that is no text its value, `‹0xFF›`.
    """
    code = ord(character)
    byte = 0xDC80 <= code <= 0xDCFF
    if codes:
        return f"‹0x{code - 0xDC00:02X}›" if byte else f"‹U+{code:04X}›"
    if code < 0x20:
        return chr(0x2400 + code)
    return {0x7F: "␡", 0xA0: "⍽"}.get(code) or ("�" if byte else f"‹U+{code:04X}›")


class Piece(NamedTuple):
    """A stretch of a text and how it is shown."""

    start: int
    end: int
    shown: str
    quiet: bool | None = None
    """None: it is shown as it is. Else it is a mark; a quiet one is no finding, but a matter of the writing."""


def pieces(
    text: str, start: int = 0, end: int | None = None, *, codes: bool = False, odd: Collection[int] = ()
) -> Iterator[Piece]:
    """`text` from `start` to `end` as what can be shown, in order, and without a gap but for `STOP`, which is extra.

    The characters at `odd` are marked too: `‹а›`, or with `codes` as any other.
    """
    end = len(text) if end is None else end
    special = {character for character in set(text[start:end]) if _KINDS[character] is not _Kind.PLAIN}
    marked = {place for place in odd if start <= place < end}
    points = set(marked)
    if special:
        points.update(place for place in range(start, end) if text[place] in special)
    carried = -1  # combining marks on the last character; -1: there is none that could carry one
    turned = False
    for place in sorted(points):
        if turned and place > start:
            yield from _stop(text, start)
        if place > start:
            yield Piece(start, place, text[start:place])
            carried, turned = 0, False
        character, kind, start = text[place], _KINDS[text[place]], place + 1
        if kind is _Kind.COMBINES and carried in range(STACK) and _fits(text, place):
            yield Piece(place, start, character)
            carried += 1
        elif kind is _Kind.TURNED:
            yield Piece(place, start, character)
            carried, turned = 0, True
        else:
            if turned:
                yield from _stop(text, place)
            plain = kind is _Kind.PLAIN  # an odd one
            if plain and not codes:  # one sign on each side of a run of them, which it may have already
                begins = place - 1 not in marked and text[place - 1 : place] != "‹"
                ends = start not in marked and text[start : start + 1] != "›"
                shown = "‹" * begins + character + "›" * ends
            else:
                shown = mark_of(character, codes=codes)
            yield Piece(place, start, shown, not plain and _is_quiet(text, place))
            carried, turned = 0 if plain and not codes else -1, False
    if turned:
        yield from _stop(text, start)
    if start < end:
        yield Piece(start, end, text[start:end])


def _stop(text: str, place: int) -> Iterator[Piece]:
    """The end of a run of letters that goes up to `place`, if the text does not have one of its own."""
    if not text.startswith(STOP, place):
        yield Piece(place, place, STOP, True)


def _fits(text: str, place: int) -> bool:
    """Whether a combining mark is one with the character before it, and with that alone."""
    character = text[place]
    if _JAMO.match(character):
        return "\u1100" <= text[place - 1] <= "\u11ff" or "\ua960" <= text[place - 1] <= "\ud7ff"
    return character not in _LINKS or not text[place + 1 : place + 2].isalpha()


def _is_quiet(text: str, place: int) -> bool:
    """Whether a marked character belongs to the way in which an emoji or a script is written."""
    character, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if character == _JOINER:
        return _is_emoji(before) and _is_emoji(after)
    if character in _SHAPES:
        return after == _KEYCAP or (before > "\x7f" and not before.isalnum() and _KINDS[before] is not _Kind.HIDDEN)
    kind = _KINDS[character]
    if kind is _Kind.COMBINES:
        return character in _LINKS or (before != "" and _KINDS[before] is _Kind.UNSURE)
    return kind is _Kind.UNSURE


def _is_emoji(character: str) -> bool:
    return character != "" and (character in _SHAPES or unicodedata.category(character) in ("So", "Sk"))


def visible(text: str, *, masked: bool = True) -> str:
    """`text` safe to show on a terminal, on one line: what is hidden or looks like ASCII as marks, secrets masked.

    Not `masked`: for a secret that is to be shown, such as the sandbox's own tokens.
    """
    text = without_secrets(text) if masked else text
    if text.isascii() and text.isprintable():
        return text
    return "".join(piece.shown for piece in pieces(text, odd=looking_like_ascii(text)))


def spelled(text: str) -> str:
    """`text` on one line for others than this terminal, such as a commit message: what is hidden as marks."""
    if text.isascii() and text.isprintable():
        return text
    return HIDDEN.sub(lambda found: mark_of(found[0]), text)


def bidi_lines(lines: Iterable[str]) -> list[int]:
    """Which lines, counted from 0, hold characters that change the direction."""
    return [number for number, line in enumerate(lines) if not line.isascii() and BIDI.search(line)]


def visible_lines(text: str) -> str:
    """Like `visible`, for text of several lines: `\\n` stays a line's end, a tab becomes four blanks."""
    lines = without_secrets(text).split("\n")
    return "\n".join(visible(line.replace("\t", "    ")) for line in lines)
