"""A rule is only passed over where it cannot match."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexer import RegexLexer
from pygments.token import Keyword, Name

from qatui.syntax import first_characters
from qatui.syntax.first_characters import sieves_of

ASCII = "".join(map(chr, range(128)))
PIECES = ["a", "k", "s", "B", "1", "_", " ", r"\n", ".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", "[a-c]", "[^a]", "ſ"]
PIECES += [r"[^\s1]", "[A-Zé]", "[^\x00-@]", r"\b", "^", "$", "K", "(?:b|c)", "(?:|b)", "(?i:k)", "(?=1)", "(?=a|1)"]
PIECES += ["(?!a)", "(?<=a)", "(?<!a)", "(a)", "(?>ab|a)", r"\A", "(?-i:a)", "(?s:.)"]
REPEATS = ["", "", "", "*", "+", "?", "{2}", "{0,2}", "*?", "+?", "??", "*+"]
pieces = st.builds(lambda piece, repeat: f"(?:{piece}){repeat}", st.sampled_from(PIECES), st.sampled_from(REPEATS))
patterns = st.lists(st.lists(pieces, max_size=4).map("".join), min_size=1, max_size=3).map("|".join)
flags = st.sampled_from([re.NOFLAG, re.MULTILINE, re.IGNORECASE, re.DOTALL, re.ASCII, re.IGNORECASE | re.VERBOSE])


@given(patterns, flags, st.text("aAbBckKsS1_ \n\t-éſK\x00", max_size=8))
def test_what_is_passed_over_does_not_match(pattern: str, flag: re.RegexFlag, text: str) -> None:
    compiled = re.compile(pattern, flag)
    for position, character in enumerate(text):
        if character in ASCII and compiled.match(text, position):
            assert first_characters._may_begin(compiled.match, character)


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        ("abc", "a"),
        ("(?i)abc", "Aa"),
        (r"\d+", "0123456789"),
        ("[^b-~]x", "".join(map(chr, [*range(98), 127]))),
        ("a?b|c*d", "abcd"),
        ("(?=xy).", "x"),
        (r"(x)(?:\1|y)", "x"),
        ("[a-c]{2}", "abc"),
    ],
)
def test_what_a_match_may_begin_with(pattern: str, characters: str) -> None:
    match = re.compile(pattern).match
    assert "".join(each for each in ASCII if first_characters._may_begin(match, each)) == characters


def test_what_is_not_understood_is_kept() -> None:
    assert first_characters._may_begin(lambda _text, _position: None, "a")
    assert first_characters._may_begin(re.compile("(?P<x>a)?(?(x)b|c)").match, "z")


def test_rules_are_sifted_where_a_text_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_characters, "COLD", 3)

    class Two(RegexLexer):
        tokens = {"root": [(r"a", Name), (r"\d", Keyword)]}  # noqa: RUF012

    lexer = Two()
    sieve = sieves_of(lexer)["root"]
    assert [len(sieve[character]) for character in "1é1é11a é"] == [2, 2, 1, 2, 1, 1, 1, 0, 2]
    assert sieves_of(Two())["root"] is sieve
