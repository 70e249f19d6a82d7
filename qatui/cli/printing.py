"""What to print on: how wide it is, and whether and how deeply it takes colours."""

import os
import sys
from collections.abc import Mapping
from typing import Literal, TextIO

When = Literal["auto", "always", "never"]
Depth = Literal["truecolor", "256", "16"]

NOWHERE = 160
"""Columns where there is no terminal to ask: two sides of 80."""
LEAST = 20
"""Columns that a diff needs at least."""


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
        if environ.get("NO_COLOR") or term in ("dumb", "") or not (out.isatty() or paged):
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
