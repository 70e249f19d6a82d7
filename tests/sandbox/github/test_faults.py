"""Every fault goes wrong as its name says, is counted, and has changed something only where it says so."""

import asyncio
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.faults import KNOWN
from qatui.sandbox.github.limits import AT_ONCE
from qatui.sandbox.github.records import Token
from qatui.sandbox.github.serve import serving
from tests.conftest import run_git
from tests.lookalike import Lookalike, found_world

LABELS = "/repos/acme/payments-api/labels"


def ask(github: Lookalike, fault: str, **more: Any) -> Any:
    """A rule for requests to come."""
    answer = httpx.post(f"{github.url}/_qatui/faults", json={"fault": fault, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def counted(github: Lookalike, since: int = 0) -> Any:
    """What /_qatui/requests says."""
    return httpx.get(f"{github.url}/_qatui/requests", params={"since": since}).json()


def label(github: Lookalike, name: str, fault: str, read: float = 5.0) -> httpx.Response:
    """Make a label while something goes wrong."""
    with github.http() as http:
        body, headers = {"name": name, "color": "abcdef"}, {"X-Qatui-Fault": fault}
        return http.post(LABELS, json=body, headers=headers, timeout=read)


def made(github: Lookalike, name: str) -> bool:
    """Whether a label is there."""
    return any(each.name == name for each in github.world.labels.under(github.repository.id))


def landed(github: Lookalike) -> None:
    """Wait until what is done late is done."""
    while any(each["fault"] == "late" and each["wrote"] is None for each in counted(github)["entries"]):
        pass


ENDS: dict[str, type[Exception] | int] = {
    "secondary": 403,
    "secondary-429": 429,
    "secondary-date": 403,
    "secondary-bare": 403,
    "primary": 403,
    "primary-429": 429,
    "500": 500,
    "502": 502,
    "503": 503,
    "504": 504,
    "500_after": 500,
    "502_after": 502,
    "html": 502,
    "html_after": 502,
    "timeout": httpx.ReadTimeout,
    "timeout_after": httpx.ReadTimeout,
    "late=0.01": httpx.ReadTimeout,
    "slow=0.01": 201,
    "cut": httpx.RemoteProtocolError,
    "malformed": 201,
    "reset": httpx.ReadError,
    "reset_after": httpx.ReadError,
    "closed": httpx.RemoteProtocolError,
    "closed_after": httpx.RemoteProtocolError,
    "401": 401,
    "403-sso": 403,
    "403-permission": 403,
    "404": 404,
    "405-base-modified": 405,
    "409": 409,
    "410": 410,
    "422": 422,
}
"""Fault to the status or the error that httpx meets."""


def test_every_fault_is_tried() -> None:
    """A new fault needs a line above."""
    assert {name.partition("=")[0] for name in ENDS} == set(KNOWN)


@pytest.mark.parametrize("fault", ENDS)
def test_ends_as_its_name_says(github: Lookalike, fault: str) -> None:
    """GITHUB.md, The embedded GitHub: a test can ask for faults by header."""
    end, name = ENDS[fault], f"by-{fault}"
    if isinstance(end, int):
        answer = label(github, name, fault)
        assert answer.status_code == end
        assert answer.headers["X-Qatui-Fault"] == fault.partition("=")[0]
    else:
        with pytest.raises(end):
            label(github, name, fault, read=0.3)
    landed(github)
    assert made(github, name) is KNOWN[fault.partition("=")[0]].done


def test_late_is_done_when_nobody_waits_any_more(github: Lookalike) -> None:
    """Not before the client has gone, and others are served meanwhile."""
    with pytest.raises(httpx.ReadTimeout):
        label(github, "afterwards", "late=0.5", read=0.2)
    assert not made(github, "afterwards")
    with github.http() as other:
        assert other.get("/user").status_code == 200
    landed(github)
    assert made(github, "afterwards")


def test_secondary_limit_leaves_some(github: Lookalike) -> None:
    """GITHUB.md, Rate limits: a secondary 403 may have remaining > 0; the message or retry-after tells."""
    answer = label(github, "x1", "secondary=7")
    assert answer.headers["retry-after"] == "7"
    assert int(answer.headers["x-ratelimit-remaining"]) > 0
    assert "secondary rate limit" in answer.json()["message"]
    assert answer.json()["status"] == "403"
    assert "retry-after" not in label(github, "x1", "secondary-bare").headers
    before = time.time()
    date = parsedate_to_datetime(label(github, "x1", "secondary-date=100").headers["retry-after"])
    assert before - 1 <= date.timestamp() - 100 <= time.time() + 1


def test_primary_limit_says_when(github: Lookalike) -> None:
    """GITHUB.md, Rate limits: remaining is 0, reset in UTC epoch seconds."""
    before = time.time()
    answer = label(github, "x2", "primary=30")
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert before - 1 <= int(answer.headers["x-ratelimit-reset"]) - 30 <= time.time() + 1
    assert "retry-after" not in answer.headers
    assert "API rate limit exceeded" in answer.json()["message"]


def test_words_of_access(github: Lookalike) -> None:
    """GITHUB.md, Access in words: X-GitHub-SSO shows the URL, X-Accepted-GitHub-Permissions what is missing."""
    assert label(github, "x3", "403-sso").headers["X-GitHub-SSO"].startswith("required; url=https://")
    assert "=write" in label(github, "x3", "403-permission").headers["X-Accepted-GitHub-Permissions"]


def test_bodies_that_are_none(github: Lookalike) -> None:
    """A body that is no JSON, and a page of HTML."""
    with pytest.raises(ValueError, match=r"(?i)json|unterminated|expecting"):
        label(github, "x4", "malformed").json()
    page = label(github, "x5", "html")
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.startswith("<!DOCTYPE html>")


def test_rule_lets_some_pass_and_ends(github: Lookalike) -> None:
    """`after` requests pass, then `times` meet the fault, then none."""
    ask(github, "502", method="GET", path="/repos/*/branches-of-nothing", after=1, times=2)
    with github.http() as http:
        seen = [http.get("/repos/acme/payments-api/branches-of-nothing").status_code for _ in range(4)]
        assert http.post("/repos/acme/payments-api/branches-of-nothing").status_code == 404
    assert seen == [404, 502, 502, 404]


def test_rule_by_route_and_its_listing(github: Lookalike) -> None:
    """A rule may name a route as GitHub writes it; DELETE forgets all rules."""
    rule = ask(github, "slow=0.5", path="/repos/{owner}/{repo}")
    assert rule["schema"] == 1
    listed = httpx.get(f"{github.url}/_qatui/faults").json()
    wanted = {"id": rule["id"], "method": "*", "path": "/repos/{owner}/{repo}", "fault": "slow", "number": 0.5}
    assert listed["faults"] == [{**wanted, "after": 0, "times": 1}]
    assert set(listed["known"]) == set(KNOWN)
    with github.http() as http:
        began = time.monotonic()
        answer = http.get("/repos/acme/payments-api")
        assert time.monotonic() - began >= 0.5
        assert answer.headers["X-Qatui-Fault"] == "slow"
        assert answer.json()["name"] == "payments-api"
        ask(github, "500", path="/api/v3/never")
        assert httpx.delete(f"{github.url}/_qatui/faults").json()["faults"] == []


@pytest.mark.parametrize(
    "body",
    [{"fault": "no-such"}, {"fault": "slow=x"}, {"fault": "slow=-1"}, {}, {"fault": "500", "times": 0}, {"no": 1}],
)
def test_wrong_rule_is_refused(github: Lookalike, body: dict[str, Any]) -> None:
    """422, with the names that there are."""
    answer = httpx.post(f"{github.url}/_qatui/faults", json=body)
    assert answer.status_code == 422
    assert answer.json()["schema"] == 1
    if body.get("fault") == "no-such":
        assert "timeout_after" in answer.json()["message"]


def test_unknown_header_is_refused(github: Lookalike) -> None:
    """A mistyped fault never passes unnoticed."""
    answer = label(github, "x6", "secondry")
    assert answer.status_code == 422
    assert not made(github, "x6")


def test_requests_are_counted(github: Lookalike) -> None:
    """Totals, by operation, writes that were done, faults, and who asked for what."""
    assert httpx.delete(f"{github.url}/_qatui/requests").json()["requests"] == 0
    with github.http("robin") as http:
        http.get("/repos/acme/payments-api", params={"a": "b"})
        http.post(LABELS, json={})
        http.get("/no/such")
        http.get(f"{github.url}/api/v3/repos/acme/payments-api")
    label(github, "y1", "502_after")
    label(github, "y2", "502")
    shown = counted(github)
    assert shown["schema"] == 1
    assert shown["requests"] == 6
    assert shown["by_operation"]["GET /repos/{owner}/{repo}"] == 2
    assert shown["by_operation"]["GET unknown"] == 1
    assert shown["writes_by_operation"] == {"POST /repos/{owner}/{repo}/labels": 1}
    assert shown["faults"] == {"502_after": 1, "502": 1}
    first, *_, last = shown["entries"]
    assert first["user"] == "robin"
    assert first["path"] == "/repos/acme/payments-api"
    assert (first["status"], first["wrote"]) == (200, False)
    assert (last["status"], last["fault"], last["wrote"]) == (502, "502", None)
    later = counted(github, since=first["number"])
    assert [each["number"] for each in later["entries"]] == [first["number"] + n for n in range(1, 6)]


def test_control_knows_its_own_paths_only(github: Lookalike) -> None:
    """Anything else below /_qatui/ is a 404 in JSON."""
    answer = httpx.put(f"{github.url}/_qatui/faults")
    assert answer.status_code == 404
    assert answer.json()["schema"] == 1
    assert httpx.get(f"{github.url}/_qatui/requests?since=x").status_code == 422


def test_hanging_holds_up_nobody(github: Lookalike) -> None:
    """While one request hangs, others are answered, and it is seen to hang."""
    before = counted(github)["last"]

    def hang() -> None:
        with github.http() as http, pytest.raises(httpx.ReadTimeout):
            http.get("/rate_limit", headers={"X-Qatui-Fault": "timeout"}, timeout=1)

    thread = Thread(target=hang)
    thread.start()
    with github.http() as other:
        while not (hanging := [each for each in counted(github, before)["entries"] if each["fault"]]):
            assert other.get("/user").status_code == 200
        assert other.get("/user").status_code == 200
    assert (hanging[0]["path"], hanging[0]["status"]) == ("/rate_limit", None)
    thread.join()


@pytest.mark.parametrize("fault", ["timeout_after", "late=60"])
def test_end_does_not_wait_for_hanging(tmp_path: Path, fault: str) -> None:
    """A server with answers that never come ends at once."""
    world, *_ = found_world(tmp_path / "world")
    github = GitHub(world)
    token: Token = next(iter(world.tokens))
    failed: list[Exception] = []

    def hang() -> None:
        headers = {"X-Qatui-Fault": fault, "Authorization": f"Bearer {token.value}"}
        try:
            httpx.get(f"{url}/user", headers=headers, timeout=30)
        except httpx.TransportError as error:
            failed.append(error)

    with serving(github) as url:
        threads = [Thread(target=hang) for _ in range(3)]
        for each in threads:
            each.start()
        deadline = time.monotonic() + 20
        while github.counting.shown()["faults"].get(fault.partition("=")[0]) != 3:
            assert time.monotonic() < deadline, github.counting.shown()
            time.sleep(0.01)
        began = time.monotonic()
    for each in threads:
        each.join()
    assert time.monotonic() - began < 20  # those who ask wait for 30, and late answers for 60
    assert len(failed) == 3
    world.close()


def test_git_has_its_own_counter(github: Lookalike, tmp_path: Path) -> None:
    """git's protocol is one operation; a push is a write, a clone is none; it meets faults as any request."""
    url = github.url.replace("://", f"://x:{github.token('mira')}@", 1) + "/acme/payments-api.git"
    httpx.delete(f"{github.url}/_qatui/requests")
    run_git(tmp_path, "clone", "-q", url, "clone")
    shown = counted(github)
    assert shown["by_operation"].keys() == {"git"}
    assert shown["writes"] == 0
    run_git(tmp_path / "clone", "push", "-q", "origin", "HEAD:refs/heads/counted")
    assert counted(github)["writes_by_operation"] == {"git": 1}
    rule = ask(github, "503", path="*/info/refs")
    with pytest.raises(AssertionError, match="returned error: 503"):
        run_git(tmp_path / "clone", "fetch", "-q", "origin")
    assert counted(github)["faults"] == {"503": 1}
    assert rule["id"] not in [each["id"] for each in httpx.get(f"{github.url}/_qatui/faults").json()["faults"]]


def test_graphql_that_changes_nothing_is_no_write(github: Lookalike) -> None:
    """Its errors come with 200."""
    httpx.delete(f"{github.url}/_qatui/requests")
    with github.http() as http:
        assert http.post("/graphql", json={"query": "mutation {"}).status_code == 200
    shown = counted(github)
    assert (shown["by_operation"], shown["writes"]) == ({"POST /graphql": 1}, 0)


def test_too_many_at_once(tmp_path: Path) -> None:
    """GITHUB.md, Rate limits: 100 requests at once, where secondary limits refuse."""
    world, *_ = found_world(tmp_path / "world")
    github = GitHub(world, limits="all")

    async def crowd() -> httpx.Response:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as http:
            headers = {"X-Qatui-Fault": "timeout"}
            hanging = [asyncio.ensure_future(http.get("/users/mira", headers=headers)) for _ in range(AT_ONCE)]
            while (await http.get("/_qatui/requests")).json()["requests"] < AT_ONCE:
                pass
            refused = await http.get("/users/mira")
            for each in hanging:
                each.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
            return refused

    with serving(github) as url:
        refused = asyncio.run(crowd())
    world.close()
    assert refused.status_code == 403
    assert "secondary rate limit" in refused.json()["message"]
    assert refused.headers["retry-after"] == "60"
