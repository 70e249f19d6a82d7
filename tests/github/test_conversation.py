"""From a branch to a merged pull request on the look-alike, with every fault at every request.

A call ends right or in one typed error that says what to do; called again until it ends, everything is there once.
"""

import time
from collections.abc import Iterator

import httpx
import pytest

from qatui import errors
from qatui.errors import GitHubRefused, RemoteError, Unreachable
from qatui.github import issues
from qatui.github.contents import blob_sha
from qatui.sandbox.github.faults import KNOWN
from tests.github.conversation import REPO, Faulty, converse, speaking
from tests.lookalike import Lookalike, lookalike

REFUSALS: dict[str, tuple[type[RemoteError], ...]] = {
    "401": (errors.BadToken, errors.Uncertain),
    "403-sso": (errors.SignOnNeeded,),
    "403-permission": (errors.NoPermission,),
    "404": (errors.NoAccess,),
    "405-base-modified": (GitHubRefused,),
    "409": (errors.Conflict,),
    "410": (errors.Gone,),
    "422": (errors.Invalid,),
}
"""Faults that no second try helps against, and what they are called; all others are lived through."""
WRITES = 10
"""Of one conversation."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


def expected(tag: str) -> tuple[str, ...]:
    """What the conversation says in the end."""
    return "robin", "main", "0", "closed", "True", blob_sha(f"# {tag}\n".encode())


def listed(http: httpx.Client, place: str, **query: str) -> list[dict[str, object]]:
    """A whole list, by plain HTTP and not by the client under test."""
    found: list[dict[str, object]] = []
    url: str | None = f"{place}?{httpx.QueryParams(per_page='100', **query)}"
    while url:
        answer = http.get(url)
        assert answer.status_code == 200, answer.text
        found += answer.json()
        url = answer.links.get("next", {}).get("url")
    return found


def check_once(server: Lookalike, tag: str) -> None:
    """Everything that has the tag in it is there exactly once, in its last state."""
    root = f"/repos/{REPO}"
    with server.http() as http:
        issues = [each for each in listed(http, f"{root}/issues", state="all") if each["title"] == f"item {tag}"]
        assert [each["state"] for each in issues] == ["closed"]
        pulls = [each for each in listed(http, f"{root}/pulls", state="all") if each["title"] == f"pull {tag}"]
        assert [each["merged_at"] is not None for each in pulls] == [True]
        number = pulls[0]["number"]
        said = [each["body"] for each in listed(http, f"{root}/issues/{number}/comments")]
        assert said == [f"said {tag}"]
        assert [each["body"] for each in listed(http, f"{root}/pulls/{number}/reviews")] == [f"seen {tag}"]
        named = [each["name"] for each in listed(http, f"{root}/issues/{number}/labels")]
        assert named == [f"label-{tag}"]
        assert len(listed(http, f"{root}/pulls/{number}/commits")) == 1
        assert len(listed(http, f"{root}/commits", path=f"tests/test_{tag}.py")) == 1
        assert listed(http, f"{root}/git/matching-refs/heads/qatui/{tag}") == []


def late(server: Lookalike) -> list[dict[str, object]]:
    """What the client has given up, and is still to be done."""
    entries = server.github.counting.shown()["entries"]
    return [each for each in entries if each["fault"] == "late" and each["wrote"] is None]


def land(server: Lookalike) -> None:
    """Let what is done late be done."""
    while late(server):
        time.sleep(0.002)


def test_nothing_goes_wrong(server: Lookalike) -> None:
    transport = Faulty()
    with speaking(server.url, server.token("robin"), transport) as github:
        assert converse(github, "well") == expected("well")
        writes = [each for each in transport.asked if not each.startswith("GET ")]
        assert len(writes) == WRITES
        asked = len(transport.asked)
        assert converse(github, "well", again=True) == expected("well")
        assert [each for each in transport.asked[asked:] if each.startswith(("POST ", "PUT ", "PATCH "))] == []
    check_once(server, "well")


def test_what_lands_between_two_looks_is_made_once(server: Lookalike) -> None:
    """The client has given it up and looked in vain; then the server does it."""
    asked: list[str] = []

    def pass_time() -> None:
        asked[:] = [each for each in transport.asked if each.startswith("GET ")]
        if asked:
            land(server)

    make = issues.create_issue(REPO, login="robin", title="item late", body="once")
    transport = Faulty("late=1.5", ("POST",))
    with speaking(server.url, server.token("robin"), transport, seconds=0.5, pass_time=pass_time) as github:
        number = github.write(make).number
    assert github.raised == []
    assert len(asked) == 1  # one look saw nothing
    assert [each for each in transport.asked if each.startswith("POST ")] == [f"POST /repos/{REPO}/issues"]
    with server.http() as http:
        there = [each for each in listed(http, f"/repos/{REPO}/issues") if each["title"] == "item late"]
    assert [each["number"] for each in there] == [number]


@pytest.mark.parametrize("fault", KNOWN)
def test_every_fault_at_every_request(server: Lookalike, fault: str) -> None:
    tag = f"f{fault}"
    # What is read late is as if it had never been answered.
    only = ("POST", "PUT", "PATCH", "DELETE") if fault == "late" else ()
    transport = Faulty(f"{fault}=0.02" if fault in ("slow", "late") else fault, only)
    limits = {"hang": 0.5, "late": 0.15}
    silent = KNOWN[fault].end in limits
    with speaking(
        server.url,
        server.token("robin"),
        transport,
        seconds=limits.get(KNOWN[fault].end, 30.0),
        pass_time=lambda: land(server),
    ) as github:
        assert converse(github, tag) == expected(tag)
    for error in github.raised:
        assert error.message.startswith("Could not ")
        assert error.hint
        assert isinstance(error, (*REFUSALS.get(fault, ()), Unreachable)), (fault, error)
    if fault in REFUSALS:
        assert len(github.raised) >= WRITES
    elif not silent:  # a busy machine may be slower than the short limit
        assert github.raised == []
    check_once(server, tag)
