"""Lines of a diff: where a comment may be put, and where a later push moved its line.

https://docs.github.com/rest/guides/working-with-comments#pull-request-comments-on-a-line
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from qatui.sandbox.github import diffs

Side = Literal["LEFT", "RIGHT"]
"""Before the change, after it; a line that stays is on both."""
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file's diff. `old` and `new` are its line numbers on either side, None where it is not there."""

    position: int
    """Lines below the first @@."""
    hunk: int
    """Position of the @@ that it is under."""
    old: int | None
    new: int | None

    @property
    def place(self) -> tuple[Side, int] | None:
        """Side and line by which comments name it; None for what is no line of the file."""
        if self.new is not None:
            return "RIGHT", self.new
        return None if self.old is None else ("LEFT", self.old)


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What changed in a file; no rows where git shows no lines (binary, too large, renamed only)."""

    path: str
    text: tuple[str, ...]
    rows: tuple[Row, ...]

    def find(self, side: Side, line: int) -> Row | None:
        """The row of a line, None where the diff does not show it."""
        return next((row for row in self.rows if (row.old if side == "LEFT" else row.new) == line), None)

    def at(self, position: int) -> Row | None:
        """The row so many lines below the first @@, None where no line of the file is there."""
        row = self.rows[position] if 0 < position < len(self.rows) else None
        return row if row and row.place else None

    def until(self, row: Row) -> str:
        """The hunk from its @@ down to the row: a comment's `diff_hunk`."""
        return "\n".join(self.text[row.hunk : row.position + 1])

    def moved(self, line: int) -> int | None:
        """The number that a line of the old file has in the new one, None where it is gone."""
        shift = 0
        for row in self.rows:
            if row.old is not None and row.old >= line:
                return row.new if row.old == line else line + shift
            if row.old is None and row.new is not None:
                shift += 1
            elif row.old is not None and row.new is None:
                shift -= 1
        return line + shift


def parse(path: str, patch: str | None) -> FileDiff:
    """A file's diff from its first @@ on."""
    text = tuple(patch.split("\n")) if patch else ()
    rows: list[Row] = []
    old = new = old_left = new_left = hunk = 0
    for position, line in enumerate(text):
        head = None if old_left or new_left else _HUNK.match(line)
        if head:
            old, new, hunk = int(head[1]), int(head[3]), position
            old_left, new_left = (1 if count is None else int(count) for count in (head[2], head[4]))
            rows.append(Row(position, hunk, None, None))
            continue
        before, after = line[:1] in (" ", "-", ""), line[:1] in (" ", "+", "")
        rows.append(Row(position, hunk, old if before else None, new if after else None))
        old, old_left = old + before, old_left - before
        new, new_left = new + after, new_left - after
    return FileDiff(path, text, tuple(rows))


@lru_cache(maxsize=32)
def changes(repository: Path, old: str, new: str) -> tuple[diffs.Change, ...]:
    """What differs between two commits. Kept: commits never change."""
    return tuple(diffs.changes(repository, old, new))


@lru_cache(maxsize=32)
def between(repository: Path, old: str, new: str) -> Mapping[str, FileDiff]:
    """The files that differ between two commits, by the path they have afterwards."""
    return {each.path: parse(each.path, each.patch) for each in changes(repository, old, new)}


def follow(repository: Path, old: str, new: str, path: str, line: int) -> tuple[str, int] | None:
    """Where a line of a file of commit `old` is in commit `new`: path and number; None where it is gone."""
    for change in changes(repository, old, new) if old != new else ():
        if change.status == "added" or path != (change.previous or change.path):
            continue
        if change.patch is None and (change.additions or change.deletions):
            return None
        now = parse(change.path, change.patch).moved(line)
        return None if now is None else (change.path, now)
    return path, line
