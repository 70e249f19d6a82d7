"""Statuses and checks of commits, as https://docs.github.com/rest/commits/statuses and /rest/checks have them."""

from collections.abc import Iterator

import httpx
import msgspec
import pytest

from qatui.sandbox.github.answering import Asked
from qatui.sandbox.github.founding import add_repository, add_user
from qatui.sandbox.github.records import App, Installation, Token
from tests.lookalike import Lookalike

REPO = "/repos/acme/payments-api"


@pytest.fixture
def mira(github: Lookalike) -> Iterator[httpx.Client]:
    """Who may push."""
    with github.http("mira") as client:
        yield client


def install(github: Lookalike, slug: str) -> httpx.Client:
    """A client with an installation token of a new App in acme's account."""
    world = github.world
    acme = world.user("acme")
    assert acme is not None
    bot = add_user(world, f"{slug}[bot]", kind="Bot")
    app = world.apps.add(App(slug=slug, name=slug, owner_id=acme.id, bot_id=bot.id, permissions={"checks": "write"}))
    there = world.installations.add(Installation(app_id=app.id, account_id=acme.id))
    rights = {"checks": "write", "statuses": "write", "contents": "read", "metadata": "read"}
    token = Token(value=f"ghs_{slug}", user_id=bot.id, installation_id=there.id, permissions=rights)
    world.tokens.add(token)
    return httpx.Client(base_url=github.url, headers={"Authorization": f"token {token.value}"}, timeout=30)


