"""Labels: the repository's, and an issue's. https://docs.github.com/rest/issues/labels"""

import re

from msgspec import Struct

from qatui.sandbox.github import editing
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, issue_of, not_found
from qatui.sandbox.github.records import Issue, Label
from qatui.sandbox.github.routes.issues import Labels, labels_of
from qatui.sandbox.github.views import issues as views
from qatui.sandbox.github.views.people import simple_user

LONGEST_DESCRIPTION = 100
"""Characters."""
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")


class New(Struct):
    """What a label is made of."""

    name: str
    color: str = "ededed"
    description: str | None = None


class Names(Struct):
    """Labels as an object; GitHub takes a bare array too."""

    labels: Labels = []


def list_(call: Call) -> Answer:
    """The repository's labels."""
    return call.page(call.world.labels.under(call.repository.id), lambda each: views.label(call.world, each))


def one(call: Call) -> Answer:
    """One label of the repository, by name: where every label's `url` leads."""
    found = editing.label_named(call.world, call.repository, call.params["name"])
    if found is None:
        raise not_found()
    return Answer(200, views.label(call.world, found))


def create(call: Call) -> Answer:
    """A new label of the repository."""
    asked = call.read(New)
    name = asked.name.strip()
    editing.check_label_name(name)
    if not _COLOR.fullmatch(asked.color):
        raise invalid("Label", "color", "invalid")
    if asked.description is not None and len(asked.description) > LONGEST_DESCRIPTION:
        message = f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
        raise invalid("Label", "description", "custom", message)
    if editing.label_named(call.world, call.repository, name) is not None:
        raise invalid("Label", "name", "already_exists")
    made = call.world.labels.add(
        Label(repository_id=call.repository.id, name=name, color=asked.color.lower(), description=asked.description)
    )
    shown = views.label(call.world, made)
    payload = {"action": "created", "label": shown, "sender": simple_user(call.world, call.who)}
    call.world.emit(call.repository, "label", payload)
    return Answer(201, shown, {"Location": shown["url"]})


def list_of_issue(call: Call) -> Answer:
    """An issue's labels."""
    return call.page(_of(call, issue_of(call)), lambda each: views.label(call.world, each))


def add(call: Call) -> Answer:
    """Give an issue more labels; one that the repository has not is made."""
    issue = issue_of(call)
    return _set(call, issue, [*_of(call, issue), *_asked(call)])


def replace(call: Call) -> Answer:
    """Give an issue these labels only."""
    return _set(call, issue_of(call), _asked(call))


def remove(call: Call) -> Answer:
    """Take a label from an issue; 404 for one that it has not."""
    issue = issue_of(call)
    label = editing.label_named(call.world, call.repository, call.params["name"])
    if label is None or label.id not in issue.label_ids:
        raise Problem(404, "Label does not exist")
    return _set(call, issue, [each for each in _of(call, issue) if each.id != label.id])


def _asked(call: Call) -> list[Label]:
    body = call.read(Names | Labels)  # type: ignore[arg-type]
    return labels_of(call, body.labels if isinstance(body, Names) else body)


def _of(call: Call, issue: Issue) -> list[Label]:
    return [call.world.labels[each] for each in issue.label_ids]


def _set(call: Call, issue: Issue, labels: list[Label]) -> Answer:
    editing.set_labels(call.world, issue, labels, call.who)
    return Answer(200, views.labels(call.world, issue))


_LABELS = "/repos/{owner}/{repo}/labels"
_OF_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/labels"
_DOCS = "issues/labels#"
_WRITE = "issues=write"
ROUTES = (
    Route("GET", _LABELS, list_, f"{_DOCS}list-labels-for-a-repository", grant="issues=read"),
    Route("POST", _LABELS, create, f"{_DOCS}create-a-label", role="write", grant=_WRITE),
    Route("GET", f"{_LABELS}/{{name}}", one, f"{_DOCS}get-a-label", grant="issues=read"),
    Route("GET", _OF_ISSUE, list_of_issue, f"{_DOCS}list-labels-for-an-issue", grant="issues=read"),
    Route("POST", _OF_ISSUE, add, f"{_DOCS}add-labels-to-an-issue", role="triage", grant=_WRITE),
    Route("PUT", _OF_ISSUE, replace, f"{_DOCS}set-labels-for-an-issue", role="triage", grant=_WRITE),
    Route(
        "DELETE", f"{_OF_ISSUE}/{{name}}", remove, f"{_DOCS}remove-a-label-from-an-issue", role="triage", grant=_WRITE
    ),
)
