"""The only writer to standard output: data, for people as lines, for programs as JSON with `"schema": 1`."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qatui.cli.printing import encodable
from qatui.domain.marks import visible

SCHEMA = 1
"""Version of every JSON object; it changes when a key is taken away or changes its meaning."""


def emit(value: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own; anything but ASCII is escaped, so nothing hidden reaches a terminal."""
    sys.stdout.write(json.dumps({"schema": SCHEMA, **value}) + "\n")
    flush()


def line(text: str = "", *, masked: bool = True) -> None:
    """A line for people; hidden characters in it are shown as marks, secrets only where they are not `masked`."""
    sys.stdout.write(_encodable(visible(text, masked=masked)) + "\n")


def pieces(texts: Iterable[str]) -> None:
    """Text that is ready to be written: ends of lines, and colours if any, are in it; written as it comes."""
    for text in texts:
        sys.stdout.write(_encodable(text))


def flush() -> None:
    """Hand on what was written: a command that goes on for long is read while it does."""
    sys.stdout.flush()


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = (), *, masked: bool = True) -> None:
    """Rows in aligned columns, two blanks apart; the columns in `right` are right-aligned; `masked` as in `line`."""
    from rich.cells import cell_len

    cells = [[visible(cell, masked=masked) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(cell_len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        parts = []
        for column, cell in enumerate(row):
            pad = " " * (widths[column] - cell_len(cell))
            parts.append(pad + cell if column in right else cell + pad)
        sys.stdout.write(_encodable("  ".join(parts).rstrip()) + "\n")


def _encodable(text: str) -> str:
    """A C locale must not end in a traceback."""
    return encodable(text, sys.stdout.encoding)
