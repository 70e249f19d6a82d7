"""Lines of styled text, cut and filled by cells of the terminal."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style


def fitted(segments: Sequence[Segment], width: int, style: Style) -> list[Segment]:
    """In exactly `width` cells: cut, or filled with blanks in `style`."""
    return Segment.adjust_line_length(list(segments), max(0, width), style)
