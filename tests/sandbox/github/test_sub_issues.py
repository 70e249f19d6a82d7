"""Issues inside issues, and issues that wait for others. https://docs.github.com/rest/issues/sub-issues"""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.lookalike import Lookalike
from tests.opened import opened

ISSUES = "/repos/acme/payments-api/issues"


@pytest.fixture
def issues(github: Lookalike) -> list[dict[str, Any]]:
    """Four new issues."""
    with github.http() as http:
        return [http.post(ISSUES, json={"title": title}).json() for title in ("above", "one", "two", "three")]


def path(issue: dict[str, Any]) -> str:
    """Where an issue is."""
    return f"{ISSUES}/{issue['number']}"


def add(http: httpx.Client, above: dict[str, Any], below: dict[str, Any], **more: Any) -> httpx.Response:
    """Put an issue below another."""
    return http.post(f"{path(above)}/sub_issues", json={"sub_issue_id": below["id"], **more})


def test_an_issue_has_parts_in_an_order(github: Lookalike, issues: list[dict[str, Any]]) -> None:
    above, one, two, three = issues
    with github.http() as http:
        for each in (one, two, three):
            added = add(http, above, each)
            assert (added.status_code, added.json()["id"]) == (201, above["id"])
        http.patch(path(two), json={"state": "closed"})

        def order() -> list[str]:
            return [each["title"] for each in http.get(f"{path(above)}/sub_issues").json()]

        assert order() == ["one", "two", "three"]
        assert http.get(path(above)).json()["sub_issues_summary"] == {
            "total": 3,
            "completed": 1,
            "percent_completed": 33,
        }
        assert http.get(f"{path(one)}/parent").json()["number"] == above["number"]
        assert http.get(path(one)).json()["parent_issue_url"] == above["url"]
        move = f"{path(above)}/sub_issues/priority"
        http.patch(move, json={"sub_issue_id": one["id"], "after_id": three["id"]})
        assert order() == ["two", "three", "one"]
        http.patch(move, json={"sub_issue_id": one["id"], "before_id": three["id"]})
        assert order() == ["two", "one", "three"]
        for wrong in ({}, {"after_id": one["id"]}, {"after_id": two["id"], "before_id": two["id"]}, {"after_id": 9**9}):
            assert http.patch(move, json={"sub_issue_id": one["id"], **wrong}).status_code == 422
        removed = http.request("DELETE", f"{path(above)}/sub_issue", json={"sub_issue_id": one["id"]})
        assert removed.json()["sub_issues_summary"]["total"] == 2
        assert http.get(f"{path(one)}/parent").status_code == 404
        events = [each["event"] for each in http.get(f"{path(one)}/timeline").json()]
    assert events == ["parent_issue_added", "parent_issue_removed"]


def test_an_issue_is_part_of_one_other_and_never_of_itself(github: Lookalike, issues: list[dict[str, Any]]) -> None:
    above, one, two, three = issues
    with github.http() as http:
        add(http, above, one)
        add(http, one, two)
        for parent, child in ((above, one), (three, one), (two, above), (one, one), (two, one)):
            assert add(http, parent, child).status_code == 422
        assert "Sub issue may only have one parent" in add(http, three, one).json()["message"]
        assert add(http, three, one, replace_parent=True).status_code == 201
        assert http.get(f"{path(above)}/sub_issues").json() == []
        pull = http.get(opened(github).replace("/pulls/", "/issues/")).json()
        assert add(http, above, pull).status_code == 404
        assert add(http, above, {"id": 10**9}).status_code == 404
        assert http.request("DELETE", f"{path(above)}/sub_issue", json={"sub_issue_id": one["id"]}).status_code == 404


def test_issues_are_nested_eight_levels_deep(github: Lookalike) -> None:
    with github.http() as http:
        chain = [http.post(ISSUES, json={"title": "a"}).json() for _ in range(10)]
        answers = [add(http, above, below).status_code for above, below in pairwise(chain)]
    assert answers == [201] * 8 + [422]


def test_an_issue_waits_for_others(github: Lookalike, issues: list[dict[str, Any]]) -> None:
    waiting, one, two, _ = issues
    blocked_by = f"{path(waiting)}/dependencies/blocked_by"
    with github.http() as http:
        for each in (one, two):
            assert http.post(blocked_by, json={"issue_id": each["id"]}).status_code == 201
        for wrong in (one, waiting):
            assert http.post(blocked_by, json={"issue_id": wrong["id"]}).status_code == 422
        assert http.post(f"{path(one)}/dependencies/blocked_by", json={"issue_id": waiting["id"]}).status_code == 422
        assert http.post(blocked_by, json={"issue_id": 10**9}).status_code == 404
        http.patch(path(two), json={"state": "closed"})
        assert [each["number"] for each in http.get(blocked_by).json()] == [one["number"], two["number"]]
        summary = http.get(path(waiting)).json()["issue_dependencies_summary"]
        assert summary == {"blocked_by": 1, "total_blocked_by": 2, "blocking": 0, "total_blocking": 0}
        assert http.get(path(one)).json()["issue_dependencies_summary"]["blocking"] == 1
        (event,) = http.get(f"{path(one)}/events").json()
    assert (event["event"], event["blocking"]["number"]) == ("blocking_added", waiting["number"])


def test_only_the_team_puts_issues_together(github: Lookalike, issues: list[dict[str, Any]]) -> None:
    above, one, _, _ = issues
    with github.http("rita") as http:
        assert add(http, above, one).status_code == 403
        assert http.post(f"{path(above)}/dependencies/blocked_by", json={"issue_id": one["id"]}).status_code == 403
        assert http.get(f"{path(above)}/sub_issues").json() == []


def test_an_issue_elsewhere_is_named_to_those_who_see_it(github: Lookalike, issues: list[dict[str, Any]]) -> None:
    """GITHUB.md, Answers: private without access is 404."""
    above = issues[0]
    with github.http() as http, github.http("rita") as rita:
        hidden = http.post("/repos/acme/ledger/issues", json={"title": "secret"}).json()
        add(http, above, hidden)
        http.post(f"{path(above)}/dependencies/blocked_by", json={"issue_id": hidden["id"]})
        for below in ("events", "timeline"):
            seen = http.get(f"{path(above)}/{below}").json()
            assert [each.get("sub_issue", each.get("blocked_by"))["title"] for each in seen] == ["secret"] * 2
            unseen = rita.get(f"{path(above)}/{below}").json()
            assert [each.get("sub_issue", each.get("blocked_by")) for each in unseen] == [None, None]
        for below in ("sub_issues", "dependencies/blocked_by"):
            assert len(http.get(f"{path(above)}/{below}").json()) == 1
            assert rita.get(f"{path(above)}/{below}").json() == []
