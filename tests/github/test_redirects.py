"""Where a redirect may lead, and where it must not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.errors import NoAccess, Redirected, Transferred
from qatui.github import issues, repositories
from qatui.github.protocol import Repo
from qatui.github.redirects import Moves, follow, is_issue, repository_of, same_host
from tests.github.conftest import API, Line, reply

REPO = Repo("acme", "old")
REQUEST = repositories.repository(REPO)
REPOSITORY = {
    "id": 1,
    "full_name": "acme/new",
    "private": False,
    "default_branch": "main",
    "html_url": "https://github.com/acme/new",
    "owner": {"login": "acme", "id": 2},
}
ISSUE = {
    "id": 1,
    "number": 5,
    "node_id": "I",
    "title": "t",
    "state": "open",
    "html_url": "https://github.com/acme/new/issues/5",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://api.github.com/x", True),
        ("https://API.github.com:443/x", True),
        ("http://api.github.com/x", False),
        ("https://api.github.com:8443/x", False),
        ("https://api.github.com.evil.test/x", False),
        ("https://evil.test/api.github.com", False),
        ("https://me:pw@api.github.com/x", False),
        ("https://api.github.com\\@evil.test/", False),
        ("https://api.github.com/a b", False),
        ("https://api.github.com/\r\nX: y", False),
        ("//api.github.com/x", False),
        ("https://[::1/", False),
        ("https://api.github.com:port/", False),
        ("", False),
    ],
)
def test_only_the_apis_own_host_gets_the_token(url: str, same: bool) -> None:
    assert same_host(API, url) is same


@pytest.mark.parametrize(
    "location", ["", "https://evil.test/x", "http://api.github.com/x", "//evil.test", "https://[", "\\\\evil.test"]
)
def test_what_is_not_followed(location: str) -> None:
    with pytest.raises(Redirected, match="does not get the token"):
        follow(REQUEST, API, f"{API}/repos/acme/old", location)


@given(st.text(), st.text())
def test_any_location_is_judged(location: str, url: str) -> None:
    same_host(API, url)
    with suppress(Redirected):
        assert same_host(API, follow(REQUEST, API, f"{API}/x", location))


def test_a_repository_in_an_address() -> None:
    assert repository_of(API, f"{API}/repos/a/b/issues/5?x=1") == (f"{API}/repos/a/b", "/issues/5?x=1")
    assert repository_of(API, f"{API}/repos/a/b") == (f"{API}/repos/a/b", "")
    assert repository_of(API, f"{API}/repositories/7/pulls") == (f"{API}/repositories/7", "/pulls")
    assert repository_of(API, f"{API}/repositories/7x") is None
    assert repository_of(API, f"{API}/user") is None
    assert repository_of(API, "https://else.test/repos/a/b") is None
    assert [is_issue(rest) for rest in ("/issues/5", "/issues/5/labels?x", "/issues", "/issues/5x", "/pulls/5")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_moves_are_remembered_for_all_of_a_repository() -> None:
    moves = Moves(API)
    moves.remember(f"{API}/repos/a/b", f"{API}/repositories/7")
    moves.remember(f"{API}/repos/c/d/branches/x", f"{API}/repos/c/d/branches/y")
    assert moves.now(f"{API}/repos/a/b/pulls?page=2") == f"{API}/repositories/7/pulls?page=2"
    assert moves.now(f"{API}/repos/a/b") == f"{API}/repositories/7"
    assert moves.now(f"{API}/repos/a/bb") == f"{API}/repos/a/bb"
    assert moves.now(f"{API}/repos/c/d/branches/x") == f"{API}/repos/c/d/branches/y"
    assert moves.now(f"{API}/repos/c/d/branches") == f"{API}/repos/c/d/branches"


def test_a_renamed_repository_is_followed_and_remembered(line: Line) -> None:
    moved = reply(301, {"message": "Moved Permanently"}, location=f"{API}/repositories/7")
    with line.client(moved, reply(200, REPOSITORY), reply(200, REPOSITORY)) as github:
        assert github.ask(REQUEST).full_name == "acme/new"
        github.ask(REQUEST)
    assert line.seen == ["GET /repos/acme/old", "GET /repositories/7", "GET /repositories/7"]
    assert all(each.headers["authorization"].startswith("Bearer ") for each in line.asked)


def test_an_issue_of_a_renamed_repository_is_no_transfer(line: Line) -> None:
    moved = reply(301, {}, location=f"{API}/repositories/7/issues/5")
    home = reply(301, {}, location=f"{API}/repositories/7")
    with line.client(moved, home, reply(200, ISSUE), reply(200, ISSUE)) as github:
        assert github.ask(issues.issue(REPO, 5)).number == 5
        assert github.ask(issues.issue(REPO, 5)).number == 5
    assert line.seen[1:] == ["GET /repos/acme/old", "GET /repositories/7/issues/5", "GET /repositories/7/issues/5"]


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("renamed_before", [False, True])
def test_a_transferred_issue_is_not_followed(line: Line, renamed_before: bool, status: int) -> None:
    moved = reply(status, {"message": "Moved Permanently"}, location=f"{API}/repositories/9/issues/2")
    first = [reply(301, {}, location=f"{API}/repositories/7"), reply(200, REPOSITORY)] if renamed_before else []
    with line.client(*first, moved, reply(200, REPOSITORY)) as github:
        if renamed_before:
            github.ask(REQUEST)
        with pytest.raises(Transferred, match="transferred to another repository") as caught:
            github.write(issues.update_issue(REPO, 5, state="closed"))
    assert caught.value.to == f"{API}/repositories/9/issues/2"
    assert [each.method for each in line.asked[-2:]] == ["PATCH", "GET"]


def test_whether_it_is_a_transfer_cannot_be_asked(line: Line) -> None:
    """The repository itself is not to be seen: no transfer is claimed then."""
    moved = reply(301, {}, location=f"{API}/repositories/9/issues/2")
    with line.client(moved, reply(404, {"message": "Not Found"})) as github, pytest.raises(NoAccess):
        github.ask(issues.issue(REPO, 5))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_method_and_the_body_stay(line: Line, status: int) -> None:
    answers = [reply(status, {}, location="/repositories/7/issues"), reply(200, REPOSITORY), reply(201, ISSUE)]
    if status in (302, 307):
        answers.pop(1)  # it is not remembered, so nothing needs to be known of the repository
    with line.client(*answers) as github:
        github.write(issues.create_issue(REPO, login="kim", title="t", body="b"))
    assert (line.asked[-1].method, line.asked[-1].url.path) == ("POST", "/repositories/7/issues")
    assert line.asked[-1].content == line.asked[0].content


def test_circles_end(line: Line) -> None:
    with (
        line.client(reply(302, {}, location="/repos/acme/old")) as github,
        pytest.raises(Redirected, match="in a circle"),
    ):
        github.ask(REQUEST)
    assert len(line.asked) == 6


def test_another_host_is_never_asked(line: Line) -> None:
    with line.client(reply(301, {}, location="https://evil.test/repos/acme/old")) as github:
        with pytest.raises(Redirected, match=r"evil\.test"):
            github.ask(REQUEST)
        with pytest.raises(Redirected, match=r"evil\.test"):
            list(github.every(issues.issues(REPO)))
    assert {each.url.host for each in line.asked} == {"api.github.com"}
