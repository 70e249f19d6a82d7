"""A short run of the fuzz loop, always the same; and that it would notice what it looks for."""

from random import Random

import pytest

from qatui.domain.diff import Document, Hunk, Rows
from qatui.domain.lines import split
from tests.fuzz_diff import inputs
from tests.fuzz_diff.inputs import LARGEST, make, mutated
from tests.fuzz_diff.shown import unsafe
from tests.fuzz_diff.stages import hidden, run, whole
from tests.fuzz_diff.watch import Watch
from tests.pairs import long_pair, real_pairs

SHORT = 4_000
"""Bytes of a text: what makes an input slow is looked for by the loop, not here."""


@pytest.mark.parametrize("share", range(4))
def test_no_input_breaks_what_must_hold(share: int) -> None:
    watch, ran = Watch(), 0
    for number in range(share, 80, 4):
        draw = Random(f"0:{number}")
        given = make(draw)
        if len(given.old or b"") + len(given.new) < SHORT:
            run(given, draw, watch)
            ran += 1
    assert ran > 2


def test_every_hostile_piece_goes_through() -> None:
    pieces = [*inputs.ENDS, *inputs.NOT_UTF8, *inputs.SEQUENCES]
    pieces += [each.encode() for each in (*inputs.CHARACTERS, *inputs.SECRETS, *inputs.OPENERS)]
    old, draw = b"".join(b"x = 1 " + each + b" y\n" for each in pieces), Random(1)
    new = b"".join(b"x = 2 " + each * draw.randint(1, 9) + b"y\n" for each in pieces)
    run(inputs.Input("all", "t.py", old, new), draw, Watch())


@pytest.mark.parametrize("indent", [b"", b"    "])
def test_moved_blocks_and_long_lines_go_through(indent: bytes) -> None:
    moved = [b"def moved_function(value):", b"    total = value + 1", b"", b"    return [total] * value"]
    rest = [b"line %d" % number for number in range(40)]
    same = b"0, " * 1_000
    left, right = (b"".join(b"%d, " % (number * by) for number in range(300)) for by in (1, 3))
    old = b"\n".join([*moved, *rest, same + left, b"end"])
    new = b"\n".join([*rest, same + right, b"end", *(indent + line if line else line for line in moved)])
    run(inputs.Input("moved", "t.py", old, new), Random(1), Watch())


def test_inputs_are_the_same_for_a_seed() -> None:
    assert make(Random("a")) == make(Random("a")) != make(Random("b"))
    assert len(mutated(bytes(LARGEST), Random(1))) <= LARGEST
    first, again = real_pairs(30), real_pairs(30)
    assert first == again
    assert all(pair.old != pair.new for pair in first)
    assert long_pair(300, 10).old.count(b"\n") == 300


def test_the_loop_begins_with_what_was_slow() -> None:
    sizes = [len(large().new) for large in inputs.LARGE]
    assert min(sizes) > LARGEST
    for large in inputs.LARGE:
        given = large()
        assert given.old is not None
        small = inputs.Input(given.what, given.path, given.old[:SHORT], given.new[:SHORT])
        run(small, Random(1), Watch())


@pytest.mark.parametrize("hunk", [Hunk(0, 1, 0, 1), Hunk(4, 1, 5, 1), Hunk(4, 2, 4, 1), Hunk(9, 1, 9, 1)])
def test_wrong_rows_are_noticed(hunk: Hunk) -> None:
    old, new = split(b"1\n2\n3\n4\nold\n6\n7\n8\n9\n10\n"), split(b"1\n2\n3\n4\nnew\n6\n7\n8\n9\n10\n")
    wrong, right = (Document("t", old, new, (each,)) for each in (hunk, Hunk(4, 1, 4, 1)))
    whole(Rows(right, paired=True, context=None), old, new)
    hidden(Rows(right, paired=True, context=0), old, new)
    with pytest.raises((AssertionError, IndexError)):
        whole(Rows(wrong, paired=True, context=None), old, new)
    with pytest.raises((AssertionError, IndexError)):
        hidden(Rows(wrong, paired=True, context=0), old, new)


def test_a_lost_end_is_noticed() -> None:
    old, new = split(b"a\n"), split(b"a")
    rows = Rows(Document("t", old, new, ()), paired=True)
    with pytest.raises(AssertionError, match="not equal"):
        whole(rows, old, new)


@pytest.mark.parametrize("character", "\x1b\x07\x9b\u202e\u2066\u200b\u2028\ud800\U000e0041")
def test_characters_that_a_terminal_obeys_are_noticed(character: str) -> None:
    assert unsafe(f"é{character}") == character
    assert not unsafe("é漢→␛")
