"""Code spans found without a parser are those that the parser finds."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qatui.domain.code_spans import first_line_without_code

PARSER = MarkdownIt("zero").enable(["newline", "backticks"])


@given(st.text(st.sampled_from("``` a#1\n"), max_size=30))
def test_as_the_parser_finds_them(text: str) -> None:
    (inline,) = PARSER.parseInline(text)
    plain = ""
    for token in inline.children or []:
        if token.type in ("softbreak", "hardbreak"):
            break
        plain += token.content if token.type == "text" else ""
    assert first_line_without_code(text).rstrip(" ") == plain.rstrip(" ")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a `b` c", "a  c"),
        ("a ``b` c", "a ``b` c"),
        ("a ``b ` c`` #1", "a  #1"),
        ("a `b\nc` #1\n#2", "a  #1"),
        ("a `b\n#2", "a `b"),
        ("", ""),
    ],
)
def test_examples(text: str, plain: str) -> None:
    assert first_line_without_code(text) == plain


def test_runs_that_nothing_closes_take_no_time() -> None:
    text = " ".join("`" * length for length in range(1, 1500)) + "`x " * 100_000
    before = time.process_time()
    first_line_without_code(text)
    assert time.process_time() - before < 2
