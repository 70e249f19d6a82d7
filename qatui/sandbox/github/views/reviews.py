"""Reviews, and the comments on lines, as GitHub shows them. https://docs.github.com/rest/pulls/reviews"""

from typing import Any

from qatui.sandbox.github.records import Pull, Review, ReviewComment
from qatui.sandbox.github.views.issues import association, reactions
from qatui.sandbox.github.views.people import moment, node_id, user_or_none
from qatui.sandbox.github.views.repositories import api_url, html_url
from qatui.sandbox.github.world import World


def review(world: World, found: Review) -> dict[str, Any]:
    """`pull-request-review`; one that is pending was not submitted yet."""
    pull = world.pulls[found.pull_id]
    repository = world.repositories[pull.repository_id]
    url, html = _pull_urls(world, pull)
    html = f"{html}#pullrequestreview-{found.id}"
    shown = {
        "id": found.id,
        "node_id": node_id("Review", found.id),
        "user": user_or_none(world, found.user_id),
        "body": found.body,
        "state": found.state,
        "html_url": html,
        "pull_request_url": url,
        "author_association": association(world, repository, found.user_id),
        "_links": {"html": {"href": html}, "pull_request": {"href": url}},
        "commit_id": found.commit_id,
    }
    return shown if found.submitted_at is None else {**shown, "submitted_at": moment(found.submitted_at)}


def told_review(world: World, found: Review) -> dict[str, Any]:
    """A review as hooks are told of it: the state in lower case, null for no words."""
    return {**review(world, found), "state": found.state.lower(), "body": found.body or None}


def comment(world: World, found: ReviewComment) -> dict[str, Any]:
    """`pull-request-review-comment`: what an outdated one lacks, its line and position, is left out."""
    shown = told_comment(world, found)
    return {key: value for key, value in shown.items() if value is not None or key in _NULL}


_NULL = frozenset({"user", "start_line", "original_start_line", "start_side"})
"""Keys that the description lets be null; the others are left out instead."""


def comment_of_review(world: World, found: ReviewComment) -> dict[str, Any]:
    """`review-comment`: among those of one review, where an outdated one has the position null."""
    return {**comment(world, found), "position": found.position}


def told_comment(world: World, found: ReviewComment) -> dict[str, Any]:
    """A comment with everything that is null, as hooks are told of it."""
    pull = world.pulls[found.pull_id]
    repository = world.repositories[pull.repository_id]
    api = f"{api_url(world, repository)}/pulls/comments/{found.id}"
    url, html = _pull_urls(world, pull)
    html = f"{html}#discussion_r{found.id}"
    shown: dict[str, Any] = {
        "url": api,
        "pull_request_review_id": found.review_id,
        "id": found.id,
        "node_id": node_id("ReviewComment", found.id),
        "diff_hunk": found.diff_hunk,
        "path": found.path,
        "position": found.position,
        "original_position": found.original_position,
        "commit_id": found.commit_id,
        "original_commit_id": found.original_commit_id,
        "user": user_or_none(world, found.user_id),
        "body": found.body,
        "created_at": moment(found.created_at),
        "updated_at": moment(found.updated_at),
        "html_url": html,
        "pull_request_url": url,
        "author_association": association(world, repository, found.user_id),
        "_links": {"self": {"href": api}, "html": {"href": html}, "pull_request": {"href": url}},
        "reactions": reactions(api),
        "start_line": found.start_line,
        "original_start_line": found.original_start_line,
        "start_side": found.start_side,
        "line": found.line,
        "original_line": found.original_line,
        "side": found.side,
        "subject_type": found.subject_type,
    }
    return shown if found.in_reply_to_id is None else {**shown, "in_reply_to_id": found.in_reply_to_id}


def thread(world: World, first: ReviewComment) -> dict[str, Any]:
    """A thread as hooks are told of it: its comments, by the node id that GraphQL knows it by."""
    comments = [
        each for each in world.review_comments.under(first.pull_id) if first.id in (each.id, each.in_reply_to_id)
    ]
    return {"node_id": node_id("ReviewThread", first.id), "comments": [told_comment(world, each) for each in comments]}


def _pull_urls(world: World, pull: Pull) -> tuple[str, str]:
    """In the API, and for people."""
    repository = world.repositories[pull.repository_id]
    return f"{api_url(world, repository)}/pulls/{pull.number}", f"{html_url(world, repository)}/pull/{pull.number}"
