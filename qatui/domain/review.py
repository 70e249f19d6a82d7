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
    """A remark on a candidate, on one of its files, or on lines of it; or an answer to one."""

    id: int
    candidate_id: int
    revision: int
    """Revision it was written on."""
    side: Side | None
    """The file it is on: on base, or proposed. None: on the candidate."""
    line: int | None
    """From 1, in the text that was read; None: on the whole file, or the candidate."""
    body: str
    author: str
    at: int
    last: int | None = None
    """The last line, where it is on several."""
    reply_to: int | None = None
    """The comment that began the thread; an answer stands where that does."""
    resolved_by: str | None = None
    """Who said that the thread is settled; only its first comment has it."""
    resolved_at: int | None = None
    content_hash: str | None = None
    """The text that was read; None: not on a file, or said on base's before this was kept."""

    @property
    def span(self) -> range | None:
        """Its lines, from 0, in the text that was read; None: it is on the whole."""
        return None if self.line is None else range(self.line - 1, self.line if self.last is None else self.last)


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
