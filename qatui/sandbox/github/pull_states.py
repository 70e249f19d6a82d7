"""What becomes of a pull request: opened, closed, reopened, ready; each tells the hooks and the timeline."""

from typing import Any

from qatui.sandbox.github import closing, events
from qatui.sandbox.github.records import Pull, User
from qatui.sandbox.github.views import pulls as views
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.world import World


def tell(world: World, pull: Pull, action: str, actor: User, **more: Any) -> None:
    """Tell the hooks `pull_request` with an action. https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request"""
    repository = world.repositories[pull.repository_id]
    payload = {"action": action, "number": pull.number, "pull_request": views.full(world, pull), **more}
    world.emit(repository, "pull_request", {**payload, "sender": simple_user(world, actor)})


def touch(world: World, pull: Pull) -> None:
    """Say that a pull request has changed, now."""
    events.touch(world, world.issues[pull.issue_id])
    world.pulls.save(pull)


def close(world: World, pull: Pull, actor: User) -> None:
    """Close an open pull request without merging it."""
    pull.auto_merge = pull.queued_at = None
    world.pulls.save(pull)
    closing.close(world, world.issues[pull.issue_id], actor)
    tell(world, pull, "closed", actor)


def reopen(world: World, pull: Pull, actor: User) -> None:
    """Open a closed pull request again."""
    pull.computed_for = pull.final_base_sha = None
    world.pulls.save(pull)
    closing.reopen(world, world.issues[pull.issue_id], actor)
    tell(world, pull, "reopened", actor)


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
        events.record(world, issue, "review_requested", actor, requested_reviewer_id=each.id)
        tell(world, pull, "review_requested", actor, requested_reviewer=simple_user(world, each))
