"""No character that hides, moves the cursor or turns the direction is ever shown as it is."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.marks import BIDI, HIDDEN, bidi_lines, mark_of, visible, visible_lines

HOSTILE_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_every_control_format_and_separator_character_is_hidden() -> None:
    missed = [
        f"U+{code:04X}"
        for code in range(sys.maxunicode + 1)
        if (
            unicodedata.category(chr(code)) in HOSTILE_CATEGORIES
            or (unicodedata.category(chr(code)) == "Zs" and code != 32)
        )
        and not HIDDEN.match(chr(code))
    ]
    assert missed == []


@pytest.mark.parametrize(
    "code",
    [
        0x034F,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        0x180B,
        0x180F,
        0x2800,
        0x3164,
        0xFE00,
        0xFE0F,
        0xFFA0,
        0xFFF0,
        0xE0100,
        0xE0FFF,
    ],
)
def test_blank_and_ignorable_characters_of_other_categories_are_hidden(code: int) -> None:
    """https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point"""
    assert HIDDEN.match(chr(code))


@pytest.mark.parametrize("text", ["plain", "é日本語", "😀", "a b", "‹U+202E›", "␛", "ß→−"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text


@given(st.text(st.characters()))
def test_visible_hides_nothing_and_is_one_line(text: str) -> None:
    assert not HIDDEN.search(visible(text))
    assert visible(visible(text)) == visible(text)
    assert len(visible_lines(text).split("\n")) == len(text.split("\n"))


@pytest.mark.parametrize(
    ("character", "mark"),
    [
        ("\0", "␀"),
        ("\x1b", "␛"),
        ("\r", "␍"),
        ("\x7f", "␡"),
        ("\x85", "‹U+0085›"),
        ("\u202e", "‹U+202E›"),
        ("\u00a0", "‹U+00A0›"),
        ("\U000e0041", "‹U+E0041›"),
        ("\ud800", "‹U+D800›"),
        ("\udcff", "�"),
    ],
)
def test_marks(character: str, mark: str) -> None:
    assert mark_of(character) == mark
    assert visible(f"a{character}b") == f"a{mark}b"


def test_text_of_several_lines_keeps_lines_and_tabs() -> None:
    assert visible_lines("a\tb\nc\x1b") == "a    b\nc␛"


def test_bidi_finds_every_character_that_turns_the_direction() -> None:
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for code in range(0x2000, 0x2070):
        if unicodedata.bidirectional(chr(code)) in turning:
            assert BIDI.match(chr(code))


def test_lines_that_turn_the_direction_are_named() -> None:
    assert bidi_lines(["plain", "日本語", "a\u202eb", "", "\u200f"]) == [2, 4]
