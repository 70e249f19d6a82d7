"""The checklist's answers, and text fit for the store."""

from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.review import Ticked, checklist, open_required, storable
from qatui.settings.types import ChecklistItem

BODY = ChecklistItem(id="body", text="Is the body asserted?", required=True)
STYLE = ChecklistItem(id="style", text="Is it named by intent?")
CLEAN = ChecklistItem(id="clean", text="Is the data cleaned up?", required=True)


def test_answers_in_the_team_s_order() -> None:
    ticked = checklist([BODY, STYLE, CLEAN], {"clean": ("sam", 5), "gone": ("sam", 6)})
    assert ticked == (Ticked(BODY, False), Ticked(STYLE, False), Ticked(CLEAN, True, "sam", 5))
    assert open_required(ticked) == ("Is the body asserted?",)
    assert open_required(checklist([STYLE], {})) == ()


def test_what_is_no_text_is_replaced() -> None:
    assert storable("a\0b\udcffc\ud800") == "a�b�c�"
    assert storable("caf\u00e9 \U0001f600\n\u202e") == "caf\u00e9 \U0001f600\n\u202e"


@given(st.text(st.characters(codec=None)))
def test_anything_becomes_storable(text: str) -> None:
    stored = storable(text)
    assert stored.encode().decode() == stored
    assert "\0" not in stored
    assert len(stored) == len(text)
    assert storable(stored) == stored
