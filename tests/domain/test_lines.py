"""Lines go apart and together to the exact byte, and what is drawn hides nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from qatui.domain.lines import TAB_MARK, Drawn, draw, line_count, split
from qatui.domain.marks import HIDDEN, MARK_CELLS, STOP
from qatui.domain.secrets import MASK
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
        ("plain", "plain", []),
        ("日本語 é", "日本語 é", []),
        ("\tx", "→   x", ["→   "]),
        ("ab\tx", "ab→ x", ["→ "]),
        ("日\tx", "日→ x", ["→ "]),
        ("e\u0301\tx", "e\u0301→  x", ["→  "]),
        ("abc\r", "abc␍", ["␍"]),
        ("a\rb", "a␍b", ["!␍"]),
        ("a\r\r", "a␍␍", ["!␍", "␍"]),
        ("a  ", "a··", ["·", "·"]),
        ("a \t \r", "a·→ ·␍", ["·", "→ ", "·", "␍"]),
        ("  ", "··", ["·", "·"]),
        ("a\x1b[31m\t.", "a␛[31m→ .", ["!␛", "→ "]),
        ("\ufeffx\u202ey", "‹U+FEFF›x‹U+202E›y", ["!‹U+FEFF›", "!‹U+202E›"]),
        ("a\u00a0b", "a⍽b", ["!⍽"]),
        ("\udcff", "�", ["!�"]),
        ("p\u0430ss", "p‹\u0430›ss", ["!‹\u0430›"]),
        ("\u0440\u0430ss", "‹\u0440\u0430›ss", ["!‹\u0440", "!\u0430›"]),
    ],
)
def test_tabs_reach_the_next_stop_and_hidden_characters_become_marks(line: str, text: str, marks: list[str]) -> None:
    """Findings are written with a `!` here."""
    assert shown(draw(line)) == (text, marks)


def shown(drawn: Drawn) -> tuple[str, list[str]]:
    return drawn.text, [("" if each.quiet else "!") + drawn.text[each.start : each.end] for each in drawn.marks]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("a\tb  \r", "a‹U+0009›b‹U+0020›‹U+0020›‹U+000D›"),
        ("\x1b\x85\u00a0\u202e", "‹U+001B›‹U+0085›‹U+00A0›‹U+202E›"),
        ("\udcff\ud800", "‹0xFF›‹U+D800›"),
        ("p\u0430ss", "p‹U+0430›ss"),
        ("👍\U0001f3fd", "👍‹U+1F3FD›"),
        ("\U0010fffd", "‹U+10FFFD›"),
    ],
)
def test_on_demand_every_mark_is_the_code_of_its_character(line: str, text: str) -> None:
    drawn = draw(line, codes=True)
    assert drawn.text == text
    assert all(drawn.text[mark.start] == "‹" and drawn.text[mark.end - 1] == "›" for mark in drawn.marks)
    assert all(cell_len(drawn.text[mark.start : mark.end]) <= MARK_CELLS for mark in drawn.marks)


def test_secrets_are_drawn_as_a_mask_of_one_length() -> None:
    line = "\tkey = 'ghp_0123456789' \t# x"
    drawn = draw(line, masked=((12, 22),))
    assert shown(drawn) == ("→   key = 'ghp_••••••••' →  # x", ["→   ", "!••••••••", "→  "])
    assert drawn.text[drawn.at(12) :].startswith("•")
    assert drawn.at(12) == drawn.at(21)
    assert drawn.text[drawn.at(22)] == "'"
    assert draw("abc", masked=((0, 3),)).text == draw("a  ", masked=((0, 3),)).text == MASK


ANYTHING = st.text(
    st.characters()
    | st.sampled_from("ab \t\r\0\u200b\u200d\u202e\udc80é日\u0301\u0430אע\u05b8١🇩🇪👍🏽\ufe0f\u1100\u1161\u093fक")
)


@given(ANYTHING, st.booleans())
@example("אב אב\u0301 1", False)
@example("\u1112\u1161\u11ab", False)
def test_every_character_has_its_place(line: str, codes: bool) -> None:
    drawn = draw(line, codes=codes)
    assert not HIDDEN.search(drawn.text)
    assert drawn.at(0) == 0
    assert drawn.at(len(line)) == len(drawn.text) == drawn.at(len(line) + 5)
    assert [drawn.index(drawn.at(index)) for index in range(len(line) + 1)] == list(range(len(line) + 1))
    marked = {mark.start: mark for mark in drawn.marks}
    assert list(marked) == sorted(marked)
    for index, character in enumerate(line):
        start, end = drawn.at(index), drawn.at(index + 1)
        if start not in marked or drawn.text[start:end] == character:
            assert drawn.text[start:end].removesuffix(STOP if end - start > 1 else "") == character
        else:
            assert marked[start].end in (end, end - len(STOP))
            assert drawn.text[start:end] != ""


@given(ANYTHING, st.data())
def test_a_place_in_a_masked_line_is_right_too(line: str, data: st.DataObject) -> None:
    ends = sorted(data.draw(st.sets(st.integers(0, len(line)), max_size=6)))
    masked = tuple(zip(ends[::2], ends[1::2], strict=False))
    drawn, plain = draw(line, masked=masked), draw(line)
    places = [drawn.at(index) for index in range(len(line) + 1)]
    assert places == sorted(places)
    assert places[-1] == len(drawn.text)
    assert drawn.text.count(MASK) >= len(masked)
    for start, end in masked:
        assert drawn.text[places[start] : places[end]] == MASK
        assert drawn.index(places[start]) == end - 1
    if not masked:
        assert drawn == plain


@given(ANYTHING)
def test_what_is_drawn_has_the_cells_that_textual_counts(line: str) -> None:
    """Character for character: then a line may be cut anywhere, and each piece has the cells of its characters."""
    drawn = draw(f"{line}\t|")
    assert cell_len(drawn.text) == sum(map(cell_len, drawn.text))
    tab = [mark for mark in drawn.marks if drawn.text[mark.start] == TAB_MARK][-1]
    assert cell_len(drawn.text[: tab.end]) % 4 == 0


def test_a_plain_line_is_its_own_drawing() -> None:
    assert draw("x = 1") == Drawn("x = 1")
    assert draw("x = 1").at(3) == 3
    assert draw("x = 1").at(9) == 5
