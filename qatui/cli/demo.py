"""`qatui demo`: a workspace to try everything on, opened in the workstation, or walked through without one."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qatui.cli import diagnostics, output, printing
from qatui.cli.session import Session, pass_session
from qatui.errors import ExitCode

if TYPE_CHECKING:
    from qatui.flows.desk import Desk
    from qatui.sandbox.demo import Demo
    from qatui.sandbox.walk import Walked
    from qatui.store.database import Database


@click.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    metavar="D",
    help="Where to make it, or where one is. Default: a new folder among the temporary files.",
)
@click.option(
    "--candidates",
    type=click.IntRange(0, 100_000),
    metavar="N",
    help="How many candidates to make, up to 100,000. Default: the hand-written ones.",
)
@click.option(
    "--headless",
    is_flag=True,
    help="Walk the whole way, from intake to the merged pull request and the ticked plan, and print the record.",
)
@pass_session
def demo(session: Session, directory: Path | None, candidates: int | None, headless: bool) -> int:
    """Make a workspace to try everything on, and open the workstation on it.

    A git repository with a small API and its tests, its bare remote at a GitHub of its own, a test plan, and
    machine-written tests of every kind, good and bad, waiting for review; the store is its own. It is kept: a demo that
    is in D already is opened as it was left. Without a terminal, or with --json, it is made and nothing is opened.
    """
    with _opened(session, directory, candidates) as made, _environment(QATUI_DATABASE=str(made.database)):
        if headless:
            return _walk(session, made)
        if session.json:
            output.emit(
                {
                    **_places(made),
                    "database": str(made.database),
                    "candidates": made.candidates,
                    "new": made.new,
                }
            )
            return ExitCode.DONE
        if not printing.has_screen(os.environ):
            _tell_what_to_try(made)
            return ExitCode.DONE
        return _show(session, made)


def _opened(session: Session, directory: Path | None, candidates: int | None) -> "AbstractContextManager[Demo]":
    """The demo in `directory`, which is looked up from where the session is; progress on stderr."""
    from qatui.cli.intake import telling
    from qatui.sandbox.demo import opened_demo
    from qatui.wiring import Start, load_user, open_desk

    load_user(session.start)  # wrong settings are told before anything is made

    def desk(root: Path, db: "Database") -> "Desk":
        return open_desk(Start(root, session.user_file), db)

    @contextmanager
    def opened() -> "Iterator[Demo]":
        place = session.directory / directory if directory else Path(tempfile.mkdtemp(prefix="qatui-demo-"))
        with ExitStack() as held:
            with telling(session, None) as tell:
                made = held.enter_context(opened_demo(place, candidates, desk, progress=tell))
            yield made

    return opened()


@contextmanager
def _at_github(made: "Demo") -> Iterator[None]:
    """Serve the demo's GitHub, and point this process and its children there; the reviewer's own tokens stay here.

    Only the variable for other hosts than github.com is sent to this one, and that has the demo's token meanwhile.
    """
    from qatui.sandbox.demo_github import serving_beside

    with (
        serving_beside(made.directory) as served,
        _environment(QATUI_API_URL=served.api_url, QATUI_TOKEN_SOURCE="env", GH_ENTERPRISE_TOKEN=served.token),
    ):
        yield


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Variables for this process and the children it starts; the shell that called keeps its own."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _show(session: Session, made: "Demo") -> int:
    """The workstation, with the coach."""
    from qatui.cli.workstation import run

    with _at_github(made):
        code = run(replace(session, directory=made.repository), coach=True)
    again = shlex.join(["qatui", "demo", "--dir", str(made.directory)])
    diagnostics.say(f"The demo is kept. Open it again: {again}", quiet=session.quiet)
    return code


def _walk(session: Session, made: "Demo") -> int:
    """The whole way, and its record."""
    from qatui.sandbox.walk import walk

    def say(text: str) -> None:
        diagnostics.say(text, quiet=session.quiet or session.json)

    with _at_github(made):
        inside = replace(session, directory=made.repository)
        try:
            hub = inside.hub
            assert hub is not None, "the demo's own token is in the environment"
            walked = walk(inside.desk, hub, say)
        finally:
            inside.close()
    if session.json:
        output.emit(_record(made, walked))
    else:
        _tell_record(made, walked)
    return walked.exit_code


def _places(made: "Demo") -> dict[str, Any]:
    return {"workspace": str(made.directory), "repository": str(made.repository), "remote": str(made.remote)}


def _record(made: "Demo", walked: "Walked") -> dict[str, Any]:
    at = walked.publication
    pull = None
    if at is not None and at.pull_number is not None:
        pull = {
            "number": at.pull_number,
            "url": at.pull_url,
            "state": "open" if at.pull_state == "open" else "closed",
            "merged": at.pull_state == "merged",
        }
    return {
        "changed": made.new or walked.changed,
        **_places(made),
        "candidates": {
            "ingested": walked.ingested,
            "approved": walked.approved,
            "rejected": walked.rejected,
            "deferred": walked.deferred,
        },
        "branch": at.branch if at else None,
        "commits": walked.commits,
        "pull_request": pull,
        "plan": {"file": walked.plan_file, "items": walked.items, "ticked": walked.ticked},
    }


def _tell_record(made: "Demo", walked: "Walked") -> None:
    at = walked.publication
    verdicts = f"{walked.approved:,} approved, {walked.rejected:,} rejected, {walked.deferred:,} deferred"
    rows = [
        ("workspace", str(made.directory)),
        ("candidates", f"{walked.ingested:,} taken in: {verdicts}"),
        ("branch", f"{at.branch}, {walked.commits:,} commits" if at else "none: nothing is approved"),
    ]
    if at is not None and at.pull_number is not None:
        rows.append(("pull request", f"#{at.pull_number}, {at.pull_state} into {at.base_branch}"))
    rows.append(("test plan", f"{walked.plan_file}, {walked.ticked:,} of {walked.items:,} items ticked"))
    output.table(rows)


def _tell_what_to_try(made: "Demo") -> None:
    """Where the demo is, and the commands that show most of it."""
    output.table([("workspace", str(made.directory)), ("candidates", f"{made.candidates:,}")])
    output.line()
    for words in (
        ["export", f"QATUI_DATABASE={made.database}"],
        ["cd", str(made.repository)],
        ["qatui", "list"],
        ["qatui", "status"],
        ["qatui", "demo", "--headless", "--dir", str(made.directory)],
        ["qatui", "demo", "--dir", str(made.directory)],
    ):
        output.line(shlex.join(words))


COMMANDS: tuple[click.Command, ...] = (demo,)
