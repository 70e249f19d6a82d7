"""The one place where parts are chosen: settings -> store, repository, GitHub, clock."""

import os
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from qatui import paths
from qatui.settings.types import TEAM_FILE, Team, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from qatui.flows.desk import Desk
    from qatui.flows.hub import Hub
    from qatui.github.client import GitHub
    from qatui.settings.token import Token
    from qatui.store.database import Database
    from qatui.store.first_look import FirstLook
    from qatui.workspace.repository import Base, Repository


class Start(NamedTuple):
    """What the command line says of where to start."""

    directory: Path
    user_file: Path | None = None
    """`--config FILE`; None: the user's own place."""


class Glimpse(NamedTuple):
    """What a start knows before git was asked: enough to show the queue's first rows."""

    db: "Database"
    repository_id: int
    reviewer: str


def load_user(start: Start) -> User:
    """The reviewer's settings, with the environment's overrides."""
    from qatui.settings.load import load_user

    return load_user(start.user_file, os.environ)


def open_store(user: User, *, busy_seconds: float | None = None) -> "Database":
    """The database that the reviewer's settings name; `busy_seconds`: as BUSY_SECONDS of the store."""
    from qatui.store.database import BUSY_SECONDS, open_database

    return open_database(paths.database_url(user.database), busy_seconds=busy_seconds or BUSY_SECONDS)


def first_look(start: Start, lines: int) -> "FirstLook | None":
    """The queue's first `lines` as the last start in this clone would see them, before anything heavy is loaded.

    None where that cannot be: a first start, another kind of database, another schema, settings that are wrong.
    """
    from qatui.store import first_look

    git_dir = paths.find_git_dir(start.directory)
    url = paths.database_url(load_user(start).database)
    if git_dir is None or not url.startswith("sqlite:///"):
        return None
    file = Path(url.removeprefix("sqlite:///"))
    return first_look.look(file, str(git_dir), paths.stamp(git_dir, start.user_file), lines)


def glimpse(start: Start) -> Glimpse | None:
    """The store and the repository as the last start in this clone left them; None on a first start.

    Costs no git and no team settings: the git directory is found by walking up, and its configuration must
    have the same stamp as then (another remote, another identity: another stamp).
    """
    git_dir = paths.find_git_dir(start.directory)
    if git_dir is None:
        return None
    with ExitStack() as opened:
        db = opened.enter_context(closing(open_store(load_user(start))))
        from qatui.store.repositories import recall_clone

        with db.read() as connection:
            known = recall_clone(connection, str(git_dir), paths.stamp(git_dir, start.user_file))
        if known is None:
            return None
        opened.pop_all()
    return Glimpse(db, known.repository_id, known.reviewer)


def open_desk(start: Start, db: "Database | None" = None) -> "Desk":
    """Everything a flow needs for the repository that holds `start.directory`.

    Raises NotFound outside a repository or without a base, ConfigError for wrong settings, StoreError.
    """
    from qatui.flows.desk import Desk, clock
    from qatui.flows.hub import repository_key
    from qatui.store.repositories import find_repository, recall_clone, remember_clone, repository_id
    from qatui.workspace.repository import discover

    user = load_user(start)
    repository = discover(start.directory)
    team, base = load_team(repository)
    key = repository_key(repository, team)
    reviewer, signature, identified = identity(user, repository)
    stamp = paths.stamp(repository.git_dir, start.user_file)
    with ExitStack() as opened:
        if db is None:
            db = opened.enter_context(closing(open_store(user)))
        with db.read() as connection:
            number = find_repository(connection, key)
            known = recall_clone(connection, str(repository.git_dir), stamp)
        if number is None or known is None or (known.repository_id, known.reviewer) != (number, reviewer):
            with db.write() as connection:
                number = repository_id(connection, key, clock(), formerly=str(repository.git_dir))
                remember_clone(connection, str(repository.git_dir), stamp, number, reviewer)
        opened.pop_all()
    return Desk(db, number, repository, base, team, reviewer, signature, identified=identified)


class Access(NamedTuple):
    """Where a GitHub's API is, and the token for it."""

    api_url: str
    host: str
    """What the token is kept under."""
    token: "Token | None"


