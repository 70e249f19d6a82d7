"""`ingest`, in this process and as a process of its own that is signalled."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qatui.cli import intake
from qatui.domain.query import parse
from qatui.flows.desk import Desk
from qatui.store import candidates
from tests.cli.conftest import Call, Ran
from tests.conftest import Project

PATIENCE = 60.0
"""Seconds until a test gives up waiting on a busy machine."""


def fill(folder: Path, count: int, text: str = "x\n") -> Path:
    """A folder of proposals."""
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / "tests" / f"test_{number:04}.py").write_text(f"{text}{number}\n")
    return folder


def paths(desk: Desk) -> list[str]:
    """Target paths of every candidate."""
    with desk.db.read() as connection:
        rows = candidates.queue_page(connection, desk.repository_id, parse("is:all"), limit=100_000)
    return sorted(row.path for row in rows)


def manifest(file: Path, *rows: dict[str, Any]) -> Path:
    """A manifest file."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_folder(call: Call, desk: Desk, tmp_path: Path) -> None:
    """New, unchanged, revised and as on base: counted on stdout, exit 0."""
    folder = fill(tmp_path / "in", 2)
    assert call("ingest", folder) == Ran(0, "2 new\n", "")
    assert call("ingest", folder).out == "2 unchanged\n"
    (folder / "tests" / "test_0001.py").write_text("y\n")
    (folder / "tests" / "test_orders.py").write_bytes(desk.repository.read("HEAD", "tests/test_orders.py") or b"")
    ran = call("ingest", folder)
    assert (ran.code, ran.out, ran.err) == (0, "1 revised, 1 unchanged, 1 as on base\n", "")


def test_json(call: Call, desk: Desk, tmp_path: Path) -> None:
    """One object: counts, ids that other commands take, refusals with their places; nothing on stderr."""
    folder = fill(tmp_path / "in", 1)
    (folder / "README").write_text("no test\n")
    ran = call("ingest", folder, "--json")
    (number,) = ran.data["candidates"]
    assert ran.code == 1
    assert ran.err == ""
    assert ran.data == {
        "schema": 1,
        "ingested": {"new": 1, "revised": 0, "unchanged": 0, "same_as_base": 0, "superseded": 0, "refused": 1},
        "candidates": [number],
        "superseded": [],
        "meant": None,
        "refused": [
            {
                "place": f"{folder}/README",
                "reason": "the path lies outside the test folders (tests, test, spec, e2e …); "
                "see test_roots in qatui.yaml",
            }
        ],
    }
    assert call("show", number, "--json").data["candidate"]["path"] == "tests/test_0000.py"


def test_refused_lines_are_named(call: Call, tmp_path: Path) -> None:
    """Each on stderr with its line and reason, hidden characters as marks; the rest is taken; exit 1."""
    file = manifest(
        tmp_path / "m.jsonl",
        {"path": "tests/a", "content": "1"},
        {"path": "tests/b\u202e", "content": "1"},
        {"path": "tests/c", "contents": "1"},
        {"path": "tests/d", "content": "1"},
    )
    ran = call("ingest", "--manifest", file)
    assert (ran.code, ran.out) == (1, "2 new, 2 refused\n")
    assert ran.err.splitlines() == [
        f"refused {file} line 2: the path holds the hidden character ‹U+202E›",
        f"refused {file} line 3: contents: there is no such key; did you mean content?",
    ]


@pytest.mark.parametrize(
    ("files", "named", "meant"),
    [
        (["tests/test_a.py", "tests/test_b.py"], "../gen/tests", "../gen"),
        (["tests/test_a.py"], "../gen/tests/", "../gen"),
        (["tests/api/v1/test_a.py"], "../gen/tests/api/v1", "../gen"),
        (["my gen/tests/test_a.py"], "../gen/my gen/tests", "'../gen/my gen'"),
        (["other/test_a.py"], "../gen/other", None),
        (["tests/test_a.py", "tests/nul"], "../gen/tests", None),
        (["tests/test_a.py", "tests/tests/test_b.py"], "../gen/tests", None),
    ],
)
def test_a_folder_too_deep(call: Call, tmp_path: Path, files: list[str], named: str, meant: str | None) -> None:
    """Where a parent folder makes a test of every file, it was meant; settings are not to be blamed."""
    for name in files:
        (tmp_path / "gen" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "gen" / name).write_text("x\n")
    ran = call("ingest", named)
    assert ran.code == 1
    hint = f"Did you mean: qatui ingest {meant}\n"
    assert hint in ran.err if meant else "Did you mean" not in ran.err
    again = call("ingest", "--json", named).data
    assert again["meant"] == (meant and meant.strip("'"))


