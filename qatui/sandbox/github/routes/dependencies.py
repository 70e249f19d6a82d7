"""What an issue is blocked by. https://docs.github.com/rest/issues/issue-dependencies"""

from msgspec import Struct

from qatui.sandbox.github import events
from qatui.sandbox.github.call import Answer, Call, Problem, Route, issue_of, not_found
from qatui.sandbox.github.records import Issue
from qatui.sandbox.github.views import issues as views

MOST = 50
"""Issues that one issue can be blocked by."""


class Blocking(Struct):
    """What blocks, by its id."""

    issue_id: int


def issue_by_id(call: Call, number: int) -> Issue:
    """An issue of any repository that the person sees, by id; 404 for none and for a pull request."""
    found = call.world.issues.get(number)
    if found is None or found.gone or found.is_pull:
        raise not_found()
    if call.role(call.world.repositories[found.repository_id]) is None:
        raise not_found()
    return found


def list_(call: Call) -> Answer:
    """What an issue is blocked by."""
    found = [call.world.issues[each] for each in issue_of(call).blocked_by_ids]
    shown = [each for each in found if call.role(call.world.repositories[each.repository_id]) is not None]
    return call.page(shown, lambda each: views.issue(call.world, each))


def add(call: Call) -> Answer:
    """Say that an issue waits for another."""
    issue = issue_of(call)
    other = issue_by_id(call, call.read(Blocking).issue_id)
    if other.id == issue.id:
        raise _refused("An issue cannot be blocked by itself")
    if other.id in issue.blocked_by_ids:
        raise _refused("Target issue has already been taken")
    if issue.id in other.blocked_by_ids:
        raise _refused("The target issue is already blocked by this issue")
    if len(issue.blocked_by_ids) >= MOST:
        raise _refused(f"An issue can be blocked by {MOST} others at most")
    issue.blocked_by_ids.append(other.id)
    other.blocking_ids.append(issue.id)
    events.record(call.world, issue, "blocked_by_added", call.who, issue_id=other.id)
    events.record(call.world, other, "blocking_added", call.who, issue_id=issue.id)
    return Answer(201, views.issue(call.world, issue), {"Location": views.issue_url(call.world, issue)})


def _refused(why: str) -> Problem:
    error = {"resource": "Issue", "field": "issue_id", "code": "invalid", "message": why}
    return Problem(422, "Validation Failed", [error])


_BLOCKED_BY = "/repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by"
_DOCS = "issues/issue-dependencies#"
ROUTES = (
    Route("GET", _BLOCKED_BY, list_, f"{_DOCS}list-dependencies-an-issue-is-blocked-by", grant="issues=read"),
    Route(
        "POST",
        _BLOCKED_BY,
        add,
        f"{_DOCS}add-a-dependency-an-issue-is-blocked-by",
        role="triage",
        grant="issues=write",
    ),
)
