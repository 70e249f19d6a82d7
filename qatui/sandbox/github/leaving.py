"""Issues that leave: transferred to another repository, or deleted. The website does it, the API does not."""

from qatui.sandbox.github import editing, events
from qatui.sandbox.github.records import Comment, Issue, Repository, User
from qatui.sandbox.github.views import issues as views
from qatui.sandbox.github.views.repositories import whole
from qatui.sandbox.github.world import World


def transfer(world: World, issue: Issue, repository: Repository, actor: User) -> Issue:
    """Move an open or closed issue to another repository, where it gets a new number; asking for the old one is 301.

    Its comments, assignees and sub-issues go with it, and those labels that the other repository has too.
    https://docs.github.com/issues/tracking-your-work-with-issues/administering-issues/transferring-an-issue-to-another-repository
    """
    names = [world.labels[each].name for each in issue.label_ids]
    labels = [editing.label_named(world, repository, each) for each in names]
    people = [world.users[each] for each in issue.assignee_ids]
    made = world.add_issue(
        Issue(
            repository_id=repository.id,
            number=0,
            title=issue.title,
            body=issue.body,
            user_id=issue.user_id,
            state=issue.state,
            state_reason=issue.state_reason,
            label_ids=[each.id for each in labels if each],
            assignee_ids=[each.id for each in people if editing.assignable(world, repository, each)],
            created_at=issue.created_at,
            updated_at=world.now(),
            closed_at=issue.closed_at,
            closed_by_id=issue.closed_by_id,
        )
    )
    for each in world.comments.under(issue.id):
        more = {"user_id": each.user_id, "created_at": each.created_at, "updated_at": each.updated_at}
        world.comments.add(Comment(repository_id=repository.id, issue_id=made.id, body=each.body, **more))
    _hand_over(world, issue, made)
    issue.transferred_to = made.id
    events.record(world, made, "transferred", actor)
    events.touch(world, issue)
    here = world.repositories[issue.repository_id]
    new = {"new_issue": views.issue(world, made), "new_repository": whole(world, repository)}
    events.tell(world, issue, "transferred", actor, changes=new)
    old = {"old_issue": views.issue(world, issue), "old_repository": whole(world, here)}
    events.tell(world, made, "opened", actor, changes=old)
    return made


def delete(world: World, issue: Issue, actor: User) -> None:
    """Delete an issue: asking for it is 410 from now on."""
    events.tell(world, issue, "deleted", actor)
    issue.deleted = True
    _hand_over(world, issue, None)
    events.touch(world, issue)


def _hand_over(world: World, issue: Issue, heir: Issue | None) -> None:
    """Put `heir` where other issues name `issue`: above, below, blocking and blocked; None: nothing comes instead."""
    above = world.issues.get(issue.parent_id)
    if above is not None:
        _replace(world, above, above.sub_issue_ids, issue, heir)
    for each in issue.sub_issue_ids:
        world.issues[each].parent_id = heir.id if heir else None
        world.issues.save(world.issues[each])
    for each in issue.blocked_by_ids:
        _replace(world, world.issues[each], world.issues[each].blocking_ids, issue, heir)
    for each in issue.blocking_ids:
        _replace(world, world.issues[each], world.issues[each].blocked_by_ids, issue, heir)
    if heir is not None:
        heir.parent_id, heir.sub_issue_ids = issue.parent_id, issue.sub_issue_ids
        heir.blocked_by_ids, heir.blocking_ids = issue.blocked_by_ids, issue.blocking_ids
        world.issues.save(heir)
    issue.parent_id, issue.sub_issue_ids, issue.blocked_by_ids, issue.blocking_ids = None, [], [], []


def _replace(world: World, other: Issue, ids: list[int], issue: Issue, heir: Issue | None) -> None:
    at = ids.index(issue.id)
    ids[at : at + 1] = [] if heir is None else [heir.id]
    world.issues.save(other)
