"""Files and folders as they lie on this machine, each one side of a comparison; nothing of any repository is read.

A link that a person names is followed, and one to a file in a folder too: `git difftool --dir-diff` makes its folders
of links into the working tree. A link to a folder inside a folder, or to nothing, is what git stores of it: where it
points to.
"""

import contextlib
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qatui.errors import NotFound, QatuiError, UsageError

LARGEST = 256 * 1024 * 1024
"""Bytes of a file, or of what a pipe gives, that are still compared."""
STDIN = "-"
"""What stands for standard input on a command line."""
_CHUNK = 1 << 20
LINK, PROGRAM, PLAIN = "120000", "100755", "100644"


@dataclass(frozen=True, slots=True)
class Version:
    """A file's content as it is somewhere: on this machine, at a commit, in the store."""

    name: str
    """What a person calls it: its path, or the revision with the path."""
    path: str
    """Its path alone, which says what language it is in."""
    mode: str | None
    """git's six digits; None where there is none, as for a pipe."""
    read: Callable[[], bytes]
    """Its bytes; raises UsageError where they cannot be read, GitError."""
    size: int | None = None
    """How many bytes, where that is known without reading."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder on this machine."""

    name: str
    place: Path


@dataclass(frozen=True, slots=True)
class File(Version):
    """A file on this machine."""

    place: Path = Path()


def find(name: str, directory: Path) -> File | Folder | None:
    """What a path that exists names, seen from `directory`; None is `/dev/null`: no file.

    Raises NotFound where nothing has that name, UsageError for what cannot be compared.
    """
    if name == STDIN:
        return File("standard input", "", None, _Once(lambda: _read_stream(sys.stdin.fileno(), "standard input")))
    if name == os.devnull:
        return None
    place = directory / name
    try:
        about = os.stat(place)
    except OSError as error:
        raise _no_such(name, place, error) from error
    except ValueError:  # a NUL
        raise NotFound("A path cannot hold a NUL character.", "Name a file.") from None
    if stat.S_ISDIR(about.st_mode):
        return Folder(name, place)
    return _file(name, name, place, about)


def exists(name: str, directory: Path) -> bool:
    """Whether a path names something, be it a link to nothing, or standard input."""
    return name in (STDIN, os.devnull) or (name != "" and "\0" not in name and os.path.lexists(directory / name))


def walk(folder: Folder) -> Iterator[tuple[str, File | UsageError]]:
    """Every file below a folder by its path in there, in no order; an error for what is none or cannot be looked into.

    Raises UsageError where the folder itself cannot be read.
    """
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            entries = list(os.scandir(folder.place / inside))
        except OSError as error:
            trouble = _unreadable(os.path.join(folder.name, inside).rstrip("/"), error)
            if not inside:
                raise trouble from error
            yield inside.rstrip("/"), trouble
            continue
        for entry in entries:
            path = inside + entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path + "/")
            else:
                yield path, _entry(os.path.join(folder.name, path), path, Path(entry.path))


def _entry(name: str, path: str, place: Path) -> File | UsageError:
    """A file in a folder, or a link in it."""
    with contextlib.suppress(OSError):  # a link to nothing, or in a circle
        about = os.stat(place)
        if not stat.S_ISDIR(about.st_mode):
            if stat.S_ISREG(about.st_mode):
                return _file(name, path, place, about)
            return UsageError(f"{name} is {_kind(about.st_mode)}: in a folder only files are compared.")
    return link(name, path, place)


def link(name: str, path: str, place: Path) -> File:
    """A symbolic link as git keeps it: its content is where it points to."""

    def target() -> bytes:
        try:
            return os.readlink(os.fsencode(place))
        except OSError as error:
            raise _unreadable(name, error) from error

    return File(name, path, LINK, target, place=place)


def _file(name: str, path: str, place: Path, about: os.stat_result) -> File:
    if stat.S_ISREG(about.st_mode):
        mode = PROGRAM if about.st_mode & 0o111 else PLAIN
        # What the kernel makes up while it is read (/proc) says that it has no bytes.
        return File(name, path, mode, lambda: _read(name, place), about.st_size or None, place)
    if stat.S_ISFIFO(about.st_mode):
        return File(name, "", None, _Once(lambda: _read(name, place)), place=place)
    raise UsageError(
        f"{name} is {_kind(about.st_mode)}: it cannot be compared.", "Name files, folders or pipes, or /dev/null."
    )


class _Once:
    """Reads what is gone once it was read, and keeps it: a file is read for every way of comparing it."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._gave: bytes | UsageError | None = None

    def __call__(self) -> bytes:
        with self._lock:
            if self._gave is None:
                try:
                    self._gave = self._read()
                except UsageError as error:
                    self._gave = error
        if isinstance(self._gave, UsageError):
            raise self._gave
        return self._gave


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _read(name: str, place: Path) -> bytes:
    try:
        with open(place, "rb", buffering=0) as stream:
            return _read_stream(stream.fileno(), name)
    except OSError as error:
        raise _unreadable(name, error) from error


def _read_stream(descriptor: int, name: str) -> bytes:
    """All there is; a pipe may go on for ever, so there is an end to it."""
    data = bytearray()
    while more := os.read(descriptor, _CHUNK):
        data += more
        if len(data) > LARGEST:
            raise UsageError(f"{name} is larger than {LARGEST >> 20} MB.", "Compare parts of it.")
    return bytes(data)


def _unreadable(name: str, error: OSError) -> UsageError:
    hint = "Look at its permissions: ls -ld" if isinstance(error, PermissionError) else "Look what is there: ls -l"
    return UsageError(f"{name} cannot be read: {error.strerror}.", hint)


def _no_such(name: str, place: Path, error: OSError) -> QatuiError:
    if not isinstance(error, FileNotFoundError) or not os.path.lexists(place):
        missing = isinstance(error, FileNotFoundError)
        return NotFound(f"There is no {name}.", "Check the path.") if missing else _unreadable(name, error)
    return NotFound(
        f"{name} is a link to {os.readlink(place)}, where there is nothing.", "Mend the link, or name another file."
    )
