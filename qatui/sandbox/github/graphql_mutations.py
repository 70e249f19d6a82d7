"""The five mutations that the look-alike has. https://docs.github.com/graphql/reference/mutations"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qatui.sandbox.github import access, pull_states, pushes, reviews, rules, waiting
from qatui.sandbox.github.call import Call, Problem
from qatui.sandbox.github.graphql_types import Payload, merge_state
from qatui.sandbox.github.lines import between
from qatui.sandbox.github.mergeability import start
from qatui.sandbox.github.merging import HEAD_MODIFIED, Method, check_method
from qatui.sandbox.github.records import AutoMerge, Pull, ReviewComment
from qatui.sandbox.github.views.people import NODE_PREFIXES

METHODS: Mapping[str, Method] = {"MERGE": "merge", "SQUASH": "squash", "REBASE": "rebase"}
_PULL_ID = {"pullRequestId": "ID!", "clientMutationId": "String"}
_NODE = re.compile(r"([A-Z]+)_kwDO(\d{1,15})", re.ASCII)


class Refused(Exception):
    """An error of the answer. `type` is NOT_FOUND, FORBIDDEN or UNPROCESSABLE, str() the message."""

    def __init__(self, type_: str, message: str) -> None:
        super().__init__(message)
        self.type = type_


Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One of them: the keys of its `input` with their types, and what it does. `run` raises Refused."""

    name: str
    inputs: Mapping[str, str]
    run: Callable[[Call, Inputs], Payload]

    @property
    def payload(self) -> str:
        """The type of its answer."""
        return f"{self.title}Payload"

    @property
    def title(self) -> str:
        """Its name as types and messages have it."""
        return self.name[0].upper() + self.name[1:]


def _enable_auto_merge(call: Call, inputs: Inputs) -> Payload:
    """Merge once the base's rules are met; what could be merged at once is refused."""
    world, pull = call.world, _pull(call, inputs["pullRequestId"])
    repository = world.repositories[pull.repository_id]
    _must(call, pull, "EnablePullRequestAutoMerge", author=False)
    _must_be_open(call, pull, "Can't enable auto-merge for this pull request")
    if not repository.allow_auto_merge:
        raise Refused("UNPROCESSABLE", "Pull request Auto merge is not allowed for this repository")
    _check_head(pull, inputs)
    method = METHODS[inputs.get("mergeMethod") or "MERGE"]
    binding = rules.of_branch(world, repository, pull.base_ref, call.who)
    if not binding.merge_queue:
        try:
            check_method(repository, method)
        except Problem as problem:
            raise Refused("UNPROCESSABLE", problem.message) from None
        against = rules.refuses_method(binding, method)
        if against is not None:
            raise Refused("UNPROCESSABLE", against)
        state = merge_state(world, pull)
        if state in ("clean", "unstable"):
            raise Refused("UNPROCESSABLE", f"Pull request Pull request is in {state} status")
    title, text = inputs.get("commitHeadline") or "", inputs.get("commitBody") or ""
    waiting.enable(world, pull, AutoMerge(user_id=call.who.id, method=method, title=title, message=text))
    waiting.advance(world, repository)
    return Payload(call.who, pull, inputs.get("clientMutationId"))


def _enqueue(call: Call, inputs: Inputs) -> Payload:
    """Put a pull request that may be merged into its base's merge queue."""
    world, pull = call.world, _pull(call, inputs["pullRequestId"])
    repository = world.repositories[pull.repository_id]
    _must(call, pull, "EnqueuePullRequest", author=False)
    _must_be_open(call, pull, "Pull request is closed")
    if not rules.of_branch(world, repository, pull.base_ref).merge_queue:
        raise Refused("UNPROCESSABLE", "Merge queue is not enabled for the base branch of this pull request")
    _check_head(pull, inputs)
    if pull.queued_at is not None:
        raise Refused("UNPROCESSABLE", "Pull request is already in the queue")
    state = merge_state(world, pull)
    if state in ("draft", "dirty"):
        words = "Pull request is in draft state" if state == "draft" else "Pull request has merge conflicts"
        raise Refused("UNPROCESSABLE", words)
    unmet = rules.unmet(world, pull, call.who)
    if unmet:
        raise Refused("UNPROCESSABLE", f"Pull request {' '.join(unmet)}")
    waiting.enqueue(world, pull, call.who)
    return Payload(call.who, pull, inputs.get("clientMutationId"))


def _ready(call: Call, inputs: Inputs) -> Payload:
    """Make a draft a pull request that asks for reviews."""
    pull = _pull(call, inputs["pullRequestId"])
    _must(call, pull, "MarkPullRequestReadyForReview", author=True)
    _must_be_open(call, pull, "Pull request is closed")
    if not pull.draft:
        raise Refused("UNPROCESSABLE", "Pull request is not in draft")
    pull_states.set_draft(call.world, pull, call.who, draft=False)
    pull_states.request_reviews(call.world, pull, call.who, rules.owners_to_ask(call.world, pull))
    waiting.advance(call.world, call.repository)
    return Payload(call.who, pull, inputs.get("clientMutationId"))


