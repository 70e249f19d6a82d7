"""Stretches of lines."""

from collections.abc import Iterable

Stretch = tuple[int, int]
"""Lines from the first to before the end, counted from 0."""


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same lines as stretches in order, none of which touches another or is empty."""
    found: list[Stretch] = []
    for first, end in sorted(stretches):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif first < end:
            found.append((first, end))
    return found
