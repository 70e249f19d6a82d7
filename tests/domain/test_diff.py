"""Rows re-assemble both texts; folds, comments and searches agree with a row-by-row reading."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qatui.domain.blanks import quieted, unlike_lines
from qatui.domain.diff import Document, Hunk, Kind, Part, Rows
from qatui.domain.lines import Lines, split
from qatui.domain.review import Side
from qatui.workspace.align import align
from tests.domain.joining import join

LINE = st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\n", b"\xff\0\n", b"last"])
TEXT = st.lists(LINE, max_size=40).map(b"".join)
EDITED = st.tuples(TEXT, TEXT, TEXT, TEXT).map(
    lambda parts: (parts[0] + parts[1] + parts[3], parts[0] + parts[2] + parts[3])
)


def document(old: bytes | None, new: bytes) -> Document:
    return Document("t.py", None if old is None else split(old), split(new), align(old or b"", new))


def put_together(text: Lines | None, numbers: Iterable[int]) -> bytes:
    assert text is not None
    return join(Lines([text.lines[number] for number in numbers], text.ended))


@settings(max_examples=40)
@given(EDITED, st.booleans())
def test_both_sides_reassemble_to_the_exact_bytes(pair: tuple[bytes, bytes], paired: bool) -> None:
    shown = document(*pair)
    rows = Rows(shown, paired=paired, context=None)
    assert put_together(shown.old, (row.old for row in rows if row.old is not None)) == pair[0]
    assert put_together(shown.new, (row.new for row in rows if row.new is not None)) == pair[1]
    for row in rows:
        if row.kind is Kind.EQUAL:
            assert shown.old is not None
            assert row.old is not None
            assert row.new is not None
            assert shown.old.lines[row.old] == shown.new.lines[row.new]
    assert len(rows.hunks) == len(shown.hunks)


@settings(max_examples=60)
@given(
    EDITED,
    st.booleans(),
    st.integers(0, 4),
    st.lists(st.tuples(st.sampled_from(["old", "new"]), st.integers(0, 60), st.integers(1, 3)), max_size=4),
)
def test_folds_and_comments_lose_no_line(
    pair: tuple[bytes, bytes], paired: bool, context: int, noted: list[tuple[Side, int, int]]
) -> None:
    shown = document(*pair)
    assert shown.old is not None
    lengths = {"old": len(shown.old), "new": len(shown.new)}
    notes: dict[tuple[Side, int], int] = {(side, line): count for side, line, count in noted if line < lengths[side]}
    rows = Rows(shown, paired=paired, context=context, notes=notes)
    seen: dict[str, list[int]] = {"old": [], "new": []}
    told: dict[tuple[str, int], int] = {}
    for number, row in enumerate(rows):
        sides: list[tuple[Side, int]] = []
        if row.old is not None:
            sides.append(("old", row.old))
        if row.new is not None:
            sides.append(("new", row.new))
        if row.kind is Kind.NOTE:
            told[sides[0]] = told.get(sides[0], 0) + 1
            assert row.note + 1 == told[sides[0]]
            assert rows[number - 1].kind is not Kind.FOLD
            continue
        for side, line in sides:
            seen[side] += range(line, line + row.count)
            assert rows.find(side, line) == number
            if row.kind is Kind.FOLD:
                assert rows.find(side, line + row.count - 1) == number
        if row.kind is Kind.FOLD:
            assert row.count > 1
    assert seen == {side: list(range(length)) for side, length in lengths.items()}
    assert told == notes


def numbered(count: int, changed: Iterable[int] = ()) -> bytes:
    return b"".join(b"changed\n" if at in changed else b"%d\n" % at for at in range(count))


def kinds(rows: Rows) -> str:
    letters = {Kind.EQUAL: "=", Kind.REPLACE: "~", Kind.DELETE: "-", Kind.INSERT: "+", Kind.FOLD: "f", Kind.NOTE: "n"}
    return "".join(letters[row.kind] for row in rows)


@pytest.mark.parametrize(
    ("context", "paired", "expected"),
    [
        (3, True, "f===~===f===~===f"),
        (3, False, "f===-+===f===-+===f"),
        (1, True, "f=~=f=~=f"),
        (0, True, "f~f~f"),
        (None, True, "=" * 20 + "~" + "=" * 19 + "~" + "=" * 19),
    ],
)
def test_context_stays_around_hunks(context: int | None, paired: bool, expected: str) -> None:
    shown = document(numbered(60), numbered(60, {20, 40}))
    assert kinds(Rows(shown, paired=paired, context=context)) == expected


def test_a_single_line_is_not_folded() -> None:
    shown = document(numbered(20), numbered(20, {4, 12}))
    assert kinds(Rows(shown, paired=True, context=3)) == "====~=======~===f"


def test_an_opened_fold_is_shown_in_full() -> None:
    shown = document(numbered(60), numbered(60, {20, 40}))
    fold = next(row for row in list(Rows(shown, paired=True))[1:] if row.kind is Kind.FOLD)
    assert fold.new is not None
    rows = Rows(shown, paired=True, opened=[(fold.new, fold.new + fold.count)])
    assert kinds(rows) == "f===~" + "=" * 19 + "~===f"


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ([(24, 26)], "f===~=====f===~===f"),
        ([(35, 36), (34, 35)], "f===~===f======~===f"),
        ([(28, 30)], "f===~===f==f===~===f"),
        ([(25, 26)], "f===~=====f===~===f"),
        ([(0, 2), (26, 99)], "==f===~===f" + "=" * 14 + "~" + "=" * 19),
        ([(9, 9), (70, 80)], "f===~===f===~===f"),
    ],
)
def test_a_part_of_a_fold_is_opened(opened: list[tuple[int, int]], expected: str) -> None:
    shown = document(numbered(60), numbered(60, {20, 40}))
    rows = Rows(shown, paired=True, opened=opened)
    assert kinds(rows) == expected
    assert sum(row.count for row in rows) == 60


def test_a_line_with_comments_is_not_folded() -> None:
    shown = document(numbered(60), numbered(60, {20}))
    rows = Rows(shown, paired=True, notes={("new", 50): 2, ("old", 50): 1})
    assert kinds(rows) == "f===~===f=nnnf"
    assert [(row.old, row.new, row.note) for row in rows if row.kind is Kind.NOTE] == [
        (50, None, 0),
        (None, 50, 0),
        (None, 50, 1),
    ]


def test_uneven_hunks() -> None:
    shown = document(b"a\nb\nc\nd\n", b"a\nB\nC\nX\nd\n")
    rows = Rows(shown, paired=True)
    assert kinds(rows) == "=~~+="
    assert kinds(Rows(document(b"a\nb\nc\nd\n", b"a\nd\n"), paired=True)) == "=--="
    stacked = Rows(shown, paired=False)
    assert kinds(stacked) == "=--+++="
    assert [stacked.pair_of(row) for row in stacked] == [None, (1, 1), (2, 2), (1, 1), (2, 2), None, None]
    assert [rows.pair_of(row) for row in rows] == [None, (1, 1), (2, 2), None, None]
    longer = Rows(document(b"a\nb\nc\n", b"B\n"), paired=False)
    assert [longer.pair_of(row) for row in longer] == [(0, 0), None, None, (0, 0)]


def test_unlike_lines_of_a_hunk_stand_alone() -> None:
    """Side by side in their order, one below the other with all old lines first; the pairs are the same."""
    parts = (Part(0, 1, 0, 0), Part(1, 0, 0, 2), Part(1, 2, 2, 2), Part(3, 0, 4, 1))
    hunk = Hunk(0, 3, 0, 5, parts=parts)
    shown = Document("t", split(b"gone\nb\nc\n"), split(b"x\ny\nB\nC\nz\n"), (hunk,))
    rows = Rows(shown, paired=True)
    assert kinds(rows) == "-++~~+"
    assert [rows.pair_of(row) for row in rows] == [None, None, None, (1, 2), (2, 3), None]
    assert rows.hunks == [0]
    assert [rows.find("old", line) for line in range(3)] == [0, 3, 4]
    assert [rows.find("new", line) for line in range(5)] == [1, 2, 3, 4, 5]
    stacked = Rows(shown, paired=False)
    assert kinds(stacked) == "---+++++"
    assert [stacked.pair_of(row) for row in stacked] == [None, (1, 2), (2, 3), None, None, (1, 2), (2, 3), None]


def test_nobody_stops_at_a_quiet_hunk() -> None:
    """It is shown all the same, with the lines around it."""
    old = split(numbered(60))
    new = split(numbered(10) + b"\n" + b"".join(numbered(60, {40}).splitlines(keepends=True)[10:]))
    hunks = quieted((Hunk(10, 0, 10, 1), Hunk(40, 1, 41, 1)), old, new)
    assert [hunk.quiet for hunk in hunks] == [True, False]
    for paired in (True, False):
        rows = Rows(Document("t", old, new, hunks), paired=paired)
        assert kinds(rows).startswith("f===+===f===")
        assert rows.hunks == [12]
        assert [number for number, row in enumerate(rows) if rows.is_quiet(row)] == [4]


@pytest.mark.parametrize(
    ("old", "new", "quiet"),
    [("", "\n", True), ("\n\n", "\r\n", True), ("\n", " \n", False), ("", "\na\n", False), ("a\n", "", False)],
)
def test_quiet_is_what_has_blank_lines_only(old: str, new: str, quiet: bool) -> None:
    before, after = split(old.encode()), split(new.encode())
    (hunk,) = quieted([Hunk(0, len(before), 0, len(after))], before, after)
    assert hunk.quiet is quiet


def test_folds_and_rows_tell_of_other_blanks() -> None:
    old, new = split(numbered(30)), split(numbered(30, {20}).replace(b"2\n", b" 2\n"))
    hunks = (Hunk(20, 1, 20, 1),)
    unlike = tuple(unlike_lines(old, new, hunks))
    assert unlike == (2, 12, 22)
    rows = Rows(Document("t", old, new, hunks, unlike=unlike), paired=True)
    assert kinds(rows) == "f===~===f"
    assert [row.unlike for row in rows] == [2, 0, 0, 0, 0, 0, 1, 0, 0]
    assert [rows.pair_of(row) for row in rows if row.unlike] == [None, (22, 22)]


def test_a_fold_stands_behind_lines_that_went_at_the_top() -> None:
    shown = document(b"gone\n" + numbered(20), numbered(20))
    assert kinds(Rows(shown, paired=True)) == "-===f"


def test_each_line_tells_its_end() -> None:
    shown = document(b"a\nb", b"a\r\nb\n")
    assert [shown.eol("old", line) for line in range(2)] == ["\n", ""]
    assert [shown.eol("new", line) for line in range(2)] == ["\n", "\n"]
    assert (shown.text("old"), shown.text("new")) == (shown.old, shown.new)
    assert document(None, b"a").eol("old", 0) == ""


def test_a_new_file_is_one_hunk() -> None:
    rows = Rows(document(None, b"a\nb"), paired=False)
    assert kinds(rows) == "++"
    assert [rows.pair_of(row) for row in rows] == [None, None]
    assert rows.find("old", 3) == 0
    assert len(Rows(document(None, b""), paired=False)) == 0


def test_equal_texts_are_shown_whole() -> None:
    rows = Rows(document(numbered(50), numbered(50)), paired=True)
    assert kinds(rows) == "=" * 50
    assert rows.next_hunk(0) is None
    assert rows.hunk_before(49) is None


def test_hunks_are_walked_both_ways() -> None:
    rows = Rows(document(numbered(60), numbered(60, {20, 40})), paired=True)
    assert rows.hunks == [4, 12]
    assert [rows.next_hunk(row) for row in (0, 4, 5, 12)] == [4, 12, 12, None]
    assert [rows.hunk_before(row) for row in (0, 4, 5, 12, 13)] == [None, None, 4, 4, 12]
    assert [rows.hunk_at(row) for row in (0, 4, 11, 12)] == [0, 1, 1, 2]


def test_rows_outside_are_not_there() -> None:
    rows = Rows(document(b"a\n", b"b\n"), paired=True)
    for number in (-1, 1):
        with pytest.raises(IndexError):
            rows[number]
    assert rows.find("new", 99) == 0


def test_rows_are_found_without_making_them_all() -> None:
    """200,000 lines cost blocks by hunk, not by line."""
    shown = Document(
        "t", split(numbered(200_000)), split(numbered(200_000, {100_000})), (Hunk(100_000, 1, 100_000, 1),)
    )
    rows = Rows(shown, paired=True, context=None)
    assert len(rows) == 200_000
    assert len(rows._blocks) == 3
