"""Which hunks somebody has viewed: a mark belongs to what a hunk says, so that one which changed comes back unviewed.

Where it stands does not matter: lines that came before it, or a base that moved elsewhere, leave the mark.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from qatui.domain.diff import Document, Hunk
from qatui.domain.lines import Lines


def keys(hunks: Iterable[Hunk], old: Lines | None, new: Lines) -> tuple[str, ...]:
    """The name of each hunk: sha256 of its old and new lines, and of how many with the same lines are before it."""
    before: Counter[str] = Counter()
    found = []
    for hunk in hunks:
        removed = [] if old is None else _signed("-", old, hunk.old_start, hunk.old_end)
        text = "".join([*removed, *_signed("+", new, hunk.new_start, hunk.new_end)])
        found.append(hashlib.sha256(f"{before[text]}\n{text}".encode("utf-8", "surrogateescape")).hexdigest())
        before[text] += 1
    return tuple(found)


def _signed(sign: str, text: Lines, start: int, end: int) -> list[str]:
    """The lines as a patch has them."""
    lines = [f"{sign}{line}\n" for line in text.lines[start:end]]
    if start < end == len(text) and not text.ended:
        lines.append("\\\n")
    return lines


@dataclass(frozen=True, slots=True)
class Viewing:
    """The hunks of a candidate, and which of them one reviewer has viewed."""

    hunks: tuple[Hunk, ...]
    keys: tuple[str, ...]
    marks: frozenset[str]
    """Those of the keys that are viewed."""

    @property
    def viewed(self) -> int:
        """How many hunks are viewed."""
        return len(self.marks)

    @property
    def percent(self) -> int:
        """Which part of the changed lines is viewed: 100 only where all are, and where there is none."""
        sizes = [hunk.old_count + hunk.new_count for hunk in self.hunks]
        done = sum(size for size, key in zip(sizes, self.keys, strict=True) if key in self.marks)
        return 100 * done // sum(sizes) if sizes else 100


def viewing(document: Document, marks: Collection[str]) -> Viewing:
    """What of a document is viewed; hunks that an option makes no change need nobody's eyes and are left out."""
    hunks = tuple(hunk for hunk in document.hunks if not hunk.quiet)
    return view(hunks, document.old, document.new, marks)


def view(hunks: Sequence[Hunk], old: Lines | None, new: Lines, marks: Collection[str]) -> Viewing:
    """What of the hunks between two texts is viewed."""
    names = keys(hunks, old, new)
    return Viewing(tuple(hunks), names, frozenset(names).intersection(marks))
