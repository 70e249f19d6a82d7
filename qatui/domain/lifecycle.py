"""Which action is allowed in which state, and why not.

The one table. Screens grey a key with `why_not`, commands print it, the store writes only what
`next_state` answers.
"""

from dataclasses import dataclass
from enum import StrEnum

from qatui.domain.candidate import Candidate, State
from qatui.domain.moments import minute
from qatui.domain.text import handle


class Action(StrEnum):
    """What can be done to a candidate."""

    OPEN = "open"
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"
    CUSTOMIZE = "customize"
    COMMENT = "comment"
    RESOLVE = "resolve"
    """A thread of comments is settled, or open again."""
    CHECKLIST = "checklist"
    REVISE = "revise"
    """A new revision comes in from outside."""
    WAKE = "wake"
    """A deferral ends."""
    REGENERATE = "regenerate"
    HOLD = "hold"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    """A publication that reached nobody is taken back."""
    PUBLISHED = "published"
    MERGED = "merged"
    CLOSED = "closed"
    ARCHIVE = "archive"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"


S = State
A = Action

_DECIDABLE = (
    S.PENDING,
    S.IN_REVIEW,
    S.APPROVED,
    S.HELD,
    S.REJECTED,
    S.AWAITING_REVISION,
    S.DEFERRED,
    S.CLOSED,
)
_SETTLED = (S.MERGED, S.ARCHIVED, S.SUPERSEDED, S.WITHDRAWN)
_LIVE = tuple(state for state in State if state not in _SETTLED)

TABLE: dict[Action, dict[State, State]] = {
    A.OPEN: {S.PENDING: S.IN_REVIEW, S.IN_REVIEW: S.IN_REVIEW},
    A.CLAIM: {
        S.PENDING: S.IN_REVIEW,
        S.IN_REVIEW: S.IN_REVIEW,
        S.DEFERRED: S.IN_REVIEW,
        S.HELD: S.HELD,
        S.CLOSED: S.CLOSED,
    },
    A.RELEASE: {
        S.PENDING: S.PENDING,
        S.IN_REVIEW: S.PENDING,
        S.HELD: S.HELD,
        S.CLOSED: S.CLOSED,
        S.DEFERRED: S.DEFERRED,
    },
    A.ASSIGN: {state: state for state in (S.PENDING, S.IN_REVIEW, S.HELD, S.CLOSED, S.DEFERRED)},
    A.APPROVE: dict.fromkeys((s for s in _DECIDABLE if s is not S.APPROVED), S.APPROVED),
    A.REJECT: dict.fromkeys((s for s in _DECIDABLE if s is not S.REJECTED), S.REJECTED),
    A.DEFER: dict.fromkeys((s for s in _DECIDABLE if s is not S.DEFERRED), S.DEFERRED),
    A.CUSTOMIZE: dict.fromkeys(_DECIDABLE, S.IN_REVIEW),
    A.COMMENT: {state: state for state in _LIVE},
    A.RESOLVE: {state: state for state in _LIVE},
    A.CHECKLIST: {state: state for state in _DECIDABLE},
    A.REVISE: dict.fromkeys(
        (*_DECIDABLE, S.MERGED, S.ARCHIVED, S.SUPERSEDED, S.WITHDRAWN),
        S.PENDING,
    ),
    A.WAKE: {S.DEFERRED: S.PENDING},
    A.REGENERATE: {S.REJECTED: S.AWAITING_REVISION},
    A.HOLD: {S.APPROVED: S.HELD, S.PUBLISHING: S.HELD, S.HELD: S.HELD},
    A.PUBLISH: {S.APPROVED: S.PUBLISHING},
    A.UNPUBLISH: {S.PUBLISHING: S.APPROVED},
    A.PUBLISHED: {S.PUBLISHING: S.PUBLISHED, S.CLOSED: S.PUBLISHED},  # a pull request is opened again
    A.MERGED: dict.fromkeys((S.APPROVED, S.PUBLISHING, S.PUBLISHED, S.CLOSED), S.MERGED),
    A.CLOSED: {S.PUBLISHED: S.CLOSED, S.CLOSED: S.CLOSED},
    A.ARCHIVE: {S.MERGED: S.ARCHIVED},
    A.SUPERSEDE: {state: S.SUPERSEDED for state in _DECIDABLE},
    A.WITHDRAW: {state: S.WITHDRAWN for state in _DECIDABLE},
}
"""Action -> state it is allowed in -> state it leads to."""

