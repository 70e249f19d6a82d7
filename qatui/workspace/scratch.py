"""A folder that git takes for the working tree of the clone, with an index of its own; the clone stays as it is."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qatui.errors import Refused
from qatui.workspace.git import NETWORK_SECONDS, Finished, git
from qatui.workspace.repository import Repository

_OURS = ("-c", "core.splitIndex=false", "-c", f"core.hooksPath={os.devnull}")
"""A shared index would lie in the clone; a hook of it would run here, among files of anybody."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The folder, and how git is told of it."""

    folder: Path
    env: Mapping[str, str]

    def git(
        self,
        *args: str,
        data: bytes | None = None,
        seconds: float = NETWORK_SECONDS,
        log: Callable[[str], None] | None = None,
        foreground: bool = False,
    ) -> Finished:
        """Run git in it, without hooks; `foreground` lets what it starts ask at the terminal."""
        return git(
            [*_OURS, *args], cwd=self.folder, data=data, env=self.env, seconds=seconds, log=log, foreground=foreground
        )

    def write(self, path: str, data: bytes) -> None:
        """Put a file in; raises Refused where another of the same name in other letters is there already."""
        file = self.folder / inside(path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as stream:
                stream.write(data)
        except FileExistsError as error:
            raise Refused(
                f"{path} differs from another file only in its letters' case.", "Publish them apart."
            ) from error


def inside(path: str) -> str:
    """A path that is one of a repository's; raises Refused for any other."""
    if path.startswith("/") or ".." in path.split("/"):
        raise Refused(f"{path} is no path inside of a repository.")
    return path


@contextmanager
def open_scratch(
    repository: Repository,
    *,
    attributes: Mapping[str, str] | None = None,
    aside: bool = False,
    git_dir: Path | None = None,
) -> Iterator[Scratch]:
    """An empty folder but for `attributes` (blob by path); with `aside` new objects lie beside it, not in the clone.

    `git_dir` is the worktree's own where it is None: it may have a configuration of its own.
    """
    own = str(git_dir) if git_dir else repository.git("rev-parse", "--absolute-git-dir").text
    found = repository.blobs((attributes or {}).values())
    with tempfile.TemporaryDirectory(prefix="qatui-") as name:
        folder = Path(name, "tree")
        folder.mkdir()
        env = {
            "GIT_DIR": own,
            "GIT_WORK_TREE": str(folder),
            "GIT_INDEX_FILE": str(Path(name, "index")),
        }
        if aside:
            objects = Path(repository.root, repository.git("rev-parse", "--git-path", "objects").text)
            Path(name, "objects").mkdir()
            escaped = str(objects).replace("\\", "\\\\").replace('"', '\\"')
            env |= {
                "GIT_OBJECT_DIRECTORY": str(Path(name, "objects")),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{escaped}"',
            }
        scratch = Scratch(folder, env)
        for path, oid in (attributes or {}).items():
            scratch.write(path, found[oid])
        yield scratch


def listed(rows: Iterable[str]) -> bytes:
    """Rows as git reads them with -z."""
    return b"".join(raw(row) + b"\0" for row in rows)


def raw(text: str) -> bytes:
    """A path as git has it."""
    return text.encode("utf-8", "surrogateescape")
