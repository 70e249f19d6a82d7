"""What happened to an issue, and what became of it. https://docs.github.com/rest/issues/timeline"""

from typing import Any

from qatui.sandbox.github import closing, leaving
from qatui.sandbox.github.records import Issue, Repository, User
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of, review

REPO = "/repos/acme/payments-api"
ISSUES = f"{REPO}/issues"


def make(github: Lookalike, repository: str = REPO, login: str = "mira", **more: Any) -> int:
    """The number of a new issue."""
    with github.http(login) as http:
        made = http.post(f"{repository}/issues", json={"title": "Orders are lost", **more})
    number: int = made.json()["number"]
    return number


def listed(github: Lookalike, path: str, login: str | None = "mira") -> list[dict[str, Any]]:
    """What a list has, all of it."""
    with github.http(login) as http:
        found: list[dict[str, Any]] = http.get(path, params={"per_page": 100}).json()
    return found


def issue(github: Lookalike, number: int, repository: Repository | None = None) -> Issue:
    """The record of an issue."""
    found = github.world.issue(repository or github.repository, number)
    assert found is not None
    return found


def user(github: Lookalike, login: str) -> User:
    """Somebody."""
    found = github.world.user(login)
    assert found is not None
    return found


def test_every_change_is_an_event(github: Lookalike) -> None:
    number = make(github, labels=["bug"], assignees=["robin"])
    path = f"{ISSUES}/{number}"
    with github.http() as http:
        milestone = http.post(f"{REPO}/milestones", json={"title": "v1"}).json()["number"]
        http.patch(path, json={"title": "Orders vanish", "milestone": milestone, "labels": [], "assignees": ["kim"]})
        http.patch(path, json={"state": "closed", "state_reason": "not_planned", "milestone": None})
        http.patch(path, json={"state": "open"})
    events = listed(github, f"{path}/events")
    assert [each["event"] for each in events] == [
        "labeled",
        "assigned",
        "assigned",
        "unassigned",
        "milestoned",
        "unlabeled",
        "renamed",
        "demilestoned",
        "closed",
        "reopened",
    ]
    by_kind = {each["event"]: each for each in events}
    assert by_kind["labeled"]["label"] == {"name": "bug", "color": "d73a4a"}
    assert (by_kind["unassigned"]["assignee"]["login"], by_kind["unassigned"]["assigner"]["login"]) == ("robin", "mira")
    assert by_kind["milestoned"]["milestone"] == {"title": "v1"}
    assert by_kind["renamed"]["rename"] == {"from": "Orders are lost", "to": "Orders vanish"}
    assert {each["actor"]["login"] for each in events} == {"mira"}
    timeline = listed(github, f"{path}/timeline")
    assert [each["id"] for each in timeline] == [each["id"] for each in events]
    assert timeline[8]["state_reason"] == "not_planned"


def test_a_timeline_has_what_was_said_and_where_it_was_mentioned(github: Lookalike) -> None:
    number = make(github)
    make(github, body=f"Like #{number}, `#{number}`")
    path = opened(github)
    with github.http("robin") as http:
        http.post(f"{ISSUES}/{number}/comments", json={"body": "I see"})
        http.patch(path, json={"body": "nothing"})
        for _ in range(2):
            http.post(f"{path.replace('/pulls/', '/issues/')}/comments", json={"body": f"as in #{number} and #9999"})
    timeline = listed(github, f"{ISSUES}/{number}/timeline")
    assert sorted(each["event"] for each in timeline) == ["commented", "cross-referenced", "cross-referenced"]
    sources = [each["source"]["issue"] for each in timeline if each["event"] == "cross-referenced"]
    assert [each["number"] for each in sources] == [number + 1, int(path.rpartition("/")[2])]
    assert ["pull_request" in each for each in sources] == [False, True]
    assert sources[0]["repository"]["full_name"] == "acme/payments-api"
    assert listed(github, f"{ISSUES}/{number}/events") == []


def test_a_mention_from_where_one_may_not_look_is_not_seen(github: Lookalike) -> None:
    """GITHUB.md, Answers: private without access is 404."""
    number = make(github)
    make(github, "/repos/acme/ledger", body=f"acme/payments-api#{number}")
    hidden = make(github, "/repos/acme/ledger")
    make(github, body=f"acme/ledger#{hidden}", login="rita")
    path = f"{ISSUES}/{number}/timeline"
    assert len(listed(github, path)) == 1
    assert listed(github, path, "rita") == listed(github, path, None) == []
    assert listed(github, f"/repos/acme/ledger/issues/{hidden}/timeline") == []


