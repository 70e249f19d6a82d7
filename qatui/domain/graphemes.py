"""What a reader takes for one character may be several: a base with its marks, an emoji with its joiners, a flag.

A cut inside of one would draw a mark on the wrong base. This follows the rules of Unicode's annex 29
(https://unicode.org/reports/tr29/) as far as the tables of Python's own `unicodedata` go.
"""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_FURTHEST = 100
"""Characters that are looked at: a longer heap of marks is cut."""
_REGIONALS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_FLAGS = 2_000
"""Letters of flags that are counted; in a longer row of them, flags may be cut."""


def joined(text: str, place: int) -> bool:
    """Whether the characters before and at `place` belong together."""
    if not 0 < place < len(text):
        return False
    before, character = text[place - 1], text[place]
    if character < "\u0300" or before == "\n":
        return False
    if _is_extending(character):
        return True
    if before == _JOINER:
        return unicodedata.category(character) == "So"
    if character in _REGIONALS:
        return _regionals_before(text, place) % 2 == 1
    # Vowels and finals of a Korean syllable that is spelled out.
    return "\u1160" <= character <= "\u11ff" and "\u1100" <= before <= "\u11ff"


def graphemes(text: str) -> Iterator[str]:
    """The text's characters as a reader takes them, in order."""
    if text.isascii():
        yield from text
        return
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or place - start >= _FURTHEST or not joined(text, place):
            yield text[start:place]
            start = place


def _is_extending(character: str) -> bool:
    """Combining marks, variation selectors, joiners, skin colours, and the tags of some flags."""
    return (
        unicodedata.category(character)[0] == "M"
        or character in "\u200c\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _regionals_before(text: str, place: int) -> int:
    """How many letters of flags stand before `place`: two make a flag."""
    before = text[max(0, place - _FLAGS) : place]
    return len(before) - len(before.rstrip(_REGIONALS))
