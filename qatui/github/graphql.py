"""The five things that only GraphQL does (https://docs.github.com/en/graphql/reference/mutations).

Things are named by their `node_id`. Errors come with HTTP 200 and are raised like any other.
"""

from typing import Any

from qatui.errors import GitHubRefused
from qatui.github.protocol import GRAPHQL, Done, Repo, Request, Write, look, send
from qatui.github.pulls import Method, Pull, pull


def enable_auto_merge(repo: Repo, target: Pull, method: Method, *, sha: str) -> Write[Done]:
    """Have it merged as soon as its base's rules are met, if its head is still at `sha`."""
    variables = {"pullRequestId": target.node_id, "mergeMethod": method.upper(), "expectedHeadOid": sha}
    request = _mutation("enablePullRequestAutoMerge", f"have {repo}#{target.number} merged when it is ready", variables)
    seen = look(pull(repo, target.number), lambda now: Done() if now.auto_merge or now.merged else None)
    return Write(request, seen)


def enqueue(repo: Repo, target: Pull, *, sha: str) -> Write[Done]:
    """Put it into its base's merge queue if its head is still at `sha`; done where it is in it, or merged."""
    variables = {"pullRequestId": target.node_id, "expectedHeadOid": sha}
    request = _mutation("enqueuePullRequest", f"put {repo}#{target.number} into the merge queue", variables)
    seen = look(pull(repo, target.number), lambda now: Done() if now.merged else None)
    return Write(request, seen, excuse=_if_queued)


def mark_ready(repo: Repo, target: Pull) -> Write[Done]:
    """A draft no longer."""
    request = _mutation(
        "markPullRequestReadyForReview", f"mark {repo}#{target.number} as ready", {"pullRequestId": target.node_id}
    )
    return Write(request, look(pull(repo, target.number), lambda now: None if now.draft else Done()))


def resolve_thread(thread: str) -> Write[Done]:
    """Mark a conversation on a line as resolved; `thread` is its node id, as webhooks name it."""
    request = _mutation("resolveReviewThread", "mark a conversation as resolved", {"threadId": thread})
    return Write(request, None, harmless=True)


def mark_viewed(target: Pull, file: str) -> Write[Done]:
    """Mark a file of a pull request as viewed by the token's owner."""
    variables = {"pullRequestId": target.node_id, "path": file}
    request = _mutation("markFileAsViewed", f"mark {file} as viewed", variables)
    return Write(request, None, harmless=True)


def _mutation(name: str, to: str, variables: dict[str, Any]) -> Request[Done]:
    query = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ clientMutationId }} }}"
    return send("POST", to, GRAPHQL, Done, {"query": query, "variables": {"input": variables}})


def _if_queued(refused: GitHubRefused) -> Done | None:
    said = refused.said.lower()
    return Done() if "already" in said and "queue" in said else None
