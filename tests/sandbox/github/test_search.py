"""Searching issues. https://docs.github.com/rest/search/search#search-issues-and-pull-requests"""

from typing import Any

import pytest

from qatui.sandbox.github.records import Issue
from qatui.sandbox.github.routes import search
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of

REPO = "/repos/acme/payments-api"
ISSUES = f"{REPO}/issues"


def find(github: Lookalike, q: str, login: str | None = "mira", **more: Any) -> list[int]:
    """The numbers of what is found in acme/payments-api."""
    with github.http(login) as http:
        answer = http.get("/search/issues", params={"q": f"repo:acme/payments-api {q}", **more})
    assert answer.status_code == 200, answer.text
    found = [each["number"] for each in answer.json()["items"]]
    assert answer.json()["total_count"] >= len(found)
    return found


@pytest.fixture(scope="module")
def one(github: Lookalike) -> int:
    """An issue with everything: `marker qatui-7f3a`."""
    with github.http() as http:
        http.post(f"{REPO}/milestones", json={"title": "Next release"})
        body = "<!-- qatui:item=7f3a --> The Total of an order; ask @kim. Über"
        more = {"labels": ["bug", "good first issue"], "assignees": ["robin"], "milestone": 1}
        made = http.post(ISSUES, json={"title": "Refund rounds wrongly", "body": body, **more})
        return int(made.json()["number"])


@pytest.fixture(scope="module")
def two(github: Lookalike, one: int) -> int:
    """A closed issue of kim's, which a comment of rita's says more about."""
    with github.http("kim") as http, github.http("rita") as rita:
        number = int(http.post(ISSUES, json={"title": "Refund of a refund"}).json()["number"])
        http.patch(f"{ISSUES}/{number}", json={"state": "closed", "state_reason": "not_planned"})
        rita.post(f"{ISSUES}/{number}/comments", json={"body": "the total is wrongly shown"})
    return number


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("refund", "12"),
        ("REFUND wrongly", "12"),
        ("refund wrongly in:title", "1"),
        ('"rounds wrongly"', "1"),
        ('"wrongly rounds"', ""),
        ("wrong", ""),
        ('"qatui:item=7f3a" in:body', "1"),
        ("qatui:item=7f3a", "1"),
        ("total in:body", "1"),
        ("total in:comments", "2"),
        ("über", "1"),
        ("refund -rounds", "2"),
        ("refund NOT rounds", "2"),
        ("refund is:open", "1"),
        ("refund state:closed", "2"),
        ("refund -state:closed", "1"),
        ("refund is:issue", "12"),
        ("refund is:pr", ""),
        ("refund label:BUG", "1"),
        ('refund label:bug label:"good first issue"', "1"),
        ("refund label:bug,nothing", "1"),
        ("refund label:bug label:nothing", ""),
        ("refund no:label", "2"),
        ("refund author:kim", "2"),
        ("refund author:@me", "1"),
        ("refund author:stranger", ""),
        ("refund assignee:robin", "1"),
        ("refund no:assignee", "2"),
        ("refund commenter:rita", "2"),
        ("refund mentions:kim", "1"),
        ('refund milestone:"next release"', "1"),
        ("refund no:milestone", "2"),
        ('refund reason:"not planned"', "2"),
        ("refund comments:>0", "2"),
        ("refund comments:0..0", "1"),
        ("refund created:>=2020-01-01", "12"),
        ("refund created:<2020-01-01T00:00:00Z", ""),
        ("refund closed:2020-01-01..*", "2"),
        ("refund created:nonsense", ""),
        ("refund user:acme org:ACME", "12"),
    ],
)
def test_a_search_finds_what_it_says(github: Lookalike, one: int, two: int, q: str, found: str) -> None:
    wanted = [{"1": one, "2": two}[each] for each in found]
    assert find(github, q, order="asc", sort="created") == wanted


def test_pull_requests_are_found_by_branch_and_by_what_became_of_them(github: Lookalike) -> None:
    path = opened(github)
    pull = pull_of(github, path)
    here = f"is:pr head:{pull.head_ref}"
    assert find(github, here) == find(github, f"{here} base:main is:open draft:false") == [pull.number]
    assert (
        find(github, f"{here} is:merged")
        == find(github, f"{here} base:other")
        == find(github, f"{here} is:draft")
        == []
    )
    pull.merged_at = github.world.now()
    github.world.pulls.save(pull)
    assert find(github, f"{here} is:merged merged:>2020-01-01") == [pull.number]
    assert find(github, f"{here} is:unmerged") == []


def test_a_search_needs_something_to_look_for(github: Lookalike) -> None:
    """GITHUB.md, Answers: 422 codes: missing."""
    with github.http() as http:
        for query in ({}, {"q": " "}):
            answer = http.get("/search/issues", params=query)
            assert answer.status_code == 422
            assert answer.json()["errors"] == [{"resource": "Search", "field": "q", "code": "missing"}]
        assert http.get("/search/issues", params={"q": "word " * 60}).status_code == 422


def test_what_one_may_not_see_is_not_found(github: Lookalike) -> None:
    """GITHUB.md, Answers: private without access is 404."""
    github.world.add_issue(Issue(repository_id=github.private.id, number=0, title="secretword", user_id=1))
    with github.http() as mira, github.http("rita") as rita, github.http(None) as nobody:
        assert mira.get("/search/issues", params={"q": "secretword"}).json()["total_count"] == 1
        for http in (rita, nobody):
            assert http.get("/search/issues", params={"q": "secretword"}).json()["total_count"] == 0
            refused = http.get("/search/issues", params={"q": "secretword repo:acme/ledger"})
            assert refused.status_code == 422
            assert "cannot be searched" in refused.json()["errors"][0]["message"]


def test_results_are_in_pages_and_the_first_thousand(github: Lookalike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 4)
    with github.http() as http:
        made = [http.post(ISSUES, json={"title": "manyword"}).json()["number"] for _ in range(5)]
        first = http.get("/search/issues", params={"q": "manyword", "per_page": 2})
        assert first.json()["total_count"] == 5
        assert first.links["last"]["url"].endswith("page=2")
        assert [each["number"] for each in first.json()["items"]] == made[:-3:-1]
        beyond = http.get("/search/issues", params={"q": "manyword", "per_page": 2, "page": 3})
    assert (beyond.status_code, beyond.json()["message"]) == (422, "Only the first 4 search results are available")
