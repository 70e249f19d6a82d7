"""What the user's git does to a file before it stores it, by the attributes that the base names for its path.

A filter, an encoding, line ends (https://git-scm.com/docs/gitattributes): where one of them touches a file, git itself
makes the blob, from a scratch folder with an index of its own, in which the base's .gitattributes files lie. The
filters are those of the user's configuration, as in `git add`; the clone gets nothing but the objects.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from qatui.errors import GitError, GitKilled, GitTimeout, NeedsTerminal, Refused
from qatui.workspace.git import NETWORK_SECONDS, Finished, git
from qatui.workspace.remote import last_words
from qatui.workspace.repository import Entry, Repository

FILE = ".gitattributes"
_NAMES = ("filter", "working-tree-encoding", "ident", "text", "crlf", "eol")
_NO_VALUE = ("unspecified", "unset", "set")
_TRUE = ("true", "yes", "on", "1")


@dataclass(frozen=True, slots=True)
class Treatment:
    """What stands between a file's bytes and its blob."""

    filter: str = ""
    """Name of the driver whose clean command the bytes go through."""
    encoding: str = ""
    """What the bytes are read as; the blob has UTF-8."""
    ident: bool = False
    line_ends: str = ""
    """The attribute or setting that has CRLF stored as LF."""
    obstacle: str | None = None
    """Why this git cannot store it, as a sentence's end."""

    def touches(self, data: bytes) -> bool:
        """Whether the blob may have other bytes than these."""
        return bool(self.filter or self.encoding or self.ident or (self.line_ends and b"\r\n" in data))

    def words(self, data: bytes) -> str:
        """How these bytes are stored, empty where as they are."""
        if not self.touches(data):
            return ""
        ways = [
            f"through the filter {self.filter}" if self.filter else "",
            f"from {self.encoding}" if self.encoding else "",
            "with ident" if self.ident else "",
            f"with line ends by {self.line_ends}" if self.line_ends and b"\r\n" in data else "",
        ]
        upload = "; git-lfs uploads the file itself when the branch is pushed" if self.filter == "lfs" else ""
        return ", ".join(filter(None, ways)) + upload


AS_IT_IS = Treatment()


def treatments(repository: Repository, paths: Sequence[str], there: Mapping[str, Entry]) -> dict[str, Treatment]:
    """What git would do to each of `paths`; `there` holds the base's .gitattributes files on the way to them."""
    if not paths:
        return {}
    config = _config(repository)
    with _scratch(repository, str(repository.git_dir), there) as scratch:
        asked = b"".join(_raw(path) + b"\0" for path in paths)
        told = scratch.git("check-attr", "-z", "--stdin", *_NAMES, data=asked).out
    values: dict[str, dict[str, str]] = {path: {} for path in paths}
    fields = told.decode("utf-8", "surrogateescape").split("\0")[:-1]
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        values[path][name] = value
    lfs = any(each["filter"] == "lfs" for each in values.values()) and _has_lfs(repository)
    return {path: _treatment(each, config, lfs=lfs) for path, each in values.items()}


def store(
    repository: Repository, there: Mapping[str, Entry], files: Iterable[tuple[str, bytes]], seconds: float
) -> dict[str, str]:
    """Have git make the blobs of `files` (path, bytes) as `git add` does on top of the base; blob id of each path.

    `there` holds what the base has of these paths and of the .gitattributes files on the way to them. Raises GitError
    where a filter fails (also one that git could do without: what should have been filtered is not published as it
    is), GitTimeout after `seconds`, NeedsTerminal.
    """
    with _filled(repository, there, files) as (scratch, names):
        try:
            _add(scratch, names, seconds)
        except _NotStored as error:
            found = _failing(scratch, names, seconds)
            path, why = next(iter(found.items()), ("a file", error.message))
            raise GitError(
                f"git could not store {path} as {FILE} asks: {why}",
                "Mend the filter, or give the job up: qatui outbox drop",
            ) from error
        rows = scratch.git("ls-files", "--stage", "-z").out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return {path: head.split(" ")[1] for head, _, path in (row.partition("\t") for row in rows)}


