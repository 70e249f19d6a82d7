"""Two versions of a file that are compared, and which files of two folders differ."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Document
from qatui.domain.review import Comment
from qatui.errors import QatuiError, UsageError
from qatui.flows.compare import compare
from qatui.workspace import versions
from qatui.workspace.versions import File, Folder, Version


class Pair(NamedTuple):
    """Two versions of a file; None is a side that has none: a new or a deleted file."""

    old: Version | None
    new: Version | None
    comments: tuple[Comment, ...] = ()

    @property
    def path(self) -> str:
        """Its path, the new one after a rename; it says which language it is in."""
        return next((each.path for each in (self.new, self.old) if each is not None and each.path), "")

    @property
    def renamed_from(self) -> str | None:
        """Its old path, where that is another."""
        paths = [each.path for each in (self.old, self.new) if each is not None and each.path]
        return paths[0] if len(paths) == 2 and paths[0] != paths[1] else None


class Trouble(NamedTuple):
    """A file of many that could not be compared."""

    path: str
    error: QatuiError


Found = Pair | Trouble


def compare_pair(pair: Pair, blanks: Blanks = Blanks.SHOW, *, coloured: bool = False) -> Document:
    """Read both versions and compare them; raises UsageError where one cannot be read, GitError."""
    old, new = pair.old, pair.new
    return compare(
        pair.path,
        old.read() if old is not None else None,
        new.read() if new is not None else None,
        pair.comments,
        blanks=blanks,
        old_path=pair.renamed_from,
        old_mode=old.mode if old is not None else None,
        new_mode=new.mode if new is not None else None,
        coloured=coloured,
    )


def in_folders(old: Folder | None, new: Folder | None) -> Iterator[Found]:
    """The files that differ in two folders, by path; one that went here and came there may be renamed.

    None is a folder without files. Raises UsageError where one cannot be looked into.
    """
    before, after = (dict(versions.walk(side)) if side is not None else {} for side in (old, new))
    renamed = _renames(before, after)
    gone = set(renamed.values())
    for path in sorted({*before, *after}, key=os.fsencode):
        if path in gone:
            continue
        here, there = before.get(renamed.get(path, path)), after.get(path)
        if isinstance(here, QatuiError):
            yield Trouble(path, here)
        elif isinstance(there, QatuiError):
            yield Trouble(path, there)
        else:
            yield from differing([Pair(here, there)])


def _renames(before: Mapping[str, File | UsageError], after: Mapping[str, File | UsageError]) -> dict[str, str]:
    """Paths that only the new side has -> the old path of the same content."""
    lost = [each for path, each in before.items() if path not in after and isinstance(each, File)]
    come = [each for path, each in after.items() if path not in before and isinstance(each, File)]
    if not lost or not come:
        return {}
    from qatui.workspace.renames import find_renames

    return find_renames(lost, come)


def differing(pairs: Iterable[Pair]) -> Iterator[Found]:
    """Those of which content, mode or path differ."""
    for pair in pairs:
        try:
            same = pair.old is not None and pair.new is not None and _same(pair.old, pair.new)
        except QatuiError as error:
            yield Trouble(pair.path, error)
            continue
        if not same:
            yield pair


def _same(old: Version, new: Version) -> bool:
    if old.path != new.path or (old.mode != new.mode and None not in (old.mode, new.mode)):
        return False
    if old.size is not None and new.size is not None and old.size != new.size:
        return False
    return old.read() == new.read()
