"""Closing and reopening, by hand and by keyword.

https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
"""

from typing import Literal

from qatui.sandbox.github import events, keywords
from qatui.sandbox.github.call import role_of
from qatui.sandbox.github.records import Issue, Repository, User
from qatui.sandbox.github.world import World

Reason = Literal["completed", "not_planned", "duplicate"]


def close(
    world: World, issue: Issue, actor: User, reason: Reason | None = "completed", commit_id: str | None = None
) -> None:
    """Close an issue, or a pull request (which has no reason); `commit_id` of what closed it by a keyword."""
    issue.state = "closed"
    issue.state_reason = None if issue.is_pull else reason
    issue.closed_at = world.now()
    issue.closed_by_id = actor.id
    detail = {} if issue.is_pull else {"state_reason": reason}
    events.record(world, issue, "closed", actor, commit_id=commit_id, **detail)
    events.tell(world, issue, "closed", actor)


def reopen(world: World, issue: Issue, actor: User) -> None:
    """Open an issue, or a pull request, again."""
    issue.state = "open"
    issue.state_reason = None if issue.is_pull else "reopened"
    issue.closed_at = issue.closed_by_id = None
    events.record(world, issue, "reopened", actor)
    events.tell(world, issue, "reopened", actor)


def close_mentioned(
    world: World,
    repository: Repository,
    text: str | None,
    actor: User,
    *,
    commit_id: str | None,
    pull_number: int | None,
) -> list[Issue]:
    """Close the issues that `text` closes, now that it reached the default branch of `repository`; those it closed.

    The text is a commit's message (`commit_id`), or the body of the merged pull request `pull_number`. Issues of
    other repositories are closed where the actor may write there. What is closed already stays as it is. What the
    text only mentions gets a reference on its timeline: to the commit, or to the pull request.
    """
    source = None if pull_number is None else world.issue(repository, pull_number)
    if source is not None:
        events.refer(world, source, text, actor)
    if commit_id is not None:
        for reference in keywords.mentions(text, world.full_name(repository)):
            mentioned = events.find(world, reference, repository, actor)
            if mentioned is not None:
                events.record(world, mentioned, "referenced", actor, commit_id=commit_id)
    closed = []
    for reference in keywords.closing(text, world.full_name(repository)):
        issue = events.find(world, reference, repository, actor)
        if issue and not issue.is_pull and issue.state == "open" and _may_close(world, issue, repository, actor):
            close(world, issue, actor, commit_id=commit_id)
            closed.append(issue)
    return closed


def _may_close(world: World, issue: Issue, here: Repository, actor: User) -> bool:
    """Whoever changes the default branch `here` closes issues here, an App's bot too; elsewhere a role is needed."""
    there = world.repositories[issue.repository_id]
    return there.id == here.id or role_of(world, there, actor) in ("write", "maintain", "admin")
