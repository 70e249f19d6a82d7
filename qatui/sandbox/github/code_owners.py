"""Who owns the files of a repository, as its CODEOWNERS says.

https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from collections.abc import Iterable

from qatui.sandbox.github import bare
from qatui.sandbox.github.globs import covers
from qatui.sandbox.github.records import Repository, User
from qatui.sandbox.github.world import World

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where it may be; the first one counts."""


Lines = list[tuple[str, list[str]]]
"""Patterns, each with the names of its owners."""


def read(world: World, repository: Repository, commit: str) -> Lines:
    """What the CODEOWNERS of a commit says; nothing where there is none."""
    at = world.bare(repository)
    there = bare.text(at, "ls-tree", "--name-only", "-r", "--end-of-options", commit, *PLACES).splitlines()
    place = next((each for each in PLACES if each in there), None)
    if place is None:
        return []
    words = bare.text(at, "cat-file", "blob", "--end-of-options", f"{commit}:{place}")
    rows = (line.partition(" #")[0].split() for line in words.splitlines() if not line.startswith("#"))
    return [(row[0], row[1:]) for row in rows if row]


def owners(world: World, lines: Lines, paths: Iterable[str]) -> dict[str, list[User]]:
    """Who owns each of `paths`; files that nobody owns are left out.

    The last line that covers a file counts, also when it names nobody. Owners who are not people here (a team, a
    mistyped name) are ignored, as GitHub does with those who have no access.
    """
    found: dict[str, list[User]] = {}
    for path in paths:
        names = next((names for pattern, names in reversed(lines) if covers(pattern, path)), [])
        people = [person for name in names if (person := _person(world, name)) is not None]
        if people:
            found[path] = people
    return found


def _person(world: World, name: str) -> User | None:
    if name.startswith("@"):
        return world.user(name[1:])
    wanted = name.lower()
    return next((each for each in world.users if each.email and each.email.lower() == wanted), None)
