"""The objects that GraphQL answers show, field by field. https://docs.github.com/graphql/reference/objects"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qatui.sandbox.github.mergeability import mergeable
from qatui.sandbox.github.records import Pull, ReviewComment, User
from qatui.sandbox.github.views.people import moment, node_id, simple_user
from qatui.sandbox.github.views.pulls import mergeable_state
from qatui.sandbox.github.views.repositories import html_url
from qatui.sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Payload:
    """What a mutation answers."""

    actor: User
    pull: Pull
    client_mutation_id: str | None
    thread: ReviewComment | None = None


Shape = Mapping[str, tuple[str | None, Callable[[World, Any], Any]]]
"""Field to the type of object that it is (None: a scalar), and how it is found."""


def merge_state(world: World, pull: Pull) -> str:
    """`MergeStateStatus` in lower case: clean, blocked, dirty, ..."""
    return mergeable_state(world, pull) if mergeable(world, pull) else "dirty"


def _state(world: World, pull: Pull) -> str:
    return "MERGED" if pull.merged_at is not None else world.issues[pull.issue_id].state.upper()


def _url(world: World, pull: Pull) -> str:
    return f"{html_url(world, world.repositories[pull.repository_id])}/pull/{pull.number}"


def _enabled_at(world: World, pull: Pull) -> str | None:
    found = [each for each in world.events.under(pull.issue_id) if each.event in _ENABLED]
    return moment(found[-1].created_at) if found else None


_ENABLED = frozenset({"auto_merge_enabled", "auto_squash_enabled", "auto_rebase_enabled"})


def _position(world: World, pull: Pull) -> int:
    ahead = (
        each
        for each in world.pulls.under(pull.repository_id)
        if each.base_ref == pull.base_ref and each.queued_at is not None
    )
    return sum((each.queued_at or 0, each.id) <= (pull.queued_at or 0, pull.id) for each in ahead)


def _of_queue(_world: World, pull: Pull) -> Pull | None:
    return None if pull.queued_at is None else pull


_CLIENT: Shape = {"clientMutationId": (None, lambda _, payload: payload.client_mutation_id)}
_WITH_PULL: Shape = {**_CLIENT, "pullRequest": ("PullRequest", lambda _, payload: payload.pull)}
TYPES: Mapping[str, Shape] = {
    "EnablePullRequestAutoMergePayload": {**_WITH_PULL, "actor": ("User", lambda _, payload: payload.actor)},
    "EnqueuePullRequestPayload": {**_CLIENT, "mergeQueueEntry": ("MergeQueueEntry", lambda _, payload: payload.pull)},
    "MarkPullRequestReadyForReviewPayload": _WITH_PULL,
    "ResolveReviewThreadPayload": {**_CLIENT, "thread": ("PullRequestReviewThread", lambda _, payload: payload.thread)},
    "MarkFileAsViewedPayload": _WITH_PULL,
    "PullRequest": {
        "id": (None, lambda _, pull: node_id("Pull", pull.id)),
        "databaseId": (None, lambda _, pull: pull.id),
        "number": (None, lambda _, pull: pull.number),
        "title": (None, lambda world, pull: world.issues[pull.issue_id].title),
        "url": (None, _url),
        "state": (None, _state),
        "isDraft": (None, lambda _, pull: pull.draft),
        "closed": (None, lambda world, pull: world.issues[pull.issue_id].state == "closed"),
        "merged": (None, lambda _, pull: pull.merged_at is not None),
        "mergeStateStatus": (None, lambda world, pull: merge_state(world, pull).upper()),
        "baseRefName": (None, lambda _, pull: pull.base_ref),
        "headRefName": (None, lambda _, pull: pull.head_ref),
        "headRefOid": (None, lambda _, pull: pull.head_sha),
        "author": ("User", lambda world, pull: world.users[world.issues[pull.issue_id].user_id]),
        "autoMergeRequest": ("AutoMergeRequest", lambda _, pull: pull if pull.auto_merge else None),
        "isInMergeQueue": (None, lambda _, pull: pull.queued_at is not None),
        "mergeQueueEntry": ("MergeQueueEntry", _of_queue),
    },
    "AutoMergeRequest": {
        "enabledAt": (None, _enabled_at),
        "enabledBy": ("User", lambda world, pull: world.users[pull.auto_merge.user_id]),
        "mergeMethod": (None, lambda _, pull: pull.auto_merge.method.upper()),
        "commitHeadline": (None, lambda _, pull: pull.auto_merge.title or None),
        "commitBody": (None, lambda _, pull: pull.auto_merge.message or None),
        "pullRequest": ("PullRequest", lambda _, pull: pull),
    },
    "MergeQueueEntry": {
        "id": (None, lambda _, pull: node_id("MergeQueueEntry", pull.id)),
        "enqueuedAt": (None, lambda _, pull: moment(pull.queued_at)),
        "position": (None, _position),
        "state": (None, lambda _world, _pull: "QUEUED"),
        "pullRequest": ("PullRequest", lambda _, pull: pull),
    },
    "PullRequestReviewThread": {
        "id": (None, lambda _, first: node_id("ReviewThread", first.id)),
        "isResolved": (None, lambda _, first: first.resolved_by_id is not None),
        "isOutdated": (None, lambda _, first: first.subject_type == "line" and first.line is None),
        "path": (None, lambda _, first: first.path),
        "line": (None, lambda _, first: first.line),
        "resolvedBy": ("User", lambda world, first: world.users.get(first.resolved_by_id)),
        "pullRequest": ("PullRequest", lambda world, first: world.pulls[first.pull_id]),
    },
    "User": {
        "id": (None, lambda _, user: node_id("User", user.id)),
        "login": (None, lambda _, user: user.login),
        "url": (None, lambda world, user: simple_user(world, user)["html_url"]),
        "avatarUrl": (None, lambda world, user: simple_user(world, user)["avatar_url"]),
        "resourcePath": (None, lambda _, user: f"/{user.login}"),
    },
}
"""Every object that an answer can hold."""
