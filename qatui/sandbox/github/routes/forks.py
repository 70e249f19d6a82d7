"""Forks: copies of a repository in somebody's account. https://docs.github.com/rest/repos/forks"""

import re

from msgspec import Struct

from qatui.sandbox.github import bare
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, role_of
from qatui.sandbox.github.founding import add_repository
from qatui.sandbox.github.records import Repository, User
from qatui.sandbox.github.views import repositories as views
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.world import World

LONGEST_NAME = 100
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


class NewFork(Struct):
    """The body of create."""

    organization: str | None = None
    name: str | None = None
    default_branch_only: bool = False


def listed(call: Call) -> Answer:
    """The forks that the asking person may see, the newest first unless `sort` is oldest."""
    found = [each for each in call.world.repositories if each.parent_id == call.repository.id and call.role(each)]
    if call.choice("sort", ("newest", "oldest", "stargazers", "watchers"), "newest") != "oldest":
        found.reverse()
    return call.page(found, lambda each: views.minimal(call.world, each, call.role(each) if call.user else None))


def create(call: Call) -> Answer:
    """A fork for who asks, or for their organization; one that is there already is answered again."""
    asked = (call.read(NewFork | None) if call.raw else None) or NewFork()  # type: ignore[arg-type]
    world, source = call.world, call.repository
    owner = call.who if asked.organization is None else _organization(world, call.who, asked.organization)
    if bare.is_empty(world.bare(source)):
        words = "The repository exists, but it contains no Git content. Empty repositories cannot be forked."
        raise Problem(403, words)
    if owner.id == source.owner_id:
        raise Problem(422, "A repository cannot be forked into the account that owns it.")
    known = [each for each in world.repositories if (each.parent_id, each.owner_id) == (source.id, owner.id)]
    made = known[0] if known else _fork(call, owner, asked)
    return Answer(202, views.full(world, made, call.user, call.role(made)))


def _organization(world: World, person: User, login: str) -> User:
    """An organization in which the person has admin rights somewhere: membership is not kept here."""
    found = world.user(login)
    if found is None or found.type != "Organization":
        raise invalid("Fork", "organization", "invalid", f"'{login}' is the login for no organization")
    theirs = [each for each in world.repositories if each.owner_id == found.id]
    if not any(role_of(world, each, person) == "admin" for each in theirs):
        raise Problem(403, "You do not have permission to create repositories in this organization.")
    return found


def _fork(call: Call, owner: User, asked: NewFork) -> Repository:
    world, source = call.world, call.repository
    made = add_repository(
        world,
        owner,
        _name(world, owner, source, asked.name),
        private=source.private,
        default_branch=source.default_branch,
        description=source.description,
    )
    made.parent_id, made.pushed_at = source.id, source.pushed_at
    main = f"refs/heads/{source.default_branch}"
    wanted = (
        [f"{main}:{main}"] if asked.default_branch_only else ["refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"]
    )
    options = ("--quiet", "--no-tags", "--no-write-fetch-head")
    bare.run(world.bare(made), "fetch", *options, "--", str(world.bare(source)), *wanted)
    made.refs_seen = bare.refs(world.bare(made))
    world.repositories.save(made)
    told = {"forkee": views.whole(world, made), "sender": simple_user(world, call.who)}
    world.emit(source, "fork", told)
    return made


def _name(world: World, owner: User, source: Repository, asked: str | None) -> str:
    """What the fork is called; a name that is taken gets a number, unless it was asked for."""
    if asked is None:
        free = (source.name, *(f"{source.name}-{number}" for number in range(1, len(list(world.repositories)) + 2)))
        return next(each for each in free if world.repository(owner.login, each) is None)
    name = _UNFIT.sub("-", asked)
    if name in ("", ".", "..") or name.endswith(".git") or len(name) > LONGEST_NAME:
        raise invalid("Repository", "name", "invalid", "name is not a name for a repository")
    if world.repository(owner.login, name) is not None:
        raise invalid("Repository", "name", "custom", "name already exists on this account")
    return name


_PATH = "/repos/{owner}/{repo}/forks"
ROUTES = (
    Route("GET", _PATH, listed, "repos/forks#list-forks", grant="metadata=read"),
    Route("POST", _PATH, create, "repos/forks#create-a-fork", grant="administration=write"),
)
