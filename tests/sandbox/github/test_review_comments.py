"""Comments on lines of a diff, their threads, and where a push moves them. https://docs.github.com/rest/pulls/comments"""

from difflib import unified_diff
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.sandbox.github.lines import FileDiff, parse
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of, review

_FILE = "tests/test_orders.py"


def commented(github: Lookalike, pull: str, /, login: str = "robin", **more: Any) -> httpx.Response:
    """A comment on line 6 of the pull request's test, unless said otherwise."""
    body = {"body": "why?", "commit_id": pull_of(github, pull).head_sha, "path": _FILE, "line": 6, **more}
    with github.http(login) as http:
        return http.post(f"{pull}/comments", json=body)


def pushed(github: Lookalike, path: str, files: dict[str, str | None]) -> None:
    """A push to the head of a pull request."""
    github.push(pull_of(github, path).head_ref, files)


def test_a_comment_is_a_review_of_its_own(github: Lookalike) -> None:
    path = opened(github)
    made = commented(github, path)
    assert (made.status_code, made.json()["line"], made.json()["position"]) == (201, 6, 6)
    assert made.headers["Location"] == made.json()["url"]
    with github.http("kim") as http:
        shown = http.get(f"{path}/reviews").json()
    assert [(each["id"], each["state"]) for each in shown] == [(made.json()["pull_request_review_id"], "COMMENTED")]


def test_a_whole_file_is_commented_on(github: Lookalike) -> None:
    path = opened(github)
    made = commented(github, path, line=None, subject_type="file").json()
    assert (made["subject_type"], "line" in made, "position" in made) == ("file", False, False)


def test_threads_are_of_a_comment_and_what_answers_it(github: Lookalike) -> None:
    path = opened(github)
    first = commented(github, path).json()
    with github.http("mira") as http:
        one = http.post(f"{path}/comments/{first['id']}/replies", json={"body": "because"}).json()
        two = http.post(f"{path}/comments/{one['id']}/replies", json={"body": "indeed"}).json()
        assert http.post(f"{path}/comments/999999/replies", json={"body": "?"}).status_code == 404
    three = commented(github, path, "kim", in_reply_to=first["id"], line=None, body="so").json()
    assert {each["in_reply_to_id"] for each in (one, two, three)} == {first["id"]}
    assert "in_reply_to_id" not in first
    assert (two["line"], two["path"], two["diff_hunk"]) == (6, _FILE, first["diff_hunk"])


def test_a_thread_outlives_its_first_comment(github: Lookalike) -> None:
    path = opened(github)
    first = commented(github, path).json()
    answers = [commented(github, path, "kim", in_reply_to=first["id"], body=word).json() for word in ("a", "b")]
    with github.http("robin") as http:
        assert http.delete(f"/repos/acme/payments-api/pulls/comments/{first['id']}").status_code == 204
        shown = {each["id"]: each.get("in_reply_to_id") for each in http.get(f"{path}/comments").json()}
    assert shown == {answers[0]["id"]: None, answers[1]["id"]: answers[0]["id"]}


def test_a_comment_is_changed_by_its_author_and_by_who_may_write(github: Lookalike) -> None:
    path = opened(github)
    made = commented(github, path, "rita").json()
    one = f"/repos/acme/payments-api/pulls/comments/{made['id']}"
    other = f"/repos/acme/payments-api/pulls/comments/{commented(github, path).json()['id']}"
    for login in ("rita", "robin"):
        with github.http(login) as http:
            assert http.patch(one, json={"body": f"by {login}"}).json()["body"] == f"by {login}"
    with github.http("rita") as http:
        assert http.patch(other, json={"body": "no"}).status_code == 403
        assert http.delete(other).status_code == 403
        assert http.patch(one, json={"body": ""}).status_code == 422
        assert http.delete(one).status_code == 204
        assert http.delete(one).status_code == 404


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"line": 70}, "pull_request_review_thread.line"),
        ({"line": None, "position": 99}, "pull_request_review_thread.line"),
        ({"path": "README.md"}, "pull_request_review_thread.path"),
        ({"start_line": 70}, "pull_request_review_thread.start_line"),
        ({"line": 1, "start_line": 6}, "pull_request_review_thread.start_line"),
        ({"commit_id": "a" * 40}, "commit_id"),
        ({"body": " "}, "body"),
        ({"in_reply_to": 999999}, "in_reply_to"),
        ({"body": "x" * 65537}, "body"),
    ],
)
def test_a_comment_needs_a_place_and_words(github: Lookalike, more: dict[str, Any], field: str) -> None:
    """GITHUB.md, Answers: 422 with errors[] of objects; a body is at most 65,536 characters."""
    refused = commented(github, opened(github), **more)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_a_missing_place_is_named(github: Lookalike) -> None:
    """GITHUB.md, Answers: a missing required field: no errors[]."""
    refused = commented(github, opened(github), line=None).json()
    assert (refused["message"], "errors" in refused) == ('Invalid request.\n\n"line" wasn\'t supplied.', False)


