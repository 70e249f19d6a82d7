"""Taking candidates in: `ingest`."""

import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qatui.cli import diagnostics, output
from qatui.cli.session import Session, pass_session
from qatui.domain.text import handle
from qatui.errors import ExitCode, UsageError
from qatui.wiring import open_desk

if TYPE_CHECKING:
    from qatui.domain.proposal import Intake, Replaced
    from qatui.flows.watch import Folder, Manifest
    from qatui.workspace.sources import Source

PATIENCE_SECONDS = 0.5
"""An intake shorter than this shows no progress."""
REDRAW_SECONDS = 0.1
_LEVELS_UP = 8
"""So many parent folders are looked at for the one that was meant."""


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--manifest",
    "manifests",
    multiple=True,
    metavar="FILE",
    help="JSONL with one object per candidate: path, content or file, and optional title, generator, endpoint, "
    "plan_item, completes, priority, labels, replaces. `-` reads standard input.",
)
@click.option("--watch", is_flag=True, help="Go on taking in what is new or changed, until Ctrl-C or SIGTERM.")
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Say how far it is: on stderr; with --json as lines before the result. Default: on a terminal only.",
)
@pass_session
def ingest(
    session: Session, paths: tuple[str, ...], manifests: tuple[str, ...], watch: bool, progress: bool | None
) -> int:
    """Take proposed tests in as candidates.

    PATH is a folder whose tree mirrors the target paths (PATH/tests/test_a.py is for tests/test_a.py), or a file
    of the clone, for the path it has there. Known content changes nothing; new content for a known path makes a new
    revision. What is refused is named with the reason, the rest is taken; the exit code is then 1.
    """
    if not paths and not manifests:
        raise UsageError("There is nothing to take in.", "Name a folder, or a manifest with --manifest FILE.")
    if watch and progress:
        raise UsageError("--progress does not go with --watch.", "A watch tells of each intake as it comes.")
    if watch:
        return _watch(session, paths, manifests)
    return _once(session, paths, manifests, progress)


COMMANDS: tuple[click.Command, ...] = (ingest,)


def _once(session: Session, paths: Sequence[str], manifests: Sequence[str], progress: bool | None) -> int:
    """Take everything in and say what became of it."""
    from qatui.domain.proposal import Intake
    from qatui.domain.text import storable
    from qatui.flows.ingest import ingest as take
    from qatui.workspace.manifests import manifest_source

    sources = [_source(session, each) for each in paths]
    sources += [manifest_source(each, session.directory) for each in manifests]
    total = sum(each.total or 0 for each in sources) if all(each.total is not None for each in sources) else None
    done = Intake()
    with telling(session, progress) as tell:
        for source in sources:
            told = partial(_on_the_whole, tell, done.seen, total)
            done += take(session.desk, source.proposals, source=storable(source.name), progress=told)
    _tell(session, done, _meant(session, paths, done))
    lost = any(each.approved_by for each in done.superseded)
    return ExitCode.NEEDS_PERSON if done.refused or lost else ExitCode.DONE


def _on_the_whole(tell: Callable[[int, int | None], None], before: int, whole: int | None, done: int) -> None:
    """The progress of one source as that of all."""
    tell(before + done, whole)


def _source(session: Session, path: str) -> "Source":
    """What a PATH means; raises UsageError where nothing is there."""
    from qatui.workspace.sources import file_source, folder_source

    place = _existing(session, path)
    return folder_source(place) if place.is_dir() else file_source(place, session.desk.repository.root)


def _existing(session: Session, path: str) -> Path:
    place = session.directory / path
    if not place.exists():
        raise UsageError(f"There is no {place}.", "Name a folder, or a file of the clone.")
    return place


def _watch(session: Session, paths: Sequence[str], manifests: Sequence[str]) -> int:
    """Take in what comes, until a signal; that is the clean end, so it is 0 whatever was refused meanwhile."""
    from qatui.flows.watch import watch

    targets = _targets(session, paths, manifests)
    with _until_signalled() as stopped:
        say = partial(diagnostics.say, quiet=session.quiet or session.json)
        say("watching; Ctrl-C ends it")
        opened = partial(open_desk, session.start, session.desk.db)
        watch(
            opened,
            targets,
            stopped=stopped,
            heard=lambda heard: _tell(session, heard, _meant(session, paths, heard)),
            say=say,
        )
    return ExitCode.DONE


