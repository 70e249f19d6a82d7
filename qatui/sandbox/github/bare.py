"""git in the bare repositories: the one function that runs it here, and the questions that many ask.

Nothing of the person's configuration applies, and hooks of theirs do not run: these repositories are GitHub's.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from qatui.sandbox.github.world import World

LIMIT_SECONDS = 120.0
_LONGEST_NAME = 512
ZERO = "0" * 40
"""The id that stands for no object."""
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
    "TZ": "UTC",
}
_CONFIG = {
    "gc.auto": "0",
    "maintenance.auto": "false",
    "core.quotePath": "false",
    "core.hooksPath": os.devnull,
}


class GitFailed(Exception):
    """git said no; `status` is its exit status, str() its words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def argv(bare: Path, *args: str, config: Mapping[str, str] | None = None) -> list[str]:
    """The command line of `git ARGS` in a bare repository, with settings for this time."""
    settings = [word for name, value in {**_CONFIG, **(config or {})}.items() for word in ("-c", f"{name}={value}")]
    return ["git", *settings, "--git-dir", str(bare), *args]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without any GIT_ of it, and `more`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**clean, **_ENVIRONMENT, **(more or {})}


def run(
    bare: Path,
    *args: str,
    data: bytes | None = None,
    env: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
) -> bytes:
    """`git ARGS` in a bare repository; its output. Raises GitFailed for an exit status not in `accept`."""
    done = subprocess.run(
        argv(bare, *args),
        input=b"" if data is None else data,
        capture_output=True,
        env=environment(env),
        timeout=LIMIT_SECONDS,
        check=False,
        cwd=bare.parent,
    )
    if done.returncode not in accept:
        raise GitFailed(done.returncode, done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def text(bare: Path, *args: str, accept: Sequence[int] = (0,)) -> str:
    """What git says, without the last line's end; bytes that are no UTF-8 are replaced."""
    return run(bare, *args, accept=accept).decode("utf-8", "replace").rstrip("\n")


def make(world: World, directory: Path, default_branch: str = "main") -> None:
    """An empty bare repository."""
    directory.parent.mkdir(0o700, parents=True, exist_ok=True)
    run(world.directory, "init", "-q", "--bare", "-b", default_branch, "--", str(directory))


def refs(bare: Path, *prefixes: str) -> dict[str, str]:
    """Full ref name to object id, of all refs or those below the prefixes (`refs/heads`, `refs/tags`)."""
    rows = text(bare, "for-each-ref", "--format=%(objectname) %(refname)", *(prefixes or ("refs/heads", "refs/tags")))
    return {name: sha for sha, _, name in (row.partition(" ") for row in rows.splitlines())}


def commit(bare: Path, name: str) -> str | None:
    """The commit that a branch, a tag or a (short) id names, None for none. Options are never taken for names."""
    if not 0 < len(name) <= _LONGEST_NAME or name[0] in "-^" or any(each in name for each in ("\0", "..", "@{", ":")):
        return None
    for candidate in (f"refs/heads/{name}", f"refs/tags/{name}", name):
        found = text(
            bare, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{commit}}", accept=(0, 1, 128)
        )
        if found:
            return found
    return None


def is_empty(bare: Path) -> bool:
    """Whether there is no commit yet."""
    return not refs(bare)
