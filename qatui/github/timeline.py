"""What happened to an issue (https://docs.github.com/en/rest/issues/timeline)."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from qatui.github.issues import Issue
from qatui.github.protocol import Repo, Request, pages, path
from qatui.github.users import Account


class Source(Struct, frozen=True):
    """What mentioned the issue."""

    issue: Issue | None = None
    """An issue or a pull request."""


class Event(Struct, frozen=True):
    """One entry; which keys there are depends on what happened."""

    event: str = ""
    """closed, reopened, cross-referenced, labeled, ..."""
    actor: Account | None = None
    created_at: str | None = None
    commit_id: str | None = None
    """The commit whose message closed it."""
    state_reason: str | None = None
    source: Source | None = None


class Closing(NamedTuple):
    """How an issue came to be closed."""

    by: str
    """The login; empty for a deleted account."""
    at: str
    commit: str | None
    """The commit whose message closed it, None where a person or a pull request did."""
    reason: str | None
    merged_pulls: tuple[Issue, ...]
    """The merged pull requests that mention it: one of them closed it, if a merge did."""


def timeline(repo: Repo, number: int) -> Request[list[Event]]:
    """Everything that happened to an issue, oldest first."""
    return pages(f"read the history of {repo}#{number}", path("/repos/{}/issues/{}/timeline", repo, number), Event)


def closing(events: Iterable[Event]) -> Closing | None:
    """How it came to be closed; None while it is open."""
    last: Event | None = None
    merged: list[Issue] = []
    for event in events:
        if event.event in ("closed", "reopened"):
            last = event
        mentioned = event.source.issue if event.source else None
        if mentioned and mentioned.pull_request and mentioned.pull_request.merged_at:
            merged.append(mentioned)
    if last is None or last.event == "reopened":
        return None
    by = last.actor.login if last.actor else ""
    return Closing(by, last.created_at or "", last.commit_id, last.state_reason, tuple(merged))
