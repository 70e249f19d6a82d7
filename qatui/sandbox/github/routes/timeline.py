"""An issue's events and its timeline. https://docs.github.com/rest/issues/timeline"""

from functools import partial

from qatui.sandbox.github.call import Answer, Call, Route, issue_of
from qatui.sandbox.github.records import Issue
from qatui.sandbox.github.views import timeline as views


def list_events(call: Call) -> Answer:
    """What happened to an issue, oldest first."""
    sees = partial(_sees, call)
    return call.page(views.events(call.world, issue_of(call)), lambda each: views.event(call.world, each, sees))


def list_timeline(call: Call) -> Answer:
    """The same with comments, references, commits and reviews."""
    return call.page(views.timeline(call.world, issue_of(call), partial(_sees, call)), lambda shown: shown())


def _sees(call: Call, other: Issue) -> bool:
    return call.role(call.world.repositories[other.repository_id]) is not None and not other.gone


_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
ROUTES = (
    Route("GET", f"{_ISSUE}/events", list_events, "issues/events#list-issue-events", grant="issues=read"),
    Route(
        "GET",
        f"{_ISSUE}/timeline",
        list_timeline,
        "issues/timeline#list-timeline-events-for-an-issue",
        grant="issues=read",
    ),
)
