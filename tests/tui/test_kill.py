"""The program in a real terminal: what it shows, what survives SIGKILL, what it never loads before the first frame."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from qatui.domain.candidate import State
from qatui.domain.query import parse
from qatui.flows.desk import Desk
from qatui.flows.publish import publish
from qatui.store.candidates import counts, queue_ids
from qatui.tui.turns import QUIET_SECONDS
from qatui.wiring import Start, open_desk
from tests.conftest import Project, run_git
from tests.flows.test_publish import approved
from tests.tui.conftest import many
from tests.workspace.test_attributes import executable

pytestmark = pytest.mark.pty

SECONDS = 60.0


class Screen:
    """The program in a pseudo-terminal, and what a person sees of it."""

    def __init__(self, project: Project, width: int = 80, height: int = 24, *arguments: str) -> None:
        self._picture = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._picture)
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "qatui", "-C", str(project.root), *arguments],
            dimensions=(height, width),
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"},
        )

    def text(self) -> str:
        """Everything on the screen."""
        return "\n".join(self._picture.display)

    def until(self, seen: Callable[[str], bool]) -> str:
        """Read until the picture is as wanted."""
        deadline = time.monotonic() + SECONDS
        while not seen(self.text()):
            assert time.monotonic() < deadline, self.text()
            self.read()
        return self.text()

    def shows(self, *words: str) -> None:
        """Read until all of this is on the screen."""
        self.until(lambda text: all(each in text for each in words))

    def loses(self, words: str) -> None:
        """Read until this is on the screen no longer."""
        self.until(lambda text: words not in text)

    def read(self) -> None:
        """Look at what it wrote; a second where it writes nothing."""
        try:
            self._stream.feed(self.process.read_nonblocking(65536, timeout=1))
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            pytest.fail(f"the program ended:\n{self.text()}")

    def press(self, keys: str) -> None:
        """Type."""
        self.process.send(keys)

    def cursor_line(self) -> str:
        """The line of the list under the cursor."""
        return next((line for line in self._picture.display if line.startswith("▌")), "")

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill(signal.SIGKILL)
        self.process.close(force=True)


@pytest.fixture
def started(project: Project) -> Iterator[Callable[[], Screen]]:
    """Starts the program on the project; ends it with the test."""
    running: list[Screen] = []

    def start() -> Screen:
        running.append(Screen(project))
        return running[-1]

    yield start
    for each in running:
        each.kill()


def test_killed_in_the_middle_of_review_nothing_is_lost(project: Project, started: Callable[[], Screen]) -> None:
    desk = open_desk(Start(project.root))
    ids = many(desk, 40)
    names = {number: f"_{at:03}.py" for at, number in enumerate(ids)}
    first = started()
    first.until(lambda text: "0 of 40 done, 40 left" in text and names[ids[0]] in text and "assert" in text)
    first.press("a")
    first.until(lambda text: "1 of 40 done" in text and "approved test_" in text)
    first.press("jj")
    first.until(lambda _: names[ids[3]] in first.cursor_line())
    first.press(" ")
    first.until(lambda text: "1 marked" in text and names[ids[4]] in first.cursor_line())
    first.press("r")
    first.until(lambda text: "Reject" in text)
    first.press("\x1b")
    first.until(lambda text: "Reject" not in text)
    first.press("C")
    first.until(lambda text: "Comment on" in text)
    first.press("half a thought")
    first.until(lambda text: "half a thought" in text)
    with desk.db.read() as connection:
        before = queue_ids(connection, desk.repository_id, parse("is:all"))
    _until_kept(desk, "half a thought")
    first.kill()

    second = started()
    second.until(lambda text: "1 of 40 done, 39 left" in text and names[ids[4]] in second.cursor_line())
    assert "1 marked" in second.text()
    second.until(lambda text: "acme" in text or "remote" in text)
    second.until(lambda text: "assert" in text)
    second.press("C")
    second.until(lambda text: "half a thought" in text)
    with desk.db.read() as connection:
        assert queue_ids(connection, desk.repository_id, parse("is:all")) == before
        assert counts(connection, desk.repository_id)[State.APPROVED] == 1
    desk.db.close()


def _until_kept(desk: object, draft: str) -> None:
    """A draft is written at once, by a thread: wait until the store has it, as the next key press would."""
    from qatui.store.schema import bookmark

    assert isinstance(desk, Desk)
    deadline = time.monotonic() + SECONDS
    while True:
        with desk.db.read() as connection:
            values = [row.value for row in connection.execute(bookmark.select())]
        if any(draft in value for value in values):
            return
        assert time.monotonic() < deadline, values
        time.sleep(0.01)


def test_quit_leaves_the_terminal_and_exit_code_zero(project: Project, started: Callable[[], Screen]) -> None:
    desk = open_desk(Start(project.root))
    many(desk, 3)
    desk.db.close()
    screen = started()
    screen.until(lambda text: "3 left" in text)
    screen.press("q")
    screen.process.expect(pexpect.EOF, timeout=SECONDS)
    screen.process.close()
    assert screen.process.exitstatus == 0


def test_wrong_team_settings_end_it_with_a_sentence_and_exit_code_two(
    project: Project, started: Callable[[], Screen]
) -> None:
    project.commit({"qatui.yaml": "chekclist: []\n"})
    screen = started()
    screen.process.expect("did you mean|Did you mean|checklist", timeout=SECONDS)
    screen.process.expect(pexpect.EOF, timeout=SECONDS)
    screen.process.close()
    assert screen.process.exitstatus == 2


FIRST_FRAME = """
import sys
from pathlib import Path
from textual.app import App
from qatui.cli.session import Session
from qatui.cli.workstation import make_parts
import qatui.cli.main
from qatui.tui.app import Workstation
from qatui.tui.backend import Backend

