"""Answers that say no, in words: every form GitHub's documentation and users know."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui import errors
from qatui.errors import ExitCode, GitHubRefused, Invalid, MergeRefused, Problem, RateLimited, SignOnNeeded
from qatui.github import pulls
from qatui.github.protocol import GRAPHQL, Answer, Done, Repo, send
from qatui.github.refusals import graphql_refusal, refusal, too_many, trouble, words
from tests.conftest import NOW

REQUEST = send("POST", "open a pull request in acme/shop", "/repos/acme/shop/pulls", Done, {})
MERGE = pulls.merge(Repo("acme", "shop"), 7, sha="a" * 40, method="squash").request


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    """An answer; `_` in a header's name stands for `-`."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, content, "https://x")


@pytest.mark.parametrize(
    ("body", "message", "problems"),
    [
        ({"message": "Validation Failed", "errors": [{"resource": "PullRequest", "field": "head", "code": "invalid"}]},
         "Validation Failed", (Problem("PullRequest", "head", "invalid", ""),)),
        ({"message": "Validation Failed", "errors": ["Could not approve"]},
         "Validation Failed", (Problem("", "", "custom", "Could not approve"),)),
        ({"message": 'Invalid request.\n\n"title" wasn\'t supplied.', "documentation_url": "x", "status": "422"},
         'Invalid request. "title" wasn\'t supplied.', ()),
        ({"message": "m", "errors": "one text"}, "m", (Problem("", "", "custom", "one text"),)),
        ({"message": "m", "errors": [{"code": "custom", "message": "No commits between main and x"}, 7, None, ""]},
         "m", (Problem("", "", "custom", "No commits between main and x"),)),
        ({"message": None, "errors": {"x": 1}}, "", (Problem("", "", "", ""),)),
        ([1, 2], "", ()),
        (b"<!DOCTYPE html><h1>Unicorn!</h1>", "", ()),
        (b"", "", ()),
        (b"\xff\xfe", "", ()),
        (b"[" * 100_000, "", ()),
    ],
    ids=["objects", "strings", "absent", "one string", "mixed", "object", "list", "html", "empty", "bytes", "deep"],
)  # fmt: skip
def test_every_form_of_a_body(body: Any, message: str, problems: tuple[Problem, ...]) -> None:
    """GITHUB.md, Answers: `errors[]` may be objects, plain strings, or absent; a missing field has words only."""
    assert words(answer(422, body).body) == (message, problems)


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "message", "hint"),
    [
        (401, {"message": "Bad credentials"}, {}, errors.BadToken,
         "Could not open a pull request in acme/shop: GitHub does not accept the token (Bad credentials).", "gh auth"),
        (403, {"message": "Resource protected by organization SAML enforcement."},
         {"x_github_sso": "required; url=https://github.com/orgs/acme/sso?authorization_request=AB"},
         errors.SignOnNeeded, "single sign-on", "Authorize it at https://github.com/orgs/acme/sso?authorization_"),
        (403, {"message": "Resource not accessible by personal access token"},
         {"x_accepted_github_permissions": "pull_requests=write; contents=read"}, errors.NoPermission,
         "does not let you: Resource not accessible", "needs the permission pull_requests: write or contents: read."),
        (403, {"message": "Must have admin rights to Repository."}, {}, errors.NoPermission, "admin rights", "may"),
        (404, {"message": "Not Found"}, {"x_oauth_scopes": "gist", "x_accepted_oauth_scopes": "repo"}, errors.NoAccess,
         "no such thing, or does not show it", "The token needs the scope repo."),
        (404, {"message": "Not Found"}, {"x_oauth_scopes": "repo", "x_accepted_oauth_scopes": "repo"}, errors.NoAccess,
         "no such thing", "allowed to see it."),
        (410, {"message": "This issue was deleted"}, {}, errors.Gone, "it is gone: This issue was deleted.", ""),
        (409, {"message": "docs/p.md does not match 1234"}, {}, errors.Conflict, "docs/p.md does not match", "quicker"),
        (422, {"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code":
         "missing_field"}, {"code": "custom", "message": "A pull request already exists for a:b."}]}, {},
         errors.Invalid, "Validation Failed; title is missing; A pull request already exists for a:b.", ""),
        (413, {"message": "too large"}, {}, GitHubRefused, "GitHub answered 413: too large.", ""),
        (304, b"", {}, errors.StrangeAnswer, "status 304", "api_url"),
    ],
    ids=["401", "sso", "permission", "forbidden", "scope", "404", "410", "409", "422", "413", "304"],
)  # fmt: skip
def test_refusals_in_words(
    status: int, body: Any, headers: dict[str, str], kind: type[GitHubRefused], message: str, hint: str
) -> None:
    """GITHUB.md, Answers: 401, 404, 410, 422 and their words. Access in words: the SSO page, the missing permission."""
    error = refusal(REQUEST, answer(status, body, **headers))
    assert type(error) is kind
    assert message in error.message
    assert error.message.startswith("Could not open a pull request in acme/shop: ")
    assert hint in error.hint
    assert error.exit_code == ExitCode.REMOTE
    assert error.status == status


def test_sign_on_carries_its_page_and_only_a_page_of_the_web() -> None:
    error = refusal(REQUEST, answer(403, {}, x_github_sso="required; url=https://github.com/orgs/a/sso"))
    assert isinstance(error, SignOnNeeded)
    assert error.url == "https://github.com/orgs/a/sso"
    other = refusal(REQUEST, answer(403, {}, x_github_sso="required; url=javascript:alert(1)"))
    assert isinstance(other, SignOnNeeded)
    assert other.url == ""


