"""Lines go apart and together to the exact byte, and what is drawn hides nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qatui.domain.lines import Drawn, draw, line_count, split
from qatui.domain.marks import HIDDEN, mark_of
from tests.domain.joining import join

BYTES = st.lists(
    st.sampled_from(
        [b"a", b"\n", b"\r\n", b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x85", "日\u2028".encode()]
    )
).map(b"".join)


@given(BYTES)
@example(b"")
@example(b"\n")
@example(b"\n\n")
@example(b"no end")
def test_split_and_join_keep_every_byte(data: bytes) -> None:
    text = split(data)
    assert join(text) == data
    assert len(text) == line_count(data)
    assert text.ended is (data.endswith(b"\n") or not data)


def test_only_a_newline_ends_a_line() -> None:
    assert split(b"a\rb\x0cc\x85\xe2\x80\xa8d\n").lines == ["a\rb\x0cc\udc85\u2028d"]


@pytest.mark.parametrize(
    ("line", "text", "marks"),
    [
        ("plain", "plain", ()),
        ("日本語 é", "日本語 é", ()),
        ("\tx", "→   x", ((0, 4),)),
        ("ab\tx", "ab→ x", ((2, 4),)),
        ("日\tx", "日→ x", ((1, 3),)),
        ("e\u0301\tx", "e\u0301→  x", ((2, 5),)),
        ("abc\r", "abc␍", ((3, 4),)),
        ("a\x1b[31m\t.", "a␛[31m→ .", ((1, 2), (6, 8))),
        ("\ufeffx\u202ey", "‹U+FEFF›x‹U+202E›y", ((0, 8), (9, 17))),
        ("\udcff", "�", ((0, 1),)),
    ],
)
def test_tabs_reach_the_next_stop_and_hidden_characters_become_marks(
    line: str, text: str, marks: tuple[tuple[int, int], ...]
) -> None:
    drawn = draw(line)
    assert (drawn.text, drawn.marks) == (text, marks)


@given(st.text(alphabet=st.sampled_from("ab日\t\r\x00\u200b\u202e\udc80é")))
def test_every_character_has_its_place(line: str) -> None:
    drawn = draw(line)
    assert not HIDDEN.search(drawn.text)
    assert drawn.at(len(line)) == len(drawn.text) == drawn.at(len(line) + 5)
    for index, character in enumerate(line):
        shown = drawn.text[drawn.at(index) : drawn.at(index + 1)]
        if character == "\t":
            assert shown.startswith("→")
            assert not shown[1:].strip()
        else:
            assert shown == (mark_of(character) if HIDDEN.match(character) else character)


def test_a_plain_line_is_its_own_drawing() -> None:
    assert draw("x = 1") == Drawn("x = 1")
    assert draw("x = 1").at(3) == 3
    assert draw("x = 1").at(9) == 5
