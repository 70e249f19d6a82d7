"""Text fit for a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.text import handle, storable


def test_what_is_no_text_becomes_a_mark() -> None:
    assert storable("a\0b\udcffc") == "a�b�c"


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_text_stays_text(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept
    assert [each if ord(each) and not "\ud800" <= each <= "\udfff" else "�" for each in text] == list(kept)


@pytest.mark.parametrize(
    ("name", "shown"), [("kim", "@kim"), ("rita@example.com", "rita@example.com"), ("qatui", "@qatui")]
)
def test_an_address_gets_no_sign_of_its_own(name: str, shown: str) -> None:
    assert handle(name) == shown
