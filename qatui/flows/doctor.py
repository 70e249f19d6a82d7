"""Look at each part that the work needs, and say what was found and how to mend what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qatui.domain.moments import DAY, MINUTE, date
from qatui.errors import GitHubRefused, QatuiError
from qatui.flows.desk import Desk
from qatui.github.client import GitHub
from qatui.github.greeting import Greeting, greet
from qatui.github.protocol import Repo
from qatui.github.repositories import Permissions, Repository, repository
from qatui.store.database import Database, url_for_people
from qatui.workspace.program import OLDEST, version
from qatui.workspace.remote import Remote

CLOCK_OFF = 2 * MINUTE
"""More than this between our clock and GitHub's is told: times of verdicts and limits would be wrong."""
SOON = 7 * DAY
"""A token that runs out sooner is told."""
_NEEDED_SCOPES = ("repo", "public_repo")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    topic: str
    ok: bool
    found: str
    """What there is, or what is wrong."""
    fix: str = ""
    """What to do about it; only where `ok` is False."""


def tried(topic: str, look: Callable[[], Line]) -> Line:
    """What `look` says; an error that it ends in is a line too."""
    try:
        return look()
    except QatuiError as error:
        return Line(topic, False, error.message, error.hint or "Mend that, and run qatui doctor again.")


def git_line(directory: Path) -> Line:
    """Whether there is a git that is new enough."""
    told, numbers = version(directory)
    if numbers < OLDEST:
        return Line("git", False, told, "Install git {}.{} or newer.".format(*OLDEST))
    return Line("git", True, told)


def identity_line(desk: Desk) -> Line:
    """Whose name commits would bear."""
    who = "{} <{}>".format(*desk.signature)
    if desk.identified:
        return Line("identity", True, who)
    fix = 'git config --global user.email "YOU@EXAMPLE.ORG" (and user.name)'
    return Line("identity", False, f"git does not know who you are; commits would be by {who}", fix)


def base_line(desk: Desk) -> Line:
    """The branch that approved tests go to."""
    return Line("base", True, f"{desk.base.branch} at {desk.base.commit[:12]}")


def remote_line(desk: Desk) -> Line:
    """Whether the remote answers, and still has the base."""
    url = desk.repository.remote_url(desk.team.remote)
    if url is None:
        fix = f"git remote add {desk.team.remote} ADDRESS; without one commits stay in this clone"
        return Line("remote", False, f"there is no remote “{desk.team.remote}”", fix)
    remote = Remote(desk.repository, url)
    there = remote.heads(desk.base.branch).get(desk.base.branch)
    if there is None:
        fix = f"git push {desk.team.remote} {desk.base.branch}, or name another `base` in qatui.yaml"
        return Line("remote", False, f"{remote.name} has no branch {desk.base.branch}", fix)
    ahead = "" if there == desk.base.commit else f"; {desk.base.branch} has moved there since the last fetch"
    return Line("remote", True, f"{desk.team.remote}, {remote.name}{ahead}")


def database_line(db: Database) -> Line:
    """The store: where it is, and that it can be written."""
    with db.write():
        version = db.version()
    return Line("database", True, f"{url_for_people(db.url)}, schema {version}")


def github_lines(github: GitHub, source: str, key: str | None, now: int) -> Iterator[Line]:
    """GitHub, the token from `source`, what it may do in the repository `key`, and the clock."""
    try:
        greeting = greet(github)
    except GitHubRefused as error:
        yield Line("GitHub", True, github.api_url)
        yield Line("token", False, f"from {source}: {error.message}", error.hint)
        return
    except QatuiError as error:
        fix = error.hint or "Check the network, and `api_url` in your settings."
        yield Line("GitHub", False, error.message, fix)
        return
    yield Line("GitHub", True, f"{github.api_url}{_left(greeting)}")
    yield _token_line(greeting, source, now)
    if key is not None:
        yield tried("permissions", lambda: _permissions_line(greeting, github.ask(repository(Repo.of(key))), key))
    yield _clock_line(greeting, now)


def _left(greeting: Greeting) -> str:
    return "" if greeting.remaining is None else f", {greeting.remaining:,} of {greeting.limit:,} requests left"


def _token_line(greeting: Greeting, source: str, now: int) -> Line:
    who = f"from {source}, of {greeting.login or 'an app'}"
    if greeting.expires is not None and greeting.expires - now < SOON:
        return Line("token", False, f"{who}, runs out on {date(greeting.expires)}", "Make a new one and set it.")
    until = f", until {date(greeting.expires)}" if greeting.expires is not None else ""
    return Line("token", True, who + until)


def _permissions_line(greeting: Greeting, found: Repository, key: str) -> Line:
    """What the token may do: the person's role, cut down by a classic token's scopes."""
    role = _role(found.permissions)
    told = f"{role} in {found.full_name}"
    if greeting.scopes is not None:
        told += f"; scopes {', '.join(greeting.scopes) or 'none'}"
        if not any(scope in greeting.scopes for scope in _NEEDED_SCOPES):
            return Line("permissions", False, told, "Give the token the scope `repo`.")
    if not found.permissions.push:
        return Line("permissions", False, told, "Ask for push access, or publish from a fork.")
    if found.archived:
        return Line("permissions", False, f"{told}; the repository is archived", "Nothing can be published to it.")
    if found.full_name.lower() != "/".join(key.split("/")[-2:]):
        fix = f"git remote set-url, and `repository: {found.full_name}` in qatui.yaml if it names one"
        return Line("permissions", False, f"{told}: it was renamed, {key} only leads there", fix)
    return Line("permissions", True, told)


def _role(may: Permissions) -> str:
    named = (("admin", may.admin), ("maintain", may.maintain), ("write", may.push), ("triage", may.triage))
    return next((role for role, has in named if has), "read")


def _clock_line(greeting: Greeting, now: int) -> Line:
    if greeting.moment is None:
        return Line("clock", True, "GitHub did not tell the time")
    off = now - greeting.moment
    told = f"{abs(off) // 1000:,} s {'ahead of' if off > 0 else 'behind'} GitHub's"
    if abs(off) > CLOCK_OFF:
        return Line("clock", False, told, "Set this machine's clock, by NTP if possible.")
    return Line("clock", True, "agrees with GitHub's" if abs(off) < 5000 else told)
