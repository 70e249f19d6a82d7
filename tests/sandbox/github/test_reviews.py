"""Reviews: who may say what, what counts, what becomes of it. https://docs.github.com/rest/pulls/reviews"""

from typing import Any

import pytest

from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import Rules
from tests.conftest import run_git
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of, review


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("APPROVE", "Can not approve your own pull request"),
        ("REQUEST_CHANGES", "Can not request changes on your own pull request"),
    ],
)
def test_nobody_judges_their_own_pull_request(github: Lookalike, event: str, words: str) -> None:
    """GITHUB.md, Answers: nobody can approve their own pull request (422): comment instead and say so."""
    path = opened(github)
    refused = review(github, "mira", path, event, body="good")
    assert (refused.status_code, refused.json()["errors"]) == (422, [words])
    assert review(github, "mira", path, "COMMENT", body="good").json()["state"] == "COMMENTED"


def test_a_person_has_one_pending_review(github: Lookalike) -> None:
    """GITHUB.md, Answers: one pending review per person: reuse it."""
    path = opened(github)
    first = review(github, "robin", path, None, body="to be said").json()
    assert (first["state"], "submitted_at" in first) == ("PENDING", False)
    for event in (None, "COMMENT"):
        again = review(github, "robin", path, event, body="more")
        assert (again.status_code, again.json()["errors"]) == (
            422,
            ["User can only have one pending review per pull request"],
        )
    with github.http("robin") as robin, github.http("kim") as kim:
        assert [each["id"] for each in robin.get(f"{path}/reviews").json()] == [first["id"]]
        assert kim.get(f"{path}/reviews").json() == []
        assert kim.get(f"{path}/reviews/{first['id']}").status_code == 404
        done = robin.post(f"{path}/reviews/{first['id']}/events", json={"event": "APPROVE"})
        assert (done.json()["state"], done.json()["body"]) == ("APPROVED", "to be said")
        assert [each["state"] for each in kim.get(f"{path}/reviews").json()] == ["APPROVED"]
        again = robin.post(f"{path}/reviews/{first['id']}/events", json={"event": "APPROVE"})
        assert again.status_code == 422


@pytest.mark.parametrize("event", ["COMMENT", "REQUEST_CHANGES"])
def test_an_empty_review_is_refused(github: Lookalike, event: str) -> None:
    """GITHUB.md, Answers: an empty review is 422: skip it."""
    path = opened(github)
    for body in ({}, {"body": "  "}):
        assert review(github, "robin", path, event, **body).status_code == 422
    assert review(github, "robin", path, "APPROVE").status_code == 200


def test_a_review_of_a_foreign_commit_is_refused(github: Lookalike) -> None:
    path = opened(github)
    assert review(github, "robin", path, "COMMENT", body="x", commit_id="f" * 40).status_code == 422
    mine = review(github, "robin", path, "COMMENT", body="x").json()
    assert mine["commit_id"] == pull_of(github, path).head_sha


def test_a_review_brings_comments_on_lines_and_positions(github: Lookalike) -> None:
    path = opened(github)
    comments = [
        {"path": "tests/test_orders.py", "line": 6, "side": "RIGHT", "start_line": 5, "body": "why?"},
        {"path": "tests/test_orders.py", "position": 1, "body": "kept"},
    ]
    made = review(github, "robin", path, "COMMENT", comments=comments).json()
    with github.http("kim") as http:
        shown = http.get(f"{path}/reviews/{made['id']}/comments").json()
        assert len(http.get(f"{path}/comments").json()) == 2
    assert [(each["line"], each["start_line"], each["position"], each["side"]) for each in shown] == [
        (6, 5, 6, "RIGHT"),
        (1, None, 1, "RIGHT"),
    ]
    assert shown[0]["diff_hunk"].startswith("@@ -1,2 +1,6 @@\n def test_list(client):")
    assert shown[0]["diff_hunk"].endswith("\n+    assert True")


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ({"path": "tests/test_orders.py", "line": 70}, "Line could not be resolved"),
        ({"path": "tests/test_orders.py", "line": 6, "side": "LEFT"}, "Line could not be resolved"),
        ({"path": "tests/test_orders.py", "position": 0}, "Line could not be resolved"),
        ({"path": "README.md", "line": 1}, "Path could not be resolved"),
    ],
)
def test_a_comment_outside_the_diff_refuses_the_whole_review(
    github: Lookalike, comment: dict[str, Any], words: str
) -> None:
    path = opened(github)
    refused = review(github, "robin", path, "APPROVE", comments=[{"body": "x", **comment}])
    assert (refused.status_code, refused.json()["errors"]) == (422, [words])
    with github.http("robin") as http:
        assert http.get(f"{path}/reviews").json() == []


