"""Changes of blanks and of blank lines that somebody does not want to stop at; they are still told, never hidden."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum

from qatui.domain.diff import Hunk
from qatui.domain.lines import Lines


class Blanks(Enum):
    """Which changes of blanks are none (https://git-scm.com/docs/git-diff, where each has its letter)."""

    SHOW = "show"
    """All are changes."""
    CHANGE = "change"
    """How many blanks stand where there are some, and any at the end of a line, is no change: `-b`."""
    ALL = "all"
    """Blanks do not count at all: `-w`."""
    LINES = "lines"
    """Where only blank lines came or went is no change: `--ignore-blank-lines`."""


def quieted(hunks: Iterable[Hunk], old: Lines, new: Lines) -> tuple[Hunk, ...]:
    """The hunks, those quiet that are blank lines only."""
    return tuple(
        replace(hunk, quiet=True)
        if _are_blank(old.lines[hunk.old_start : hunk.old_end]) and _are_blank(new.lines[hunk.new_start : hunk.new_end])
        else hunk
        for hunk in hunks
    )


def _are_blank(lines: list[str]) -> bool:
    """Whether nothing is in the lines; as for git a line with blanks in it is not blank, but an end in CR LF is one."""
    return all(line in ("", "\r") for line in lines)


def unlike_lines(old: Lines, new: Lines, hunks: Iterable[Hunk]) -> Iterator[int]:
    """New lines between the hunks that are not, byte for byte, the old ones that they stand against."""
    at_old = at_new = 0
    for hunk in [*hunks, Hunk(len(old), 0, len(new), 0)]:
        before, after = old.lines[at_old : hunk.old_start], new.lines[at_new : hunk.new_start]
        if before != after:
            pairs = zip(before, after, strict=True)
            yield from (at_new + place for place, (left, right) in enumerate(pairs) if left != right)
        at_old, at_new = hunk.old_end, hunk.new_end
        if after and before[-1] == after[-1] and _lacks_end(old, hunk.old_start) != _lacks_end(new, hunk.new_start):
            yield hunk.new_start - 1


def _lacks_end(text: Lines, end: int) -> bool:
    """Whether lines up to `end` close with one that has no end."""
    return end == len(text) and not text.ended
