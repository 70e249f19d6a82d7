"""An issue's events, and its timeline: events, comments, and a pull request's commits and reviews in one order.

https://docs.github.com/rest/using-the-rest-api/issue-event-types
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from qatui.sandbox.github import mergeability, objects
from qatui.sandbox.github.records import Comment, Event, Issue, Pull, Repository, Review
from qatui.sandbox.github.views import issues
from qatui.sandbox.github.views.commits import git_commit
from qatui.sandbox.github.views.people import moment, node_id, simple_user
from qatui.sandbox.github.views.repositories import api_url, minimal, whole
from qatui.sandbox.github.views.reviews import told_review
from qatui.sandbox.github.world import World

REFERRED = "cross-referenced"
"""The one kind of event that only a timeline has."""
_REFERENCES = {
    "sub_issue_added": "sub_issue",
    "sub_issue_removed": "sub_issue",
    "parent_issue_added": "parent_issue",
    "parent_issue_removed": "parent_issue",
    "blocked_by_added": "blocked_by",
    "blocking_added": "blocking",
}
"""Under which key an event names the other issue, its `issue_id`."""
Shown = Callable[[], dict[str, Any]]
Sees = Callable[[Issue], bool]
"""Whether the viewer may see another issue that an event names, and it is still there."""


def events(world: World, issue: Issue) -> list[Event]:
    """What the list of an issue's events has, oldest first."""
    return [each for each in world.events.under(issue.id) if each.event != REFERRED]


def event(world: World, found: Event, sees: Sees) -> dict[str, Any]:
    """`issue-event-for-issue`."""
    shown = _event(world, found, sees)
    if "assignee" in shown:
        shown["assigner"] = shown["actor"]
    return shown


def timeline(world: World, issue: Issue, sees: Sees) -> list[Shown]:
    """`timeline-issue-events`, oldest first, each to be called when it is shown.

    References from what the viewer does not see are left out.
    """
    rows: list[tuple[int, Shown]] = [
        (each.created_at, partial(_comment, world, each)) for each in world.comments.under(issue.id)
    ]
    for each in world.events.under(issue.id):
        if each.event != REFERRED:
            rows.append((each.created_at, partial(_timed_event, world, each, sees)))
        elif sees(world.issues[each.detail["source_issue_id"]]):
            rows.append((each.created_at, partial(_reference, world, each)))
    pull = world.pull(world.repositories[issue.repository_id], issue.number) if issue.is_pull else None
    if pull is not None:
        rows += _of_pull(world, pull)
    return [shown for _, shown in sorted(rows, key=lambda row: row[0])]


def _of_pull(world: World, pull: Pull) -> Iterator[tuple[int, Shown]]:
    repository = world.repositories[pull.repository_id]
    bare = world.bare(repository)
    shas = mergeability.commits_between(bare, mergeability.start(world, pull), pull.head_sha)
    for commit in objects.read(bare, shas):
        yield commit.committer.seconds, partial(_commit, world, repository, commit)
    for review in world.reviews.under(pull.id):
        if review.submitted_at is not None:
            yield review.submitted_at, partial(_review, world, review)


def _event(world: World, found: Event, sees: Sees) -> dict[str, Any]:
    repository = world.repositories[found.repository_id]
    url = api_url(world, repository)
    shown = {
        "id": found.id,
        "node_id": node_id("Event", found.id),
        "url": f"{url}/issues/events/{found.id}",
        "actor": simple_user(world, world.users[found.actor_id]),
        "event": found.event,
        "commit_id": found.commit_id,
        "commit_url": f"{url}/commits/{found.commit_id}" if found.commit_id else None,
        "created_at": moment(found.created_at),
        "performed_via_github_app": None,
    }
    detail = found.detail
    for name in ("label", "rename", "dismissed_review", "lock_reason"):
        if name in detail:
            shown[name] = detail[name]
    if "assignee_id" in detail:
        shown["assignee"] = simple_user(world, world.users[detail["assignee_id"]])
    if "milestone" in detail:
        shown["milestone"] = {"title": detail["milestone"]}
    if "reviewer_id" in detail:
        shown["review_requester"] = shown["actor"]
        shown["requested_reviewer"] = simple_user(world, world.users[detail["reviewer_id"]])
    if "issue_id" in detail:
        other = world.issues[detail["issue_id"]]
        shown[_REFERENCES[found.event]] = _issue_reference(world, other) if sees(other) else None
    return shown


def _timed_event(world: World, found: Event, sees: Sees) -> dict[str, Any]:
    """An event as a timeline has it: with why an issue was closed."""
    shown = _event(world, found, sees)
    if "state_reason" in found.detail:
        shown["state_reason"] = found.detail["state_reason"]
    return shown


def _issue_reference(world: World, found: Issue) -> dict[str, Any]:
    """`issue-reference`."""
    return {
        "number": found.number,
        "title": found.title,
        "state": found.state,
        "state_reason": found.state_reason,
        "repository": minimal(world, world.repositories[found.repository_id]),
        "issue_type": None,
    }


def _reference(world: World, found: Event) -> dict[str, Any]:
    """`timeline-cross-referenced-event`."""
    source = world.issues[found.detail["source_issue_id"]]
    repository = whole(world, world.repositories[source.repository_id])
    return {
        "actor": simple_user(world, world.users[found.actor_id]),
        "created_at": moment(found.created_at),
        "updated_at": moment(found.created_at),
        "source": {"type": "issue", "issue": {**issues.issue(world, source), "repository": repository}},
        "event": REFERRED,
    }


def _comment(world: World, found: Comment) -> dict[str, Any]:
    """`timeline-comment-event`."""
    shown = issues.comment(world, found)
    return {**shown, "event": "commented", "actor": shown["user"]}


def _commit(world: World, repository: Repository, found: objects.Commit) -> dict[str, Any]:
    """`timeline-committed-event`."""
    return {"event": "committed", **git_commit(world, repository, found)}


def _review(world: World, found: Review) -> dict[str, Any]:
    """`timeline-reviewed-event`."""
    return {"event": "reviewed", **told_review(world, found)}
