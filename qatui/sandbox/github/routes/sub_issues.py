"""Issues inside issues. https://docs.github.com/rest/issues/sub-issues"""

from msgspec import Struct

from qatui.sandbox.github import events
from qatui.sandbox.github.call import Answer, Call, Problem, Route, issue_of, not_found
from qatui.sandbox.github.records import Issue, User
from qatui.sandbox.github.routes.dependencies import issue_by_id
from qatui.sandbox.github.views import issues as views
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.views.repositories import whole
from qatui.sandbox.github.world import World

MOST = 100
"""Sub-issues of one issue."""
DEEPEST = 8
"""Levels below an issue. https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues"""


class Added(Struct):
    """What is put below an issue, by its id."""

    sub_issue_id: int
    replace_parent: bool = False


class Removed(Struct):
    """What is taken out, by its id."""

    sub_issue_id: int


class Moved(Struct):
    """What goes where, by ids: after one, or before one."""

    sub_issue_id: int
    after_id: int | None = None
    before_id: int | None = None


def list_(call: Call) -> Answer:
    """An issue's sub-issues, in their order."""
    found = [call.world.issues[each] for each in issue_of(call).sub_issue_ids]
    shown = [each for each in found if call.role(call.world.repositories[each.repository_id]) is not None]
    return call.page(shown, lambda each: views.issue(call.world, each))


def parent(call: Call) -> Answer:
    """The issue that this one is a part of; 404 for none."""
    found = call.world.issues.get(issue_of(call).parent_id)
    if found is None or call.role(call.world.repositories[found.repository_id]) is None:
        raise not_found()
    return Answer(200, views.issue(call.world, found))


def add(call: Call) -> Answer:
    """Make another issue a part of this one."""
    above, asked = issue_of(call), call.read(Added)
    below = issue_by_id(call, asked.sub_issue_id)
    former = call.world.issues.get(below.parent_id)
    why = _why_not(call, above, below, replace=asked.replace_parent)
    if why is not None:
        message = f"An error occurred while adding the sub-issue to the parent issue. {why}"
        raise Problem(422, message)
    if former is not None:
        _part(call.world, former, below, call.who)
    below.parent_id = above.id
    above.sub_issue_ids.append(below.id)
    _note(call.world, above, below, "added", call.who)
    return Answer(201, views.issue(call.world, above), {"Location": views.issue_url(call.world, above)})


def _why_not(call: Call, above: Issue, below: Issue, *, replace: bool) -> str | None:
    """What is against making one issue a part of the other, in words; None where nothing is."""
    world = call.world
    owners = {world.repositories[each.repository_id].owner_id for each in (above, below)}
    if below.id in above.sub_issue_ids:
        return "Issue may not contain duplicate sub-issues and Sub issue may only have one parent"
    if below.parent_id is not None and not replace:
        return "Sub issue may only have one parent"
    if below.id in _ancestors(world, above):
        return "Sub issue cannot be an ancestor of the parent issue"
    if above.is_pull or len(owners) > 1:
        return "Parent must be an issue of the same owner"
    if len(above.sub_issue_ids) >= MOST:
        return f"Parent cannot have more than {MOST} sub-issues"
    if len(_ancestors(world, above)) + _depth(world, below) > DEEPEST:
        return f"Parent cannot have more than {DEEPEST} layers of sub-issues"
    return None


def _ancestors(world: World, issue: Issue) -> list[int]:
    """The issue itself, what it is a part of, and so on."""
    found, at = [issue.id], issue
    while at.parent_id is not None:
        at = world.issues[at.parent_id]
        found.append(at.id)
    return found


def _depth(world: World, issue: Issue) -> int:
    """Levels from the issue down, at least 1 less than it has with its sub-issues."""
    return max((1 + _depth(world, world.issues[each]) for each in issue.sub_issue_ids), default=0)


def remove(call: Call) -> Answer:
    """Make an issue no part of this one any more."""
    above, below = _both(call, call.read(Removed).sub_issue_id)
    _part(call.world, above, below, call.who)
    return Answer(200, views.issue(call.world, above), {"Location": views.issue_url(call.world, above)})


def move(call: Call) -> Answer:
    """Put a sub-issue after or before another one."""
    asked = call.read(Moved)
    above, below = _both(call, asked.sub_issue_id)
    target = asked.before_id if asked.after_id is None else asked.after_id
    if (asked.after_id is None) == (asked.before_id is None):
        raise Problem(422, "Validation Failed", ["Exactly one of after_id and before_id must be given"])
    if target == below.id or target not in above.sub_issue_ids:
        raise Problem(422, "Validation Failed", ["The other issue must be another sub-issue of the parent"])
    above.sub_issue_ids.remove(below.id)
    above.sub_issue_ids.insert(above.sub_issue_ids.index(target) + (asked.after_id is not None), below.id)
    events.touch(call.world, above)
    return Answer(200, views.issue(call.world, above))


def _both(call: Call, number: int) -> tuple[Issue, Issue]:
    above = issue_of(call)
    if number not in above.sub_issue_ids:
        raise not_found()
    return above, call.world.issues[number]


def _part(world: World, above: Issue, below: Issue, actor: User) -> None:
    above.sub_issue_ids.remove(below.id)
    below.parent_id = None
    _note(world, above, below, "removed", actor)


def _note(world: World, above: Issue, below: Issue, happened: str, actor: User) -> None:
    """Both timelines say it, and hooks of both repositories are told.

    https://docs.github.com/webhooks/webhook-events-and-payloads#sub_issues
    """
    events.record(world, above, f"sub_issue_{happened}", actor, issue_id=below.id)
    events.record(world, below, f"parent_issue_{happened}", actor, issue_id=above.id)
    of_above, of_below = world.repositories[above.repository_id], world.repositories[below.repository_id]
    payload = {
        "parent_issue_id": above.id,
        "parent_issue": views.issue(world, above),
        "sub_issue_id": below.id,
        "sub_issue": views.issue(world, below),
        "sender": simple_user(world, actor),
    }
    told = {"action": f"sub_issue_{happened}", "sub_issue_repo": whole(world, of_below), **payload}
    world.emit(of_above, "sub_issues", told)
    told = {"action": f"parent_issue_{happened}", "parent_issue_repo": whole(world, of_above), **payload}
    world.emit(of_below, "sub_issues", told)


_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
_DOCS = "issues/sub-issues#"
_WRITE = "issues=write"
ROUTES = (
    Route("GET", f"{_ISSUE}/parent", parent, f"{_DOCS}get-parent-issue", grant="issues=read"),
    Route("GET", f"{_ISSUE}/sub_issues", list_, f"{_DOCS}list-sub-issues", grant="issues=read"),
    Route("POST", f"{_ISSUE}/sub_issues", add, f"{_DOCS}add-sub-issue", role="triage", grant=_WRITE),
    Route("DELETE", f"{_ISSUE}/sub_issue", remove, f"{_DOCS}remove-sub-issue", role="triage", grant=_WRITE),
    Route(
        "PATCH", f"{_ISSUE}/sub_issues/priority", move, f"{_DOCS}reprioritize-sub-issue", role="triage", grant=_WRITE
    ),
)
