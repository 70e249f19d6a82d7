"""Milestones. https://docs.github.com/rest/issues/milestones"""

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from qatui.sandbox.github.call import Answer, Call, Route, invalid, not_found
from qatui.sandbox.github.records import Milestone
from qatui.sandbox.github.views import issues as views
from qatui.sandbox.github.views.people import simple_user

LONGEST_TITLE = 255


class New(Struct):
    """What a milestone is made of."""

    title: str
    state: Literal["open", "closed"] = "open"
    description: str | None = None
    due_on: datetime | None = None


def list_(call: Call) -> Answer:
    """The repository's milestones: by default open ones, the one due first before others."""
    state = call.choice("state", ("open", "closed", "all"), "open")
    found = [each for each in call.world.milestones.under(call.repository.id) if state in ("all", each.state)]
    descending = call.query.get("direction") == "desc"
    if call.choice("sort", ("due_on", "completeness"), "due_on") == "completeness":
        found.sort(key=lambda each: (_completeness(call, each), each.number), reverse=descending)
    else:
        found.sort(key=lambda each: (each.due_on or 0, each.number), reverse=descending)
        found.sort(key=lambda each: each.due_on is None)  # those with no day are last either way
    return call.page(found, lambda each: views.milestone(call.world, each))


def _completeness(call: Call, milestone: Milestone) -> float:
    """How much of a milestone is closed, 0 to 1."""
    opened, closed = views.milestone_counts(call.world, milestone)
    return closed / (opened + closed) if opened + closed else 0.0


def create(call: Call) -> Answer:
    """A new milestone, whose title no other has."""
    asked = call.read(New)
    title = asked.title.strip()
    there = call.world.milestones.under(call.repository.id)
    if not title:
        raise invalid("Milestone", "title", "missing_field")
    if len(title) > LONGEST_TITLE:
        raise invalid("Milestone", "title", "custom", f"title is too long (maximum is {LONGEST_TITLE} characters)")
    if any(each.title == title for each in there):
        raise invalid("Milestone", "title", "already_exists")
    now = call.world.now()
    made = call.world.milestones.add(
        Milestone(
            repository_id=call.repository.id,
            number=max((each.number for each in there), default=0) + 1,
            title=title,
            creator_id=call.who.id,
            description=asked.description,
            state=asked.state,
            due_on=_seconds(asked.due_on),
            created_at=now,
            updated_at=now,
            closed_at=now if asked.state == "closed" else None,
        )
    )
    shown = views.milestone(call.world, made)
    payload = {"action": "created", "milestone": shown, "sender": simple_user(call.world, call.who)}
    call.world.emit(call.repository, "milestone", payload)
    return Answer(201, shown, {"Location": shown["url"]})


def _seconds(due: datetime | None) -> int | None:
    if due is None:
        return None
    try:
        return int((due if due.tzinfo else due.replace(tzinfo=UTC)).astimezone(UTC).timestamp())
    except OverflowError:
        raise invalid("Milestone", "due_on", "invalid") from None


def get(call: Call) -> Answer:
    """One milestone, by its number."""
    number = call.number("milestone_number")
    for each in call.world.milestones.under(call.repository.id):
        if each.number == number:
            return Answer(200, views.milestone(call.world, each))
    raise not_found()


_MILESTONES = "/repos/{owner}/{repo}/milestones"
_DOCS = "issues/milestones#"
ROUTES = (
    Route("GET", _MILESTONES, list_, f"{_DOCS}list-milestones", grant="issues=read"),
    Route("POST", _MILESTONES, create, f"{_DOCS}create-a-milestone", role="triage", grant="issues=write"),
    Route("GET", f"{_MILESTONES}/{{milestone_number}}", get, f"{_DOCS}get-a-milestone", grant="issues=read"),
)
