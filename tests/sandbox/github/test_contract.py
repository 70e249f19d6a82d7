"""The checker of GitHub's description says what is wrong, and nothing where nothing is."""

import json
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.contract import Checked, Contract

found = Contract.load()
pytestmark = pytest.mark.skipif(found is None, reason="the workshop's shared folder is absent")

ISSUES = "/repos/octo/cat/issues"
LABEL = {
    "id": 1,
    "node_id": "LA_1",
    "url": "https://api.github.test/repos/octo/cat/labels/bug",
    "name": "bug",
    "description": None,
    "color": "f29513",
    "default": False,
}
DOCS = "https://docs.github.com/rest"


def error(status: int, page: str = "issues/labels#list-labels-for-an-issue") -> dict[str, Any]:
    """The body of an error as GitHub has it."""
    return {"message": "No", "documentation_url": f"{DOCS}/{page}", "status": str(status)}


@pytest.fixture
def contract() -> Contract:
    """The description, read once."""
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/repos/o/r/commits/main", "repos/get-commit"),
        ("GET", "/repos/o/r/commits/feature/a%2Fb/status", "repos/get-combined-status-for-ref"),
        ("GET", "/repos/o/r/commits/feature/status/check-runs", "checks/list-for-ref"),
        ("GET", "/repos/o/r/contents", "repos/get-content"),
        ("GET", "/repos/o/r/contents/", "repos/get-content"),
        ("PUT", "/repos/o/r/contents/tests/api/test_a.py", "repos/create-or-update-file-contents"),
        ("GET", "/repos/o/r/compare/main...them:feature/a", "repos/compare-commits-with-basehead"),
        ("GET", "/repos/o/r/issues/comments/7", "issues/get-comment"),
        ("GET", "/repos/o/r/issues/7/comments", "issues/list-comments"),
        ("DELETE", "/repos/o/r/git/refs/heads/a/b", "git/delete-ref"),
        ("HEAD", "/api/v3/user", "users/get-authenticated"),
        ("GET", "/repos/o/r/branches/a/b/protection", "repos/get-branch-protection"),
        ("GET", "/repositories/12/issues", "issues/list-for-repo"),
        ("DELETE", "/user", None),
        ("GET", "/repos/o/r/issues/7/nothing", None),
        ("GET", "/repos/o", None),
    ],
)
def test_a_path_belongs_to_the_operation_that_says_most_about_it(
    contract: Contract, method: str, path: str, operation: str | None
) -> None:
    one = contract.operation(method, path)
    assert (one and one.id) == operation


def test_every_operation_is_found_by_its_own_path(contract: Contract) -> None:
    for one in contract.operations.values():
        match = contract.operation(one.method, one.path.replace("{", "").replace("}", ""))
        assert match is one, one.id


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", ISSUES, {"state": ["all"], "labels": ["a,b"], "per_page": ["100"], "page": ["2"]}, None),
        ("POST", ISSUES, {}, {"title": "a", "labels": ["b", {"name": "c"}], "milestone": None}),
        ("POST", ISSUES, {}, {"title": 7}),
        ("PATCH", f"{ISSUES}/1", {}, {"state": "closed", "state_reason": None}),
        ("PATCH", f"{ISSUES}/1", {}, {"title": None, "milestone": 3}),
        ("PUT", "/repos/octo/cat/pulls/1/update-branch", {}, {}),
    ],
)
def test_a_request_as_described_has_no_problem(
    contract: Contract, method: str, path: str, query: dict[str, list[str]], body: object
) -> None:
    assert contract.check_request(method, path, query, body) == []


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "words"),
    [
        ("POST", ISSUES, {}, None, "the body is missing"),
        ("POST", ISSUES, {}, {"body": "b"}, '"title" is a required property'),
        ("POST", ISSUES, {}, {"title": "a", "labels": "bug"}, "at /labels"),
        ("POST", ISSUES, {}, {"title": "a", "lables": ["bug"]}, "lables"),
        ("PATCH", f"{ISSUES}/1", {}, {"state_reason": "wontfix"}, "at /state_reason"),
        ("GET", ISSUES, {"state": ["opened"]}, None, "parameter 'state'"),
        ("GET", ISSUES, {"per_page": ["many"]}, None, "parameter 'per_page'"),
        ("GET", ISSUES, {"perpage": ["3"]}, None, "parameter 'perpage' is unknown"),
        ("GET", ISSUES, {}, {}, "takes no body"),
        ("GET", f"{ISSUES}/seven", {}, None, "parameter 'issue_number'"),
        ("GET", ISSUES, {"since": ["yesterday"]}, None, "parameter 'since'"),
        ("GET", "/search/issues", {}, None, "parameter 'q' is missing"),
        ("GET", "/repos/octo", {}, None, "no operation"),
    ],
)
def test_a_request_not_as_described_says_what(
    contract: Contract, method: str, path: str, query: dict[str, list[str]], body: object, words: str
) -> None:
    problems = contract.check_request(method, path, query, body)
    assert len(problems) == 1, problems
    assert words in problems[0]


