"""Reading proposals from folders and files that somebody else wrote.

Nothing is followed and nothing blocks: a file is opened part by part below its folder, so that no symbolic link
leads out, and only a regular file of a reviewable size is read.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qatui.domain.proposal import MAX_BYTES, Proposal, Refusal, too_large
from qatui.errors import UsageError

SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", ".pytest_cache"})
"""Not looked into: what version control and test runs leave beside tests."""
Signature = tuple[int, int, int]
"""Size, time of change (ns) and inode: another one means that a file changed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where proposals come from, under a name for the log; `total` is how many to expect, None: not known."""

    name: str
    total: int | None
    proposals: Iterable[Proposal | Refusal]


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file in a folder, not read yet."""

    path: str
    """Relative to the folder, with `/`: the target path."""
    signature: Signature


def folder_source(folder: Path) -> Source:
    """Every file below `folder`, whose tree mirrors the target paths."""
    found = list(walk(folder))
    return Source(str(folder), len(found), (read(folder, each) for each in found))


def file_source(file: Path, root: Path) -> Source:
    """A file of the clone at `root`, proposed for the path it has there. Raises UsageError outside of it."""
    path = path_in_clone(file, root)
    return Source(str(file), 1, (read(root, each) for each in (Found(path, (0, 0, 0)),)))


def path_in_clone(file: Path, root: Path) -> str:
    """The path of `file` below `root`; raises UsageError where it is not below it."""
    here = file.parent.resolve() / file.name
    if not here.is_relative_to(root.resolve()):
        hint = f"Use --manifest {file}." if file.suffix in (".jsonl", ".ndjson") else _FILE_HINT
        raise UsageError(f"{file} is a file outside of the clone, so it says no target path.", hint)
    return here.relative_to(root.resolve()).as_posix()


_FILE_HINT = "Give a folder whose tree mirrors the target paths, or a manifest with `path` and `file`."


def signature(file: Path) -> Signature | None:
    """What a regular file looks like now, None where there is none."""
    try:
        about = file.stat()
    except OSError:
        return None
    return _signature(about) if stat.S_ISREG(about.st_mode) else None


def _signature(about: os.stat_result) -> Signature:
    return about.st_size, about.st_mtime_ns, about.st_ino


def walk(folder: Path) -> Iterator[Found | Refusal]:
    """The files below `folder` in the order of their names; a refusal for what is no file or cannot be looked into.

    Raises UsageError where `folder` itself cannot be read.
    """
    try:
        top = os.scandir(folder)
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.", "Name a folder.") from error
    with top:
        stack = _sorted(top, "")
    while stack:
        path, entry = stack.pop()
        try:
            about = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(about.st_mode):
                if entry.name.casefold() not in SKIPPED_FOLDERS:
                    with os.scandir(entry.path) as inside:
                        stack += _sorted(inside, path + "/")
                continue
        except OSError as error:
            yield Refusal(entry.path, f"it cannot be read: {error.strerror}")
            continue
        if reason := _no_file(about.st_mode):
            yield Refusal(entry.path, reason)
        else:
            yield Found(path, _signature(about))


def _sorted(entries: Iterable["os.DirEntry[str]"], prefix: str) -> list[tuple[str, "os.DirEntry[str]"]]:
    """Relative path and entry, the last name first: a stack takes them from its end."""
    ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name), reverse=True)
    return [(prefix + entry.name, entry) for entry in ordered]


def read(folder: Path, found: Found | Refusal) -> Proposal | Refusal:
    """A found file as a proposal."""
    if isinstance(found, Refusal):
        return found
    place = str(folder / found.path)
    data = read_below(folder, found.path)
    return Refusal(place, data) if isinstance(data, str) else Proposal(found.path, data, place)


def read_below(folder: Path, path: str) -> bytes | str:
    """The bytes of `folder/path`, or why they are not read: each part is opened for itself, following no link."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\0" in path:
        return "it lies outside of its folder"
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    opened: list[int] = []
    try:
        opened.append(os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY))
        for part in parts:
            opened.append(os.open(part, flags, dir_fd=opened[-1]))
        about = os.fstat(opened[-1])
        return _no_file(about.st_mode) or _bounded(opened[-1], about.st_size)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "it is a symbolic link"
        return _SPECIAL if error.errno == errno.ENXIO else f"it cannot be read: {error.strerror}"
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _bounded(descriptor: int, size: int) -> bytes | str:
    """A file's bytes; the words for it where there are too many, also when they became so meanwhile."""
    if size > MAX_BYTES:
        return too_large(size)
    data = bytearray()
    while len(data) <= MAX_BYTES and (more := os.read(descriptor, MAX_BYTES + 1 - len(data))):
        data += more
    return too_large(len(data)) if len(data) > MAX_BYTES else bytes(data)


def _no_file(mode: int) -> str | None:
    """What an entry is when it is no regular file."""
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISLNK(mode):
        return "it is a symbolic link"
    if stat.S_ISDIR(mode):
        return "it is a folder"
    return _SPECIAL


_SPECIAL = "it is no regular file (a pipe, a socket or a device)"
