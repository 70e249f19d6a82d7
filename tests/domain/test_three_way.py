"""A merge is git's own to the byte, and the rows of three texts re-assemble each of them."""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qatui.domain.diff import Hunk, Part
from qatui.domain.lines import Lines, split
from qatui.domain.pairing import paired
from qatui.domain.three_way import Change, ThreeWay, ThreeWayRow, ThreeWayRows, merged, three_way
from tests.domain.joining import join

Triple = tuple[bytes, bytes, bytes]

PIECES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\n", b"\xff\0\n", b"d"]), max_size=4).map(b"".join)


@st.composite
def triples(draw: st.DrawFn) -> Triple:
    """A text and two others made of it, by rewriting some of its stretches."""
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    stretches = [
        b"".join(b"line %d%b" % (at, end) for at in range(n, n + 2)) for n in range(0, draw(st.integers(0, 9)), 2)
    ]
    stretches.append(draw(st.sampled_from([b"", b"last" + end, b"last"])))
    rewritten = st.one_of(st.none(), st.none(), PIECES)
    both = [draw(rewritten) for _ in stretches]
    sides = []
    for _ in range(2):
        made = [new if new is not None else draw(rewritten) for new in both]
        sides.append(b"".join(old if new is None else new for old, new in zip(stretches, made, strict=True)))
    return b"".join(stretches), sides[0], sides[1]


