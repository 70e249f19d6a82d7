"""Checklists with their answers, and text fit for a database."""

from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.review import Ticked, checklist, open_required, storable
from qatui.settings.types import ChecklistItem
from tests.conftest import NOW

ASSERTS = ChecklistItem(id="asserts", text="Does it assert?", required=True)
NAMES = ChecklistItem(id="names", text="Is the name right?")
SAFE = ChecklistItem(id="safe", text="Is it safe?", required=True)


def test_items_keep_the_teams_order_whatever_was_answered() -> None:
    ticked = checklist([ASSERTS, NAMES, SAFE], {"safe": ("kim", NOW), "gone": ("kim", NOW)})
    assert ticked == (Ticked(ASSERTS, False), Ticked(NAMES, False), Ticked(SAFE, True, "kim", NOW))
    assert checklist([], {"gone": ("kim", NOW)}) == ()


def test_only_required_open_items_refuse() -> None:
    assert open_required(checklist([ASSERTS, NAMES, SAFE], {"safe": ("kim", NOW)})) == ("Does it assert?",)
    assert open_required(checklist([NAMES], {})) == ()
    assert open_required([]) == ()


def test_what_is_no_text_becomes_a_mark() -> None:
    assert storable("a\0b\udcffc") == "a�b�c"


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_text_stays_text(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept
    assert [each if ord(each) and not "\ud800" <= each <= "\udfff" else "�" for each in text] == list(kept)
