"""Pull requests as GitHub shows them: simple in lists, full when asked for by number."""

from typing import Any

from qatui.sandbox.github import mergeability, rules
from qatui.sandbox.github.records import AutoMerge, Pull, Repository
from qatui.sandbox.github.views.issues import association, labels, milestone_or_none
from qatui.sandbox.github.views.people import moment, moment_or_none, node_id, simple_user, user_or_none
from qatui.sandbox.github.views.repositories import api_url, html_url, whole
from qatui.sandbox.github.world import World


def simple(world: World, pull: Pull) -> dict[str, Any]:
    """`pull-request-simple`."""
    repository, issue = world.repositories[pull.repository_id], world.issues[pull.issue_id]
    assignees = [simple_user(world, world.users[each]) for each in issue.assignee_ids]
    return {
        **_addresses(world, repository, pull),
        "id": pull.id,
        "node_id": node_id("Pull", pull.id),
        "number": pull.number,
        "state": issue.state,
        "locked": issue.locked,
        "title": issue.title,
        "user": simple_user(world, world.users[issue.user_id]),
        "body": issue.body,
        # Here, and only here, GitHub's description knows no label without a description.
        "labels": [{**each, "description": each["description"] or ""} for each in labels(world, issue)],
        "milestone": milestone_or_none(world, issue.milestone_id),
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "active_lock_reason": None,
        "created_at": moment(issue.created_at),
        "updated_at": moment(issue.updated_at),
        "closed_at": moment_or_none(issue.closed_at),
        "merged_at": moment_or_none(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha,
        "requested_reviewers": [simple_user(world, world.users[each]) for each in pull.requested_reviewer_ids],
        "requested_teams": [],
        "head": _end(world, world.repositories.get(pull.head_repository_id), pull.head_ref, pull.head_sha),
        "base": _end(world, repository, pull.base_ref, pull.base_sha),
        "author_association": association(world, repository, issue.user_id),
        "auto_merge": _auto_merge(world, pull.auto_merge),
        "draft": pull.draft,
    }


def full(world: World, pull: Pull) -> dict[str, Any]:
    """`pull-request`: with what git says. Mergeability is null until Pull.computed_for is of these commits."""
    issue = world.issues[pull.issue_id]
    extent = mergeability.extent(world, pull)
    shown = {
        **simple(world, pull),
        "merged": pull.merged_at is not None,
        "merged_by": user_or_none(world, pull.merged_by_id),
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "comments": world.comments.count(pull.issue_id),
        "review_comments": _review_comments(world, pull),
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": extent.commits,
        "additions": extent.additions,
        "deletions": extent.deletions,
        "changed_files": extent.changed_files,
    }
    if issue.state == "open" and pull.computed_for == mergeability.asked_for(world, pull):
        clean = mergeability.mergeable(world, pull)
        shown["mergeable"] = clean
        shown["rebaseable"] = clean and mergeability.rebaseable(world, pull)
        shown["mergeable_state"] = mergeable_state(world, pull) if clean else "dirty"
    return shown


def mergeable_state(world: World, pull: Pull) -> str:
    """In a word, what keeps a pull request without conflicts from being merged: draft, behind, blocked, unstable.

    https://docs.github.com/graphql/reference/enums#mergestatestatus
    """
    if pull.draft:
        return "draft"
    unmet = rules.unmet(world, pull, None)
    if unmet:
        strict = rules.of_branch(world, world.repositories[pull.repository_id], pull.base_ref).strict_checks
        return "behind" if strict and len(unmet) == 1 and mergeability.behind(world, pull) else "blocked"
    return "unstable" if rules.failing(world, pull) else "clean"


def _review_comments(world: World, pull: Pull) -> int:
    pending = {each.id for each in world.reviews.under(pull.id) if each.state == "PENDING"}
    return sum(each.review_id not in pending for each in world.review_comments.under(pull.id))


def _auto_merge(world: World, asked: AutoMerge | None) -> dict[str, Any] | None:
    """`auto-merge`."""
    if asked is None:
        return None
    return {
        "enabled_by": simple_user(world, world.users[asked.user_id]),
        "merge_method": asked.method,
        "commit_title": asked.title,
        "commit_message": asked.message,
    }


def _end(world: World, repository: Repository | None, ref: str, sha: str) -> dict[str, Any]:
    """Head or base; what was in a fork that is gone has neither repository nor owner."""
    if repository is None:
        return {"label": f"unknown:{ref}", "ref": ref, "sha": sha, "user": None, "repo": None}
    owner = world.users[repository.owner_id]
    shown = {
        **whole(world, repository),
        "allow_merge_commit": repository.allow_merge_commit,
        "allow_squash_merge": repository.allow_squash_merge,
        "allow_rebase_merge": repository.allow_rebase_merge,
        "allow_auto_merge": repository.allow_auto_merge,
        "delete_branch_on_merge": repository.delete_branch_on_merge,
    }
    user = simple_user(world, owner)
    return {"label": f"{owner.login}:{ref}", "ref": ref, "sha": sha, "user": user, "repo": shown}


def _addresses(world: World, repository: Repository, pull: Pull) -> dict[str, Any]:
    """Where the pull request and what belongs to it are."""
    api, web = api_url(world, repository), f"{html_url(world, repository)}/pull/{pull.number}"
    url, issue = f"{api}/pulls/{pull.number}", f"{api}/issues/{pull.number}"
    below = {
        "commits": f"{url}/commits",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "comments": f"{issue}/comments",
        "statuses": f"{api}/statuses/{pull.head_sha}",
    }
    links = {"self": url, "html": web, "issue": issue, **below}
    return {
        "url": url,
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": issue,
        **{f"{name}_url": at for name, at in below.items()},
        "_links": {name: {"href": at} for name, at in links.items()},
    }
