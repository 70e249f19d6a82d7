"""Outcomes add up; the groups of states."""

from qatui.domain.candidate import GONE, OPEN, Outcome, Risk, State


def test_outcomes_add_up_and_keep_the_first_group() -> None:
    one = Outcome((1, 2), ((3, "why"),), None)
    two = Outcome((4,), ((5, "because"),), "g")
    assert one + two == Outcome((1, 2, 4), ((3, "why"), (5, "because")), "g")
    assert (two + Outcome((6,), group="h")).group == "g"
    assert Outcome() + Outcome() == Outcome()


def test_no_state_is_both_left_and_gone() -> None:
    assert not OPEN & GONE
    assert {State.PENDING, State.IN_REVIEW} == OPEN


def test_the_worst_risk_comes_first() -> None:
    assert sorted(Risk) == [Risk.HIGH, Risk.LOOK, Risk.GOOD, Risk.UNKNOWN]
