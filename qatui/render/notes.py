"""Comments on lines, as rows of text below their line."""

from collections.abc import Iterable

from rich.cells import cell_len, chop_cells

from qatui.domain.marks import visible
from qatui.domain.review import Comment, Side
from qatui.domain.secrets import without_secrets


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken at blanks where that can be; nothing in it moves the cursor."""
    lines: list[str] = []
    for paragraph in without_secrets(text).split("\n"):
        line = ""
        for word in visible(paragraph.replace("\t", " ")).split(" "):
            if line and cell_len(f"{line} {word}") <= width:
                line = f"{line} {word}"
                continue
            if line:
                lines.append(line)
            *full, line = chop_cells(word, max(2, width)) or [""]
            lines.extend(full)
        lines.append(line)
    return lines


def note_width(width: int, *, paired: bool) -> int:
    """Cells for a comment in a diff of `width` cells: it stands below the text of one side."""
    return max(20, (width // 2 if paired else width) - 14)


def note_lines(comments: Iterable[Comment], width: int) -> dict[tuple[Side, int], list[str]]:
    """The comments on lines, as lines of text by what they stand below: of several lines the last."""
    found: dict[tuple[Side, int], list[str]] = {}
    for each in comments:
        if each.side is not None and each.span is not None:
            place = (each.side, each.span[-1])
            found.setdefault(place, []).extend(wrap(f"{each.author}: {each.body}", width))
    return found
