"""`qatui demo`: made and told without a terminal, opened on one."""

import json
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from qatui.cli.main import run
from qatui.errors import ExitCode
from tests.conftest import run_git

PROGRAM = [sys.executable, "-m", "qatui"]


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the command sets for its children ends with the test; temporary files are the test's."""
    monkeypatch.setenv("QATUI_DATABASE", str(tmp_path / "own.db"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


def test_told_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "demo"
    assert run(["demo", "--dir", str(place), "--candidates", "3", "--json"]) == ExitCode.DONE
    out, err = capsys.readouterr()
    assert err == ""
    told = json.loads(out)
    assert told == {
        "schema": 1,
        "workspace": str(place),
        "repository": str(place / "payments-api"),
        "remote": str(place / "remote.git"),
        "database": str(place / "qatui.db"),
        "candidates": 3,
        "new": True,
    }
    assert run(["demo", "--dir", str(place), "--json"]) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out) == {**told, "new": False}
    assert not (tmp_path / "own.db").exists()


def test_the_commands_it_tells_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "my demo"
    assert run(["demo", "--dir", str(place)]) == ExitCode.DONE
    out, _ = capsys.readouterr()
    facts, _, script = out.partition("\n\n")
    assert facts.split() == ["workspace", str(tmp_path / "my"), "demo", "candidates", "58"]
    *lines, last = script.splitlines()
    assert shlex.split(last) == ["qatui", "demo", "--dir", str(place)]
    assert shlex.split(lines[0]) == ["export", f"QATUI_DATABASE={place}/qatui.db"]
    program = f'qatui() {{ {shlex.join(PROGRAM)} "$@"; }}\n' + "\n".join(lines)
    done = subprocess.run(["bash", "-ec", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "tests/test_refunds.py" in done.stdout
    assert not (tmp_path / "own.db").exists()


def test_without_a_folder_it_is_kept_among_the_temporary_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = []
    for _ in range(2):
        assert run(["demo", "--candidates", "0", "--json"]) == ExitCode.DONE
        places.append(Path(json.loads(capsys.readouterr().out)["workspace"]))
    assert places[0] != places[1]
    for place in places:
        assert place.parent == tmp_path
        assert place.name.startswith("qatui-demo-")
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert run_git(place / "payments-api", "log", "-1", "--format=%s", "origin/main")


def test_a_folder_is_looked_up_from_where_one_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "--json", "demo", "--dir", "here", "--candidates", "1"]) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)["workspace"] == str(tmp_path / "here")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--candidates", "-1"], "0<=x<=100000"),
        (["--candidates", "100001"], "0<=x<=100000"),
        (["--candidates", "many"], "is not a valid integer"),
        (["--dir", "full"], "is not empty, and no demo"),
    ],
)
def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str], args: list[str], words: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("")
    before = sorted(tmp_path.rglob("*"))
    assert run(["-C", str(tmp_path), "demo", *args]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert sorted(tmp_path.rglob("*")) == before


def test_wrong_settings_are_told_before_anything_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("theme: pink\n")
    assert run(["--config", str(tmp_path / "mine.yaml"), "demo"]) == ExitCode.USAGE
    assert "theme" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.pty
def test_on_a_terminal_it_opens_the_workstation_with_the_coach(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    args = ["-m", "qatui", "demo", "--dir", str(place)]
    child = pexpect.spawn(sys.executable, args, env=environ, encoding="utf-8", dimensions=(24, 80), timeout=60)
    child.expect("first steps")
    child.expect("acme/payments-api")
    child.send("\r")
    child.expect("goes from change to change")
    child.send("q")
    child.expect_exact(f"The demo is kept. Open it again: qatui demo --dir {place}")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == ExitCode.DONE
    assert not (tmp_path / "own.db").exists()
    again = pexpect.spawn(sys.executable, args, env=environ, encoding="utf-8", dimensions=(24, 80), timeout=60)
    again.expect("goes from change to change")
    again.send("q")
    again.expect(pexpect.EOF)
    again.close()
    assert again.exitstatus == ExitCode.DONE
