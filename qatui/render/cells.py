"""Lines of styled text, measured and cut by cells of the terminal."""

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style


def length_of(segments: Iterable[Segment]) -> int:
    """Cells that they take."""
    return sum(each.cell_length for each in segments)


def fitted(segments: Sequence[Segment], width: int, style: Style) -> list[Segment]:
    """In exactly `width` cells: cut, or filled with blanks in `style`."""
    return Segment.adjust_line_length(list(segments), max(0, width), style)


def cropped(segments: Iterable[Segment], start: int, end: int) -> list[Segment]:
    """The cells from `start` to before `end`, as far as there are any; half of a wide character becomes a blank."""
    kept: list[Segment] = []
    at = 0
    for each in segments:
        first, at = at, at + each.cell_length
        if at <= start:
            continue
        if first >= end:
            break
        part = each
        if at > end:
            part = part.split_cells(end - first)[0]
        if first < start:
            part = part.split_cells(start - first)[1]
        kept.append(part)
    return kept
