"""Every lexer of Pygments gives with us what it gives by itself, in the end and whatever was asked for before."""

import copy
import random
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from pygments.lexer import RegexLexer, this, using
from pygments.lexers import find_lexer_class, get_all_lexers
from pygments.lexers.webmisc import XQueryLexer
from pygments.token import Keyword, Name, Operator

from qatui.syntax import first_characters, highlight
from qatui.syntax.cutting_off import CutOff
from qatui.syntax.highlight import Highlighter
from qatui.syntax.lexing import REACH, Token, is_streamed, tokens
from tests.syntax.lexed import text_for, whole

NAMES = sorted(name for name, *_ in get_all_lexers(plugins=False))
GROUPS = 8
HOPELESS = {"MCSchema", "Maple", "Redcode", "SuperCollider"}
"""Lexers with regular expressions that take longer than a life on a few words of their own."""
UNTRUE = {"Crystal", "RConsole", "RobotFramework", "Terraform"}
"""Lexers that tell parts of some texts twice, or give other characters than those that are there."""
WORDS = 150


def by_itself(lexer: Any, text: str) -> list[Token] | None:
    """What Pygments gives; None: it does not come to an end."""
    XQueryLexer.xquery_parse_state.clear()
    cut_off = CutOff()
    found: list[Token] = []

    def lex() -> None:
        cut_off.after(2)
        found.extend(token for token in copy.copy(lexer).get_tokens_unprocessed(text) if token[2])

    return found if cut_off.run(lex) else None


def sifting_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_characters, "COLD", 2)
    monkeypatch.setattr(first_characters, "_KEPT", {})


@pytest.mark.parametrize("group", range(GROUPS))
def test_every_lexer(monkeypatch: pytest.MonkeyPatch, group: int) -> None:
    """Asked for in any order, the colours in the end are those of the whole text, token for token."""
    sifting_at_once(monkeypatch)
    monkeypatch.setattr(highlight, "PATIENCE", 2)
    monkeypatch.setattr(highlight, "AT_A_TIME", 2)
    monkeypatch.setattr(highlight, "NEAR", 5)
    monkeypatch.setattr(highlight, "STEP", 7)
    for name in NAMES[group::GROUPS]:
        lexer = find_lexer_class(name)()  # type: ignore[misc]
        text = text_for(lexer, name, WORDS)
        lines = text.split("\n")[:-1]
        expected = by_itself(lexer, text)
        monkeypatch.setattr(highlight, "lexer_for", lambda _path, _line, lexer=lexer: lexer)
        shown = Highlighter(name, lines)
        chosen = random.Random(name)
        for number in chosen.choices(range(len(lines)), k=5):
            shown.line(number)
        while shown.advance():
            shown.line(chosen.randrange(len(lines)))
        if name in HOPELESS:
            assert expected is not None or f"{name} takes too long" in str(shown.why_plain)
            continue
        assert expected is not None, name
        assert [token for token in tokens(lexer, text) if token[2]] == expected, name
        if name in UNTRUE:
            assert shown.why_plain is None or f"{name} lost its place" in shown.why_plain
        else:
            assert shown.why_plain is None, name
            assert [shown.line(number) for number in range(len(lines))] == whole(expected, lines), name


def test_most_lexers_are_streamed() -> None:
    lexers = [find_lexer_class(name)() for name in NAMES[::10]]  # type: ignore[misc]
    assert sum(map(is_streamed, lexers)) > 0.75 * len(lexers)


def test_a_lexer_that_matches_nothing_for_ever_is_pushed_on() -> None:
    class Stuck(RegexLexer):
        tokens = {"root": [(r"x", Keyword), (r"", Keyword)]}  # noqa: RUF012

    assert (3, Keyword, "x") in list(tokens(Stuck(), "ab\nx\n"))


def test_a_match_reaches_so_far_and_no_further() -> None:
    class Long(RegexLexer):
        flags = re.DOTALL
        tokens = {"root": [(r"<.*?>", Keyword), (r"[<.]", Name)]}  # noqa: RUF012

    near, far = "<" + "." * (REACH - 2) + ">", "<" + "." * (REACH - 1) + ">"
    assert next(tokens(Long(), near)) == (0, Keyword, near)
    assert next(tokens(Long(), far)) == (0, Name, "<")


def test_two_texts_at_once_do_not_disturb_each_other() -> None:
    """Some lexers keep what they saw in themselves; XQuery keeps it in its class."""
    for name in ("XQuery", "HTTP", "Snowball", "Modula-2", "MIME"):
        lexer = find_lexer_class(name)()  # type: ignore[misc]
        text = text_for(lexer, "two", 200)
        expected = by_itself(lexer, text)
        first, second = tokens(lexer, text), tokens(lexer, text[::-1])
        found = []
        for token in first:
            next(second, None)
            found.append(token)
        assert [token for token in found if token[2]] == expected


def test_lexers_inside_lexers_have_their_own_rules() -> None:
    """What looks at its tokens afterwards still runs itself on a part of the text, in a state of its own."""

    class Nested(RegexLexer):
        tokens = {  # noqa: RUF012
            "root": [(r"(?<=<)\w+", using(this, state="in")), (r"[\w<>]", Name)],  # type: ignore[no-untyped-call]
            "in": [(r"\w", Keyword)],
        }

        def get_tokens_unprocessed(self, text: str, stack: Iterable[str] = ("root",)) -> Iterator[Token]:
            for index, token, value in super().get_tokens_unprocessed(text, stack):
                yield index, Operator if value == "a" else token, value

    found = [(token, value) for _, token, value in tokens(Nested(), "a<ab>b")]
    assert found == [(Operator, "a"), (Name, "<"), (Operator, "a"), (Keyword, "b"), (Name, ">"), (Name, "b")]
