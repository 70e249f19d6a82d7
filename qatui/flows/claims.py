"""Claims: whose a candidate is while it is being reviewed. A claim of another person refuses verdicts."""

from collections.abc import Iterable, Mapping

from qatui.domain.candidate import Candidate, Outcome, State
from qatui.domain.lifecycle import Action, Circumstances, next_state, why_not
from qatui.domain.marks import HIDDEN
from qatui.domain.nearest import did_you_mean
from qatui.errors import UsageError
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.store.candidates import verdict_values
from qatui.store.database import Connection

_NAME_LIMIT = 254
"""Longest e-mail address (RFC 5321)."""


def claim(desk: Desk, ids: Iterable[int]) -> Outcome:
    """Take each of `ids` for the reviewer; a deferred one comes back to work by it."""
    return moves.move(desk, ids, Action.CLAIM, _judge(desk, Action.CLAIM, desk.reviewer))


def release(desk: Desk, ids: Iterable[int]) -> Outcome:
    """Give back what the reviewer claimed."""
    return moves.move(desk, ids, Action.RELEASE, _judge(desk, Action.RELEASE, None))


def assign(desk: Desk, ids: Iterable[int], to: str) -> Outcome:
    """Give each of `ids` to a person, whoever has it now; raises UsageError for a name that is none."""
    name = _person(desk, to)
    return moves.move(desk, ids, Action.ASSIGN, _judge(desk, Action.ASSIGN, name))


def _judge(desk: Desk, action: Action, name: str | None) -> moves.Judge:
    """Make each candidate the person's, or nobody's."""
    given = Circumstances(desk.reviewer)

    def judge(_connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Change | str]:
        judged: dict[int, moves.Change | str] = {}
        for number, each in found.items():
            if each.assignee == name:
                judged[number] = moves.SO_ALREADY
            else:
                judged[number] = why_not(each, action, given) or _columns(each, action, name)
        return judged

    return judge


def _columns(each: Candidate, action: Action, assignee: str | None) -> moves.Change:
    """What a claim makes of the row; a deferral that it ends is over, its verdict with it."""
    state = next_state(each.state, action)
    assert state is not None
    woken = each.state is State.DEFERRED and state is not State.DEFERRED
    return {
        "state": state.value,
        "assignee": assignee,
        "deferred_until": None if woken else each.deferred_until,
        **verdict_values(None if woken else each.verdict),
    }


def _person(desk: Desk, to: str) -> str:
    """The name without its `@`; where the team lists its people it must be one of them."""
    name = to.strip().removeprefix("@")
    if not name or len(name) > _NAME_LIMIT or " " in name or HIDDEN.search(name):
        raise UsageError(f"“{to}” is no name of a person.", "Give a GitHub login or a git e-mail.")
    people = sorted({*desk.team.people, desk.reviewer})
    if desk.team.people and name not in people:
        raise UsageError(f"“{name}” is not one of the team's people.", did_you_mean(name, people))
    return name
