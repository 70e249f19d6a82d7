"""Untrusted words in places that give words a power: commit messages, trailers, Markdown.

A title comes from a generator. In a commit message it must not forge a trailer, close an issue, call a person or
switch off the checks; in Markdown it must not open HTML or make a table of its own.
"""

import re
from itertools import pairwise

from qatui.domain.marks import spelled
from qatui.domain.secrets import without_secrets

_POWERS = re.compile(
    r"(?<![A-Za-z0-9_])@(?=[A-Za-z0-9])"  # a mention
    r"|#(?=[0-9])|\bGH-(?=[0-9])"  # a reference, which `fixes` before it would close
    r"|:(?=//)"  # an address, which may be a reference as well
    r"|\*(?=\*\*NO_CI)|\bskip-(?=checks)",  # orders of Azure Pipelines and of GitHub, without brackets
    re.IGNORECASE,
)
_ORDER = re.compile(r"\[([^\[\]]*\b(?:ci|actions|checks?|deploy|skip)\b[^\[\]]*)\]", re.IGNORECASE)
"""`[skip ci]` and its relatives, which a build server obeys wherever they stand in a message."""
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$!]|^(?:[-+=:]|[0-9]+(?=[.)]))")


def one_line(text: str) -> str:
    """`text` on one line: blanks of every kind folded, hidden characters as marks, secrets masked."""
    return spelled(" ".join(without_secrets(text).split()))


def powerless(text: str) -> str:
    """`text` on one line without mentions, references, addresses and orders to a build server, still readable."""
    return _POWERS.sub(r"\g<0> ", _ORDER.sub(r"(\1)", one_line(text)))


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, the end shown as cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def markdown(text: str) -> str:
    """`text` on one line as words of Markdown that mean only themselves, in a table's cell too."""
    return _MARKUP.sub(lambda found: _escaped(found[0]), powerless(text))


def _escaped(markup: str) -> str:
    return f"{markup}\\" if markup.isdigit() else f"\\{markup}"


def quote(text: str) -> str:
    """`text` of several lines as a Markdown quotation, each line on its own."""
    lines = [markdown(line) for line in without_secrets(text).strip().splitlines()]
    ends = ["\\" if line and after else "" for line, after in pairwise([*lines, ""])]
    return "\n".join(f"> {line}{end}".rstrip() for line, end in zip(lines, ends, strict=True))


def code(text: str) -> str:
    """`text` on one line as a Markdown code span, in a table's cell too: there `|` would end it, whatever is around."""
    plain = spelled(without_secrets(text)).replace("|", "¦")
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") or not plain.strip() else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def signature(name: str, email: str) -> tuple[str, str]:
    """Name and e-mail as git takes them in an author line: on one line, without `<` and `>`, never empty."""
    name, email = (re.sub("[<>]", "", one_line(part)).strip() for part in (name, email))
    return name or email or "unknown", email or "unknown"
