"""Making people, credentials and repositories: what the website does, and the API does not."""

import secrets
from pathlib import Path
from typing import Literal

from qatui.sandbox.github import bare
from qatui.sandbox.github.records import App, Installation, Label, Repository, Role, Rules, Ruleset, Token, User
from qatui.sandbox.github.world import World

FIRST_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)
"""The labels that every new repository has."""


def add_user(
    world: World,
    login: str,
    *,
    kind: Literal["User", "Bot", "Organization"] = "User",
    name: str | None = None,
    email: str | None = None,
) -> User:
    """Somebody new."""
    return world.users.add(User(login=login, type=kind, name=name, email=email, created_at=world.now()))


def add_token(
    world: World, user: User, *, permissions: dict[str, str] | None = None, value: str | None = None
) -> Token:
    """A personal access token: a classic one, or a fine-grained one with `permissions`."""
    kind = "ghp" if permissions is None else "github_pat"
    value = value or f"{kind}_{secrets.token_hex(18)}"
    return world.tokens.add(Token(value=value, user_id=user.id, permissions=permissions))


def add_repository(
    world: World,
    owner: User,
    name: str,
    *,
    private: bool = False,
    default_branch: str = "main",
    collaborators: dict[int, Role] | None = None,
    description: str | None = None,
    directory: Path | None = None,
) -> Repository:
    """A repository; `collaborators` by user id, `directory` a bare repository there is (None: an empty one is made)."""
    _take_name(world, owner, name)
    now = world.now()
    made = world.repositories.add(
        Repository(
            owner_id=owner.id,
            name=name,
            private=private,
            collaborators=collaborators or {},
            default_branch=default_branch,
            description=description,
            directory=str(directory.resolve()) if directory else None,
            created_at=now,
            updated_at=now,
            pushed_at=now,
        )
    )
    if directory is None:
        bare.make(world, world.bare(made), default_branch)
    made.refs_seen = bare.refs(world.bare(made))
    for label, color, words in FIRST_LABELS:
        world.labels.add(Label(repository_id=made.id, name=label, color=color, description=words, default=True))
    return made


def protect(
    world: World,
    repository: Repository,
    branches: list[str],
    rules: Rules,
    *,
    name: str = "main",
    bypass: list[User] | None = None,
) -> Ruleset:
    """Rules for the branches that the patterns name; those in `bypass` are not bound by them."""
    now = world.now()
    return world.rulesets.add(
        Ruleset(
            repository_id=repository.id,
            name=name,
            branches=branches,
            rules=rules,
            bypass_user_ids=[each.id for each in bypass or []],
            created_at=now,
            updated_at=now,
        )
    )


def rename(world: World, repository: Repository, *, name: str | None = None, owner: User | None = None) -> None:
    """Rename or transfer a repository: its former name redirects to it, until another repository takes that name.

    Raises ValueError where the new name is taken.
    """
    before = world.full_name(repository)
    new_owner = owner or world.users[repository.owner_id]
    new_name = name or repository.name
    _take_name(world, new_owner, new_name, repository)
    repository.former.append(before.lower())
    change = {"repository": {"name": {"from": repository.name}}}
    if owner is not None:
        change = {"owner": {"from": {"login": before.partition("/")[0]}}}
    repository.owner_id, repository.name = new_owner.id, new_name
    repository.updated_at = world.now()
    world.repositories.save(repository)
    world.emit(repository, "repository", {"action": "transferred" if owner else "renamed", "changes": change})


def _take_name(world: World, owner: User, name: str, repository: Repository | None = None) -> None:
    """Make sure that a name is free, and let it redirect nowhere any more."""
    full = f"{owner.login}/{name}".lower()
    if world.repository(owner.login, name) not in (None, repository):
        raise ValueError(f"{full} is taken")
    for each in world.repositories:
        if full in each.former:
            each.former.remove(full)
            world.repositories.save(each)


def add_app(world: World, owner: User, slug: str, permissions: dict[str, str], *, name: str | None = None) -> App:
    """A GitHub App with its bot, `slug[bot]`; it may always read metadata."""
    bot = add_user(world, f"{slug}[bot]", kind="Bot")
    may = {"metadata": "read", **permissions}
    return world.apps.add(
        App(slug=slug, name=name or slug, owner_id=owner.id, bot_id=bot.id, permissions=may, created_at=world.now())
    )


def install(world: World, app: App, account: User, repositories: list[Repository] | None = None) -> Installation:
    """An App in somebody's account, for all repositories there or for some."""
    chosen = None if repositories is None else [each.id for each in repositories]
    return world.installations.add(
        Installation(app_id=app.id, account_id=account.id, repository_ids=chosen, created_at=world.now())
    )
