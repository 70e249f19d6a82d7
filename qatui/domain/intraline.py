"""What differs between two lines that stand against each other, by word or by character."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

from qatui.domain.graphemes import graphemes, joined

Spans = tuple[tuple[int, int], ...]
"""Stretches of a line as (start, end), in order."""
By = Literal["word", "character"]

WHOLE = 1200
"""More differing characters than this are marked as a whole: comparing them word by word takes too long."""
ALIKE = 0.5
"""Lines that share less than this part of their characters are not one line changed, but two lines."""

# A carriage return is a word of its own: it is what differs where only the ends of the lines do.
_WORD = re.compile(r"\w+|[^\S\r]+|.", re.DOTALL)
_LONG_WORD = 100
"""A longer word is cut where the lines begin to differ."""


def differing(old: str, new: str, by: By = "word") -> tuple[Spans, Spans] | None:
    """The differing stretches of `old` and of `new`; None where the lines are not alike enough to compare."""
    if not in_common(old.strip(), new.strip()):
        return None
    start = _common_start(old, new, by)
    end = _common_end(old, new, start, by)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle_old) + len(middle_new) > WHOLE:
        return _spans([(start, start + len(middle_old))]), _spans([(start, start + len(middle_new))])
    parts_old, parts_new = _parts(middle_old, by), _parts(middle_new, by)
    places_old, places_new = _places(parts_old, start), _places(parts_new, start)
    stretches_old: list[tuple[int, int]] = []
    stretches_new: list[tuple[int, int]] = []
    for (from_old, to_old), (from_new, to_new) in _changes(parts_old, parts_new, by):
        left = places_old[from_old], places_old[to_old]
        right = places_new[from_new], places_new[to_new]
        if stretches_old and _is_one(old, stretches_old[-1], left, stretches_new[-1], right):
            left = stretches_old.pop()[0], left[1]
            right = stretches_new.pop()[0], right[1]
        stretches_old.append(left)
        stretches_new.append(right)
    return _spans(stretches_old), _spans(stretches_new)


def in_common(old: str, new: str) -> float:
    """How far the characters that two lines share go beyond the least that makes them alike; 0: they are not alike.

    The lines come without the blanks at their ends, which do not count.
    """
    if old == new:
        return (1 - ALIKE) * 2 * len(old) + 1
    length = len(old) + len(new)
    most = (1 - ALIKE) * length
    if abs(len(old) - len(new)) > most:
        return 0.0
    if length > WHOLE:
        start = _common(old, new)
        old, new = old[start:], new[start:]
        end = _common(old, new, last=True)
        old, new = old[: len(old) - end], new[: len(new) - end]
    if len(old) + len(new) > WHOLE:
        differ = len(old) + len(new)
    else:
        from rapidfuzz.distance import Indel  # here: it is slow to load, and the first frame has no use for it

        differ = Indel.distance(old, new, score_cutoff=int(most))
    return most - differ + 1 if differ <= most else 0.0


def _changes(old: Sequence[str], new: Sequence[str], by: By) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The stretches of both sides that differ, as the places of their parts; between two of them both are equal.

    By character, one that is equal between two that differ is an accident, and goes with them.
    """
    from rapidfuzz.distance import Indel

    codes = list(Indel.opcodes(old, new))
    last: tuple[tuple[int, int], tuple[int, int]] | None = None
    for number, each in enumerate(codes):
        accident = by == "character" and 0 < number < len(codes) - 1 and each.src_end - each.src_start == 1
        if each.tag != "equal" or accident:
            from_old, from_new = (last[0][0], last[1][0]) if last else (each.src_start, each.dest_start)
            last = (from_old, each.src_end), (from_new, each.dest_end)
        elif last:
            yield last
            last = None
    if last:
        yield last


def _parts(text: str, by: By) -> list[str]:
    """What is compared as one: words, runs of blanks, single characters; no grapheme is cut."""
    if by == "character":
        return list(graphemes(text))
    if text.isascii():
        return _WORD.findall(text)
    found: list[str] = []
    for kind, group in groupby(graphemes(text), lambda each: _kind(each[0])):
        each = list(group)
        found += each if kind == "other" else ["".join(each)]
    return found


def _kind(character: str) -> str:
    """What a character belongs to: a word, blanks, or nothing but itself."""
    if character == "_" or character.isalnum():
        return "word"
    return "blank" if character.isspace() and character != "\r" else "other"


def _places(parts: Sequence[str], start: int) -> list[int]:
    """Where each part begins, and where the last one ends."""
    places = [start]
    for part in parts:
        places.append(places[-1] + len(part))
    return places


def _is_one(
    old: str, last_left: tuple[int, int], left: tuple[int, int], last_right: tuple[int, int], right: tuple[int, int]
) -> bool:
    """Whether only a blank parts a change from the last, and both have something on both sides.

    `last_left` and `left` are their stretches of `old`, the others those of the new line; what parts them is the same
    in both lines. Joined on one side only, what stands outside of the stretches would no longer be equal.
    """
    blank = old[last_left[1] : left[0]].isspace()
    return blank and all(start < end for start, end in (last_left, left, last_right, right))


def _spans(stretches: Sequence[tuple[int, int]]) -> Spans:
    """Those that are not empty."""
    return tuple((start, end) for start, end in stretches if start < end)


def _common(old: str, new: str, *, last: bool = False) -> int:
    """Length of the common start, or of the common end; found by halving, as lines may be very long."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if last:
            same = old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]
        else:
            same = old[low:middle] == new[low:middle]
        low, high = (middle, high) if same else (low, middle - 1)
    return low


def _common_start(old: str, new: str, by: By) -> int:
    """Length of the common start, not ending inside a part."""
    common = _common(old, new)
    for length in range(common, max(-1, common - _LONG_WORD), -1):
        if not (_inside(old, length, by) or _inside(new, length, by)):
            return length
    return common


def _common_end(old: str, new: str, start: int, by: By) -> int:
    """Length of the common end behind `start`, not beginning inside a part."""
    common = _common(old[start:], new[start:], last=True)
    for length in range(common, max(-1, common - _LONG_WORD), -1):
        if not (_inside(old, len(old) - length, by) or _inside(new, len(new) - length, by)):
            return length
    return common


def _inside(line: str, place: int, by: By) -> bool:
    """Whether the characters before and at `place` are of one part: of one word, or of one grapheme."""
    if not 0 < place < len(line):
        return False
    if joined(line, place):
        return True
    base = place - 1
    while place - base < _LONG_WORD and joined(line, base):
        base -= 1
    return by == "word" and _kind(line[base]) == _kind(line[place]) == "word"
