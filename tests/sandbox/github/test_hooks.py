"""Webhooks: signed, sent in the background to this machine only, remembered, redelivered by hand."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from qatui.errors import StoreError
from qatui.sandbox.github import deliveries
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.hooking import signature
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import World
from tests.lookalike import Lookalike, found_world
from tests.openapi import SHARED
from tests.receiver import Receiver, receiving

HOOKS = "/repos/acme/payments-api/hooks"
DISPATCHES = "/repos/acme/payments-api/dispatches"
SECRET = "It's a Secret to Everybody"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiving() as made:
        yield made


@pytest.fixture
def http(github: Lookalike) -> Iterator[httpx.Client]:
    """Mira, who may everything; at the end there is no hook any more."""
    with github.http() as client:
        yield client
        for each in client.get(HOOKS).json():
            assert client.delete(f"{HOOKS}/{each['id']}").status_code == 204


def hook(http: httpx.Client, url: str, *events: str, **config: Any) -> Any:
    """A new hook."""
    body = {"config": {"url": url, "content_type": "json", **config}, "events": events or ["*"]}
    answer = http.post(HOOKS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def idle(github: Lookalike) -> None:
    """Wait until everything is delivered."""
    assert github.github.deliveries.idle(20)


def test_signature_is_that_of_the_test_vector() -> None:
    """GITHUB.md, Webhooks: the test vector."""
    wanted = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signature(SECRET, b"Hello, World!") == wanted


def test_new_hook_is_pinged(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """GITHUB.md, Webhooks: headers, and the signature over the raw bytes."""
    made = hook(http, receiver.url, "issues", secret=SECRET)
    assert made["config"]["secret"] == "********"
    assert made["last_response"] == {"code": None, "status": "unused", "message": None}
    idle(github)
    [heard] = receiver.heard
    payload = json.loads(heard.body)
    assert heard.headers["x-github-event"] == "ping"
    assert heard.headers["x-github-hook-id"] == str(made["id"]) == str(payload["hook_id"])
    assert heard.headers["user-agent"].startswith("GitHub-Hookshot/")
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["x-github-hook-installation-target-type"] == "repository"
    digest = hmac.new(SECRET.encode(), heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["x-hub-signature-256"] == f"sha256={digest}"
    assert heard.headers["x-hub-signature"].startswith("sha1=")
    assert payload["repository"]["full_name"] == "acme/payments-api"
    assert payload["sender"]["login"] == "mira"
    assert payload["organization"]["login"] == "acme"
    now = http.get(f"{HOOKS}/{made['id']}").json()
    assert now["last_response"] == {"code": 200, "status": "active", "message": "OK"}
    assert http.post(f"{HOOKS}/{made['id']}/pings").status_code == 204
    idle(github)
    assert len(receiver.heard) == 2


def test_events_are_chosen(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """A hook hears what it asked for; one that is not active only the ping; without a secret nothing is signed."""
    hook(http, receiver.url, "repository_dispatch")
    hook(http, receiver.url + "/other", "push")
    asleep = {"config": {"url": receiver.url + "/asleep", "content_type": "json"}, "events": ["*"], "active": False}
    assert http.post(HOOKS, json=asleep).json()["active"] is False
    idle(github)
    receiver.heard.clear()
    assert http.post(DISPATCHES, json={"event_type": "qa", "client_payload": {"a": 1}}).status_code == 204
    idle(github)
    [heard] = receiver.heard
    payload = json.loads(heard.body)
    assert heard.headers["x-github-event"] == "repository_dispatch"
    assert (payload["action"], payload["branch"], payload["client_payload"]) == ("qa", "main", {"a": 1})
    assert "x-hub-signature-256" not in heard.headers


def test_form(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """content_type form, GitHub's default: one field, and the signature is over the form."""
    body = {"config": {"url": receiver.url, "secret": "s"}}
    made = http.post(HOOKS, json=body).json()
    assert made["config"]["content_type"] == "form"
    assert made["events"] == ["push"]
    idle(github)
    [heard] = receiver.heard
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    assert json.loads(parse_qs(heard.body.decode())["payload"][0])["hook_id"] == made["id"]
    digest = hmac.new(b"s", heard.body, hashlib.sha256).hexdigest()
    assert heard.headers["x-hub-signature-256"] == f"sha256={digest}"
    [row] = http.get(f"{HOOKS}/{made['id']}/deliveries").json()
    whole = http.get(f"{HOOKS}/{made['id']}/deliveries/{row['id']}").json()
    assert whole["request"]["payload"]["hook_id"] == made["id"]


