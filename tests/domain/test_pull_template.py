"""A team's template at the beginning of a pull request, whatever it leaves open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qatui.domain.pull_template import LONGEST, fitted

PARSER = MarkdownIt("commonmark")
HEADING = "\n\n## Review record\n\nword"


@pytest.mark.parametrize(
    ("template", "made"),
    [
        (None, ""),
        (b" \n\t\n", ""),
        (b"\xef\xbb\xbf## What\r\n\r\n- [ ] a\r\n\r\n", "## What\n\n- [ ] a"),
        (b"say \xff\x1b[31m\x00", "say \ufffd[31m"),
        (b"a\n<!-- say it", "a\n<!-- say it\n-->"),
        (b"<!-- a --> <!-- b -->", "<!-- a --> <!-- b -->"),
        (b"```sh\nmake", "```sh\nmake\n```"),
        (b"~~~~\n~~~\n<!--", "~~~~\n~~~\n<!--\n~~~~"),
        (b"````\n```\n````\nend", "````\n```\n````\nend"),
        (b"<!--\n```\n-->\nend", "<!--\n```\n-->\nend"),
        (b"a\n<pre>\n\nb", "a\n<pre>\n\nb\n</pre>"),
        (b"--><!--\n```", "--><!--\n```\n```"),
        (b"x" * (LONGEST + 1), ""),
    ],
)  # fmt: skip
def test_it_stays_as_it_is_and_is_closed(template: bytes | None, made: str) -> None:
    assert fitted(template) == made


PARTS = st.sampled_from(
    ["> ", "1. ", "<pre>", "<?", "```", "````", "~~~", "<!--", "-->", "\n", "\n\n", "word", " ", "- [ ] a", "# h", "`"]
)


@given(st.lists(PARTS, max_size=14).map("".join))
def test_what_comes_behind_it_is_read_as_what_it_is(template: str) -> None:
    made = fitted(template.encode())
    assert made.startswith(template.strip("\n")) or not made
    tokens = PARSER.parse(made + HEADING)
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[-1:] == ["Review record"]
    assert tokens[-2].content == "word"
