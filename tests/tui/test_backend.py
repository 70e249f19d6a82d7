"""The backend: nothing it does ends the app, but what makes it useless; bugs are logged once; children can be ended."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qatui.domain.candidate import Outcome
from qatui.errors import ConfigError, ExitCode, Refused, StoreError
from qatui.flows.desk import Desk
from qatui.store import events
from qatui.tui import errands, messages
from qatui.tui.app import told
from qatui.tui.child import Child
from tests.tui.conftest import Build, drive, many, press, settle
from tests.tui.test_queue import line, queue, said

Driving = Pilot[Exception]


def test_a_wrong_setting_at_the_start_ends_the_app_with_it(build: Build, team_desk: Desk) -> None:
    error = ConfigError("qatui.yaml on main, line 3: no such key.", "Did you mean …?")

    def open_desk(_db: object) -> Desk:
        raise error

    app = build(team_desk, open_desk=open_desk)

    async def run() -> None:
        async with app.run_test() as pilot:
            await settle(pilot)

    asyncio.run(run())
    assert app.return_value is error
    assert app.return_code == ExitCode.USAGE


def test_a_first_start_has_no_glimpse(build: Build, team_desk: Desk) -> None:
    ids = many(team_desk, 3)

    async def walk(pilot: Driving) -> None:
        assert list(queue(pilot).lines.ids) == ids
        assert "robin@example.test" in line(pilot, "title")

    drive(build(team_desk, glimpse=lambda: None), walk)


def test_a_refusal_is_said_with_its_hint(build: Build, team_desk: Desk) -> None:
    many(team_desk, 1)

    def refuse(_desk: Desk) -> messages.Wrote:
        raise Refused("The moon is full.", "Wait a day.")

    async def walk(pilot: Driving) -> None:
        queue(pilot).backend.write("approved", refuse)
        await settle(pilot)
        assert said(pilot) == "not approved: The moon is full. Wait a day."
        assert queue(pilot).backend.unsaved == 0

    drive(build(team_desk), walk)


def test_a_bug_is_logged_once_and_the_app_lives(build: Build, team_desk: Desk, tmp_path: Path) -> None:
    ids = many(team_desk, 2)
    logged: list[str] = []

    def log(text: str) -> Path:
        logged.append(text)
        return tmp_path / "qatui.log"

    def broken(_desk: Desk) -> messages.Wrote:
        raise ZeroDivisionError("deep inside")

    async def walk(pilot: Driving) -> None:
        for _ in range(3):
            queue(pilot).backend.write("approved", broken)
        await settle(pilot)
        assert len(logged) == 1
        assert "deep inside" in logged[0]
        assert "This is a bug in qatui: ZeroDivisionError." in said(pilot)
        assert "qatui.log" in said(pilot)
        await press(pilot, "j")
        assert queue(pilot).lines.cursor == ids[1]

    drive(build(team_desk, log=log), walk)


def test_a_store_that_takes_nothing_is_told_and_the_header_says_so(build: Build, team_desk: Desk) -> None:
    """One sentence for each verb, one for the watch however often it looks; saved again when it is."""
    ids = many(team_desk, 2)
    down = [True]

    def full(_desk: Desk) -> messages.Wrote:
        if down:
            raise StoreError("The database x cannot be used: attempt to write a readonly database.", "Set another.")
        return messages.Wrote("approved", Outcome((ids[0],)))

    async def walk(pilot: Driving) -> None:
        backend = queue(pilot).backend
        assert "● saved" in line(pilot, "title")
        backend.write("approved", full)
        await settle(pilot)
        assert said(pilot) == "not approved: The database x cannot be used: attempt to write a readonly database."
        assert "▲ not saved" in line(pilot, "title")
        assert "● saved" not in line(pilot, "title")
        backend.poll()
        await settle(pilot)
        assert "▲ not saved" in line(pilot, "title"), "that it can be read saves nothing"
        down.clear()
        backend.write("approved", full)
        await settle(pilot)
        assert "● saved" in line(pilot, "title")

    drive(build(team_desk), walk)


def test_a_store_that_is_gone_is_told_once(build: Build, team_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    many(team_desk, 2)

    def gone(*_: object) -> tuple[int, int]:
        raise StoreError("The database x cannot be used: disk I/O error.", "Set another place.")

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)
        with monkeypatch.context() as patch:
            patch.setattr(errands, "versions", gone)
            screen.backend.poll()
            await settle(pilot)
            assert said(pilot) == "The database x cannot be used: disk I/O error."
            assert "▲ not saved" in line(pilot, "title")
            screen.unsay()
            screen.backend.poll()
            await settle(pilot)
            assert said(pilot) == ""
        screen.backend.poll()
        await settle(pilot)
        assert "● saved" in line(pilot, "title")

    drive(build(team_desk), walk)


def test_a_log_that_cannot_be_written_is_said_too(build: Build, team_desk: Desk) -> None:
    def log(_text: str) -> Path:
        raise OSError("read-only")

    def broken(_desk: Desk) -> messages.Wrote:
        raise ZeroDivisionError

    async def walk(pilot: Driving) -> None:
        queue(pilot).backend.write("approved", broken)
        await settle(pilot)
        assert "The log folder cannot be written." in said(pilot)

    drive(build(team_desk, log=log), walk)


def test_older_questions_are_dropped(build: Build, team_desk: Desk) -> None:
    ids = many(team_desk, 6)
    asked: list[int] = []

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)

        def work(number: int) -> messages.Told:
            asked.append(number)
            return messages.RowsLoaded({})

        for number in ids:
            screen.backend.ask(screen, "some", lambda _desk, number=number: work(number))  # type: ignore[misc]
        await settle(pilot)
        assert asked[-1] == ids[-1]
        assert len(asked) <= 2

    drive(build(team_desk), walk)


def test_a_kept_place_is_no_change_of_candidates(build: Build, team_desk: Desk) -> None:
    many(team_desk, 4)

    async def walk(pilot: Driving) -> None:
        heard: list[messages.StoreChanged] = []
        queue(pilot).on_store_changed = heard.append  # type: ignore[method-assign, assignment]
        before = team_desk.db.data_version()
        await press(pilot, "j", "j")
        assert team_desk.db.data_version() != before, "the place is in the store"
        queue(pilot).backend.poll()
        await settle(pilot)
        assert not heard

    drive(build(team_desk), walk)


def test_newest_event(team_desk: Desk) -> None:
    with team_desk.db.read() as connection:
        assert events.newest(connection, team_desk.repository_id) == 0


def test_intake_by_a_child(build: Build, team_desk: Desk, tmp_path: Path) -> None:
    many(team_desk, 1)
    child = tmp_path / "child.py"
    child.write_text(
        "import json, sys\n"
        "assert sys.argv[1:] == ['--json', 'ingest', '--progress', '--', 'generated'], sys.argv\n"
        "print(json.dumps({'schema': 1, 'progress': {'done': 1, 'total': 2}}), flush=True)\n"
        "print(json.dumps({'schema': 1, 'candidates': [7], 'refused': [{'place': 'a', 'reason': 'binary'}]}))\n"
        "sys.exit(1)\n"
    )

    async def walk(pilot: Driving) -> None:
        await press(pilot, "colon", *"take candidates", "enter", "enter", "y")
        assert len(pilot.app.screen_stack) == 2, "no path was typed"
        await press(pilot, "enter", *"generated", "enter", "y")
        assert said(pilot) == "taken in 1 · not taken 1: a: binary"
        assert queue(pilot).backend.child is None

    drive(build(team_desk, child=[sys.executable, str(child)]), walk)


def test_a_child_that_fails_says_its_own_words(tmp_path: Path) -> None:
    async def run(code: str) -> messages.Told:
        child = Child([sys.executable, "-c", code])
        async for _ in child.progress():
            pass
        return child.result("taken in")

    told_json = (
        'import sys; sys.stderr.write(\'{"schema": 1, "error": {"message": "No.", "hint": "Go."}}\\n\'); sys.exit(2)'
    )
    failed = asyncio.run(run(told_json))
    assert isinstance(failed, messages.Failed)
    assert (failed.message, failed.hint) == ("No.", "Go.")
    failed = asyncio.run(run("import sys; sys.stderr.write('oops'); sys.exit(5)"))
    assert isinstance(failed, messages.Failed)
    assert failed.message == "oops"
    failed = asyncio.run(run("import sys; sys.exit(5)"))
    assert isinstance(failed, messages.Failed)
    assert failed.message == "The job ended with status 5."


def test_cancelling_ends_the_whole_group(tmp_path: Path) -> None:
    grandchild = tmp_path / "pid"
    code = (
        "import subprocess, sys, time, json\n"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(grandchild)!r}, 'w').write(str(p.pid))\n"
        "print(json.dumps({'progress': {'done': 1, 'total': None}}), flush=True)\n"
        "time.sleep(60)\n"
    )

    async def run() -> messages.Told:
        child = Child([sys.executable, "-c", code])
        async for line_told in child.progress():
            assert line_told == "1"
            child.cancel()
        return child.result("taken in")

    begun = time.monotonic()
    failed = asyncio.run(run())
    assert time.monotonic() - begun < 30
    assert isinstance(failed, messages.Failed)
    assert "cancelled" in failed.message
    pid = int(grandchild.read_text())
    for _ in range(500):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split(") ")[1][:1]:
            break
        time.sleep(0.01)
    else:
        os.kill(pid, signal.SIGKILL)
        pytest.fail("the grandchild lived on")


def test_an_intake_is_stopped_from_the_palette(build: Build, team_desk: Desk, tmp_path: Path) -> None:
    many(team_desk, 1)
    child = tmp_path / "child.py"
    child.write_text(
        "import json, time\n"
        "print(json.dumps({'schema': 1, 'progress': {'done': 1, 'total': 2}}), flush=True)\n"
        "time.sleep(60)\n"
    )

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)
        assert screen.why_not(screen.station.keymap.acts["app.stop"]) == "nothing runs"
        assert screen.backend.ingest("generated")
        assert not screen.backend.ingest("generated"), "one at a time"
        while "1 of 2" not in line(pilot, "title"):
            await pilot.pause()
        screen.act("app.stop")
        await settle(pilot)
        assert "The job was cancelled." in said(pilot)
        assert "1 of 2" not in line(pilot, "title")

    drive(build(team_desk, child=[sys.executable, str(child)]), walk)


def test_a_child_that_cannot_be_started(build: Build, team_desk: Desk) -> None:
    async def walk(pilot: Driving) -> None:
        assert queue(pilot).backend.ingest("x.jsonl")
        await settle(pilot)
        assert "could not be started" in said(pilot)

    drive(build(team_desk, child=["/nowhere/qatui"]), walk)


@pytest.mark.parametrize(
    ("wrote", "turn", "words", "token"),
    [
        (messages.Wrote("approved", Outcome((1, 2))), "z undo", "approved 2 · z undo", "foreground"),
        (messages.Wrote("approved", Outcome((), ((1, "why"),))), "z undo", "not approved 1: why", "risk-look"),
        (
            messages.Wrote("approved", Outcome((1,), ((2, "why"), (3, "so")))),
            "z undo",
            "approved 1 · not taken 2: why, and 1 more · z undo",
            "risk-look",
        ),
        (messages.Wrote("approved", Outcome(already=(1, 2))), "z undo", "already approved 2", "foreground"),
        (
            messages.Wrote("approved", Outcome((1,), ((2, "why"),), already=(3,))),
            "z undo",
            "approved 1 · already approved 1 · not taken 1: why · z undo",
            "risk-look",
        ),
        (
            messages.Wrote("approved", Outcome((1,), ((2, "why"),)), names={1: "a/test_x.py", 2: "test_\u202ey.py"}),
            "z undo",
            "approved test_x.py · not taken test_‹U+202E›y.py: why · z undo",
            "risk-look",
        ),
        (messages.Wrote("nothing is left", Outcome(), counted=False), "", "nothing is left", "foreground"),
        (messages.Wrote("published", Outcome((1,)), note="text in f"), "", "published 1 · text in f", "foreground"),
    ],
)
def test_what_is_said(wrote: messages.Wrote, turn: str, words: str, token: str) -> None:
    assert told(wrote, turn) == (words, token)


def test_a_draft_is_kept_and_forgotten(team_desk: Desk) -> None:
    from qatui.tui.parts import Seat

    seat = Seat(team_desk.db, team_desk.repository_id, team_desk.reviewer)
    errands.keep(seat, {"draft:1": "half"}, team_desk.now())
    assert errands.recall(seat, ["draft:1"]) == {"draft:1": "half"}
    errands.keep(seat, {"draft:1": ""}, team_desk.now())
    assert errands.recall(seat, ["draft:1"]) == {"draft:1": None}
