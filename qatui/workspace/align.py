"""Which lines of two texts stand against each other: git's own answer, whatever the reviewed repository says.

The repository's attributes, a reviewer's autocrlf or a NUL byte can make `git diff` report no difference where
there is one. So both texts are laid into a private folder outside any repository, and git runs there without
any configuration. A line ends at `\n` only.

git is started here, and not by `workspace.git`: this is on the way to the first screen, and to load GitPython
takes longer than everything else on it.
"""

import logging
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Hunk
from qatui.domain.lines import line_count
from qatui.errors import GitError, GitKilled, GitTimeout, NoGit
from qatui.workspace import running

_LOG = logging.getLogger("qatui.git")

SECONDS = 60.0
"""How long git may take for one comparison."""
_DIFF = (
    "diff", "--no-index", "--text", "-U0", "--histogram", "--inter-hunk-context=0", "--no-ext-diff", "--no-textconv",
    "--no-color", "--no-renames", "--no-prefix",
)  # fmt: skip
_OPTIONS = {Blanks.CHANGE: ("-b",), Blanks.ALL: ("-w",)}
"""The rest is no matter for git: it would leave out blank lines, and nobody could see that they changed."""

_HEADER = re.compile(rb"^(?:diff --git old/(\d+) |@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)", re.MULTILINE)
"""A file's header or a hunk's; no line of content can look like one, they all begin with `+`, `-` or a backslash."""


def align(old: bytes, new: bytes, blanks: Blanks = Blanks.SHOW) -> tuple[Hunk, ...]:
    """The hunks that lead from `old` to `new`, in order; raises GitError (NoGit, GitTimeout, GitKilled).

    Between them stand lines that are equal, with as many on both sides; what `blanks` makes equal counts as that.
    """
    if not old or not new:
        lines = line_count(old), line_count(new)
        return (Hunk(0, lines[0], 0, lines[1]),) if any(lines) else ()
    return align_many([(old, new)], blanks)[0]


def count_changes(pairs: Sequence[tuple[bytes | None, bytes]]) -> list[tuple[int, int]]:
    """Lines added and removed by each pair, with one git process for all; an old text of None is a new file."""
    hunks = iter(align_many([(old, new) for old, new in pairs if old is not None]))
    return [(line_count(new), 0) if old is None else _changes(next(hunks)) for old, new in pairs]


def _changes(hunks: Sequence[Hunk]) -> tuple[int, int]:
    return sum(hunk.new_count for hunk in hunks), sum(hunk.old_count for hunk in hunks)


def align_many(pairs: Sequence[tuple[bytes, bytes]], blanks: Blanks = Blanks.SHOW) -> list[tuple[Hunk, ...]]:
    """The hunks of each pair, from one git process over two folders of numbered files; none for equal pairs."""
    found: list[list[Hunk]] = [[] for _ in pairs]
    differing = [(number, pair) for number, pair in enumerate(pairs) if pair[0] != pair[1]]
    if not differing:
        return [() for _ in pairs]
    try:
        with tempfile.TemporaryDirectory(prefix="qatui-align-") as name:
            folder = Path(name).resolve()
            for side in ("old", "new"):
                (folder / side).mkdir()
            for number, (old, new) in differing:
                (folder / "old" / str(number)).write_bytes(old)
                (folder / "new" / str(number)).write_bytes(new)
            out = isolated_git((*_DIFF, *_OPTIONS.get(blanks, ()), "old", "new"), folder)
    except OSError as error:
        raise GitError(
            f"The texts to compare could not be laid out for git: {error}.", "Make room, or set TMPDIR."
        ) from error
    number = 0
    for header in _HEADER.finditer(out):
        if header[1] is not None:
            number = int(header[1])
        else:
            found[number].append(_hunk(header))
    return [tuple(hunks) for hunks in found]


def isolated_git(args: Sequence[str], folder: Path) -> bytes:
    """What `git ARGS`, a kind of `diff`, answers in a folder outside any repository, where no configuration is heard.

    Raises GitError (NoGit, GitTimeout, GitKilled).
    """
    _LOG.debug("$ git %s", " ".join(args))
    try:
        process = subprocess.Popen(
            ["git", *args],
            cwd=folder,
            env=_isolation(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise NoGit("git was not found or cannot start here.", "Install git 2.30 or newer.") from error
    with process, running.listed(process.pid, alone=False):
        try:
            out, err = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            running.kill(process.pid, alone=False)
            raise GitTimeout(f"git diff took longer than {SECONDS:.0f} s and was stopped.") from None
        except BaseException:
            running.kill(process.pid, alone=False)
            raise
    words = err.decode("utf-8", "replace").strip()
    status = process.returncode
    if status < 0:
        raise GitKilled(f"git diff was killed (signal {-status}).", "It is safe to run again.", words)
    if status not in (0, 1):
        raise GitError(f"git diff failed ({status}): {words.splitlines()[0] if words else words}", said=words)
    return out


def _hunk(header: re.Match[bytes]) -> Hunk:
    """A hunk from its header; git counts from 1, and names the line before where a side has none."""
    old_start, new_start = int(header[2]), int(header[4])
    old_count = int(header[3]) if header[3] is not None else 1
    new_count = int(header[5]) if header[5] is not None else 1
    return Hunk(old_start - (old_count > 0), old_count, new_start - (new_count > 0), new_count)


def _isolation(folder: Path) -> dict[str, str]:
    """An environment in which git finds no configuration, no attributes and no repository."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **ours,
        "LC_ALL": "C",
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.autocrlf",
        "GIT_CONFIG_VALUE_0": "false",
        "GIT_CONFIG_KEY_1": "core.attributesFile",
        "GIT_CONFIG_VALUE_1": os.devnull,
    }