@pytest.mark.parametrize(
    ("status", "said", "why"),
    [
        (405, "Pull Request is not mergeable", "not_mergeable"),
        (405, "Pull Request has merge conflicts", "not_mergeable"),
        (405, "Pull Request is still a draft", "draft"),
        (405, "Base branch was modified. Review and try the merge again.", "base_moved"),
        (405, "Merge already in progress", "base_moved"),
        (405, "Changes must be made through the merge queue", "queue"),
        (405, "Squash merges are not allowed on this repository.", "method"),
        (405, "Merge commits are not allowed on this repository.", "method"),
        (405, "At least 1 approving review is required by reviewers with write access.", "rules"),
        (405, 'Required status check "ci" is expected.', "rules"),
        (405, "Repository rule violations found\n\nCommits must have verified signatures.", "rules"),
        (409, "Head branch was modified. Review and try the merge again.", "head_moved"),
        (409, "", "head_moved"),
    ],
)
def test_why_it_is_not_merged(status: int, said: str, why: str) -> None:
    """GITHUB.md, Pull requests: 405 not mergeable, draft, queue, base moved; 409 head moved."""
    error = refusal(MERGE, answer(status, {"message": said}))
    assert isinstance(error, MergeRefused)
    assert error.why == why
    assert error.message.startswith("Could not merge acme/shop#7: ")
    assert error.hint
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("missing", "head does not exist"),
        ("missing_field", "head is missing"),
        ("invalid", "head is not valid"),
        ("already_exists", "head exists already"),
        ("unprocessable", "head cannot be used"),
        ("custom", "in its own words"),
    ],
)
def test_every_code_of_422_in_words(code: str, told: str) -> None:
    """GITHUB.md, Answers: 422 codes: missing, missing_field, invalid, already_exists, unprocessable, custom."""
    problem = {"resource": "PullRequest", "field": "head", "code": code}
    problem |= {"message": "in its own words"} if code == "custom" else {}
    error = refusal(REQUEST, answer(422, {"message": "Validation Failed", "errors": [problem], "status": "422"}))
    assert isinstance(error, Invalid)
    assert error.message.endswith(f"GitHub refuses it: Validation Failed; {told}.")
    assert [each.code for each in error.problems] == [code]


def test_the_problems_can_be_looked_at() -> None:
    body = {
        "message": "Validation Failed",
        "errors": [{"resource": "Label", "code": "already_exists", "field": "name"}],
    }
    error = refusal(REQUEST, answer(422, body))
    assert isinstance(error, Invalid)
    assert error.problems == (Problem("Label", "name", "already_exists", ""),)
    assert error.said == "Validation Failed; name exists already"


def test_a_strangers_words_are_bounded_and_one_line() -> None:
    error = refusal(REQUEST, answer(422, {"message": "a\n\x1b[2J" * 10_000, "errors": ["b\n" * 9_000] * 1000}))
    assert len(error.message) < 400
    assert len(error.said) <= 300
    assert "\n" not in error.message


def test_a_limit_says_until_when() -> None:
    error = too_many(REQUEST, 61_500, NOW, secondary=True, said="You have exceeded a secondary rate limit.")
    assert isinstance(error, RateLimited)
    assert error.until == NOW + 61_500
    assert error.secondary
    assert "too many requests at once" in error.message
    assert error.hint == "GitHub takes more from 2026-11-18T11:07:42Z on. It is safe to run again."
    assert "this hour are used up" in too_many(REQUEST, 1, NOW, secondary=False).message


def test_trouble_at_github() -> None:
    error = trouble(REQUEST, answer(502, b"<html>"))
    assert "it answered 502)" in error.message
    assert "safe to run again" in error.hint


@pytest.mark.parametrize(
    ("errors_", "kind"),
    [
        ([{"type": "NOT_FOUND", "message": "Could not resolve to a node"}], errors.NoAccess),
        ([{"type": "FORBIDDEN", "message": "no"}], errors.NoPermission),
        ([{"type": "RATE_LIMITED", "message": "slow down"}], errors.RateLimited),
        ([{"type": "UNPROCESSABLE", "message": "Pull request is in clean status"}], errors.Invalid),
        ([{"message": "Field 'x' doesn't exist"}], errors.Invalid),
        ("broken", errors.Invalid),
        ({"a": 1}, errors.Invalid),
        ([None, 7], errors.Invalid),
    ],
)
def test_graphql_errors(errors_: object, kind: type[GitHubRefused]) -> None:
    """GITHUB.md, GraphQL: `errors[]` come with HTTP 200.

    https://docs.github.com/en/graphql/guides/forming-calls-with-graphql: they come with HTTP 200.
    """
    request = send("POST", "mark it", GRAPHQL, Done, {})
    assert type(graphql_refusal(request, errors_, answer(200), NOW)) is kind
    assert graphql_refusal(request, None, answer(200), NOW) is None
    assert graphql_refusal(request, [], answer(200), NOW) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["message", "errors", "code", "field", "resource", "type", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
statuses = st.integers(300, 499)


@given(statuses, values | st.binary(max_size=20), st.dictionaries(st.sampled_from(
    ["x-github-sso", "x-accepted-github-permissions", "x-oauth-scopes", "x-accepted-oauth-scopes"]), st.text()),
    st.sampled_from([REQUEST, MERGE]))  # fmt: skip
def test_whatever_comes_is_one_typed_error(status: int, body: Any, headers: dict[str, str], request: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    error = refusal(request, Answer(status, headers, content, "https://x"))
    assert error.message.startswith("Could not ")
    assert len(error.message) < 800
    graphql_refusal(request, body, Answer(200, headers, content, "https://x"), NOW)
