"""`qatui sync` and `qatui merge`: what they print, and their exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qatui.cli import diagnostics, follow
from qatui.cli.main import run
from qatui.cli.publish import tell_job
from qatui.domain.lifecycle import Action
from qatui.errors import ExitCode
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.outbox import Ran, jobs
from qatui.flows.publish import publish
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import Rules
from qatui.store.database import Database
from qatui.store.outbox import Job, Reason
from tests.conftest import Project, seed
from tests.hosted import Hosted, hosted
from tests.hostile import BODY, LINE, assert_json, leaks
from tests.lookalike import Lookalike, lookalike

TEST: dict[str, str | bytes] = {"tests/test_a.py": "a = 1\n"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


@pytest.fixture
def shop(server: Lookalike, tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    """A shop whose store and token the commands use too."""
    monkeypatch.setenv("QATUI_DATABASE", db.url.removeprefix("sqlite:///"))
    monkeypatch.setenv("QATUI_API_URL", server.url)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", server.token("robin"))
    with hosted(server, tmp_path, db) as made:
        yield made


def call(shop: Hosted, *args: str) -> int:
    return run(["-C", str(shop.desk.repository.root), *args])


def data(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one JSON object on stdout."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found.pop("schema") == 1
    return found


def test_sync_tells_what_is_open_and_what_became_of_it(shop: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(shop, "sync") == ExitCode.DONE
    assert capsys.readouterr() == ("No pull request is open.\n", "")
    shop.published(TEST)
    assert call(shop, "sync") == ExitCode.DONE
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()][1][:4] == ["1", "#1", "qatui/2026-11-18-1", "open"]
    assert err == "reading 1 pull request\n"
    shop.merge(1)
    assert call(shop, "-q", "sync") == ExitCode.DONE
    out, err = capsys.readouterr()
    assert out.splitlines()[1].split()[3:] == ["merged", "merged", "into", "main"]
    assert err == ""


def test_nothing_of_what_github_answers_reaches_the_terminal(shop: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    shop.published(TEST)
    with shop.http("robin") as http:
        texts = {"title": LINE[:250], "body": BODY}
        assert http.patch(f"{shop.path}/pulls/1", json=texts).status_code == 200
        remark = {"body": BODY, "event": "COMMENT"}
        assert http.post(f"{shop.path}/pulls/1/reviews", json=remark).status_code == 200
    for args in (["sync"], ["merge", "1"], ["sync"]):
        call(shop, "-v", *args)
        out, err = capsys.readouterr()
        assert (leaks(out), leaks(err)) == ([], [])
        call(shop, "--json", *args)
        assert_json(capsys.readouterr().out)


def test_sync_as_json(shop: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    result = shop.published(TEST)
    shop.close(1)
    assert call(shop, "sync", "--json") == ExitCode.NEEDS_PERSON
    found = data(capsys)
    (one,) = found.pop("publications")
    assert found == {
        "base": {"branch": "main", "commit": shop.desk.base.commit, "moved": False},
        "merged": [],
        "closed": list(result.published),
        "jobs": [],
        "jobs_of_others": [],
        "remarks": [],
        "errors": [],
    }
    assert (one["id"], one["was"], one["pull_request"]["state"]) == (1, "open", "closed")
    assert (one["closed"], one["merged"], one["differing"]) == (list(result.published), [], [])
    assert one["words"] == "closed, not merged: approve or reject its candidate again"


def test_sync_where_nothing_is_remote(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.git("remote", "remove", "origin")
    assert run(["-C", str(project.root), "sync"]) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert (out, err.strip()) == (
        "No pull request is open.\n",
        "There is no remote “origin”: the commits stay in this clone, under refs/qatui.",
    )


def test_sync_without_a_token_says_so(
    shop: Hosted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.published(TEST)
    monkeypatch.delenv("GH_ENTERPRISE_TOKEN")
    assert call(shop, "sync") == ExitCode.NEEDS_PERSON
    out, err = capsys.readouterr()
    assert "there is no token for 127.0.0.1" in err
    assert out == "1 pull request is open as far as is known, and could not be read.\n"


def test_sync_with_a_token_that_is_none(
    shop: Hosted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.published(TEST)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ghp_wrong")
    assert call(shop, "sync", "--json") == ExitCode.REMOTE
    assert [each["code"] for each in data(capsys)["errors"]] == ["bad_token"]


def test_merge_merges_and_says_so_again(shop: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    result = shop.published(TEST)
    assert call(shop, "merge", "1", "--method", "squash", "--json") == ExitCode.DONE
    found = data(capsys)
    assert (found["asked"], found["merged"], found["already"]) == ([1], list(result.published), [])
    assert [(each["job"], each["state"], each["words"]) for each in found["jobs"]] == [
        ("merge:1", "done", "merged into main")
    ]
    assert found["publications"][0]["pull_request"]["state"] == "merged"
    assert call(shop, "merge", "1") == ExitCode.DONE
    assert capsys.readouterr().err == "merged before: 1\n"


def test_merge_says_why_not(shop: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    shop.published(TEST)
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], Rules(required_approvals=2))
        shop.github.world.commit()
    assert call(shop, "merge") == ExitCode.NEEDS_PERSON
    err = capsys.readouterr().err
    assert "publication 1 is not merged: it has 0 of 2 approvals; its author's own does not count\n" in err
    assert call(shop, "merge", "9") == ExitCode.USAGE
    assert "There is no publication 9" in capsys.readouterr().err


def test_merging_several_is_asked_for(
    shop: Hosted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = shop.published(TEST), shop.published({"tests/test_b.py": "b = 1\n"})
    ids = [*first.published, *second.published]
    assert call(shop, "merge") == ExitCode.USAGE
    assert "2 pull requests are open, and there is nobody to ask." in capsys.readouterr().err
    monkeypatch.setattr(follow, "person_is_there", lambda: True)
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(diagnostics, "confirm", no)
    assert call(shop, "merge") == ExitCode.NEEDS_PERSON
    err = capsys.readouterr().err
    assert asked == ["Merge these 2?"]
    assert [line.split(":")[0] for line in err.splitlines()] == [
        "1  #1 into main",
        "2  #2 into main",
        "nothing was done",
    ]
    assert shop.states(ids) == ["published", "published"]
    monkeypatch.setattr(diagnostics, "confirm", lambda _: True)
    assert call(shop, "-q", "merge") == ExitCode.DONE
    assert shop.states(ids) == ["merged", "merged"]
    capsys.readouterr()
    assert call(shop, "merge") == ExitCode.DONE
    assert capsys.readouterr() == ("None of your pull requests is open.\n", "")


def unopened(shop: Hosted) -> list[int]:
    """Two publications that wait for a token, with their candidates."""
    ids: list[int] = []
    for name in "ab":
        made = seed(shop.desk, {f"tests/test_{name}.py": f"{name} = 1\n"})
        assert decide(shop.again(), made, Action.APPROVE).done
        publish(shop.again(), made)
        ids += made
    return ids


OPENED = "2 pull requests are open only now, and not merged: publications 1, 2. Run qatui merge again, or with --yes.\n"


@pytest.mark.parametrize("person", [False, True])
def test_what_the_sync_of_a_merge_opens_is_not_merged_unasked(
    shop: Hosted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], person: bool
) -> None:
    monkeypatch.setattr(follow, "person_is_there", lambda: person)
    ids = unopened(shop)
    assert call(shop, "-q", "merge") == ExitCode.NEEDS_PERSON
    assert shop.states(ids) == ["published", "published"]
    assert not shop.pull(1).merged_at
    assert capsys.readouterr() == ("", OPENED)


def test_what_the_sync_of_a_merge_opens_beside_is_not_merged_unasked(
    shop: Hosted, capsys: pytest.CaptureFixture[str]
) -> None:
    (first,) = shop.published({"tests/test_c.py": "c = 1\n"}).published
    ids = unopened(shop)
    assert [job.kind for job in jobs(shop.desk)] == ["pull_request", "pull_request"]
    assert call(shop, "--json", "merge") == ExitCode.NEEDS_PERSON
    found = data(capsys)
    assert (found["asked"], found["opened"]) == ([1], [2, 3])
    assert shop.states([first, *ids]) == ["merged", "published", "published"]
    assert call(shop, "--json", "merge", "2") == ExitCode.DONE, "nobody wanted the others merged"
    assert (data(capsys)["opened"], shop.states(ids)) == ([], ["merged", "published"])


def test_yes_is_for_what_the_sync_opens_too(shop: Hosted) -> None:
    ids = unopened(shop)
    assert call(shop, "-q", "merge", "--yes") == ExitCode.DONE
    assert shop.states(ids) == ["merged", "merged"]


def test_why_several_are_not_merged_is_one_sentence(shop: Hosted, capsys: pytest.CaptureFixture[str]) -> None:
    shop.published(TEST)
    shop.published({"tests/test_b.py": "b = 1\n"})
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], Rules(required_approvals=2))
        shop.github.world.commit()
    assert call(shop, "-q", "merge", "--yes") == ExitCode.NEEDS_PERSON
    told = "publications 1, 2 are not merged: it has 0 of 2 approvals; its author's own does not count\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("publish", "The branch is not pushed yet"),
        ("pull_request", "The pull request is not opened yet"),
        ("merge", "The pull request is not merged yet"),
        ("tick", "The test plan is not ticked yet"),
    ],
)
def test_what_waits_for_a_token_is_named(kind: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    job = Job(7, kind, f"{kind}:1", {}, "waiting", "kim", "user:kim", 0, 0, "", "", 0, 0, Reason.TOKEN)
    tell_job(Ran(job, "waiting", "it waits for a token for github.com", Reason.TOKEN))
    assert capsys.readouterr().err.startswith(f"{words}, it waits for a token for github.com. The next ")


def test_where_nobody_merges_it_says_who_does(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(project.root), "merge"]) == ExitCode.USAGE
    assert "merge its branches with git" in capsys.readouterr().err
