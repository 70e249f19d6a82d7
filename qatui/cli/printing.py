"""What to print on: how wide it is, whether and how deeply it takes colours, which characters, or even a screen."""

import codecs
import os
import sys
from collections.abc import Mapping
from functools import cache
from typing import Literal, TextIO

When = Literal["auto", "always", "never"]
Depth = Literal["truecolor", "256", "16"]

NOWHERE = 160
"""Columns where there is no terminal to ask: two sides of 80."""
LEAST = 20
"""Columns that a diff needs at least."""
_POOR = ("dumb", "unknown", "")
"""Kinds of terminals (TERM) of which nothing is known but that they show text: see terminfo(5)."""


def has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a screen can be drawn: at a terminal that can move its cursor."""
    streams = sys.stdin, sys.stdout, sys.stderr  # textual draws on stderr
    return all(stream.isatty() for stream in streams) and environ.get("TERM", "") not in _POOR


def depth(when: When, environ: Mapping[str, str], out: TextIO) -> Depth | None:
    """How many colours to print with, None: without. `auto` asks the stream, and those who speak for it.

    NO_COLOR (https://no-color.org) and TERM=dumb switch them off, git's pager (GIT_PAGER_IN_USE) counts as a
    terminal, as it does for git.
    """
    term = environ.get("TERM", "")
    if when == "never":
        return None
    if when == "auto":
        paged = environ.get("GIT_PAGER_IN_USE", "").lower() in ("1", "true", "yes", "on")
        if environ.get("NO_COLOR") or term in _POOR or not (out.isatty() or paged):
            return None
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct"):
        return "truecolor"
    return "16" if term and "256" not in term else "256"


def columns(environ: Mapping[str, str]) -> int:
    """How wide to print: what COLUMNS says (git sets it for what it pages), else the terminal's width, else NOWHERE."""
    told = environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and len(told) < 6 and int(told):
        return max(LEAST, int(told))
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        try:
            found = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError, AttributeError):
            continue
        if found:
            return max(LEAST, found)
    return NOWHERE


def encodable(text: str, encoding: str | None) -> str:
    """`text` with what an encoding lacks as ASCII: our signs as others, else the code, `<U+05E9>`."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, _IN_ASCII).decode(encoding)


_IN_ASCII = "qatui.in_ascii"
"""Name of the error handler (https://docs.python.org/3/library/codecs.html#error-handlers)."""


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    signs = _signs()
    return "".join(signs.get(each) or f"<U+{ord(each):04X}>" for each in lacking), error.end


codecs.register_error(_IN_ASCII, _in_ascii)


@cache
def _signs() -> Mapping[str, str]:
    """Our own signs in ASCII; a control character as terminals show it, `^[`."""
    from qatui.domain.marks import STOP
    from qatui.domain.secrets import MASK
    from qatui.render.glyphs import ASCII, UNICODE

    drawn = dict(zip(reversed(UNICODE), reversed(ASCII), strict=True))
    controls = {chr(0x2400 + code): f"^{chr(code + 0x40)}" for code in range(0x20)}
    return drawn | controls | {"␡": "^?", "‹": "<", "›": ">", "→": ">", STOP: "|", MASK[0]: "*"}
