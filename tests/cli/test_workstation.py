"""`qatui` without a command: where it cannot show a screen, and what it hands to one."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qatui.cli import workstation
from qatui.cli.main import run
from qatui.cli.session import Session
from qatui.errors import ConfigError, ExitCode, NoTerminal, NotFound
from qatui.tui.app import Workstation
from tests.conftest import Project


class Terminal:
    """A stream that says it is a terminal."""

    @staticmethod
    def isatty() -> bool:
        """It is."""
        return True


def session(directory: Path, user_file: Path | None = None, color: bool | None = None) -> Session:
    return Session(directory, user_file, False, False, color)


def test_without_a_terminal_it_names_the_commands(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(project.root)]) == ExitCode.USAGE
    told = capsys.readouterr()
    assert told.out == ""
    assert "needs a terminal" in told.err
    assert "qatui list" in told.err


Pretend = Callable[[], None]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """Makes both streams terminals, from when it is called: pytest puts its own in place for each phase."""

    def pretend() -> None:
        monkeypatch.setenv("NO_COLOR", "")
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setattr(sys.stderr, "isatty", Terminal.isatty)
        monkeypatch.setattr("sys.stdin", Terminal())
        monkeypatch.setattr("sys.stdout", Terminal())

    return pretend


@pytest.mark.parametrize("term", ["dumb", "unknown", "", None])
def test_a_terminal_that_cannot_move_its_cursor_is_none(
    terminal: Pretend, term: str | None, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workstation, "run", lambda _self: pytest.fail("drawn"))
    terminal()
    if term is None:
        monkeypatch.delenv("TERM")
    else:
        monkeypatch.setenv("TERM", term)
    with pytest.raises(NoTerminal, match=f"TERM is {term or 'empty'}") as raised:
        workstation.run(session(project.root))
    assert "qatui list" in raised.value.hint


def test_outside_of_a_repository_nothing_is_drawn(
    terminal: Pretend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workstation, "run", lambda _self: pytest.fail("drawn"))
    terminal()
    with pytest.raises(NotFound, match="no git repository"):
        workstation.run(session(tmp_path))


def test_wrong_keys_are_refused_before_anything_is_drawn(terminal: Pretend, project: Project, tmp_path: Path) -> None:
    own = tmp_path / "config.yaml"
    own.write_text("keys:\n  candidate.aprove: x\n")
    terminal()
    with pytest.raises(ConfigError, match=r"candidate\.aprove"):
        workstation.run(session(project.root, own))
    assert gc.isenabled()


@pytest.mark.parametrize(("ended", "code"), [(None, ExitCode.DONE), (ZeroDivisionError("x"), ExitCode.BUG)])
def test_how_it_ends(
    terminal: Pretend, project: Project, monkeypatch: pytest.MonkeyPatch, ended: Exception | None, code: ExitCode
) -> None:
    monkeypatch.setattr(Workstation, "run", lambda _self: ended)
    terminal()
    assert workstation.run(session(project.root, color=False)) == code


def test_an_error_of_the_start_is_raised(terminal: Pretend, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workstation, "run", lambda _self: ConfigError("line 3", "mend it"))
    terminal()
    with pytest.raises(ConfigError, match="line 3"):
        workstation.run(session(project.root))


def test_what_the_screens_are_handed(project: Project, tmp_path: Path) -> None:
    own = tmp_path / "config.yaml"
    own.write_text("theme: light\n")
    parts = workstation.make_parts(session(project.root, own), coach=True)
    assert parts.user.theme == "light"
    assert parts.coach
    assert list(parts.child)[-2:] == ["--config", str(own)]
    assert parts.glimpse() is None, "nothing is known of this clone yet"
    desk = parts.open_desk(None)
    seat = parts.glimpse()
    assert seat is not None
    assert (seat.repository_id, seat.reviewer) == (desk.repository_id, desk.reviewer)
    seat.db.close()
    desk.db.close()
    gc.disable()
    parts.settled()
    assert gc.isenabled()
    gc.unfreeze()
