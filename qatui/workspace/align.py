"""Which lines of two texts stand against each other: git's own answer, whatever the reviewed repository says.

The repository's attributes, a reviewer's autocrlf or a NUL byte can make `git diff` report no difference where
there is one. So both texts are laid into a private folder outside any repository, and git runs there without
any configuration. A line ends at `\\n` only.
"""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from qatui.domain.diff import Hunk
from qatui.domain.lines import line_count
from qatui.workspace.git import git

_DIFF = (
    "diff", "--no-index", "--text", "-U0", "--histogram", "--inter-hunk-context=0", "--no-ext-diff", "--no-textconv",
    "--no-color", "--no-renames", "--no-prefix", "old", "new",
)  # fmt: skip

_HEADER = re.compile(rb"^(?:diff --git old/(\d+) |@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)", re.MULTILINE)
"""A file's header or a hunk's; no line of content can look like one, they all begin with `+`, `-` or a backslash."""


def align(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """The hunks that lead from `old` to `new`, in order; raises GitError, GitTimeout."""
    return _align_many([(old, new)])[0]


def count_changes(pairs: Sequence[tuple[bytes | None, bytes]]) -> list[tuple[int, int]]:
    """Lines added and removed by each pair, with one git process for all; an old text of None is a new file."""
    hunks = iter(_align_many([(old, new) for old, new in pairs if old is not None]))
    return [(line_count(new), 0) if old is None else _changes(next(hunks)) for old, new in pairs]


def _changes(hunks: Sequence[Hunk]) -> tuple[int, int]:
    return sum(hunk.new_count for hunk in hunks), sum(hunk.old_count for hunk in hunks)


def _align_many(pairs: Sequence[tuple[bytes, bytes]]) -> list[tuple[Hunk, ...]]:
    """The hunks of each pair, from one git process over two folders of numbered files; none for equal pairs."""
    found: list[list[Hunk]] = [[] for _ in pairs]
    differing = [(number, pair) for number, pair in enumerate(pairs) if pair[0] != pair[1]]
    if not differing:
        return [() for _ in pairs]
    with tempfile.TemporaryDirectory(prefix="qatui-align-") as name:
        folder = Path(name).resolve()
        for side in ("old", "new"):
            (folder / side).mkdir()
        for number, (old, new) in differing:
            (folder / "old" / str(number)).write_bytes(old)
            (folder / "new" / str(number)).write_bytes(new)
        out = git(_DIFF, cwd=folder, env=_isolation(folder), accept=(0, 1)).out
    number = 0
    for header in _HEADER.finditer(out):
        if header[1] is not None:
            number = int(header[1])
        else:
            found[number].append(_hunk(header))
    return [tuple(hunks) for hunks in found]


def _hunk(header: re.Match[bytes]) -> Hunk:
    """A hunk from its header; git counts from 1, and names the line before where a side has none."""
    old_start, new_start = int(header[2]), int(header[4])
    old_count = int(header[3]) if header[3] is not None else 1
    new_count = int(header[5]) if header[5] is not None else 1
    return Hunk(old_start - (old_count > 0), old_count, new_start - (new_count > 0), new_count)


def _isolation(folder: Path) -> dict[str, str]:
    """An environment in which git finds no configuration, no attributes and no repository."""
    return {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_CONFIG_PARAMETERS": "",
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.autocrlf",
        "GIT_CONFIG_VALUE_0": "false",
        "GIT_CONFIG_KEY_1": "core.attributesFile",
        "GIT_CONFIG_VALUE_1": os.devnull,
        # It would override -U0.
        "GIT_DIFF_OPTS": "",
    }
