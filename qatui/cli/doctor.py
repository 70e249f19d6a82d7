"""`qatui doctor`: what there is to work with, and how to mend what is wrong."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click

from qatui import wiring
from qatui.cli import diagnostics, output
from qatui.cli.session import Session, pass_session
from qatui.errors import ConfigError, ExitCode, QatuiError

if TYPE_CHECKING:
    from qatui.flows.doctor import Line, Place
    from qatui.settings.types import User
    from qatui.workspace.repository import Base, Repository


@click.command()
@pass_session
def doctor(session: Session) -> int:
    """Look at everything that the work needs, and say what is wrong and how to mend it.

    That is git, settings, repository, base, remote, database, token, GitHub and the clock. Ends with 1 where one fails.
    """
    lines = []
    for line in _lines(session):
        diagnostics.progress_done()
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

    yield (git := tried("git", lambda: doctor.git_line(session.directory)))
    try:
        user = wiring.load_user(session.start)
    except QatuiError as error:
        yield Line("settings", False, error.message, error.hint)
        return
    host: str | None = "github.com"
    place = None
    if git.ok:
        clone = yield from _clone(session, user)
        host, place = clone or (host, place)
    yield tried("database", lambda: _database(session, user))
    if not git.ok:
        return
    topics = []
    for line in _github(session, user, host, place):
        topics.append(line.topic)
        yield line
    if place is not None and place.pushed is not None and "push" not in topics:
        yield doctor.unknown_push_line(place)


def _clone(session: Session, user: "User") -> Generator["Line", None, "tuple[str | None, Place | None] | None"]:
    """The clone, its settings, base and remote; the host that has it and the place there, None where that is unknown.

    Looked at without the store: what is wrong with that is a line of its own.
    """
    from qatui.flows import doctor
    from qatui.flows.doctor import Line, tried
    from qatui.flows.hub import github_host, repository_key
    from qatui.settings.types import Team
    from qatui.workspace.repository import discover

    try:
        clone = discover(session.directory)
    except QatuiError as error:
        yield Line("repository", False, error.message, error.hint)
        return None
    try:
        team, base = wiring.load_team(clone)
    except QatuiError as error:
        yield Line("repository", True, str(clone.root))
        topic = "settings" if isinstance(error, ConfigError) else "base"
        yield Line(topic, False, error.message, error.hint)
        host = github_host(clone, Team())
        return host, doctor.place_of(repository_key(clone, Team()), clone, Team()) if host else None
    key, host = repository_key(clone, team), github_host(clone, team)
    yield Line("repository", True, f"{key}, in {clone.root}")
    yield Line("settings", True, _settings(clone, base))
    _, signature, identified = wiring.identity(user, clone)
    yield doctor.identity_line(signature, identified=identified)
    yield doctor.base_line(base)
    yield tried("remote", lambda: doctor.remote_line(clone, team, base, _asking(session)))
    return host, doctor.place_of(key, clone, team) if host else None


def _settings(clone: "Repository", base: "Base") -> str:
    from qatui.settings.types import TEAM_FILE

    there = clone.read(base.commit, TEAM_FILE) is not None
    return f"{TEAM_FILE} on {base.branch}" if there else f"no {TEAM_FILE} on {base.branch}: the defaults"


def _database(session: Session, user: "User") -> "Line":
    from qatui.flows.doctor import BUSY_SECONDS, database_line

    _asking(session)("the database for a turn to write")
    with closing(wiring.open_store(user, busy_seconds=BUSY_SECONDS)) as db:
        return database_line(db)


def _github(session: Session, user: "User", host: str | None, place: "Place | None") -> Iterator["Line"]:
    """The token and what can be done with it; a repository at no host of GitHub needs none."""
    from qatui.flows.desk import clock
    from qatui.flows.doctor import PAUSES, SECONDS, Line, github_lines
    from qatui.github.client import GitHub

    if host is None:
        found = "the repository is at no host: branches go to its remote, pull requests are not opened"
        yield Line("GitHub", True, found)
        return
    asking = _asking(session)
    asking(f"for the token of {host}")
    try:
        access = wiring.find_access(user, host)
        if access.token is None:
            fix = f"gh auth login --hostname {access.host}, or set {_variable(access.host)}"
            yield Line("token", False, f"there is none for {access.host}: pull requests cannot be opened", fix)
            return
        with GitHub(access.api_url, access.token.value, seconds=SECONDS, pauses=PAUSES) as github:
            yield from github_lines(github, access.token.source, place, clock(), asking)
    except QatuiError as error:
        yield Line("token", False, error.message, error.hint)


def _asking(session: Session) -> Callable[[str], None]:
    """Says at a terminal what is being waited for."""
    return lambda what: None if session.quiet else diagnostics.passing(f"Asking {what} ...")


def _variable(host: str) -> str:
    """The environment variable for a host's token, as `settings.token` looks for it."""
    if host == "github.com" or host.endswith(".ghe.com"):
        return "GH_TOKEN"
    return f"GH_ENTERPRISE_TOKEN and GH_HOST={host}"


COMMANDS: tuple[click.Command, ...] = (doctor,)
