"""`qatui doctor`: each line as it is found, and what it says to do where something is wrong."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qatui.flows import doctor
from qatui.sandbox.github.founding import add_token
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


def fine_grained(github: Lookalike, permissions: dict[str, str]) -> str:
    """A token of robin's with these permissions, and the one that every such token has."""
    robin = github.world.user("robin")
    assert robin is not None
    with github.world.lock:
        return add_token(github.world, robin, permissions={"metadata": "read", **permissions}).value


def move(project: Project, github: Lookalike, name: str) -> None:
    """Let the clone be one of another repository of acme, fetched from the same folder."""
    address = f"{github.url}/{name}.git"
    project.git("remote", "set-url", "origin", address)
    project.git("config", f"url.{project.remote}.pushInsteadOf", address)


def settings(project: Project, text: str) -> None:
    """Let the team's settings be these."""
    project.commit({"qatui.yaml": text}, push=False)
    project.git("push", "-q", "origin", "HEAD:main")


WRITES = {"contents": "write", "pull_requests": "write", "issues": "write"}


@pytest.mark.parametrize(
    ("permissions", "lacks"),
    [
        ({}, "branches of acme/ledger (permission contents)"),
        ({"contents": "read"}, "pulls of acme/ledger (permission pull_requests)"),
        ({**WRITES, "issues": ""}, "issues of acme/ledger (permission issues)"),
    ],
)
def test_a_permission_that_is_seen_to_be_missing(
    call: Call,
    at_github: Lookalike,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    permissions: dict[str, str],
    lacks: str,
) -> None:
    move(project, at_github, "acme/ledger")
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", fine_grained(at_github, permissions))
    found, fix = wrong(call("doctor", "--json"))["permissions"]
    assert f"the token may not read the {lacks}" in found
    assert "contents, pull_requests and issues: write" in fix


@pytest.mark.parametrize(("name", "permissions"), [("acme/ledger", WRITES), ("acme/payments-api", {})])
def test_a_permission_that_cannot_be_seen_is_not_claimed(
    call: Call,
    at_github: Lookalike,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    permissions: dict[str, str],
) -> None:
    """What is public, everybody reads; what may be written shows nowhere."""
    move(project, at_github, name)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", fine_grained(at_github, permissions))
    ran = call("doctor", "--json")
    assert wrong(ran) == {}
    found = lines(ran)["permissions"]["found"]
    assert found.startswith(f"the owner has write in {name}; ")
    assert "GitHub does not tell: it needs contents, pull_requests and issues: write" in found


def test_a_token_of_nobody(call: Call, at_github: Lookalike) -> None:
    """GitHub does not tell an App's installation who it is; the time it tells elsewhere."""
    with at_github.http() as http:
        rule = {"fault": "403-permission", "path": "/user"}
        assert http.post("/_qatui/faults", json=rule).status_code == 201
    found = {topic: line["found"] for topic, line in lines(call("doctor", "--json")).items()}
    assert found["token"] == "from GH_ENTERPRISE_TOKEN, an App's: GitHub names nobody for it"
    assert found["clock"] == "agrees with GitHub's"


def test_branches_that_go_elsewhere_than_pull_requests(call: Call, at_github: Lookalike, project: Project) -> None:
    settings(project, "repository: acme/payments-api\n")
    move(project, at_github, "acme/ledger")
    found, fix = wrong(call("doctor", "--json"))["push"]
    assert found.startswith("branches go to acme/ledger, which is no fork of acme/payments-api")
    assert "git remote set-url origin" in fix
    move(project, at_github, "acme/nothing")
    assert "acme/nothing, which is not there" in wrong(call("doctor", "--json"))["push"][0]


def test_branches_that_go_to_a_fork(
    call: Call, at_github: Lookalike, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(project, "repository: acme/payments-api\n")
    with at_github.http("rita") as http:
        assert http.post("/repos/acme/payments-api/forks", json={}).status_code == 202
    move(project, at_github, "rita/payments-api")
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", at_github.token("rita"))
    ran = call("doctor", "--json")
    assert wrong(ran) == {}  # she may not push to acme's, and need not
    assert lines(ran)["push"]["found"] == "branches go to rita/payments-api, a fork of acme/payments-api"
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", at_github.token("robin"))
    assert "may not push to" in wrong(call("doctor", "--json"))["push"][0]
    monkeypatch.delenv("GH_ENTERPRISE_TOKEN")
    assert "could not be asked" in wrong(call("doctor", "--json"))["push"][0]


def test_who_may_only_read_and_has_a_remote_for_their_fork(
    call: Call, at_github: Lookalike, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", at_github.token("rita"))
    project.git("remote", "add", "other", f"{at_github.url}/acme/ledger.git")
    found, fix = wrong(call("doctor", "--json"))["permissions"]
    assert "read in acme/payments-api" in found
    assert fix == "Ask for push access, or publish from a fork: gh repo fork acme/payments-api --remote"
    with at_github.http("rita") as http:
        assert http.post("/repos/acme/payments-api/forks", json={}).status_code == 202
    project.git("remote", "add", "mine", f"{at_github.url}/rita/payments-api.git")
    ran = call("doctor", "--json")
    assert wrong(ran) == {}
    assert lines(ran)["permissions"]["found"].endswith("; branches go to rita/payments-api, a fork of it")


@pytest.mark.parametrize("broken", ["no database", "locked"])
def test_a_database_that_is_broken_hides_nothing_else(
    call: Call, at_github: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    place = tmp_path / "other.db"
    monkeypatch.setenv("QATUI_DATABASE", str(place))
    monkeypatch.setattr(doctor, "BUSY_SECONDS", 0.2)
    if broken == "locked":
        assert call("doctor", "--json").code == 0
        holder = sqlite3.connect(place, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        place.write_bytes(b"this is no database, and never was one" * 200)
    ran = call("doctor", "--json")
    if broken == "locked":
        holder.close()
    assert ran.code == 1
    assert list(wrong(ran)) == ["database"]
    assert {"repository", "settings", "identity", "base", "remote", "permissions", "clock"} <= set(lines(ran))


def test_settings_that_are_wrong_hide_nothing_else(call: Call, at_github: Lookalike, project: Project) -> None:
    settings(project, "repository: [1\n")
    ran = call("doctor", "--json")
    assert list(wrong(ran)) == ["settings"]
    assert lines(ran)["permissions"]["found"].startswith("write in acme/payments-api")


def test_who_hangs_is_named_and_not_waited_for(
    call: Call, project: Project, monkeypatch: pytest.MonkeyPatch, terminal: Callable[[str], None]
) -> None:
    monkeypatch.setattr(doctor, "REMOTE_SECONDS", 0.3)
    monkeypatch.setattr(doctor, "SECONDS", 0.3)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ghp_x")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host = f"127.0.0.1:{mute.getsockname()[1]}"
        project.git("remote", "set-url", "origin", f"http://me:ghp_pass@{host}/acme/payments-api.git")
        quiet = call("doctor", "--json")
        terminal("")
        ran = call("doctor", "--json")
    assert set(wrong(ran)) == {"remote", "GitHub"}
    assert "took longer than" in wrong(ran)["remote"][0]
    assert "took longer than" in wrong(ran)["GitHub"][0]
    assert f"Asking http://{host}/acme/payments-api.git for its branch main ..." in ran.err
    assert f"Asking http://{host}/api/v3 whose token it is ..." in ran.err
    assert "ghp_pass" not in ran.err + ran.out
    assert quiet.err == ""
