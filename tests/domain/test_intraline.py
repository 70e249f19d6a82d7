"""Words that differ are found; what is not alike is left alone; no line takes long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.intraline import WHOLE, differing


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


@pytest.mark.parametrize(("old", "new"), [("import os", "x = 1"), ("        return x", "        yield"), ("a", "")])
def test_two_different_lines_are_not_compared(old: str, new: str) -> None:
    assert differing(old, new) is None


@given(st.text(alphabet="ab _.\t日", max_size=40), st.text(alphabet="ab _.\t日", max_size=40))
def test_without_the_stretches_both_lines_read_the_same(old: str, new: str) -> None:
    found = differing(old, new)
    if found is None:
        return
    rest = []
    for line, spans in zip((old, new), found, strict=True):
        at, kept = 0, ""
        for start, end in spans:
            assert at <= start < end <= len(line)
            kept += line[at:start]
            at = end
        rest.append(re.sub(r"\s+", "", kept + line[at:]))
    assert rest[0] == rest[1]


def test_a_very_long_line_is_marked_between_its_common_ends() -> None:
    old = "x" * 500_000 + " = " + "a" * WHOLE + "; " + "y" * 500_000
    new = old.replace("a" * WHOLE, "b" * WHOLE)
    found = differing(old, new)
    assert found == (((500_003, 500_003 + WHOLE),), ((500_003, 500_003 + WHOLE),))
    assert differing("a" * 1_000_000, "b" * 1_000_000) is None
    assert differing("a" * 1_000_000, "a" * 500_000 + "!" + "a" * 500_000) is not None
