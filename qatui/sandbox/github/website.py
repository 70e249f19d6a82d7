"""What people do at GitHub's website, as POST below /_qatui/: people and roles, rules of branches, names, credentials.

Each door takes a JSON object, whose keys are those of its Struct and no others, and answers what became of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from qatui.sandbox.github import founding
from qatui.sandbox.github.call import Problem
from qatui.sandbox.github.records import Repository, Role, Rules, User
from qatui.sandbox.github.views.people import moment_or_none
from qatui.sandbox.github.world import World

TEN_YEARS = 10 * 366 * 24 * 3600
"""Seconds: the longest life that a token may be given."""

Login = Annotated[str, Meta(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?\Z")]
Name = Annotated[str, Meta(pattern=r"^(?!\.{1,2}\Z)(?!.*\.git\Z)[A-Za-z0-9_.-]{1,100}\Z")]
FullName = Annotated[str, Meta(max_length=200)]
"""`owner/name` of a repository there is."""
Branches = Annotated[list[Annotated[str, Meta(min_length=1, max_length=255)]], Meta(min_length=1, max_length=100)]
Way = Annotated[str, Meta(pattern=r"^(?:merge|squash|rebase)\Z")]


class Person(Struct, forbid_unknown_fields=True):
    """Somebody, made where there is nobody so called; a role in a repository if both are given."""

    login: Login
    repository: FullName | None = None
    role: Role | Literal["none"] | None = None


class AskedRules(Rules, kw_only=True, forbid_unknown_fields=True):
    """Rules, as somebody asks for them."""

    required_approvals: Annotated[int, Meta(ge=0, le=6)] = 0
    allowed_merge_methods: Annotated[list[Way], Meta(min_length=1)] = field(
        default_factory=lambda: Rules().allowed_merge_methods
    )


class Protection(Struct, forbid_unknown_fields=True):
    """Rules for the branches that the patterns name, in place of those of the same name."""

    repository: FullName
    branches: Branches
    rules: AskedRules
    name: Annotated[str, Meta(min_length=1, max_length=100)] = "main"
    bypass: list[Login] = []


class Renaming(Struct, forbid_unknown_fields=True):
    """Another name, or another owner; the former name redirects."""

    repository: FullName
    name: Name | None = None
    owner: Login | None = None


class Archiving(Struct, forbid_unknown_fields=True):
    """Read-only, or not any more."""

    repository: FullName
    archived: bool = True


class Credential(Struct, forbid_unknown_fields=True):
    """A new token: a classic one, or a fine-grained one with `permissions`."""

    login: Login
    permissions: dict[str, Literal["read", "write", "admin"]] | None = None
    expires_in: Annotated[int, Meta(ge=0, le=TEN_YEARS)] | None = None
    """Seconds from now."""
    sso_url: Annotated[str, Meta(pattern=r"^https?://[!-~]{1,2000}\Z")] | None = None
    """Where it must be authorized first, for what organizations own."""


def person(world: World, asked: Person) -> dict[str, Any]:
    """The person's token, and the role there is now."""
    if (asked.repository is None) != (asked.role is None):
        raise Problem(422, "repository and role go together.")
    repository = None if asked.repository is None else _repository(world, asked.repository)
    user = world.user(asked.login)
    if user is not None and user.type != "User":
        raise Problem(422, f"{user.login} is no person.")
    user = user or founding.add_user(world, asked.login)
    if repository is not None:
        if asked.role is None or asked.role == "none":
            repository.collaborators.pop(user.id, None)
        else:
            repository.collaborators[user.id] = asked.role
        world.repositories.save(repository)
    classic = (each for each in world.tokens if each.user_id == user.id and each.permissions is None)
    usable = (each for each in classic if each.expires_at is None and each.sso_url is None)
    token = next(usable, None) or founding.add_token(world, user)
    return {"login": user.login, "token": token.value, "repository": asked.repository, "role": asked.role}


def protect(world: World, asked: Protection) -> dict[str, Any]:
    """The ruleset's id."""
    repository = _repository(world, asked.repository)
    bypass = [_user(world, login) for login in asked.bypass]
    for before in world.rulesets.under(repository.id):
        if before.name == asked.name:
            world.rulesets.remove(before)
    rules = Rules(**msgspec.structs.asdict(asked.rules))
    made = founding.protect(world, repository, asked.branches, rules, name=asked.name, bypass=bypass)
    return {"id": made.id, "name": made.name, "branches": made.branches, "rules": msgspec.to_builtins(rules)}


def rename(world: World, asked: Renaming) -> dict[str, Any]:
    """What the repository is called now."""
    repository = _repository(world, asked.repository)
    if asked.name is None and asked.owner is None:
        raise Problem(422, "Give a name, an owner, or both.")
    owner = None if asked.owner is None else _user(world, asked.owner)
    try:
        founding.rename(world, repository, name=asked.name, owner=owner)
    except ValueError as error:
        raise Problem(422, f"{error}.") from None
    return {"repository": world.full_name(repository)}


def archive(world: World, asked: Archiving) -> dict[str, Any]:
    """Whether it is read-only now."""
    repository = _repository(world, asked.repository)
    repository.archived = asked.archived
    world.repositories.save(repository)
    return {"repository": world.full_name(repository), "archived": repository.archived}


def token(world: World, asked: Credential) -> dict[str, Any]:
    """The credential."""
    permissions = None if asked.permissions is None else dict[str, str](asked.permissions)
    made = founding.add_token(world, _user(world, asked.login), permissions=permissions)
    made.expires_at = None if asked.expires_in is None else world.now() + asked.expires_in
    made.sso_url = asked.sso_url
    world.tokens.save(made)
    return {"login": asked.login, "token": made.value, "expires_at": moment_or_none(made.expires_at)}


@dataclass(frozen=True, slots=True)
class Door:
    """What a POST is read as, and what does it."""

    shape: type[Struct]
    do: Callable[[World, Any], dict[str, Any]]


DOORS = {
    "people": Door(Person, person),
    "rules": Door(Protection, protect),
    "rename": Door(Renaming, rename),
    "archive": Door(Archiving, archive),
    "tokens": Door(Credential, token),
}
"""By the word after /_qatui/."""


def knock(world: World, name: str, body: bytes) -> dict[str, Any]:
    """Do what a POST to a door asks for, and write it; Problem 422 for what it does not understand, 404 for nobody."""
    door = DOORS[name]
    try:
        asked = msgspec.json.decode(body, type=door.shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(422, f"POST /_qatui/{name} takes {', '.join(door.shape.__struct_fields__)}: {error}") from None
    with world.lock:
        done = door.do(world, asked)
        world.commit()
    return done


def _repository(world: World, full_name: str) -> Repository:
    owner, _, name = full_name.partition("/")
    found = world.repository(owner, name)
    if found is None:
        raise Problem(404, f"There is no repository {full_name}.")
    return found


def _user(world: World, login: str) -> User:
    found = world.user(login)
    if found is None:
        raise Problem(404, f"There is nobody called {login}.")
    return found
