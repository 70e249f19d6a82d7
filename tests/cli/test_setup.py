"""`qatui init`: a commented qatui.yaml from the clone and a few answers."""

import io
import json
import os
import sys
from pathlib import Path

import pexpect
import pytest

from qatui.cli.main import run
from qatui.errors import ExitCode
from qatui.settings.load import load_team
from qatui.settings.types import DEFAULT_TEST_ROOTS, Person, Team
from tests.conftest import Project, run_git

PLAN = "# Plan\n\n- [ ] a\n- [x] b\n  1. [ ] c\n"


def written(root: Path) -> Team:
    """The settings that stand in the clone now."""
    return load_team((root / "qatui.yaml").read_bytes())


def test_what_the_clone_tells_is_taken_without_a_terminal(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit({"docs/plan.md": PLAN, "README.md": PLAN})
    project.git("remote", "set-url", "origin", "git@github.com:Acme/Payments.git")
    assert run(["-C", str(project.root / "docs"), "init"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{project.root}/qatui.yaml\n"
    assert err == "Commit it: qatui reads its settings from the newest commit of main.\n"
    team = written(project.root)
    assert (team.repository, team.remote, team.base) == ("acme/payments", "origin", "main")
    assert (team.test_roots, team.plan.files, team.people) == (("tests",), ("docs/plan.md",), {})


def test_the_settings_that_were_written_are_the_ones_read_after_a_commit(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(project.root), "init", "--yes", "--test-root", "only/here"]) == 0
    from qatui.wiring import load_team as of_base
    from qatui.workspace.repository import discover

    assert of_base(discover(project.root))[0] == Team()
    project.commit({})
    assert of_base(discover(project.root))[0].test_roots == ("only/here",)


def test_options_win(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.git("branch", "release/2")
    flags = [
        "--repository",
        "ghe.example.com/a/b",
        "--base",
        "release/2",
        "--test-root",
        "api",
        "--test-root",
        "**/x/**",
    ]
    flags += ["--plan", "a.md", "--plan", "b.md", "--qa-lead", "kim@example.test", "--yes"]
    assert run(["-q", "-C", str(project.root), "init", *flags]) == 0
    assert capsys.readouterr().err == ""
    team = written(project.root)
    assert (team.repository, team.base) == ("ghe.example.com/a/b", "release/2")
    assert (team.test_roots, team.plan.files) == (("api", "**/x/**"), ("a.md", "b.md"))
    assert team.people == {"kim@example.test": Person(role="qa-lead")}


def test_json(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(project.root), "init", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "file": f"{project.root}/qatui.yaml"}


def test_what_is_there_is_overwritten_only_by_force(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    file = project.root / "qatui.yaml"
    file.write_text("chekclist: [broken]\n")
    assert run(["-C", str(project.root), "init"]) == ExitCode.NEEDS_PERSON
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "chekclist: [broken]\n"
    assert run(["-C", str(project.root), "init", "--force"]) == 0
    assert written(project.root).base == "main"


def test_a_link_is_never_written_through(project: Project, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    target = home / "precious"
    target.write_text("x")
    (project.root / "qatui.yaml").symlink_to(target)
    assert run(["-C", str(project.root), "init", "--force"]) == ExitCode.NEEDS_PERSON
    assert "is a symbolic link" in capsys.readouterr().err
    assert target.read_text() == "x"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--repository", "acme"], "--repository"),
        (["--test-root", "ok", "--test-root", "../x"], "“../x” leaves the repository"),
        (["--plan", "/etc/plan.md"], "--plan"),
        (["--qa-lead", "two words"], "--qa-lead"),
        (["--base", "nowhere"], "has no branch nowhere"),
    ],
)
def test_a_wrong_option_writes_nothing(
    flags: list[str], message: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(project.root), "init", *flags]) == ExitCode.USAGE
    assert message in capsys.readouterr().err
    assert not (project.root / "qatui.yaml").exists()


def test_outside_of_a_clone_and_in_a_bare_one(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(tmp_path), "init"]) == ExitCode.USAGE
    assert "is in no git repository" in capsys.readouterr().err
    assert run(["-C", str(project.remote), "init"]) == ExitCode.USAGE
    assert "is a bare repository" in capsys.readouterr().err


def test_a_clone_without_a_commit_or_a_remote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_git(tmp_path, "init", "-q", "new")
    assert run(["-C", str(tmp_path / "new"), "init"]) == 0
    assert "of the base branch." in capsys.readouterr().err
    assert written(tmp_path / "new") == Team()


def test_another_remote_than_origin_is_written(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.git("remote", "rename", "origin", "upstream")
    project.git("remote", "set-url", "upstream", "https://gitlab.example.com/group/sub/name.git")
    assert run(["-C", str(project.root), "init"]) == 0
    team = written(project.root)
    assert (team.remote, team.repository, team.base) == ("upstream", None, "main")


def test_the_answers_of_a_person(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Typed(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Typed("acme\nacme/pay\n\n../x\napi, **/e2e/**\n\nkim\n"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run(["-C", str(project.root), "init"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{project.root}/qatui.yaml\n"
    assert "“acme” is not owner/name" in err
    assert "“../x” leaves the repository" in err
    assert "Test folders [tests]" in err
    team = written(project.root)
    assert (team.repository, team.base, team.test_roots) == ("acme/pay", "main", ("api", "**/e2e/**"))
    assert (team.plan.files, team.people) == ((), {"kim": Person(role="qa-lead")})


@pytest.mark.pty
def test_in_a_terminal_it_asks_and_ctrl_c_writes_nothing(project: Project) -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "qatui", "init"], cwd=str(project.root), timeout=30, encoding="utf-8", env=os.environ
    )
    child.expect("Repository")
    child.sendintr()
    child.expect("qatui: interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == ExitCode.INTERRUPTED
    assert not (project.root / "qatui.yaml").exists()


def test_without_test_folders_the_defaults_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_git(tmp_path, "init", "-q", "new")
    (tmp_path / "new" / "main.py").write_text("x = 1\n")
    run_git(tmp_path / "new", "add", "-A")
    run_git(tmp_path / "new", "commit", "-qm", "begin")
    assert run(["-C", str(tmp_path / "new"), "init"]) == 0
    assert written(tmp_path / "new").test_roots == DEFAULT_TEST_ROOTS
