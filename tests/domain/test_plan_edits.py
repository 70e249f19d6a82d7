"""An edit of a plan changes the wanted bytes and no others; twice is once; undone, the first bytes are back."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.plan_edits import add_pull, add_suffix, remove_suffix, toggle
from qatui.domain.plan_items import Item, items
from qatui.errors import NotFound, PlanEditRefused
from tests.domain.plans import DRAWN, VARIANTS, Change, shared_plans, varied

SHARED_PLANS = shared_plans()
SUFFIXES = (" (#987654)", " (closes #987654)")
MANY = 20
"""Items of a plan that take too long to edit one by one."""


def others(data: bytes, but: Item) -> list[tuple[int, bool, str, str | None]]:
    return [(item.line, item.checked, item.text, item.marker) for item in items(data) if item.number != but.number]


def check_toggle(data: bytes, item: Item) -> None:
    edited = toggle(data, item.number, not item.checked)
    assert len(edited) == len(data)
    assert [at for at, (old, new) in enumerate(zip(data, edited, strict=True)) if old != new] == [item.offset]
    assert items(edited)[item.number - 1].checked is not item.checked
    assert others(edited, item) == others(data, item)
    assert toggle(edited, item.number, not item.checked) is edited
    assert toggle(data, item.number, item.checked) is data
    if data[item.offset : item.offset + 1] in (b" ", b"x"):
        assert toggle(edited, item.number, item.checked) == data


def check_suffix(data: bytes, item: Item, suffix: str) -> None:
    edited = add_suffix(data, item.number, suffix)
    assert edited == data[: item.end] + suffix.encode() + data[item.end :]
    assert others(edited, item) == others(data, item)
    assert add_suffix(edited, item.number, suffix) is edited
    assert remove_suffix(edited, item.number, suffix) == data
    assert remove_suffix(data, item.number, suffix) is data


@pytest.mark.skipif(not SHARED_PLANS, reason="the workshop's shared folder is absent: plans/files")
@pytest.mark.parametrize("change", VARIANTS.values(), ids=VARIANTS)
def test_real_plans_are_edited_byte_for_byte(change: Change) -> None:
    """One item of each file, in each variant another one."""
    turn = list(VARIANTS.values()).index(change)
    for plan in SHARED_PLANS:
        data = varied(plan, change).data
        if found := [item for item in items(data) if item.text]:  # a box over two lines is left to a person
            item = found[turn * len(found) // len(VARIANTS)]
            check_toggle(data, item)
            check_suffix(data, item, SUFFIXES[turn % 2])


@pytest.mark.skipif(not SHARED_PLANS, reason="the workshop's shared folder is absent: plans/files")
def test_every_item_of_real_plans_is_ticked_and_linked() -> None:
    """All of them one after the other, and back: only a box that is broken over two lines is left to a person."""
    left = []
    for plan in SHARED_PLANS:
        if len(plan.items) > MANY:
            continue
        data = plan.data
        for item in items(data):
            try:
                data = add_pull(toggle(data, item.number, True), item.number, 987654)
            except PlanEditRefused:
                left.append((plan.name, item.line))
        after = items(data)
        done = [item.number for item in after if item.checked and item.pulls == (987654,)]
        assert len(done) == len(plan.items) - sum(name == plan.name for name, _ in left)
        for item, first in zip(after, plan.items, strict=True):
            data = remove_suffix(data, item.number, SUFFIXES[0])
            if not first.checked and item.checked:
                data = toggle(data, item.number, False)
        assert data == plan.data.replace(b"[\t]", b"[ ]")
    assert [line for _, line in left] == [29]


@given(DRAWN, st.integers(0, 20), st.sampled_from(SUFFIXES))
def test_drawn_plans_are_edited_byte_for_byte_or_not_at_all(data: bytes, which: int, suffix: str) -> None:
    found = items(data)
    if found:
        item = found[which % len(found)]
        with suppress(PlanEditRefused):
            check_toggle(data, item)
        with suppress(PlanEditRefused):
            check_suffix(data, item, suffix)


@given(DRAWN, st.integers(0, 20))
def test_a_pull_request_is_named_once(data: bytes, which: int) -> None:
    found = items(data)
    if found:
        item = found[which % len(found)]
        with suppress(PlanEditRefused):
            edited = add_pull(data, item.number, 987654)
            assert 987654 in items(edited)[item.number - 1].mentions
            assert add_pull(edited, item.number, 987654) is edited
            assert others(edited, item) == others(data, item)


@pytest.mark.parametrize(
    ("line", "edited"),
    [
        ("- [ ] a", "- [ ] a (#12)"),
        ("- [ ] a  ", "- [ ] a (#12)  "),
        ("> 1) [X] a\t \n> b", "> 1) [X] a (#12)\t \n> b"),
        ("- [ ] a <!-- qa:7K3F9X -->", "- [ ] a (#12) <!-- qa:7K3F9X -->"),
        ("- [ ] a   <!-- qa:7K3F9X -->  ", "- [ ] a (#12)   <!-- qa:7K3F9X -->  "),
        ("- [ ] a (closes #3) <!-- qa:7K3F9X -->", "- [ ] a (closes #3) (#12) <!-- qa:7K3F9X -->"),
        ("- [ ] <!-- qa:7K3F9X -->", "- [ ] (#12) <!-- qa:7K3F9X -->"),
        ("- [ ] a\\\n  b", "- [ ] a (#12)\\\n  b"),
        ("- [ ] a\\\\\n  b", "- [ ] a\\\\ (#12)\n  b"),
        ("- [ ] a\\", "- [ ] a\\ (#12)"),
        ("* [ ]\n  a", "* [ ] (#12)\n  a"),
        ("* [ ]  \n  a", "* [ ] (#12)  \n  a"),
        ("- [ ] `a`", "- [ ] `a` (#12)"),
        ("- [ ] a (#12)", "- [ ] a (#12)"),
        ("- [ ] a (#12) (#13)  ", "- [ ] a (#12) (#13)  "),
        ("- [ ] a <!-- qa:7K3F9X --> (#12)", "- [ ] a <!-- qa:7K3F9X --> (#12)"),
        ("- [ ] a (#120)", "- [ ] a (#120) (#12)"),
        ("- [ ] a `#12`", "- [ ] a `#12` (#12)"),
        ("- [ ] a, done in #12", "- [ ] a, done in #12"),
        ("- [ ] a (#PR_NUMBER)", "- [ ] a (#12)"),
        ("- [ ] a #PR_NUMBER: b  ", "- [ ] a #12: b  "),
        ("- [ ] [a #PR_NUMBER](u) <!-- qa:7K3F9X -->", "- [ ] [a #12](u) <!-- qa:7K3F9X -->"),
        ("- [ ] `#PR_NUMBER`", "- [ ] `#PR_NUMBER` (#12)"),
        ("- [ ] `#PR_NUMBER` #PR_NUMBER", "- [ ] `#12` #12"),
        ("- [ ] a #PR_NUMBERS", "- [ ] a #PR_NUMBERS (#12)"),
        ("- [ ] a #PR_NUMBER\n- [ ] b #PR_NUMBER", "- [ ] a #12\n- [ ] b #PR_NUMBER"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b""], ids=["LF", "CRLF", "CR", "none"])
def test_where_the_number_goes(line: str, edited: str, end: bytes) -> None:
    data, wanted = (text.encode().replace(b"\n", end or b"\n") + end for text in (line, edited))
    assert add_pull(data, 1, 12) == wanted
    assert add_pull(wanted, 1, 12) is wanted


def test_bytes_that_are_no_text_survive() -> None:
    data = b"\xef\xbb\xbf# \xff\0\r\n- [ ] \xc3( \xed\xa0\x80\t\r- [X] \x85 \x0c\n\n<!-- \xfe"
    assert toggle(data, 1, True) == data.replace(b"[ ]", b"[x]")
    assert toggle(data, 2, True) is data
    assert toggle(data, 2, False) == data.replace(b"[X]", b"[ ]")
    assert add_suffix(data, 1, " (#12)") == data.replace(b"\x80\t", b"\x80 (#12)\t")
    assert add_suffix(data, 2, " (closes #1)") == data.replace(b"\x85 \x0c", b"\x85 (closes #1) \x0c")


@pytest.mark.parametrize(
    "edit",
    [
        lambda: toggle(b"+ [\n] a\n- [ ] b\n", 1, True),
        lambda: add_suffix(b"+ [\n] a\n- [ ] b\n", 1, " (#12)"),
        lambda: add_suffix(b"- [ ] a `b\n  c`\n", 1, " (#12)"),
        lambda: add_pull(b"- [ ] a <!-- b\n  c -->\n", 1, 12),
    ],
)
def test_what_would_change_more_is_refused(edit: Callable[[], bytes]) -> None:
    with pytest.raises(PlanEditRefused, match=r"^Item 1 of the plan, on line 1,"):
        edit()


@pytest.mark.parametrize("number", [0, -1, 3])
def test_an_item_that_is_not_there(number: int) -> None:
    with pytest.raises(NotFound, match="the plan has 2"):
        toggle(b"- [ ] a\n- [ ] b\n", number, True)


@pytest.mark.parametrize("suffix", ["", "(#12)", " (#12)\n- [ ] x", " (#012)", " (fixes #12)", " #12", " (#١)"])
def test_a_suffix_is_a_link_and_nothing_else(suffix: str) -> None:
    with pytest.raises(ValueError, match="not a link"):
        add_suffix(b"- [ ] a\n", 1, suffix)


def test_only_the_named_link_goes() -> None:
    data = b"- [x] a (#1) (#12) (#2) <!-- qa:7K3F9X -->\n"
    assert remove_suffix(data, 1, " (#12)") == b"- [x] a (#1) (#2) <!-- qa:7K3F9X -->\n"
    assert remove_suffix(data, 1, " (#3)") is data
    assert remove_suffix(b"- [ ] `(#12)` b\n", 1, " (#12)") == b"- [ ] `(#12)` b\n"