def test_a_pull_requests_timeline_has_commits_and_reviews(github: Lookalike) -> None:
    path = opened(github)
    review(github, "robin", path, "APPROVE", body="good")
    review(github, "kim", path, None, body="not said yet")
    timeline = listed(github, f"{path.replace('/pulls/', '/issues/')}/timeline")
    assert sorted(each["event"] for each in timeline) == ["committed", "reviewed"]
    by_kind = {each["event"]: each for each in timeline}
    assert by_kind["committed"]["sha"] == pull_of(github, path).head_sha
    assert (by_kind["reviewed"]["state"], by_kind["reviewed"]["user"]["login"]) == ("approved", "robin")


def test_what_a_merged_pull_request_closes_says_so(github: Lookalike) -> None:
    """GITHUB.md, Answers: closing keywords."""
    number = make(github)
    path = opened(github)
    pull, kim = pull_of(github, path), user(github, "kim")
    closed = closing.close_mentioned(
        github.world, github.repository, f"Closes #{number}", kim, commit_id=None, pull_number=pull.number
    )
    assert [each.number for each in closed] == [number]
    timeline = listed(github, f"{ISSUES}/{number}/timeline")
    assert [each["event"] for each in timeline] == ["cross-referenced", "closed"]
    assert timeline[0]["source"]["issue"]["number"] == pull.number
    with github.http() as http:
        shown = http.get(f"{ISSUES}/{number}").json()
    assert (shown["state_reason"], shown["closed_by"]["login"]) == ("completed", "kim")


# -- gone ------------------------------------------------------------------------------------------------------------


def test_a_deleted_issue_is_gone(github: Lookalike) -> None:
    """GITHUB.md, Answers: 404 gone or not visible, 410 deleted, 301 transferred."""
    number = make(github, labels=["short-lived"])
    leaving.delete(github.world, issue(github, number), user(github, "mira"))
    with github.http() as http:
        for method, path in (
            ("GET", ""),
            ("PATCH", ""),
            ("GET", "/comments"),
            ("POST", "/comments"),
            ("GET", "/timeline"),
        ):
            answer = http.request(method, f"{ISSUES}/{number}{path}", json={"body": "a"} if method != "GET" else None)
            assert (answer.status_code, answer.json()["message"]) == (410, "This issue was deleted")
        assert http.get(ISSUES, params={"labels": "short-lived", "state": "all"}).json() == []
        assert http.get(f"{ISSUES}/99999").status_code == 404


def test_a_transferred_issue_leads_on(github: Lookalike) -> None:
    """GITHUB.md, Answers: an issue's 301 means transferred: do not follow blindly."""
    above, blocked = make(github), make(github)
    number = make(github, labels=["bug", "only-here"], assignees=["robin"])
    old = issue(github, number)
    with github.http() as http:
        http.post(f"{ISSUES}/{number}/comments", json={"body": "taken along"})
        http.post(f"{ISSUES}/{above}/sub_issues", json={"sub_issue_id": old.id})
        http.post(f"{ISSUES}/{blocked}/dependencies/blocked_by", json={"issue_id": old.id})
        made = leaving.transfer(github.world, old, github.private, user(github, "mira"))
        answer = http.get(f"{ISSUES}/{number}")
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"{github.url}/repos/acme/ledger/issues/{made.number}"
        with github.http("rita") as rita:
            assert rita.get(f"{ISSUES}/{number}").status_code == 404
        shown = http.get(answer.headers["Location"]).json()
        assert ([each["name"] for each in shown["labels"]], shown["assignee"]["login"]) == (["bug"], "robin")
        comments = http.get(f"{answer.headers['Location']}/comments").json()
        assert [each["body"] for each in comments] == ["taken along"]
        assert [each["id"] for each in http.get(f"{ISSUES}/{above}/sub_issues").json()] == [made.id]
        assert [each["id"] for each in http.get(f"{ISSUES}/{blocked}/dependencies/blocked_by").json()] == [made.id]
        leaving.delete(github.world, made, user(github, "mira"))
        assert http.get(f"{ISSUES}/{above}/sub_issues").json() == []
        assert http.get(f"{ISSUES}/{blocked}").json()["issue_dependencies_summary"]["total_blocked_by"] == 0