def test_the_last_status_of_each_context_counts(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference"""
    sha = github.push("statuses/one", {"a.txt": "a"})
    ref = f"{REPO}/commits/statuses/one"
    empty = mira.get(f"{ref}/status").json()
    assert (empty["state"], empty["total_count"], empty["statuses"], empty["sha"]) == ("pending", 0, [], sha)

    made = mira.post(f"{REPO}/statuses/{sha}", json={"state": "pending", "context": "ci", "target_url": "https://ci/1"})
    assert made.status_code == 201
    assert made.headers["location"] == made.json()["url"]
    assert (made.json()["creator"]["login"], made.json()["target_url"]) == ("mira", "https://ci/1")
    for state, combined in (
        ("success", "success"),
        ("failure", "failure"),
        ("error", "failure"),
        ("success", "success"),
    ):
        mira.post(f"{REPO}/statuses/{sha}", json={"state": state, "context": "ci"})
        assert mira.get(f"{ref}/status").json()["state"] == combined
    mira.post(f"{REPO}/statuses/{sha}", json={"state": "pending"})
    shown = mira.get(f"{ref}/status").json()
    assert shown["state"] == "pending"
    assert [(each["context"], each["state"]) for each in shown["statuses"]] == [
        ("default", "pending"),
        ("ci", "success"),
    ]
    every = mira.get(f"{REPO}/commits/{sha}/statuses").json()
    assert [each["state"] for each in every] == ["pending", "success", "error", "failure", "success", "pending"]
    assert mira.get(f"{REPO}/commits/statuses/one/statuses", params={"per_page": 2}).links["last"]["url"].endswith("=3")


def test_statuses_have_an_older_address(github: Lookalike, mira: httpx.Client) -> None:
    """PyGithub asks there; GitHub's description has left it out."""
    sha = github.push("statuses/old", {"a.txt": "old"})
    mira.post(f"{REPO}/statuses/{sha}", json={"state": "success"})
    answer = github.github.answer(Asked("GET", f"{REPO}/statuses/{sha}"))
    assert (answer.status, msgspec.json.decode(answer.body)) == (200, mira.get(f"{REPO}/commits/{sha}/statuses").json())


def test_statuses_that_are_refused(github: Lookalike, mira: httpx.Client) -> None:
    """A commit that is not there, a state that is none, words that are too long."""
    sha = github.push("statuses/two", {"a.txt": "b"})
    assert mira.post(f"{REPO}/statuses/{'a' * 40}", json={"state": "success"}).json()["message"] == (
        f"No commit found for SHA: {'a' * 40}"
    )
    for body in (
        {"state": "green"},
        {},
        {"state": "success", "description": "x" * 141},
        {"state": "success", "target_url": "javascript:alert(1)"},
    ):
        assert mira.post(f"{REPO}/statuses/{sha}", json=body).status_code == 422, body
    assert mira.post(f"{REPO}/statuses/main", json={"state": "success"}).status_code == 422, "only by its whole id"
    assert mira.get(f"{REPO}/commits/nowhere/status").status_code == 404
    with github.http("rita") as rita:
        assert rita.post(f"{REPO}/statuses/{sha}", json={"state": "success"}).status_code == 403


def test_only_an_app_makes_check_runs(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/checks/runs: "OAuth apps and authenticated users are not able to create a check"."""
    sha = github.push("checks/user", {"a.txt": "c"})
    refused = mira.post(f"{REPO}/check-runs", json={"name": "lint", "head_sha": sha})
    assert (refused.status_code, refused.json()["message"]) == (403, "You must authenticate via a GitHub App.")


def test_a_check_run_from_queued_to_completed(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/checks/runs#create-a-check-run"""
    sha = github.push("checks/run", {"a.txt": "d"})
    note = {"path": "a.txt", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "hm"}
    with install(github, "linter") as app:
        made = app.post(f"{REPO}/check-runs", json={"name": "lint", "head_sha": sha, "external_id": "7"})
        assert made.status_code == 201, made.text
        run = made.json()
        assert (run["status"], run["conclusion"], run["app"]["slug"], run["external_id"]) == (
            "queued",
            None,
            "linter",
            "7",
        )
        app.patch(
            run["url"], json={"status": "in_progress", "output": {"title": "t", "summary": "s", "annotations": [note]}}
        )
        assert mira.get(f"{REPO}/commits/checks/run/check-suites").json()["check_suites"][0]["status"] == "in_progress"
        done = app.patch(
            run["url"],
            json={"conclusion": "failure", "output": {"summary": "two", "annotations": [note]}},
        ).json()
        assert (done["status"], done["conclusion"]) == ("completed", "failure")
        assert done["completed_at"] is not None
        assert (done["output"]["title"], done["output"]["summary"], done["output"]["annotations_count"]) == (
            "t",
            "two",
            2,
        )
        app.post(f"{REPO}/check-runs", json={"name": "lint", "head_sha": sha, "conclusion": "success"})
        again = app.patch(run["url"], json={"status": "in_progress"}).json()
        assert (again["conclusion"], again["completed_at"]) == (None, None), "run again"

    latest = mira.get(f"{REPO}/commits/{sha}/check-runs").json()
    assert (latest["total_count"], latest["check_runs"][0]["conclusion"]) == (1, "success")
    every = mira.get(f"{REPO}/commits/{sha}/check-runs", params={"filter": "all"}).json()
    assert every["total_count"] == 2
    assert mira.get(f"{REPO}/commits/{sha}/check-runs", params={"check_name": "other"}).json()["total_count"] == 0
    suites = mira.get(f"{REPO}/commits/{sha}/check-suites").json()
    assert (suites["total_count"], suites["check_suites"][0]["conclusion"]) == (1, "success")
    suite = suites["check_suites"][0]
    assert suite["head_branch"] == "checks/run"
    assert mira.get(f"{REPO}/check-suites/{suite['id']}/check-runs").json() == latest
    assert mira.get(f"{REPO}/check-runs/{run['id']}").json()["name"] == "lint"


def test_check_runs_that_are_refused(github: Lookalike, mira: httpx.Client) -> None:
    """What contradicts itself is 422; another App's run is 403; another repository's is 404."""
    sha = github.push("checks/refused", {"a.txt": "e"})
    with install(github, "one") as one, install(github, "two") as two:
        base = {"name": "x", "head_sha": sha}
        for body in (
            {"name": "x"},
            {"name": "x", "head_sha": "b" * 40},
            {**base, "status": "completed"},
            {**base, "conclusion": "stale"},
            {**base, "conclusion": "green"},
            {**base, "started_at": "soon"},
            {**base, "output": {"summary": "without a title"}},
        ):
            assert one.post(f"{REPO}/check-runs", json=body).status_code == 422, body
        run = one.post(f"{REPO}/check-runs", json=base).json()
        assert two.patch(run["url"], json={"conclusion": "success"}).status_code == 403
        assert two.get(run["url"]).status_code == 200
    acme = github.world.user("acme")
    assert acme is not None
    add_repository(github.world, acme, "elsewhere")
    assert mira.get(f"/repos/acme/elsewhere/check-runs/{run['id']}").status_code == 404
    assert mira.get(f"{REPO}/check-suites/99999/check-runs").status_code == 404
