"""A repository's pull request template, and our part behind it.

The template is the team's own text and stays as it is: its headings, its questions, its empty boxes. Only what it left
open at its end is closed, so that what follows can be read.
"""

import re

LONGEST = 30_000
"""Characters of a template that is put into a pull request; a longer one would leave the record too little room."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


def fitted(template: bytes | None) -> str:
    """The template as the beginning of a pull request's text; empty where there is none that fits."""
    text = (template or b"").decode("utf-8", "replace").removeprefix("\ufeff")
    text = "".join(each for each in "\n".join(text.splitlines()).strip("\n") if each in "\n\t" or each >= " ")
    if not text.strip() or len(text) > LONGEST:
        return ""
    return text + _ends(text)


def _ends(text: str) -> str:
    """What ends the code block or the HTML comment that a text leaves open."""
    fence, comment = "", False
    for line in text.split("\n"):
        found = None if comment else _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif found and not (found[1].startswith("`") and "`" in found[2]):
            fence = found[1]
        else:
            comment = _is_open(line, comment)
    return f"\n{fence}" if fence else "\n-->" if comment else ""


def _is_open(line: str, comment: bool) -> bool:
    """Whether a comment is open at the end of a line."""
    for mark in re.findall("<!--|-->", line):
        comment = mark == "<!--" if not comment else mark != "-->"
    return comment