Backend.start = lambda self: self._app.call_after_refresh(stop, self._app)

def stop(app):
    app.exit()
    print(sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1].split())
          | {name for name in sys.modules if name.startswith("pygments.lexers.")}))

Workstation(make_parts(Session(Path("."), None, False, False, None))).run(headless=True)
"""


def test_the_first_frame_loads_nothing_heavy(project: Project) -> None:
    heavy = "sqlalchemy alembic git httpx yaml starlette uvicorn rapidfuzz"
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, heavy],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_sigterm_gives_the_terminal_back(project: Project, started: Callable[[], Screen]) -> None:
    """What a closing session sends: the alternate screen is left, and the exit is a clean one."""
    running = started()
    running.until(lambda text: "Nothing was taken in yet" in text)
    running.process.kill(signal.SIGTERM)
    running.process.expect_exact("\x1b[?1049l", timeout=SECONDS)
    running.process.expect(pexpect.EOF, timeout=SECONDS)
    running.process.close()
    assert running.process.exitstatus == 0


def test_who_leaves_while_a_publish_runs_is_told_and_waits_for_nothing(
    project: Project, started: Callable[[], Screen], tmp_path: Path
) -> None:
    os.mkfifo(told := tmp_path / "told")
    executable(project.root / ".git/hooks/pre-push", f"exec 3> {told}; echo begun >&3; sleep 300; exit 1")
    reader = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    desk = open_desk(Start(project.root))
    approved(desk, {"tests/test_a.py": "a\n"})
    screen = started()
    screen.shows("P publish what was approved")
    screen.press("P")
    screen.shows("y publish 1")
    screen.press("y")
    while select.select([reader], [], [], 0) == ([], [], []):
        screen.read()
    assert os.read(reader, 99) == b"begun\n"
    time.sleep(QUIET_SECONDS)  # a letter right after the dialog's is not heard
    screen.press("q")
    screen.shows("publishing goes on · q again stops it; the next publish finishes it")
    screen.press("q")
    screen.process.expect(pexpect.EOF, timeout=20)
    screen.process.close()
    assert screen.process.exitstatus == 0
    assert select.select([reader], [], [], SECONDS) == ([reader], [], [])
    assert os.read(reader, 99) == b"", "the hook, and all it started, ended with it"
    os.close(reader)
    (project.root / ".git/hooks/pre-push").unlink()
    assert len(publish(desk).published) == 1
    assert run_git(project.remote, "for-each-ref", "--format=%(refname)", "refs/heads/qatui").count("\n") == 0
    desk.db.close()


def test_one_write_of_the_terminal_is_no_verdict(project: Project, started: Callable[[], Screen]) -> None:
    """Keys that come at once, as a paste does; escape ends each before the next."""
    desk = open_desk(Start(project.root))
    many(desk, 7)
    screen = started()
    screen.until(lambda text: "7 left" in text and "main" in text and "assert" in text)
    first = screen.cursor_line()
    for burst, seen, title in (
        ("ra", "Reject test_", "Reject test_"),
        ("r1note", "after enter: y reject", "Reject test_"),
        ("Ca", "\n   a ", "Comment on"),
    ):
        screen.press(burst)
        screen.shows(seen, title)
        check_undecided(desk, burst)
        screen.press("\x1b")
        screen.loses(title)
    screen.press("rnnn")
    while screen.cursor_line() == first:  # a key that comes with the others may be dropped as they are
        screen.press("j")
        screen.read()
    assert "Reject" not in screen.text()
    check_undecided(desk, "rnnn")
    screen.press("/auth")
    screen.until(lambda text: "is:open auth" in text and "1 / 1" in text)
    check_undecided(desk, "/auth")
    desk.db.close()


def check_undecided(desk: Desk, burst: str) -> None:
    """Nothing was approved or rejected."""
    with desk.db.read() as connection:
        decided = counts(connection, desk.repository_id)
    assert (decided[State.APPROVED], decided[State.REJECTED]) == (0, 0), burst
