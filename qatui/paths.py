"""Where things are on this machine.

Everything here runs before the first frame, so it is imported light: no git, no YAML, and platformdirs
only inside the functions that need it.
"""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from qatui.errors import ConfigError

CONFIG_VARIABLE = "QATUI_CONFIG"
"""Names the reviewer's settings file instead of the usual place."""
LOG_BYTES = 1_000_000
"""A log longer than this becomes `qatui.log.1` (the one before is dropped) and a new one begins."""

_DATABASE_SCHEMES = ("sqlite:///", "postgresql+psycopg://")


def config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The reviewer's settings file: what QATUI_CONFIG names, else `config.yaml` in the user's config folder."""
    named = environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("qatui", appauthor=False) / "config.yaml"


def data_dir() -> Path:
    """The user's folder for qatui's data; not made here."""
    from platformdirs import user_data_path

    return user_data_path("qatui", appauthor=False)


def log_file() -> Path:
    """Where tracebacks of bugs are kept."""
    from platformdirs import user_log_path

    return user_log_path("qatui", appauthor=False) / "qatui.log"


def database_url(setting: str | None) -> str:
    """The store's address: `setting` may be a file (`~` is the home) or an address; None is `qatui.db` in `data_dir()`.

    Raises ConfigError for an address of a kind that qatui does not know; a password in it is not repeated.
    """
    if setting is None:
        return f"sqlite:///{data_dir() / 'qatui.db'}"
    scheme, separator, _ = setting.partition("://")
    if separator:
        if setting.startswith(_DATABASE_SCHEMES):
            return setting
        raise ConfigError(
            f"The setting “database” is an address that begins with {scheme}://, which qatui does not know.",
            "Give a file, sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.",
        )
    if "?" in setting:
        raise ConfigError(f"The setting “database” names the file {setting}; a question mark cannot be in its name.")
    try:
        return f"sqlite:///{Path(setting).expanduser().absolute()}"
    except RuntimeError as error:
        raise ConfigError(f"The setting “database” is {setting}, and there is no such home.") from error


def append_log(text: str) -> Path:
    """Add an entry under the time of now to the log, which only the user can read; the log's path. Raises OSError.

    People read it with `cat`: what is hidden in the text is marked in the log too, and secrets are masked.
    """
    from qatui.domain.marks import visible_lines

    path = log_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    entry = f"--- {moment} pid {os.getpid()}\n{visible_lines(text.rstrip())}\n".encode()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, entry)
    finally:
        os.close(handle)
    return path


def account() -> str:
    """The name of the account on this machine, its number where it has no name."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def find_git_dir(start: Path) -> Path | None:
    """The git directory that all worktrees of the repository around `start` share; None outside of one.

    The same as `git rev-parse --path-format=absolute --git-common-dir` there, without running git, by the rules
    of https://git-scm.com/docs/gitrepository-layout: a `.git` folder, a `.git` file that points to one (worktrees,
    submodules), or a bare repository, in `start` or the nearest folder above.
    """
    here = Path(os.path.realpath(start))
    for folder in (here, *here.parents):
        for place in (folder / ".git", folder):
            if place.is_file():
                target = _pointed(place, "gitdir: ")
                return _common(target) if target else None
            found = _common(place)
            if found:
                return found
    return None


def stamp(git_dir: Path, user_file: Path | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """A text that changes when the remote or the reviewer's identity may have changed.

    Size, time and inode of git's and the reviewer's settings files, and a digest of the variables that override
    them. Files that git's settings include are not looked into.
    """
    import hashlib

    config_home = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    named = environ.get("GIT_CONFIG_GLOBAL")
    files = [git_dir / "config", git_dir / "config.worktree", Path(environ.get("GIT_CONFIG_SYSTEM", "/etc/gitconfig"))]
    files += [Path(named)] if named else [Path.home() / ".gitconfig", config_home / "git" / "config"]
    files.append(user_file or config_file(environ))
    overrides = sorted((k, v) for k, v in environ.items() if k.startswith(("QATUI_", "GIT_CONFIG")))
    digest = hashlib.sha256(repr(overrides).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return " ".join([*map(_file_stamp, files), digest])


def _file_stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "-"
    return f"{found.st_mtime_ns}:{found.st_size}:{found.st_ino}"


_HEAD = re.compile(rb"(ref:\s*refs/|[0-9a-f]{40})")


def _common(git_dir: Path) -> Path | None:
    """The shared git directory that `git_dir` belongs to, itself in most cases; None where it is none."""
    head = git_dir / "HEAD"
    try:
        if head.is_symlink():
            if not os.readlink(head).startswith("refs/"):
                return None
        elif not _HEAD.match(head.read_bytes()[:256]):
            return None
    except OSError:
        return None
    named = git_dir / "commondir"
    common = _pointed(named, "") if named.is_file() else git_dir
    if common is None or not (common / "objects").is_dir() or not (common / "refs").is_dir():
        return None
    return Path(os.path.realpath(common))


def _pointed(file: Path, prefix: str) -> Path | None:
    """The folder that a file of git names after `prefix`, relative to the file's own folder."""
    try:
        text = os.fsdecode(file.read_bytes()[:65536])
    except OSError:
        return None
    named = text.removeprefix(prefix).rstrip("\r\n")
    return file.parent / named if text.startswith(prefix) and named else None
