"""What a merge does to the test plan."""

import pytest

from qatui.domain import ticking

PLAN = b"""# Plan\r
\r
- [ ] partial refunds <!-- qa:7K3F9X -->\r
* [X] refunds of refunds\r
- [ ] orders (closes #12)\r
- [ ] #13\r
- [ ] twice\r
- [ ] twice\r
- [ ] see #PR_NUMBER for this"""
OTHER = b"- [ ] elsewhere\n- [ ] partial refunds\n"
PLANS = {"docs/plan.md": PLAN, "docs/other.md": OTHER}


def after(references: list[str], against: dict[int, str] | None = None) -> ticking.Ticked:
    """What becomes of the plans."""
    placed, told = ticking.find(PLANS, references, 45)
    ticked = ticking.tick(PLANS, placed, 45, against or {})
    return ticking.Ticked(ticked.files, ticked.items, (*told, *ticked.told))


@pytest.mark.parametrize(
    ("reference", "path", "was", "becomes"),
    [
        ("7K3F9X", "docs/plan.md", b"- [ ] partial refunds <!--", b"- [x] partial refunds (#45) <!--"),
        ("QA-7k3f9x", "docs/plan.md", b"- [ ] partial refunds <!--", b"- [x] partial refunds (#45) <!--"),
        ("refunds of refunds", "docs/plan.md", b"refunds of refunds", b"refunds of refunds (#45)"),
        ("#12", "docs/plan.md", b"- [ ] orders (closes #12)", b"- [x] orders (closes #12) (#45)"),
        ("orders", "docs/plan.md", b"- [ ] orders (closes #12)", b"- [x] orders (closes #12) (#45)"),
        ("#13", "docs/plan.md", b"- [ ] #13", b"- [x] #13 (#45)"),
        ("see #PR_NUMBER for this", "docs/plan.md", b"- [ ] see #PR_NUMBER for", b"- [x] see #45 for"),
        ("elsewhere", "docs/other.md", b"- [ ] elsewhere", b"- [x] elsewhere (#45)"),
    ],
)
def test_one_item_is_ticked_and_names_its_pull_request(reference: str, path: str, was: bytes, becomes: bytes) -> None:
    ticked = after([reference])
    assert ticked.files == {path: PLANS[path].replace(was, becomes, 1)}
    assert (len(ticked.items), ticked.told) == (1, ())
    placed, _ = ticking.find({**PLANS, **ticked.files}, [reference], 45)
    again = ticking.tick({**PLANS, **ticked.files}, placed, 45, {})
    assert (again.files, again.items, again.told) == ({}, (), ())


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("twice", "“twice” is not ticked: 2 items have this text, on lines 7 and 8"),
        ("nothing", "“nothing” is not ticked: no item has this text"),
        ("#99", "“#99” is not ticked: no item has a link to #99 or this text"),
    ],
)
def test_what_means_no_single_item_is_told(reference: str, words: str) -> None:
    ticked = after([reference])
    assert (ticked.files, ticked.items) == ({}, ())
    assert words in ticked.told[0]


def test_what_two_files_have_is_told() -> None:
    assert after(["partial refunds"]).told == (
        "“partial refunds” is not ticked: it is in docs/plan.md and in docs/other.md",
    )
    placed, told = ticking.find({}, ["orders"], 45)
    assert (placed, told) == ([], ["“orders” is not ticked: there is no plan"])


def test_an_issue_that_is_not_done_keeps_its_item_open() -> None:
    ticked = after(["orders", "elsewhere"], {12: "the merge did not close #12"})
    assert list(ticked.files) == ["docs/other.md"]
    assert ticked.items == ("elsewhere",)
    assert ticked.told == ("“orders” is not ticked: the merge did not close #12",)
    placed, _ = ticking.find(PLANS, ["orders", "#13", "#12", "elsewhere"], 45)
    assert ticking.issues(placed) == [12, 13]
    assert len(placed) == 3, "orders and #12 are the same item"


@pytest.mark.parametrize(
    ("state", "reason", "why"),
    [
        ("closed", "completed", None),
        ("closed", None, None),
        ("open", None, "the merge did not close #7"),
        ("open", "reopened", "the merge did not close #7"),
        ("closed", "not_planned", "#7 was closed as not planned"),
        ("closed", "duplicate", "#7 was closed as duplicate"),
    ],
)
def test_which_issues_are_done(state: str, reason: str | None, why: str | None) -> None:
    assert ticking.why_open(state, reason, 7) == why


def test_an_edit_that_would_change_more_is_told() -> None:
    plan = {"p.md": b"- [ ] a `code\n  span` here\n"}
    placed, _ = ticking.find(plan, ["a `code"], 45)
    ticked = ticking.tick(plan, placed, 45, {})
    assert ticked.files == {}
    assert "ends within code" in ticked.told[0]


def test_the_words_of_the_commit_have_no_power() -> None:
    assert ticking.message(["refunds"], 45) == "docs: tick 1 item of the test plan (#45)\n\n- refunds\n"
    words = ticking.message(["closes #1 for @kim", "x\nSigned-off-by: me"], 45)
    assert words == "docs: tick 2 items of the test plan (#45)\n\n- closes # 1 for @ kim\n- x Signed-off-by: me\n"


def test_a_placeholder_alone_never_means_the_issue_of_that_number() -> None:
    placed, told = ticking.find({"docs/plan.md": b"- [ ] first (closes #45)\n"}, ["#PR_NUMBER"], 45)
    assert placed == []
    assert "“#PR_NUMBER” is not ticked" in told[0]
