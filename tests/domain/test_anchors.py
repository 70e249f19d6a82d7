"""A comment goes where its lines go; where they are gone, it is kept with what they said."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.anchors import ON_THE_WHOLE, Anchor, Following, Standing, Thread, placed, threads
from qatui.domain.diff import Hunk
from qatui.domain.lines import Lines, split
from qatui.domain.review import Comment
from tests.domain.aligned import hunks_of, text

FUNCTION = ("def test_refund(client):", "    answer = client.post('/refunds')", "    assert answer.status == 201")
OTHER = ("def test_list(client):", "    assert client.get('/refunds').json() == []", "")


def follow(old: Lines, new: Lines, first: int, last: int | None = None) -> Anchor:
    """Where the lines from `first` to `last`, from 0, are now."""
    return Following(old, new, hunks_of(old, new)).follow(range(first, (first if last is None else last) + 1))


def test_lines_before_it_push_a_comment_down_and_lines_behind_it_do_not() -> None:
    old, new = text("a", "b", "c"), text("x", "y", "a", "b", "z", "c")
    assert follow(old, new, 1) == Anchor(Standing.HERE, range(3, 4), ("b",))
    assert follow(old, new, 2) == Anchor(Standing.HERE, range(5, 6), ("c",))
    assert follow(new, old, 3) == Anchor(Standing.HERE, range(1, 2), ("b",))


def test_a_line_that_was_rewritten_is_outdated_and_kept_as_it_was() -> None:
    old, new = text("a", "assert True", "c"), text("a", "assert answer.status == 201", "c")
    assert follow(old, new, 1) == Anchor(Standing.OUTDATED, None, ("assert True",))
    assert follow(old, text(), 1) == Anchor(Standing.OUTDATED, None, ("assert True",))


def test_a_line_that_was_only_set_deeper_is_the_same_line() -> None:
    old = text("def test():", "    call()", "    assert done", "    end()")
    new = text("def test():", "    with client:", "        call()", "        assert done", "    end()")
    assert follow(old, new, 2).lines == range(3, 4)
    assert follow(old, split(b"def test():\r\n    call()\r\n    assert done\r\n    end()\r\n"), 2).lines == range(2, 3)
    assert follow(text("a", "end"), split(b"a\nend"), 1) == Anchor(Standing.HERE, range(1, 2), ("end",))


def test_a_comment_goes_with_its_block() -> None:
    old = text(*FUNCTION, "", *OTHER, *OTHER[:2])
    new = text(*OTHER, *OTHER[:2], "", *FUNCTION)
    start = new.lines.index(FUNCTION[0])
    assert follow(old, new, 1).lines == range(start + 1, start + 2)
    assert follow(old, new, 0, 2) == Anchor(Standing.HERE, range(start, start + 3), FUNCTION)
    inside = text("class TestRefunds:", *OTHER, *OTHER[:2], "", *(f"    {line}" for line in FUNCTION))
    assert follow(old, inside, 1).lines == range(start + 2, start + 3)


def test_a_short_line_is_found_where_it_stands_once_in_both() -> None:
    old = text("x = 1", "a", "b", "c", "d", "e", "f")
    new = text("a", "b", "c", "d", "e", "f", "x = 1")
    assert follow(old, new, 0) == Anchor(Standing.HERE, range(6, 7), ("x = 1",))
    twice = text("a", "b", "c", "d", "e", "f", "x = 1", "x = 1")
    assert follow(old, twice, 0).standing is Standing.OUTDATED
    assert follow(text("x = 1", "-", "x = 1", *"abcdef"), text(*"abcdef", "x = 1"), 0).standing is Standing.OUTDATED
    assert follow(text("}", *"abcdef"), text(*"abcdef", "}"), 0).standing is Standing.OUTDATED


def test_a_range_is_what_is_left_of_it() -> None:
    old = text("a", "first", "second", "third", "b")
    assert follow(old, text("a", "first", "new", "third", "b"), 1, 3) == Anchor(
        Standing.CHANGED, range(1, 4), ("first", "second", "third")
    )
    assert follow(old, text("a", "second", "third", "b"), 1, 3).lines == range(1, 3)
    assert follow(old, text("a", "first", "second", "more", "third", "b"), 1, 3) == Anchor(
        Standing.CHANGED, range(1, 5), ("first", "second", "third")
    )
    assert follow(old, text("a", "b"), 1, 3).standing is Standing.OUTDATED


def test_a_blank_line_that_stayed_holds_no_range() -> None:
    old, new = text("a", "gone", "", "gone too", "b"), text("a", "", "b")
    assert follow(old, new, 1, 3).standing is Standing.OUTDATED
    assert follow(old, new, 2) == Anchor(Standing.HERE, range(1, 2), ("",))


def test_a_range_whose_function_went_away_goes_with_it_not_with_the_line_that_stayed() -> None:
    old = text("keep", *FUNCTION, "end", *OTHER, *OTHER)
    new = text("keep", "end", *OTHER, *OTHER, *FUNCTION)
    found = follow(old, new, 0, 3)
    assert found.lines == range(new.lines.index(FUNCTION[0]), len(new))
    assert found.standing is Standing.CHANGED


def test_a_line_that_the_text_never_had() -> None:
    assert follow(text("a"), text("a"), 7) == Anchor(Standing.OUTDATED, None, ())


def test_threads_are_in_the_order_of_their_first_comments() -> None:
    def said(number: int, reply_to: int | None = None) -> Comment:
        return Comment(number, 1, 1, None, None, "x", "kim", 0, reply_to=reply_to)

    one, two, three, four = said(1), said(2), said(3, 1), said(4, 1)
    anchor = Anchor(Standing.OUTDATED, None, ("a",))
    assert threads([one, two, three, four], {2: anchor}) == (
        Thread(one, (three, four), ON_THE_WHOLE),
        Thread(two, (), anchor),
    )


def test_what_is_placed_beside_lines_is_open_and_on_lines_of_now() -> None:
    def said(number: int, **given: object) -> Comment:
        return replace(Comment(number, 1, 1, "old", 3, "x", "kim", 0), **given)  # type: ignore[arg-type]

    here = Anchor(Standing.HERE, range(6, 8), ("a", "b"))
    answer = said(5, side=None, line=None, reply_to=1)
    told = [
        Thread(said(1, last=4), (answer,), here),
        Thread(said(2, resolved_by="lee"), (), here),
        Thread(said(3), (), Anchor(Standing.OUTDATED, None, ("a",))),
        Thread(said(4, side=None, line=None), (), ON_THE_WHOLE),
        Thread(said(6, last=4), (), Anchor(Standing.CHANGED, range(1), ("a", "b"))),
    ]
    assert [(each.id, each.side, each.line, each.last) for each in placed(told)] == [
        (1, "old", 7, 8),
        (5, "old", 7, 8),
        (6, "old", 1, None),
    ]


LINE = st.sampled_from(
    ["a", "b", "c", "    a", "", "}", "assert answer.status == 201", "client.post('/refunds')", "\r"]
)
TEXTS = st.lists(LINE, max_size=12).map(lambda lines: text(*lines))


@given(TEXTS, TEXTS, st.data())
def test_nothing_is_lost_and_nothing_is_made_up(old: Lines, new: Lines, data: st.DataObject) -> None:
    if not old.lines:
        return
    first = data.draw(st.integers(0, len(old) - 1))
    last = data.draw(st.integers(first, len(old) - 1))
    found = follow(old, new, first, last)
    assert list(found.excerpt) == old.lines[first : last + 1]
    assert (found.lines is None) == (found.standing is Standing.OUTDATED)
    if found.lines is None:
        return
    shown = [line.strip() for line in new.lines[found.lines.start : found.lines.stop]]
    said = [line.strip() for line in found.excerpt]
    assert len(shown) == len(found.lines) >= 1
    assert shown[0] in said
    assert shown[-1] in said
    if found.standing is Standing.HERE:
        assert shown == said
    if any(said):
        assert any(line and line in said for line in shown)


@given(st.data())
def test_a_line_that_is_still_there_keeps_its_comment(data: st.DataObject) -> None:
    """Every line says something else, so there is one right answer, whatever else comes, goes or is rewritten."""
    old = [f"line {number}" for number in range(data.draw(st.integers(1, 12)))]
    new: list[str] = []
    for line in old:
        new += [f"new {len(new)}" for _ in range(data.draw(st.integers(0, 2)))]
        if data.draw(st.booleans()):
            new.append(data.draw(st.sampled_from(["", "    "])) + line)
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(new)))
        new = new[at:] + new[:at]
    where = {line.strip(): at for at, line in enumerate(new)}
    following = Following(text(*old), text(*new), hunks_of(text(*old), text(*new)))
    for number, line in enumerate(old):
        found = following.follow(range(number, number + 1))
        if line in new:
            assert found.lines == range(where[line], where[line] + 1)
        elif found.lines is not None:
            assert found.lines.start == where[line]
        else:
            assert found == Anchor(Standing.OUTDATED, None, (line,))


def test_a_long_range_that_says_little_is_not_searched_for() -> None:
    """Up to a bound only: thousands of lines in each of thousands of places would take too long."""
    for count, standing in ((63, Standing.HERE), (64, Standing.OUTDATED)):
        block = [*["-"] * count, "x"]
        old, new = text(*block, *"abcdef"), text(*"abcdef", *block)
        gone = Following(old, new, (Hunk(0, count + 1, 0, 0), Hunk(len(old), 0, 6, count + 1)))
        assert gone.follow(range(count + 1)).standing is standing