def refusals(
    repository: Repository, there: Mapping[str, Entry], files: Iterable[tuple[str, bytes]], seconds: float
) -> dict[str, str]:
    """Which of `files` git could not make a blob of, each with why; the clone gets nothing.

    As `store`; what takes too long or wants somebody to type is no refusal: only storing itself shows that.
    """
    with _filled(repository, there, files, aside=True) as (scratch, names):
        try:
            _add(scratch, names, seconds)
        except _NotStored:
            return _failing(scratch, names, seconds)
        except (NeedsTerminal, GitTimeout, GitKilled):
            pass
    return {}


class _NotStored(GitError):
    """git did not store one of the files; the message is why."""


@contextmanager
def _filled(
    repository: Repository, there: Mapping[str, Entry], files: Iterable[tuple[str, bytes]], *, aside: bool = False
) -> Iterator[tuple["_Scratch", list[str]]]:
    """A scratch folder with `files` in it, not yet in its index, and their paths; `aside`: with objects of its own."""
    # The worktree's own git directory: it may have a configuration of its own.
    git_dir = repository.git("rev-parse", "--absolute-git-dir").text
    objects = str(Path(repository.root, repository.git("rev-parse", "--git-path", "objects").text)) if aside else None
    with _scratch(repository, git_dir, there, objects) as scratch:
        names = []
        for path, data in files:
            scratch.write(path, data)
            names.append(path)
        _lend(repository, scratch.folder)
        # What base has of them decides too: under text=auto a file stored with CRLF keeps it.
        known = (f"{there[path].mode} {there[path].oid} 0\t{path}" for path in names if path in there)
        scratch.git("update-index", "-z", "--index-info", data=_listed(known))
        yield scratch, names


def _add(scratch: "_Scratch", names: Sequence[str], seconds: float) -> None:
    """Have git store files of the scratch folder; raises _NotStored where it refuses one."""
    try:
        done = scratch.git("update-index", "-z", "--add", "--stdin", data=_listed(names), seconds=seconds)
    except (NeedsTerminal, GitTimeout, GitKilled):
        raise
    except GitError as error:
        lines = [line for line in error.said.splitlines() if not line.startswith("warning:")]  # of any file, of none
        raise _NotStored(last_words(GitError(error.message, said="\n".join(lines)))) from error
    if failed := re.search(r"external filter .*", done.err):
        raise _NotStored(failed[0])


def _failing(scratch: "_Scratch", names: Iterable[str], seconds: float) -> dict[str, str]:
    """Each file by itself: git stops at the first that fails, and does not always name it."""
    found: dict[str, str] = {}
    for name in names:
        try:
            _add(scratch, [name], seconds)
        except _NotStored as error:
            found[name] = error.message
        except (NeedsTerminal, GitTimeout, GitKilled):
            continue
    return found


@dataclass(frozen=True, slots=True)
class _Scratch:
    """A folder that git takes for the working tree of the clone."""

    folder: Path
    env: Mapping[str, str]

    def git(self, *args: str, data: bytes | None = None, seconds: float = NETWORK_SECONDS) -> Finished:
        """Run git in it."""
        # A shared index would lie in the clone.
        return git(["-c", "core.splitIndex=false", *args], cwd=self.folder, data=data, env=self.env, seconds=seconds)

    def write(self, path: str, data: bytes) -> None:
        """Put a file in; raises Refused where another of the same name in other letters is there already."""
        if path.startswith("/") or ".." in path.split("/"):
            raise Refused(f"{path} is no path inside of a repository.")
        file = self.folder / path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as stream:
                stream.write(data)
        except FileExistsError as error:
            raise Refused(
                f"{path} differs from another file only in its letters' case.", "Publish them apart."
            ) from error


