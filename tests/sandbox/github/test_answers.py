"""How any request is answered: entity tags and dates, methods and bodies that are none, who sends no User-Agent."""

from collections.abc import Iterator

import httpx
import pytest

from qatui.sandbox.github.app import LARGEST_BODY
from tests.lookalike import Lookalike

REPOSITORY = "/repos/acme/payments-api"
DISPATCHES = REPOSITORY + "/dispatches"


@pytest.fixture
def http(github: Lookalike) -> Iterator[httpx.Client]:
    """Mira."""
    with github.http() as client:
        yield client


def left(answer: httpx.Response) -> int:
    """What remains of the hour."""
    return int(answer.headers["x-ratelimit-remaining"])


def test_same_again_is_304_and_free(http: httpx.Client) -> None:
    """GITHUB.md, Rate limits: conditional requests; a 304 is free."""
    first = http.get(REPOSITORY)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = http.get(REPOSITORY, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert left(again) == left(first)
    assert left(http.get(REPOSITORY, headers={"If-None-Match": '"other"'})) == left(first) - 1


@pytest.mark.parametrize("form", ["{tag}", "{strong}", '"a", {tag}', '"a",W/"b",{strong}', "*"])
def test_tags_are_compared_weakly(http: httpx.Client, form: str) -> None:
    """RFC 9110, 13.1.2: lists, weak and strong ones alike, and `*`."""
    tag = http.get(REPOSITORY).headers["etag"]
    asked = form.format(tag=tag, strong=tag.removeprefix("W/"))
    assert http.get(REPOSITORY, headers={"If-None-Match": asked}).status_code == 304


def test_part_of_a_tag_is_none(http: httpx.Client) -> None:
    """Only the whole tag is the tag."""
    tag = http.get(REPOSITORY).headers["etag"]
    asked = f'{tag[:-1]}x"'
    assert http.get(REPOSITORY, headers={"If-None-Match": asked}).status_code == 200


def test_dates(http: httpx.Client) -> None:
    """What has an updated_at has a Last-Modified; a tag, where one is sent, decides alone."""
    first = http.get(REPOSITORY)
    date = first.headers["last-modified"]
    assert date.endswith(" GMT")
    assert http.get(REPOSITORY, headers={"If-Modified-Since": date}).status_code == 304
    old = {"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}
    assert http.get(REPOSITORY, headers=old).status_code == 200
    assert http.get(REPOSITORY, headers={"If-Modified-Since": "yesterday"}).status_code == 200
    both = {"If-Modified-Since": date, "If-None-Match": '"other"'}
    assert http.get(REPOSITORY, headers=both).status_code == 200
    assert "last-modified" not in http.get(REPOSITORY + "/collaborators").headers


def test_changed_is_sent_again(http: httpx.Client) -> None:
    """A tag is of the content: after a change it is another."""
    path = REPOSITORY + "/hooks"
    tag = http.get(path).headers["etag"]
    made = http.post(path, json={"config": {"url": "http://127.0.0.1:1/"}}).json()
    assert http.get(path, headers={"If-None-Match": tag}).status_code == 200
    http.delete(made["url"])
    assert http.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_head_is_a_get_without_body(http: httpx.Client) -> None:
    """Same headers, no body."""
    whole, head = http.get(REPOSITORY), http.head(REPOSITORY)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "POST"])
def test_other_methods_are_404(http: httpx.Client, method: str) -> None:
    """In JSON, as everything."""
    answer = http.request(method, REPOSITORY)
    assert answer.status_code == 404
    assert answer.json()["message"] == "Not Found"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[1]", "Body should be a JSON object"),
        (b'"a"', "Body should be a JSON object"),
        (b"null", "Body should be a JSON object"),
        (b"{", "Problems parsing JSON"),
        (b"\xff\xfe", "Problems parsing JSON"),
        (b'{"a":' * 100_000, "Problems parsing JSON"),
    ],
    ids=["list", "text", "null", "part", "bytes", "deep"],
)
def test_bodies_that_are_no_object(http: httpx.Client, body: bytes, message: str) -> None:
    """400."""
    answer = http.post(DISPATCHES, content=body)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_missing_field_is_named(http: httpx.Client) -> None:
    """GITHUB.md, Answers: Missing required field, without errors[]; status is a string."""
    answer = http.post(DISPATCHES, json={})
    assert answer.status_code == 422
    assert answer.json()["message"] == 'Invalid request.\n\n"event_type" wasn\'t supplied.'
    assert answer.json()["status"] == "422"
    assert "errors" not in answer.json()
    docs = "https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event"
    assert answer.json()["documentation_url"] == docs


def test_too_large_a_body(http: httpx.Client) -> None:
    """GITHUB.md, Webhooks: up to 25 MB; here for any body."""
    answer = http.post(DISPATCHES, content=b" " * (LARGEST_BODY + 1))
    assert answer.status_code == 413
    assert http.get("/user").status_code == 200


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/vnd.github.v3+json", "garbage"])
def test_accept_is_taken_lightly(http: httpx.Client, accept: str) -> None:
    """JSON, whatever was asked for."""
    assert http.get("/user", headers={"Accept": accept}).headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
@pytest.mark.parametrize("form", ["Bearer {}", "token {}", "bearer {}"])
def test_both_ways_to_sign_in(github: Lookalike, prefix: str, form: str) -> None:
    """GITHUB.md, Answers: accept both Bearer and token in the look-alike."""
    answer = httpx.get(f"{github.url}{prefix}/user", headers={"Authorization": form.format(github.token("robin"))})
    assert answer.json()["login"] == "robin"


def test_bad_and_no_credentials(github: Lookalike) -> None:
    """GITHUB.md, Answers: 401 Bad credentials, Requires authentication; private without access is 404."""
    bad = httpx.get(f"{github.url}/user", headers={"Authorization": "Bearer nobody"})
    assert (bad.status_code, bad.json()["message"]) == (401, "Bad credentials")
    with github.http(None) as nobody, github.http("rita") as rita:
        assert nobody.get("/user").json()["message"] == "Requires authentication"
        assert nobody.get("/repos/acme/ledger").status_code == 404
        assert rita.get("/repos/acme/ledger").status_code == 404


def test_without_a_user_agent(github: Lookalike) -> None:
    """https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent"""
    with github.http() as http:
        del http.headers["User-Agent"]
        answer = http.get("/user")
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/plain")
    assert "User-Agent header" in answer.text
