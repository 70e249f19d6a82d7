"""`qatui publish` as the whole program, with a token for the embedded GitHub, and before there is one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qatui.cli.main import run
from qatui.errors import ExitCode
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import Rules
from qatui.store.database import Database
from tests.conftest import run_git
from tests.hosted import Hosted, hosted
from tests.lookalike import Lookalike, lookalike

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


@pytest.fixture
def shop(server: Lookalike, tmp_path: Path, db: Database) -> Iterator[Hosted]:
    with hosted(server, tmp_path, db) as made:
        yield made


@pytest.fixture
def call(shop: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs `qatui ARGS...` in the clone; the address of the API is found by itself."""
    monkeypatch.setenv("QATUI_DATABASE", str(tmp_path / "own" / "qatui.db"))
    rows = [
        {"path": f"tests/test_{name}.py", "content": f"{name} = 1\n", "plan_item": item, "completes": item == "#7"}
        for name, item in (("a", "#7"), ("b", "AUTH-1"), ("c", None))
    ]
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def qatui(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["-C", str(shop.desk.repository.root), *args])
        return int(code), *capsys.readouterr()

    assert qatui("ingest", "--manifest", str(tmp_path / "run.jsonl"))[0] == ExitCode.DONE
    assert qatui("approve", "1", "2", "3")[0] == ExitCode.DONE
    return qatui


def data(found: tuple[int, str, str]) -> Any:
    """The JSON object on stdout."""
    return json.loads(found[1])


def test_the_whole_way(call: Call, shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], Rules(required_approvals=1))
    code, out, err = call("publish", "1", "2")
    file = out.splitlines()[1].removeprefix("pull request text: ")
    assert (code, Path(file).is_file()) == (ExitCode.DONE, True)
    host = shop.github.url.removeprefix("http://").removesuffix("/api/v3")
    assert f"The pull request is not opened yet, it waits for a token for {host}: see qatui doctor." in err
    assert "published 2 tests" in err
    code, out, err = call("publish", "--dry-run", "3")
    assert (code, "rule    " in out) == (ExitCode.DONE, False)

    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", shop.github.token("robin"))
    code, out, err = call("publish", "--dry-run", "3")
    assert code == ExitCode.DONE, err
    lines = out.splitlines()
    assert "rule    1 approving review by others, not by you." in lines
    assert "GitHub  6 requests" in lines
    found = data(call("--json", "publish", "--dry-run", "3"))
    assert (found["pull_request"], found["rules"]) == (None, ["1 approving review by others, not by you."])
    assert (found["requests"], found["plan"]["plan_items"]) == (6, [])

    code, out, err = call("publish", "3")
    assert code == ExitCode.DONE, err
    url = f"http://{host}/acme/{shop.repository.name}/pull"
    assert [line for line in out.splitlines() if line.startswith("pull")] == [
        f"pull request #1  {url}/1", f"pull request #2  {url}/2",
    ]  # fmt: skip
    assert call("publish")[:2] == (ExitCode.DONE, "Nothing to publish.\n")
    with shop.http() as http:
        assert len(http.get(f"{shop.path}/pulls").json()) == 2
        assert "\n\nCloses #7\n\n" in http.get(f"{shop.path}/pulls/1").json()["body"]


def test_as_json(call: Call, shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", shop.github.token("robin"))
    found = data(call("publish", "--dry-run", "--json"))
    assert found["plan"]["plan_items"] == [
        {"candidate": 1, "item": "#7", "completes": True}, {"candidate": 2, "item": "AUTH-1", "completes": False},
    ]  # fmt: skip
    text = call("publish", "--dry-run")[1].splitlines()
    assert "plan    #7 will be ticked after the merge (candidate 1)" in text
    assert "plan    AUTH-1 is not completed by this (candidate 2)" in text
    found = data(call("publish", "--json"))
    (made,) = found["publications"]
    assert found["pull_request"] == made["pull_request"]
    assert found["pull_request"] == {
        "number": 1, "url": f"{shop.github.url.removesuffix('/api/v3')}/acme/{shop.repository.name}/pull/1",
        "state": "open", "head_repository": None,
    }  # fmt: skip
    assert (found["rules"], found["requests"]) == ([], 6)
    assert [each["job"] for each in found["jobs"]] == ["publish:1", "pull_request:1"]


def test_from_the_clone_of_a_fork(call: Call, shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `gh repo fork --clone` makes it: origin is the fork, upstream the base."""
    root, token = shop.desk.repository.root, shop.github.token("rita")
    with shop.http("rita") as http:
        assert http.post(f"{shop.path}/forks").status_code == 202
    address = shop.github.url.replace("://", f"://x:{token}@").removesuffix("/api/v3")
    run_git(root, "remote", "rename", "origin", "upstream")
    run_git(root, "remote", "add", "origin", f"{address}/rita/{shop.repository.name}.git")
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", token)
    found = data(call("publish", "--json"))
    assert found["pull_request"]["head_repository"] == f"rita/{shop.repository.name}"
    assert found["publications"][0]["push_url"] == f"{shop.github.url}/rita/{shop.repository.name}.git"


def test_refused_with_the_reason_before_anything_is_written(
    call: Call, shop: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", shop.github.token("rita"))
    for options in ((), ("--dry-run",)):
        code, out, err = call("publish", *options)
        assert (code, out) == (ExitCode.NEEDS_PERSON, "")
        assert f"may not push to acme/{shop.repository.name}" in err
        assert f"gh repo fork acme/{shop.repository.name} --remote" in err
    assert data(call("outbox", "list", "--all", "--json"))["jobs"] == []
