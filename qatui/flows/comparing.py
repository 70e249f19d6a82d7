"""What the two sides of `qatui diff` are: paths on this machine, candidates, revisions of git.

A name is an existing path before it is a candidate's id (`7`, or `7@2` for its second revision), and that before it is
a revision. Two paths are compared without a store and without a repository: nothing of either is imported for them.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Document
from qatui.errors import NotFound, QatuiError, UsageError
from qatui.flows.pairs import Found, Pair, Trouble, compare_pair, differing, in_folders
from qatui.workspace import versions
from qatui.workspace.versions import File, Folder, Version

if TYPE_CHECKING:
    from qatui.flows.desk import Desk
    from qatui.workspace.repository import Repository
    from qatui.workspace.revisions import Tree

LONGEST = 19
"""Digits that no number of the store has."""
_NAME = re.compile(rf"([0-9]{{1,{LONGEST - 1}}})(?:@([0-9]{{1,{LONGEST - 1}}}))?")

WHAT_WORKS = "Name two paths or revisions (qatui diff OLD NEW, qatui diff REV REV), or a candidate (qatui diff ID)."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides, and the pairs of files in them."""

    old: str
    new: str
    pairs: Iterator[Found]
    """Found one after the other; of many files those that differ."""
    many: bool
    """Whether the sides are folders or trees: then the number of pairs is anything."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The first of the files that differ."""

    found: Found
    document: Document | None
    """None where it could not be compared."""


@dataclass(frozen=True, slots=True)
class Where:
    """What names are seen from, and how to get at a candidate."""

    directory: Path
    open_desk: "Callable[[], Desk]"


class Name(NamedTuple):
    """A candidate, and which of its revisions; None: the newest."""

    candidate: int
    revision: int | None


def candidate(where: Where, name: str, since: str | None = None) -> Comparison:
    """A candidate against base, with the comments on it, or against what it was `since` (`flows.revised.since`).

    Raises UsageError for a name that is no id, NotFound.
    """
    found = _named(name)
    if found is None:
        raise UsageError(f"{name} is no candidate's id, and there is nothing to compare it with.", WHAT_WORKS)
    desk = where.open_desk()
    from qatui.flows import revised

    return revised.against_base(desk, found) if since is None else revised.since(desk, found, since)


def two(where: Where, old: str, new: str) -> Comparison:
    """The comparison of two names; raises UsageError and NotFound where one means nothing, or they do not fit."""
    sides = _Sides(where)
    first, second = sides.find(old), sides.find(new)
    if (revisions := sides.of_one_candidate(first, second)) is not None:
        return revisions
    match first, second:
        case (None, None):
            return Comparison(old, new, iter(()), many=False)
        case (Version() | None, Version() | None):
            return Comparison(old, new, iter([_beside(first, second)]), many=False)
        case (Folder() | None, Folder() | None):
            return Comparison(old, new, in_folders(first, second), many=True)
        case (File(), Folder()):
            return Comparison(old, new, iter([_beside(first, _inside(second, first))]), many=False)
        case (Folder(), File()):
            return Comparison(old, new, iter([_beside(_inside(first, second), second)]), many=False)
    pairs, many = _with_trees(sides.repository, first, second)
    return Comparison(old, new, pairs, many)


def open_first(comparison: Comparison, blanks: Blanks) -> Opened | None:
    """Find the first file and compare it; None: nothing differs.

    Raises QatuiError where it is the only one and cannot be compared, and where the files cannot be looked for.
    """
    found = next(comparison.pairs, None)
    if found is None:
        return None
    if isinstance(found, Trouble):
        return Opened(found, None)
    try:
        return Opened(found, compare_pair(found, blanks))
    except QatuiError as error:
        if not comparison.many:
            raise
        return Opened(Trouble(found.path, error), None)


def external(arguments: Sequence[str], directory: Path) -> Comparison:
    """What git hands to its external diff: seven arguments, or nine for a file that was renamed or copied.

    https://git-scm.com/docs/git#Documentation/git.txt-GITEXTERNALDIFF: path, then file, id and mode of the old and of
    the new version (a file that is not there is /dev/null, its mode a dot); then the new path, and what git says of it.
    """
    path, new_path = arguments[0], arguments[7] if len(arguments) > 7 else arguments[0]
    old = _handed(path, arguments[1], arguments[3], directory)
    new = _handed(new_path, arguments[4], arguments[6], directory)
    return Comparison(path, new_path, iter([Pair(old, new)]), many=False)


def _handed(path: str, file: str, mode: str, directory: Path) -> Version | None:
    """One version that git laid out in a file, under the path that it has in the repository."""
    found = versions.find(file, directory)
    if found is None:
        return None
    if isinstance(found, Folder):  # a submodule of the working tree
        return Version(path, path, mode, lambda: b"Subproject of the working tree\n")
    return replace(found, name=path, path=path, mode=None if mode == "." else mode)