@contextmanager
def _scratch(
    repository: Repository, git_dir: str, there: Mapping[str, Entry], objects: str | None = None
) -> Iterator[_Scratch]:
    """A scratch folder with the .gitattributes files of `there` in it, beside an index of its own.

    `objects` are the clone's: then new ones lie in the scratch too, and those are only read.
    """
    attributes = {
        path: entry.oid
        for path, entry in there.items()
        if path.rpartition("/")[2] == FILE and entry.mode.startswith("100")
    }
    found = repository.blobs(attributes.values())
    with tempfile.TemporaryDirectory(prefix="qatui-") as name:
        folder = Path(name, "tree")
        folder.mkdir()
        env = {
            "GIT_DIR": git_dir,
            "GIT_WORK_TREE": str(folder),
            "GIT_INDEX_FILE": str(Path(name, "index")),
        }
        if objects is not None:
            Path(name, "objects").mkdir()
            escaped = objects.replace("\\", "\\\\").replace('"', '\\"')
            env |= {
                "GIT_OBJECT_DIRECTORY": str(Path(name, "objects")),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{escaped}"',
            }
        scratch = _Scratch(folder, env)
        for path, oid in attributes.items():
            scratch.write(path, found[oid])
        yield scratch


def _lend(repository: Repository, folder: Path) -> None:
    """Let filters that are files of the working tree (`clean = ./tools/clean`) be found: links to what is at its top.

    After all files are written, so that none is written through a link.
    """
    if repository.root == repository.git_dir:
        return
    for each in repository.root.iterdir():
        if each.name not in (".git", FILE):
            with suppress(OSError):  # the name is there already, or the file system has no links
                (folder / each.name).symlink_to(each)


def _config(repository: Repository) -> dict[str, str]:
    """What the user's git is told of filters and line ends."""
    found = repository.git(
        "config", "-z", "--get-regexp", r"^(filter\..*\.(clean|process|required)|core\.autocrlf)$", accept=(0, 1)
    )
    rows = (row.partition("\n") for row in found.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    return {name: value if told else "true" for name, told, value in rows}


def _has_lfs(repository: Repository) -> bool:
    return repository.git("lfs", "version", accept=(0, 1)).status == 0


def _treatment(told: Mapping[str, str], config: Mapping[str, str], *, lfs: bool) -> Treatment:
    """What attributes mean, in the order in which git looks at them (convert.c, convert_attrs)."""
    name, encoding = (told[each] if told[each] not in _NO_VALUE else "" for each in _NAMES[:2])
    command = config.get(f"filter.{name}.process") or config.get(f"filter.{name}.clean")
    obstacle = None
    if name == "lfs" and not (lfs and command):
        missing = "is not set up here: git lfs install" if lfs else "is not installed here"
        obstacle = f"base keeps such files in Git LFS, and git-lfs {missing}"
    elif name and not command and config.get(f"filter.{name}.required", "").lower() in _TRUE:
        obstacle = f"its filter {name} is required, and this git has no clean command for it"
    return Treatment(
        filter=name if command else "",
        encoding="" if encoding.lower() in ("utf-8", "utf8") else encoding,
        ident=told["ident"] == "set",
        line_ends=_line_ends(told, config),
        obstacle=obstacle,
    )


def _line_ends(told: Mapping[str, str], config: Mapping[str, str]) -> str:
    """What has CRLF stored as LF: `text`, else its older name `crlf`, else `eol`, else the user's core.autocrlf."""
    name = "text" if told["text"] != "unspecified" else "crlf"
    if told[name] in ("set", "auto", "input"):
        return name if told[name] == "set" else f"{name}={told[name]}"
    if told[name] == "unset":
        return ""
    if told["eol"] in ("lf", "crlf"):
        return f"eol={told['eol']}"
    return "core.autocrlf" if config.get("core.autocrlf", "").lower() in (*_TRUE, "input") else ""


def _listed(rows: Iterable[str]) -> bytes:
    return b"".join(_raw(row) + b"\0" for row in rows)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
