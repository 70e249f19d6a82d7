"""The slow and obvious way to see what two texts have in common, to hold the quick one against."""

import re

from qatui.domain.blanks import Blanks


def lines(data: bytes) -> list[bytes]:
    """Lines with their ends; only `\\n` ends one."""
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def taken_as(line: bytes, blanks: Blanks) -> bytes:
    """What counts of a line; a blank is what git takes for one."""
    if blanks is Blanks.ALL:
        return re.sub(rb"[ \t\r\n]+", b"", line)
    if blanks is Blanks.CHANGE:
        return re.sub(rb"[ \t\r\n]+", b" ", line.rstrip(b" \t\r\n"))
    return line


def in_common(old: list[bytes], new: list[bytes]) -> int:
    """How many lines of both texts can stand against equal ones at most, in order: the table from the textbook."""
    row = [0] * (len(new) + 1)
    for line in old:
        above, row = row, [0]
        for at, other in enumerate(new):
            row.append(above[at] + 1 if line == other else max(row[at], above[at + 1]))
    return row[-1]
