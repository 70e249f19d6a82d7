"""What differs between two trees, file by file, as git tells it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qatui.sandbox.github import bare

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The tree without files: what the first commit is compared with."""
# https://docs.github.com/repositories/creating-and-managing-repositories/repository-limits#diff-limits
MOST_LINES = 20_000
MOST_BYTES = 500_000
_STATUSES: dict[str, Literal["added", "removed", "modified", "renamed", "changed"]] = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "T": "changed",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One file that differs."""

    path: str
    status: Literal["added", "removed", "modified", "renamed", "changed"]
    sha: str
    """Of the content afterwards; of a removed file that before."""
    additions: int
    deletions: int
    patch: str | None
    """From the first @@ on; None for a binary file, a pure rename, and what is too large."""
    previous: str | None = None
    """What a renamed file was called."""


def changes(repository: Path, old: str, new: str, *, patches: bool = True) -> list[Change]:
    """The files that differ from `old` to `new` (full ids of commits or trees), by path; renames are found."""
    rows = _rows(repository, old, new)
    texts = _patches(repository, old, new) if patches and rows else []
    made, at = [], 0
    for row in rows:
        # What changes its type, such as a file that becomes a link, has two patches: all away, all new.
        count = 2 if row.status == "changed" else 1
        text = "\n".join(each for each in texts[at : at + count] if each) or None
        at += count
        made.append(row if text is None else replace(row, patch=text))
    return made


def _rows(repository: Path, old: str, new: str) -> list[Change]:
    """Changes without their patches."""
    data = bare.run(repository, "diff-tree", "-r", "-M", "-z", "--raw", "--numstat", "--end-of-options", old, new)
    words = iter(data.decode("utf-8", "replace").split("\0"))
    raw: list[tuple[str, str, str, str | None]] = []
    made: list[Change] = []
    for word in words:
        if word.startswith(":"):
            _, _, before, after, status = word.split(" ")
            previous = next(words) if status[0] == "R" else None
            raw.append((status[0], before if status[0] == "D" else after, next(words), previous))
        elif word:
            plus, minus, path = word.split("\t", 2)
            if not path:
                next(words), next(words)
            letter, sha, name, previous = raw[len(made)]
            lines = (0, 0) if plus == "-" else (int(plus), int(minus))
            made.append(Change(name, _STATUSES[letter], sha, *lines, None, previous))
    return made


def _patches(repository: Path, old: str, new: str) -> list[str | None]:
    """The hunks of each `diff --git`, in the order of the rows."""
    # Lines of a hunk begin with a blank, +, - or \, so that a file's head cannot be forged by content.
    files = (b"\n" + unified(repository, old, new)).split(b"\ndiff --git ")[1:]
    return [_hunks(each) for each in files]


def _hunks(data: bytes) -> str | None:
    start = data.find(b"\n@@ ")
    hunks = data[start + 1 :].removesuffix(b"\n") if start >= 0 else b""
    if not hunks or len(hunks) > MOST_BYTES or hunks.count(b"\n") > MOST_LINES:
        return None
    return hunks.decode("utf-8", "replace")


def unified(repository: Path, old: str, new: str) -> bytes:
    """The whole difference as text, as `git diff` writes it."""
    return bare.run(
        repository, "diff-tree", "-r", "-M", "-p", "--no-ext-diff", "--no-textconv", "--end-of-options", old, new
    )


def mails(repository: Path, base: str | None, head: str) -> bytes:
    """The commits of `head` that `base` lacks (None: the last one alone), as mails that `git am` takes."""
    some = ["-1", head] if base is None else [f"{base}..{head}"]
    return bare.run(repository, "format-patch", "--stdout", "--no-ext-diff", "--no-textconv", *some)
