"""Making people, credentials and repositories: what the website does, and the API does not."""

import secrets
from pathlib import Path
from typing import Literal

from qatui.sandbox.github import bare
from qatui.sandbox.github.records import Label, Repository, Role, Rules, Ruleset, Token, User
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