def test_what_a_manifest_supersedes_is_named(call: Call, desk: Desk, tmp_path: Path) -> None:
    """On stderr, an approval that is lost last; that needs a person, so it is exit 1."""
    call("ingest", fill(tmp_path / "in", 3))
    plain = manifest(tmp_path / "p.jsonl", {"path": "tests/p", "content": "1", "replaces": "tests/test_0000.py"})
    words = "its manifest says that it replaces it"
    assert call("ingest", "--manifest", plain) == Ran(
        0, "1 new, 1 superseded\n", f"superseded 1 tests/test_0000.py by tests/p: {words}\n"
    )
    call("approve", 2)
    file = manifest(
        tmp_path / "m.jsonl",
        {"path": "tests/m", "content": "1", "replaces": 2},
        {"path": "tests/n", "content": "1", "replaces": 3},
    )
    ran = call("ingest", "--manifest", file)
    assert (ran.code, ran.out) == (1, "2 new, 2 superseded\n")
    assert ran.err.splitlines() == [
        f"superseded 3 tests/test_0002.py by tests/n: {words}",
        f"superseded 2 tests/test_0001.py by tests/m: {words}, although {desk.reviewer} had approved it",
    ]
    again = call(
        "ingest", "--json", "--manifest", manifest(file, {"path": "tests/o", "content": "", "replaces": "tests/n"})
    )
    assert (again.code, again.data["ingested"]["superseded"]) == (0, 1)
    assert again.data["superseded"] == [{"id": 6, "path": "tests/n", "by": "tests/o", "approved_by": None}]


def test_several_sources(call: Call, desk: Desk, project: Project, tmp_path: Path) -> None:
    """Folders, a file of the clone and manifests in one run, in their order; relative to -C, as git has it."""
    fill(tmp_path / "one", 1)
    fill(tmp_path / "two", 1, "y\n")
    (project.root / "tests" / "test_mine.py").write_text("mine\n")
    file = manifest(tmp_path / "m.jsonl", {"path": "tests/m", "file": "one/tests/test_0000.py"})
    ran = call(
        "ingest", "../one", tmp_path / "two", "tests/test_mine.py", "--manifest", file, "--manifest", "../m.jsonl"
    )
    assert (ran.code, ran.out, ran.err) == (0, "3 new, 1 revised, 1 unchanged\n", "")
    assert paths(desk) == ["tests/m", "tests/test_0000.py", "tests/test_mine.py"]


def test_empty_folder(call: Call, tmp_path: Path) -> None:
    """Nothing there is nothing wrong."""
    (tmp_path / "in").mkdir()
    ran = call("ingest", tmp_path / "in")
    assert (ran.code, ran.out) == (0, "nothing there\n")


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        ([], "There is nothing to take in.", "--manifest"),
        (["none"], "There is no ", "Name a folder"),
        (["--watch", "none"], "There is no ", "Name a folder"),
        (["/etc/passwd"], "/etc/passwd is a file outside of the clone", "Give a folder"),
        (["--watch", "/etc/passwd"], "/etc/passwd is a file outside of the clone", "Give a folder"),
        (["--manifest", "none.jsonl"], "none.jsonl cannot be read: No such file", "JSONL"),
        (["--manifest", "tests"], "tests cannot be read: Is a directory", "JSONL"),
        (["--watch", "--progress", "tests"], "--progress does not go with --watch", "each intake"),
        (["--watch", "--manifest", "-"], "The manifest - is no file that can be watched", "JSONL"),
    ],
)
def test_wrong_usage(call: Call, args: list[str], message: str, hint: str) -> None:
    """One sentence and a hint, exit 2, nothing taken."""
    ran = call("ingest", *args)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert hint in ran.err


