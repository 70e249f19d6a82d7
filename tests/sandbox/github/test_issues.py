"""Issues: made, listed, shown, changed. https://docs.github.com/rest/issues/issues"""

import json
from typing import Any

import httpx
import pytest

from qatui.sandbox.github.answering import Asked, GitHub
from qatui.sandbox.github.records import Issue, Milestone, Pull
from tests.lookalike import Lookalike, found_world
from tests.opened import opened

REPO = "/repos/acme/payments-api"
ISSUES = f"{REPO}/issues"
REST = "https://docs.github.com/rest/issues"


def make(github: Lookalike, login: str = "mira", **more: Any) -> dict[str, Any]:
    """A new issue of `login`, as GitHub answers it."""
    with github.http(login) as http:
        made = http.post(ISSUES, json={"title": "Orders are lost", **more})
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = made.json()
    return shown


def change(github: Lookalike, number: int, login: str = "mira", **more: Any) -> httpx.Response:
    """PATCH of an issue."""
    with github.http(login) as http:
        return http.patch(f"{ISSUES}/{number}", json=more)


def get(github: Lookalike, path: str, login: str | None = "mira", **query: Any) -> Any:
    """What a GET answers."""
    with github.http(login) as http:
        answer = http.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(github: Lookalike, path: str = ISSUES, **query: Any) -> list[int]:
    """The numbers that a list has."""
    return [each["number"] for each in get(github, path, **query)]


def record(github: Lookalike, number: int) -> Issue:
    """The record of an issue."""
    found = github.world.issue(github.repository, number)
    assert found is not None
    return found


# -- making ----------------------------------------------------------------------------------------------------------


def test_an_issue_is_what_was_asked_for(github: Lookalike) -> None:
    made = make(
        github, body="See #1", labels=["Bug", "flaky", {"name": "flaky"}], assignees=["robin", {"login": "kim"}]
    )
    assert made == get(github, f"{ISSUES}/{made['number']}")
    assert [each["name"] for each in made["labels"]] == ["bug", "flaky"]
    assert [each["login"] for each in made["assignees"]] == ["robin", "kim"]
    assert made["assignee"]["login"] == "robin"
    assert (made["state"], made["state_reason"], made["closed_by"], made["comments"]) == ("open", None, None, 0)
    assert (made["author_association"], made["body"], made["locked"]) == ("MEMBER", "See #1", False)
    assert made["url"] == f"{github.url}{ISSUES}/{made['number']}"
    assert made["html_url"] == f"{github.url}/acme/payments-api/issues/{made['number']}"


def test_a_title_may_be_a_number(github: Lookalike) -> None:
    """GITHUB.md, Files here: `title` may be string or integer."""
    assert make(github, title=42)["title"] == "42"


def test_without_a_title_there_is_no_issue(github: Lookalike) -> None:
    """GITHUB.md, Answers: missing required field: `Invalid request.\\n\\n"title" wasn't supplied.` without errors[]."""
    with github.http() as http:
        answer = http.post(ISSUES, json={"body": "nothing to say"})
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "message": 'Invalid request.\n\n"title" wasn\'t supplied.',
            "documentation_url": f"{REST}/issues#create-an-issue",
            "status": "422",
        },
    )


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"title": "  "}, "title", "missing_field"),
        ({"title": "a" * 257}, "title", "custom"),
        ({"title": "a", "body": "a" * 65537}, "body", "custom"),
        ({"title": "a", "assignees": ["rita"]}, "assignees", "invalid"),
        ({"title": "a", "assignee": "nobody"}, "assignee", "invalid"),
        ({"title": "a", "assignee": "acme"}, "assignee", "invalid"),
        ({"title": "a", "milestone": 999}, "milestone", "invalid"),
        ({"title": "a", "labels": ["a" * 51]}, "name", "custom"),
        ({"title": "a", "labels": [""]}, "name", "missing_field"),
    ],
)
def test_what_no_issue_can_have_is_refused(github: Lookalike, body: dict[str, Any], field: str, code: str) -> None:
    """GITHUB.md, Answers: sizes: issue body 65,536 characters, title 256; over that 422."""
    before = len(numbers(github, state="all", per_page=100))
    with github.http() as http:
        answer = http.post(ISSUES, json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert len(numbers(github, state="all", per_page=100)) == before


def test_the_largest_title_and_body_are_taken(github: Lookalike) -> None:
    """GITHUB.md, Answers: sizes."""
    made = make(github, title="ä" * 256, body="ä" * 65536)
    assert (len(made["title"]), len(made["body"])) == (256, 65536)


def test_who_may_not_push_sets_neither_labels_nor_assignees(github: Lookalike) -> None:
    made = make(github, "rita", labels=["bug"], assignees=["robin"], milestone=999)
    assert (made["labels"], made["assignees"], made["milestone"]) == ([], [], None)
    changed = change(github, made["number"], "rita", title="Mine", labels=["bug"], assignees=["robin"])
    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["labels"], changed.json()["assignees"]) == ("Mine", [], [])
    assert made["author_association"] == "NONE"


