"""An issue's events: kept for its timeline, and told to hooks.

https://docs.github.com/rest/using-the-rest-api/issue-event-types
"""

from typing import Any

from qatui.sandbox.github import keywords
from qatui.sandbox.github.call import role_of
from qatui.sandbox.github.records import Event, Issue, Repository, User
from qatui.sandbox.github.views import issues as views
from qatui.sandbox.github.views import pulls
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.world import World


def record(
    world: World, issue: Issue, event: str, actor: User, *, commit_id: str | None = None, **detail: Any
) -> Event:
    """Keep that `actor` did something to an issue or a pull request, which is updated thereby.

    `detail` by kind (see views.timeline): label {name, color}, assignee_id, milestone (title), rename {from, to},
    state_reason, source_issue_id (cross-referenced), issue_id (sub-issues and dependencies),
    requested_reviewer_id, dismissed_review {state, review_id, dismissal_message, dismissal_commit_id}, lock_reason.
    """
    touch(world, issue)
    return world.events.add(
        Event(
            repository_id=issue.repository_id,
            issue_id=issue.id,
            event=event,
            actor_id=actor.id,
            commit_id=commit_id,
            detail=detail,
            created_at=world.now(),
        )
    )


def touch(world: World, issue: Issue) -> None:
    """Say that an issue was updated now."""
    issue.updated_at = world.now()
    world.issues.save(issue)


def tell(world: World, issue: Issue, action: str, actor: User, **more: Any) -> None:
    """Tell hooks of `issues.ACTION`, of a pull request `pull_request.ACTION`; `more` is what the action adds to it.

    https://docs.github.com/webhooks/webhook-events-and-payloads#issues
    """
    repository = world.repositories[issue.repository_id]
    if not world.hooks.count(repository.id):
        return
    pull = world.pull(repository, issue.number) if issue.is_pull else None
    payload: dict[str, Any] = {"action": action}
    if pull is None:
        payload["issue"] = views.issue(world, issue)
    else:
        payload |= {"number": pull.number, "pull_request": pulls.full(world, pull)}
    payload |= {**more, "sender": simple_user(world, actor)}
    world.emit(repository, "issues" if pull is None else "pull_request", payload)


def refer(world: World, source: Issue, text: str | None, actor: User) -> None:
    """Put `source` into the timelines of the issues that `text`, of its body or a comment, mentions: each once.

    What the actor may not see is not referred to.
    """
    repository = world.repositories[source.repository_id]
    for reference in keywords.mentions(text, world.full_name(repository)):
        target = find(world, reference, repository, actor)
        if target is not None and target.id != source.id and not _refers(world, source, target):
            record(world, target, "cross-referenced", actor, source_issue_id=source.id)


def _refers(world: World, source: Issue, target: Issue) -> bool:
    return any(each.detail.get("source_issue_id") == source.id for each in world.events.under(target.id))


def find(world: World, reference: keywords.Reference, here: Repository, actor: User) -> Issue | None:
    """The issue or pull request that a text of the repository `here` names, if it is there and `actor` may see it."""
    repository = world.repository(*reference.repository.split("/"))
    if repository is None or (repository.id != here.id and role_of(world, repository, actor) is None):
        return None
    issue = world.issue(repository, reference.number)
    return None if issue is None or issue.gone else issue
