"""Changing what an issue or a pull request says of itself: each change is on the timeline, and told to hooks."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from qatui.sandbox.github import events
from qatui.sandbox.github.call import Problem, invalid, role_of
from qatui.sandbox.github.records import Issue, Label, Milestone, Repository, User
from qatui.sandbox.github.views import issues as views
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.world import World

LONGEST_LABEL = 50
"""Characters of a label's name."""


def unknown(name: str, value: str | int) -> Problem:
    """422 for a `value` that nothing here has; it is repeated in the error."""
    return Problem(422, "Validation Failed", [{"value": value, "resource": "Issue", "field": name, "code": "invalid"}])


def open_issue(world: World, issue: Issue, actor: User) -> Issue:
    """Give a new issue its number and open it; what it has already, such as labels, is on its timeline too."""
    issue.created_at = world.now()
    world.add_issue(issue)
    events.touch(world, issue)
    events.tell(world, issue, "opened", actor)
    _note_labels(world, issue, "labeled", issue.label_ids, actor)
    _note_assignees(world, issue, "assigned", issue.assignee_ids, actor)
    _note_milestone(world, issue, "milestoned", issue.milestone_id, actor)
    events.refer(world, issue, issue.body, actor)
    return issue


def edit(
    world: World, issue: Issue, actor: User, *, title: str | None = None, body: str | UnsetType | None = UNSET
) -> None:
    """Take another title or body; nothing happens where both are as before."""
    changes: dict[str, Any] = {}
    if title is not None and title != issue.title:
        changes["title"] = {"from": issue.title}
        events.record(world, issue, "renamed", actor, rename={"from": issue.title, "to": title})
        issue.title = title
    if body is not UNSET and body != issue.body:
        changes["body"] = {"from": issue.body or ""}
        issue.body = body
        events.refer(world, issue, body, actor)
    if changes:
        events.touch(world, issue)
        events.tell(world, issue, "edited", actor, changes=changes)


def set_labels(world: World, issue: Issue, labels: Iterable[Label], actor: User) -> None:
    """Let an issue have these labels and no others."""
    wanted, before = _ids(labels), issue.label_ids
    issue.label_ids = [*(each for each in before if each in wanted), *(each for each in wanted if each not in before)]
    _note_labels(world, issue, "labeled", [each for each in wanted if each not in before], actor)
    _note_labels(world, issue, "unlabeled", [each for each in before if each not in wanted], actor)


def _note_labels(world: World, issue: Issue, event: str, ids: Sequence[int], actor: User) -> None:
    for each in ids:
        label = world.labels[each]
        events.record(world, issue, event, actor, label={"name": label.name, "color": label.color})
        events.tell(world, issue, event, actor, label=views.label(world, label))


def set_assignees(world: World, issue: Issue, people: Iterable[User], actor: User) -> None:
    """Let an issue be these people's and nobody else's."""
    wanted, before = _ids(people), issue.assignee_ids
    issue.assignee_ids = [
        *(each for each in before if each in wanted),
        *(each for each in wanted if each not in before),
    ]
    _note_assignees(world, issue, "assigned", [each for each in wanted if each not in before], actor)
    _note_assignees(world, issue, "unassigned", [each for each in before if each not in wanted], actor)


def _note_assignees(world: World, issue: Issue, event: str, ids: Sequence[int], actor: User) -> None:
    for each in ids:
        events.record(world, issue, event, actor, assignee_id=each)
        events.tell(world, issue, event, actor, assignee=simple_user(world, world.users[each]))


def set_milestone(world: World, issue: Issue, milestone: Milestone | None, actor: User) -> None:
    """Let an issue be of this milestone, or of none."""
    before, issue.milestone_id = issue.milestone_id, milestone.id if milestone else None
    if before != issue.milestone_id:
        _note_milestone(world, issue, "demilestoned", before, actor)
        _note_milestone(world, issue, "milestoned", issue.milestone_id, actor)


def _note_milestone(world: World, issue: Issue, event: str, number: int | None, actor: User) -> None:
    milestone = world.milestones.get(number)
    if milestone is not None:
        events.record(world, issue, event, actor, milestone=milestone.title)
        events.tell(world, issue, event, actor, milestone=views.milestone(world, milestone))


def _ids(records: Iterable[Label | User]) -> list[int]:
    """Each once, in order."""
    return list(dict.fromkeys(each.id for each in records))


def label_named(world: World, repository: Repository, name: str) -> Label | None:
    """The repository's label of this name, whatever its case."""
    wanted = name.casefold()
    return next((each for each in world.labels.under(repository.id) if each.name.casefold() == wanted), None)


def check_label_name(name: str) -> None:
    """Refuse a name that no label can have."""
    if not name:
        raise invalid("Label", "name", "missing_field")
    if len(name) > LONGEST_LABEL:
        raise invalid("Label", "name", "custom", f"name is too long (maximum is {LONGEST_LABEL} characters)")


def labels_named(world: World, repository: Repository, names: Iterable[str]) -> list[Label]:
    """The labels of these names, each once; those that the repository has not are made."""
    found = {}
    for name in names:
        label = label_named(world, repository, name)
        label = label or world.labels.add(Label(repository_id=repository.id, name=name))
        found[label.id] = label
    return list(found.values())


def assignable(world: World, repository: Repository, user: User, issue: Issue | None = None) -> bool:
    """Whether an issue can be somebody's: who may change it, and who commented on it.

    https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/assigning-issues-and-pull-requests-to-other-github-users
    """
    if user.type == "Organization":
        return False
    if role_of(world, repository, user) not in (None, "read"):
        return True
    return issue is not None and any(each.user_id == user.id for each in world.comments.under(issue.id))