WORDS: dict[State, str] = {
    S.PENDING: "it waits for review",
    S.IN_REVIEW: "it is in review",
    S.APPROVED: "it is approved already",
    S.HELD: "it is held",
    S.PUBLISHING: "it is being published",
    S.PUBLISHED: "it is published; close or merge its pull request first",
    S.MERGED: "it is merged",
    S.ARCHIVED: "it is archived",
    S.REJECTED: "it is rejected already",
    S.AWAITING_REVISION: "it waits for a new revision",
    S.DEFERRED: "it is deferred already",
    S.CLOSED: "its pull request did not bring it to base",
    S.SUPERSEDED: "another candidate replaced it",
    S.WITHDRAWN: "its source is gone",
}
"""Why a state refuses an action, as the rest of a sentence."""

_VERDICTS = frozenset({A.APPROVE, A.REJECT, A.DEFER})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What beside the state decides: who acts, and what the team asks for."""

    actor: str = ""
    self_approve: bool = False
    open_required: tuple[str, ...] = ()
    """Required checklist items that are open, as the reviewer reads them."""
    expected_hash: str | None = None
    """Content the actor had before them; None: whatever is current."""


def next_state(state: State, action: Action) -> State | None:
    """The state `action` leads to from `state`, None where it is not allowed."""
    return TABLE[action].get(state)


def why_not(candidate: Candidate, action: Action, given: Circumstances = Circumstances()) -> str | None:
    """Why `action` cannot be done to `candidate` now, as a sentence's end; None: it can."""
    if next_state(candidate.state, action) is None:
        return _state_reason(candidate, action)
    if given.expected_hash is not None and given.expected_hash != candidate.content_hash:
        return f"its content changed since you looked (now revision {candidate.revision})"
    if action in _VERDICTS and candidate.assignee not in (None, given.actor):
        return f"claimed by {handle(candidate.assignee)}"
    if action is A.RELEASE and candidate.assignee != given.actor:
        return f"claimed by {handle(candidate.assignee)}" if candidate.assignee else "nobody claimed it"
    if action is A.CLAIM and candidate.assignee is not None:
        return (
            "you claimed it already"
            if candidate.assignee == given.actor
            else f"claimed by {handle(candidate.assignee)}"
        )
    if action is A.APPROVE:
        if candidate.customized and candidate.author == given.actor and not given.self_approve:
            return "you wrote this revision; somebody else has to approve it (self_approve is off)"
        if given.open_required:
            count = len(given.open_required)
            names = ", ".join(given.open_required[:3]) + (" …" if count > 3 else "")
            return f"checklist: {count} required open ({names})"
    return None


def _state_reason(candidate: Candidate, action: Action) -> str:
    """The words for an action that the candidate's state refuses."""
    words = WORDS[candidate.state]
    if candidate.state is S.DEFERRED and action is A.DEFER and candidate.deferred_until is not None:
        return f"{words} until {minute(candidate.deferred_until)}"
    if action in (A.CLAIM, A.RELEASE, A.ASSIGN, A.OPEN) and candidate.state in (S.APPROVED, S.REJECTED):
        return words.replace("already", "and needs nobody")
    if action not in _VERDICTS:
        words = words.replace(" already", "")
    if action in (A.PUBLISH, A.HOLD):
        return f"only approved candidates can be published: {words}"
    return words
