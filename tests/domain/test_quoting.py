"""Untrusted words have no power where they are put."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qatui.domain.marks import HIDDEN
from qatui.domain.quoting import code, markdown, one_line, powerless, quote, shortened, signature

PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
NASTY = st.text(st.one_of(st.sampled_from("`|\\<>[]()*_~#@!&-+=:/$ \n\t\r1.x"), st.characters()), max_size=40)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain words", "plain words"),
        ("fixes #12", "fixes # 12"),
        ("closes acme/api#12 and GH-7", "closes acme/api# 12 and GH- 7"),
        ("see https://github.com/a/b/issues/1", "see https: //github.com/a/b/issues/1"),
        ("@kim and me@example.test", "@ kim and me@example.test"),
        ("x [skip ci]", "x (skip ci)"),
        ("x [skip azurepipelines] [vercel skip]", "x (skip azurepipelines) (vercel skip)"),
        ("x ***NO_CI*** ***no_ci***", "x * **NO_CI*** * **no_ci***"),
        ("x skip-checks:true", "x skip- checks:true"),
        ("x [No CI] [ci-skip] [skip actions @kim]", "x (No CI) (ci-skip) (skip actions @ kim)"),
        ("test_x[decimal]", "test_x[decimal]"),
        ("a\n\nSigned-off-by: x\r\n\x85y\u2028z", "a Signed-off-by: x y z"),
        ("\x1b[31m\u202e", "␛[31m‹U+202E›"),
        ("#hashtag #", "#hashtag #"),
    ],
)
def test_powers_are_taken(text: str, safe: str) -> None:
    assert powerless(text) == safe


@given(st.text())
def test_one_line_is_one_visible_line(text: str) -> None:
    assert not HIDDEN.search(one_line(text))
    assert len(one_line(text).splitlines()) <= 1


def rendered(text: str) -> str:
    """What a reader sees of one paragraph of Markdown."""
    (inline,) = [token for token in PARSER.parse(text) if token.type == "inline"]
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}, text
    return "".join(child.content for child in inline.children or [])


@given(NASTY)
def test_markdown_says_only_what_the_words_say(text: str) -> None:
    plain = powerless(text)
    if plain:
        assert rendered(f"- said: {markdown(text)}").removeprefix("said: ") == plain
        assert rendered(markdown(text)) == plain


@given(NASTY, NASTY)
def test_a_cell_stays_a_cell(left: str, right: str) -> None:
    tokens = PARSER.parse(f"| a | b |\n|---|---|\n| {code(left)} | {markdown(right) or 'x'} |\n\nafter")
    assert [token.type for token in tokens].count("td_open") == 2
    assert "html_inline" not in str(tokens)
    assert tokens[-2].content == "after"


@given(NASTY)
def test_code_is_a_code_span_with_nothing_beside_it(text: str) -> None:
    (inline,) = [token for token in PARSER.parse(f"x {code(text)} y") if token.type == "inline"]
    assert [child.type for child in inline.children or []] == ["text", "code_inline", "text"]


@given(NASTY)
def test_a_quotation_ends_where_it_ends(text: str) -> None:
    quoted = quote(text)
    tokens = PARSER.parse(f"{quoted}\n\nafter")
    kinds = {token.type for token in tokens} - {"blockquote_open", "blockquote_close"}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline"}, quoted
    assert tokens[-2].content == "after"
    for token in tokens:
        assert {child.type for child in token.children or []} <= {"text", "text_special", "hardbreak", "softbreak"}


def test_lines_of_a_quotation_stay_apart() -> None:
    assert quote("  a\nb\\\n\n# c\n") == "> a\\\n> b\\\\\n>\n> \\# c"


def test_shortened_text_shows_its_cut() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("abc def", 5) == "abc…"


def test_a_signature_is_what_git_takes() -> None:
    assert signature("A <b>\nAuthor: x", "e@x>\n") == ("A b Author: x", "e@x")
    assert signature("", "") == ("unknown", "unknown")
    assert signature(" ", "e@x") == ("e@x", "e@x")
