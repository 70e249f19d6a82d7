"""Which lexer a file is coloured by: as Pygments chooses by name, else by the first line; never by a guess.

https://pygments.org/docs/api/#pygments.lexers.get_lexer_for_filename
"""

import re
from collections import defaultdict
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pygments.lexer import Lexer

NAME = 255
"""Characters of a file's name; what is longer is no name in any file system and is not looked up."""

_CONTESTED = {
    ".feature": "gherkin", ".fs": "fsharp", ".h": "c", ".hh": "cpp", ".inc": "php", ".m": "objective-c", ".pl": "perl",
    ".pm": "perl", ".s": "gas", ".S": "gas", ".sql": "sql", ".t": "perl", ".v": "verilog", ".xsl": "xslt",
    ".xslt": "xslt",
}  # fmt: skip
"""Endings that several lexers claim -> alias of the one that most files of that ending are for."""

_FIRST_LINES = (
    (re.compile(r"<\?xml\b"), "xml"),
    (re.compile(r"<\?php\b"), "php"),
    (re.compile(r"<!doctype html\b", re.IGNORECASE), "html"),
    (re.compile(r"diff --git |--- a/"), "diff"),
)
"""Beginnings of texts -> alias of their lexer."""

_WILD = re.compile(r"[*?\[]")

_SHEBANG = re.compile(r"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)*(?:\w+=\S*\s+)*)?(?:\S*/)?([A-Za-z][\w+-]*?)[\d.]*(?:\s|$)")
"""https://man7.org/linux/man-pages/man2/execve.2.html: the program that reads the file, its version left off."""

_PROGRAMS = {"node": "javascript", "nodejs": "javascript", "deno": "typescript", "bun": "typescript", "ts-node": "ts",
             "dash": "sh", "ash": "sh", "gawk": "awk", "mawk": "awk", "pypy": "python", "tclsh": "tcl", "wish": "tcl",
             "rscript": "splus", "runghc": "haskell", "runhaskell": "haskell", "escript": "erlang"}  # fmt: skip
"""Programs of a first line that are no alias of a lexer -> alias of theirs."""


class _Known(NamedTuple):
    """The names of the lexers of Pygments; none is loaded for it."""

    by_name: dict[str, list[str]]
    by_ending: dict[str, list[str]]
    by_pattern: list[tuple[str, str]]
    by_alias: dict[str, str]


@cache
def _known() -> _Known:
    from pygments.lexers import get_all_lexers

    known = _Known(defaultdict(list), defaultdict(list), [], {})
    for lexer, aliases, patterns, _ in get_all_lexers(plugins=False):
        for alias in aliases:
            known.by_alias.setdefault(alias.lower(), lexer)
        for pattern in patterns:
            if not _WILD.search(pattern):
                known.by_name[pattern].append(lexer)
            elif pattern.startswith("*.") and not _WILD.search(pattern, 1):
                known.by_ending[pattern[1:]].append(lexer)
            else:
                known.by_pattern.append((pattern, lexer))
    return known


def lexer_for(path: str, first_line: str = "") -> "Lexer | None":
    """The lexer of a file, None: there is none; `first_line` speaks for files whose name does not tell."""
    name = path.rpartition("/")[2]
    if not 0 < len(name) <= NAME:
        return None
    chosen = _by_name(name) or _by_name(name.lower()) or _by_first_line(first_line)
    return _load(chosen) if chosen else None


def _by_name(name: str) -> str | None:
    known = _known()
    if found := known.by_name.get(name):
        return _first(found)
    for pattern, lexer in known.by_pattern:
        if fnmatchcase(name, pattern):
            return lexer
    at = name.find(".")
    while at >= 0:  # the longest ending first: `a.html.j2` before `a.j2`
        ending = name[at:]
        if alias := _CONTESTED.get(ending):
            return known.by_alias[alias]
        if found := known.by_ending.get(ending):
            return _first(found)
        at = name.find(".", at + 1)
    return None


def _first(lexers: list[str]) -> str:
    """As Pygments chooses: by priority, then by name."""
    if len(lexers) == 1:
        return lexers[0]
    return max(lexers, key=lambda lexer: (type(_load(lexer)).priority, type(_load(lexer)).__name__))


def _by_first_line(line: str) -> str | None:
    known = _known()
    line = line[:NAME].removeprefix("\ufeff")
    if shebang := _SHEBANG.match(line):
        program = shebang[1].lower()
        return known.by_alias.get(_PROGRAMS.get(program, program))
    return next((known.by_alias[alias] for pattern, alias in _FIRST_LINES if pattern.match(line)), None)


@cache
def _load(lexer: str) -> "Lexer":
    from pygments.lexers import find_lexer_class

    return find_lexer_class(lexer)()  # type: ignore[misc]
