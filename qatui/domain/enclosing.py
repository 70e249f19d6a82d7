"""What a line stands in: the classes, functions and tests around it, by indentation and by how their lines begin.

Nothing is parsed: a line is enclosed by those above it that are indented less and open something. So text at the edge
of a long string ends a function here that goes on for the compiler.
"""

import re
from collections.abc import Sequence

FAR = 10_000
"""Lines that are looked at: what begins further away is not named, so that no key takes long in any text."""
TAB = 8
"""Columns between tab stops; https://docs.python.org/3/reference/lexical_analysis.html#indentation."""

_PYTHON = re.compile(r"(?:async\s+def|def|class)\s")
_BEFORE = (
    r"(?:(?:export|default|public|protected|private|internal|static|final|abstract|sealed|open|override|inline|async|"
    r"unsafe|const|extern|pub(?:\([\w:]+\))?|partial|virtual|data|suspend)\s+)*"
)
_NAMED = (
    r"(?:class|interface|struct|enum|trait|impl|namespace|module|object|record|def|fn|func|fun|function|sub|proc)\b"
)
_CASES = (
    r"(?:(?:describe|context|it|test|suite)(?:\.\w+)*\s*\(|(?:describe|context|it|test)\s+[\"']|"
    r"(?:Feature|Rule|Scenario|Scenario Outline):)"
)
_CALLABLE = (
    r"(?!(?:if|for|foreach|while|switch|catch|return|else|do|try|with|using|lock|synchronized|when|match|case|new)\b)"
    r"(?:(?=.{0,399}\{\s*$)|(?=[\w<>\[\],.*&:~?]{1,80}\s+[\w~]))"
    r"[\w<>\[\],.*&:~$@? ]{0,200}\([^;{}]{0,400}\)[\w\s,:<>&|?.\[\]*()-]{0,100}\{?\s*$"
)
_ASSIGNED = r"(?:const|let|var)?\s*[\w$.]{1,100}\s*[:=]\s*(?:async\s+)?(?:function\b|\([^;]{0,200}=>\s*\{\s*$)"
_OTHER = re.compile(f"{_BEFORE}(?:{_NAMED}|{_CASES}|{_ASSIGNED}|{_CALLABLE})")
_LONG = 400
"""A longer line opens nothing."""
_PYTHON_NAMES = (".py", ".pyi", ".pyx", ".pyw")
_REMARKS = ("#", "//", "/*", "*", "--", '"""', "'''")
_BRACKETS = (")", "]", "}", "{")
"""Lines that begin so go on from one above, and say nothing about where a block begins; nor do remarks."""
_PASSED = (*_REMARKS, *_BRACKETS, "@")


def enclosing(path: str, lines: Sequence[str], at: int) -> tuple[int, ...]:
    """The lines that open what encloses line `at`, the outermost first; of an empty line what encloses the next one."""
    pattern = _PYTHON if path.endswith(_PYTHON_NAMES) else _OTHER
    for first in range(at, min(at + FAR, len(lines))):
        if lines[first].strip():
            break
    else:
        return ()
    limit = _indent(lines[first])
    found: list[int] = []
    for number in range(first - 1, max(-1, first - 1 - FAR), -1):
        if not limit:
            break
        line = lines[number]
        if line[:limit].isspace():  # indented as much, or empty: a tab is not less than a blank
            continue
        indent, text = _indent(line), line.lstrip()
        if indent < limit and text and not text.startswith(_PASSED):
            limit = indent
            if len(line) < _LONG and pattern.match(text):
                found.append(number)
    return tuple(reversed(found))


def end(lines: Sequence[str], opener: int) -> int:
    """The first line behind what `opener` opens; at most `FAR` lines on. Remarks at its end are not of it."""
    limit = _indent(lines[opener])
    last = opener
    for number in range(opener + 1, min(opener + FAR, len(lines))):
        line = lines[number]
        text = line.lstrip()
        if not text or text.startswith(_REMARKS):
            continue
        indent = _indent(line)
        if indent < limit or (indent == limit and not text.startswith(_BRACKETS)):
            break
        last = number
    return last + 1


def _indent(line: str) -> int:
    """The column in which a line's text begins."""
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank.expandtabs(TAB)) if "\t" in blank else len(blank)