def find_access(user: User, host: str) -> Access:
    """The API of a host (perhaps with a port) and its token.

    The reviewer's own setting `api_url` comes first. The token is the one for the API's host, and is sent nowhere
    else. Raises ConfigError.
    """
    from qatui.domain.hosts import api_url_for, token_host
    from qatui.settings.token import get_token

    api_url = user.api_url or api_url_for(host)
    return Access(api_url, token_host(api_url), get_token(user, token_host(api_url), os.environ))


def open_github(
    start: Start,
    desk: "Desk | None" = None,
    *,
    patience: float = 0.0,
    waiting: "Callable[[int], None] | None" = None,
) -> "GitHub | None":
    """The client of the GitHub that holds the repository of `desk`; None where there is no such host or no token.

    A clone of a folder has none either, unless the team's or the reviewer's settings say which host that stands for:
    a demo whose GitHub has ended must not speak to the real one. Without a desk (outside a clone) the host is
    github.com. `patience` is how many seconds a call may wait for a rate limit, `waiting` hears until which moment it
    does. Raises ConfigError.
    """
    from qatui.flows.hub import github_host, is_elsewhere

    user = load_user(start)
    host = github_host(desk.repository, desk.team) if desk else "github.com"
    if desk is not None and user.api_url is None and is_elsewhere(desk.repository, desk.team):
        return None
    access = find_access(user, host) if host else None
    if access is None or access.token is None:
        return None
    from qatui.github.client import GitHub

    if desk is None:
        return GitHub(access.api_url, access.token.value, patience=patience, waiting=waiting)
    from qatui.store.answers import Answers

    answers = Answers(desk.db, desk.now)
    token = access.token.value
    return GitHub(access.api_url, token, answers=answers, now=desk.now, patience=patience, waiting=waiting)


def open_hub(
    start: Start, desk: "Desk", *, patience: float = 0.0, waiting: "Callable[[int], None] | None" = None
) -> "Hub | None":
    """The repository of `desk` at its GitHub; None where it is at no host, or there is no token for that.

    `patience` and `waiting` as of `open_github`. Raises ConfigError.
    """
    from qatui.flows.hub import Hub, repository_key
    from qatui.github.protocol import Repo

    github = open_github(start, desk, patience=patience, waiting=waiting)
    return None if github is None else Hub(github, Repo.of(repository_key(desk.repository, desk.team)))


def load_team(repository: "Repository") -> tuple[Team, "Base"]:
    """The team's settings as the base commit has them, and that base."""
    from qatui.settings.load import load_team

    base = repository.base()
    team = load_team(repository.read(base.commit, TEAM_FILE), f"{TEAM_FILE} on {base.branch}")
    remote = _base_remote(repository, team)
    if team.base not in (None, base.branch) or remote != "origin":
        base = repository.base(team.base, remote)
        team = load_team(repository.read(base.commit, TEAM_FILE), f"{TEAM_FILE} on {base.branch}")
    return (structs.replace(team, remote=remote) if team.remote == "origin" else team), base


def _base_remote(repository: "Repository", team: Team) -> str:
    """The remote of the base repository: as the settings say; else `upstream`, which the clone of a fork has for it.

    Where the settings name the repository as well, only if that is where `upstream` leads and `origin` does not.
    """
    upstream = repository.remote_url("upstream", push=False) if team.remote == "origin" else None
    if upstream is None:
        return team.remote
    if team.repository is None:
        return "upstream"
    name = "/" + "/".join(team.repository.lower().split("/")[-2:])
    leads = {each: repository.key(each).endswith(name) for each in ("origin", "upstream")}
    return "upstream" if leads["upstream"] and not leads["origin"] else "origin"


def identity(user: User, repository: "Repository") -> tuple[str, tuple[str, str], bool]:
    """The reviewer's name in the store (login, else e-mail), name and e-mail for commits, and whether both were told.

    What nobody told is the account's: enough for the store, and nothing that a commit may bear.
    """
    email = user.identity.email or repository.config("user.email")
    name = user.identity.name or repository.config("user.name")
    signature = (name or paths.account(), email or f"{paths.account()}@localhost")
    return user.identity.login or signature[1], signature, bool(name and email)