def test_deliveries_are_remembered_and_repeated(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """GITHUB.md, Webhooks: redelivery by hand, with the same X-GitHub-Delivery."""
    made = hook(http, receiver.url, secret="a")
    idle(github)
    receiver.status = 500
    http.post(f"{HOOKS}/{made['id']}/pings")
    idle(github)
    rows = http.get(f"{HOOKS}/{made['id']}/deliveries").json()
    failed = rows[0]
    assert failed["status"] == "Invalid HTTP Response: 500"
    one = f"{HOOKS}/{made['id']}/deliveries/{failed['id']}"
    whole = http.get(one).json()
    assert whole["response"]["headers"]["x-receiver"] == "tests"
    assert whole["response"]["payload"] == "done"
    assert whole["request"]["headers"]["X-GitHub-Event"] == "ping"
    receiver.status, before = 200, receiver.heard[-1]
    answer = http.post(f"{one}/attempts")
    assert (answer.status_code, answer.json()) == (202, {})
    idle(github)
    again = receiver.heard[-1]
    assert again.headers["x-github-delivery"] == failed["guid"]
    assert again.body == before.body
    assert again.headers["x-hub-signature-256"] == before.headers["x-hub-signature-256"]
    newest = http.get(f"{HOOKS}/{made['id']}/deliveries").json()[0]
    assert (newest["guid"], newest["redelivery"], newest["status"]) == (failed["guid"], True, "OK")
    failures = http.get(f"{HOOKS}/{made['id']}/deliveries", params={"status": "failure"}).json()
    assert [each["id"] for each in failures] == [failed["id"]]


def test_deliveries_come_in_pages(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """By cursor, with Link, newest first, none twice."""
    made = hook(http, receiver.url)
    for _ in range(4):
        http.post(f"{HOOKS}/{made['id']}/pings")
    idle(github)
    path: str | None = f"{HOOKS}/{made['id']}/deliveries?per_page=2"
    seen: list[int] = []
    while path:
        answer = http.get(path)
        seen += [each["id"] for each in answer.json()]
        path = answer.links.get("next", {}).get("url")
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5
    assert http.get(f"{HOOKS}/{made['id']}/deliveries?cursor=%00").status_code == 422


def test_old_deliveries_are_forgotten(tmp_path: Path, receiver: Receiver) -> None:
    """GITHUB.md, Webhooks: redelivery for 3 days."""
    moment = [1_795_000_000.0]
    world, *_ = found_world(tmp_path / "world", now=lambda: moment[0])
    github = GitHub(world)
    token = next(each.value for each in world.tokens if world.users[each.user_id].login == "mira")
    with serving(github) as url, httpx.Client(base_url=url, headers={"Authorization": f"token {token}"}) as http:
        made = hook(http, receiver.url)
        assert github.deliveries.idle(20)
        [old] = http.get(f"{HOOKS}/{made['id']}/deliveries").json()
        assert old["delivered_at"].startswith("2026-11-18T")
        moment[0] += 3 * 24 * 3600 + 1
        assert http.get(f"{HOOKS}/{made['id']}/deliveries").json() == []
        assert http.post(f"{HOOKS}/{made['id']}/deliveries/{old['id']}/attempts").status_code == 404
        http.post(f"{HOOKS}/{made['id']}/pings")
        assert github.deliveries.idle(20)
        assert len(list(world.deliveries)) == 1
    world.close()


@pytest.mark.parametrize("url", ["http://example.com/x", "http://10.0.0.1:1/", "http://127.0.0.1.nip.io/", "https://x"])
def test_speaks_to_loopback_only(github: Lookalike, http: httpx.Client, url: str) -> None:
    """Nothing leaves this machine: the attempt is noted as failed."""
    made = hook(http, url)
    idle(github)
    [row] = http.get(f"{HOOKS}/{made['id']}/deliveries").json()
    assert row["status"] == "not delivered: the look-alike speaks to loopback only"
    assert row["status_code"] == 502


def test_redirects_are_not_followed(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """As GitHub does not: a redirect could lead anywhere."""
    receiver.status, receiver.location = 302, "http://example.com/"
    made = hook(http, receiver.url)
    idle(github)
    assert len(receiver.heard) == 1
    assert http.get(f"{HOOKS}/{made['id']}").json()["last_response"]["code"] == 302


def test_nobody_listens(github: Lookalike, http: httpx.Client) -> None:
    """No connection is noted, and counted."""
    with receiving() as gone:
        url = gone.url
    httpx.delete(f"{github.url}/_qatui/requests")
    made = hook(http, url)
    idle(github)
    last = http.get(f"{HOOKS}/{made['id']}").json()["last_response"]
    assert last == {"code": 502, "status": "misconfigured", "message": "failed to connect to host"}
    counted = httpx.get(f"{github.url}/_qatui/requests").json()
    assert (counted["deliveries"], counted["deliveries_failed"]) == (1, 1)


def test_slow_receiver_holds_up_nobody(
    github: Lookalike, http: httpx.Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GITHUB.md, Webhooks: answer 2xx within 10 s; meanwhile GitHub answers."""
    assert deliveries.LIMIT_SECONDS == 10
    monkeypatch.setattr(deliveries, "LIMIT_SECONDS", 0.3)
    receiver.waits_for.clear()
    made = hook(http, receiver.url)
    assert http.get("/user").status_code == 200
    idle(github)
    assert http.get(f"{HOOKS}/{made['id']}").json()["last_response"]["message"] == "timed out"


def test_events_outside_of_a_request(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """What a door emits is delivered too, with a sender."""
    hook(http, receiver.url)
    idle(github)
    github.world.emit(github.repository, "repository", {"action": "renamed"})
    idle(github)
    payload = json.loads(receiver.heard[-1].body)
    assert (payload["action"], payload["sender"]["login"]) == ("renamed", "acme")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "missing_field"),
        ({"config": {"url": "ftp://127.0.0.1/x"}}, "valid URL"),
        ({"config": {"url": "http://["}}, "valid URL"),
        ({"config": {"url": "http://127.0.0.1/", "content_type": "xml"}}, "content_type"),
        ({"config": {"url": "http://127.0.0.1/"}, "events": ["no-such"]}, "events"),
        ({"config": {"url": "http://127.0.0.1/"}, "events": []}, "events"),
        ({"config": {"url": "http://127.0.0.1/"}, "name": "irc"}, "name"),
        ({"config": {"url": 1}}, "config.url"),
    ],
)
def test_wrong_hooks_are_refused(http: httpx.Client, body: dict[str, Any], words: str) -> None:
    """422 that says what is wrong."""
    answer = http.post(HOOKS, json=body)
    assert answer.status_code == 422
    assert words in answer.text


def test_one_hook_an_address(http: httpx.Client, receiver: Receiver) -> None:
    """A second one for the same URL is 422; a hook of another repository is none of this."""
    made = hook(http, receiver.url)
    again = http.post(HOOKS, json={"config": {"url": receiver.url}})
    assert again.json()["errors"][0]["message"] == "Hook already exists on this repository"
    assert http.get(f"/repos/acme/ledger/hooks/{made['id']}").status_code == 404


def test_hooks_are_for_admins(github: Lookalike) -> None:
    """Whoever may only push does not see them."""
    with github.http("robin") as robin:
        assert robin.get(HOOKS).status_code == 403
        assert robin.post(HOOKS, json={"config": {"url": "http://127.0.0.1/"}}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"event_type": "x", "client_payload": {str(n): n for n in range(11)}},
        {"event_type": "x", "client_payload": {"a": "b" * 65_536}},
        {"event_type": "x" * 101},
        {"event_type": ""},
        {},
    ],
)
def test_dispatch_has_bounds(http: httpx.Client, body: dict[str, Any]) -> None:
    """No more than 10 properties and 64 KB."""
    assert http.post(DISPATCHES, json=body).status_code == 422


def test_unsent_deliveries_outlive_the_server(tmp_path: Path, receiver: Receiver) -> None:
    """What was committed and not delivered when the server ended is delivered by the next."""
    directory = tmp_path / "world"
    world, *_ = found_world(directory, keep=True)
    token = next(each.value for each in world.tokens if world.users[each.user_id].login == "mira")
    receiver.waits_for.clear()
    with serving(GitHub(world)) as url, httpx.Client(base_url=url, headers={"Authorization": f"token {token}"}) as http:
        hook(http, receiver.url)
        assert receiver.hears.wait(30)
    world.close()
    receiver.waits_for.set()
    world = World(directory, keep=True)
    github = GitHub(world)
    with serving(github):
        assert github.deliveries.idle(20)
    assert [each.status for each in world.deliveries] == ["OK"]
    world.close()
    first, second = receiver.heard
    assert first.headers["x-github-delivery"] == second.headers["x-github-delivery"]


def test_what_cannot_be_written_is_delivered_again(tmp_path: Path, receiver: Receiver) -> None:
    """A full disk ends no thread: later deliveries are sent, this one again by the next server."""
    world, *_ = found_world(tmp_path / "world", keep=True)
    token = next(each.value for each in world.tokens if world.users[each.user_id].login == "mira")
    storage = world._storage

    class Full:
        load, unreadable = storage.load, storage.unreadable

        def save(self, *_: object) -> None:
            raise StoreError("The disk is full.", "Make room.")

    receiver.waits_for.clear()
    github = GitHub(world)
    with serving(github) as url, httpx.Client(base_url=url, headers={"Authorization": f"token {token}"}) as http:
        hook(http, receiver.url)
        while not receiver.heard:
            http.get("/user")
        world._storage = Full()  # type: ignore[assignment]  # stands for a full disk
        receiver.waits_for.set()
        assert github.deliveries.idle(20)
        world._storage = storage
        assert http.post(f"{HOOKS}/1/pings").status_code == 204
        assert github.deliveries.idle(20)
        assert [each.status for each in world.deliveries] == ["", "OK"]
    world.close()
    again = World(tmp_path / "world", keep=True)
    github = GitHub(again)
    with serving(github):
        assert github.deliveries.idle(20)
    assert [each.status for each in again.deliveries] == ["OK", "OK"]
    again.close()


@pytest.mark.skipif(SHARED is None, reason="the workshop's shared folder is absent")
def test_payloads_are_as_github_describes(github: Lookalike, http: httpx.Client, receiver: Receiver) -> None:
    """A ping has the keys of a real one."""
    assert SHARED is not None
    hook(http, receiver.url)
    idle(github)
    [heard] = receiver.heard
    real = json.loads((SHARED / "github" / "webhooks" / "ping.json").read_text())
    ours = json.loads(heard.body)
    assert set(real) <= set(ours)
    assert set(real["hook"]) <= set(ours["hook"])
    assert set(real["hook"]["config"]) <= set(ours["hook"]["config"])
