"""Trees: what is in one, and new ones made of others."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qatui.sandbox.github import bare

FILE, EXECUTABLE, LINK, FOLDER, SUBMODULE = "100644", "100755", "120000", "040000", "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a tree."""

    path: str
    mode: str
    type: str
    """blob, tree, or commit for a submodule."""
    sha: str
    size: int | None
    """Bytes of a blob, None for others."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


def well_formed(path: str) -> bool:
    """Whether a file may be called so: no part is empty, `.`, `..` or `.git`, whatever its case; none tricks a disk."""
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        return False
    parts = path.split("/")
    return 0 < size <= 4096 and "\0" not in path and not any(_refused(part) for part in parts)


def _refused(part: str) -> bool:
    folded = part.lower().rstrip(". ")
    return part in ("", ".", "..") or folded in (".git", "git~1") or folded.startswith(".git:") or len(part) > 255


def entries(directory: Path, tree: str, *, recursive: bool = False) -> list[Entry]:
    """What is in a tree, or in a commit's (full ids); with `recursive` everything below, folders too."""
    options = ["-r", "-t"] if recursive else []
    return list(_rows(bare.run(directory, "ls-tree", "-z", "-l", *options, "--end-of-options", tree)))


def entry(directory: Path, tree: str, path: str) -> Entry | None:
    """The line for a well-formed path, at any depth, None where there is nothing."""
    found = _rows(bare.run(directory, "ls-tree", "-z", "-l", "--end-of-options", tree, "--", path))
    return next((each for each in found if each.path == path), None)


def _rows(data: bytes) -> Iterator[Entry]:
    for row in data.decode("utf-8", "replace").split("\0")[:-1]:
        about, _, path = row.partition("\t")
        mode, kind, sha, size = about.split()
        yield Entry(path, mode, kind, sha, None if size == "-" else int(size))


def write(directory: Path, base: str | None, changes: Mapping[str, tuple[str, str] | None]) -> str:
    """The id of a tree like `base` with each path of `changes` as (mode, id), or without it where that is None.

    Raises bare.GitFailed where git does not take an entry. Paths are well-formed; a folder goes with all below it,
    and a file that stands where a folder must be gives way.
    """
    with tempfile.TemporaryDirectory() as scratch:
        env = {"GIT_INDEX_FILE": f"{scratch}/index"}
        if base is not None:
            bare.run(directory, "read-tree", base, env=env)
        gone = [path for path, found in changes.items() if found is None or found[0] == FOLDER]
        lines = [f"0 {bare.ZERO}\t{path}" for path in _below(directory, env, gone)]
        lines += [f"{found[0]} {found[1]}\t{path}" for path, found in changes.items() if found and found[0] != FOLDER]
        if lines:
            data = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
            bare.run(directory, "update-index", "--add", "-z", "--index-info", data=data, env=env)
        for path, found in changes.items():
            if found is not None and found[0] == FOLDER:
                # git asks for a work tree here, and leaves it alone.
                work = {**env, "GIT_WORK_TREE": scratch}
                bare.run(directory, "read-tree", f"--prefix={path}/", found[1], env=work)
        return bare.run(directory, "write-tree", env=env).decode().strip()


def _below(directory: Path, env: Mapping[str, str], paths: list[str]) -> Iterator[str]:
    """The files of the index that these paths are, or that are below them."""
    if not paths:
        return
    tops = set(paths)
    for name in bare.run(directory, "ls-files", "-z", env=env).decode("utf-8", "surrogateescape").split("\0")[:-1]:
        parts = name.split("/")
        if any("/".join(parts[:depth]) in tops for depth in range(1, len(parts) + 1)):
            yield name
