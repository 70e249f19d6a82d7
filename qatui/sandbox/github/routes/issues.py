"""Issues, which pull requests are too. https://docs.github.com/rest/issues/issues"""

from collections.abc import Sequence
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from qatui.sandbox.github import closing, editing, pull_states
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, issue_of
from qatui.sandbox.github.issue_lists import listed
from qatui.sandbox.github.records import Issue, Label, Milestone, User
from qatui.sandbox.github.routes.pulls import check_reopening
from qatui.sandbox.github.views import issues as views

LONGEST_TITLE = 256
LONGEST_BODY = 65536
"""Characters (GITHUB.md, Answers)."""
MOST_ASSIGNEES = 10


class Named(Struct):
    """A label, as an object."""

    name: str


class Person(Struct):
    """Somebody, as an object."""

    login: str


Text = str | int
Labels = list[str | Named]
People = list[str | Person]


class New(Struct):
    """What an issue is made of."""

    title: Text
    body: str | None = None
    assignee: str | None = None
    assignees: People | None = None
    milestone: Text | None = None
    labels: Labels | None = None


class Changed(Struct):
    """What may be changed of one; what is not there stays."""

    title: Text | None = None
    body: str | UnsetType | None = UNSET
    state: Literal["open", "closed"] | None = None
    state_reason: Literal["completed", "not_planned", "duplicate", "reopened"] | None = None
    assignee: str | UnsetType | None = UNSET
    assignees: People | UnsetType | None = UNSET
    milestone: Text | UnsetType | None = UNSET
    labels: Labels | UnsetType | None = UNSET


class Added(Struct):
    """Who is added."""

    assignees: People = []


def list_(call: Call) -> Answer:
    """The repository's issues and pull requests."""
    return call.page(listed(call), lambda each: views.issue(call.world, each))


def create(call: Call) -> Answer:
    """Open an issue; what only people with push access may set is dropped silently for others."""
    asked = call.read(New)
    title = _title(asked.title)
    check_body(asked.body)
    issue = Issue(repository_id=call.repository.id, number=0, title=title, body=asked.body, user_id=call.who.id)
    if call.may("triage"):
        people = _assignees(call, asked.assignees or [], asked.assignee, None)
        milestone = _milestone(call, asked.milestone)
        issue.assignee_ids = [each.id for each in people]
        issue.milestone_id = milestone.id if milestone else None
        issue.label_ids = [each.id for each in labels_of(call, asked.labels or [])]
    editing.open_issue(call.world, issue, call.who)
    return Answer(201, views.issue(call.world, issue), {"Location": views.issue_url(call.world, issue)})


def get(call: Call) -> Answer:
    """One issue."""
    return Answer(200, views.issue(call.world, issue_of(call)))


def update(call: Call) -> Answer:
    """Change an issue: its author may, and people with push access, who alone may set labels and such."""
    issue, asked = issue_of(call), call.read(Changed)
    if not (call.may("triage") or issue.user_id == call.who.id):
        raise Problem(403, "Must have admin rights to Repository.")
    title = None if asked.title is None else _title(asked.title)
    check_body(None if asked.body is UNSET else asked.body)
    pull = call.world.pull(call.repository, issue.number) if issue.is_pull else None
    if pull is not None and asked.state == "open" and issue.state == "closed":
        check_reopening(call, pull)
    if call.may("triage"):
        _place(call, issue, asked)
    editing.edit(call.world, issue, call.who, title=title, body=asked.body)
    if asked.state not in (None, issue.state):
        _set_state(call, issue, asked)
    return Answer(200, views.issue(call.world, issue))


def _place(call: Call, issue: Issue, asked: Changed) -> None:
    """Set assignees, milestone and labels, once all of them are known to be right."""
    people, milestone = None, None
    if asked.assignees is not UNSET or asked.assignee is not UNSET:
        one = None if asked.assignee is UNSET else asked.assignee
        people = _assignees(call, [] if asked.assignees is UNSET else asked.assignees or [], one, issue)
    if asked.milestone is not UNSET:
        milestone = _milestone(call, asked.milestone)
    labels = None if asked.labels is UNSET else labels_of(call, asked.labels or [])
    if people is not None:
        editing.set_assignees(call.world, issue, people, call.who)
    if asked.milestone is not UNSET:
        editing.set_milestone(call.world, issue, milestone, call.who)
    if labels is not None:
        editing.set_labels(call.world, issue, labels, call.who)


