"""`qatui publish` and `qatui outbox`: what they print, and their exit codes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qatui.cli.main import run
from qatui.domain.lifecycle import Action
from qatui.errors import ExitCode
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.store.repositories import repository_id
from tests.conftest import Project, run_git, seed


@pytest.fixture
def desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose store the commands use too."""
    monkeypatch.setenv("QATUI_DATABASE", desk.db.url.removeprefix("sqlite:///"))
    return desk


def approved(desk: Desk, files: dict[str, str | bytes], **values: Any) -> list[int]:
    ids = seed(desk, files, **values)
    decide(desk, ids, Action.APPROVE)
    return ids


def call(project: Project, *args: str) -> int:
    return run(["-C", str(project.root), *args])


def data(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one JSON object on stdout."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found.pop("schema") == 1
    return found


def test_publish_prints_branch_and_record(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    assert call(project, "publish") == ExitCode.DONE
    out, err = capsys.readouterr()
    ref = run_git(project.remote, "for-each-ref", "--format=%(refname:short)", "refs/heads/qatui")
    head = run_git(project.remote, "rev-parse", ref)
    record = project.root / ".git/qatui/pull-requests" / (ref.replace("/", "-") + ".md")
    assert out == f"{ref}  {head[:12]}  {project.remote}\npull request text: {record}\n"
    assert err == f"writing 2 files to {ref}\npushing {ref} to {project.remote}\npublished 2 tests\n"
    assert record.read_text().startswith("test: add 2 tests\n\n")
    assert call(project, "publish") == ExitCode.DONE
    assert capsys.readouterr() == ("Nothing to publish.\n", "")


def test_publish_as_json(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (number,) = approved(desk, {"tests/test_a.py": "a\n"})
    (other,) = seed(desk, {"tests/test_b.py": "b\n"})
    assert call(project, "-q", "publish", str(number), str(other), "--json") == ExitCode.NEEDS_PERSON
    found = data(capsys)
    (made,) = found.pop("publications")
    assert made["head"] == run_git(project.remote, "rev-parse", made["branch"])
    assert (made["id"], made["state"], made["push_url"], made["reason"]) == (1, "pushed", str(project.remote), "")
    assert made["base"] == {"branch": "main", "commit": desk.base.commit}
    assert found == {
        "pull_request": None,
        "rules": [],
        "requests": 0,
        "published": [number],
        "already": [],
        "there": [],
        "held": [],
        "refused": [{"id": other, "reason": "only approved candidates can be published: it waits for review"}],
        "remarks": [],
        "jobs": [
            {
                "id": 1,
                "job": "publish:1",
                "state": "done",
                "reason": "",
                "words": "",
                "needs_terminal": False,
                "hint": "",
            }
        ],
        "jobs_of_others": [],
    }
    assert call(project, "publish", str(number)) == ExitCode.DONE
    assert capsys.readouterr() == ("Nothing to publish.\n", f"published before: {number}\n")


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_an_id_that_names_nothing_is_no_candidate_as_everywhere(
    desk: Desk, project: Project, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    (number,) = approved(desk, {"tests/test_a.py": "a\n"})
    assert call(project, "publish", str(number), "99", *options) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert (out, "There is no candidate 99 in this repository." in err) == ("", True)


def test_dry_run_shows_everything_and_does_nothing(
    desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, three = approved(
        desk,
        {"tests/test_a.py": "a\n", "tests/test_orders.py": "mine\n", "tests/test_b.py": "b\n"},
        title="x\x1b[31m\nSigned-off-by: Evil <e@x>",
    )
    project.commit({"tests/test_orders.py": "theirs\n"})
    assert call(project, "publish", "--dry-run", str(one), str(two)) == ExitCode.NEEDS_PERSON
    out, err = capsys.readouterr()
    assert err.splitlines() == [f"held {two}: base changed since the verdict: the file is another there"]
    assert "\x1b" not in out
    lines = out.splitlines()
    assert lines[0].startswith("branch  qatui/")
    assert lines[0].endswith("-1, 1 commit of 1 test")
    base = project.git("rev-parse", "HEAD")
    assert lines[1:3] == [f"base    main@{base[:12]}", f"push    {project.remote}"]
    assert lines[4:6] == ["commit  tests/test_a.py", "    test: add x␛[31m Signed-off-by: Evil <e@x>"]
    assert "    Reviewed-by: Robin Reviewer <robin@example.test>" in lines
    assert "    ## Review record" in lines
    assert "pull request" in lines
    assert run_git(project.remote, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert project.git("for-each-ref", "refs/qatui/publications") == ""
    assert call(project, "--json", "publish", "--dry-run", "--query", "test_b") == ExitCode.DONE
    found = data(capsys)
    assert found["plan"]["commits"][0]["candidates"] == [three]
    assert found["plan"]["commits"][0]["paths"] == ["tests/test_b.py"]
    assert found["plan"]["commits"][0]["message"].startswith("test: add x")
    assert set(found["plan"]) == {"branch", "base", "push_url", "title", "body", "commits", "plan_items"}
    assert call(project, "publish", "--query", "test_b") == ExitCode.DONE


def test_dry_run_with_nothing_to_do(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(project, "publish", "--dry-run") == ExitCode.DONE
    assert capsys.readouterr().out == "Nothing to publish.\n"
    assert call(project, "publish", "--dry-run", "--json") == ExitCode.DONE
    assert data(capsys) == {
        "plan": None,
        "pull_request": None,
        "rules": [],
        "requests": 0,
        "already": [],
        "there": [],
        "held": [],
        "refused": [],
        "remarks": [],
        "jobs": [],
        "jobs_of_others": [],
    }


def test_dry_run_of_one_commit_for_many_files(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit({"qatui.yaml": "commit:\n  mode: batch\n"})
    approved(desk, {f"tests/test_{at}.py": f"{at}\n" for at in range(4)})
    assert call(project, "publish", "--dry-run") == ExitCode.DONE
    assert "commit  tests/test_0.py, tests/test_1.py, tests/test_2.py …" in capsys.readouterr().out.splitlines()


def test_wrong_usage(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(project, "publish", "1", "--query", "x") == ExitCode.USAGE
    assert "not both" in capsys.readouterr().err
    assert call(project, "publish", "--query", "is:odd") == ExitCode.USAGE
    assert "is:odd is no state" in capsys.readouterr().err


def test_without_a_remote_it_says_where_the_commits_are(
    desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.git("remote", "remove", "origin")
    with desk.db.write() as connection:
        number = repository_id(connection, desk.repository.key(), desk.now())
    approved(replace(desk, repository_id=number), {"tests/test_a.py": "a\n"})
    assert call(project, "publish", "--dry-run") == ExitCode.DONE
    out, err = capsys.readouterr()
    assert "push    nowhere: there is no remote" in out.splitlines()
    assert err.splitlines() == [
        "There is no remote “origin”: the commits stay in this clone, under refs/qatui.",
    ]
    assert call(project, "publish") == ExitCode.DONE
    out, err = capsys.readouterr()
    assert out.splitlines()[0].endswith("  this clone")
    assert "by hand: git push ADDRESS refs/qatui/publications/1:refs/heads/" in err


def test_when_the_remote_is_away_and_back(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (number,) = approved(desk, {"tests/test_a.py": "a\n"})
    away = project.remote.with_name("away.git")
    project.remote.rename(away)
    assert call(project, "publish") == ExitCode.REMOTE
    out, err = capsys.readouterr()
    assert out == ""
    assert "job 1 is waiting: The remote" in err
    assert err.endswith("Run qatui publish again to go on, or: qatui outbox drop 1\n")
    assert call(project, "outbox", "list") == ExitCode.DONE
    row = capsys.readouterr().out.splitlines()[1].split()
    assert row[:5] == ["1", "waiting", "publish:1", "robin@example.test", "1"]
    assert call(project, "outbox", "retry", "1") == ExitCode.REMOTE
    assert "job 1 is waiting: The remote" in capsys.readouterr().out
    away.rename(project.remote)
    assert call(project, "outbox", "retry", "--json") == ExitCode.DONE
    assert data(capsys)["jobs"][0]["state"] == "done"
    assert call(project, "outbox", "retry") == ExitCode.DONE
    assert capsys.readouterr().out == "No job is due.\n"
    assert call(project, "outbox", "list") == ExitCode.DONE
    assert capsys.readouterr().out == "The outbox is empty.\n"
    assert call(project, "outbox", "list", "--all", "--log") == ExitCode.DONE
    assert "    $ git push" in capsys.readouterr().out
    assert call(project, "outbox", "list", "--all", "--json") == ExitCode.DONE
    (job,) = data(capsys)["jobs"]
    assert (job["id"], job["state"], job["attempts"], job["words"]) == (1, "done", 3, "")
    assert call(project, "show", str(number), "--json") == ExitCode.DONE
    assert data(capsys)["candidate"]["state"] == "published"


def test_drop(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    approved(desk, {"tests/test_a.py": "a\n"})
    away = project.remote.with_name("away.git")
    project.remote.rename(away)
    call(project, "publish")
    away.rename(project.remote)
    capsys.readouterr()
    assert call(project, "outbox", "drop", "1") == ExitCode.DONE
    assert capsys.readouterr().out == "job 1 is dropped: robin@example.test dropped it\n"
    assert call(project, "outbox", "drop", "1") == ExitCode.NEEDS_PERSON
    assert call(project, "outbox", "drop", "7") == ExitCode.USAGE
    assert call(project, "outbox", "retry", "7") == ExitCode.USAGE


def test_a_branch_of_others_needs_a_person(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    approved(desk, {"tests/test_a.py": "a\n"})
    away = project.remote.with_name("away.git")
    project.remote.rename(away)
    call(project, "publish", "--json")
    away.rename(project.remote)
    branch = data(capsys)["publications"][0]["branch"]
    tree = run_git(project.remote, "rev-parse", "main^{tree}")
    theirs = run_git(project.remote, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-m", "x")
    run_git(project.remote, "update-ref", f"refs/heads/{branch}", theirs)
    assert call(project, "publish") == ExitCode.NEEDS_PERSON
    err = capsys.readouterr().err
    assert "job 1" not in err
    assert f"has a branch {branch} with other commits" in err


def test_who_was_refused_hears_why_and_where_the_rest_is(
    desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    approved(desk, {"tests/test_a.py": "a\n"})
    hook = project.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf 'lint \\033[2Jfailed\\n'; exit 1\n")
    hook.chmod(0o755)
    assert call(project, "-q", "publish") == ExitCode.REMOTE
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith(f"job 1 is failed: {project.remote} did not take qatui/")
    assert err[0].endswith(": lint ␛[2Jfailed")
    assert err[1:] == [
        "Run qatui publish again to go on, or: qatui outbox drop 1",
        "All that was done and said: qatui outbox list --log",
    ]


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_nobodys_commits_are_not_published(
    desk: Desk, project: Project, home: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "a\n"})
    (home / ".gitconfig").write_text("")
    assert call(project, "approve", str(number)) == ExitCode.DONE, "reviewing needs no identity"
    capsys.readouterr()
    assert call(project, "publish", *options) == ExitCode.USAGE
    assert capsys.readouterr() == (
        "",
        "qatui: Nothing can be published before git knows whose commits these are: set user.name and user.email.\n"
        '       git config --global user.email "YOU@EXAMPLE.ORG" (and user.name)\n',
    )
    assert run_git(project.remote, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    (home / ".gitconfig").write_text("[user]\n\tname = Kim\n\temail = kim@example.test\n")
    assert call(project, "publish", *options) == ExitCode.DONE


def test_a_dry_run_names_what_was_left_and_says_when_the_remote_is_away(
    desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    approved(desk, {"tests/test_a.py": "a\n"})
    away = project.remote.with_name("away.git")
    project.remote.rename(away)
    assert call(project, "publish", "--dry-run") == ExitCode.REMOTE
    assert call(project, "publish") == ExitCode.REMOTE
    away.rename(project.remote)
    capsys.readouterr()
    assert call(project, "publish", "--dry-run") == ExitCode.NEEDS_PERSON
    out, err = capsys.readouterr()
    assert out == "Nothing to publish.\n"
    assert err.startswith("job 1 would be finished first, it is waiting: The remote ")
    assert call(project, "publish", "--dry-run", "--json") == ExitCode.NEEDS_PERSON
    assert [job["id"] for job in data(capsys)["jobs"]] == [1]


def test_jobs_of_another_e_mail_are_named_and_can_be_taken_over(
    desk: Desk, project: Project, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (number,) = approved(desk, {"tests/test_a.py": "a\n"})
    away = project.remote.with_name("away.git")
    project.remote.rename(away)
    call(project, "publish")
    away.rename(project.remote)
    project.git("config", "user.email", "robin@new.test")
    for command, printed in (("publish",), "Nothing to publish."), (("outbox", "retry"), "No job is due."):
        capsys.readouterr()
        assert call(project, *command) == ExitCode.NEEDS_PERSON
        assert capsys.readouterr() == (
            f"{printed}\n",
            "1 job of robin@example.test, not done yet: 1\n"
            "To do such a job yourself: qatui outbox retry JOB; to give it up: qatui outbox drop JOB\n",
        )
    assert call(project, "publish", "--dry-run", "--json") == ExitCode.NEEDS_PERSON
    assert [job["actor"] for job in data(capsys)["jobs_of_others"]] == ["robin@example.test"]
    assert call(project, "status", "--json") == ExitCode.DONE
    assert data(capsys)["jobs"] == {"waiting": 1}
    assert call(project, "-q", "outbox", "retry", "1") == ExitCode.DONE
    capsys.readouterr()
    assert call(project, "publish", str(number)) == ExitCode.DONE
    capsys.readouterr()
    assert call(project, "status", "--json") == ExitCode.DONE
    assert data(capsys)["jobs"] == {}, "what is done is not told for ever"


def test_who_needs_a_terminal_hears_it(desk: Desk, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    approved(desk, {"tests/test_a.py": "a\n"})
    project.git("config", "core.sshCommand", "echo 'Permission denied (publickey).' >&2; exit 255; true")
    project.git("remote", "set-url", "--push", "origin", "ssh://git@example.test/a/b.git")
    assert call(project, "publish") == ExitCode.REMOTE
    err = capsys.readouterr().err
    assert err.endswith("git wants somebody to type: run qatui outbox retry 1 at a terminal.\n")
