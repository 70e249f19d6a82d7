"""What GitHub's answers mean for a publication: is its pull request open, merged or closed, and what does it wait for.

https://docs.github.com/en/rest/pulls/pulls and, for `mergeable_state`,
https://docs.github.com/en/graphql/reference/enums#mergestatestatus
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qatui.domain.base_rules import BaseRules
from qatui.domain.quoting import one_line

NAMED = 3
"""So many people or checks are named in a sentence."""


class Stand(StrEnum):
    """Where a pull request is."""

    OPEN = "open"
    MERGED = "merged"
    ASTRAY = "astray"
    """Merged, but into another branch than the publication was made for."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PullSeen:
    """A pull request as GitHub tells of it."""

    open: bool
    merged: bool
    base: str
    """The branch it goes into."""
    head: str
    """The commit its branch is at."""
    merge_commit: str | None = None
    """What base got, once it is merged."""
    draft: bool = False
    auto_merge: bool = False
    state: str = "unknown"
    """`mergeable_state`: clean, dirty, blocked, behind, unstable, draft, has_hooks or unknown."""


@dataclass(frozen=True, slots=True)
class Check:
    """What ran for a commit, a status or a check run."""

    name: str
    outcome: str
    """passed, failed or pending."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A review: who, and its state as GitHub names it."""

    by: str
    state: str
    """APPROVED, CHANGES_REQUESTED, DISMISSED or COMMENTED."""


def stand(pull: PullSeen, base: str) -> Stand:
    """Where the pull request of a publication for the branch `base` is."""
    if pull.merged:
        return Stand.MERGED if pull.base == base else Stand.ASTRAY
    return Stand.OPEN if pull.open else Stand.CLOSED


def waiting(pull: PullSeen, reasons: Sequence[str] = ()) -> str:
    """What an open pull request waits for; `reasons` are the exact ones, where somebody looked."""
    told = "; ".join(reasons) or _WAITING.get(pull.state, _WAITING["unknown"]).format(base=one_line(pull.base))
    return f"{told}; GitHub merges it as soon as it can" if pull.auto_merge else told


_WAITING = {
    "clean": "it can be merged",
    "has_hooks": "it can be merged",
    "unstable": "it can be merged, but a check failed or is not done",
    "dirty": "it conflicts with {base}",
    "behind": "it is behind {base}, which wants it up to date",
    "blocked": "it waits for what {base} asks for: reviews or checks",
    "draft": "it is a draft",
    "unknown": "GitHub works out whether it can be merged",
}


def queued(base: str) -> str:
    """What a pull request waits for that a merge queue has."""
    return f"it is in the merge queue of {one_line(base)}"


def is_queued(events: Iterable[str]) -> bool:
    """Whether a pull request is in a merge queue, by what happened to it, oldest first.

    https://docs.github.com/en/rest/using-the-rest-api/issue-event-types#added_to_merge_queue
    """
    moves = [each for each in events if each in _QUEUE_EVENTS]
    return moves[-1:] == [_QUEUE_EVENTS[0]]


_QUEUE_EVENTS = ("added_to_merge_queue", "removed_from_merge_queue")
_FOR_A_PERSON = frozenset({"dirty", "behind", "draft"})


def needs_person(pull: PullSeen) -> bool:
    """Whether an open pull request goes on only if somebody does something on its branch."""
    return pull.draft or pull.state in _FOR_A_PERSON


def is_ready(pull: PullSeen) -> bool:
    """Whether nothing stands in the way of a merge, as far as GitHub knows."""
    return pull.open and not pull.draft and pull.state in ("clean", "has_hooks", "unstable")


def others_commits(commits: Iterable[tuple[str, str]], ours: Collection[str]) -> str:
    """Whose commits are on a publication's branch beside our own, as a sentence's end; `commits` are (id, author).

    For a branch that is not where we left it: it is held, never forced.
    """
    listed = list(commits)
    foreign = Counter(one_line(who) or "somebody" for sha, who in listed if sha not in ours)
    gone = not any(sha in ours for sha, _ in listed)
    if not foreign:
        return "somebody took commits away from its branch"
    count = foreign.total()
    whose = _some([f"{number} by {who}" if len(foreign) > 1 else f"by {who}" for who, number in foreign.most_common()])
    what = "1 commit" if count == 1 else f"{count} commits"
    return f"its branch was rewritten: it has {what} {whose}" if gone else f"others put {what} on its branch, {whose}"


def reasons(checks: Iterable[Check], reviews: Iterable[Judged], asked: BaseRules, author: str) -> list[str]:
    """Why a base does not take a pull request yet, as the ends of sentences; empty where nothing known is missing.

    `reviews` are oldest first: of each person the last one that judges counts, never the author's own
    (https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/about-pull-request-reviews).
    A required check that nobody reported is expected, for ever if nobody starts it.
    """
    last = {each.by: each.state for each in reviews if each.state in _JUDGES and each.by.lower() != author.lower()}
    against = sorted(one_line(who) for who, state in last.items() if state == "CHANGES_REQUESTED")
    approvals = sum(state == "APPROVED" for state in last.values())
    outcome = {each.name: each.outcome for each in checks}
    failed = sorted(name for name, how in outcome.items() if how == "failed")
    pending = sorted(name for name, how in outcome.items() if how == "pending")
    expected = [name for name in asked.checks if name not in outcome]
    told = []
    if against:
        told.append(f"{_some(against)} asked for changes")
    if approvals < asked.approvals:
        told.append(f"it has {approvals} of {asked.approvals} approvals; its author's own does not count")
    for names, words in ((failed, "failed"), (pending, "not done yet"), (expected, "expected, and not started")):
        if names:
            told.append(f"{'check' if len(names) == 1 else 'checks'} {words}: {_some([one_line(n) for n in names])}")
    return told


_JUDGES = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")


def check_outcome(state: str | None) -> str:
    """A status's state, or the conclusion of a check run, as passed, failed or pending.

    Neutral and skipped count as passed: https://docs.github.com/en/rest/checks/runs
    """
    if state in ("success", "neutral", "skipped"):
        return "passed"
    return "pending" if state in (None, "pending") else "failed"


def difference(blob: str | None, at_merge: str | None, at_tip: str | None, base: str) -> str | None:
    """Why a merged file is not on `base` as it was committed; None where it is.

    A base that moved on since is compared at the merge. What is not there says so: somebody changed the commits.
    """
    if blob is not None and blob in (at_merge, at_tip):
        return None
    base = one_line(base)
    if at_merge is None and at_tip is None:
        return f"its pull request is merged, but {base} has no such file"
    return f"its pull request is merged, but {base} has another content than was approved"


def told_differences(paths: Mapping[int, str], differing: Mapping[int, str], total: int) -> str:
    """The publication's share of the differences, in one sentence; empty where there is none."""
    if not differing:
        return ""
    names = _some([one_line(paths[number]) for number in differing])
    return f"merged, but {len(differing)} of {total} are not on the base as they were approved: {names}"


def told_moved_on(paths: Sequence[str]) -> str:
    """What came to the base though its candidate was decided otherwise since, in one sentence; empty: nothing did."""
    if not paths:
        return ""
    return f"with it came what was decided otherwise since: {_some([one_line(path) for path in paths])}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