LABELS = f"{ISSUES}/1/labels"
JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "body"),
    [
        ("GET", LABELS, 200, JSON, [LABEL]),
        ("GET", LABELS, 200, JSON, json.dumps([LABEL]).encode()),
        ("GET", LABELS, 404, JSON, error(404)),
        ("GET", LABELS, 401, JSON, error(401, "")),
        ("GET", LABELS, 304, {}, b""),
        ("HEAD", LABELS, 200, JSON, b""),
        ("GET", LABELS, 301, JSON | {"Location": "/repositories/1"}, {"message": "Moved Permanently", "url": "a"}),
        ("GET", LABELS, 502, {"content-type": "text/html"}, b"<html>"),
        ("GET", "/repos/o/r/pulls/1", 200, {"content-type": "application/vnd.github.diff; charset=utf-8"}, b"diff"),
        ("DELETE", f"{ISSUES}/comments/1", 204, {}, b""),
        ("PUT", "/repos/o/r/contents/a", 409, JSON, error(409, "repos/contents#create-or-update-file-contents")),
        ("GET", "/nothing", 404, JSON, error(404, "")),
        (
            "POST",
            ISSUES,
            422,
            JSON,
            error(422, "issues/issues#create-an-issue")
            | {"errors": [{"code": "custom", "field": "title", "value": None, "resource": "Issue"}]},
        ),
    ],
)
def test_an_answer_as_described_has_no_problem(
    contract: Contract, method: str, path: str, status: int, headers: dict[str, str], body: Any
) -> None:
    assert contract.check_answer(method, path, status, headers, body, strict=True) == []


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "body", "words"),
    [
        ("GET", LABELS, 200, JSON, [LABEL | {"id": "1"}], "at /0/id"),
        ("GET", LABELS, 200, JSON, [LABEL | {"url": "bug"}], "at /0/url"),
        ("GET", LABELS, 200, JSON, [LABEL | {"colour": "red"}], "colour"),
        ("GET", LABELS, 200, {"content-type": "text/plain"}, [LABEL], "is sent as"),
        ("GET", LABELS, 200, JSON, b"[", "not JSON"),
        ("GET", LABELS, 202, JSON, [], "never answers 202"),
        ("GET", LABELS, 304, {}, b"x", "has a body"),
        ("GET", LABELS, 301, {}, {}, "without a Location"),
        ("GET", LABELS, 404, JSON, error(404) | {"status": 404}, "at /status"),
        ("GET", LABELS, 404, JSON, error(422), "says in its body"),
        ("GET", LABELS, 404, JSON, error(404, ""), "refers to"),
        ("GET", LABELS, 403, JSON, {"message": "a", "status": "403"}, "documentation_url"),
        ("GET", LABELS, 500, JSON, {}, "message"),
        ("GET", LABELS, 418, JSON, error(418), "never answers 418"),
        ("POST", ISSUES, 422, JSON, error(422) | {"errors": [{"field": "title"}]}, "at /errors/0"),
        ("GET", "/nothing", 200, JSON, {}, "no operation"),
    ],
)
def test_an_answer_not_as_described_says_what(
    contract: Contract, method: str, path: str, status: int, headers: dict[str, str], body: Any, words: str
) -> None:
    problems = contract.check_answer(method, path, status, headers, body, strict=True)
    assert problems
    assert any(words in one for one in problems), problems


