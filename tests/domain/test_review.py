"""Checklists with their answers."""

from qatui.domain.review import Ticked, checklist, open_required
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
