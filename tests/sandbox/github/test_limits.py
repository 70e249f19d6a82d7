"""Rate limits on a fake clock: what is counted for whom, what refuses, what every answer tells."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from qatui.sandbox.github.answering import Asked, GitHub
from qatui.sandbox.github.call import Answer
from qatui.sandbox.github.limits import AT_ONCE, Enforced, Limits
from qatui.sandbox.github.records import App, Installation, Token
from qatui.sandbox.github.world import World
from tests.lookalike import found_world

START = 1_795_000_000


@dataclass
class Bench:
    """A look-alike without HTTP whose clock stands still."""

    world: World
    github: GitHub
    moment: list[float] = field(default_factory=lambda: [float(START)])

    def ask(self, method: str, path: str, login: str | None = "mira", body: Any = None, address: str = "x") -> Answer:
        """One request."""
        headers = {"user-agent": "tests"}
        if login is not None:
            user = self.world.user(login)
            assert user is not None
            token = next(each for each in self.world.tokens if each.user_id == user.id)
            headers["authorization"] = f"Bearer {token.value}"
        data = b"" if body is None else msgspec.json.encode(body)
        return self.github.answer(Asked(method, path, headers=headers, body=data, address=address))


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[float]]]:
    """One world for all; each test has its own limits."""
    moment = [float(START)]
    world, *_ = found_world(tmp_path_factory.mktemp("limits") / "world", now=lambda: moment[0])
    yield world, moment
    world.close()


def bench(founded: tuple[World, list[float]], enforced: Enforced) -> Bench:
    """With fresh limits, at the start."""
    world, moment = founded
    moment[0] = START
    return Bench(world, GitHub(world, limits=enforced), moment)


def told(answer: Answer) -> dict[str, str]:
    """The headers of limits, without what all begin with."""
    return {
        name.removeprefix("X-RateLimit-").lower(): value
        for name, value in answer.headers.items()
        if name.startswith("X-RateLimit-")
    }


def message(answer: Answer) -> str:
    """What an error says."""
    return str(msgspec.json.decode(answer.body)["message"])


def test_every_answer_tells(founded: tuple[World, list[float]]) -> None:
    """GITHUB.md, Rate limits: headers, reset in UTC epoch seconds; 5,000 an hour for a user."""
    github = bench(founded, "none")
    first, second = github.ask("GET", "/user"), github.ask("GET", "/no/such")
    wanted = {"limit": "5000", "remaining": "4999", "used": "1", "reset": str(START + 3600), "resource": "core"}
    assert told(first) == wanted
    assert told(second)["used"] == "2"
    assert told(github.ask("GET", "/user", "robin"))["used"] == "1"
    github.moment[0] += 3600
    assert told(github.ask("GET", "/user")) == {**wanted, "reset": str(START + 7200)}


def test_asking_for_limits_is_free(founded: tuple[World, list[float]]) -> None:
    """https://docs.github.com/rest/rate-limit/rate-limit"""
    github = bench(founded, "all")
    github.ask("GET", "/user")
    for _ in range(3):
        shown = msgspec.json.decode(github.ask("GET", "/rate_limit").body)
    assert shown["rate"] == {"limit": 5000, "used": 1, "remaining": 4999, "reset": START + 3600}
    assert shown["resources"]["search"]["limit"] == 30


def test_nobody_has_sixty_an_hour(founded: tuple[World, list[float]]) -> None:
    """GITHUB.md, Rate limits: 60 without a token, by address; then 403 with remaining 0 until reset."""
    github = bench(founded, "primary")
    for _ in range(60):
        assert github.ask("GET", "/users/mira", None).status == 200
    refused = github.ask("GET", "/users/mira", None)
    assert refused.status == 403
    assert message(refused).startswith("API rate limit exceeded for x.")
    assert told(refused)["remaining"] == "0"
    assert github.ask("GET", "/users/mira", None, address="y").status == 200
    assert github.ask("GET", "/users/mira").status == 200
    github.moment[0] = float(told(refused)["reset"])
    assert github.ask("GET", "/users/mira", None).status == 200