def test_nobody_in_particular_makes_no_issue(github: Lookalike) -> None:
    """GITHUB.md, Answers: 401 `Requires authentication`."""
    with github.http(None) as http:
        answer = http.post(ISSUES, json={"title": "a"})
    assert (answer.status_code, answer.json()["message"]) == (401, "Requires authentication")


# -- changing --------------------------------------------------------------------------------------------------------


def test_closing_has_a_reason_and_reopening_is_one(github: Lookalike) -> None:
    """GITHUB.md, Answers: state_reason: completed, not_planned, duplicate, reopened, null."""
    number = make(github)["number"]
    closed = change(github, number, state="closed").json()
    assert (closed["state"], closed["state_reason"], closed["closed_by"]["login"]) == ("closed", "completed", "mira")
    assert closed["closed_at"] is not None
    opened_again = change(github, number, "robin", state="open").json()
    assert (opened_again["state"], opened_again["state_reason"]) == ("open", "reopened")
    assert (opened_again["closed_by"], opened_again["closed_at"]) == (None, None)
    for reason in ("not_planned", "duplicate"):
        assert change(github, number, state="closed", state_reason=reason).json()["state_reason"] == reason
        change(github, number, state="open")
    assert change(github, number, state="closed", state_reason=None).json()["state_reason"] == "completed"


def test_a_reason_without_a_state_changes_nothing(github: Lookalike) -> None:
    number = make(github)["number"]
    assert change(github, number, state_reason="not_planned").json()["state_reason"] is None


def test_only_what_is_given_changes(github: Lookalike) -> None:
    made = make(github, body="before", labels=["bug"], assignees=["robin"])
    changed = change(github, made["number"], title="After").json()
    assert {**changed, "title": made["title"], "updated_at": made["updated_at"]} == made
    emptied = change(github, made["number"], body=None, labels=[], assignee=None, milestone=None).json()
    assert (emptied["body"], emptied["labels"], emptied["assignees"]) == (None, [], [])


def test_a_wrong_part_leaves_the_whole_as_it_was(github: Lookalike) -> None:
    made = make(github)
    for more in ({"milestone": 999}, {"assignees": ["rita"]}, {"labels": ["x" * 51]}, {"body": "x" * 65537}):
        assert change(github, made["number"], title="other", state="closed", **more).status_code == 422
    assert get(github, f"{ISSUES}/{made['number']}") == made


def test_an_issue_is_its_authors_and_the_teams(github: Lookalike) -> None:
    number = make(github)["number"]
    refused = change(github, number, "rita", title="Mine")
    assert (refused.status_code, refused.json()["message"]) == (403, "Must have admin rights to Repository.")
    own = make(github, "rita")["number"]
    assert change(github, own, "rita", state="closed").json()["closed_by"]["login"] == "rita"


