"""Commits, trees and files of a repository as a person names them, each one side of a comparison.

What a person types reaches git only behind `--end-of-options`, and from then on as the object's id.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from qatui.errors import GitError, GitKilled, GitTimeout, NoGit, NotFound, QatuiError, UsageError
from qatui.workspace.git import git
from qatui.workspace.repository import Repository
from qatui.workspace.versions import LINK, File, Folder, Version, find, link

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
    yield from _changed(repository, out, names)


def with_folder(repository: Repository, tree: Tree, folder: Folder) -> Iterator[Changed]:
    """The tracked files below a folder of the working tree that a commit has otherwise; the commit's are the old ones.

    What git does not track is not compared, as `git diff REV -- FOLDER` does it.
    """
    place = folder.place.resolve()
    _inside(repository, folder.name, place)
    # Names are the repository's, whatever the person's diff.relative.
    args = ["--literal-pathspecs", "diff", *_DIFF, "--no-relative", tree.oid, "--", "."]
    yield from _changed(repository, git(args, cwd=place).out, (tree.name, ""))


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


def _changed(repository: Repository, raw: bytes, names: tuple[str, str]) -> Iterator[Changed]:
    """The pairs that git lists, their blobs read some dozens at a time."""
    listed = list(_parse(raw))
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


def _parse(raw: bytes) -> Iterator[tuple[_Entry | None, _Entry | None]]:
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
        return (
            there
            if isinstance(there, File)
            else _lost(entry, NotFound(f"{entry.path} is no file any more.", "Look again."))
        )
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
