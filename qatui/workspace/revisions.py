"""Commits, trees and files of a repository as a person names them, each one side of a comparison.

What a person types reaches git only behind `--end-of-options`, and from then on as the object's id.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from qatui.errors import GitError, GitKilled, GitTimeout, NoGit, NotFound, QatuiError, UsageError
from qatui.workspace.git import git
from qatui.workspace.renames import find_renames
from qatui.workspace.repository import Repository
from qatui.workspace.versions import LINK, PLAIN, PROGRAM, File, Folder, Version, find, link

_CHUNK = 1 << 20
_AT_ONCE = 50
"""So many pairs are read from git together."""
_MODULE = "160000"
_VERIFY = ("rev-parse", "--verify", "--quiet", "--end-of-options")
_DIFF = ("--raw", "-z", "-r", "-M", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--no-color")


@dataclass(frozen=True, slots=True)
class Tree:
    """A commit, or a folder at one."""

    name: str
    oid: str
    is_commit: bool


class Changed(NamedTuple):
    """A file that two trees have otherwise; a side that has none is None. A rename has two paths."""

    old: Version | None
    new: Version | None


class _Entry(NamedTuple):
    """One side of a line of `git diff --raw` (https://git-scm.com/docs/diff-format)."""

    mode: str
    oid: str
    path: str

    @property
    def is_blob(self) -> bool:
        """Whether git has its bytes: not for what is only in the working tree, nor for a submodule."""
        return self.mode != _MODULE and self.oid.strip("0") != ""


_Two = tuple[_Entry | None, _Entry | None]
"""Both sides of a file; None: there is none."""


def resolve(repository: Repository, name: str, directory: Path) -> Tree | Version | None:
    """What a revision names, seen from `directory`: `REV`, `REV:path`; None where git knows none of that name."""
    if not name or name.startswith("-") or "\0" in name or "\n" in name:
        return None
    found = git([*_VERIFY, name if ":" in name else f"{name}^{{}}"], cwd=directory, accept=(0, 1, 128))
    if found.status != 0:
        return None
    oid = found.text
    kind = repository.git("cat-file", "-t", oid, accept=(0, 1, 128)).text
    if kind in ("commit", "tree"):
        return Tree(name, oid, kind == "commit")
    path = name.partition(":")[2]
    return Version(name, path, _mode(directory, name), lambda: repository.blobs([oid])[oid]) if kind == "blob" else None


def _mode(directory: Path, name: str) -> str | None:
    """The mode of `REV:path`; None where the path is seen from a folder or the index."""
    rev, _, path = name.partition(":")
    if not rev or not path or path.startswith("."):
        return None
    tree = git([*_VERIFY, f"{rev}^{{tree}}"], cwd=directory)
    listed = git(["--literal-pathspecs", "ls-tree", "-z", "--full-tree", tree.text, "--", path], cwd=directory)
    return listed.text.partition(" ")[0] or None


def between(repository: Repository, old: Tree | None, new: Tree | None) -> Iterator[Changed]:
    """The files that two trees have otherwise, renames found; None is a tree without files."""
    empty = repository.git("hash-object", "-t", "tree", "--stdin", data=b"").text
    sides = [each.oid if each is not None else empty for each in (old, new)]
    out = repository.git("diff-tree", *_DIFF, *sides, "--").out
    names = (old.name if old else "", new.name if new else "")
    yield from _changed(repository, list(_parse(out)), names)


def with_folder(repository: Repository, tree: Tree, folder: Folder) -> Iterator[Changed]:
    """The tracked files below a folder of the working tree that a commit has otherwise; the commit's are the old ones.

    What git does not track is not compared, as `git diff REV -- FOLDER` does it. But bytes are: git's own list is after
    attributes, filters, line ends and flags of the index, any of which can hide a difference.
    """
    place = folder.place.resolve()
    _inside(repository, folder.name, place)
    before, tracked = _tree_below(tree.oid, place), _tracked_below(place)
    pairs: list[_Two] = []
    for path in sorted({*before, *tracked}, key=os.fsencode):
        old, known = before.get(path), tracked.get(path)
        new = _working(repository.root / path, old, known.entry) if known is not None else None
        if old != new and not (new is None and known is not None and known.is_sparse):
            pairs.append((old, new))
    yield from _changed(repository, _with_renames(repository, pairs), (tree.name, ""))


class _Tracked(NamedTuple):
    """What the index has under a path."""

    entry: _Entry
    is_sparse: bool
    """It is left out of the working tree on purpose."""


def _tree_below(oid: str, place: Path) -> dict[str, _Entry]:
    """What a commit has at a folder and below, by path."""
    found: dict[str, _Entry] = {}
    for row in git(["ls-tree", "-r", "-z", "--full-name", oid], cwd=place).text.split("\0"):
        about, _, path = row.partition("\t")
        if path:
            mode, _, blob = about.split(" ")
            found[path] = _Entry(mode, blob, path)
    return found


def _tracked_below(place: Path) -> dict[str, _Tracked]:
    """What git tracks there, by path."""
    found: dict[str, _Tracked] = {}
    for row in git(["ls-files", "-t", "-s", "-z", "--full-name"], cwd=place).text.split("\0"):
        about, _, path = row.partition("\t")
        if path:
            tag, mode, oid, _ = about.split(" ")
            found[path] = _Tracked(_Entry(mode, oid, path), tag == "S")
    return found


def _working(place: Path, old: _Entry | None, known: _Entry) -> _Entry | None:
    """What stands in the working tree where git tracks `known`: `old` where it is that to the byte; None: nothing."""
    if known.mode == _MODULE:
        if not (place / ".git").exists():  # nobody fetched it
            return known
        head = git([*_VERIFY, "HEAD"], cwd=place, accept=(0, 1, 128))
        return known._replace(oid=head.text or known.oid)
    try:
        about = os.lstat(place)
    except OSError:
        return None
    if stat.S_ISDIR(about.st_mode):
        return None
    mode = LINK if stat.S_ISLNK(about.st_mode) else PROGRAM if about.st_mode & 0o111 else PLAIN
    unlike = _Entry(mode, "0" * 40, known.path)
    if old is None or not (stat.S_ISLNK(about.st_mode) or stat.S_ISREG(about.st_mode)):
        return unlike
    digest = hashlib.new("sha1" if len(old.oid) == 40 else "sha256", usedforsecurity=False)
    try:
        if mode == LINK:
            target = os.readlink(os.fsencode(place))
            digest.update(b"blob %d\0" % len(target) + target)
        else:
            digest.update(b"blob %d\0" % about.st_size)
            with open(place, "rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
    except OSError:  # whoever reads it hears why
        return unlike
    return old if (mode, digest.hexdigest()) == (old.mode, old.oid) else unlike


def with_file(repository: Repository, tree: Tree, file: File) -> Version | None:
    """A file of the working tree as it is at a commit; None: it is not there."""
    place = file.place.parent.resolve() / file.place.name
    path = _inside(repository, file.name, place)
    entry = repository.entries(tree.oid, [path]).get(path)
    if entry is None or entry.mode.startswith("04"):
        return None
    return _version(repository, _Entry(entry.mode, entry.oid, path), tree.name, {})


def _inside(repository: Repository, name: str, place: Path) -> str:
    """The repository's path of a place on this machine; raises UsageError where it lies outside."""
    try:
        return os.fspath(place.relative_to(repository.root.resolve()))
    except ValueError:
        raise UsageError(
            f"{name} lies outside of the repository at {repository.root}.", "Name a path in it, or REV:path."
        ) from None


def _changed(repository: Repository, listed: Sequence[_Two], names: tuple[str, str]) -> Iterator[Changed]:
    """The pairs as versions, their blobs read some dozens at a time."""
    for start in range(0, len(listed), _AT_ONCE):
        part = listed[start : start + _AT_ONCE]
        try:
            blobs = repository.blobs(each.oid for pair in part for each in pair if each is not None and each.is_blob)
        except (NoGit, GitTimeout, GitKilled):
            raise
        except GitError:  # one that git has not got hides no other: it says so itself when it is read
            blobs = {}
        for pair in part:
            old, new = (
                _version(repository, each, name, blobs) if each is not None else None
                for each, name in zip(pair, names, strict=True)
            )
            yield Changed(old, new)


def _with_renames(repository: Repository, pairs: Sequence[_Two]) -> list[_Two]:
    """The pairs, and where one side of a file went and one came that is much like it, both as one."""
    lost = {old.path: old for old, new in pairs if old is not None and new is None and old.is_blob}
    come = [new for old, new in pairs if old is None and new is not None and new.mode != _MODULE]
    if not lost or not come:
        return list(pairs)
    known = repository.blobs(each.oid for each in lost.values())
    olds = [
        File(each.path, each.path, each.mode, partial(known.__getitem__, each.oid), len(known[each.oid]))
        for each in lost.values()
    ]
    news = [each for each in (_version(repository, each, "", {}) for each in come) if isinstance(each, File)]
    renamed = find_renames(olds, news)
    gone = set(renamed.values())
    return [
        (lost[renamed[new.path]], new) if new is not None and new.path in renamed else (old, new)
        for old, new in pairs
        if old is None or new is not None or old.path not in gone
    ]


def _parse(raw: bytes) -> Iterator[_Two]:
    fields = iter(raw.decode("utf-8", "surrogateescape").split("\0"))
    for head in fields:
        if not head:
            return
        old_mode, new_mode, old_oid, new_oid, status = head.removeprefix(":").split(" ")
        old_path = next(fields)
        new_path = next(fields) if status[0] in "RC" else old_path
        if status[0] == "U":
            continue
        old = _Entry(old_mode, old_oid, old_path) if status[0] != "A" else None
        new = _Entry(new_mode, new_oid, new_path) if status[0] != "D" else None
        yield old, new


def _version(repository: Repository, entry: _Entry, name: str, blobs: dict[str, bytes]) -> Version:
    """A side that git lists; without a name it is the working tree's."""
    if entry.mode == _MODULE:
        commit = entry.oid if entry.oid.strip("0") else "of the working tree"
        called = f"{name}:{entry.path}" if name else entry.path
        return Version(called, entry.path, _MODULE, lambda: f"Subproject commit {commit}\n".encode())
    if not name:
        place = repository.root / entry.path
        if entry.mode == LINK:
            return link(entry.path, entry.path, place)
        try:
            there = find(entry.path, repository.root)
        except QatuiError as error:
            return _lost(entry, error)
        if isinstance(there, File) and there.mode is not None:  # a pipe gives nothing, for as long as it likes
            return there
        return _lost(entry, NotFound(f"{entry.path} is no file any more.", "Look again."))
    return Version(
        f"{name}:{entry.path}", entry.path, entry.mode, partial(_blob, repository, entry.oid, blobs.get(entry.oid))
    )


def _lost(entry: _Entry, error: QatuiError) -> Version:
    """A file that went, or became something else, since git listed it: who reads it hears of it."""

    def read() -> bytes:
        raise error

    return Version(entry.path, entry.path, entry.mode, read)


def _blob(repository: Repository, oid: str, known: bytes | None) -> bytes:
    return known if known is not None else repository.blobs([oid])[oid]
