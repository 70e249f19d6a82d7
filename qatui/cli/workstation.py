"""`qatui` without a command: the workstation."""

import gc
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from qatui import paths, wiring
from qatui.cli import diagnostics, printing
from qatui.cli.session import Session
from qatui.errors import ExitCode, NoTerminal, QatuiError

if TYPE_CHECKING:
    from qatui.flows.desk import Desk
    from qatui.flows.hub import Hub
    from qatui.store.database import Database
    from qatui.store.first_look import FirstLook
    from qatui.tui.parts import Parts, Seat


def run(session: Session, *, coach: bool = False) -> int:
    """Show the workstation until the person leaves it, with the coach for newcomers; the exit code.

    Raises NoTerminal where there is none, NotFound outside of a repository, ConfigError for wrong settings.
    Nothing but the reviewer's own settings is read before the first frame.
    """
    if not printing.has_screen(os.environ):
        term = os.environ.get("TERM") or "empty"
        poor = f" that can move its cursor, and TERM is {term}" if sys.stdout.isatty() else ""
        raise NoTerminal(
            f"The workstation needs a terminal{poor}.",
            "Without one: qatui list, show, approve, reject, defer, publish; see qatui --help.",
        )
    parts = make_parts(session, coach=coach)
    if paths.find_git_dir(session.directory) is None:
        session.desk.db.close()  # git says why there is no repository here, before a screen is drawn
    if session.color is False:
        os.environ["NO_COLOR"] = "1"
    gc.disable()  # collecting while so much is being loaded costs a quarter of the start
    try:
        from qatui.tui.app import Workstation

        ended = Workstation(parts).run()
    finally:
        gc.enable()
    if isinstance(ended, QatuiError):
        raise ended
    if ended is not None:
        return diagnostics.bug(ended, as_json=False)
    return ExitCode.DONE


def make_parts(session: Session, *, coach: bool = False) -> "Parts":
    """What the screens are handed."""
    from qatui.tui.parts import Parts, Seat

    user = wiring.load_user(session.start)

    def glimpse() -> "Seat | None":
        found = wiring.glimpse(session.start)
        return Seat(found.db, found.repository_id, found.reviewer) if found else None

    def first_look(lines: int) -> "FirstLook | None":
        return wiring.first_look(session.start, lines)

    def open_desk(db: "Database | None") -> "Desk":
        return wiring.open_desk(session.start, db)

    child = [sys.executable, "-m", "qatui", "-C", str(session.directory.absolute())]
    if session.user_file is not None:
        child += ["--config", str(session.user_file.absolute())]
    return Parts(
        glimpse,
        open_desk,
        paths.append_log,
        child,
        user,
        first_look=first_look,
        settled=_keep_what_is_loaded,
        open_hub=_once(lambda desk: wiring.open_hub(session.start, desk)),
        coach=coach,
    )


def _once(open_hub: "Callable[[Desk], Hub | None]") -> "Callable[[Desk], Hub | None]":
    """Opens it at the first call that finds a token, in whichever thread that is."""
    kept: list[Hub] = []
    turn = threading.Lock()

    def opened(desk: "Desk") -> "Hub | None":
        with turn:
            if not kept and (hub := open_hub(desk)) is not None:
                kept.append(hub)
            return kept[0] if kept else None

    return opened


def _keep_what_is_loaded() -> None:
    """From here on garbage is collected again, but what was loaded so far is never looked through for it."""
    gc.freeze()
    gc.enable()
