"""Words that differ are found; what is not alike is left alone; no line takes long."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.graphemes import graphemes
from qatui.domain.intraline import WHOLE, By, differing

BYS: tuple[By, By] = ("word", "character")
CLUSTERED = "ab \t\r(日e\u0301\u0300👨\u200d👩❤\ufe0f🇩🇪"


def marked(line: str, spans: tuple[tuple[int, int], ...]) -> str:
    """`line` with its stretches in brackets."""
    for start, end in reversed(spans):
        line = f"{line[:start]}[{line[start:end]}]{line[end:]}"
    return line


@pytest.mark.parametrize(
    ("old", "new", "old_marked", "new_marked"),
    [
        ("r = get(a)", "r = put(a)", "r = [get](a)", "r = [put](a)"),
        ("status == 200", "status == 201", "status == [200]", "status == [201]"),
        ("foo_bar(1)", "foo_baz(1)", "[foo_bar](1)", "[foo_baz](1)"),
        ("call(a, b)", "call(a, b, c)", "call(a, b)", "call(a, b[, c])"),
        ("same", "same", "same", "same"),
        ("", "", "", ""),
        ("    x = 1", "\tx = 1", "[    ]x = 1", "[\t]x = 1"),
        ("a = one two", "a = 1 2, one two", "a = one two", "a = [1 2, ]one two"),
        (
            "assert body == old name",
            "assert body == new title",
            "assert body == [old name]",
            "assert body == [new title]",
        ),
    ],
)
def test_words_that_differ(old: str, new: str, old_marked: str, new_marked: str) -> None:
    found = differing(old, new)
    assert found is not None
    assert (marked(old, found[0]), marked(new, found[1])) == (old_marked, new_marked)


@pytest.mark.parametrize(
    ("old", "new", "old_marked", "new_marked"),
    [
        ("status == 200", "status == 201", "status == 20[0]", "status == 20[1]"),
        ("get_user(1)", "get_users(1)", "get_user(1)", "get_user[s](1)"),
        ("call(one, two)", "call(two)", "call([one, ]two)", "call(two)"),
        # One character between two changes is an accident.
        ("value = abc", "value = xby", "value = [abc]", "value = [xby]"),
        ("same", "same", "same", "same"),
    ],
)
def test_characters_that_differ(old: str, new: str, old_marked: str, new_marked: str) -> None:
    found = differing(old, new, "character")
    assert found is not None
    assert (marked(old, found[0]), marked(new, found[1])) == (old_marked, new_marked)


@pytest.mark.parametrize("by", ["word", "character"])
@pytest.mark.parametrize(
    ("old", "new", "old_marked", "new_marked"),
    [
        ("x = 1\r", "x = 1", "x = 1[\r]", "x = 1"),
        ("x = 1", "x = 1\r", "x = 1", "x = 1[\r]"),
        ("\r", "", "[\r]", ""),
        ("x = 1 \r", "x = 1 ", "x = 1 [\r]", "x = 1 "),
        # One base with another mark, one with and one without; Korean spelled out.
        ("say 'e\u0301'", "say 'e\u0300'", "say '[e\u0301]'", "say '[e\u0300]'"),
        ("say 'e\u0301'", "say 'e'", "say '[e\u0301]'", "say '[e]'"),
        ("say '\u1112\u1161'", "say '\u1112\u1161\u11ab'", "say '[\u1112\u1161]'", "say '[\u1112\u1161\u11ab]'"),
        # A family of three and of two, skin colours, the flags of Germany and Denmark, a heart that is red.
        ("x = '👨\u200d👩\u200d👧'", "x = '👨\u200d👩'", "x = '[👨\u200d👩\u200d👧]'", "x = '[👨\u200d👩]'"),
        ("x = '👋\U0001f3fb'", "x = '👋\U0001f3ff'", "x = '[👋\U0001f3fb]'", "x = '[👋\U0001f3ff]'"),
        ("x = '🇫🇷🇩🇪'", "x = '🇫🇷🇩🇰'", "x = '🇫🇷[🇩🇪]'", "x = '🇫🇷[🇩🇰]'"),
        ("x = '❤'", "x = '❤\ufe0f'", "x = '[❤]'", "x = '[❤\ufe0f]'"),
    ],
)
def test_ends_and_whole_graphemes(old: str, new: str, old_marked: str, new_marked: str, by: By) -> None:
    found = differing(old, new, by)
    assert found is not None
    assert (marked(old, found[0]), marked(new, found[1])) == (old_marked, new_marked)


def test_the_last_of_many_flags() -> None:
    old = "🇫🇷" * 300 + "🇩🇪"
    assert differing(old, old[:-1] + "🇰") == (((600, 602),), ((600, 602),))


def test_a_word_with_marks_is_one() -> None:
    found = differing("return cafe\u0301s + 1", "return cafe\u0301t + 1")
    assert found is not None
    assert marked("return cafe\u0301s + 1", found[0]) == "return [cafe\u0301s] + 1"


@given(st.text(alphabet=CLUSTERED, max_size=24), st.text(alphabet=CLUSTERED, max_size=24), st.sampled_from(BYS))
def test_no_stretch_begins_or_ends_inside_a_grapheme(old: str, new: str, by: By) -> None:
    for line, spans in zip((old, new), differing(old, new, by) or ((), ()), strict=True):
        for place in (place for span in spans for place in span if 0 < place < len(line)):
            assert not unicodedata.combining(line[place])
            assert line[place] not in "\u200d\ufe0f"
            flags = re.search("[🇩🇪]*$", line[:place])
            assert flags is not None
            assert len(flags[0]) % 2 == 0 or line[place] not in "🇩🇪"


@given(st.text(alphabet=CLUSTERED, max_size=30))
def test_graphemes_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text


@pytest.mark.parametrize(("old", "new"), [("import os", "x = 1"), ("        return x", "        yield"), ("a", "")])
def test_two_different_lines_are_not_compared(old: str, new: str) -> None:
    assert differing(old, new) is None


@pytest.mark.parametrize(
    ("old", "new", "old_marked", "new_marked"),
    [
        ("f(a, b, c) one two", "f(a, b, c) red blue", "f(a, b, c) [one two]", "f(a, b, c) [red blue]"),
        ("return value, one two", "return value,  three", "return value, [one] [two]", "return value,  [three]"),
        ("return value,  three", "return value, one two", "return value,  [three]", "return value, [one] [two]"),
    ],
)
def test_a_blank_is_marked_on_both_sides_or_on_none(old: str, new: str, old_marked: str, new_marked: str) -> None:
    found = differing(old, new)
    assert found is not None
    assert (marked(old, found[0]), marked(new, found[1])) == (old_marked, new_marked)


@given(
    st.text(alphabet="ab _.\t\r日\u0301", max_size=40),
    st.text(alphabet="ab _.\t\r日\u0301", max_size=40),
    st.sampled_from(BYS),
)
def test_without_the_stretches_both_lines_read_the_same(old: str, new: str, by: By) -> None:
    found = differing(old, new, by)
    if found is None:
        return
    rest = []
    for line, spans in zip((old, new), found, strict=True):
        at, kept = 0, ""
        for start, end in spans:
            assert at <= start < end <= len(line)
            kept += line[at:start]
            at = end
        rest.append(kept + line[at:])
    assert rest[0] == rest[1]


def test_a_very_long_line_is_marked_between_its_common_ends() -> None:
    old = "x" * 500_000 + " = " + "a" * WHOLE + "; " + "y" * 500_000
    new = old.replace("a" * WHOLE, "b" * WHOLE)
    found = differing(old, new)
    assert found == (((500_003, 500_003 + WHOLE),), ((500_003, 500_003 + WHOLE),))
    assert differing("a" * 1_000_000, "b" * 1_000_000) is None
    assert differing("a" * 1_000_000, "a" * 500_000 + "!" + "a" * 500_000) is not None
    heap = "e" + "\u0301" * 100_000
    assert differing(heap, heap + "\u0300", "character") is not None
