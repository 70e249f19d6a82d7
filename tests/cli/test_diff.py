"""`qatui diff` printed: what the options do, exit codes, JSON, and what git makes of it as its external diff."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pexpect
import pytest

from qatui.cli import printing
from qatui.cli.diff import names_apart
from qatui.cli.main import run
from qatui.flows import review
from qatui.flows.desk import Desk
from tests.cli.conftest import Call, Ran
from tests.conftest import Project, seed, unmeasured
from tests.workspace.test_attributes import executable

OLD = "def total(items):\n    total = 0\n    return total\n"
NEW = "def total(items):\n    total = sum(items)\n    return total\n"
FOUND = [sys.executable, "-m", "qatui"]

Diff = Callable[..., Ran]


@pytest.fixture
def diff(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Diff:
    """Runs `qatui diff ARGS...` in a folder outside of any repository, where `old.py` and `new.py` lie."""
    for name in ("COLUMNS", "GIT_PAGER_IN_USE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "old.py").write_text(OLD)
    (tmp_path / "new.py").write_text(NEW)

    def run_diff(*args: object) -> Ran:
        capsys.readouterr()
        code = run(["-C", str(tmp_path), "diff", "--width", "100", *map(str, args)])
        return Ran(int(code), *capsys.readouterr())

    return run_diff


# Text


def test_two_files_are_printed(diff: Diff) -> None:
    assert diff("old.py", "new.py", "--side-by-side") == Ran(
        0,
        " new.py" + " " * 87 + "+1 −1\n"
        " − old.py\n"
        " + new.py\n"
        "   1   def total(items):                         │   1   def total(items):\n"
        "   2 ~     total = 0                             │   2 ~     total = sum(items)\n"
        "   3       return total                          │   3       return total\n",
        "",
    )
    stacked = diff("old.py", "new.py").out
    assert "│" not in stacked, "100 columns are too narrow for two sides"
    assert "     2 + " in stacked


def test_lines_around_changes_as_many_as_asked(diff: Diff, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("same\n" * 20)
    (tmp_path / "new.py").write_text("same\n" * 20 + "more\n")
    assert {number: diff("old.py", "new.py", "-U", number).out.count("same") for number in (0, 1, 5, 90)} == {
        0: 0, 1: 1, 5: 5, 90: 20,
    }  # fmt: skip
    assert diff("old.py", "new.py").out.count("same") == 3


def test_the_same_file_twice_prints_nothing(diff: Diff, tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text(OLD)
    for one, other in (("old.py", "old.py"), ("old.py", "copy.py"), ("/dev/null", "/dev/null"), (".", ".")):
        assert diff(one, other, "--exit-code") == Ran(0, "", "")


def test_the_exit_code_tells_of_differences_only_where_asked(diff: Diff, tmp_path: Path) -> None:
    assert diff("old.py", "new.py").code == 0
    assert diff("old.py", "new.py", "--exit-code").code == 1
    assert diff("--json", "old.py", "new.py", "--exit-code").code == 1
    (tmp_path / "blank.py").write_text(OLD.replace(" = ", "  =  "))
    assert diff("old.py", "blank.py", "--exit-code").code == 1
    assert diff("old.py", "blank.py", "--exit-code", "-b").code == 0
    (tmp_path / "lines.py").write_text(OLD + "\n\n")
    assert diff("old.py", "lines.py", "--exit-code", "-w").code == 1
    assert diff("old.py", "lines.py", "--exit-code", "--ignore-blank-lines").code == 0
    (tmp_path / "new.py").write_text(OLD)
    (tmp_path / "new.py").chmod(0o755)
    changed = diff("old.py", "new.py", "--exit-code")
    assert (changed.code, "became executable" in changed.out) == (1, True)
    assert diff("/dev/null", "old.py", "--exit-code").code == 1


def test_colours_come_where_they_are_wanted(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in diff("old.py", "new.py").out
    plain = diff("old.py", "new.py", "--color", "never").out
    assert "\x1b[" in diff("old.py", "new.py", "--color", "always").out
    monkeypatch.setenv("GIT_PAGER_IN_USE", "true")
    assert "\x1b[" in diff("old.py", "new.py").out
    assert diff("old.py", "new.py", "--color", "never").out == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert diff("old.py", "new.py").out == plain
    themes = {diff("old.py", "new.py", "--color", "always", "--theme", each).out for each in ("dark", "light")}
    assert len(themes) == 2


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("when", "environ", "terminal", "expected"),
    [
        ("auto", {"TERM": "xterm-256color"}, False, None),
        ("auto", {"TERM": "xterm-256color"}, True, "256"),
        ("auto", {"TERM": "xterm", "COLORTERM": "truecolor"}, True, "truecolor"),
        ("auto", {"TERM": "xterm"}, True, "16"),
        ("auto", {"TERM": "dumb"}, True, None),
        ("auto", {"TERM": "unknown"}, True, None),
        ("auto", {}, True, None),
        ("auto", {"TERM": "xterm", "NO_COLOR": "1"}, True, None),
        ("auto", {"TERM": "xterm", "NO_COLOR": ""}, True, "16"),
        ("auto", {"TERM": "xterm", "GIT_PAGER_IN_USE": "1"}, False, "16"),
        ("auto", {"TERM": "dumb", "GIT_PAGER_IN_USE": "1"}, False, None),
        ("always", {"TERM": "dumb", "NO_COLOR": "1"}, False, "16"),
        ("always", {}, False, "256"),
        ("never", {"TERM": "xterm", "GIT_PAGER_IN_USE": "1"}, True, None),
    ],
)
def test_who_decides_on_colours(
    when: printing.When, environ: Mapping[str, str], terminal: bool, expected: str | None
) -> None:
    assert printing.depth(when, environ, Stream(terminal)) == expected


def test_columns_are_those_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printing.columns({"COLUMNS": "77"}) == 77
    assert printing.columns({"COLUMNS": "3"}) == printing.LEAST
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, stream, Stream(False))
    assert [printing.columns({"COLUMNS": text}) for text in ("", "0", "wide", "٣")] == [printing.NOWHERE] * 4


def test_hidden_characters_and_secrets_as_asked(diff: Diff, tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    (tmp_path / "old.py").write_text("x\n")
    (tmp_path / "new.py").write_text(f"x\u202e\x1b]0;t\x07\n{token}\n")
    shown = diff("old.py", "new.py").out
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert token not in shown
    assert "␛" in shown
    assert "‹U+001B›" in diff("old.py", "new.py", "--code-points").out
    assert token in diff("old.py", "new.py", "--show-secrets").out


def test_by_character_marks_less_than_by_word(diff: Diff, tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text(OLD.replace("items", "item"))
    by_word, by_character = (diff("old.py", "new.py", "--json", *way).data for way in ((), ("--by-character",)))
    assert by_word["rows"][0]["spans"] == {"old": [[10, 15]], "new": [[10, 14]]}
    assert by_character["rows"][0]["spans"] == {"old": [[14, 15]], "new": []}
    colours = [diff("old.py", "new.py", "--color=always", *way).out for way in ((), ("--by-character",))]
    assert colours[0] != colours[1]


def test_binary_files_are_told_and_printed_when_asked(diff: Diff, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_bytes(b"\x89PNG\0\1\n")
    (tmp_path / "new.py").write_bytes(b"\x89PNG\0\2" * 1000)
    told = "old.py and new.py: binary, 7 bytes and 6,000 bytes; --text prints it all the same\n"
    assert diff("old.py", "new.py", "--exit-code") == Ran(1, told, "")
    assert diff("old.py", "new.py", "--text").out.count("PNG") > 900
    assert len(diff("old.py", "new.py", "--json").data["rows"]) == 2


def test_folders_are_printed_file_by_file_and_trouble_is_told_at_the_end(diff: Diff, tmp_path: Path) -> None:
    for side, text in (("a", "1\n"), ("b", "2\n")):
        (tmp_path / side).mkdir()
        (tmp_path / side / "x").write_text(text)
        (tmp_path / side / "y\udcff").write_text(text)
    os.mkfifo(tmp_path / "b" / "pipe")
    ran = diff("a", "b")
    assert (ran.code, ran.err) == (2, "qatui: b/pipe is a pipe: in a folder only files are compared.\n")
    as_json = diff("a", "b", "--json")
    assert (as_json.code, len(as_json.data["files"])) == (2, 2)
    assert json.loads(as_json.err)["error"]["message"] == "b/pipe is a pipe: in a folder only files are compared."
    first, second = ran.out.split("\n\n")
    assert " − a/x\n + b/x\n" in first
    assert " − a/y�\n + b/y�\n" in second
    (tmp_path / "b" / "pipe").unlink()
    files = diff("a", "b", "--json").data["files"]
    assert [(each["old"], each["new"], each["old_mode"], each["new_mode"]) for each in files] == [
        ("x", "x", "100644", "100644"),
        ("y\udcff", "y\udcff", "100644", "100644"),
    ]
    assert all({row["kind"] for row in each["rows"]} == {"delete", "insert"} for each in files)


# JSON


def side_of(rows: list[dict[str, Any]], side: str) -> bytes:
    text = "".join(row[side]["text"] + row[side]["eol"] for row in rows if row[side] is not None)
    return text.encode("utf-8", "surrogateescape")


def test_json_is_the_rows_and_both_sides_come_back_from_it(diff: Diff, tmp_path: Path) -> None:
    old = b"one\r\n\xff\xfe two\nthree\n" + b"same\n" * 9 + b"end"
    new = b"one\n\xff\xfe two\n\xe2\x80\xaethree\nmore\n" + b"same\n" * 9 + b"end\n"
    (tmp_path / "old.py").write_bytes(old)
    (tmp_path / "new.py").write_bytes(new)
    ran = diff("old.py", "new.py", "--json")
    assert ran.out.isascii()
    data = ran.data
    assert data.keys() == {"schema", "rows"}
    assert (side_of(data["rows"], "old"), side_of(data["rows"], "new")) == (old, new)
    assert {row["kind"] for row in data["rows"]} <= {"equal", "replace", "delete", "insert"}
    assert all(row.keys() == {"kind", "old", "new", "spans", "moved"} for row in data["rows"])
    assert data["rows"][1]["new"] == {"line": 2, "text": "\udcff\udcfe two", "eol": "\n"}
    near = diff("old.py", "new.py", "--json", "-U1").data["rows"]
    assert len(near) == len(data["rows"]) - 7
    assert diff("old.py", "old.py", "--json").data["rows"][-1]["kind"] == "equal"
    assert diff("/dev/null", "/dev/null", "--json").data == {"schema": 1, "rows": []}


# Candidates and revisions


def test_a_candidate_is_printed_against_base_with_its_comments(call: Call, desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_users.py": "def test_users(client):\n    assert True\n"})
    review.comment(desk, [number], "this asserts nothing", line=2)
    out = call("diff", number, "--width", "120").out
    assert "this asserts nothing" in out
    assert f"base main@{desk.base.commit[:7]}" in out
    assert f"candidate {number} rev 1 by " in out
    rows = call("diff", number, "--json").data["rows"]
    assert side_of(rows, "new") == b"def test_users(client):\n    assert True\n"


def test_what_is_wrong_is_one_sentence_and_exit_code_2(call: Call, diff: Diff) -> None:
    for args, words in (
        (("README.md",), "README.md is no candidate's id"),
        (("77",), "no candidate 77"),
        (("README.md", "nope"), "no path or revision nope"),
        (("a", "b", "c"), "3 names cannot be compared"),
        (("-b", "-w", "README.md", "README.md"), "exclude each other"),
        ((), "Missing argument"),
        (("--width", "3", "README.md", "README.md"), "--width"),
    ):
        ran = call("diff", *args)
        assert (ran.code, ran.out) == (2, ""), args
        assert words in ran.err
        assert "\n       " in ran.err, "what to do next"
    assert "no git repository" in diff("old.py", "HEAD").err
    assert diff("old.py", "missing.py", "--json").code == 2


def test_revisions_are_printed(call: Call, project: Project) -> None:
    project.commit({"tests/test_users.py": None, "tests/test_people.py": "def test():\n    pass\n"}, push=False)
    out = call("diff", "HEAD~1", "HEAD", "--width", "120").out
    assert "deleted" in out
    assert "new file" in out


# git


@pytest.fixture
def by_git(project: Project) -> Callable[..., str]:
    """Runs git in a clone where all kinds of changes wait, with qatui as its external diff."""
    many = "".join(f"line {number}\n" for number in range(30))
    project.commit(
        {"changed.py": OLD, "gone.py": "gone\n", "was.py": many, "mode.sh": "x\n", "-w": "1\n", "--help": "1\n"}
    )
    (project.root / "changed.py").write_text(NEW)
    (project.root / "gone.py").unlink()
    (project.root / "was.py").rename(project.root / "is.py")
    (project.root / "is.py").write_text(many + "more\n")
    (project.root / "mode.sh").chmod(0o755)
    (project.root / "come.py").write_text("come\n")
    (project.root / "-w").write_text("2\n")
    (project.root / "--help").write_text("2\n")
    project.git("add", "-N", ".")
    environ = {**unmeasured(), "COLUMNS": "120"}

    def run_git(*args: str, **more: str) -> str:
        done = subprocess.run(
            ["git", *args], cwd=project.root, env={**environ, **more}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    return run_git


def test_as_git_s_external_diff(by_git: Callable[..., str], project: Project) -> None:
    command = " ".join([*FOUND, "diff"])
    told = by_git("diff", "-M", "HEAD", GIT_EXTERNAL_DIFF=command)
    heads = [part.split("\n", 1)[0].rsplit(None, 2) for part in told.split("\n\n")]
    assert [(name.strip(), size) for name, *size in heads] == [
        ("--help", ["+1", "−1"]),
        ("-w", ["+1", "−1"]),
        ("changed.py", ["+1", "−1"]),
        ("come.py", ["+1", "−0"]),
        ("gone.py", ["+0", "−1"]),
        ("was.py ▸ is.py", ["+1", "−0"]),
        ("mode.sh", ["+0", "−0"]),
    ]
    assert "became executable (100755)" in told
    assert "\n deleted" in told
    assert "\n new file" in told
    assert "/dev/null" not in told
    project.git("config", "diff.external", f"{command} --json -U0")
    (line,) = by_git("diff", "HEAD", "--", "changed.py").splitlines()[1:]
    assert json.loads('{"schema": 1, "rows": [' + line)["rows"][0]["kind"] == "replace"


def test_a_path_in_conflict_is_told_as_git_tells_it(project: Project, by_git: Callable[..., str]) -> None:
    blobs = [project.git("hash-object", "-w", "--stdin", data=text) for text in (b"1\n", b"2\n", b"3\n")]
    entries = "".join(f"100644 {blob} {stage}\tchanged.py\n" for stage, blob in enumerate(blobs, 1))
    project.git("rm", "-q", "--cached", "changed.py")
    project.git("update-index", "--index-info", data=entries.encode())
    command = " ".join([*FOUND, "diff"])
    args = ("diff", "--cached", "--", "changed.py")
    assert by_git(*args, GIT_EXTERNAL_DIFF=command) == by_git(*args, "--no-ext-diff") == "* Unmerged path changed.py\n"
    assert json.loads(by_git(*args, GIT_EXTERNAL_DIFF=f"{command} --json")) == {"schema": 1, "unmerged": "changed.py"}


def test_as_git_s_difftool(by_git: Callable[..., str], project: Project, tmp_path: Path) -> None:
    command = " ".join([*FOUND, "diff"])
    one = by_git("difftool", "-y", f"--extcmd={command}", "HEAD", "--", "changed.py")
    assert "sum(items)" in one
    assert " + changed.py" in one
    project.git("config", "difftool.qatui.cmd", f'{command} "$LOCAL" "$REMOTE"')
    assert "sum(items)" in by_git("difftool", "-y", "-t", "qatui", "HEAD", "--", "changed.py")
    # For whole folders git 2.39 runs --extcmd without a shell: it takes one word.
    program = executable(tmp_path / "qatui-diff", f'exec {command} -U0 "$@"')
    for way in (f"--extcmd={program}", "--tool=qatui"):
        in_folders(by_git("difftool", "--dir-diff", way, "HEAD"))


def in_folders(whole: str) -> None:
    """All that changed is there, under the names that it has in the clone."""
    for words in ("changed.py", "gone.py", "come.py", "was.py ▸ is.py", "deleted", "new file", "sum(items)"):
        assert words in whole, words


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        (["-w", "a"], {}, ["-w", "a"]),
        (["--json", "-w"], {"GIT_DIFF_PATH_COUNTER": "1"}, ["--json", "--", "-w"]),
        (
            ["--json", "--help", "f", "abcdef0", "100644", "g", "0000000", "."],
            {"GIT_DIFF_PATH_COUNTER": "1"},
            ["--json", "--", "--help", "f", "abcdef0", "100644", "g", "0000000", "."],
        ),
        (
            ["-p", "f", "abcdef0", "100644", "g", ".", "100644", "-n", "similarity"],
            {"GIT_DIFF_PATH_COUNTER": "1"},
            ["--", "-p", "f", "abcdef0", "100644", "g", ".", "100644", "-n", "similarity"],
        ),
        (
            ["--print", "/tmp/a", "-w"],
            {"GIT_DIFF_PATH_COUNTER": "1", "GIT_DIFFTOOL_EXTCMD": "x"},
            ["--print", "--", "/tmp/a", "-w"],
        ),
        (["--", "-w"], {"GIT_DIFF_PATH_COUNTER": "1"}, ["--", "-w"]),
    ],
)
def test_names_that_git_gives_are_no_options(given: list[str], environ: dict[str, str], expected: list[str]) -> None:
    assert names_apart(given, environ) == expected


# As a process


@pytest.mark.pty
@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_that_cannot_move_its_cursor_is_printed_on(diff: Diff, tmp_path: Path, term: str) -> None:
    printed = diff("old.py", "new.py").out
    program = pexpect.spawn(
        FOUND[0], [*FOUND[1:], "diff", "--width", "100", "old.py", "new.py"], cwd=str(tmp_path),
        env={**unmeasured(), "TERM": term, "LANG": "C.UTF-8"}, encoding="utf-8", timeout=60,
    )  # fmt: skip
    shown = program.read()
    program.close()
    assert shown == printed.replace("\n", "\r\n")
    assert program.exitstatus == 0


def test_what_the_locale_cannot_write_is_told_by_its_code(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("\u05d0\u05d1 \n")
    (tmp_path / "b").write_text("\u05d2\u05d1 \n")
    environ = {**unmeasured(), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*FOUND, "diff", "a", "b"], cwd=tmp_path, env=environ, capture_output=True, check=True)
    out = done.stdout.decode("ascii")
    assert "?" not in out
    assert "<U+05D0><U+05D1>" in out
    assert "<U+05D2><U+05D1>" in out
    assert "|" in out


def test_a_reader_that_goes_and_pipes_of_a_shell(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\n" * 20_000)
    (tmp_path / "b").write_text("b\n" * 20_000)
    command = f"{' '.join(FOUND)} diff"
    shell = (
        f"{command} a b | head -n 2; echo ${{PIPESTATUS[0]}}; {command} <(echo 1) <(echo 2); "
        f"echo 3 | {command} - /dev/null"
    )
    done = subprocess.run(
        ["bash", "-c", shell], cwd=tmp_path, env=unmeasured(), capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[2] == str(128 + signal.SIGPIPE)
    assert lines[4].startswith(" − /dev/fd/")
    assert " − standard input" in lines[6:]
    assert done.returncode == 0


def test_ctrl_c_while_a_pipe_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen(
        [*FOUND, "diff", "pipe", "/dev/null"], cwd=tmp_path, env=unmeasured(), stderr=subprocess.PIPE, text=True
    )
    writer = os.open(tmp_path / "pipe", os.O_WRONLY)  # returns once it is read from
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    os.close(writer)
    assert process.stderr is not None
    assert process.stderr.read() == "qatui: interrupted\n"
    process.stderr.close()
