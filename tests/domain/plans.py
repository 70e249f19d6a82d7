"""Test plans for tests: hard cases, variants of a file that must not matter, and drawn ones."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.openapi import SHARED


@dataclass(frozen=True)
class Expected:
    """What GitHub shows of an item."""

    line: int
    offset: int
    checked: bool
    text: str


@dataclass(frozen=True)
class Plan:
    """A file, and what GitHub shows of it."""

    name: str
    data: bytes
    items: tuple[Expected, ...]


def shared_plans() -> list[Plan]:
    """Real plans and their items; none where the workshop's shared folder is absent."""
    folder = (SHARED or Path("/nonexistent")) / "plans"
    if not (folder / "items.jsonl").is_file():
        return []
    found = []
    for line in (folder / "items.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        data = (folder / "files" / told["file"]).read_bytes()
        found.append(Plan(told["file"], data, tuple(Expected(**item) for item in told["items"])))
    return found


Change = Callable[[list[tuple[bytes, bytes]], set[int]], tuple[bytes, list[tuple[bytes, bytes]], bytes]]
"""From lines with their ends, and the indexes of those with an item, to what precedes them, them, and what is added
to the item's text."""

ODD = b" a\x0bb\x0cc\x1cd\x1de\x1ef\x85g" + "\x85h\u2028i\u2029j".encode()
"""What other programs take for the end of a line."""


def _ends(*ends: bytes) -> Change:
    def change(lines: list[tuple[bytes, bytes]], _items: set[int]) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
        made = []
        for index, (text, end) in enumerate(lines):
            new = ends[index % len(ends)] if end else b""
            if new == b"\r" and len(ends) > 1 and index + 1 < len(lines) and not lines[index + 1][0]:
                new = b"\n"  # else it would make one line end of two
            made.append((text, new))
        return b"", made, b""

    return change


def _bom(lines: list[tuple[bytes, bytes]], _items: set[int]) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    return b"\xef\xbb\xbf", lines, b""


def _no_end(lines: list[tuple[bytes, bytes]], _items: set[int]) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
    while len(lines) > 1 and not lines[-1][0]:
        lines = lines[:-1]
    return b"", [*lines[:-1], (lines[-1][0], b"")], b""


def _more(added: bytes) -> Change:
    def change(lines: list[tuple[bytes, bytes]], items: set[int]) -> tuple[bytes, list[tuple[bytes, bytes]], bytes]:
        made = [
            (text + added if index in items or text.startswith(b"# ") else text, end)
            for index, (text, end) in enumerate(lines)
        ]
        return b"", made, added

    return change


VARIANTS: dict[str, Change] = {
    "as it is": _ends(b"\n"),
    "CRLF": _ends(b"\r\n"),
    "CR": _ends(b"\r"),
    "mixed": _ends(b"\n", b"\r\n", b"\r"),
    "BOM": _bom,
    "no final newline": _no_end,
    "invalid UTF-8": _more(b" \xff\xc3(\xed\xa0\x80"),
    "odd separators": _more(ODD),
}


def varied(plan: Plan, change: Change) -> Plan:
    """The plan changed so that GitHub shows the same items, and what it shows."""
    lines = [(found[1], found[2]) for found in re.finditer(rb"([^\n]*)(\n|\Z)", plan.data)][:-1]
    if not plan.data.endswith(b"\n"):
        lines.append((plan.data.rsplit(b"\n", 1)[-1], b""))
    by_line = {item.line - 1: item for item in plan.items}
    before, made, added = change(lines, {index for index, item in by_line.items() if item.text})
    data, items = before, []
    old = 0
    for index, ((text, end), (was, was_end)) in enumerate(zip(made, lines, strict=False)):
        if item := by_line.get(index):
            column = item.offset - old
            told = text[column + 2 :].decode("utf-8", "replace").strip() if added and item.text else item.text
            items.append(Expected(item.line, len(data) + column, item.checked, told))
        data += text + end
        old += len(was) + len(was_end)
    return Plan(plan.name, data, tuple(items))


_BEFORE = ["", "", "", "  ", "   ", "    ", "\t", "> ", ">", "> > ", "      "]
_SIGNS = ["- ", "- ", "* ", "+ ", "1. ", "2) ", "-\t", "-   ", "-     ", "-", "> - ", "- 1. ", ""]
_BOXES = [
    "[ ] ",
    "[ ] ",
    "[x] ",
    "[X] ",
    "[ ]",
    "[\t] ",
    "[ ]\t",
    "[]",
    "[-] ",
    "[x](u) ",
    "[",
    "[ ]\x0b",
    "\u00a0[ ] ",
]
_WORDS = ["", "a", "say `b`", "`b", "b`", "<b", "c>", "<!-- c", "-->", "[l", "l](u)", "\\", "#7", "(#8)", "#PR_NUMBER"]
_TAILS = ["", "", "  ", " (#9)", " (closes #9)", " <!-- qa:7K3F9X -->", " <!-- qa:2H7KQC -->  ", "\u2028", "\\", " | b"]
_LINES = [
    "",
    "",
    "```",
    "~~~",
    "<!--",
    "-->",
    "<div>",
    "</div>",
    "---",
    "===",
    "| a | b |",
    "|---|---|",
    "# h",
    "[a]: b",
    "-",
]
_ITEM_LINES = st.tuples(*(st.sampled_from(part) for part in (_BEFORE, _SIGNS, _BOXES, _WORDS, _TAILS))).map("".join)
_OTHER_LINES = st.tuples(st.sampled_from(_BEFORE), st.sampled_from(_LINES)).map("".join)


def _joined(lines: list[tuple[str, bytes]]) -> bytes:
    return b"".join(text.encode() + end for text, end in lines)


DRAWN = st.lists(
    st.tuples(
        st.one_of(_ITEM_LINES, _ITEM_LINES, _OTHER_LINES),
        st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\xff\n"]),
    ),
    max_size=8,
).map(_joined)
"""Files full of what looks like items."""
