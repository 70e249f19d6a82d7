"""What a text refers to: `#12`, `owner/repo#12`, and such with a closing keyword before it.

https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
"""

import re
from typing import NamedTuple

_TARGET = r"(?:(?P<repository>[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}))?#(?P<number>[0-9]{1,9})(?!\w)"
_MENTION = re.compile(rf"(?<![\w/.&#-]){_TARGET}")
_CLOSING = re.compile(rf"(?<![\w-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+{_TARGET}", re.IGNORECASE)
_UNREAD = re.compile(r"^(?P<fence>```+|~~~+)(?s:.*?)(?:^(?P=fence)|\Z)|<!--(?s:.*?)(?:-->|\Z)|`[^`\n]*`", re.MULTILINE)
"""Code and HTML comments: nothing in them refers."""


class Reference(NamedTuple):
    """An issue or a pull request, as a text names it."""

    repository: str
    """`owner/name`, as written."""
    number: int


def closing(text: str | None, repository: str) -> list[Reference]:
    """What the text closes when it reaches the default branch, in its order; `#12` alone is of `repository`.

    One keyword closes one issue: in `closes #1, #2` only #1 (GITHUB.md, Answers).
    """
    return _references(_CLOSING, text, repository)


def mentions(text: str | None, repository: str) -> list[Reference]:
    """What the text names, closing or not, each once, in its order."""
    return _references(_MENTION, text, repository)


def _references(pattern: re.Pattern[str], text: str | None, repository: str) -> list[Reference]:
    found = pattern.finditer(_UNREAD.sub(" ", text or ""))
    return list(dict.fromkeys(Reference(each["repository"] or repository, int(each["number"])) for each in found))
