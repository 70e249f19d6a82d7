"""A mark belongs to what a hunk says, wherever it stands."""

from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.diff import Document, Hunk
from qatui.domain.lines import Lines, split
from qatui.domain.viewed import Viewing, keys, view, viewing
from tests.domain.aligned import hunks_of, text


def seen(old: Lines, new: Lines, marks: tuple[str, ...] = ()) -> Viewing:
    """What is viewed of the changes from `old` to `new`."""
    return view(hunks_of(old, new), old, new, marks)


def test_lines_before_a_hunk_leave_its_mark_and_new_words_in_it_do_not() -> None:
    old = text("a", "b", "c", "d")
    first = seen(old, text("a", "B", "c", "d", "e"))
    assert len(first.keys) == len(set(first.keys)) == 2
    later = seen(old, text("new", "a", "B", "c", "d", "E"), first.keys)
    assert [key in later.marks for key in later.keys] == [False, True, False]
    moved_base = seen(text("base", *old.lines), text("base", "a", "B", "c", "d", "e"), first.keys)
    assert moved_base.marks == set(first.keys)
    other_base = seen(text("a", "b2", "c", "d"), text("a", "B", "c", "d", "e"), first.keys)
    assert [key in other_base.marks for key in other_base.keys] == [False, True]


def test_two_hunks_that_say_the_same_have_marks_of_their_own() -> None:
    twice = seen(text("a", "b"), text("same", "a", "same", "b"))
    assert twice.keys[0] != twice.keys[1]
    assert seen(text("a", "b"), text("a", "same", "b")).keys == twice.keys[:1]


def test_which_side_a_line_is_on_and_whether_it_has_an_end() -> None:
    gone, came = seen(text("x"), text()), seen(text(), text("x"))
    assert gone.keys != came.keys
    assert seen(text("a", "x"), split(b"a\nx")).keys != seen(split(b"a\nx"), text("a", "x")).keys
    assert keys([Hunk(0, 0, 0, 1)], None, text("x")) == came.keys
    assert seen(text(), text("a", "b")).keys != seen(text("a"), text("b")).keys
    assert seen(text(), text("+a")).keys != seen(text(), text("", "a")).keys


def test_the_share_counts_lines_and_is_whole_only_at_the_end() -> None:
    old, new = text(*"abcdefgh"), text("a", "new", *"bcdefg", "h1", "h2")
    one, two = seen(old, new).keys
    assert [seen(old, new, marks).percent for marks in ((), (one,), (two,), (one, two))] == [0, 25, 75, 100]
    assert seen(old, new, (two, "another")).viewed == 1
    long = text(*(str(number) for number in range(999)))
    almost = Viewing((Hunk(0, 0, 0, 998), Hunk(0, 0, 998, 1)), ("a", "b"), frozenset("a"))
    assert (len(long), almost.percent) == (999, 99)
    assert seen(old, old).percent == 100


def test_of_a_document_quiet_hunks_are_left_out() -> None:
    old, new = text("a", "b"), text("a", "", "B")
    hunks = (Hunk(1, 0, 1, 1, quiet=True), Hunk(1, 1, 2, 1))
    found = viewing(Document("t.py", old, new, hunks), ())
    assert (found.hunks, len(found.keys)) == (hunks[1:], 1)


TEXTS = st.lists(st.sampled_from(["a", "b", "+a", "-a", "\\", ""]), max_size=8).map(lambda lines: text(*lines))


@given(TEXTS, TEXTS)
def test_every_hunk_has_a_name_of_its_own(old: Lines, new: Lines) -> None:
    found = seen(old, new)
    assert len(set(found.keys)) == len(found.hunks)
    assert seen(old, new, found.keys).percent == 100
    assert seen(old, new, found.keys[:-1]).marks == set(found.keys[:-1])
