"""`qatui doctor`: what there is to work with, and how to mend what is wrong."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click

from qatui import wiring
from qatui.cli import output
from qatui.cli.session import Session, pass_session
from qatui.errors import ExitCode, QatuiError

if TYPE_CHECKING:
    from qatui.flows.desk import Desk
    from qatui.flows.doctor import Line
    from qatui.settings.types import User


@click.command()
@pass_session
def doctor(session: Session) -> int:
    """Look at everything that the work needs, and say what is wrong and how to mend it.

    That is git, settings, repository, base, remote, database, token, GitHub and the clock. Ends with 1 where one fails.
    """
    lines = []
    for line in _lines(session):
        lines.append(line)
        if not session.json:
            _tell(line)
    if session.json:
        rows = [{"topic": each.topic, "ok": each.ok, "found": each.found, "fix": each.fix} for each in lines]
        output.emit({"lines": rows})
    return ExitCode.DONE if all(line.ok for line in lines) else ExitCode.NEEDS_PERSON


_TOPIC_CELLS = 13


def _tell(line: "Line") -> None:
    """One line as soon as it is known: some take their time."""
    output.line(f"{'ok ' if line.ok else 'BAD'}  {line.topic:<{_TOPIC_CELLS}}{line.found}")
    if line.fix:
        output.line(f"     {'':<{_TOPIC_CELLS}}{line.fix}")
    output.flush()


def _lines(session: Session) -> Iterator["Line"]:
    """Each thing in the order in which the next one needs it; what cannot be looked at is left out."""
    from qatui.flows import doctor
    from qatui.flows.doctor import Line, tried
    from qatui.flows.hub import github_host, repository_key

    yield (git := tried("git", lambda: doctor.git_line(session.directory)))
    try:
        user = wiring.load_user(session.start)
    except QatuiError as error:
        yield Line("settings", False, error.message, error.hint)
        return
    if not git.ok:
        yield tried("database", lambda: _database(user))
        return
    try:
        desk = session.desk
    except QatuiError as error:
        # Which part it was is in the words; the store and GitHub are looked at without a repository.
        yield Line("repository", False, error.message, error.hint)
        yield tried("database", lambda: _database(user))
        yield from _github(user, "github.com", None)
        return
    key = repository_key(desk.repository, desk.team)
    yield Line("repository", True, f"{key}, in {desk.repository.root}")
    yield Line("settings", True, _settings(desk))
    yield doctor.identity_line(desk)
    yield doctor.base_line(desk)
    yield tried("remote", lambda: doctor.remote_line(desk))
    yield tried("database", lambda: doctor.database_line(desk.db))
    yield from _github(user, github_host(desk.repository, desk.team), key)


def _settings(desk: "Desk") -> str:
    from qatui.settings.types import TEAM_FILE

    there = desk.repository.read(desk.base.commit, TEAM_FILE) is not None
    return f"{TEAM_FILE} on {desk.base.branch}" if there else f"no {TEAM_FILE} on {desk.base.branch}: the defaults"


def _database(user: "User") -> "Line":
    from qatui.flows.doctor import database_line

    with closing(wiring.open_store(user)) as db:
        return database_line(db)


def _github(user: "User", host: str | None, key: str | None) -> Iterator["Line"]:
    """The token and what can be done with it; a repository at no host of GitHub needs none."""
    from qatui.flows.desk import clock
    from qatui.flows.doctor import Line, github_lines
    from qatui.github.client import GitHub

    if host is None:
        found = "the repository is at no host: branches go to its remote, pull requests are not opened"
        yield Line("GitHub", True, found)
        return
    try:
        access = wiring.find_access(user, host)
        if access.token is None:
            fix = f"gh auth login --hostname {access.host}, or set {_variable(access.host)}"
            yield Line("token", False, f"there is none for {access.host}: pull requests cannot be opened", fix)
            return
        with GitHub(access.api_url, access.token.value, sleep=_at_once) as github:
            yield from github_lines(github, access.token.source, key, clock())
    except QatuiError as error:
        yield Line("token", False, error.message, error.hint)


def _at_once(_seconds: float) -> None:
    """Try again without a pause: somebody waits for the line."""


def _variable(host: str) -> str:
    """The environment variable for a host's token, as `settings.token` looks for it."""
    if host == "github.com" or host.endswith(".ghe.com"):
        return "GH_TOKEN"
    return f"GH_ENTERPRISE_TOKEN and GH_HOST={host}"


COMMANDS: tuple[click.Command, ...] = (doctor,)