def _resolve(call: Call, inputs: Inputs) -> Payload:
    """Mark a thread of comments as resolved; again changes nothing."""
    first = _thread(call, inputs["threadId"])
    pull = call.world.pulls[first.pull_id]
    _must(call, pull, "ResolveReviewThread", author=True)
    reviews.resolve(call.world, first, call.who)
    return Payload(call.who, pull, inputs.get("clientMutationId"), first)


def _view(call: Call, inputs: Inputs) -> Payload:
    """Mark a file as looked at, for the asking person."""
    world, pull = call.world, _pull(call, inputs["pullRequestId"])
    path, login = inputs["path"], call.who.login
    at = world.bare(world.repositories[pull.repository_id])
    if path not in between(at, start(world, pull), pull.head_sha):
        raise Refused("UNPROCESSABLE", f"The path '{path}' is not part of the pull request's diff")
    if path not in pull.viewed.setdefault(login, []):
        pull.viewed[login].append(path)
        world.pulls.save(pull)
    return Payload(call.who, pull, inputs.get("clientMutationId"))


def _pull(call: Call, node: str) -> Pull:
    """The pull request that a node id names. Raises Refused where there is none to see."""
    found = call.world.pulls.get(_number(call, node, "Pull", "PullRequest"))
    if found is None or not _seen(call, found):
        raise _unresolved(node)
    return found


def _thread(call: Call, node: str) -> ReviewComment:
    """The first comment of the thread that a node id names; none of a pending review."""
    found = call.world.review_comments.get(_number(call, node, "ReviewThread", "PullRequestReviewThread"))
    if found is None or found.in_reply_to_id is not None or not _seen(call, call.world.pulls[found.pull_id]):
        raise _unresolved(node)
    if call.world.reviews[found.review_id].state == "PENDING":
        raise _unresolved(node)
    return found


def _number(call: Call, node: str, kind: str, type_: str) -> int:
    parts = _NODE.fullmatch(node)
    if parts is None or parts[1] not in NODE_PREFIXES.values():
        raise _unresolved(node)
    if parts[1] != NODE_PREFIXES[kind]:
        raise Refused("NOT_FOUND", f"Could not resolve to {type_} node with the global id of '{node}'.")
    return int(parts[2])


def _unresolved(node: str) -> Refused:
    return Refused("NOT_FOUND", f"Could not resolve to a node with the global id of '{node}'")


def _seen(call: Call, pull: Pull) -> bool:
    """Whether the caller sees a pull request, and with this credential; then what was pushed is noticed."""
    repository = call.world.repositories[pull.repository_id]
    if call.role(repository) is None:
        return False
    call.repository = repository
    try:
        access.admit_token(call, "pull_requests=write", writes=True)
    except Problem as problem:
        raise Refused("FORBIDDEN", problem.message) from None
    if repository.archived:
        raise Refused("UNPROCESSABLE", "Repository was archived so is read-only.")
    pushes.notice(call.world, repository)
    waiting.advance(call.world, repository)
    return True


def _must(call: Call, pull: Pull, name: str, *, author: bool) -> None:
    """Refuse who may not write; with `author` the pull request's author may as well."""
    mine = author and call.world.issues[pull.issue_id].user_id == call.who.id
    if not mine and not call.may("write"):
        words = f"{call.who.login} does not have the correct permissions to execute `{name}`"
        raise Refused("FORBIDDEN", words)


def _must_be_open(call: Call, pull: Pull, words: str) -> None:
    if call.world.issues[pull.issue_id].state == "closed":
        raise Refused("UNPROCESSABLE", words)


def _check_head(pull: Pull, inputs: Inputs) -> None:
    expected = inputs.get("expectedHeadOid")
    if expected is not None and expected != pull.head_sha:
        raise Refused("UNPROCESSABLE", HEAD_MODIFIED)


_AUTO_MERGE = {
    **_PULL_ID,
    "mergeMethod": "PullRequestMergeMethod",
    "commitHeadline": "String",
    "commitBody": "String",
    "expectedHeadOid": "GitObjectID",
}
MUTATIONS: Mapping[str, Mutation] = {
    each.name: each
    for each in (
        Mutation("enablePullRequestAutoMerge", _AUTO_MERGE, _enable_auto_merge),
        Mutation("enqueuePullRequest", {**_PULL_ID, "expectedHeadOid": "GitObjectID"}, _enqueue),
        Mutation("markPullRequestReadyForReview", _PULL_ID, _ready),
        Mutation("resolveReviewThread", {"threadId": "ID!", "clientMutationId": "String"}, _resolve),
        Mutation("markFileAsViewed", {**_PULL_ID, "path": "String!"}, _view),
    )
}
"""By name."""