def test_unknown_keys_are_no_problem_unless_asked_for(contract: Contract) -> None:
    assert contract.check_answer("GET", LABELS, 200, JSON, [LABEL | {"new": 1}]) == []


def test_a_problem_in_one_of_several_shapes_is_told_by_the_nearest(contract: Contract) -> None:
    listing = [{"type": "file", "size": "1", "name": "a", "path": "a", "sha": "1", "git_url": None}]
    problems = contract.check_answer("GET", "/repos/o/r/contents/a", 200, JSON, listing)
    assert 'at /0/size: "1" is not of type "integer"' in problems


# -- Checked ---------------------------------------------------------------------------------------------------------


async def _answer(request: Request) -> Response:
    body = await request.body()
    if request.url.path.endswith("/cut"):

        async def half() -> Any:
            yield b'{"mes'
            raise ConnectionResetError

        return StreamingResponse(half())
    fault = {"X-Qatui-Fault": "500"} if "X-Qatui-Fault" in request.headers else {}
    return JSONResponse({"echo": len(body)}, headers=fault)


@pytest.fixture
def checked() -> Checked:
    """An application that answers everything with the same nonsense."""
    return Checked(Starlette(routes=[Route("/{any:path}", _answer, methods=["GET", "POST"])]), found)


@pytest.fixture
def client(checked: Checked) -> httpx.AsyncClient:
    """A client of it, without a network."""
    transport = httpx.ASGITransport(checked, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://github.test")


def _ask(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        return await client.request(method, path, **more)

    return anyio.run(ask)


def test_a_watched_server_answers_as_before_and_what_is_wrong_is_kept(
    checked: Checked, client: httpx.AsyncClient
) -> None:
    answer = _ask(client, "POST", "/api/v3/repos/octo/cat/issues", json={"title": "a"})
    assert answer.json() == {"echo": len(b'{"title":"a"}')}
    assert checked.violations
    assert all(one.startswith("POST /api/v3/repos/octo/cat/issues 200: ") for one in checked.violations)
    assert "issues/create never answers 200" in checked.violations[0]


def test_requests_of_our_client_are_checked_and_those_of_others_not(
    checked: Checked, client: httpx.AsyncClient
) -> None:
    for agent, wrong in (("PyGithub/Python", 0), ("qatui/0.1", 2)):
        _ask(client, "POST", f"{ISSUES}?page=1", json={"titel": "a"}, headers={"User-Agent": agent})
        told = [one for one in checked.violations if "request: " in one]
        assert len([one for one in told if "page" in one]) == (1 if wrong else 0), told
        assert bool(told) is bool(wrong)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/_qatui/requests", {}),
        ("/graphql", {}),
        ("/api/graphql", {}),
        ("/octo/cat.git/info/refs", {}),
        ("/user", {"X-Qatui-Fault": "500"}),
    ],
)
def test_what_is_not_the_interface_or_a_fault_asked_for_passes_unchecked(
    checked: Checked, client: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    assert _ask(client, "GET", path, headers=headers).status_code == 200
    assert checked.violations == []


def test_an_answer_cut_off_passes_unchecked(checked: Checked, client: httpx.AsyncClient) -> None:
    _ask(client, "GET", "/repos/octo/cut")
    assert checked.violations == []
