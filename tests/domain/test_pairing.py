"""Lines that are alike stand against each other; all lines are there once, in order; no hunk takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain import pairing
from qatui.domain.diff import Hunk, Part
from qatui.domain.lines import Lines
from qatui.domain.pairing import LARGE, paired, parts, without_equal


def shown(old: list[str], new: list[str]) -> list[tuple[str | None, str | None]]:
    """The rows of one hunk that is all of both texts."""
    rows: list[tuple[str | None, str | None]] = []
    for part in parts(Hunk(0, len(old), 0, len(new)), Lines(old, True), Lines(new, True)):
        left = old[part.old_start : part.old_start + part.old_count]
        right = new[part.new_start : part.new_start + part.new_count]
        if left and right:
            rows += zip(left, right, strict=True)
        else:
            rows += [*((line, None) for line in left), *((None, line) for line in right)]
    return rows


CALLS = [f"    response = client.{name}('/{name}')" for name in ("get", "post", "put", "patch", "delete")]


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        (["a = 1"], ["a = 2"], [("a = 1", "a = 2")]),
        (["import os"], ["x = 1"], [("import os", None), (None, "x = 1")]),
        (["b = two(1)"], ["a = 7", "b = two(2)"], [(None, "a = 7"), ("b = two(1)", "b = two(2)")]),
        (["b = two(1)"], ["b = two(2)", "zzz"], [("b = two(1)", "b = two(2)"), (None, "zzz")]),
        (["gone", "b = two(1)", "q"], ["b = two(2)"], [("gone", None), ("b = two(1)", "b = two(2)"), ("q", None)]),
        (["x\r"], ["x"], [("x\r", "x")]),
        ([""], ["\r"], [("", "\r")]),
        (["}"], ["    }"], [("}", "    }")]),
        (["same"], ["same"], [("same", "same")]),
        (CALLS, ["if on:", *(f"    {call}" for call in CALLS)], [(None, "if on:"), *((c, f"    {c}") for c in CALLS)]),
    ],
)
def test_lines_that_are_alike_stand_together(
    old: list[str], new: list[str], rows: list[tuple[str | None, str | None]]
) -> None:
    assert shown(old, new) == rows


def test_of_several_like_lines_the_likest_is_taken() -> None:
    assert shown(["assert body['name'] == 'a'"], ["assert body['size'] == 3", "assert body['name'] == 'b'"]) == [
        (None, "assert body['size'] == 3"),
        ("assert body['name'] == 'a'", "assert body['name'] == 'b'"),
    ]


@pytest.mark.parametrize("count", [30, 3_000])
def test_a_text_with_other_line_ends_stays_in_step(count: int) -> None:
    """Also where lines came in and went, and where most lines are common ones: `}`, nothing."""
    old = [line for number in range(count) for line in (f"call_{number}(", "}", "")]
    new = ["first\r", *(f"{line}\r" for line in old if line != "call_7("), "last\r"]
    rows = shown(old, new)
    assert [row for row in rows if None in row] == [(None, "first\r"), ("call_7(", None), (None, "last\r")]
    assert all(left + "\r" == right for left, right in rows if left is not None and right is not None)


def test_a_large_hunk_pairs_by_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "in_common", lambda *_: pytest.fail("compared"))
    count = LARGE + 1
    old, new = [f"a{number}" for number in range(count)], [f"b{number}" for number in range(count + 2)]
    found = parts(Hunk(0, count, 0, count + 2), Lines(old, True), Lines(new, True))
    assert found == (Part(0, count, 0, count), Part(count, 0, count, 2))
    long = "x" * 1_000_000
    hunk = Hunk(0, 2, 0, 2)
    assert parts(hunk, Lines([long, "y" + long], True), Lines(["z" + long, "a" + long], True)) == (Part(0, 2, 0, 2),)


def test_the_work_for_a_document_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def unlike(old: str, new: str) -> float:
        compared.append(old)
        return 0.0

    monkeypatch.setattr(pairing, "in_common", unlike)
    lines = [f"{number}" for number in range(60_000)]
    hunks = [Hunk(start, 30, start, 30) for start in range(0, 60_000, 40)]
    found = paired(hunks, Lines(lines, True), Lines([f"{line}!" for line in lines], True))
    assert len(compared) <= pairing.WORK
    assert found[0].parts == (Part(0, 30, 0, 0), Part(30, 0, 0, 30))
    assert found[-1].parts == (Part(hunks[-1].old_start, 30, hunks[-1].new_start, 30),)


def test_lines_on_one_side_only_are_not_looked_at() -> None:
    hunks = (Hunk(0, 1, 0, 0), Hunk(2, 0, 1, 3))
    assert paired(hunks, Lines(["a", "b"], True), Lines(["b", "c", "d", "e"], True)) == hunks


LINES = st.lists(
    st.sampled_from(["", "\r", "a", " a", "a = 1", "a = 2", "b(a)", "b(c)", "日本", "}", "\x00"]), max_size=60
)


@given(LINES, LINES, st.integers(0, 5), st.integers(0, 5))
def test_each_line_is_in_one_part_and_in_order(old: list[str], new: list[str], left: int, right: int) -> None:
    hunk = Hunk(left, len(old), right, len(new))
    at_old, at_new = left, right
    for part in parts(hunk, Lines(["?"] * left + old, True), Lines(["?"] * right + new, False)):
        assert (part.old_start, part.new_start) == (at_old, at_new)
        assert part.old_count == part.new_count > 0 or (part.old_count == 0) != (part.new_count == 0)
        at_old, at_new = at_old + part.old_count, at_new + part.new_count
    assert (at_old, at_new) == (hunk.old_end, hunk.new_end)


WORDS = st.lists(st.sampled_from(["a", "b", "", "call(1)", "call(2)", "call(1) "]), max_size=9)


def in_place(hunks: tuple[Hunk, ...], old: Lines, new: Lines) -> list[tuple[int | None, int | None]]:
    """The lines of both sides as the rows of all that is between and in the hunks."""
    rows: list[tuple[int | None, int | None]] = []
    at_old = at_new = 0
    for hunk in [*hunks, Hunk(len(old), 0, len(new), 0)]:
        rows += zip(range(at_old, hunk.old_start), range(at_new, hunk.new_start), strict=True)
        for part in hunk.in_parts():
            left = range(part.old_start, part.old_start + part.old_count)
            right = range(part.new_start, part.new_start + part.new_count)
            both = left and right
            rows += zip(left, right, strict=True) if both else [*((n, None) for n in left), *((None, n) for n in right)]
        at_old, at_new = hunk.old_end, hunk.new_end
    return rows


@given(WORDS, WORDS, st.booleans(), st.booleans())
def test_no_pair_is_of_equal_lines_and_none_gets_lost(
    old: list[str], new: list[str], old_ended: bool, new_ended: bool
) -> None:
    """git leaves equal lines in a hunk where lines repeat."""
    before, after = Lines(old, old_ended), Lines(new, new_ended)
    hunks = paired([Hunk(0, len(old), 0, len(new))] if old or new else [], before, after)
    cut = without_equal(hunks, before, after)
    assert in_place(cut, before, after) == in_place(hunks, before, after)
    for part in (part for hunk in cut for part in hunk.in_parts()):
        for at in range(min(part.old_count, part.new_count)):
            assert not before.same(part.old_start + at, after, part.new_start + at)


def test_lines_that_differ_in_their_end_only_stay_a_pair() -> None:
    before, after = Lines(["a"], True), Lines(["a"], False)
    hunks = paired([Hunk(0, 1, 0, 1)], before, after)
    assert without_equal(hunks, before, after) == hunks
    assert without_equal(hunks, before, Lines(["a"], True)) == ()
