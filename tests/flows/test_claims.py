"""Claims and assignments: whose a candidate is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from qatui.domain.candidate import Outcome, State
from qatui.domain.lifecycle import Action
from qatui.domain.moments import DAY
from qatui.errors import UsageError
from qatui.flows.claims import assign, claim, release
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.settings.types import Person, Team
from tests.conftest import NOW, seed
from tests.flows.rows import get

As = Callable[[Desk, str], Desk]


def test_claim_and_release(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    assert claim(desk, [number]).done == (number,)
    assert (get(desk, number).state, get(desk, number).assignee) == (State.IN_REVIEW, desk.reviewer)
    version = get(desk, number).version
    assert claim(desk, [number, 9]) == Outcome(refused=((9, "no such candidate"),), already=(number,))
    assert get(desk, number).version == version
    assert release(desk, [number]).done == (number,)
    assert (get(desk, number).state, get(desk, number).assignee) == (State.PENDING, None)
    assert release(desk, [number]) == Outcome(already=(number,))


def test_the_claim_of_another_stands(desk: Desk, as_reviewer: As) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    claim(as_reviewer(desk, "sam"), [number])
    assert claim(desk, [number]).refused == ((number, "claimed by @sam"),)
    assert release(desk, [number]).refused == ((number, "claimed by @sam"),)
    assert get(desk, number).assignee == "sam"


def test_assign_takes_over(desk: Desk, as_reviewer: As) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    claim(as_reviewer(desk, "sam"), [number])
    assert assign(desk, [number], " @kim ").done == (number,)
    assert (get(desk, number).state, get(desk, number).assignee) == (State.IN_REVIEW, "kim")
    assert assign(desk, [number], "kim") == Outcome(already=(number,))


def test_who_decided_needs_nobody(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.APPROVE)
    assert claim(desk, [number]).refused == ((number, "it is approved and needs nobody"),)
    assert release(desk, [number]) == Outcome(already=(number,))


def test_a_claim_ends_a_deferral_and_an_assignment_does_not(desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "x\n"})
    decide(desk, [one, two], Action.DEFER, until=NOW + DAY)
    claim(desk, [one])
    assign(desk, [two], "kim")
    first, second = get(desk, one), get(desk, two)
    assert (first.state, first.deferred_until, first.verdict) == (State.IN_REVIEW, None, None)
    assert (second.state, second.deferred_until, second.assignee) == (State.DEFERRED, NOW + DAY, "kim")
    assert second.verdict is not None


@pytest.mark.parametrize("name", ["", " ", "@", "a b", "a\x1b[31m", "x" * 255, "\udcff"])
def test_a_name_that_is_none(desk: Desk, name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a person"):
        assign(desk, [1], name)


def test_where_the_team_lists_its_people_it_is_one_of_them(desk: Desk) -> None:
    desk = replace(desk, team=Team(people={"kim": Person(), "samantha": Person()}))
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    with pytest.raises(UsageError, match="not one of the team's people") as caught:
        assign(desk, [number], "samanta")
    assert caught.value.hint == "Did you mean samantha? There are: kim, robin@example.test, samantha"
    with pytest.raises(UsageError) as caught:
        assign(desk, [number], "zzz")
    assert caught.value.hint.startswith("There are: ")
    assert assign(desk, [number], desk.reviewer).done == (number,)