def test_changing_an_issue_moves_updated_at(github: Lookalike, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make(github)
    number, later = made["number"], github.world.now() + 100
    changes: list[dict[str, Any]] = [{"title": "b"}, {"body": "c"}, {"labels": ["bug"]}, {"state": "closed"}]
    for step, more in enumerate(changes):
        monkeypatch.setattr(github.world, "clock", lambda step=step: later + step)
        changed = change(github, number, **more).json()
        assert changed["created_at"] == made["created_at"]
        assert record(github, number).updated_at == later + step
    with github.http() as http:
        monkeypatch.setattr(github.world, "clock", lambda: later + 10)
        http.post(f"{ISSUES}/{number}/comments", json={"body": "said"})
    assert record(github, number).updated_at == later + 10
    monkeypatch.setattr(github.world, "clock", lambda: later + 20)
    change(github, number, title="b")
    assert record(github, number).updated_at == later + 10


def test_assignees_are_added_as_far_as_they_can(github: Lookalike) -> None:
    number = make(github, assignees=["robin"])["number"]
    with github.http() as http, github.http("rita") as rita:
        path = f"{ISSUES}/{number}/assignees"
        added = http.post(path, json={"assignees": ["kim", "rita", "nobody", "ROBIN"]})
        assert added.status_code == 201
        assert [each["login"] for each in added.json()["assignees"]] == ["robin", "kim"]
        ignored = rita.post(path, json={"assignees": ["mira"]})
        assert (ignored.status_code, len(ignored.json()["assignees"])) == (201, 2)
        rita.post(f"{ISSUES}/{number}/comments", json={"body": "I take it"})
        assert [each["login"] for each in http.post(path, json={"assignees": ["rita"]}).json()["assignees"]][2:] == [
            "rita"
        ]


# -- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_has_open_ones_first_the_newest(github: Lookalike) -> None:
    """GITHUB.md, Answers: state defaults to open."""
    label = "open-or-closed"
    one, two, three = (make(github, labels=[label])["number"] for _ in range(3))
    change(github, two, state="closed")
    assert numbers(github, labels=label) == [three, one]
    assert numbers(github, labels=label, state="closed") == [two]
    assert numbers(github, labels=label, state="all", direction="asc") == [one, two, three]
    assert numbers(github, labels=label, state="nonsense") == [three, one]


def test_labels_are_all_asked_for_whatever_their_case(github: Lookalike) -> None:
    """GITHUB.md, Answers: `labels=a,b` is AND, case-insensitive."""
    one = make(github, labels=["Area: Orders", "urgent"])["number"]
    two = make(github, labels=["area: orders"])["number"]
    assert numbers(github, labels="AREA: orders") == [two, one]
    assert numbers(github, labels="area: orders,URGENT") == [one]
    assert numbers(github, labels="urgent,no-such-label") == []


def test_a_list_has_pull_requests_too(github: Lookalike) -> None:
    """GITHUB.md, Answers: issues lists contain pull requests (key `pull_request`)."""
    number = int(opened(github).rpartition("/")[2])
    issue = make(github)["number"]
    shown = {each["number"]: each for each in get(github, ISSUES, per_page=100)}
    assert "pull_request" not in shown[issue]
    pull = shown[number]
    assert pull["pull_request"]["url"] == f"{github.url}{REPO}/pulls/{number}"
    assert pull["pull_request"]["diff_url"] == f"{github.url}/acme/payments-api/pull/{number}.diff"
    assert (pull["pull_request"]["merged_at"], pull["draft"]) == (None, False)
    assert pull == get(github, f"{ISSUES}/{number}")


def test_a_list_is_of_a_person_a_milestone_a_time(github: Lookalike) -> None:
    milestone = Milestone(repository_id=github.repository.id, number=77, title="77", creator_id=1)
    github.world.milestones.add(milestone)
    rest: dict[str, Any] = {"labels": "filters"}
    one = make(github, "kim", labels=["filters"], milestone=77, body="Ask @Robin, not @robinson")["number"]
    two = make(github, labels=["filters"], assignees=["robin"])["number"]
    assert numbers(github, creator="Kim", **rest) == [one]
    assert numbers(github, assignee="robin", **rest) == [two]
    assert numbers(github, assignee="none", **rest) == [one]
    assert numbers(github, assignee="*", **rest) == [two]
    assert numbers(github, milestone=77, **rest) == [one]
    assert numbers(github, milestone="*", **rest) == [one]
    assert numbers(github, milestone="none", **rest) == [two]
    assert numbers(github, mentioned="robin", **rest) == [one]
    assert numbers(github, mentioned="robi", **rest) == []
    github.world.issues.save(record(github, one)).updated_at = 1000
    assert numbers(github, since="1970-01-01T00:16:40Z", **rest) == [two, one]
    assert numbers(github, since="1970-01-01T01:16:41+01:00", **rest) == [two]


@pytest.mark.parametrize(
    ("name", "value"), [("since", "yesterday"), ("milestone", "999"), ("assignee", "nobody"), ("creator", "nobody")]
)
def test_a_list_of_what_there_is_not_is_refused(github: Lookalike, name: str, value: str) -> None:
    with github.http() as http:
        answer = http.get(ISSUES, params={name: value})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"value": value, "resource": "Issue", "field": name, "code": "invalid"}]


