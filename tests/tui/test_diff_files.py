"""Many files in the diff screen: what is compared when, which file stands under which name, what is kept."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from textual.pilot import Pilot

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Document
from qatui.domain.lines import split
from qatui.errors import NotFound
from qatui.flows.comparing import Comparison
from qatui.flows.pairs import Found, Pair, compare_pair
from qatui.tui import diff_app, kept
from qatui.tui.kept import Kept, Key
from qatui.workspace.versions import Version
from tests.tui.conftest import drive, press, settle
from tests.tui.test_diff_app import app_on, compared, line, the_screen


def version(name: str, text: str) -> Version:
    return Version(name, name, "100644", text.encode)


def numbered(count: int) -> Comparison:
    """Files t0.py, t1.py ..., each changed."""
    pairs = (Pair(version(f"t{at}.py", "x\na b\n"), version(f"t{at}.py", f"y = {at}\na  b\n")) for at in range(count))
    return Comparison("old", "new", iter(list(pairs)), many=True)


class Gate:
    """Holds up comparisons until it is opened, and counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free: str) -> None:
        self.opened = threading.Event()
        self.begun: list[str] = []

        def compare(pair: Pair, blanks: Blanks = Blanks.SHOW, *, coloured: bool = False) -> Document:
            self.begun.append(pair.path)
            if pair.path != free or blanks is not Blanks.SHOW:
                assert self.opened.wait(20)
            return compare_pair(pair, blanks, coloured=coloured)

        monkeypatch.setattr(diff_app, "compare_pair", compare)


def test_keys_that_come_faster_than_comparisons_leave_out_what_they_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, "t0.py")

    async def run() -> None:
        async with app_on(numbered(60)).run_test(size=(120, 36)) as pilot:
            while not the_screen(pilot)._complete or gate.begun != ["t1.py"]:  # all found, the first is coloured
                await pilot.pause()
            for _ in range(50):
                await pilot.press("J")
            assert line(pilot, "tabs") == "reading"
            threads = sum(each.name == "aside" for each in threading.enumerate())
            gate.opened.set()
            await settle(pilot)
            assert threads <= diff_app.AT_ONCE
            assert gate.begun == ["t1.py", "t2.py", "t50.py", "t51.py"], "two held it up; the last, and the next"
            document = the_screen(pilot).document
            assert document is not None
            assert document.path == "t50.py"

    asyncio.run(run())


@pytest.mark.parametrize("key", ["K", "b"])
def test_keys_before_the_colours_leave_every_file_under_its_own_name(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """A key comes when a file was drawn for the first time, before its colours are begun, and one more soon after."""
    gate = Gate(monkeypatch, "t2.py")
    real = diff_app.DiffScreen._show
    done: list[str] = []

    def show(self: diff_app.DiffScreen, document: Document) -> None:
        real(self, document)
        if done == ["ready"] and document.path == "t2.py" and not document.colours:
            done.append(key)
            (self.do_previous if key == "K" else self.do_blanks)()

    async def walk(pilot: Pilot[Exception]) -> None:
        screen = the_screen(pilot)
        done.append("ready")
        screen._kept = Kept()  # nothing was compared ahead
        await pilot.press("J")
        while len(done) < 2:
            await pilot.pause()
        for _ in range(20):
            await pilot.pause()
        await pilot.press(key)
        gate.opened.set()
        await settle(pilot)
        for number in (1, 2, 0) if key == "K" else (2, 1, 0):
            while number != screen._at:
                await press(pilot, "J" if number > screen._at else "K")
            for _ in Blanks:
                await press(pilot, "b")
                assert screen.document == compare_pair(screen_pair(screen), screen.blanks)
                assert screen.document is not None
                assert screen.document.colours
                assert f"t{number}.py" in line(pilot, "title")

    monkeypatch.setattr(diff_app.DiffScreen, "_show", show)
    gate.opened.set()
    app = app_on(numbered(4))

    async def run() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot)
            await press(pilot, "J")
            gate.opened.clear()
            await walk(pilot)

    asyncio.run(run())


def screen_pair(screen: diff_app.DiffScreen) -> Pair:
    pair = screen._files[screen._at]
    assert isinstance(pair, Pair)
    return pair


