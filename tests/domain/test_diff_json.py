"""Rows as data: the example of the documentation, and what is special about ends, bytes and moves."""

import json

from qatui.domain.diff import Document, Hunk, Part
from qatui.domain.diff_json import json_rows
from qatui.domain.lines import split
from qatui.domain.moved import Moved, MovedBlock


def line(number: int, text: str, eol: str = "\n") -> dict[str, object]:
    return {"line": number, "text": text, "eol": eol}


NONE: dict[str, list[list[int]]] = {"old": [], "new": []}


def test_one_row_of_each_kind() -> None:
    hunk = Hunk(1, 2, 1, 2, parts=(Part(1, 1, 1, 0), Part(2, 1, 1, 1), Part(3, 0, 2, 1)))
    document = Document("t", split(b"a\ngone\nb = 1\r\n"), split(b"a\nb = 22\n\xffnew"), (hunk,))
    assert list(json_rows(document)) == [
        {"kind": "equal", "old": line(1, "a"), "new": line(1, "a"), "spans": NONE, "moved": None},
        {"kind": "delete", "old": line(2, "gone"), "new": None, "spans": NONE, "moved": None},
        {
            "kind": "replace",
            "old": line(3, "b = 1\r"),
            "new": line(2, "b = 22"),
            "spans": {"old": [[4, 6]], "new": [[4, 6]]},
            "moved": None,
        },
        {"kind": "insert", "old": None, "new": line(3, "\udcffnew", ""), "spans": NONE, "moved": None},
    ]
    assert '"\\udcffnew"' in json.dumps(list(json_rows(document)))


def test_lines_that_are_not_alike_differ_as_a_whole() -> None:
    document = Document("t", split(b"import os\n\n"), split(b"x = 1\ny\n"), (Hunk(0, 2, 0, 2),))
    assert [row["spans"] for row in json_rows(document)] == [
        {"old": [[0, 9]], "new": [[0, 5]]},
        {"old": [], "new": [[0, 1]]},
    ]


def test_spans_by_character() -> None:
    document = Document("t", split(b"b = 10"), split(b"b = 12"), (Hunk(0, 1, 0, 1),))
    assert [row["spans"] for row in json_rows(document, "character")] == [{"old": [[5, 6]], "new": [[5, 6]]}]


def test_both_ends_of_a_move_have_its_id() -> None:
    old, new = split(b"m\nk\nx\n"), split(b"k\ny\nm\n")
    moved = Moved((MovedBlock(1, 0, 2, 1),))
    hunks = (Hunk(0, 1, 0, 0), Hunk(2, 1, 1, 2))
    found = [(row["kind"], row["moved"]) for row in json_rows(Document("t", old, new, hunks, moved=moved))]
    assert found == [("delete", 1), ("equal", None), ("replace", None), ("insert", 1)]
