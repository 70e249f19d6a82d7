"""No character that hides, moves the cursor or turns the direction is ever shown as it is."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size

from qatui.domain.marks import BIDI, HIDDEN, bidi_lines, mark_of, pieces, takes_no_cell, visible, visible_lines

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


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "é日本語",
        "😀",
        "a b",
        "‹U+202E›",
        "␛",
        "ß→−",
        "e\u0301",
        "Ελλάδα",
        "Україна",
        "ไทย",
        "한국어",
        "1\u20e3",
    ],
)
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
        ("\u00a0", "⍽"),
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


def test_every_hidden_character_has_a_code_on_demand() -> None:
    assert [mark_of(each, codes=True) for each in "\x1b\t\u202e\U0010fffd\udcff"] == [
        "‹U+001B›",
        "‹U+0009›",
        "‹U+202E›",
        "‹U+10FFFD›",
        "‹0xFF›",
    ]


def test_what_is_shown_as_it_is_has_the_width_that_every_table_gives_it() -> None:
    """Rich's table is what Textual lays out with; Python's own stands for terminals that follow the standard."""
    text = "a".join(map(chr, [*range(0x20, 0x20000), *range(0x20000, sys.maxunicode, 97)]))
    wrong = []
    for character in {each for piece in pieces(text) if piece.quiet is None for each in piece.shown}:
        wide = unicodedata.east_asian_width(character) in "WF"
        if get_character_cell_size(character) != (0 if takes_no_cell(character) else 1 + wide):
            wrong.append(f"U+{ord(character):04X}")
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "shown", "quiet"),
    [
        ("👨\u200d👩", "👨‹U+200D›👩", [True]),
        ("❤\ufe0f", "❤‹U+FE0F›", [True]),
        ("❤\ufe0f\u200d🔥", "❤‹U+FE0F›‹U+200D›🔥", [True, True]),
        ("👍🏽", "👍‹U+1F3FD›", [True]),
        ("🇩🇪", "‹U+1F1E9›‹U+1F1EA›", [True, True]),
        ("हि", "ह‹U+093F›", [True]),
        ("a\u200db", "a‹U+200D›b", [False]),
        ("\u200d", "‹U+200D›", [False]),
        ("a\ufe0fb", "a‹U+FE0F›b", [False]),
        ("\ufe0f", "‹U+FE0F›", [False]),
        ("🏴\U000e0067\U000e007f", "🏴‹U+E0067›‹U+E007F›", [False, False]),
        ("\u0378\ue000", "‹U+0378›‹U+E000›", [False, False]),
    ],
)
def test_what_terminals_disagree_about_falls_into_parts(text: str, shown: str, quiet: list[bool]) -> None:
    """Quiet where it is how an emoji or a word is written, a finding where it could only hide."""
    found = list(pieces(text))
    assert "".join(each.shown for each in found) == shown == visible(text)
    assert [each.quiet for each in found if each.quiet is not None] == quiet


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u0301a", "‹U+0301›a"),
        ("\t\u0301a", "␉‹U+0301›a"),
        ("\u200b\u0301a", "‹U+200B›‹U+0301›a"),
        ("a" + "\u0301" * 6 + "b\u0301", "a" + "\u0301" * 4 + "‹U+0301›" * 2 + "b\u0301"),
        ("\u1161", "‹U+1161›"),
        ("a\u1161", "a‹U+1161›"),
        ("\u1112\u1161\u11ab", "\u1112\u1161\u11ab"),
        ("क\u094dष", "क‹U+094D›ष"),
    ],
)
def test_a_combining_mark_without_a_base_and_the_top_of_a_stack_are_shown_as_codes(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x = 'אב' + 12", "x = 'אב⡇' + 12"),
        ("אב גד", "אב⡇ גד⡇"),
        ("א\u05b8ב", "א\u05b8ב⡇"),
        ("١٢ + ٣", "١٢⡇ + ٣⡇"),
        ("אב⡇ גד", "אב⡇ גד⡇"),
        ("א\u202eב", "א⡇‹U+202E›ב⡇"),
    ],
)
def test_letters_from_right_to_left_stay_in_their_order_behind_a_stop(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.sampled_from("אעשس١ab 1+(')\u05b8\u202e\u200d🇩.,\t")))
def test_no_terminal_turns_what_stands_between_two_runs(text: str) -> None:
    """Each run is followed by a character of the direction of Latin letters, by rules W7 and N2 of the algorithm.

    https://www.unicode.org/reports/tr9/
    """
    for run in re.finditer("[אעשس١][\u05b8אעשس١]*(.?)", visible(text)):
        assert unicodedata.bidirectional(run[1]) == "L"


def test_secrets_are_masked_wherever_text_is_shown() -> None:
    token = "ghp_" + "a1B2" * 9
    assert visible(f"use {token} here") == "use ghp_•••••••• here"
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n  abcd\n-----END RSA PRIVATE KEY-----\nafter"
    masked = "-----BEGIN RSA PRIVATE KEY-----\n••••••••\n  ••••••••\n-----END RSA PRIVATE KEY-----\nafter"
    assert visible_lines(key) == masked
