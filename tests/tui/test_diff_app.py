"""The diff screen alone: its files, its keys, what it says, and the program in a real terminal."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from qatui.domain.blanks import Blanks
from qatui.errors import QatuiError, UsageError
from qatui.flows import comparing, review
from qatui.flows.comparing import Comparison, open_first
from qatui.flows.desk import Desk
from qatui.flows.pairs import Pair
from qatui.render.palette import TOKENS
from qatui.settings.types import User
from qatui.tui.aside import begin
from qatui.tui.diff_app import DiffApp, DiffScreen, Viewed
from qatui.tui.widgets.diff_head import DiffHead
from qatui.tui.widgets.diff_view import DiffView, Manner
from qatui.workspace.versions import Version
from tests.conftest import Project, seed
from tests.tui.conftest import drive, keys, press, settle

OLD = "".join(
    f"def test_{number}(client):\n    assert client.get('/{number}') == {number}\n\n\n" for number in range(12)
)
NEW = (
    OLD.replace("== 3", "==  33")
    .replace("== 9", "== 'nine'")
    .replace("    assert client.get('/5')", "    assert client.put('/5')")
)
SIZES = [(80, 24), (120, 36), (200, 60)]


def no_desk() -> None:
    pytest.fail("the store was asked for")


def app_on(comparison: Comparison, manner: Manner | None = None, blanks: Blanks = Blanks.SHOW) -> DiffApp:
    first = begin(open_first, comparison, blanks)
    return DiffApp(Viewed(comparison, first, User(), manner or Manner(), blanks))


def compared(folder: Path, old: str = "old", new: str = "new") -> Comparison:
    where = comparing.Where(folder, no_desk)  # type: ignore[arg-type]
    return comparing.two(where, old, new)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two folders: a changed file, one whose mode changed, a renamed one, one that went and one that came."""
    files = {
        "old": {"api/test_a.py": OLD, "api/test_mode.sh": "x\n", "test_was.py": OLD, "test_gone.py": "gone\n"},
        "new": {"api/test_a.py": NEW, "api/test_mode.sh": "x\n", "test_is.py": OLD + "end", "test_come.py": "come\n"},
    }
    for side, texts in files.items():
        for name, text in texts.items():
            place = tmp_path / side / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
    (tmp_path / "new" / "api" / "test_mode.sh").chmod(0o755)
    return tmp_path


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A changed file, as old.py and new.py."""
    (tmp_path / "old.py").write_text(OLD)
    (tmp_path / "new.py").write_text(NEW)
    return tmp_path


def line(pilot: Pilot[Exception], name: str) -> str:
    """What a line of the screen says."""
    widget = pilot.app.screen.query_one(f"#{name}")
    return "".join(segment.text for segment in widget.render_line(0)).strip()


def head(pilot: Pilot[Exception]) -> str:
    return "".join(segment.text for segment in pilot.app.screen.query_one(DiffHead).render_line(0)).strip()


def the_screen(pilot: Pilot[Exception]) -> DiffScreen:
    screen = pilot.app.screen
    assert isinstance(screen, DiffScreen)
    return screen


# Files


def test_the_files_are_gone_through(folders: Path) -> None:
    async def walk(pilot: Pilot[Exception]) -> None:
        assert "api/test_a.py" in line(pilot, "title")
        assert "file 1 of 5" in line(pilot, "title")
        assert "change 1/3" in line(pilot, "title")
        told = []
        for _ in range(4):
            await press(pilot, "J")
            told.append((line(pilot, "title").split()[2], line(pilot, "tabs")))
        assert told == [
            ("api/test_mode.sh", "plain file (100644) became executable (100755)"),
            ("test_come.py", "+1 −0   new file"),
            ("test_gone.py", "+0 −1   deleted"),
            ("test_is.py", "+1 −0   renamed   has no newline at its end any more"),
        ]
        assert head(pilot).split() == ["−", "old/test_was.py", "│", "+", "new/test_is.py"]
        await press(pilot, "J")
        assert "this is the last file" in line(pilot, "tabs")
        for _ in range(4):
            await press(pilot, "K")
        assert "api/test_a.py" in line(pilot, "title")
        await press(pilot, "K")
        assert "this is the first file" in line(pilot, "tabs")

    drive(app_on(compared(folders)), walk)


def test_the_cursor_begins_at_the_first_change_and_goes_on(changed: Path) -> None:
    async def walk(pilot: Pilot[Exception]) -> None:
        view = the_screen(pilot).diff
        assert view.place == ("new", 13)
        await press(pilot, "]")
        assert view.place == ("new", 21)
        await press(pilot, "]", "]")
        assert "no change below" in line(pilot, "tabs")
        await press(pilot, "[", "[", "[")
        assert "no change above" in line(pilot, "tabs")
        assert the_screen(pilot).document is not None
        await press(pilot, "J")
        assert "only one file is compared" in line(pilot, "tabs")

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_the_first_frame_has_rows_and_they_are_made_once(changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[str] = []
    made: list[bool] = []
    render, lay_out = DiffView.render_lines, DiffView._lay_out

    def rendering(view: DiffView, crop: Region) -> list[Strip]:
        strips = render(view, crop)
        frames.append("\n".join(strip.text for strip in strips))
        return strips

    def laying_out(view: DiffView, *to: Any) -> None:
        made.append(view._width > 0)
        lay_out(view, *to)

    monkeypatch.setattr(DiffView, "render_lines", rendering)
    monkeypatch.setattr(DiffView, "_lay_out", laying_out)

    async def walk(_pilot: Pilot[Exception]) -> None:
        assert "==  33" in frames[0]
        assert sum(made) == 2, "for the first frame, and for the colours"

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_colours_come_after_the_first_frame(changed: Path) -> None:
    comparison = compared(changed, "old.py", "new.py")
    opened = open_first(comparison, Blanks.SHOW)
    assert opened is not None
    assert opened.document is not None
    assert opened.document.colours == {}, "what is wanted first has none"

    async def walk(pilot: Pilot[Exception]) -> None:
        document = the_screen(pilot).document
        assert document is not None
        assert document.colours.keys() == {"old", "new"}
        assert document.colours["new"].line(0)

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_what_is_plain_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.unheard-of").write_text("a\n")
    (tmp_path / "b.unheard-of").write_text("b\n")

    async def walk(pilot: Pilot[Exception]) -> None:
        assert "plain: no language is known for b.unheard-of" in line(pilot, "tabs")

    drive(app_on(compared(tmp_path, "a.unheard-of", "b.unheard-of")), walk)


# Ways of showing


def test_blanks_are_gone_round(changed: Path) -> None:
    (changed / "new.py").write_text(OLD.replace("== 3", "==  3") + "\n")

    async def walk(pilot: Pilot[Exception]) -> None:
        found = []
        for _ in range(4):
            found.append((the_screen(pilot).diff.hunk[1], "-w" in line(pilot, "title")))
            await press(pilot, "b")
        assert found == [(2, False), (1, False), (1, True), (1, False)]
        assert the_screen(pilot).blanks is Blanks.SHOW
        assert "every blank counts" in line(pilot, "tabs")

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_keys_switch_what_is_said(changed: Path) -> None:
    (changed / "new.py").write_text(NEW + "x" * 300 + "\u202e\n")

    async def walk(pilot: Pilot[Exception]) -> None:
        for key, words in (
            ("W", "long lines are wrapped"),
            ("W", "long lines are cut"),
            ("U", "hidden characters as code points"),
            ("U", "hidden characters as signs"),
            ("S", "secrets are shown"),
            ("S", "secrets are masked"),
            ("B", "differences by character"),
            ("B", "differences by word"),
            ("+", "10 unchanged lines around changes"),
            ("-", "3 unchanged lines around changes"),
            ("-", "1 unchanged line around changes"),
            ("-", "1 unchanged line around changes, no step further"),
            ("enter", "no folded lines here"),
            ("%", "this line was not moved"),
        ):
            await press(pilot, key)
            assert words in line(pilot, "tabs"), key
        split = the_screen(pilot).diff.paired
        await press(pilot, "|")
        assert the_screen(pilot).diff.paired is not split
        await press(pilot, "ctrl+p")
        assert type(pilot.app.screen).__name__ == "CommandPalette"
        await press(pilot, "escape", "?")
        assert type(pilot.app.screen).__name__ == "HelpScreen"

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_it_begins_in_the_manner_asked_for(changed: Path) -> None:
    async def walk(pilot: Pilot[Exception]) -> None:
        view = the_screen(pilot).diff
        assert (view.paired, view.context) == (False, 5)
        await press(pilot, "+")
        assert view.context == 10
        await press(pilot, "-", "-")
        assert view.context == 1

    drive(app_on(compared(changed, "old.py", "new.py"), Manner(layout="unified", context=5)), walk)


# Nothing, and trouble


def test_no_differences(changed: Path) -> None:
    async def same(pilot: Pilot[Exception]) -> None:
        assert line(pilot, "tabs") == "no differences"
        assert the_screen(pilot).diff.document is not None, "the text itself is there to be read"

    drive(app_on(compared(changed, "old.py", "old.py")), same)

    async def nothing(pilot: Pilot[Exception]) -> None:
        assert line(pilot, "tabs") == "no differences"
        await press(pilot, "]")
        assert "nothing is shown" in line(pilot, "tabs")

    drive(app_on(compared(changed, ".", ".")), nothing)


def broken(name: str) -> Version:
    def read() -> bytes:
        raise UsageError(f"{name} cannot be read: it burnt.", "Look.")

    return Version(name, name, "100644", read)


def test_one_file_that_cannot_be_read_is_passed_by(changed: Path) -> None:
    good = Version("good", "good", "100644", lambda: b"good\n")
    pairs = [Pair(broken("a"), good), Pair(None, good), Pair(broken("z"), good)]

    async def walk(pilot: Pilot[Exception]) -> None:
        assert line(pilot, "tabs") == "a cannot be read: it burnt. Look."
        await press(pilot, "J")
        assert "new file" in line(pilot, "tabs")
        await press(pilot, "J")
        assert "z cannot be read: it burnt. Look." in line(pilot, "tabs")
        assert "file 3 of 3" in line(pilot, "title")

    drive(app_on(Comparison("old", "new", iter(pairs), many=True)), walk)


def test_the_only_file_that_cannot_be_read_ends_it() -> None:
    app = app_on(Comparison("old", "new", iter([Pair(broken("a"), None)]), many=False))

    async def walk(_pilot: Pilot[Exception]) -> None:
        assert app.return_code == 2

    drive(app, walk)
    assert isinstance(app.return_value, QatuiError)
    assert app.return_value.message == "a cannot be read: it burnt."


def test_what_comes_late_is_waited_for(changed: Path) -> None:
    reading, writing = os.pipe()
    app = app_on(compared(changed, "old.py", f"/dev/fd/{reading}"))

    async def run() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            assert line(pilot, "tabs") == "reading"
            os.write(writing, NEW.encode())
            os.close(writing)
            await settle(pilot)
            assert the_screen(pilot).diff.hunk[1] == 3

    asyncio.run(run())
    os.close(reading)


# Pictures

Compare = Callable[..., bool]


@pytest.mark.svg
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_folder(snap_compare: Compare, folders: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed file of several; narrow, one below the other."""
    monkeypatch.chdir(folders)
    assert snap_compare(app_on(compared(Path())), run_before=keys("]"), terminal_size=size)


