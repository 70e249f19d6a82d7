"""Characters that must not reach a terminal as they are, and the visible marks shown in their place.

What is reviewed is untrusted: escape sequences could repaint the screen, bidirectional controls could show
code in another order than it runs (https://trojansource.codes), invisible characters could hide in names.
"""

import re
from collections.abc import Iterable

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
"""Any character that is shown as a mark."""


BIDI = re.compile(f"[{_BIDI}]")
"""Characters that change the direction of what follows: code may run in another order than it reads."""


def mark_of(character: str) -> str:
    """The visible mark of one hidden character: `␛` for controls, `�` for an undecodable byte, else `‹U+202E›`."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xDC80 <= code <= 0xDCFF:
        return "�"
    return f"‹U+{code:04X}›"


def visible(text: str) -> str:
    """`text` with every hidden character replaced by its mark: safe to print, one line."""
    if text.isascii() and text.isprintable():
        return text
    return HIDDEN.sub(lambda found: mark_of(found[0]), text)


def bidi_lines(lines: Iterable[str]) -> list[int]:
    """Which lines, counted from 0, hold characters that change the direction."""
    return [number for number, line in enumerate(lines) if not line.isascii() and BIDI.search(line)]


def visible_lines(text: str) -> str:
    """Like `visible`, for text of several lines: `\\n` stays a line's end, a tab becomes four blanks."""
    return "\n".join(visible(line.replace("\t", "    ")) for line in text.split("\n"))
