"""Issues, labels, milestones and comments as GitHub shows them.

https://docs.github.com/rest/issues
"""

from typing import Any
from urllib.parse import quote

from qatui.sandbox.github.records import Comment, Issue, Label, Milestone, Repository
from qatui.sandbox.github.views.people import moment, moment_or_none, node_id, simple_user, user_or_none
from qatui.sandbox.github.views.repositories import api_url, html_url
from qatui.sandbox.github.world import World

_REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")


def reactions(url: str) -> dict[str, Any]:
    """`reaction-rollup` of what has the address `url`: nobody reacts here."""
    return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}


def association(world: World, repository: Repository, user_id: int) -> str:
    """`author-association`: what somebody is to a repository.

    https://docs.github.com/graphql/reference/enums#commentauthorassociation
    """
    if user_id == repository.owner_id:
        return "OWNER"
    if user_id in repository.collaborators:
        return "MEMBER" if world.users[repository.owner_id].type == "Organization" else "COLLABORATOR"
    return "CONTRIBUTOR" if (repository.id, user_id) in _contributors(world) else "NONE"


def _contributors(world: World) -> set[tuple[int, int]]:
    """Repositories, and whose pull requests they merged."""

    def find() -> set[tuple[int, int]]:
        merged = (each for each in world.pulls if each.merged_at is not None)
        return {(each.repository_id, world.issues[each.issue_id].user_id) for each in merged}

    return world.derived("contributors", find, world.pulls)


def label(world: World, found: Label) -> dict[str, Any]:
    """`label`."""
    url = api_url(world, world.repositories[found.repository_id])
    return {
        "id": found.id,
        "node_id": node_id("Label", found.id),
        "url": f"{url}/labels/{quote(found.name, safe='')}",
        "name": found.name,
        "color": found.color,
        "default": found.default,
        "description": found.description,
    }


def milestone(world: World, found: Milestone) -> dict[str, Any]:
    """`milestone`, with how many of its issues are open."""
    repository = world.repositories[found.repository_id]
    url, web = api_url(world, repository), html_url(world, repository)
    opened, closed = milestone_counts(world, found)
    return {
        "url": f"{url}/milestones/{found.number}",
        "html_url": f"{web}/milestone/{found.number}",
        "labels_url": f"{url}/milestones/{found.number}/labels",
        "id": found.id,
        "node_id": node_id("Milestone", found.id),
        "number": found.number,
        "title": found.title,
        "description": found.description,
        "creator": user_or_none(world, found.creator_id),
        "open_issues": opened,
        "closed_issues": closed,
        "state": found.state,
        "created_at": moment(found.created_at),
        "updated_at": moment(found.updated_at),
        "due_on": moment_or_none(found.due_on),
        "closed_at": moment_or_none(found.closed_at),
    }


def milestone_counts(world: World, found: Milestone) -> tuple[int, int]:
    """How many issues and pull requests of a milestone are open, and how many closed."""

    def count() -> dict[int, list[int]]:
        counts: dict[int, list[int]] = {}
        for each in world.issues:
            if each.milestone_id is not None and not each.gone:
                counts.setdefault(each.milestone_id, [0, 0])[each.state == "closed"] += 1
        return counts

    opened, closed = world.derived("milestones", count, world.issues).get(found.id, (0, 0))
    return opened, closed


def issue_url(world: World, found: Issue) -> str:
    """Where an issue is in the API; a pull request has this address too."""
    return f"{api_url(world, world.repositories[found.repository_id])}/issues/{found.number}"


def issue_html_url(world: World, found: Issue) -> str:
    """Where people would look at an issue or a pull request."""
    kind = "pull" if found.is_pull else "issues"
    return f"{html_url(world, world.repositories[found.repository_id])}/{kind}/{found.number}"


def labels(world: World, found: Issue) -> list[dict[str, Any]]:
    """The labels of an issue or a pull request."""
    return [label(world, world.labels[each]) for each in found.label_ids]


def milestone_or_none(world: World, number: int | None) -> dict[str, Any] | None:
    """A milestone that there may not be, by id."""
    found = world.milestones.get(number)
    return None if found is None else milestone(world, found)


def issue(world: World, found: Issue) -> dict[str, Any]:
    """`issue`; a pull request in this shape has the key `pull_request` (GITHUB.md, Answers)."""
    repository = world.repositories[found.repository_id]
    url = issue_url(world, found)
    assignees = [simple_user(world, world.users[each]) for each in found.assignee_ids]
    shown = {
        "url": url,
        "repository_url": api_url(world, repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": issue_html_url(world, found),
        "id": found.id,
        "node_id": node_id("Issue", found.id),
        "number": found.number,
        "title": found.title,
        "user": user_or_none(world, found.user_id),
        "labels": labels(world, found),
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": milestone_or_none(world, found.milestone_id),
        "state": found.state,
        "locked": found.locked,
        "comments": world.comments.count(found.id),
        "created_at": moment(found.created_at),
        "updated_at": moment(found.updated_at),
        "closed_at": moment_or_none(found.closed_at),
        "author_association": association(world, repository, found.user_id),
        "type": None,
        "active_lock_reason": None,
        "sub_issues_summary": _sub_issues(world, found),
        "issue_dependencies_summary": _dependencies(world, found),
        "body": found.body,
        "closed_by": user_or_none(world, found.closed_by_id),
        "reactions": reactions(url),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": found.state_reason,
    }
    parent = world.issues.get(found.parent_id)
    if parent is not None:
        shown["parent_issue_url"] = issue_url(world, parent)
    if found.is_pull:
        shown |= _of_pull(world, repository, found)
    return shown


def _of_pull(world: World, repository: Repository, found: Issue) -> dict[str, Any]:
    pull = world.pull(repository, found.number)
    web = issue_html_url(world, found)
    links = {
        "url": f"{api_url(world, repository)}/pulls/{found.number}",
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "merged_at": moment_or_none(pull.merged_at if pull else None),
    }
    shown = {"draft": pull is not None and pull.draft, "pull_request": links}
    return shown if pull is None else {**shown, "node_id": node_id("Pull", pull.id)}


def _sub_issues(world: World, found: Issue) -> dict[str, int]:
    total = len(found.sub_issue_ids)
    done = sum(world.issues[each].state == "closed" for each in found.sub_issue_ids)
    return {"total": total, "completed": done, "percent_completed": done * 100 // total if total else 0}


def _dependencies(world: World, found: Issue) -> dict[str, int]:
    """Open ones, and all."""
    by, others = found.blocked_by_ids, found.blocking_ids
    return {
        "blocked_by": sum(world.issues[each].state == "open" for each in by),
        "total_blocked_by": len(by),
        "blocking": sum(world.issues[each].state == "open" for each in others),
        "total_blocking": len(others),
    }


def comment(world: World, found: Comment) -> dict[str, Any]:
    """`issue-comment`."""
    repository = world.repositories[found.repository_id]
    url = f"{api_url(world, repository)}/issues/comments/{found.id}"
    under = world.issues[found.issue_id]
    return {
        "url": url,
        "html_url": f"{issue_html_url(world, under)}#issuecomment-{found.id}",
        "issue_url": issue_url(world, under),
        "id": found.id,
        "node_id": node_id("Comment", found.id),
        "user": user_or_none(world, found.user_id),
        "created_at": moment(found.created_at),
        "updated_at": moment(found.updated_at),
        "author_association": association(world, repository, found.user_id),
        "body": found.body,
        "reactions": reactions(url),
        "performed_via_github_app": None,
    }
