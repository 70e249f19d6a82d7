"""Look at each part that the work needs, and say what was found and how to mend what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qatui.domain.moments import DAY, MINUTE, date
from qatui.errors import GitHubRefused, NoAccess, NoPermission, QatuiError
from qatui.flows.preflight import is_same, repository_at
from qatui.github.client import GitHub
from qatui.github.greeting import Greeting, greet, readings
from qatui.github.protocol import Repo
from qatui.github.repositories import Permissions, Repository, repository
from qatui.settings.types import Team
from qatui.store.database import Database, url_for_people
from qatui.workspace.program import OLDEST, version
from qatui.workspace.remote import Remote
from qatui.workspace.repository import Base
from qatui.workspace.repository import Repository as Clone

CLOCK_OFF = 2 * MINUTE
"""More than this between our clock and GitHub's is told: times of verdicts and limits would be wrong."""
SECONDS = 5.0
"""How long GitHub may take for one answer; it is asked twice."""
PAUSES = (0.5, 0.0)
"""Between the two: somebody waits for the line."""
REMOTE_SECONDS = 10.0
"""How long git may take to ask the remote."""
BUSY_SECONDS = 5.0
"""How long others may keep the database from being written."""
SOON = 7 * DAY
"""A token that runs out sooner is told."""
_NEEDED_SCOPES = ("repo", "public_repo")
_NEEDED_PERMISSIONS = "contents, pull_requests and issues: write"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    topic: str
    ok: bool
    found: str
    """What there is, or what is wrong."""
    fix: str = ""
    """What to do about it; only where `ok` is False."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where publications go to."""

    repo: Repo
    """Where pull requests are opened."""
    remote: str
    pushed: Repo | None = None
    """Where the remote's branches go to, if that is called otherwise."""
    others: tuple[Repo, ...] = ()
    """What the clone's other remotes lead to: a fork among them is where branches go that may not go to `repo`."""


def place_of(key: str, clone: Clone, team: Team) -> Place:
    """The repository `key`, and where git pushes to."""
    repo = Repo.of(key)
    urls = [clone.remote_url(team.remote, push=push) for push in (True, False)]
    others = [there for url in urls if url and (there := repository_at(url)) and not is_same(there, repo)]
    remotes = (clone.remote_url(name) for name in clone.remotes() if name != team.remote)
    known = tuple(there for url in remotes if url and (there := repository_at(url)) and not is_same(there, repo))
    return Place(repo, team.remote, others[0] if others else None, known)


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


def identity_line(signature: tuple[str, str], *, identified: bool) -> Line:
    """Whose name and e-mail commits would bear, and whether the person told them."""
    who = "{} <{}>".format(*signature)
    if identified:
        return Line("identity", True, who)
    fix = 'git config --global user.email "YOU@EXAMPLE.ORG" (and user.name)'
    return Line("identity", False, f"git does not know who you are; commits would be by {who}", fix)


def base_line(base: Base) -> Line:
    """The branch that approved tests go to."""
    return Line("base", True, f"{base.branch} at {base.commit[:12]}")


def remote_line(clone: Clone, team: Team, base: Base, asking: Callable[[str], None]) -> Line:
    """Whether the remote answers, and still has the base."""
    url = clone.remote_url(team.remote)
    if url is None:
        fix = f"git remote add {team.remote} ADDRESS; without one commits stay in this clone"
        return Line("remote", False, f"there is no remote “{team.remote}”", fix)
    remote = Remote(clone, url, seconds=REMOTE_SECONDS)
    asking(f"{remote.name} for its branch {base.branch}")
    there = remote.heads(base.branch).get(base.branch)
    if there is None:
        fix = f"git push {team.remote} {base.branch}, or name another `base` in qatui.yaml"
        return Line("remote", False, f"{remote.name} has no branch {base.branch}", fix)
    ahead = "" if there == base.commit else f"; {base.branch} has moved there since the last fetch"
    return Line("remote", True, f"{team.remote}, {remote.name}{ahead}")


def database_line(db: Database) -> Line:
    """The store: where it is, and that it can be written."""
    with db.write():
        version = db.version()
    upgraded = f"; upgraded now, {db.backup} is it as it was" if db.backup is not None else ""
    return Line("database", True, f"{url_for_people(db.url)}, schema {version}{upgraded}")


def github_lines(
    github: GitHub, source: str, place: Place | None, now: int, asking: Callable[[str], None]
) -> Iterator[Line]:
    """GitHub, the token from `source`, what it may do at `place`, and the clock."""
    asking(f"{github.api_url} whose token it is")
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
    if place is not None:
        asking(f"{github.api_url} what it may do in {place.repo}")
        yield tried("permissions", lambda: _permissions_line(github, greeting, place))
        if place.pushed is not None:
            asking(f"{github.api_url} for {place.pushed}")
            yield tried("push", lambda: _push_line(github, place))
    yield _clock_line(greeting, now)


