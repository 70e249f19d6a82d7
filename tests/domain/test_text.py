"""Text fit for a database."""

from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.text import storable


def test_what_is_no_text_becomes_a_mark() -> None:
    assert storable("a\0b\udcffc") == "a�b�c"


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_text_stays_text(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept
    assert [each if ord(each) and not "\ud800" <= each <= "\udfff" else "�" for each in text] == list(kept)