def hunks_of(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    """The hunks as `git merge-file` finds them: another alignment than ours, of the whole text at once."""
    command = ["git", "-c", "core.autocrlf=false", "diff", "--no-index", "--text", "--no-color", "-U1000000"]
    command += ["--diff-algorithm=myers", "--no-indent-heuristic"]
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("old", old), ("new", new)):
            Path(folder, name).write_bytes(data)
        done = subprocess.run(
            [*command, "old", "new"],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    assert done.returncode in (0, 1), done.stderr
    _, _, body = done.stdout.partition(b"\n@@ ")
    found: list[Hunk] = []
    old_at = new_at = old_start = new_start = 0
    for line in [*body.split(b"\n")[1:-1], b" "]:
        if line.startswith(b" "):
            if (old_at, new_at) != (old_start, new_start):
                found.append(Hunk(old_start, old_at - old_start, new_start, new_at - new_start))
            old_start, new_start = old_at, new_at = old_at + 1, new_at + 1
        old_at += line.startswith(b"-")
        new_at += line.startswith(b"+")
    return tuple(found)


def compared(triple: Triple) -> ThreeWay:
    base, ours, theirs = triple
    return three_way(split(base), split(ours), split(theirs), hunks_of(base, ours), hunks_of(base, theirs))


def git_merged(triple: Triple) -> tuple[bytes, int]:
    """What git makes of it, and how many conflicts it finds."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in zip(("base", "ours", "theirs"), triple, strict=True):
            Path(folder, name).write_bytes(data)
        labels = [part for name in ("ours", "base", "theirs") for part in ("-L", name)]
        done = subprocess.run(
            ["git", "merge-file", "-p", "--diff3", *labels, "ours", "base", "theirs"],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    assert done.returncode < 128, done.stderr
    return done.stdout, done.returncode


def same_by_other_hunks(found: ThreeWay) -> bool:
    """Both came to the same text, but not hunk by hunk: git calls it a conflict, we do not."""
    for chunk in found.chunks:
        if chunk.change is Change.BOTH:
            ours, theirs = (
                [
                    (each.old_start, each.old_count, each.new_count)
                    for each in hunks
                    if each.old_start in chunk.base or each.old_start == chunk.base.stop
                ]
                for hunks in (found.to_ours, found.to_theirs)
            )
            if ours != theirs:
                return True
    return False


@given(triples())
@example((b"a\nb\nc\n", b"a\nB\nc\n", b"a\nb\nC\n"))
@example((b"", b"ours", b"theirs\n"))
@example((b"a\r\nb\r\n", b"a\r\nours", b"a\r\ntheirs"))
@settings(max_examples=60)
def test_a_merge_is_that_of_git(triple: Triple) -> None:
    triple = (triple[0].replace(b"\0", b"\1"), triple[1].replace(b"\0", b"\1"), triple[2].replace(b"\0", b"\1"))
    found = compared(triple)
    data, count = git_merged(triple)
    result = merged(found)
    assert result.conflicts == found.conflicts
    if not same_by_other_hunks(found):
        assert result.data == data
        assert len(result.conflicts) == count


def put_together(text: Lines, numbers: Iterable[int]) -> bytes:
    return join(Lines([text.lines[number] for number in numbers], text.ended))


@given(triples(), st.booleans())
@settings(max_examples=60)
def test_rows_and_chunks_reassemble_all_three_texts(triple: Triple, in_parts: bool) -> None:
    found = compared(triple)
    if in_parts:
        to_ours, to_theirs = (
            paired(hunks, found.base, side)
            for hunks, side in ((found.to_ours, found.ours), (found.to_theirs, found.theirs))
        )
        found = three_way(found.base, found.ours, found.theirs, to_ours, to_theirs)
    rows = list(ThreeWayRows(found, with_base=True, context=None))
    texts = (found.base, found.ours, found.theirs)
    for at, (data, text) in enumerate(zip(triple, texts, strict=True)):
        assert (
            put_together(text, (line for row in rows if (line := (row.base, row.old, row.new)[at]) is not None)) == data
        )
        assert (
            put_together(text, (line for chunk in found.chunks for line in (chunk.base, chunk.ours, chunk.theirs)[at]))
            == data
        )
    for row in rows:
        assert (row.conflict is not None) == (row.change is Change.CONFLICT)
        if row.change in (Change.NOBODY, Change.OURS) and row.base is not None and row.new is not None:
            assert found.base.lines[row.base] == found.theirs.lines[row.new]
        if row.change in (Change.NOBODY, Change.THEIRS) and row.base is not None and row.old is not None:
            assert found.base.lines[row.base] == found.ours.lines[row.old]
    two = list(ThreeWayRows(found, with_base=False, context=None))
    assert two == [row for row in rows if row.old is not None or row.new is not None]


@given(triples(), st.booleans(), st.integers(0, 3))
@settings(max_examples=40)
def test_folds_lose_no_line(triple: Triple, with_base: bool, context: int) -> None:
    found = compared(triple)
    whole = list(ThreeWayRows(found, with_base=with_base, context=None))
    rows = ThreeWayRows(found, with_base=with_base, context=context)
    folds = [row.base for row in rows if row.count > 1 and row.base is not None]
    unfolded: list[ThreeWayRow] = []
    for row in rows:
        at = len(unfolded)
        unfolded += whole[at : at + row.count]
        assert (row.base, row.old, row.new) == (whole[at].base, whole[at].old, whole[at].new)
    assert unfolded == whole
    assert list(ThreeWayRows(found, with_base=with_base, context=context, opened=frozenset(folds))) == whole
    numbers = [row.conflict for row in rows if row.conflict]
    assert sorted(set(numbers)) == list(range(1, len(found.conflicts) + 1))
    assert [rows[row].conflict for row in rows.conflicts] == sorted(set(numbers))


def drawn(found: ThreeWay, *, with_base: bool) -> list[str]:
    letters = {Change.NOBODY: " ", Change.OURS: "<", Change.THEIRS: ">", Change.BOTH: "=", Change.CONFLICT: "!"}
    texts = (found.base, found.ours, found.theirs)
    out = []
    for row in ThreeWayRows(found, with_base=with_base, context=None):
        columns = zip(texts, (row.base, row.old, row.new), strict=True)
        out.append(
            letters[row.change] + " " + " ".join("." if line is None else text.lines[line] for text, line in columns)
        )
    return out


def test_every_kind_of_change_has_its_rows() -> None:
    triple = (
        b"1\n2\n3\n4\n5\n6\n7\n8\n",
        b"1\nII\n3\n4\nfour\n5\n6\nVII\n8\n",
        b"1\n2\n3\n4\n5\n7a\n7b\n8\n",
    )
    assert drawn(compared(triple), with_base=True) == [
        "  1 1 1", "< 2 II 2", "  3 3 3", "  4 4 4", "< . four .", "  5 5 5",
        "! 6 6 7a", "! 7 VII 7b", "  8 8 8",
    ]  # fmt: skip


def test_lines_that_one_side_kept_stand_beside_their_base() -> None:
    """One line put in by ours, and the line after it changed by theirs: nothing below is shifted."""
    triple = (b"1\n2\n3\n4\n", b"new\n1\n2\n3\n4\n", b"I\nII\nIII\n4\n")
    expected = ["! . new .", "! 1 1 I", "! 2 2 II", "! 3 3 III", "  4 4 4"]
    assert drawn(compared(triple), with_base=True) == expected
    assert drawn(compared(triple), with_base=False) == expected


def test_lines_that_both_took_out_have_no_row_without_a_base() -> None:
    found = compared((b"1\n2\n3\n", b"1\n3\n", b"1\n3\n"))
    assert [chunk.change for chunk in found.chunks] == [Change.NOBODY, Change.BOTH, Change.NOBODY]
    assert drawn(found, with_base=True) == ["  1 1 1", "= 2 . .", "  3 3 3"]
    assert drawn(found, with_base=False) == ["  1 1 1", "  3 3 3"]


def test_the_same_text_by_other_hunks_is_no_conflict() -> None:
    texts = split(b"a\nb\n"), split(b"b\nb\n"), split(b"b\nb\n")
    found = three_way(*texts, (Hunk(0, 1, 0, 1),), (Hunk(0, 1, 0, 0), Hunk(2, 0, 1, 1)))
    assert [chunk.change for chunk in found.chunks] == [Change.CONFLICT, Change.NOBODY, Change.THEIRS]
    found = three_way(*texts, (Hunk(0, 2, 0, 2),), (Hunk(0, 1, 0, 0), Hunk(2, 0, 1, 1)))
    assert [chunk.change for chunk in found.chunks] == [Change.BOTH]
    assert merged(found).data == b"b\nb\n"


def test_labels_name_the_sides_of_a_conflict() -> None:
    found = compared((b"1\n", b"I\n", b"one"))
    assert merged(found, ("main", "", "candidate 7")).data == (
        b"<<<<<<< main\nI\n|||||||\n1\n=======\none\n>>>>>>> candidate 7\n"
    )


def test_parts_of_a_hunk_say_what_stands_against_what() -> None:
    texts = split(b"1\n2\n"), split(b"new\nI\n2\n"), split(b"1\n2\n")
    found = three_way(*texts, (Hunk(0, 1, 0, 2, parts=(Part(0, 0, 0, 1), Part(0, 1, 1, 1))),), ())
    assert drawn(found, with_base=True) == ["< . new .", "< 1 I 1", "  2 2 2"]


def test_conflicts_are_walked_both_ways() -> None:
    base = b"".join(b"%d\n" % at for at in range(60))
    ours, theirs = (base.replace(b"\n20\n", new).replace(b"\n40\n", new) for new in (b"\nours\n", b"\ntheirs\n"))
    rows = ThreeWayRows(compared((base, ours, theirs)), with_base=True)
    assert rows.conflicts == [4, 12]
    assert [rows.next_conflict(row) for row in (0, 4, 5, 12)] == [4, 12, 12, None]
    assert [rows.conflict_before(row) for row in (0, 4, 5, 12, 13)] == [None, None, 4, 4, 12]
    assert (rows[0].base, rows[0].count, len(rows)) == (0, 17, 17)
    for number in (-1, len(rows)):
        with pytest.raises(IndexError):
            rows[number]


def test_rows_cost_blocks_by_change_not_by_line() -> None:
    lines = Lines(["the same"] * 200_000, True)
    found = three_way(lines, lines, lines, (Hunk(7, 1, 7, 1),), (Hunk(100_000, 1, 100_000, 1),))
    rows = ThreeWayRows(found, with_base=True, context=None)
    assert len(rows) == 200_000
    assert len(rows._blocks) == 5
