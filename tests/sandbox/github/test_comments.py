"""Comments. https://docs.github.com/rest/issues/comments"""

from typing import Any

import pytest

from qatui.sandbox.github.records import Comment
from tests.lookalike import Lookalike
from tests.opened import opened

ISSUES = "/repos/acme/payments-api/issues"


@pytest.fixture(scope="module")
def issue(github: Lookalike) -> str:
    """The path of an issue."""
    with github.http() as http:
        return f"{ISSUES}/{http.post(ISSUES, json={'title': 'Orders are lost'}).json()['number']}"


def say(github: Lookalike, path: str, body: str = "said", login: str = "robin") -> dict[str, Any]:
    """A new comment."""
    with github.http(login) as http:
        made = http.post(f"{path}/comments", json={"body": body})
    assert made.status_code == 201, made.text
    shown: dict[str, Any] = made.json()
    return shown


def test_a_comment_is_made_changed_and_forgotten(github: Lookalike, issue: str) -> None:
    made = say(github, issue, "first")
    path = f"{ISSUES}/comments/{made['id']}"
    with github.http("robin") as http:
        assert http.get(path).json() == made
        before = http.get(issue).json()["comments"]
        changed = http.patch(path, json={"body": "second"}).json()
        assert {**changed, "body": "first", "updated_at": made["updated_at"]} == made
        assert http.delete(path).status_code == 204
        assert http.get(path).status_code == 404
        assert http.get(issue).json()["comments"] == before - 1
    assert made["html_url"].endswith(f"/issues/{issue.rpartition('/')[2]}#issuecomment-{made['id']}")
    assert (made["user"]["login"], made["author_association"]) == ("robin", "MEMBER")


def test_comments_are_listed_oldest_first_and_by_when_they_changed(github: Lookalike, issue: str) -> None:
    made = [say(github, issue)["id"] for _ in range(3)]
    late: Comment = github.world.comments[made[1]]
    github.world.comments.save(late).updated_at = late.updated_at + 1000
    with github.http(None) as http:
        listed = [each["id"] for each in http.get(f"{issue}/comments", params={"per_page": 100}).json()]
        assert [each for each in listed if each in made] == made
        since = f"{http.get(f'{ISSUES}/comments/{late.id}').json()['updated_at']}"
        assert [each["id"] for each in http.get(f"{issue}/comments", params={"since": since}).json()] == [late.id]


def test_a_pull_request_is_commented_on_in_the_same_way(github: Lookalike) -> None:
    path = opened(github).replace("/pulls/", "/issues/")
    made = say(github, path)
    assert made["issue_url"] == f"{github.url}{path}"
    assert "/pull/" in made["html_url"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"body": " \n"}, "Body cannot be blank"),
        ({"body": "x" * 65537}, "Body is too long (maximum is 65536 characters)"),
    ],
)
def test_a_comment_says_something_and_not_too_much(
    github: Lookalike, issue: str, body: dict[str, str], words: str
) -> None:
    """GITHUB.md, Answers: sizes: comment body 65,536 characters."""
    own = f"{ISSUES}/comments/{say(github, issue)['id']}"
    with github.http("robin") as http:
        for answer in (http.post(f"{issue}/comments", json=body), http.patch(own, json=body)):
            assert (answer.status_code, answer.json()["errors"][0]["message"]) == (422, words)


def test_a_comment_without_a_body_is_refused(github: Lookalike, issue: str) -> None:
    """GITHUB.md, Answers: missing required field, without errors[]."""
    with github.http() as http:
        answer = http.post(f"{issue}/comments", json={})
    assert answer.json()["message"] == 'Invalid request.\n\n"body" wasn\'t supplied.'
    assert "errors" not in answer.json()


def test_a_comment_is_its_authors_and_the_teams(github: Lookalike, issue: str) -> None:
    path = f"{ISSUES}/comments/{say(github, issue, login='rita')['id']}"
    other = f"{ISSUES}/comments/{say(github, issue)['id']}"
    with github.http("rita") as rita, github.http("kim") as kim:
        assert rita.patch(path, json={"body": "b"}).status_code == 200
        assert rita.patch(other, json={"body": "b"}).status_code == 403
        assert rita.delete(other).status_code == 403
        assert kim.delete(path).status_code == 204


def test_a_locked_issue_is_commented_on_by_the_team_only(github: Lookalike) -> None:
    with github.http() as http, github.http("rita") as rita:
        number = http.post(ISSUES, json={"title": "Locked"}).json()["number"]
        found = github.world.issue(github.repository, number)
        assert found
        github.world.issues.save(found).locked = True
        assert rita.post(f"{ISSUES}/{number}/comments", json={"body": "a"}).status_code == 403
        assert http.post(f"{ISSUES}/{number}/comments", json={"body": "a"}).status_code == 201


def test_a_comment_is_not_found_from_another_repository(github: Lookalike, issue: str) -> None:
    made = say(github, issue)["id"]
    with github.http() as http:
        assert http.get(f"/repos/acme/ledger/issues/comments/{made}").status_code == 404