def test_a_list_has_an_order(github: Lookalike) -> None:
    rest = {"labels": "orders"}
    one, two, three = (make(github, labels=["orders"])["number"] for _ in range(3))
    for number, updated in ((one, 30), (two, 10), (three, 20)):
        github.world.issues.save(record(github, number)).updated_at = updated
    assert numbers(github, sort="updated", **rest) == [one, three, two]
    assert numbers(github, sort="updated", direction="asc", **rest) == [two, three, one]
    with github.http() as http:
        for number in (two, two, one):
            assert http.post(f"{ISSUES}/{number}/comments", json={"body": "said"}).status_code == 201
    assert numbers(github, sort="comments", **rest) == [two, one, three]


def test_pages_are_linked_as_githubs_are(github: Lookalike) -> None:
    """GITHUB.md, Answers: page 1 has next,last, the last page prev,first, no header when one page."""
    made = [make(github, labels=["paged"])["number"] for _ in range(5)]
    with github.http() as http:
        page, seen, rels = f"{ISSUES}?labels=paged&per_page=2", [], []
        while page:
            answer = http.get(page)
            seen += [each["number"] for each in answer.json()]
            rels.append(sorted(map(str, answer.links)))
            page = answer.links.get("next", {}).get("url", "")
        assert "Link" not in http.get(ISSUES, params={"labels": "paged"}).headers
    assert seen == made[::-1]
    assert rels == [["last", "next"], ["first", "last", "next", "prev"], ["first", "prev"]]


# -- pull requests as issues -----------------------------------------------------------------------------------------


def test_a_pull_request_is_changed_as_an_issue_too(github: Lookalike) -> None:
    path = opened(github)
    number = int(path.rpartition("/")[2])
    changed = change(github, number, labels=["bug"], assignees=["kim"], title="Better", state="closed").json()
    assert (changed["state"], changed["state_reason"], "pull_request" in changed) == ("closed", None, True)
    pull = get(github, path)
    assert (pull["title"], pull["state"], pull["assignee"]["login"]) == ("Better", "closed", "kim")
    assert [each["name"] for each in pull["labels"]] == ["bug"]
    assert change(github, number, state="open").json()["state_reason"] is None
    assert get(github, path)["state"] == "open"


# -- ten thousand ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (ISSUES, "per_page=100&state=all&sort=updated"),
        (ISSUES, "per_page=100&page=50&labels=bug&milestone=1&sort=comments"),
        ("/search/issues", "per_page=100&q=orders+lost"),
    ],
)
def test_a_page_of_ten_thousand_issues_is_but_a_page(thousands: GitHub, path: str, query: str) -> None:
    """How long it takes is measured by tests/benchmarks."""
    token = next(iter(thousands.world.tokens)).value
    asked = Asked("GET", path, query, {"authorization": f"Bearer {token}"})
    answer = thousands.answer(asked)
    assert answer.status == 200
    found = json.loads(answer.body)
    assert len(found["items"] if path == "/search/issues" else found) == 100
    assert answer.headers["Link"].count("rel=") >= 2


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> GitHub:
    """A look-alike with 10,000 issues, of which every third is a pull request."""
    world, repository, _ = found_world(tmp_path_factory.mktemp("thousands"))
    milestone = Milestone(repository_id=repository.id, number=1, title="v1", creator_id=2)
    world.milestones.add(milestone)
    bug = world.labels.under(repository.id)[0].id
    for n in range(10_000):
        issue = Issue(repository_id=repository.id, number=0, title=f"Orders are lost {n}", user_id=2, body="x " * 200)
        issue.label_ids, issue.assignee_ids, issue.milestone_id = [bug], [3, 4], milestone.id
        issue.created_at, issue.updated_at, issue.is_pull = n, n * 7919 % 10_007, n % 3 == 0
        world.add_issue(issue)
        if issue.is_pull:
            world.pulls.add(
                Pull(
                    repository_id=repository.id,
                    issue_id=issue.id,
                    number=issue.number,
                    head_repository_id=repository.id,
                    head_ref=f"topic/{n}",
                    head_sha="1" * 40,
                    base_ref="main",
                    base_sha="2" * 40,
                )
            )
    return GitHub(world)
