"""Of hostile candidates nothing reaches the terminal of the workstation: on the bytes that each screen sends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from qatui.domain.lifecycle import Action
from qatui.flows import review
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from tests.conftest import Project, seed
from tests.hostile import BODY, CONTENT, LINE, SECRETS, SHORT, revealed, terminal_leaks
from tests.tui.test_kill import Screen

pytestmark = pytest.mark.pty


class Watched(Screen):
    """A screen that keeps every byte."""

    def __init__(self, project: Project, width: int, height: int, *arguments: str) -> None:
        super().__init__(project, width, height, *arguments)
        self.sent = b""

    def read(self) -> None:
        try:
            data = self.process.read_nonblocking(65536, timeout=1)
        except pexpect.TIMEOUT:
            return
        self.sent += data
        self._stream.feed(data)

    def whole(self) -> bytes:
        """All that it sent, up to the last sequence, of which only a part may be read."""
        return self.sent[: self.sent.rfind(b"\x1b")]


@pytest.fixture
def watched(desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """The workstation on a queue of hostile candidates, one of them approved."""
    monkeypatch.setenv("QATUI_DATABASE", desk.db.url)
    project.commit({"tests/test_a.py": CONTENT[:300] + b"\n" + CONTENT[-100:]})
    texts = {"title": LINE, "author": LINE, "state_reason": LINE}
    first = seed(desk, {"tests/test_a.py": SECRETS.encode() + CONTENT}, priority=2, **texts)
    seed(desk, {"tests/test_c.py": b"c\n"}, path=f"tests/{SHORT}/\u202e.py", assignee=SHORT, **texts)
    review.comment(desk, first, BODY + SECRETS, line=3, side="new")
    review.comment(desk, first, SECRETS)
    decide(desk, seed(desk, {"tests/test_b.py": CONTENT}, **texts), Action.APPROVE, note=LINE)
    screen = Watched(project, 160, 45)
    yield screen
    screen.kill()


def test_no_screen_sends_anything_of_a_candidate(watched: Watched) -> None:
    watched.shows("1 of 3 done", "test_a.py", "••••••••")
    watched.press("j")
    watched.until(lambda _: "‹U+202E›" in watched.cursor_line())
    watched.press("k\r")
    watched.shows("Queue ▸", "proposed rev 1", "ghp_••••")
    watched.press("U")
    watched.shows("‹U+001B›")
    watched.press("UG")
    watched.shows("lines unchanged", "‹U+009D›")
    for key, words in {"C": "Comment on", "r": "Reject", "?": "Keys of this screen"}.items():
        in_dialog(watched, key, words)
    watched.press("P")
    watched.shows("y publish 1")
    watched.press("n")
    watched.shows("Reviewed-by", "QA-Candidate")
    sent = watched.whole()
    assert (terminal_leaks(sent), revealed(sent)) == ([], [])


def test_nor_does_the_screen_of_a_diff(project: Project, tmp_path: Path) -> None:
    """Of folders whose files have hostile names."""
    for side, data in {"old": CONTENT[:300], "new": SECRETS.encode() + CONTENT}.items():
        for name in ("a\x1b]0;7331\x07.py", os.fsdecode(b"b\xe2\x80\xae\x9b7331m\xff.py")):
            (tmp_path / side).mkdir(exist_ok=True)
            (tmp_path / side / name).write_bytes(data)
    watched = Watched(project, 120, 36, "diff", str(tmp_path / "old"), str(tmp_path / "new"))
    try:
        watched.shows("a␛]0;7331␇.py", "ghp_••••")
        watched.press("J")
        watched.shows("b‹U+202E›�7331m�.py", "ghp_••••")
        watched.press("|")
        watched.press("U")
        watched.shows("‹U+001B›")
        sent = watched.whole()
    finally:
        watched.kill()
    assert (terminal_leaks(sent), revealed(sent)) == ([], [])


def in_dialog(watched: Watched, key: str, words: str) -> None:
    """Open a dialog and leave it."""
    watched.press(key)
    watched.shows(words)
    watched.press("\x1b")
    watched.loses(words)
