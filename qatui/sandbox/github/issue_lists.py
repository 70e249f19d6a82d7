"""Which issues a list is asked for, and in what order. https://docs.github.com/rest/issues/issues#list-repository-issues"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from qatui.sandbox.github import editing
from qatui.sandbox.github.call import Call
from qatui.sandbox.github.records import Issue
from qatui.sandbox.github.world import World

Test = Callable[[Issue], bool]


def listed(call: Call) -> list[Issue]:
    """The repository's issues and pull requests that the query asks for; by default open ones, newest first."""
    tests = list(_tests(call))
    found = [each for each in call.world.issues.under(call.repository.id) if all(test(each) for test in tests)]
    sort = call.choice("sort", ("created", "updated", "comments"), "created")
    return ordered(call.world, found, sort, descending=call.query.get("direction") != "asc")


def ordered(world: World, issues: list[Issue], sort: str, *, descending: bool) -> list[Issue]:
    """Issues by when they were created or updated, or by the number of their comments; equals by number."""
    if sort == "comments":
        key = lambda each: (world.comments.count(each.id), each.id)  # noqa: E731
    elif sort == "updated":
        key = lambda each: (each.updated_at, each.id)  # noqa: E731
    else:
        key = lambda each: (each.created_at, each.id)  # noqa: E731
    return sorted(issues, key=key, reverse=descending)


def since(call: Call) -> int | None:
    """The moment of the parameter `since`; 422 where it is none."""
    text = call.query.get("since")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise editing.unknown("since", text) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _tests(call: Call) -> Iterator[Test]:
    """What an issue must pass, the cheapest first."""
    state = call.choice("state", ("open", "closed", "all"), "open")
    yield lambda each: not each.gone
    if state != "all":
        yield lambda each: each.state == state
    earliest = since(call)
    if earliest is not None:
        yield lambda each: each.updated_at >= earliest
    names = [each.strip() for each in call.query.get("labels", "").split(",") if each.strip()]
    if names:
        labels = [editing.label_named(call.world, call.repository, each) for each in names]
        ids = {each.id for each in labels if each}
        known = all(labels)
        yield lambda each: known and ids.issubset(each.label_ids)
    for name, test in (("creator", _by), ("assignee", _of), ("milestone", _in)):
        wanted = call.query.get(name)
        if wanted:
            yield test(call, wanted)
    mentioned = call.query.get("mentioned")
    if mentioned:
        spelled = re.compile(rf"@{re.escape(mentioned)}(?![\w-])", re.IGNORECASE)
        yield lambda each: spelled.search(each.body or "") is not None


def _user(call: Call, name: str, login: str) -> int:
    user = call.world.user(login)
    if user is None:
        raise editing.unknown(name, login)
    return user.id


def _by(call: Call, login: str) -> Test:
    author = _user(call, "creator", login)
    return lambda each: each.user_id == author


def _of(call: Call, login: str) -> Test:
    if login == "none":
        return lambda each: not each.assignee_ids
    if login == "*":
        return lambda each: bool(each.assignee_ids)
    person = _user(call, "assignee", login)
    return lambda each: person in each.assignee_ids


def _in(call: Call, number: str) -> Test:
    if number == "none":
        return lambda each: each.milestone_id is None
    if number == "*":
        return lambda each: each.milestone_id is not None
    for milestone in call.world.milestones.under(call.repository.id):
        if str(milestone.number) == number:
            wanted = milestone.id
            return lambda each: each.milestone_id == wanted
    raise editing.unknown("milestone", number)