def test_progress_lines(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for, with --json: lines before the result; the counts go over all sources."""
    monkeypatch.setattr(intake, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(intake, "REDRAW_SECONDS", 0.0)
    one, two = fill(tmp_path / "one", 250), fill(tmp_path / "two", 1, "y\n")
    lines = [json.loads(line) for line in call("ingest", one, two, "--json", "--progress").out.splitlines()]
    assert [line["progress"]["done"] for line in lines[:-1]] == [200, 250, 251]
    assert {line["progress"]["total"] for line in lines[:-1]} == {251}
    assert lines[-1]["ingested"]["new"] == 250
    assert all(line["schema"] == 1 for line in lines)
    ran = call("ingest", one, "--progress")
    assert (ran.out, ran.err) == ("250 unchanged\n", "200 of 250\n250 of 250\n")


def test_bar_on_a_terminal(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Callable[[str], None]
) -> None:
    """Drawn over itself and wiped; none with -q, --no-progress or --json; a plain number where the end is not known."""
    monkeypatch.setattr(intake, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(intake, "REDRAW_SECONDS", 0.0)
    folder = fill(tmp_path / "in", 250)
    terminal("")
    drawn = call("ingest", folder).err.split("\r")
    assert [each.strip() for each in drawn if each.strip()] == [
        "[" + "#" * 24 + "." * 6 + "] 200 of 250",
        "[" + "#" * 30 + "] 250 of 250",
    ]
    assert drawn[-1] == ""
    assert len({len(each) for each in drawn[1:-1]}) == 1, "each covers the one before"
    for quiet in (["--no-progress"], ["--json"]):
        assert call("ingest", folder, *quiet).err == ""
    assert call("-q", "ingest", folder).err == ""
    os.mkfifo(tmp_path / "pipe")
    text = json.dumps({"path": "tests/a", "content": ""})
    with subprocess.Popen(["sh", "-c", 'printf "%s" "$1" > "$2"', "sh", text, str(tmp_path / "pipe")]):
        assert "1 done" in call("ingest", "--manifest", tmp_path / "pipe").err


def test_a_short_intake_shows_no_bar(call: Call, tmp_path: Path, terminal: Callable[[str], None]) -> None:
    """Nothing flickers."""
    terminal("")
    assert call("ingest", fill(tmp_path / "in", 1)).err.strip() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watch_here(call: Call, desk: Desk, project: Project, tmp_path: Path, number: signal.Signals) -> None:
    """A folder, a file and a manifest at once; the signal ends it with 0, and means again what it meant before."""
    usual = signal.getsignal(number)
    folder = fill(tmp_path / "in", 1)
    (project.root / "tests" / "mine.py").write_text("1\n")
    lines = manifest(tmp_path / "m.jsonl", {"path": "tests/m", "content": ""})

    def stop() -> None:
        wait_for(lambda: len(paths(desk)) == 3)
        if signal.getsignal(number) != usual:
            os.kill(os.getpid(), number)

    stopper = threading.Thread(target=stop)
    stopper.start()
    ran = call("ingest", "--watch", folder, "tests/mine.py", "--manifest", lines)
    stopper.join()
    assert (ran.code, ran.err) == (0, "watching; Ctrl-C ends it\n")
    assert sorted(ran.out.splitlines()) == ["1 new"] * 3
    assert signal.getsignal(number) == usual


# Real processes: signals, two at once, a terminal.


@pytest.fixture
def start(desk: Desk, project: Project, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `python -m qatui ARGS...` in the project; what still runs at the end is ended."""
    running: list[subprocess.Popen[str]] = []
    environment = {**os.environ, "QATUI_DATABASE": str(tmp_path / "store" / "qatui.db")}

    def begin(*args: object, **options: Any) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "qatui", *map(str, args)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen(command, cwd=project.root, env=environment, text=True, **pipes)
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(what: Callable[[], bool]) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < PATIENCE, "waited too long"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def watching(start: Callable[..., "subprocess.Popen[str]"], *args: object) -> Iterator["subprocess.Popen[str]"]:
    """A watch that is on its way: it said so."""
    process = start("ingest", "--watch", *args)
    assert process.stderr is not None
    assert process.stderr.readline() == "watching; Ctrl-C ends it\n"
    yield process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watch_takes_what_comes_and_ends_cleanly(
    start: Callable[..., "subprocess.Popen[str]"], desk: Desk, tmp_path: Path, number: signal.Signals
) -> None:
    """What was there, new, changed, and after the folder was away; refused once; a signal is a clean end."""
    folder = fill(tmp_path / "in", 2)
    with watching(start, folder) as process:
        wait_for(lambda: len(paths(desk)) == 2)
        assert process.stdout is not None
        assert process.stdout.readline() == "2 new\n"
        (folder / "tests" / "new.py").write_text("1\n")
        (folder / "nowhere").symlink_to("x")
        wait_for(lambda: "tests/new.py" in paths(desk))
        folder.rename(tmp_path / "away")
        fill(tmp_path / "again", 3, "y\n").rename(folder)
        wait_for(lambda: len(paths(desk)) == 4)
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert [line for line in err.splitlines() if line] == [f"refused {folder}/nowhere: it is a symbolic link"]
    assert sum(int(number) for number in re.findall(r"(\d+) new", out)) == 2
    assert sum(int(number) for number in re.findall(r"(\d+) revised", out)) == 2


def test_watch_is_soon_enough(start: Callable[..., "subprocess.Popen[str]"], desk: Desk, tmp_path: Path) -> None:
    """Within two seconds, at the best of three: the machine may be busy."""
    folder = fill(tmp_path / "in", 0)
    with watching(start, folder):
        spans = []
        for number in range(3):
            (folder / "tests" / f"{number}.py").write_text(f"{number}\n")
            spans.append(wait_for(lambda number=number: f"tests/{number}.py" in paths(desk)))  # type: ignore[misc]
    assert min(spans) < 2.0


def test_watch_goes_by_the_newest_settings(
    start: Callable[..., "subprocess.Popen[str]"], desk: Desk, project: Project, tmp_path: Path
) -> None:
    """What the team allows meanwhile comes in with the next file."""
    folder = fill(tmp_path / "in", 1)
    (folder / "qa").mkdir()
    (folder / "qa" / "a.py").write_text("1\n")
    with watching(start, folder):
        wait_for(lambda: len(paths(desk)) == 1)
        project.commit({"qatui.yaml": "test_roots: [qa, tests]\n"})
        (folder / "qa" / "b.py").write_text("2\n")
        wait_for(lambda: {"qa/a.py", "qa/b.py"} <= set(paths(desk)))


def test_watch_of_a_single_file(start: Callable[..., "subprocess.Popen[str]"], desk: Desk, project: Project) -> None:
    """A file of the clone, for the path it has there; with --json an object for each intake."""
    mine = project.root / "tests" / "test_mine.py"
    mine.write_text("1\n")
    process = start("--json", "ingest", "--watch", "tests/test_mine.py")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["ingested"]["new"] == 1
    assert paths(desk) == ["tests/test_mine.py"]
    process.terminate()
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


def test_interrupted(start: Callable[..., "subprocess.Popen[str]"], desk: Desk) -> None:
    """SIGINT without a watch: 130, no traceback; what was written stays whole."""
    process = start("ingest", "--manifest", "-", stdin=subprocess.PIPE)
    assert process.stdin is not None
    for number in range(250):
        process.stdin.write(json.dumps({"path": f"tests/{number}", "content": ""}) + "\n")
    process.stdin.flush()
    wait_for(lambda: len(paths(desk)) == 200)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert len(paths(desk)) == 200


def test_killed_in_a_terminal_and_run_again(
    start: Callable[..., "subprocess.Popen[str]"], desk: Desk, tmp_path: Path
) -> None:
    """SIGKILL in a real pseudo-terminal while it draws its bar; run again, it completes without doubles."""
    folder = fill(tmp_path / "in", 3000)
    ours, theirs = pty.openpty()
    process = start("ingest", folder, stdout=theirs, stderr=theirs, stdin=theirs, start_new_session=True)
    os.close(theirs)
    wait_for(lambda: len(paths(desk)) >= 200)
    process.kill()
    process.wait(timeout=PATIENCE)
    os.close(ours)
    there = len(paths(desk))
    assert there % 200 == 0
    assert there < 3000
    out, _ = start("ingest", folder).communicate(timeout=PATIENCE)
    assert out == f"{3000 - there} new, {there} unchanged\n"
    assert len(paths(desk)) == 3000


def test_two_at_once(start: Callable[..., "subprocess.Popen[str]"], desk: Desk, tmp_path: Path) -> None:
    """The same folder twice at the same time: each candidate once, and both tell the truth together."""
    folder = fill(tmp_path / "in", 1000)
    both = [start("ingest", folder, "--json") for _ in range(2)]
    told = [json.loads(process.communicate(timeout=PATIENCE)[0])["ingested"] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(each["new"] for each in told) == 1000
    assert sum(each["unchanged"] for each in told) == 1000
    assert sum(each["revised"] for each in told) == 0
    assert len(paths(desk)) == 1000


def test_help_says_what_a_path_is(call: Call) -> None:
    """The two forms, and the keys of a manifest."""
    text = re.sub(r"\s+", " ", call("ingest", "--help").out)
    assert "mirrors the target paths" in text
    for key in ("path", "content", "file", "title", "generator", "endpoint", "plan_item", "completes", "priority"):
        assert key in text