def test_who_began_a_review_cannot_comment_beside_it(github: Lookalike) -> None:
    """GITHUB.md, Answers: one pending review per person: reuse it."""
    path = opened(github)
    assert review(github, "robin", path, None, body="wait").status_code == 200
    refused = commented(github, path)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["message"] == "user_id can only have one pending review per pull request"
    assert commented(github, path, "kim").status_code == 201


def test_comments_move_with_their_lines_and_are_outdated_without(github: Lookalike) -> None:
    path = opened(github)
    kept, gone = commented(github, path, line=5, start_line=4).json(), commented(github, path, line=6).json()
    pushed(github, path, {_FILE: "import json\n\n" + _old(5) + "    assert json\n"})
    with github.http("kim") as http:
        shown = {each["id"]: each for each in http.get(f"{path}/comments").json()}
        of_review = http.get(f"{path}/reviews/{gone['pull_request_review_id']}/comments").json()
    now, lost = shown[kept["id"]], shown[gone["id"]]
    assert (now["line"], now["start_line"], now["original_line"], now["original_start_line"]) == (7, 6, 5, 4)
    assert now["commit_id"] != now["original_commit_id"] == kept["commit_id"]
    assert (lost.get("line"), lost.get("position"), lost["original_line"], lost["original_position"]) == (
        None,
        None,
        6,
        6,
    )
    assert [(each["id"], each["position"]) for each in of_review] == [(gone["id"], None)]


def _old(lines: int) -> str:
    """The first lines of the test that `opened` pushes."""
    words = "def test_list(client):\n    assert client.get('/orders').status == 200\n\n\ndef test_more():\n"
    return "".join(words.splitlines(keepends=True)[:lines])


def test_a_comment_on_a_removed_line_is_on_the_left(github: Lookalike) -> None:
    path = opened(github, files={"README.md": "# orders\n"})
    left = commented(github, path, path="README.md", line=1, side="LEFT").json()
    assert (left["side"], left["line"], left["position"]) == ("LEFT", 1, 1)
    pushed(github, path, {"README.md": "# more\n"})
    with github.http("kim") as http:
        assert [each["line"] for each in http.get(f"{path}/comments").json()] == [1]
    pushed(github, path, {"README.md": "# payments\n", "a.txt": "a\n"})
    with github.http("kim") as http:
        assert ["line" in each for each in http.get(f"{path}/comments").json()] == [False]


def test_comments_are_listed_by_moment(github: Lookalike) -> None:
    path = opened(github)
    made = [commented(github, path, body=word).json()["id"] for word in "abc"]
    for at, number in enumerate(made):
        github.world.review_comments[number].updated_at = 1_795_000_300 - at * 100
    for query, wanted in [
        ("", [0, 1, 2]),
        ("?direction=desc", [2, 1, 0]),
        ("?sort=updated", [2, 1, 0]),
        ("?sort=updated&direction=desc", [0, 1, 2]),
        ("?since=2026-11-18T11:09:00Z", [0, 1]),
        ("?since=whenever", [0, 1, 2]),
        ("?per_page=2&page=2", [2]),
    ]:
        with github.http("kim") as http:
            shown = [each["id"] for each in http.get(f"{path}/comments{query}").json()]
        assert shown == [made[at] for at in wanted], query


def test_lines_of_a_diff_are_found_and_followed() -> None:
    patch = "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -10,2 +10,3 @@ def x\n j\n+-- k\n l\n\\ No newline at end of file"
    diff = parse("x", patch)
    found = [diff.find("LEFT", 2), diff.find("RIGHT", 2), diff.find("LEFT", 11), diff.find("RIGHT", 11)]
    assert [row.position if row else None for row in found] == [2, 3, 8, 7]
    assert (diff.find("RIGHT", 5), diff.at(0), diff.at(5), diff.at(9), diff.at(99)) == (None,) * 5
    assert [diff.moved(line) for line in (1, 2, 3, 5, 10, 11, 20)] == [1, None, 3, 5, 10, 12, 21]
    row = diff.at(7)
    assert row is not None
    assert diff.until(row) == "@@ -10,2 +10,3 @@ def x\n j\n+-- k"


_LINES = st.lists(st.sampled_from(["a", "b", "c", "@@ -1 +1 @@", "-", "+x", ""]), max_size=25)


def _diff(before: list[str], after: list[str]) -> FileDiff:
    rows = list(unified_diff(before, after, lineterm=""))[2:]
    return parse("x", "\n".join(rows) or None)


@given(before=_LINES, after=_LINES)
def test_every_line_of_a_diff_is_where_it_says(before: list[str], after: list[str]) -> None:
    diff = _diff(before, after)
    for row in diff.rows:
        text = diff.text[row.position]
        if row.place is None:
            assert text.startswith("@@ ")
            continue
        side, line = row.place
        assert diff.find(side, line) == diff.at(row.position) == row
        assert (after if side == "RIGHT" else before)[line - 1] == text[1:]
    kept = [diff.moved(line) for line in range(1, len(before) + 1)]
    assert [before[at] for at, line in enumerate(kept) if line] == [after[line - 1] for line in kept if line]
    gone = sum(row.old is not None and row.new is None for row in diff.rows)
    assert kept.count(None) == gone
