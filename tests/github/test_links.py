"""The Link header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.github.links import next_page, relations

FIRST = (
    '<https://api.github.com/repositories/1300192/issues?page=2>; rel="next", '
    '<https://api.github.com/repositories/1300192/issues?page=515>; rel="last"'
)


def test_the_first_page_of_the_documentation() -> None:
    """https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api"""
    assert next_page(FIRST) == "https://api.github.com/repositories/1300192/issues?page=2"
    assert set(relations(FIRST)) == {"next", "last"}


def test_the_last_page_has_no_next() -> None:
    assert next_page('<https://x.test/?page=1>; rel="prev", <https://x.test/?page=1>; rel="first"') is None
    assert next_page("") is None


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("<a>;rel=next", {"next": "a"}),
        ('<a> ; rel = "next last"', {"next": "a", "last": "a"}),
        ('<a>; title="x, <b>; rel=prev"; rel="NEXT"', {"next": "a"}),
        ('<a,b;c>; rel="next"', {"next": "a,b;c"}),
        ('<a>; rel="next", <b>; rel="next"', {"next": "a"}),
        ("<a>", {}),
        ("<a>; rel", {}),
        ('<a>; rel="next', {}),
        ("a; rel=next", {}),
        (",,<a>;;rel=next", {}),
    ],
)
def test_forms(header: str, found: dict[str, str]) -> None:
    assert relations(header) == found


names = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=8)
addresses = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), max_size=30)


@given(st.dictionaries(names, addresses, max_size=5))
def test_what_was_written_is_read(links: dict[str, str]) -> None:
    assert relations(", ".join(f'<{url}>; rel="{name}"' for name, url in links.items())) == links


@given(st.text(st.sampled_from('<>;,="rel next\\\n\x00ü'), max_size=60))
def test_any_header_is_read(header: str) -> None:
    relations(header)


def test_a_hostile_header_costs_no_time() -> None:
    for part in ("<", "<a>;", '<a>; x="', "; rel", "<a>; rel=next, "):
        relations(part * 100_000)