@pytest.mark.svg
def test_hidden_things(snap_compare: Compare, tmp_path: Path) -> None:
    """Escape sequences, a turned direction, a secret: marks, and the bullets of a mask."""
    (tmp_path / "old.py").write_bytes(b"a = 1\r\nname = 'paypal'\nx = 2\n")
    secret = "ghp_" + "a1B2" * 9
    (tmp_path / "new.py").write_bytes(f"a = 1\nname = 'p\u0430ypal' \t\nx = '\x1b]0;t\x07\u202e'\n{secret}\n".encode())
    assert snap_compare(app_on(compared(tmp_path, "old.py", "new.py")), run_before=keys(), terminal_size=(120, 24))


@pytest.mark.svg
def test_deleted(snap_compare: Compare, folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is gone."""
    monkeypatch.chdir(folders)
    assert snap_compare(app_on(compared(Path())), run_before=keys("J", "J", "J"), terminal_size=(120, 24))


# In a terminal


class Terminal:
    """`qatui diff` in a pseudo-terminal, and what a person sees of it."""

    def __init__(self, words: Sequence[str], cwd: Path, **environ: str) -> None:
        self._picture = pyte.Screen(100, 24)
        self._stream = pyte.ByteStream(self._picture)
        here = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = pexpect.spawn(
            words[0], list(words[1:]), cwd=str(cwd), dimensions=(24, 100), timeout=60,
            env={**here, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **environ},
        )  # fmt: skip

    def shows(self, *words: str) -> str:
        """Read until all of this is on the screen."""
        while True:
            text = "\n".join(self._picture.display)
            if all(each in text for each in words):
                return text
            try:
                self._stream.feed(self.process.read_nonblocking(65536, timeout=60))
            except (pexpect.EOF, pexpect.TIMEOUT):
                pytest.fail(f"not shown: {words}\n{text}")

    def paper(self, words: str) -> str:
        """The colour that these words stand on, where they are first."""
        self.shows(words)
        row = next(number for number, text in enumerate(self._picture.display) if words in text)
        found: str = self._picture.buffer[row][self._picture.display[row].index(words)].bg
        return found

    def ends(self) -> int | None:
        """Read to the end; the exit code."""
        while True:
            try:
                self._stream.feed(self.process.read_nonblocking(65536, timeout=60))
            except pexpect.EOF:
                break
        self.process.close()
        code: int | None = self.process.exitstatus
        return code


QATUI = [sys.executable, "-m", "qatui"]


@pytest.fixture
def start(changed: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts a command in the folder of `changed`; ends it with the test."""
    running: list[Terminal] = []

    def begin_in_terminal(*words: str, **environ: str) -> Terminal:
        running.append(Terminal(words, changed, **environ))
        return running[-1]

    yield begin_in_terminal
    for each in running:
        each.process.close(force=True)


@pytest.mark.pty
def test_in_a_terminal_it_is_a_screen_and_q_leaves_it(start: Callable[..., Terminal]) -> None:
    terminal = start(*QATUI, "diff", "old.py", "new.py")
    terminal.shows("put('/5')", "change 1/3")
    terminal.process.send("]")
    terminal.shows("change 2/3")
    terminal.process.send("q")
    assert terminal.ends() == 0


@pytest.mark.pty
def test_a_candidate_is_shown_with_its_comments(start: Callable[..., Terminal], desk: Desk, project: Project) -> None:
    (number,) = seed(desk, {"tests/test_users.py": "def test_users(client):\n    assert True\n"})
    review.comment(desk, [number], "this asserts nothing", line=2)
    terminal = start(*QATUI, "-C", str(project.root), "diff", str(number), QATUI_DATABASE=desk.db.url)
    terminal.shows("tests/test_users.py", "− base main@", f"+ candidate {number} rev 1", "this asserts nothing")
    terminal.process.send("q")
    assert terminal.ends() == 0


@pytest.mark.pty
def test_ctrl_c_leaves_it(start: Callable[..., Terminal]) -> None:
    terminal = start(*QATUI, "diff", "old.py", "new.py")
    terminal.shows("change 1/3")
    terminal.process.send("\x03")
    assert terminal.ends() == 130


@pytest.mark.pty
def test_what_is_wrong_is_said_without_a_screen(start: Callable[..., Terminal]) -> None:
    terminal = start(*QATUI, "diff", "old.py", "missing.py")
    assert terminal.ends() == 2
    assert "There is no missing.py" in terminal.shows("qatui:")


@pytest.mark.pty
def test_a_pipe_gets_the_width_of_the_terminal_and_the_terminal_colours(start: Callable[..., Terminal]) -> None:
    piped = start("/bin/sh", "-c", f"{' '.join(QATUI)} diff old.py new.py | head -n 1")
    assert piped.ends() == 0
    assert piped.shows("new.py").splitlines()[0].rstrip() == f" new.py{'+3 −3':>92}"
    painted = start(*QATUI, "diff", "--print", "-U0", "old.py", "new.py")
    assert painted.ends() == 0
    assert painted.paper("== ") == TOKENS["dark"]["removed-line"].lstrip("#")


@pytest.mark.pty
def test_as_difftool_it_is_a_screen_and_as_external_diff_it_prints(
    start: Callable[..., Terminal], changed: Path
) -> None:
    for args in (["init", "-q"], ["add", "old.py"], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", *args], cwd=changed, check=True)
    (changed / "old.py").write_text(NEW)
    shown = start("git", "difftool", "-y", f"--extcmd={' '.join(QATUI)} diff", "old.py")
    shown.shows("change 1/3", "q quit")
    shown.process.send("q")
    assert shown.ends() == 0
    printed = start("git", "--no-pager", "diff", "old.py", GIT_EXTERNAL_DIFF=f"{' '.join(QATUI)} diff")
    assert printed.ends() == 0
    assert "q quit" not in printed.shows("== 'nine'")


@pytest.mark.pty
def test_the_screen_loads_nothing_of_a_store_or_of_git(start: Callable[..., Terminal]) -> None:
    code = (
        "import sys, qatui.tui.diff_app as app\n"
        "leave = app.DiffScreen._show\n"
        "def show(self, document):\n"
        "    leave(self, document)\n"
        "    if document.colours: self.app.exit()\n"
        "app.DiffScreen._show = show\n"
        "from qatui.cli.main import run\n"
        "code = run(['diff', 'old.py', 'new.py'])\n"
        "print('loaded', code, [each for each in ('git', 'sqlalchemy', 'httpx', 'yaml') if each in sys.modules])"
    )
    terminal = start(sys.executable, "-c", code)
    assert terminal.ends() == 0
    assert "loaded 0 []" in terminal.shows("loaded")
