"""Which item of a test plan somebody means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qatui.domain.plan_items import Item


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing, or more than one thing, is meant."""

    reason: str
    """A clause, to follow a colon."""


def matching(items: Sequence[Item], reference: str) -> Item | NoMatch:
    """The one item that `reference` names: by its marker's id, as the `#issue` it is linked to, or by its exact text.

    The id may be written `7K3F9X`, `QA-7K3F9X` or `qa:7K3F9X`. Text counts with or without marker and links. An id
    wins over an issue, an issue over a text; the first that fits anything decides, so a doubled id is not guessed at.
    """
    wanted = reference.strip()
    if not wanted:
        return NoMatch("no item is named")
    ways = [("this text", [item for item in items if wanted in (item.title, item.text)])]
    if found := _ISSUE.fullmatch(wanted):
        issue = int(found[1])
        ways.insert(0, (f"a link to #{issue}", [item for item in items if issue in item.issues]))
    if found := _ID.fullmatch(wanted):
        marker = found[1].upper()
        ways.insert(0, (f"the id {marker}", [item for item in items if item.marker == marker]))
    for what, hits in ways:
        if len(hits) == 1:
            return hits[0]
        if hits:
            return NoMatch(f"{len(hits)} items have {what}, on lines {_lines(hits)}")
    return NoMatch(f"no item has {' or '.join(what for what, _ in ways)}")


_ID = re.compile(r"(?:QA-|qa:)?([0-9A-HJKMNP-TV-Z]{6})", re.IGNORECASE | re.ASCII)
_ISSUE = re.compile(r"#([1-9][0-9]{0,9})", re.ASCII)
_SHOWN = 5


def _lines(hits: Sequence[Item]) -> str:
    shown = [str(item.line) for item in hits[:_SHOWN]]
    if len(hits) > _SHOWN:
        return ", ".join(shown) + " ..."
    return " and ".join([", ".join(shown[:-1]), shown[-1]])
