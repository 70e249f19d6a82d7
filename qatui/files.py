"""How files are written: whole or not at all. Every room may use it."""

import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` at `path`, whole or not at all: a reader, or a crash, sees the old bytes or the new ones.

    A file that was there keeps its mode; a new one has what the umask allows. A symbolic link stays one: the file
    it points to is replaced. Folders on the way are made. Raises OSError.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        mode = path.stat().st_mode & 0o7777
    except FileNotFoundError:
        mode = None
    name = path.with_name(f".{path.name[:60]}.{secrets.token_hex(8)}.tmp")
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666 if mode is None else mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name too: what says that the file is there must not outlive it
    finally:
        os.close(folder)


def edit_atomically(path: Path, change: Callable[[bytes], bytes]) -> bool:
    """Put what `change` makes of a file's bytes in their place; whether that changed anything.

    Edits of files in one folder wait for each other, so of two at once none is lost; a program that knows nothing of
    this is seen if it writes meanwhile, and the edit made anew. Raises OSError and what `change` raises.
    """
    path = Path(os.path.realpath(path))
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        while True:
            before = path.read_bytes()
            after = change(before)
            if after == before:
                return False
            if path.read_bytes() == before:
                write_atomically(path, after)
                return True
    finally:
        os.close(folder)