def test_counted_without_refusing(founded: tuple[World, list[float]]) -> None:
    """A look-alike for tests does not stop them."""
    github = bench(founded, "none")
    for _ in range(70):
        last = github.ask("GET", "/users/mira", None)
    assert (last.status, told(last)["remaining"]) == (200, "0")


def test_search_has_its_own(founded: tuple[World, list[float]]) -> None:
    """GITHUB.md, Rate limits: search has its own: 30 a minute, 10 without a token."""
    github = bench(founded, "primary")
    assert told(github.ask("GET", "/search/issues"))["resource"] == "search"
    for _ in range(10):
        assert github.ask("GET", "/search/issues", None).status != 403
    assert github.ask("GET", "/search/issues", None).status == 403
    assert github.ask("GET", "/users/mira", None).status == 200
    github.moment[0] += 60
    assert github.ask("GET", "/search/issues", None).status != 403


def test_installations_have_their_own(founded: tuple[World, list[float]]) -> None:
    """GITHUB.md, Rate limits: 1,000 for an Actions token, 5,000-15,000 for an App."""
    github = bench(founded, "none")
    world, (acme, mira) = github.world, (github.world.user("acme"), github.world.user("mira"))
    assert acme is not None
    assert mira is not None
    limits = []
    for slug, repositories in (("github-actions", None), ("some", None), ("big", list(range(40))), ("huge", [0] * 999)):
        app = world.apps.add(App(slug=slug, name=slug, owner_id=acme.id, bot_id=mira.id))
        made = world.installations.add(Installation(app_id=app.id, account_id=acme.id, repository_ids=repositories))
        token = world.tokens.add(Token(value=f"ghs_{slug}", user_id=mira.id, installation_id=made.id, permissions={}))
        headers = {"authorization": f"token {token.value}"}
        limits.append(told(github.github.answer(Asked("GET", "/users/mira", headers=headers)))["limit"])
        world.tokens.remove(token)
    assert limits == ["1000", "5000", "6000", "12500"]


def test_points_a_minute(founded: tuple[World, list[float]]) -> None:
    """GITHUB.md, Rate limits: 900 points a minute, reads 1, writes 5; retry-after says when."""
    github = bench(founded, "all")
    path = "/repos/acme/payments-api/dispatches"
    for _ in range(100):
        assert github.ask("POST", path, body={"event_type": "a"}).status == 204
    github.moment[0] += 20
    for _ in range(400):
        assert github.ask("GET", "/user").status == 200
    refused = github.ask("GET", "/user")
    assert refused.status == 403
    assert "secondary rate limit" in message(refused)
    assert refused.headers["Retry-After"] == "40"
    assert int(told(refused)["remaining"]) > 0
    assert github.ask("GET", "/user", "robin").status == 200
    github.moment[0] += 40
    assert github.ask("GET", "/user").status == 200


def test_content_creation(founded: tuple[World, list[float]]) -> None:
    """GITHUB.md, Rate limits: content creation 80 a minute and 500 an hour."""
    github = bench(founded, "all")
    path, made = "/repos/acme/payments-api/issues", 0
    while github.ask("POST", path, body={"title": "a"}).status == 201:
        made += 1
    assert made == 80
    for _ in range(5):
        github.moment[0] += 60
        for _ in range(80):
            assert github.ask("POST", path, body={"title": "a"}).status == 201
    github.moment[0] += 60
    answers = [github.ask("POST", path, body={"title": "a"}) for _ in range(21)]
    assert [each.status for each in answers] == [201] * 20 + [403]
    assert answers[-1].headers["Retry-After"] == str(3600 - 360)


def test_many_at_once() -> None:
    """GITHUB.md, Rate limits: 100 requests at once; only where secondary limits refuse."""
    assert Limits(lambda: 0.0, "all").crowded(AT_ONCE + 1)
    assert not Limits(lambda: 0.0, "all").crowded(AT_ONCE)
    assert not Limits(lambda: 0.0, "primary").crowded(AT_ONCE + 1)
