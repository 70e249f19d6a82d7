"""The obvious way to draw the rows of a diff as text: each line whole, cell by cell, nothing kept or left out."""

import unicodedata
from difflib import SequenceMatcher

from qatui.domain.diff import Document, Hunk, Kind, Row
from qatui.domain.lines import draw, split
from qatui.domain.review import Side
from qatui.domain.secrets import Secrets
from qatui.render.part import Look

NO_END = " … no newline at end"


def documented(old: bytes | None, new: bytes) -> Document:
    """A document with the hunks that difflib finds, without git."""
    before, after = split(old) if old is not None else None, split(new)
    if before is None:
        return Document("a.txt", None, after, (Hunk(0, 0, 0, len(after)),) if len(after) else ())
    lines = [
        [line + ("" if not text.ended and at == len(text) - 1 else "\n") for at, line in enumerate(text.lines)]
        for text in (before, after)
    ]
    found = SequenceMatcher(None, lines[0], lines[1], autojunk=False).get_opcodes()
    hunks = tuple(Hunk(a, b - a, c, d - c) for tag, a, b, c, d in found if tag != "equal")
    return Document("a.txt", before, after, hunks)


def width_of(text: str) -> int:
    """Cells of a text, by Python's own tables."""
    return sum(
        0 if unicodedata.category(each) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )


def units(document: Document, side: Side, line: int, look: Look) -> list[str]:
    """What of a drawn line must not be broken: characters with what is painted over them, and marks."""
    text = document.new if side == "new" else document.old
    assert text is not None
    hidden = () if look.unmasked else Secrets(text.lines).of(line)
    drawn = draw(text.lines[line], codes=look.codes, masked=hidden)
    ends = {mark.start: mark.end for mark in drawn.marks if mark.end > mark.start}
    found: list[str] = []
    at = 0
    while at < len(drawn.text):
        end = ends.get(at, at + 1)
        if width_of(drawn.text[at:end]) or not found:
            found.append(drawn.text[at:end])
        else:
            found[-1] += drawn.text[at:end]
        at = end
    return found


def wrapped(document: Document, side: Side, line: int, look: Look, width: int) -> list[str]:
    """A line on as many screen lines as it takes."""
    lines = [""]
    for unit in units(document, side, line, look):
        parts = [unit] if width_of(unit) <= width else list(unit)
        for part in parts:
            if width_of(lines[-1] + part) > width:
                lines.append("")
            lines[-1] += part
    text = document.new if side == "new" else document.old
    assert text is not None
    if line == len(text) - 1 and not text.ended:
        if width_of(lines[-1] + NO_END) <= width:
            lines[-1] += NO_END
        else:
            lines.append(NO_END[:width])
    return lines


def cut(document: Document, side: Side, line: int, look: Look, width: int) -> str:
    """What of a line is seen through a window of `width` cells; where more follows, the last of them is a sign."""
    cells: list[str] = []
    for character in "".join(units(document, side, line, look)):
        if size := width_of(character):
            cells += [character, *[""] * (size - 1)]
        else:
            place = next(at for at in range(len(cells) - 1, -1, -1) if cells[at])
            cells[place] += character
    if len(cells) > look.left + width:
        return seen(cells, look.left, width - 1) + "…"
    return seen(cells, look.left, width)


def seen(cells: list[str], left: int, width: int) -> str:
    """The cells of a window; half of a wide character is a blank."""
    window = cells[left : left + width]
    if window and not window[0]:
        lead = next((at for at, cell in enumerate(window) if cell), len(window))
        window[:lead] = [" "] * lead
    if window and left + width < len(cells) and not cells[left + width]:
        window[-1] = " "
    return "".join(window) + " " * (width - len(window))


def painted(document: Document, row: Row, look: Look, digits: int, pair: bool) -> list[str]:
    """The screen lines of a row that shows lines; `pair`: its two lines are alike."""
    old, new = row.old, row.new
    if look.layout == "unified":
        numbers = " ".join(("" if each is None else str(each + 1)).rjust(digits) for each in (old, new))
        if document.old is None:
            numbers = str((new or 0) + 1).rjust(digits)
        side: Side = "old" if row.kind is Kind.DELETE else "new"
        line = old if side == "old" else new
        assert line is not None
        sign = {Kind.EQUAL: " ", Kind.DELETE: "−", Kind.INSERT: "+"}[row.kind]
        return half(document, side, line, look, numbers, sign, look.width)
    left = (look.width - 1) // 2
    right = look.width - 1 - left
    columns = []
    for at, (name, number, width) in enumerate((("old", old, left), ("new", new, right))):
        sign = " " if row.kind is Kind.EQUAL else "~" if pair else "−+"[at]
        side = "old" if name == "old" else "new"
        lines = [] if number is None else half(document, side, number, look, str(number + 1).rjust(digits), sign, left)
        columns.append([each.ljust(len(each) + width - left) for each in lines])
    height = max(map(len, columns))
    for lines, width in zip(columns, (left, right), strict=True):
        lines += [" " * width] * (height - len(lines))
    return [f"{one}│{other}" for one, other in zip(*columns, strict=True)]


def half(document: Document, side: Side, line: int, look: Look, numbers: str, sign: str, width: int) -> list[str]:
    """One side's part of a row."""
    room = width - len(numbers) - 4
    if not look.wrap:
        return [f" {numbers} {sign} {cut(document, side, line, look, room)}"]
    lines = wrapped(document, side, line, look, room)
    leads = [f" {numbers} {sign} ", *[f" {'↳'.rjust(len(numbers))}   "] * (len(lines) - 1)]
    return [lead + each + " " * (room - width_of(each)) for lead, each in zip(leads, lines, strict=True)]