def test_a_pending_review_is_edited_and_thrown_away(github: Lookalike) -> None:
    path = opened(github)
    comments = [{"path": "tests/test_orders.py", "line": 6, "body": "why?"}]
    mine = review(github, "robin", path, None, body="a", comments=comments).json()
    one = f"{path}/reviews/{mine['id']}"
    with github.http("robin") as http, github.http("kim") as kim:
        assert http.put(one, json={"body": "b"}).json()["body"] == "b"
        assert http.get(f"{path}/comments").json() == []
        assert len(http.get(f"{one}/comments").json()) == 1
        assert http.delete(one).json()["state"] == "PENDING"
        assert http.get(one).status_code == 404
        said = review(github, "robin", path, "COMMENT", body="c").json()
        assert http.delete(f"{path}/reviews/{said['id']}").status_code == 422
        assert kim.put(f"{path}/reviews/{said['id']}", json={"body": "d"}).status_code == 403


def test_who_may_write_dismisses_a_review(github: Lookalike) -> None:
    path = opened(github)
    bad = review(github, "robin", path, "REQUEST_CHANGES", body="no").json()
    talk = review(github, "robin", path, "COMMENT", body="well").json()
    at = f"{path}/reviews/{bad['id']}/dismissals"
    with github.http("rita") as rita, github.http("kim") as kim:
        assert rita.put(at, json={"message": "no"}).status_code == 403
        assert kim.put(at, json={}).status_code == 422
        assert kim.put(at, json={"message": "settled", "event": "DISMISS"}).json()["state"] == "DISMISSED"
        assert kim.put(at, json={"message": "again"}).status_code == 422
        assert kim.put(f"{path}/reviews/{talk['id']}/dismissals", json={"message": "x"}).status_code == 422


def test_a_request_for_a_review_is_met_by_one(github: Lookalike) -> None:
    path = opened(github)
    with github.http("mira") as http:
        assert http.post(f"{path}/requested_reviewers", json={"reviewers": ["robin"]}).status_code == 201
        review(github, "robin", path, "COMMENT", body="looked")
        assert http.get(f"{path}/requested_reviewers").json()["users"] == []


def test_a_push_dismisses_approvals_where_the_rules_say_so(github: Lookalike) -> None:
    protect(github.world, github.repository, ["stale/*"], Rules(required_approvals=1, dismiss_stale_reviews=True))
    github.push("stale/base", {"a.txt": "a\n"}, parent="main")
    path = opened(github, base="stale/base", files={"b.txt": "b\n"})
    review(github, "robin", path, "APPROVE")
    branch, head = pull_of(github, path).head_ref, pull_of(github, path).head_sha

    def states() -> list[str]:
        with github.http() as http:
            return [each["state"] for each in http.get(f"{path}/reviews").json()]

    base = github.push("stale/base", {"a.txt": "longer\na\n"})
    tree = run_git(github.bare, "merge-tree", "--write-tree", base, head)
    who = ["-c", "user.name=x", "-c", "user.email=x"]
    merge = run_git(github.bare, *who, "commit-tree", tree, "-p", head, "-p", base, "-m", "merge")
    run_git(github.bare, "update-ref", f"refs/heads/{branch}", merge)
    assert states() == ["APPROVED"]
    github.push(branch, {"b.txt": "c\n"})
    assert states() == ["DISMISSED"]


def test_a_locked_conversation_is_for_those_who_may_write(github: Lookalike) -> None:
    path = opened(github)
    issue = github.world.issues[pull_of(github, path).issue_id]
    issue.locked = True
    assert review(github, "rita", path, "COMMENT", body="x").status_code == 403
    assert review(github, "robin", path, "COMMENT", body="x").status_code == 200
