"""Search in a diff: against a slow search that looks at every row, at large texts, and what a capital means."""

import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.diff import Document, Hunk, Kind, Rows
from qatui.domain.lines import Lines
from qatui.domain.review import Side
from qatui.domain.search import Match, Needle, Search, Searched, folded
from qatui.flows.compare import compare


def document(old: str | None, new: str) -> Document:
    return compare("x.py", None if old is None else old.encode(), new.encode())


def slow(shown: Document, rows: Rows, needle: str) -> list[Match]:
    """All matches, row by row and line by line."""
    found = []
    for row in rows:
        lines: list[tuple[str, int]] = []
        if row.kind in (Kind.DELETE, Kind.REPLACE) and row.old is not None:
            lines.append(("old", row.old))
        if row.kind is not Kind.DELETE and row.new is not None:
            lines += [("new", row.new + at) for at in range(row.count)]
        for side, line in lines:
            text = (shown.old if side == "old" else shown.new).lines[line]  # type: ignore[union-attr]
            text = text if needle != needle.lower() else text.lower()
            at = text.find(needle)
            while at >= 0:
                found.append(Match(side, line, at, at + len(needle)))  # type: ignore[arg-type]
                at = text.find(needle, at + len(needle))
    return found


texts = st.lists(st.sampled_from(["aa", "aaa", "Ab", "b", "", "c aab", "B"]), max_size=14).map("\n".join)


@given(texts, texts, st.sampled_from(["a", "aa", "b", "B", "Ab", "x"]), st.booleans(), st.sampled_from([0, 1, None]))
def test_matches_are_those_of_a_slow_search_in_the_order_of_the_rows(
    old: str, new: str, needle: str, paired: bool, context: int | None
) -> None:
    shown = document(old, new)
    rows = Rows(shown, paired=paired, context=context)
    search = Searched(shown).search(Needle(needle))
    expected = slow(shown, rows, needle)
    assert search.total == len(expected)
    assert walked(search, rows, len(expected)) == expected
    for at, match in enumerate(expected, 1):
        assert search.place(rows, match) == at
        row = rows.find(match.side, match.line)
        assert search.before(rows, row, match) == (expected[at - 2] if at > 1 else None)
    for row in range(len(rows)):
        from_here = [each for each in expected if rows.find(each.side, each.line) >= row]
        assert search.next(rows, row, None) == (from_here[0] if from_here else None)
        above = [each for each in expected if rows.find(each.side, each.line) < row]
        assert search.before(rows, row, None) == (above[-1] if above else None)


def walked(search: Search, rows: Rows, most: int) -> list[Match]:
    """From the first one to the last."""
    found: list[Match] = []
    match = search.next(rows, 0, None)
    while match is not None and len(found) <= most:
        found.append(match)
        match = search.next(rows, rows.find(match.side, match.line), match)
    return found


@pytest.mark.parametrize(
    ("needle", "line", "starts"),
    [
        ("abc", "ABC abc", [0, 4]),
        ("Abc", "ABC abc Abc", [8]),
        (".*", "a.* b", [1]),
        ("aa", "aaaaa", [0, 2]),
        ("i", "\u0130iI", [0, 1, 2]),
        ("\u0130", "\u0130iI", [0]),
        ("日", "日本 日", [0, 3]),
        ("\udcff", "a\udcff", [1]),
        ("e", "", []),
    ],
)
def test_a_capital_makes_capitals_count(needle: str, line: str, starts: list[int]) -> None:
    assert list(Needle(needle).starts(line)) == starts


def test_without_capitals_each_character_stays_where_it_is() -> None:
    for first in range(0, sys.maxunicode + 1, 4096):
        text = "".join(map(chr, range(first, first + 4096)))
        assert len(folded(text)) == len(text)


@given(st.integers(0, 3_000), st.integers(1, 50), st.sampled_from([10, 2_000]))
def test_of_a_long_line_what_is_asked_for_is_found(first: int, length: int, times: int) -> None:
    line = "abc" * times
    spans = [(at, at + 2) for at in range(1, len(line), 3)]
    expected = [each for each in spans if each[1] > first and each[0] < first + length]
    assert list(Needle("bc").within(line, first, first + length)) == expected


def test_sides_that_are_not_there() -> None:
    for old, new in product((None, ""), ("", "a\n")):
        shown = document(old, new)
        rows = Rows(shown, paired=False)
        search = Searched(shown).search(Needle("a"))
        assert search.total == len(slow(shown, rows, "a"))
        assert search.before(rows, 0, None) is None


def test_a_step_looks_at_no_more_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 200,000 lines, rows are asked for where some hundred lines stand, not for all."""
    lines = [f"line {number}" for number in range(200_000)]
    shown = Document("x", Lines(lines, True), Lines([*lines[:-1], "other"], True), (Hunk(199_999, 1, 199_999, 1),))
    rows = Rows(shown, paired=True)
    search = Searched(shown).search(Needle("line 1"))
    assert search.total == 111_111
    asked: list[int] = []
    find = rows.find

    def counted(side: Side, line: int) -> int:
        asked.append(line)
        return find(side, line)

    monkeypatch.setattr(rows, "find", counted)
    match = search.next(rows, 0, None)
    for _ in range(5):
        assert match is not None
        assert search.place(rows, match) > 0
        match = search.next(rows, 0, match)
    assert len(asked) < 600
