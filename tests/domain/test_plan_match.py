"""A reference names one item, or the answer says why it does not."""

import pytest

from qatui.domain.plan_items import Item, items
from qatui.domain.plan_match import NoMatch, matching

PLAN = items(
    b"""# A
- [ ] Partial refunds (closes #7) <!-- qa:7K3F9X -->
- [ ] Search <!-- qa:7K3F9Y -->
- [ ] twice
- [x] #8
- [ ] see #9 (#10)
- [ ] copied <!-- qa:2H7KQC -->
# B
- [ ] twice
- [ ] copied too <!-- qa:2H7KQC -->
- [ ] one (closes #11)
- [ ] two (closes #11)
- [ ] `code` and **bold**
"""
)


@pytest.mark.parametrize(
    ("reference", "line"),
    [
        ("7K3F9X", 2),
        ("QA-7K3F9X", 2),
        ("qa:7k3f9x", 2),
        (" 7K3F9Y ", 3),
        ("#7", 2),
        ("#8", 5),
        ("Partial refunds", 2),
        ("Partial refunds (closes #7) <!-- qa:7K3F9X -->", 2),
        ("Search", 3),
        ("see #9", 6),
        ("see #9 (#10)", 6),
        ("copied", 7),
        ("`code` and **bold**", 13),
    ],
)
def test_what_names_one_item(reference: str, line: int) -> None:
    found = matching(PLAN, reference)
    assert isinstance(found, Item)
    assert found.line == line


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("twice", "2 items have this text, on lines 4 and 9"),
        ("2H7KQC", "2 items have the id 2H7KQC, on lines 7 and 10"),
        ("#11", "2 items have a link to #11, on lines 11 and 12"),
        ("#9", "no item has a link to #9 or this text"),
        ("#10", "no item has a link to #10 or this text"),
        ("7K3F9Z", "no item has the id 7K3F9Z or this text"),
        ("7K3F9", "no item has this text"),
        ("QA-7K3F9X ", None),
        ("xQA-7K3F9X", "no item has this text"),
        ("partial refunds", "no item has this text"),
        ("refunds", "no item has this text"),
        (" ", "no item is named"),
    ],
)
def test_what_names_none_or_several(reference: str, reason: str | None) -> None:
    found = matching(PLAN, reference)
    assert (found.reason if isinstance(found, NoMatch) else None) == reason


def test_many_lines_are_cut() -> None:
    found = matching(items(b"- [ ] a\n" * 9), "a")
    assert isinstance(found, NoMatch)
    assert found.reason == "9 items have this text, on lines 1, 2, 3, 4, 5 ..."