def _set_state(call: Call, issue: Issue, asked: Changed) -> None:
    pull = call.world.pull(call.repository, issue.number) if issue.is_pull else None
    if asked.state == "closed":
        why = asked.state_reason
        reason: closing.Reason = "completed" if why is None or why == "reopened" else why
        if pull is not None:
            pull_states.close(call.world, pull, call.who)
        else:
            closing.close(call.world, issue, call.who, reason)
    elif pull is not None:
        pull_states.reopen(call.world, pull, call.who)
    else:
        closing.reopen(call.world, issue, call.who)


def add_assignees(call: Call) -> Answer:
    """Make an issue somebody's too; who cannot have it is left out, and so is all for people without push access."""
    issue, asked = issue_of(call), call.read(Added)
    before = [call.world.users[each] for each in issue.assignee_ids]
    found = [call.world.user(each) for each in _logins(asked.assignees)]
    more = [each for each in found if each and editing.assignable(call.world, call.repository, each, issue)]
    if call.may("triage"):
        editing.set_assignees(call.world, issue, [*before, *more][: max(MOST_ASSIGNEES, len(before))], call.who)
    return Answer(201, views.issue(call.world, issue))


def _title(given: Text) -> str:
    """A title that is not empty and not too long."""
    title = str(given).strip()
    if not title:
        raise invalid("Issue", "title", "missing_field")
    if len(title) > LONGEST_TITLE:
        raise invalid("Issue", "title", "custom", f"title is too long (maximum is {LONGEST_TITLE} characters)")
    return title


def check_body(body: str | None) -> None:
    """Refuse a body that is too long."""
    if body is not None and len(body) > LONGEST_BODY:
        raise invalid("Issue", "body", "custom", f"body is too long (maximum is {LONGEST_BODY} characters)")


def _logins(people: People) -> list[str]:
    return [each if isinstance(each, str) else each.login for each in people]


def _assignees(call: Call, people: People, one: str | None, issue: Issue | None) -> list[User]:
    """Who an issue is to belong to; 422 for somebody who cannot have it. `assignee` is the older way to name one."""
    found = {}
    for name, login in [*(("assignees", each) for each in _logins(people)), *([("assignee", one)] if one else [])]:
        user = call.world.user(login)
        if user is None or not editing.assignable(call.world, call.repository, user, issue):
            raise editing.unknown(name, login)
        found[user.id] = user
    return list(found.values())[:MOST_ASSIGNEES]


def _milestone(call: Call, number: Text | None) -> Milestone | None:
    """The milestone of this number; none for null and for an empty string; 422 where it is not there."""
    if number is None or number == "":
        return None
    for each in call.world.milestones.under(call.repository.id):
        if str(each.number) == str(number):
            return each
    raise editing.unknown("milestone", number)


def labels_of(call: Call, names: Sequence[str | Named]) -> list[Label]:
    """The labels of these names, made where they are new; 422 for a name that no label can have."""
    wanted = [(each if isinstance(each, str) else each.name).strip() for each in names]
    for each in wanted:
        editing.check_label_name(each)
    return editing.labels_named(call.world, call.repository, wanted)


_ISSUES = "/repos/{owner}/{repo}/issues"
_ISSUE = _ISSUES + "/{issue_number}"
_ASSIGNEES = _ISSUE + "/assignees"
_DOCS = "issues/issues#"
ROUTES = (
    Route("GET", _ISSUES, list_, f"{_DOCS}list-repository-issues", grant="issues=read"),
    Route("POST", _ISSUES, create, f"{_DOCS}create-an-issue", grant="issues=write"),
    Route("GET", _ISSUE, get, f"{_DOCS}get-an-issue", grant="issues=read"),
    Route("PATCH", _ISSUE, update, f"{_DOCS}update-an-issue", grant="issues=write"),
    Route("POST", _ASSIGNEES, add_assignees, "issues/assignees#add-assignees-to-an-issue", grant="issues=write"),
)