def _targets(session: Session, paths: Sequence[str], manifests: Sequence[str]) -> list["Folder | Manifest"]:
    """What to watch; raises UsageError for what cannot be watched."""
    from qatui.flows.watch import Folder, Manifest
    from qatui.workspace.sources import path_in_clone

    targets: list[Folder | Manifest] = []
    for path in paths:
        place = _existing(session, path)
        if place.is_dir():
            targets.append(Folder(place))
        else:
            root = session.desk.repository.root
            targets.append(Folder(root, only=path_in_clone(place, root)))
    for name in manifests:
        if not (session.directory / name).is_file():
            raise UsageError(f"The manifest {name} is no file that can be watched.", "Name a JSONL file.")
        targets.append(Manifest(session.directory / name))
    return targets


@contextmanager
def _until_signalled() -> Iterator[Callable[[], bool]]:
    """Whether SIGINT or SIGTERM came; a second one ends the process in the usual way."""
    came: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM)
    usual = {each: signal.getsignal(each) for each in signals}

    def note(number: int, _frame: object) -> None:
        came.append(number)
        for each in signals:
            signal.signal(each, usual[each])

    for each in signals:
        signal.signal(each, note)
    try:
        yield lambda: bool(came)
    finally:
        for each in signals:
            signal.signal(each, usual[each])


def _meant(session: Session, paths: Sequence[str], done: "Intake") -> str:
    """The folder that was meant, where one of `paths` lies so deep that no target path is a test's; else empty."""
    from qatui.domain.proposal import check_path

    roots = session.desk.team.test_roots
    for path in paths if done.refused and len(done.refused) == done.seen else ():
        here = Path(os.path.abspath(session.directory / path))
        below = [os.path.relpath(place, here) for place, _ in done.refused]
        for up in range(1, min(len(here.parts), _LEVELS_UP + 1)):
            front = "/".join(here.parts[-up:])
            if all(check_path(each, roots) and not check_path(f"{front}/{each}", roots) for each in below):
                return os.path.normpath(os.path.join(path, *[".."] * up))
    return ""


def _tell(session: Session, done: "Intake", meant: str = "") -> None:
    """Print what became of an intake, and the folder that was `meant` where another one was named."""
    counts = {
        "new": len(done.new),
        "revised": len(done.revised),
        "unchanged": len(done.unchanged),
        "same_as_base": done.same_as_base,
        "superseded": len(done.superseded),
        "refused": len(done.refused),
    }
    if session.json:
        refused = [{"place": place, "reason": reason} for place, reason in done.refused]
        superseded = [
            {"id": each.id, "path": each.path, "by": each.by, "approved_by": each.approved_by}
            for each in done.superseded
        ]
        taken = {"ingested": counts, "candidates": list(done.taken), "superseded": superseded}
        output.emit({**taken, "refused": refused, "meant": meant or None})
        return
    diagnostics.refusals(done.refused)
    if meant:
        diagnostics.say(
            f"A folder's tree must mirror the target paths. Did you mean: qatui ingest {shlex.quote(meant)}"
        )
    for approved in (False, True):
        rows = [each for each in done.superseded if (each.approved_by is not None) == approved]
        diagnostics.refusals(((f"{each.id} {each.path} by {each.by}", _loss(each)) for each in rows), "superseded")
    words = {"same_as_base": "as on base"}
    said = [f"{count} {words.get(name, name)}" for name, count in counts.items() if count]
    output.line(", ".join(said) if said else "nothing there")
    output.flush()


def _loss(replaced: "Replaced") -> str:
    """Why a candidate is superseded, and what is lost by it."""
    words = "its manifest says that it replaces it"
    return f"{words}, although {handle(replaced.approved_by)} had approved it" if replaced.approved_by else words


@contextmanager
def telling(session: Session, wanted: bool | None) -> Iterator[Callable[[int, int | None], None]]:
    """How far an intake is, told now and then while it lasts; wiped at the end."""
    terminal = sys.stderr.isatty()
    shown = terminal and not session.json and not session.quiet if wanted is None else wanted
    last = time.monotonic() + PATIENCE_SECONDS - REDRAW_SECONDS

    def tell(done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if not shown or now - last < REDRAW_SECONDS:
            return
        last = now
        if session.json:
            output.emit({"progress": {"done": done, "total": total}})
        else:
            diagnostics.progress(done, total)

    try:
        yield tell
    finally:
        if shown and not session.json:
            diagnostics.progress_done()
