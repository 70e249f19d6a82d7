"""Where a comment stands now: its lines, followed from the text they were read in to the one that is shown.

The text a comment was made on never changes, so its place is found from there each time, never from an earlier guess:
by the hunks (a line that did not change, or was only set deeper), else with the block that moved (`domain.moved`), else
where the very same text stands, if it stands once in each. What is found nowhere is outdated, and shown as it was.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from qatui.domain.diff import Hunk
from qatui.domain.lines import Lines
from qatui.domain.moved import Moved, find_moved
from qatui.domain.pairing import parts
from qatui.domain.review import Comment

_SEARCHED = 64
"""Lines of a range that are looked for as a whole; in a longer one a part would have moved as a block."""
_KEPT = 0
"""In place of a moved block's id: lines that are where they were."""


class Standing(StrEnum):
    """What became of the lines that a comment was made on."""

    HERE = "here"
    """All are there, together."""
    CHANGED = "changed"
    """Some are there; others have another text now, or new ones came between them."""
    OUTDATED = "outdated"
    """None is there."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The place of a comment in the text that is shown."""

    standing: Standing
    lines: range | None = None
    """From 0; None: outdated, or not on lines but on the whole."""
    excerpt: tuple[str, ...] = ()
    """The lines as they were when the comment was made; none where it is on the whole, or they are not known."""


ON_THE_WHOLE = Anchor(Standing.HERE)
"""A comment on a file or a candidate is at home in each of its revisions."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment, and what was answered to it."""

    root: Comment
    replies: tuple[Comment, ...]
    """Oldest first."""
    anchor: Anchor


def threads(comments: Iterable[Comment], anchors: Mapping[int, Anchor]) -> tuple[Thread, ...]:
    """The comments as threads in the order of their first ones; `anchors` by the ids of those that are on lines."""
    roots: list[Comment] = []
    replies: defaultdict[int, list[Comment]] = defaultdict(list)
    for each in comments:
        if each.reply_to is None:
            roots.append(each)
        else:
            replies[each.reply_to].append(each)
    return tuple(Thread(root, tuple(replies[root.id]), anchors.get(root.id, ON_THE_WHOLE)) for root in roots)


def placed(threads: Iterable[Thread]) -> tuple[Comment, ...]:
    """The comments of open threads that stand on lines, answers behind their first one, with their lines of now."""
    found: list[Comment] = []
    for each in threads:
        if each.anchor.lines is None or each.root.resolved_by is not None:
            continue
        first, last = each.anchor.lines.start + 1, each.anchor.lines.stop
        for comment in (each.root, *each.replies):
            found.append(replace(comment, side=each.root.side, line=first, last=None if last == first else last))
    return tuple(found)


class Following:
    """The way of lines from one text to another."""

    def __init__(self, old: Lines, new: Lines, hunks: Sequence[Hunk]) -> None:
        """`hunks` lead from `old` to `new`, of an alignment to which no blank is alike."""
        self._old, self._new, self._hunks = old, new, hunks
        self._within: dict[Hunk, dict[int, int]] = {}

    def follow(self, span: range) -> Anchor:
        """Where the old lines `span` are now; those of them that the old text has not are left out."""
        span = range(span.start, min(span.stop, len(self._old)))
        excerpt = tuple(self._old.lines[span.start : span.stop])
        found = self._survivors(span)
        if not found:
            start = self._same_text(list(excerpt))
            if start is None:
                return Anchor(Standing.OUTDATED, None, excerpt)
            found = list(range(start, start + len(span)))
        lines = range(min(found), max(found) + 1)
        standing = Standing.HERE if len(found) == len(lines) == len(span) else Standing.CHANGED
        return Anchor(standing, lines, excerpt)

    def _survivors(self, span: range) -> list[int]:
        """The new lines of those that went the same way: of several ways the one that most lines with a text took."""
        ways: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for line in span:
            kept = self._kept(line)
            if kept is not None:
                ways[_KEPT].append((line, kept))
            elif (number := self._moved.old(line)) is not None:
                block = self._moved.blocks[number - 1]
                ways[number].append((line, block.new_start + line - block.old_start))

        def told(way: int) -> int:
            return sum(1 for line, _ in ways[way] if self._old.lines[line].strip())

        best = max(sorted(ways), key=told, default=None)
        if best is None or (not told(best) and any(self._old.lines[line].strip() for line in span)):
            return []
        return [new for _, new in ways[best]]

    def _kept(self, line: int) -> int | None:
        """Where a line is that did not move; None: it changed or went."""
        at = bisect_right(self._hunks, line, key=_old_start) - 1
        if at < 0:
            return line
        hunk = self._hunks[at]
        if line >= hunk.old_end:
            return line + hunk.new_end - hunk.old_end
        if hunk not in self._within:
            self._within[hunk] = self._same_within(hunk)
        return self._within[hunk].get(line)

    def _same_within(self, hunk: Hunk) -> dict[int, int]:
        """The old lines of a hunk that only blanks at their ends changed, and where they are."""
        if not hunk.old_count or not hunk.new_count:
            return {}
        pairs = (
            (part.old_start + at, part.new_start + at)
            for part in parts(hunk, self._old, self._new)
            for at in range(min(part.old_count, part.new_count))
        )
        return {old: new for old, new in pairs if self._old.lines[old].strip() == self._new.lines[new].strip()}

    @cached_property
    def _moved(self) -> Moved:
        return find_moved(self._old, self._new, self._hunks)

    def _same_text(self, wanted: list[str]) -> int | None:
        """Where these lines stand in the new text, if they stand once in each of both and say something."""
        if len(wanted) > _SEARCHED or not any(letter.isalnum() for line in wanted for letter in line):
            return None
        if len(_places(self._old.lines, wanted)) != 1:
            return None
        places = _places(self._new.lines, wanted)
        return places[0] if len(places) == 1 else None


def _old_start(hunk: Hunk) -> int:
    return hunk.old_start


def _places(lines: list[str], wanted: list[str]) -> list[int]:
    """The first two places at most where these lines stand."""
    found: list[int] = []
    at = -1
    while len(found) < 2:
        try:
            at = lines.index(wanted[0], at + 1)
        except ValueError:
            break
        if lines[at : at + len(wanted)] == wanted:
            found.append(at)
    return found