def test_a_pipe_is_compared_with_other_blanks_too(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x\nz\n")
    os.close(writing)
    (tmp_path / "new").write_text("x\ny\n")

    async def walk(pilot: Pilot[Exception]) -> None:
        told = [line(pilot, "tabs")]
        for _ in Blanks:
            await press(pilot, "b")
            told.append(line(pilot, "tabs").partition("   ")[0])
        assert [each.partition("   ")[0] for each in told] == ["+1 −1"] * 5

    drive(app_on(compared(tmp_path, f"/dev/fd/{reading}", "new")), walk)
    os.close(reading)


def test_blanks_chosen_while_the_first_file_is_read_are_those_it_is_shown_with(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    (tmp_path / "old").write_text("x\na b\n")
    app = app_on(compared(tmp_path, "old", f"/dev/fd/{reading}"))

    async def run() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("G")
            assert "still reading" in line(pilot, "tabs")
            the_screen(pilot).do_blanks()
            os.write(writing, b"x\na  b\n")
            os.close(writing)
            await settle(pilot)
            document = the_screen(pilot).document
            assert document is not None
            assert (the_screen(pilot).blanks, document.hunks) == (Blanks.CHANGE, ())

    asyncio.run(run())
    os.close(reading)


def test_what_stops_the_search_for_files_is_said_and_those_found_stay() -> None:
    def pairs() -> Iterator[Found]:
        yield Pair(version("a.py", "x\n"), version("a.py", "y\n"))
        yield Pair(version("b.py", "x\n"), version("b.py", "y\n"))
        raise NotFound("The tree is gone.", "Look again.")

    async def walk(pilot: Pilot[Exception]) -> None:
        assert "The tree is gone. Look again." in line(pilot, "tabs")
        assert "file 1 of 2+" in line(pilot, "title")
        await press(pilot, "J")
        assert "b.py" in line(pilot, "title")
        await press(pilot, "J")
        assert "The tree is gone." in line(pilot, "tabs")

    app = app_on(Comparison("old", "new", pairs(), many=True))
    drive(app, walk)
    assert app.return_value is None


def test_a_file_that_could_not_be_read_is_tried_again_when_somebody_comes_back() -> None:
    tries: list[str] = []

    def read() -> bytes:
        tries.append("read")
        if len(tries) < 3:
            raise NotFound("b.py is not there.")
        return b"b\n"

    pairs = [
        Pair(version("a.py", "x\n"), version("a.py", "y\n")),
        Pair(None, Version("b.py", "b.py", "100644", read)),
    ]

    async def walk(pilot: Pilot[Exception]) -> None:
        assert tries == ["read"], "ahead, once"
        await press(pilot, "J")
        assert "b.py is not there." in line(pilot, "tabs")
        await press(pilot, "K", "J")
        assert "+1 −0   new file" in line(pilot, "tabs")

    drive(app_on(Comparison("old", "new", iter(pairs), many=True)), walk)


def test_moving_counts_no_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def facts(document: Document) -> list[str]:
        asked.append(document.path)
        return ["told"]

    monkeypatch.setattr(diff_app, "facts", facts)

    async def walk(pilot: Pilot[Exception]) -> None:
        before = len(asked)
        assert before <= 2, "once for the text, once when its colours come"
        await press(pilot, *"jjkG]")
        assert len(asked) == before

    drive(app_on(numbered(1)), walk)


def test_other_blanks_keep_the_place() -> None:
    old = "".join(f"l{number}\n" for number in range(400))
    new = old.replace("l5\n", "l5 changed\n").replace("l200\n", "l200 \n").replace("l300\n", "l300 changed\n")
    pair = Pair(version("a.txt", old), version("a.txt", new))

    async def walk(pilot: Pilot[Exception]) -> None:
        view = the_screen(pilot).diff
        await press(pilot, "]", "]")
        assert view.place == ("new", 300)
        offset = view.scroll_offset.y
        for _ in Blanks:
            await press(pilot, "b")
            assert view.place == ("new", 300)
        assert view.scroll_offset.y == offset

    drive(app_on(Comparison("a", "b", iter([pair]), many=False)), walk)


# What is kept


def document(path: str, lines: int) -> Document:
    return Document(path, split(b"x\n" * (lines // 2)), split(b"y\n" * (lines - lines // 2)), ())


def paths(held: Kept, count: int = 20) -> list[int]:
    return [at for at in range(count) if Key(at, Blanks.SHOW) in held]


def key(at: int) -> Key:
    return Key(at, Blanks.SHOW)


def test_what_was_looked_at_last_is_kept() -> None:
    held = Kept()
    for at in range(kept.MOST):
        held.keep(key(at), document(f"{at}", 10), key(at))
    assert held.look(key(0)) is not None
    held.keep(key(9), document("9", 10), key(0))
    assert paths(held) == [0, *range(2, kept.MOST), 9]
    assert held.look(key(1)) is None


def test_long_documents_are_kept_two_at_most_and_the_one_at_hand_always() -> None:
    held = Kept()
    for at in range(4):
        held.keep(key(at), document(f"{at}", 10), key(at))
    held.keep(key(4), document("4", kept.MOST_LINES - 30), key(3))
    assert paths(held) == [1, 2, 3, 4]
    held.keep(key(5), document("5", kept.MOST_LINES), key(3))
    assert paths(held) == [3, 5]
    held.keep(key(6), document("6", 10), key(3))
    assert paths(held) == [3, 6]


# git


@pytest.mark.pty
@pytest.mark.parametrize(
    ("how", "options", "code"),
    [("q", [], 0), ("TERM", [], 0), ("HUP", [], 0), ("HUP", ["--print"], 130)],
)
def test_neither_git_nor_copies_are_left(tmp_path: Path, how: str, options: list[str], code: int) -> None:
    (tmp_path / "a").write_text("a\n")
    (tmp_path / "b").write_text("b\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "temporary").mkdir()
    slow = tmp_path / "bin" / "git"
    slow.write_text(f"#!/bin/sh\ncd '{tmp_path}'\necho $$ > pid.new\nmv pid.new pid\nexec sleep 50\n")
    slow.chmod(0o755)
    environ = {
        **os.environ,
        "PATH": f"{slow.parent}{os.pathsep}{os.environ['PATH']}",
        "TERM": "xterm-256color",
        "TMPDIR": str(tmp_path / "temporary"),
    }
    command = ["-m", "qatui", "diff", "a", "b", *options]
    program = pexpect.spawn(sys.executable, command, cwd=str(tmp_path), env=environ, timeout=60, dimensions=(24, 90))
    if not options:
        program.expect("reading")
    while not (tmp_path / "pid").exists():
        assert program.isalive()
    process = int((tmp_path / "pid").read_text())
    assert is_running(process)
    assert list((tmp_path / "temporary").iterdir())
    program.send("q") if how == "q" else program.kill(getattr(signal, f"SIG{how}"))
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == code
    assert not is_running(process)
    assert not list((tmp_path / "temporary").iterdir())


def is_running(process: int) -> bool:
    """Whether it does anything still; one that ended and that nobody asked about does not."""
    try:
        with open(f"/proc/{process}/stat") as about:
            return about.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
