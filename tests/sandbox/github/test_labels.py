"""Labels and milestones. https://docs.github.com/rest/issues/labels"""

from typing import Any

import pytest

from tests.lookalike import Lookalike

REPO = "/repos/acme/payments-api"
ISSUES = f"{REPO}/issues"


@pytest.fixture
def labels(github: Lookalike) -> str:
    """The path of the labels of a new issue, which has `bug`."""
    with github.http() as http:
        made = http.post(ISSUES, json={"title": "Orders are lost", "labels": ["bug"]}).json()
    return f"{ISSUES}/{made['number']}/labels"


def names(answer: Any) -> list[str]:
    """The labels' names."""
    return [each["name"] for each in answer.json()]


def test_labels_are_added_and_unknown_ones_are_made(github: Lookalike, labels: str) -> None:
    with github.http() as http:
        assert names(http.post(labels, json={"labels": ["BUG", "new: here"]})) == ["bug", "new: here"]
        assert names(http.post(labels, json={"labels": [{"name": "question"}]})) == ["bug", "new: here", "question"]
        assert names(http.post(labels, json=["wontfix"])) == ["bug", "new: here", "question", "wontfix"]
        assert names(http.get(labels, params={"per_page": 2})) == ["bug", "new: here"]
        (made,) = (each for each in http.get(f"{REPO}/labels").json() if each["name"] == "new: here")
    assert (made["color"], made["default"], made["description"]) == ("ededed", False, None)
    assert made["url"] == f"{github.url}{REPO}/labels/new%3A%20here"


def test_a_label_is_where_its_url_says(github: Lookalike) -> None:
    """https://docs.github.com/rest/issues/labels#get-a-label: also where its name wants quoting."""
    with github.http("robin") as http:
        made = http.post(f"{REPO}/labels", json={"name": "of: one/two"})
        assert http.get(made.headers["location"]).json() == made.json()
        absent = http.get(f"{REPO}/labels/none")
        assert (absent.status_code, absent.json()["message"]) == (404, "Not Found")


def test_labels_are_replaced_and_taken_away(github: Lookalike, labels: str) -> None:
    with github.http() as http:
        assert names(http.put(labels, json={"labels": ["wontfix", "a/b c", "question"]})) == [
            "wontfix",
            "a/b c",
            "question",
        ]
        assert names(http.delete(f"{labels}/a%2Fb%20c")) == ["wontfix", "question"]
        absent = http.delete(f"{labels}/bug")
        assert (absent.status_code, absent.json()["message"]) == (404, "Label does not exist")
        assert names(http.delete(f"{labels}/WontFix")) == ["question"]
        assert names(http.put(labels, json={"labels": []})) == []


def test_only_the_team_labels(github: Lookalike, labels: str) -> None:
    with github.http("rita") as http:
        assert http.post(labels, json={"labels": ["question"]}).status_code == 403
        assert http.delete(f"{labels}/bug").status_code == 403
        assert http.post(f"{REPO}/labels", json={"name": "mine"}).status_code == 403
        assert names(http.get(labels)) == ["bug"]


def test_a_label_is_made_once(github: Lookalike) -> None:
    """GITHUB.md, Answers: 422 codes: already_exists."""
    with github.http() as http:
        made = http.post(f"{REPO}/labels", json={"name": "test: api", "color": "AbCdEf", "description": "about"})
        assert (made.status_code, made.json()["color"]) == (201, "abcdef")
        again = http.post(f"{REPO}/labels", json={"name": "Test: API"})
    assert again.status_code == 422
    assert again.json()["errors"] == [{"resource": "Label", "field": "name", "code": "already_exists"}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "x", "color": "#ff0000"}, "color"),
        ({"name": "x", "color": "red"}, "color"),
        ({"name": "x", "description": "d" * 101}, "description"),
    ],
)
def test_what_no_label_can_be_is_refused(github: Lookalike, body: dict[str, str], field: str) -> None:
    with github.http() as http:
        answer = http.post(f"{REPO}/labels", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


# -- milestones ------------------------------------------------------------------------------------------------------


def test_a_milestone_counts_its_issues(github: Lookalike) -> None:
    with github.http() as http:
        made = http.post(f"{REPO}/milestones", json={"title": "v1", "due_on": "2027-01-31T08:00:00+08:00"})
        assert made.status_code == 201
        milestone = made.json()
        assert (milestone["due_on"], milestone["open_issues"]) == ("2027-01-31T00:00:00Z", 0)
        path = milestone["url"]
        first = http.post(ISSUES, json={"title": "a", "milestone": milestone["number"]}).json()
        http.post(ISSUES, json={"title": "b", "milestone": str(milestone["number"])})
        assert (first["milestone"]["title"], first["milestone"]["open_issues"]) == ("v1", 1)
        http.patch(f"{ISSUES}/{first['number']}", json={"state": "closed"})
        shown = http.get(path).json()
        assert (shown["open_issues"], shown["closed_issues"]) == (1, 1)
        http.patch(f"{ISSUES}/{first['number']}", json={"milestone": None})
        assert http.get(path).json()["closed_issues"] == 0
        assert http.get(f"{REPO}/milestones/999").status_code == 404


def test_milestones_are_listed_by_what_is_due_first(github: Lookalike) -> None:
    days = {"late": "2029-02-01T00:00:00Z", "soon": "2029-01-01T00:00:00Z", "never": None}
    with github.http() as http:
        for title, due in days.items():
            http.post(f"{REPO}/milestones", json={"title": title, **({"due_on": due} if due else {})})
        http.post(f"{REPO}/milestones", json={"title": "gone", "state": "closed"})
        numbers = {each["title"]: each["number"] for each in http.get(f"{REPO}/milestones").json()}
        done = http.post(ISSUES, json={"title": "a", "milestone": numbers["late"]}).json()["number"]
        http.patch(f"{ISSUES}/{done}", json={"state": "closed"})

        def listed(**query: str) -> list[str]:
            shown = http.get(f"{REPO}/milestones", params=query).json()
            return [each["title"] for each in shown if each["title"] in (*days, "gone")]

        assert listed() == ["soon", "late", "never"]
        assert listed(direction="desc") == ["late", "soon", "never"]
        assert listed(state="closed") == ["gone"]
        assert listed(sort="completeness", direction="desc")[0] == "late"


@pytest.mark.parametrize(
    ("body", "code"),
    [({"title": "taken"}, "already_exists"), ({"title": ""}, "missing_field"), ({"title": "x" * 256}, "custom")],
)
def test_what_no_milestone_can_be_is_refused(github: Lookalike, body: dict[str, str], code: str) -> None:
    with github.http() as http:
        http.post(f"{REPO}/milestones", json={"title": "taken"})
        answer = http.post(f"{REPO}/milestones", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
        wrong = http.post(f"{REPO}/milestones", json={"title": "when", "due_on": "0001-01-01T00:00:00+14:00"})
        assert wrong.status_code == 422
