"""The candidate: one proposed test file for one target path."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a candidate is in its life; `lifecycle.TABLE` says what leads from one to the next."""

    PENDING = "pending"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    HELD = "held"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    MERGED = "merged"
    ARCHIVED = "archived"
    REJECTED = "rejected"
    AWAITING_REVISION = "awaiting_revision"
    DEFERRED = "deferred"
    CLOSED = "closed"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


OPEN = frozenset({State.PENDING, State.IN_REVIEW})
"""Waiting for a verdict: what "left" counts."""
GONE = frozenset({State.SUPERSEDED, State.WITHDRAWN, State.ARCHIVED})
"""No longer part of the work: counted neither as done nor as left."""


class Risk(IntEnum):
    """The recommendation, worst first, so that ascending order is the queue's order."""

    HIGH = 0
    LOOK = 1
    GOOD = 2
    UNKNOWN = 3
    """No findings yet: shown as `–`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The standing verdict of a candidate; bound to the content it was given to."""

    kind: State
    """APPROVED, REJECTED or DEFERRED."""
    by: str
    at: int
    """Milliseconds since 1970."""
    content_hash: str
    base_oid: str | None
    """Blob of the target path on base when the verdict was given; None: there was no such file."""
    reason: str | None = None
    """Reason code of a rejection."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate as its state row says, with its current revision; content is apart, by hash."""

    id: int
    path: str
    """Target path in the repository, relative, with `/`."""
    title: str
    state: State
    version: int
    """Counts the row's changes; an update names the one it was made from."""
    revision: int
    """Number of the current revision, from 1."""
    content_hash: str
    """sha256 of the current revision's bytes, hex."""
    author: str
    """Who made the current revision: a generator's name, or the reviewer who customized it."""
    customized: bool
    """Whether the current revision is a reviewer's own edit."""
    base_oid: str | None
    """Blob of the target path on base when the current revision came in; None: a new file."""
    added: int
    removed: int
    """Changed lines against base."""
    risk: Risk
    score: int | None
    priority: int
    """Higher comes sooner; 0 unless the manifest says otherwise."""
    assignee: str | None
    deferred_until: int | None
    verdict: Verdict | None
    state_reason: str
    """Why it is in this state when that is not a verdict's doing (held, back to pending ...)."""
    created_at: int
    updated_at: int


class QueueRow(NamedTuple):
    """What a line of the queue shows; nothing of the content."""

    id: int
    path: str
    title: str
    state: State
    risk: Risk
    score: int | None
    priority: int
    revision: int
    content_hash: str
    new_file: bool
    added: int
    removed: int
    assignee: str | None
    created_at: int
    deferred_until: int | None
    verdict_by: str | None
    verdict_reason: str | None
    state_reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a verb on one or many: the ids done, and the refused with the reason each."""

    done: tuple[int, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    group: str | None = None
    """Event group of what was done; what one undo takes back."""
    already: tuple[int, ...] = ()
    """What was as the verb would have it: nothing was written, and nothing is wrong."""

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.done + other.done,
            self.refused + other.refused,
            self.group or other.group,
            self.already + other.already,
        )
