"""What is kept of a review beside the verdict: revisions, comments, checklist answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from qatui.settings.types import ChecklistItem

Side = Literal["old", "new"]

BODY_LIMIT = 65_536
"""Characters of a comment or a note; what GitHub takes too."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on a candidate, or on a line of one of its revisions."""

    id: int
    candidate_id: int
    revision: int
    """Revision it was written on."""
    side: Side | None
    line: int | None
    """From 1; None with `side` None: on the whole candidate."""
    body: str
    author: str
    at: int


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a candidate's content."""

    number: int
    content_hash: str
    author: str
    customized: bool
    base_oid: str | None
    base_commit: str | None
    added: int
    removed: int
    at: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """A checklist item with its answer."""

    item: ChecklistItem
    done: bool
    by: str | None = None
    at: int | None = None


def checklist(items: Iterable[ChecklistItem], answers: dict[str, tuple[str, int]]) -> tuple[Ticked, ...]:
    """Every item in the team's order with its answer; `answers` maps item id to (who, when) of the ticked ones."""
    return tuple(Ticked(item, True, *answers[item.id]) if item.id in answers else Ticked(item, False) for item in items)


def open_required(ticked: Iterable[Ticked]) -> tuple[str, ...]:
    """Texts of the required items that are not ticked: what refuses approval."""
    return tuple(each.item.text for each in ticked if each.item.required and not each.done)