class _Sides:
    """Finds what names mean; the repository is looked for when the first name is no path."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._repository: Repository | None = None
        self._desk: Desk | None = None
        """Where a candidate was found."""

    @property
    def repository(self) -> "Repository":
        """The one that holds the folder; raises NotFound."""
        if self._repository is None:
            from qatui.workspace.repository import discover

            self._repository = discover(self._where.directory)
        return self._repository

    def find(self, name: str) -> "Version | Folder | Tree | None":
        """What a name means; None is no file."""
        directory = self._where.directory
        if versions.exists(name, directory):
            return versions.find(name, directory)
        of = _named(name)
        if of is not None and (proposed := self._candidate(of)) is not None:
            return proposed
        from qatui.workspace.revisions import resolve

        try:
            found = resolve(self.repository, name, directory)
        except NotFound as error:
            raise NotFound(f"There is no {name}; and {_lower(error.message)}", WHAT_WORKS) from error
        if found is None:
            known = "path, candidate or revision" if of is not None else "path or revision"
            raise NotFound(f"There is no {known} {name}.", WHAT_WORKS)
        return found

    def of_one_candidate(
        self, old: "Version | Folder | Tree | None", new: "Version | Folder | Tree | None"
    ) -> Comparison | None:
        """The comparison of two revisions of the same candidate; None: they are something else."""
        if self._desk is None:
            return None
        from qatui.flows import revised

        if isinstance(old, revised.Proposed) and isinstance(new, revised.Proposed) and old.candidate == new.candidate:
            return revised.between(self._desk, old, new)
        return None

    def _candidate(self, name: Name) -> Version | None:
        """What a candidate proposes; None where there is none of that number, or nothing to have one in."""
        from qatui.flows import revised
        from qatui.flows.review import look

        try:
            desk = self._where.open_desk()
            found = look(desk, name.candidate)
        except NotFound:
            return None
        self._desk = desk
        return revised.proposed(desk, found, name)


def _named(name: str) -> Name | None:
    """A candidate, if a name can be one's."""
    found = _NAME.fullmatch(name)
    return None if found is None else Name(int(found[1]), None if found[2] is None else int(found[2]))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _beside(old: Version | None, new: Version | None) -> Pair:
    """Two files that a person named: they are one file's versions, so their names are no rename."""
    path = next((each.path for each in (new, old) if each is not None and each.path), "")
    first, second = (replace(each, path=path) if each is not None else None for each in (old, new))
    return Pair(first, second)


def _inside(folder: Folder, file: File) -> Version | None:
    """The file of the same name in a folder, as diff takes it."""
    found = versions.find(os.path.join(folder.name, file.place.name), folder.place.parent)
    if isinstance(found, Folder):
        raise UsageError(f"{found.name} is a folder and {file.name} a file.", "Name two files, or two folders.")
    return found


def _with_trees(
    repository: "Repository", old: "Version | Folder | Tree | None", new: "Version | Folder | Tree | None"
) -> tuple[Iterator[Found], bool]:
    """The pairs of a commit or tree and something else, and whether they may be many."""
    from qatui.workspace import revisions
    from qatui.workspace.revisions import Tree

    match old, new:
        case (Tree() | None, Tree() | None):
            return (Pair(*each) for each in revisions.between(repository, old, new)), True
        case (Tree(is_commit=True), Folder()):
            return differing(Pair(*each) for each in revisions.with_folder(repository, old, new)), True
        case (Folder(), Tree(is_commit=True)):
            swapped = revisions.with_folder(repository, new, old)
            return differing(Pair(each.new, each.old) for each in swapped), True
        case (Tree(is_commit=True), File()):
            return iter([Pair(revisions.with_file(repository, old, new), _at(repository, new))]), False
        case (File(), Tree(is_commit=True)):
            return iter([Pair(_at(repository, old), revisions.with_file(repository, new, old))]), False
    names = [_told(each) for each in (old, new)]
    raise UsageError(f"{names[0]} and {names[1]} cannot be compared.", WHAT_WORKS)


def _at(repository: "Repository", file: File) -> Version:
    """A file of the working tree under the path that the repository has for it."""
    place = file.place.parent.resolve() / file.place.name
    return replace(file, path=os.fspath(place.relative_to(repository.root.resolve())))


def _told(side: "Version | Folder | Tree | None") -> str:
    if side is None:
        return os.devnull
    kind = "the folder" if isinstance(side, Folder) else "the file" if isinstance(side, Version) else "the tree"
    return f"{kind} {side.name}"