def _left(greeting: Greeting) -> str:
    return "" if greeting.remaining is None else f", {greeting.remaining:,} of {greeting.limit:,} requests left"


def _token_line(greeting: Greeting, source: str, now: int) -> Line:
    who = f"from {source}, " + (f"of {greeting.login}" if greeting.login else "an App's: GitHub names nobody for it")
    if greeting.expires is not None and greeting.expires - now < SOON:
        return Line("token", False, f"{who}, runs out on {date(greeting.expires)}", "Make a new one and set it.")
    until = f", until {date(greeting.expires)}" if greeting.expires is not None else ""
    return Line("token", True, who + until)


def _permissions_line(github: GitHub, greeting: Greeting, place: Place) -> Line:
    """What the token may do: the person's role, cut down by a classic token's scopes, or by permissions."""
    found = github.ask(repository(place.repo))
    told = f"{_role(found.permissions)} in {found.full_name}"
    if greeting.scopes is not None:
        told += f"; scopes {', '.join(greeting.scopes) or 'none'}"
        if not any(scope in greeting.scopes for scope in _NEEDED_SCOPES):
            return Line("permissions", False, told, "Give the token the scope `repo`.")
    elif (lacking := _lacking(github, found)) is not None:
        fix = f"Give the token the permissions {_NEEDED_PERMISSIONS} in {found.full_name}."
        return Line("permissions", False, f"the token may not {lacking}, though its owner has {told}", fix)
    else:
        whose = "the owner has" if greeting.login else "the App has"
        told = f"{whose} {told}; what of it the token may write GitHub does not tell: it needs {_NEEDED_PERMISSIONS}"
    if not found.permissions.push and place.pushed is None:
        fork = next((each for each in place.others if _is_fork(github, each, found)), None)
        if fork is None:
            fix = f"Ask for push access, or publish from a fork: gh repo fork {found.full_name} --remote"
            return Line("permissions", False, told, fix)
        told += f"; branches go to {fork}, a fork of it"
    if found.archived:
        return Line("permissions", False, f"{told}; the repository is archived", "Nothing can be published to it.")
    if not is_same(Repo.of(found.full_name), place.repo):
        fix = f"git remote set-url, and `repository: {found.full_name}` in qatui.yaml if it names one"
        return Line("permissions", False, f"{told}: it was renamed, {place.repo} only leads there", fix)
    return Line("permissions", True, told)


def _is_fork(github: GitHub, repo: Repo, base: Repository) -> bool:
    """Whether a repository is a fork of `base` that the token's owner may push to."""
    try:
        there = github.ask(repository(repo))
    except NoAccess:
        return False
    return _comes_from(there, base) and there.permissions.push and not there.archived


def _comes_from(there: Repository, base: Repository) -> bool:
    return is_same(Repo.of(base.full_name), *(Repo.of(each.full_name) for each in (there.parent, there.source) if each))


def _lacking(github: GitHub, found: Repository) -> str | None:
    """What the token is seen to lack, None where nothing is: what is public, everybody reads."""
    for permission, question in readings(Repo.of(found.full_name)):
        if permission == "issues" and not found.has_issues:
            continue
        try:
            github.ask(question)
        except (NoPermission, NoAccess):
            return f"{question.to} (permission {permission})"
    return None


def unknown_push_line(place: Place) -> Line:
    """Of two repositories where GitHub cannot be asked whether one is a fork of the other."""
    found = f"branches go to {place.pushed}, pull requests are opened in {place.repo}"
    return Line(
        "push", False, f"{found}; whether one is a fork of the other GitHub could not be asked", _another_address(place)
    )


def _another_address(place: Place) -> str:
    return f"git remote set-url {place.remote} ADDRESS, or name the right `repository` in qatui.yaml"


def _push_line(github: GitHub, place: Place) -> Line:
    """Whether branches go to a fork of the repository that pull requests are opened in."""
    assert place.pushed is not None
    fix = _another_address(place)
    base = github.ask(repository(place.repo))
    try:
        there = github.ask(repository(place.pushed))
    except NoAccess:
        found = f"branches go to {place.pushed}, which is not there or not shown to this token"
        return Line("push", False, f"{found}; pull requests are opened in {place.repo}", fix)
    if there.id == base.id:
        return Line("push", True, f"branches go to {place.pushed}, as {base.full_name} is called too")
    if not _comes_from(there, base):
        found = f"branches go to {there.full_name}, which is no fork of {base.full_name}"
        return Line("push", False, f"{found}, where pull requests are opened", fix)
    told = f"branches go to {there.full_name}, a fork of {base.full_name}"
    if not there.permissions.push or there.archived:
        why = "is archived" if there.archived else "the token's owner may not push to"
        return Line("push", False, f"{told} that {why}", f"gh repo fork {base.full_name} --remote")
    return Line("push", True, told)


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
