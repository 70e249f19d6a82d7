"""`qatui doctor`: each line as it is found, and what it says to do where something is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qatui.sandbox.github.records import Token
from tests.cli.conftest import Call, Ran
from tests.conftest import NOW, Clock, Project
from tests.lookalike import Lookalike, lookalike


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    """A look-alike for all tests here; each makes a token of its own."""
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


@pytest.fixture
def at_github(github: Lookalike, project: Project, monkeypatch: pytest.MonkeyPatch) -> Lookalike:
    """The project's clone seen as one of acme/payments-api, fetched from a folder."""
    address = f"{github.url}/acme/payments-api.git"
    project.git("remote", "set-url", "origin", address)
    project.git("config", f"url.{project.remote}.pushInsteadOf", address)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", github.token("robin"))
    project.git("push", "-q", "--force", "origin", "HEAD:main")
    return github


def lines(ran: Ran) -> dict[str, dict[str, Any]]:
    return {line["topic"]: line for line in ran.data["lines"]}


def wrong(ran: Ran) -> dict[str, tuple[str, str]]:
    """What failed: what was found, and the fix."""
    return {topic: (line["found"], line["fix"]) for topic, line in lines(ran).items() if not line["ok"]}


def test_all_is_well(call: Call, at_github: Lookalike) -> None:
    ran = call("doctor", "--json")
    assert wrong(ran) == {}
    assert ran.code == 0
    found = {topic: line["found"] for topic, line in lines(ran).items()}
    assert list(found) == [
        "git",
        "repository",
        "settings",
        "identity",
        "base",
        "remote",
        "database",
        "GitHub",
        "token",
        "permissions",
        "clock",
    ]
    assert found["token"] == "from GH_ENTERPRISE_TOKEN, of robin"
    assert found["permissions"].startswith("write in acme/payments-api")
    assert at_github.url in found["GitHub"]


def test_a_person_reads_the_same(call: Call, at_github: Lookalike) -> None:
    ran = call("doctor")
    assert ran.code == 0
    assert "ok   base         main at " in ran.out
    assert at_github.token("robin") not in ran.out + ran.err


def test_outside_a_clone(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "empty").mkdir()
    ran = call("-C", tmp_path / "empty", "doctor", "--json")
    assert ran.code == 1
    assert "Go into a clone" in wrong(ran)["repository"][1]
    assert "GH_TOKEN" in wrong(ran)["token"][1]
    assert lines(ran)["database"]["ok"] is True


def test_a_remote_that_is_a_folder_needs_no_github(call: Call) -> None:
    ran = call("doctor", "--json")
    assert ran.code == 0
    assert "token" not in lines(ran)


def test_nobody_there(call: Call, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "x")
    monkeypatch.setenv("QATUI_API_URL", "http://127.0.0.1:9")
    project.git("remote", "set-url", "origin", "http://127.0.0.1:9/acme/payments-api.git")
    ran = call("doctor", "--json")
    assert ran.code == 1
    assert {"remote", "GitHub"} <= set(wrong(ran))
    assert all(fix for _, fix in wrong(ran).values())


def test_a_token_that_is_none(call: Call, at_github: Lookalike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ghp_wrong")
    found, fix = wrong(call("doctor", "--json"))["token"]
    assert found.startswith("from GH_ENTERPRISE_TOKEN: ")
    assert fix


def test_who_may_not_push(call: Call, at_github: Lookalike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", at_github.token("rita"))
    found, fix = wrong(call("doctor", "--json"))["permissions"]
    assert found.startswith("read in acme/payments-api")
    assert "push access" in fix


@pytest.mark.parametrize(
    ("token", "topic", "found", "fix"),
    [
        (Token(value="ghp_few", user_id=0, scopes=["gist"]), "permissions", "scopes gist", "`repo`"),
        (Token(value="ghp_old", user_id=0, expires_at=2**31), "token", "runs out on 2038-01-19", "Make a new one"),
    ],
)
def test_a_token_that_will_not_do(
    call: Call,
    at_github: Lookalike,
    monkeypatch: pytest.MonkeyPatch,
    token: Token,
    topic: str,
    found: str,
    fix: str,
) -> None:
    robin = at_github.world.user("robin")
    assert robin is not None
    with at_github.world.lock:
        token.user_id = robin.id
        at_github.world.tokens.add(token)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", token.value)
    monkeypatch.setattr("qatui.flows.desk.clock", Clock(2**31 * 1000 - 86_400_000))
    was, do = wrong(call("doctor", "--json"))[topic]
    assert found in was
    assert fix in do


def test_single_sign_on_names_its_page(call: Call, at_github: Lookalike, monkeypatch: pytest.MonkeyPatch) -> None:
    world = at_github.world
    robin = world.user("robin")
    assert robin is not None
    with world.lock:
        world.tokens.add(Token(value="ghp_sso", user_id=robin.id, sso_url="https://sso.example.test/go"))
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ghp_sso")
    found, fix = wrong(call("doctor", "--json"))["permissions"]
    assert "https://sso.example.test/go" in found + fix


def test_a_clock_that_is_wrong(call: Call, at_github: Lookalike, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qatui.flows.desk.clock", Clock(NOW - 30 * 86_400_000))
    found, fix = wrong(call("doctor", "--json"))["clock"]
    assert "behind GitHub's" in found
    assert "NTP" in fix


def test_a_team_cannot_send_an_enterprise_token_to_its_own_host(
    call: Call, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A remote's address and qatui.yaml are written by others: the host they name gets no token by that alone."""
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ghp_secret")
    project.commit({"qatui.yaml": "repository: evil.example/acme/payments-api\n"})
    ran = call("doctor", "--json")
    assert "none for evil.example" in wrong(ran)["token"][0]
    assert "GH_HOST=evil.example" in wrong(ran)["token"][1]
