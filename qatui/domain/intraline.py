"""Which words differ between two lines that stand against each other."""

import re
from collections.abc import Sequence

Spans = tuple[tuple[int, int], ...]
"""Stretches of a line as (start, end), in order."""

WHOLE = 1200
"""More differing characters than this are marked as a whole: comparing them word by word takes too long."""
ALIKE = 0.5
"""Lines that share less than this part of their characters are not one line changed, but two lines."""

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
_LONG_WORD = 100
"""A longer word is cut where the lines begin to differ."""


def differing(old: str, new: str) -> tuple[Spans, Spans] | None:
    """The differing stretches of `old` and of `new`; None where the lines are not alike enough to compare."""
    start = _common_start(old, new)
    end = _common_end(old, new, start)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if not _alike(old, new, middle_old, middle_new):
        return None
    spans_old: list[tuple[int, int]] = []
    spans_new: list[tuple[int, int]] = []
    if len(middle_old) + len(middle_new) > WHOLE:
        _add(spans_old, old, start, start + len(middle_old))
        _add(spans_new, new, start, start + len(middle_new))
    else:
        from rapidfuzz.distance import Indel  # here: it is slow to load, and the first frame has no use for it

        words_old, words_new = _WORD.findall(middle_old), _WORD.findall(middle_new)
        places_old, places_new = _places(words_old, start), _places(words_new, start)
        for each in Indel.opcodes(words_old, words_new):
            if each.tag != "equal":
                _add(spans_old, old, places_old[each.src_start], places_old[each.src_end])
                _add(spans_new, new, places_new[each.dest_start], places_new[each.dest_end])
    return tuple(spans_old), tuple(spans_new)


def _alike(old: str, new: str, middle_old: str, middle_new: str) -> bool:
    """Whether the lines share enough characters, blanks at their ends not counted."""
    from rapidfuzz.distance import Indel

    length = len(old.strip()) + len(new.strip())
    middle_old, middle_new = middle_old.strip(), middle_new.strip()
    differ = len(middle_old) + len(middle_new)
    if differ <= WHOLE:
        differ = Indel.distance(middle_old, middle_new)
    return differ <= (1 - ALIKE) * length


def _places(words: Sequence[str], start: int) -> list[int]:
    """Where each word begins, and where the last one ends."""
    places = [start]
    for word in words:
        places.append(places[-1] + len(word))
    return places


def _add(spans: list[tuple[int, int]], line: str, start: int, end: int) -> None:
    """Add a stretch; one that only a blank parts from the last is joined to it."""
    if start == end:
        return
    if spans and (spans[-1][1] == start or line[spans[-1][1] : start].isspace()):
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))


def _common_start(old: str, new: str) -> int:
    """Length of the common start, not ending inside a word; found by halving, as lines may be very long."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    for length in range(low, max(-1, low - _LONG_WORD), -1):
        if not (_inside_word(old, length) or _inside_word(new, length)):
            return length
    return low


def _common_end(old: str, new: str, start: int) -> int:
    """Length of the common end behind `start`, not beginning inside a word."""
    low, high = 0, min(len(old), len(new)) - start
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    for length in range(low, max(-1, low - _LONG_WORD), -1):
        if not (_inside_word(old, len(old) - length) or _inside_word(new, len(new) - length)):
            return length
    return low


def _inside_word(line: str, place: int) -> bool:
    """Whether the characters before and at `place` belong to one word."""
    return 0 < place < len(line) and all(each == "_" or each.isalnum() for each in line[place - 1 : place + 1])
