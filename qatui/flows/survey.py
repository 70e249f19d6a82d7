"""Look at what a repository's base holds, to propose settings for it: test folders and test plans."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from qatui.domain.proposal import check_path
from qatui.settings.types import DEFAULT_TEST_ROOTS
from qatui.workspace.repository import Base, Repository

ITEMS_OF_A_PLAN = 3
"""A Markdown file with fewer task list items is no test plan."""
MARKDOWN_READ = 200
"""At most so many Markdown files are looked into, those nearest to the root first."""
FOLDERS_NAMED = 6
"""More test folders than this are written as globs."""

_TEST_FOLDERS = ("tests", "test", "spec", "specs", "e2e", "__tests__")
_FILE_GLOBS = tuple(root for root in DEFAULT_TEST_ROOTS if not root.endswith("**") and "*" in root)
_FOREIGN = frozenset(("node_modules", "vendor", "third_party", "site-packages", "venv"))
_NO_PLAN = re.compile(r"(readme|changelog|changes|contributing|code_of_conduct|security|license)\b", re.IGNORECASE)
_TASK = re.compile(rb"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found at the base."""

    test_roots: tuple[str, ...] = ()
    """Folders and globs, fit for the setting of this name."""
    plans: tuple[str, ...] = ()
    """Markdown files with task list items, those with most items first."""


def survey(repository: Repository, base: Base) -> Survey:
    """What the base holds of test folders and plans; reads nothing of the working tree."""
    paths = list(filter(_is_own, repository.paths(base.commit)))
    return Survey(find_test_roots(paths), _find_plans(repository, base, paths))


def find_test_roots(paths: Iterable[str]) -> tuple[str, ...]:
    """The topmost test folders of `paths`, or globs where there are many; globs for tests beside their sources."""
    folders: set[str] = set()
    globs: set[str] = set()
    for path in paths:
        parts = path.split("/")
        at = next((at for at, part in enumerate(parts[:-1]) if part.lower() in _TEST_FOLDERS), None)
        if at is not None:
            folders.add("/".join(parts[: at + 1]))
        else:
            globs.update(glob for glob in _FILE_GLOBS if check_path(path, (glob,)) is None)
    if len(folders) > FOLDERS_NAMED:
        names = {folder.rpartition("/")[2] for folder in folders}
        folders = {folder for folder in folders if "/" not in folder} | {f"**/{name}/**" for name in names}
    return (*sorted(folders), *sorted(globs))


def _find_plans(repository: Repository, base: Base, paths: Iterable[str]) -> tuple[str, ...]:
    markdown = [path for path in paths if path.lower().endswith(".md") and not _NO_PLAN.match(path.rpartition("/")[2])]
    markdown = sorted(markdown, key=lambda path: (path.count("/"), path))[:MARKDOWN_READ]
    oids = repository.oids(base.commit, markdown)
    blobs = repository.blobs(oids.values())
    items = {path: len(_TASK.findall(blobs[oid])) for path, oid in oids.items()}
    found = [path for path, number in items.items() if number >= ITEMS_OF_A_PLAN]
    return tuple(sorted(found, key=lambda path: (-items[path], path)))


def _is_own(path: str) -> bool:
    """Whether settings could name it: not hidden, not foreign code, no character with a meaning in globs."""
    parts = path.split("/")
    odd = not path.isprintable() or any(sign in path for sign in "*?[]\\")
    return not odd and not any(part.startswith(".") or part.lower() in _FOREIGN for part in parts)
