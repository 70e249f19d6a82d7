"""Searching issues and pull requests. https://docs.github.com/rest/search/search#search-issues-and-pull-requests"""

from typing import Any

from qatui.sandbox.github.call import Answer, Call, Problem, Route
from qatui.sandbox.github.issue_lists import ordered
from qatui.sandbox.github.records import Issue, Repository
from qatui.sandbox.github.search_query import LONGEST, Query, understood
from qatui.sandbox.github.views import issues as views

MOST = 1000
"""Results that can be seen of one search."""
_NOT_THERE = (
    "The listed users and repositories cannot be searched either because the resources do not exist "
    "or you do not have permission to view them."
)


def issues(call: Call) -> Answer:
    """Issues and pull requests of the repositories that one sees; the newest first where nothing else is asked."""
    text = call.query.get("q", "").strip()
    if not text:
        raise _refused("missing")
    query = understood(call.world, text, call.user)
    if len(query.words) > LONGEST:
        raise _refused("invalid", f"The search is longer than {LONGEST} characters.")
    found = [
        each
        for repository in _repositories(call, query)
        for each in call.world.issues.under(repository.id)
        if not each.gone and all(test(each) for test in query.tests)
    ]
    sort = call.choice("sort", ("created", "updated", "comments"), "created")
    found = ordered(call.world, found, sort, descending=call.query.get("order") != "asc")

    def wrap(rows: list[Any], shown: int) -> dict[str, Any]:
        if not rows and len(found) > shown:
            raise Problem(422, f"Only the first {MOST} search results are available")
        return {"total_count": len(found), "incomplete_results": False, "items": rows, "search_type": "lexical"}

    return call.page(found[:MOST], lambda each: _item(call, each), wrap)


def _item(call: Call, issue: Issue) -> dict[str, Any]:
    """`issue-search-result-item`."""
    shown = {**views.issue(call.world, issue), "score": 1.0}
    del shown["closed_by"]
    shown.pop("parent_issue_url", None)
    if shown["body"] is None:  # the description knows texts only
        del shown["body"]
    return shown


def _repositories(call: Call, query: Query) -> list[Repository]:
    """Where to look: what the query names, of what the person sees; 422 where nothing is left of it."""
    seen = [each for each in call.world.repositories if call.role(each) is not None]
    if not query.repositories and not query.owners:
        return seen
    named = []
    for each in seen:
        full_name = call.world.full_name(each).lower()
        if full_name in query.repositories or full_name.partition("/")[0] in query.owners:
            named.append(each)
    if not named:
        raise _refused("invalid", _NOT_THERE)
    return named


def _refused(code: str, message: str | None = None) -> Problem:
    error = {"resource": "Search", "field": "q", "code": code, **({"message": message} if message else {})}
    return Problem(422, "Validation Failed", [error])


ROUTES = (Route("GET", "/search/issues", issues, "search/search#search-issues-and-pull-requests"),)
