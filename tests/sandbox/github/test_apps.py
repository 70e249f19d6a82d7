"""GitHub Apps: their JSON web token, installations, and tokens that act as their bot, with what they were given."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qatui.sandbox.github.founding import add_app, add_repository, install
from qatui.sandbox.github.records import App, Installation
from tests.lookalike import Lookalike

R = "/repos/acme/payments-api"


def web_token(number: object, seconds: float = 300) -> str:
    """A JSON web token; nobody looks at its signature here."""
    parts = {"alg": "RS256", "typ": "JWT"}, {"iss": number, "exp": int(time.time() + seconds)}
    words = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*words, "c2lnbmF0dXJl"])


def as_app(github: Lookalike, token: str) -> httpx.Client:
    """A client with any credential."""
    return httpx.Client(base_url=github.url, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def made(github: Lookalike) -> tuple[App, Installation]:
    """An App in acme, for all its repositories."""
    with github.world.lock:
        acme = github.world.user("acme")
        assert acme is not None
        app = add_app(github.world, acme, "qa", {"issues": "write", "contents": "read", "repository_hooks": "write"})
        return app, install(github.world, app, acme)


@pytest.fixture(scope="module")
def token(github: Lookalike, made: tuple[App, Installation]) -> Callable[..., str]:
    """A token of the installation, as the body asks for it."""

    def ask(**body: Any) -> str:
        with as_app(github, web_token(made[0].id)) as http:
            answer = http.post(f"/app/installations/{made[1].id}/access_tokens", json=body)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["token"])

    return ask


def test_app_knows_itself(github: Lookalike, made: tuple[App, Installation]) -> None:
    """Itself, where it is installed (a private repository too), and nothing with a person's token."""
    app, installation = made
    with as_app(github, web_token(str(app.id))) as http:
        assert http.get("/app").json()["slug"] == "qa"
        for name in ("payments-api", "ledger"):
            shown = http.get(f"/repos/acme/{name}/installation").json()
            assert (shown["id"], shown["app_slug"], shown["repository_selection"]) == (installation.id, "qa", "all")
        assert http.get("/repos/acme/nothing/installation").status_code == 404
    with github.http() as mira:
        assert mira.get("/app").status_code == 401


@pytest.mark.parametrize("bad", [(999, 300), ("x", 300), (1, -5), (1, 4000), (None, 300), ([], 1)])
def test_bad_web_tokens(github: Lookalike, bad: tuple[object, float]) -> None:
    """An unknown issuer, one that has expired, one that lasts too long: 401."""
    with as_app(github, web_token(*bad)) as http:
        assert http.get("/app").status_code == 401


def test_token_acts_as_the_bot(github: Lookalike, token: Callable[..., str]) -> None:
    """What an App does, its bot did; GET /user is for people."""
    with as_app(github, token()) as http:
        assert http.get("/user").status_code == 403
        issue = http.post(f"{R}/issues", json={"title": "By an App"}).json()
        assert (issue["user"]["login"], issue["user"]["type"]) == ("qa[bot]", "Bot")
        assert http.get("/repos/acme/ledger").status_code == 200
        assert http.get("/rate_limit").json()["rate"]["limit"] == 5000


def test_token_has_the_permissions_it_asked_for(github: Lookalike, token: Callable[..., str]) -> None:
    """GITHUB.md, Access in words: X-Accepted-GitHub-Permissions names the missing permission."""
    with as_app(github, token(permissions={"issues": "read"})) as http:
        refused = http.post(f"{R}/issues", json={"title": "a"})
        assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
        assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write"
        assert http.get(f"{R}/hooks").status_code == 403


def test_permission_stands_for_the_role(github: Lookalike, token: Callable[..., str]) -> None:
    """Hooks ask a person for admin rights, an App for the permission."""
    with as_app(github, token(permissions={"repository_hooks": "read"})) as http:
        assert http.get(f"{R}/hooks").status_code == 200
        assert http.post(f"{R}/hooks", json={"config": {"url": "http://127.0.0.1:1"}}).status_code == 403


def test_token_for_some_repositories(github: Lookalike, token: Callable[..., str]) -> None:
    """Others are not seen, or read only where they are public."""
    with as_app(github, token(repositories=["payments-api"])) as http:
        assert http.post(f"{R}/issues", json={"title": "a"}).status_code == 201
        assert http.get("/repos/acme/ledger").status_code == 404
    with as_app(github, token(repository_ids=[github.private.id])) as http:
        assert http.get("/repos/acme/ledger").status_code == 200
        assert http.post(f"{R}/issues", json={"title": "a"}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"repositories": ["no-such"]},
        {"repository_ids": [10_000]},
        {"permissions": {"contents": "write"}},
        {"permissions": {"secrets": "read"}},
        {"permissions": {"issues": "much"}},
    ],
)
def test_token_has_not_more_than_the_app(
    github: Lookalike, made: tuple[App, Installation], body: dict[str, Any]
) -> None:
    """422."""
    with as_app(github, web_token(made[0].id)) as http:
        assert http.post(f"/app/installations/{made[1].id}/access_tokens", json=body).status_code == 422
        assert http.post("/app/installations/999/access_tokens").status_code == 404


def test_token_expires(github: Lookalike, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour."""
    value = token()
    with as_app(github, value) as http:
        assert http.get("/rate_limit").status_code == 200
        real = github.world.clock
        monkeypatch.setattr(github.world, "clock", lambda: real() + 3601)
        assert http.get("/rate_limit").status_code == 401


def test_installed_for_some(github: Lookalike) -> None:
    """An App that is in one repository is not in another, and does not see a private one."""
    with github.world.lock:
        acme = github.world.user("acme")
        assert acme is not None
        app = add_app(github.world, acme, "narrow", {"issues": "write"})
        hidden = add_repository(github.world, acme, "hidden", private=True)
        install(github.world, app, acme, [github.repository])
    with as_app(github, web_token(app.id)) as http:
        assert http.get(f"{R}/installation").json()["repository_selection"] == "selected"
        assert http.get(f"/repos/acme/{hidden.name}/installation").status_code == 404
