"""Moved blocks are those that git colours, each with one old and one new place."""

import random
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qatui.domain import moved as moved_module
from qatui.domain.diff import Hunk
from qatui.domain.lines import Lines, split
from qatui.domain.moved import ENOUGH, Moved, MovedBlock, find_moved
from qatui.workspace.align import align

LINE = st.one_of(
    st.sampled_from(
        ["", "}", "return", "  ", "x", "a line of more than twenty letters", "\ta line with a tab before it"]
    ),
    st.integers(0, 12).map("    statement number {} of a function".format),
    st.integers(0, 12).map("short {}".format),
)
TEXT = st.lists(LINE, max_size=30)


def text(lines: list[str]) -> Lines:
    return Lines(lines, True)


def encode(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def moved(old: list[str], new: list[str], *, indented: bool = True) -> Moved:
    return find_moved(text(old), text(new), align(encode(old), encode(new)), indented=indented)


def columns(line: str) -> int:
    expanded = line.expandtabs(8)
    return len(expanded) - len(expanded.lstrip(" "))


def function(name: str, indent: str = "") -> list[str]:
    """Four lines, the third one blank."""
    body = [f"def {name}(order):", f"    total = {name}_sum(order.lines)", "", f"    return total * {name}_rate()"]
    return [indent + line if line else line for line in body]


KEPT = [f"unchanged_{number} = setting({number})" for number in range(8)]


@given(TEXT, TEXT, st.booleans(), st.booleans())
@settings(max_examples=150)
def test_blocks_are_the_same_lines_on_both_sides(
    old: list[str], new: list[str], indented: bool, in_one_hunk: bool
) -> None:
    hunks = (Hunk(0, len(old), 0, len(new)),) if in_one_hunk else align(encode(old), encode(new))
    found = find_moved(text(old), text(new), hunks, indented=indented)
    changed_old = {line for hunk in hunks for line in range(hunk.old_start, hunk.old_end)}
    changed_new = {line for hunk in hunks for line in range(hunk.new_start, hunk.new_end)}
    ids_old: dict[int, int] = {}
    ids_new: dict[int, int] = {}
    for block in found.blocks:
        before = old[block.old_start : block.old_start + block.count]
        after = new[block.new_start : block.new_start + block.count]
        assert len(before) == len(after) == block.count
        for one, other in zip(before, after, strict=True):
            assert one == other or indented
            assert one.lstrip(" \t") == other.lstrip(" \t")
            assert not one.strip() or columns(other) - columns(one) == block.indent
        assert sum(map(str.isalnum, "".join(after))) >= ENOUGH
        for lines, start in ((ids_old, block.old_start), (ids_new, block.new_start)):
            for line in range(start, start + block.count):
                assert line not in lines
                lines[line] = block.id
    assert ids_old.keys() <= changed_old
    assert ids_new.keys() <= changed_new
    assert [found.old(line) for line in range(len(old) + 1)] == [ids_old.get(line) for line in range(len(old) + 1)]
    assert [found.new(line) for line in range(len(new) + 1)] == [ids_new.get(line) for line in range(len(new) + 1)]
    assert [block.id for block in found.blocks] == list(range(1, len(found.blocks) + 1))
    assert all(one.new_start < other.new_start for one, other in pairwise(found.blocks))


def git_moved(old: list[str], new: list[str], *options: str) -> tuple[set[int], set[int]]:
    """Old and new lines that git colours as moved."""
    colours = {"oldMoved": "magenta", "newMoved": "blue", "old": "red", "new": "green"}
    command = ["git", "-c", "core.autocrlf=false"]
    command += [part for name, colour in colours.items() for part in ("-c", f"color.diff.{name}={colour}")]
    command += ["diff", "--no-index", "--text", "-U0", "--histogram", "--color=always", "--color-moved=blocks"]
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in (("old", old), ("new", new)):
            Path(folder, name).write_bytes(encode(lines))
        done = subprocess.run([*command, *options, "old", "new"], cwd=folder, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found: dict[bytes, set[int]] = {b"-": set(), b"+": set()}
    at: dict[bytes, int] = {}
    for line in done.stdout.split(b"\n"):
        if header := re.search(rb"@@ -(\d+)(,0)?\S* \+(\d+)(,0)?\S* @@", line):
            at = {b"-": int(header[1]) - (header[2] is None), b"+": int(header[3]) - (header[4] is None)}
        elif at and (drawn := re.match(rb"\x1b\[(3\d)m([-+])", line)):
            if drawn[1] in (b"35", b"34"):
                found[drawn[2]].add(at[drawn[2]])
            at[drawn[2]] += 1
    return found[b"-"], found[b"+"]


def lines_of(found: Moved) -> tuple[set[int], set[int]]:
    return (
        {line for block in found.blocks for line in range(block.old_start, block.old_start + block.count)},
        {line for block in found.blocks for line in range(block.new_start, block.new_start + block.count)},
    )


def rearranged(seed: int, *, repeated: bool, indented: bool) -> tuple[list[str], list[str]]:
    """A text and another made of it: blocks in other places, some indented, some lines rewritten."""
    draw = random.Random(seed)
    bodies = ["statement_of_{0}_within_a_body", "x{0}", "  value_{0} = compute_the_value_of({0})", "({0})"]
    used = bodies[::2] if repeated else bodies
    old = [draw.choice(used).format(draw.randrange(8) if repeated else at) for at in range(draw.randrange(10, 60))]
    blocks: list[list[str]] = [[]]
    for line in old:
        if draw.random() < 0.3:
            blocks.append([])
        blocks[-1].append(line)
    for _ in range(draw.randrange(1, 5)):
        block = blocks.pop(draw.randrange(len(blocks)))
        if indented and draw.random() < 0.5:
            block = ["    " + line for line in block]
        blocks.insert(draw.randrange(len(blocks) + 1), block)
    new = [line if draw.random() > 0.05 else f"rewritten {at}" for at, line in enumerate(chain.from_iterable(blocks))]
    return old, new


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=40)
def test_git_marks_the_same_lines_where_each_line_is_unique(seed: int, indented: bool) -> None:
    old, new = rearranged(seed, repeated=False, indented=indented)
    found = lines_of(moved(old, new, indented=indented))
    coloured = git_moved(old, new, *["--color-moved-ws=allow-indentation-change"] * indented)
    places = {line.strip(): at for at, line in enumerate(old)}
    hunks = align(encode(old), encode(new))
    stayed = {
        (old_line, new_line)
        for hunk in hunks
        for new_line in range(hunk.new_start, hunk.new_end)
        for old_line in [places.get(new[new_line].strip(), -1)]
        if hunk.old_start <= old_line < hunk.old_end and old[old_line] != new[new_line]
    }
    assert found[0] == coloured[0] - {old_line for old_line, _ in stayed}
    assert found[1] == coloured[1] - {new_line for _, new_line in stayed}


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_of_repeated_lines_git_marks_all_and_we_as_many_as_moved(seed: int) -> None:
    old, new = rearranged(seed, repeated=True, indented=False)
    found = lines_of(moved(old, new, indented=False))
    coloured = git_moved(old, new)
    texts = [
        [Counter(lines[at] for at in some) for lines, some in zip((old, new), side, strict=True)]
        for side in (found, coloured)
    ]
    assert found[0] <= coloured[0]
    assert found[1] <= coloured[1]
    assert texts[0][0] == texts[0][1] == texts[1][0] & texts[1][1]


def test_a_function_that_moved_is_one_block() -> None:
    found = moved([*function("a"), *KEPT, "end"], [*KEPT, "", *function("a"), "end"])
    assert found.blocks == (MovedBlock(1, 0, 9, 4),)
    assert [found.old(line) for line in (0, 3, 4)] == [1, 1, None]
    assert [found.new(line) for line in (8, 9, 12, 13)] == [None, 1, 1, None]


def test_a_function_that_became_a_method_moved_with_its_indentation() -> None:
    old, new = [*function("a"), *KEPT], [*KEPT, "class Orders:", *function("a", "    ")]
    assert moved(old, new).blocks == (MovedBlock(1, 0, 9, 4, indent=4),)
    assert moved(new, old).blocks == (MovedBlock(1, 9, 0, 4, indent=-4),)
    assert moved(old, new, indented=False).blocks == ()


def test_a_tab_counts_as_the_columns_up_to_its_stop() -> None:
    old, new = [*function("a", "        "), *KEPT], [*KEPT, *function("a", "\t")]
    assert moved(old, new).blocks == (MovedBlock(1, 0, 8, 4),)
    assert moved(old, new, indented=False).blocks == ()


def test_another_indentation_begins_another_block() -> None:
    old = [*function("another"), *KEPT]
    new = [*KEPT, *function("another", "  ")[:2], *function("another", "    ")[2:]]
    assert moved(old, new).blocks == (
        MovedBlock(1, 0, 8, 3, indent=2),
        MovedBlock(2, 3, 11, 1, indent=4),
    )


@pytest.mark.parametrize("indent", ["    ", "\t", "        "])
def test_what_was_indented_in_its_place_did_not_move(indent: str) -> None:
    old = [*KEPT[:3], *function("a", "        "), *KEPT[3:]]
    assert moved(old, [*KEPT[:3], "try:", *function("a", indent), *KEPT[3:]]).blocks == ()


@pytest.mark.parametrize(("line", "count"), [("a" * 19, 0), ("a" * 20, 1), ("-" * 40, 0), ("é" * 20, 1)])
def test_a_block_has_twenty_letters_or_digits(line: str, count: int) -> None:
    assert len(moved([line, *KEPT], [*KEPT, line]).blocks) == count


def test_what_was_deleted_once_moved_once() -> None:
    """The longer copy is the one that moved."""
    old = [*function("a"), *KEPT]
    new = [*KEPT[:2], *function("a")[:2], *KEPT[2:], *function("a")]
    assert moved(old, new).blocks == (MovedBlock(1, 0, 10, 4),)


def test_what_a_longer_block_left_is_a_block_of_its_own() -> None:
    lines = [f"a line that moved, of number {number}" for number in range(5)]
    new = [*lines[:3], *KEPT[:4], *lines[1:], *KEPT[4:]]
    found = find_moved(text([*KEPT, *lines]), text(new), (Hunk(0, 0, 0, 3), Hunk(4, 0, 7, 4), Hunk(8, 5, 15, 0)))
    assert found.blocks == (MovedBlock(1, 8, 0, 1), MovedBlock(2, 9, 7, 4))


def test_lines_that_stayed_did_not_move() -> None:
    assert moved([*KEPT, *function("a")], [*function("a"), *KEPT, *function("a")]).blocks == ()
    assert find_moved(text(KEPT), text(KEPT), ()) == Moved()
    assert Moved().old(0) is Moved().new(0) is None


def test_the_last_line_moves_without_its_end() -> None:
    old = b"".join([encode(KEPT), b"the last line has no end of its own"])
    new = b"".join([b"the last line has no end of its own\n", encode(KEPT)])
    assert find_moved(split(old), split(new), align(old, new)).blocks == (MovedBlock(1, 8, 0, 1),)


def counted(function: Callable[..., object], calls: Counter[str]) -> Callable[..., object]:
    def called(*args: object) -> object:
        calls[function.__name__] += 1
        return function(*args)

    return called


def hostile() -> Iterable[tuple[str, list[str], list[str], int]]:
    """Pairs that repeat themselves, with how many lines moved; nothing is lined up: all is one hunk."""
    draw = random.Random(5)
    count = 3_000
    same = ["the same line of text again"] * count
    yield "the same line", same, same, count
    pairs = ["first line of a pair of lines", "second line of a pair of lines"] * (count // 2)
    yield "pairs of lines", pairs, ["in front", *pairs], count
    some = [f"one of a hundred lines {draw.randrange(100)}" for _ in range(count)]
    yield "a hundred lines", some, ["in front", *some], count
    every = [f"each line sixteen times {at % (count // 16)}" for at in range(count)]
    yield "each sixteen times", sorted(every), every, 0
    among = [*["x of no use"] * (count // 12), "a rare line in the middle"] * 12
    yield "rare ones among the same", among, among, count + 12


@pytest.mark.parametrize(("name", "old", "new", "count"), hostile())
def test_the_work_grows_with_the_lines(
    name: str, old: list[str], new: list[str], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Counter[str]()
    for each in ("_alike", "_grown"):
        monkeypatch.setattr(moved_module, each, counted(getattr(moved_module, each), calls))
    found = find_moved(text(old), text(new), (Hunk(0, len(old), 0, len(new)),))
    assert sum(block.count for block in found.blocks) == count
    assert calls.total() < 20_000 + 8 * (len(old) + len(new))
