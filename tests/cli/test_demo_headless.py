"""`qatui demo --headless`: the whole way, told as one record, and the same however often it was killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qatui.cli.main import run
from qatui.domain.plan_items import items
from qatui.errors import ExitCode
from qatui.sandbox.demo_github import FOLDER
from qatui.sandbox.github.world import World
from tests.conftest import run_git
from tests.hostile import assert_json

OWN = "ghp_the-reviewers-own-token"
PLAN = "docs/test-plan.md"
STEPS = ("writing", "opening", "merging", "pushing the test plan")
"""How its lines begin before something is done that must not be done twice."""


@pytest.fixture(autouse=True)
def own_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The reviewer has tokens, and settings that take them from elsewhere."""
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"):
        monkeypatch.setenv(name, OWN)
    (tmp_path / "mine.yaml").write_text("token_source: gh\napi_url: https://git.example.test/api/v3\n")
    monkeypatch.setenv("QATUI_CONFIG", str(tmp_path / "mine.yaml"))


def walk(place: Path, capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    """The record of a walk."""
    assert run(["demo", "--headless", "--dir", str(place), "--json", *args]) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert err == ""
    assert_json(out)
    told: dict[str, Any] = json.loads(out)
    return told


def seen(place: Path) -> dict[str, object]:
    """What there is in the end, at the remote and at GitHub."""
    remote = place / "remote.git"
    world = World(place / FOLDER, keep=True)
    try:
        return {
            "branches": run_git(remote, "for-each-ref", "--format=%(refname)", "refs/heads").splitlines(),
            "subjects": run_git(remote, "log", "--format=%s", "main").splitlines(),
            "tree": run_git(remote, "rev-parse", "main^{tree}"),
            "pulls": [(each.number, each.merged_at is not None) for each in world.pulls],
            "closed": sorted(each.number for each in world.issues if each.state == "closed"),
        }
    finally:
        world.close()


def test_the_whole_way_and_once_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "demo"
    before = dict(os.environ)
    told = walk(place, capsys)
    assert dict(os.environ) == before
    pull, branch = told.pop("pull_request"), told.pop("branch")
    remote = place / "remote.git"
    plan = items(run_git(remote, "show", f"main:{PLAN}").encode())
    assert told == {
        "schema": 1,
        "changed": True,
        "workspace": str(place),
        "repository": str(place / "payments-api"),
        "remote": str(remote),
        "candidates": {"ingested": 58, "approved": 30, "rejected": 19, "deferred": 8},
        "commits": 30,
        "plan": {"file": PLAN, "items": len(plan), "ticked": sum(each.checked for each in plan)},
    }
    assert (pull["number"], pull["state"], pull["merged"]) == (7, "closed", True)
    assert pull["url"].endswith("/acme/payments-api/pull/7")
    assert run_git(remote, "rev-list", "--count", f"main~1^1..refs/heads/{branch}") == "30"
    with_issue = [each for each in plan if each.issues and each.pulls]
    without = [each for each in plan if not each.issues and each.pulls]
    assert {each.pulls for each in (*with_issue, *without)} == {(7,)}
    assert all(each.checked for each in (*with_issue, *without))
    assert (len(with_issue), len(without)) == (4, 9)
    there = seen(place)
    assert there["pulls"] == [(7, True)]
    assert there["closed"] == sorted([*(each.issues[0] for each in with_issue), 7])
    assert run_git(place / "payments-api", "status", "--porcelain") == ""
    again = walk(place, capsys)
    assert again == {**told, "changed": False, "pull_request": pull, "branch": branch}
    assert seen(place) == there
    assert OWN.encode() not in b"".join(each.read_bytes() for each in place.rglob("*") if each.is_file())


def test_without_json_it_is_read_by_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--headless", "--dir", str(tmp_path / "d"), "--candidates", "5"]) == ExitCode.DONE
    out, err = capsys.readouterr()
    rows = [line.split(maxsplit=1) for line in out.splitlines()]
    assert [row[0] for row in rows] == ["workspace", "candidates", "branch", "pull", "test"]
    assert "5 taken in: 3 approved, 1 rejected, 1 deferred" in out
    assert "#7, merged into main" in out
    assert "approved 3" in err
    assert "ghp_" not in out + err


def test_where_nothing_is_to_be_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = walk(tmp_path / "d", capsys, "--candidates", "0")
    assert (told["branch"], told["commits"], told["pull_request"]) == (None, 0, None)
    assert told["candidates"] == {"ingested": 0, "approved": 0, "rejected": 0, "deferred": 0}


def test_killed_in_front_of_each_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SIGKILL when it tells a step of STEPS for the first time; run again it ends as one that was left in peace."""
    place, peace = tmp_path / "killed", tmp_path / "peace"
    command = [sys.executable, "-m", "qatui", "demo", "--headless", "--candidates", "5", "--dir", str(place)]
    steps: list[str] = []
    while killed_at_a_new_step(command, steps):
        assert len(steps) < len(STEPS) + 2
    assert steps == list(STEPS)
    told, undisturbed = walk(place, capsys), walk(peace, capsys, "--candidates", "5")
    assert told.pop("changed") is False
    for key in ("candidates", "branch", "commits", "plan"):
        assert told[key] == undisturbed[key]
    assert told["pull_request"]["number"] == undisturbed["pull_request"]["number"]
    assert told["pull_request"]["merged"]
    assert seen(place) == seen(peace)


def killed_at_a_new_step(command: list[str], steps: list[str]) -> bool:
    """Run it up to the first step that is not in `steps` yet, and kill it there; False: it came to its end."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            step = next((each for each in STEPS if line.startswith(each)), None)
            if step is not None and step not in steps:
                steps.append(step)
                process.send_signal(signal.SIGKILL)
                return True
    assert process.returncode == ExitCode.DONE
    return False
