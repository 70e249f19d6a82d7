"""What becomes of a pull request: opened, closed, reopened, ready; each tells the hooks and the timeline."""

from typing import Any

from qatui.sandbox.github import closing, events, heads, mergeability
from qatui.sandbox.github.records import Pull, User
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.world import World


def tell(world: World, pull: Pull, action: str, actor: User, **more: Any) -> None:
    """Tell the hooks `pull_request` with an action. https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request"""
    events.tell(world, world.issues[pull.issue_id], action, actor, **more)


def touch(world: World, pull: Pull) -> None:
    """Say that a pull request has changed, now."""
    events.touch(world, world.issues[pull.issue_id])
    world.pulls.save(pull)


def close(world: World, pull: Pull, actor: User) -> None:
    """Close an open pull request without merging it; its diff stays what it was."""
    leave_queue(world, pull, actor, "MANUAL")
    pull.auto_merge = None
    pull.final_base_sha = pull.final_base_sha or mergeability.base_tip(world, pull)
    world.pulls.save(pull)
    closing.close(world, world.issues[pull.issue_id], actor)


def reopen(world: World, pull: Pull, actor: User) -> None:
    """Open a closed pull request again, with what came to its branch meanwhile."""
    pull.computed_for = pull.final_base_sha = None
    world.pulls.save(pull)
    head = heads.current(world, pull)
    if head is not None:
        heads.follow(world, pull, head)
    closing.reopen(world, world.issues[pull.issue_id], actor)


def merged(world: World, pull: Pull, actor: User, *, commit: str, base_before: str) -> None:
    """Say that an open pull request has been merged as `commit`; its base was at `base_before`.

    What its body closes is closed where the base is the default branch (GITHUB.md, Answers).
    """
    repository, issue = world.repositories[pull.repository_id], world.issues[pull.issue_id]
    pull.merged_at, pull.merged_by_id = world.now(), actor.id
    pull.merge_commit_sha, pull.final_base_sha = commit, base_before
    pull.auto_merge = pull.queued_at = None
    world.pulls.save(pull)
    events.record(world, issue, "merged", actor, commit_id=commit)
    closing.close(world, issue, actor)
    if pull.base_ref == repository.default_branch:
        closing.close_mentioned(world, repository, issue.body, actor, commit_id=None, pull_number=pull.number)


def retarget(world: World, pull: Pull, actor: User, base: str, sha: str) -> dict[str, Any]:
    """Let an open pull request be for another branch, `base` at `sha`; what `edited` tells of the one before."""
    before = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
    pull.base_ref, pull.base_sha, pull.computed_for = base, sha, None
    world.pulls.save(pull)
    events.record(world, world.issues[pull.issue_id], "base_ref_changed", actor)
    return before


def leave_queue(world: World, pull: Pull, actor: User, reason: str) -> None:
    """Take a pull request out of the merge queue if it is in it; `reason` in the words of the `dequeued` event."""
    if pull.queued_at is None:
        return
    pull.queued_at = None
    world.pulls.save(pull)
    events.record(world, world.issues[pull.issue_id], "removed_from_merge_queue", actor)
    tell(world, pull, "dequeued", actor, reason=reason)


def set_draft(world: World, pull: Pull, actor: User, *, draft: bool) -> None:
    """Make a draft of an open pull request, or say that it is ready for review."""
    pull.draft = draft
    world.pulls.save(pull)
    events.record(world, world.issues[pull.issue_id], "convert_to_draft" if draft else "ready_for_review", actor)
    tell(world, pull, "converted_to_draft" if draft else "ready_for_review", actor)


def request_reviews(world: World, pull: Pull, actor: User, reviewers: list[User]) -> None:
    """Ask for reviews of those who are not asked already."""
    for each in reviewers:
        if each.id in pull.requested_reviewer_ids:
            continue
        pull.requested_reviewer_ids.append(each.id)
        world.pulls.save(pull)
        issue = world.issues[pull.issue_id]
        events.record(world, issue, "review_requested", actor, reviewer_id=each.id)
        tell(world, pull, "review_requested", actor, requested_reviewer=simple_user(world, each))
