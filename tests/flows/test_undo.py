"""Undo and redo: what comes back, what refuses to, and that nothing is erased."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.domain.moments import DAY
from qatui.flows.claims import assign, claim, release
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.review import answer, open_candidate, wake_due
from qatui.flows.undo import redo, undo
from qatui.settings.types import ChecklistItem, Team
from qatui.store import candidates, events
from qatui.store.database import ROWS_A_WRITE, open_database
from qatui.store.repositories import repository_id
from qatui.workspace.repository import Base, Repository
from tests.conftest import NOW, Clock, run_git, seed
from tests.flows.rows import get, put

As = Callable[[Desk, str], Desk]


def snapshots(desk: Desk, ids: list[int]) -> list[dict[str, object]]:
    """What a person decides, of each candidate."""
    return [events.snapshot(get(desk, number)) for number in ids]


def actions(desk: Desk, number: int) -> list[str]:
    """The log of a candidate, oldest first."""
    with desk.db.read() as connection:
        return [event.action for event in events.log(connection, desk.repository_id, candidate_id=number)][::-1]


VERBS: dict[str, Callable[[Desk, list[int]], object]] = {
    "approve": lambda desk, ids: decide(desk, ids, Action.APPROVE, note="good"),
    "reject": lambda desk, ids: decide(desk, ids, Action.REJECT, reason="flaky"),
    "defer": lambda desk, ids: decide(desk, ids, Action.DEFER, until=NOW + DAY),
    "claim": lambda desk, ids: claim(desk, ids),
    "assign": lambda desk, ids: assign(desk, ids, "kim"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_taken_back_and_done_again(desk: Desk, clock: Clock, verb: str) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}\n" for number in range(3)})
    before = snapshots(desk, ids)
    VERBS[verb](desk, ids)
    after = snapshots(desk, ids)
    clock.forward(1000)
    undone = undo(desk)
    assert undone is not None
    assert (undone.action, undone.outcome.done, undone.outcome.refused) == (verb, tuple(ids), ())
    assert snapshots(desk, ids) == before
    again = redo(desk)
    assert again is not None
    assert (again.action, again.outcome.done) == (verb, tuple(ids))
    assert snapshots(desk, ids) == after
    assert redo(desk) is None
    assert actions(desk, ids[0]) == ["ingest", verb, "undo", "redo"]


def test_release_is_taken_back(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    claim(desk, [number])
    release(desk, [number])
    undone = undo(desk)
    assert undone is not None
    assert undone.action == "release"
    assert (get(desk, number).state, get(desk, number).assignee) == (State.IN_REVIEW, desk.reviewer)


def test_the_stack_goes_back_and_forth(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    verbs = ["approve", "reject", "defer"]
    states = [State.PENDING, State.APPROVED, State.REJECTED, State.DEFERRED]
    for verb in verbs:
        VERBS[verb](desk, [number])
    for state in reversed(states[:-1]):
        assert undo(desk) is not None
        assert get(desk, number).state is state
    assert undo(desk) is None
    for state in states[1:]:
        assert redo(desk) is not None
        assert get(desk, number).state is state
    assert redo(desk) is None


def test_something_new_ends_redo(desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "x\n"})
    decide(desk, [one], Action.APPROVE)
    undo(desk)
    decide(desk, [two], Action.APPROVE)
    assert redo(desk) is None
    assert get(desk, one).state is State.PENDING


def test_everybody_takes_back_their_own(desk: Desk, as_reviewer: As) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "x\n"})
    sam = as_reviewer(desk, "sam")
    decide(desk, [one], Action.APPROVE)
    decide(sam, [two], Action.APPROVE)
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.done == (one,)
    assert undo(desk) is None
    assert get(desk, two).state is State.APPROVED
    assert redo(sam) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": "published"}, "has moved on since: now published"),
        ({"state": "awaiting_revision"}, "has moved on since: now awaiting revision"),
        ({"assignee": "sam"}, "has moved on since: now claimed by @sam"),
        ({"verdict_by": "sam"}, "has moved on since: now approved by @sam anew"),
    ],
)
def test_what_moved_on_stays_and_says_why(desk: Desk, change: dict[str, str], words: str) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "x\n"})
    decide(desk, [one, two], Action.APPROVE)
    put(desk, one, **change)
    kept = get(desk, one)
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.done == (two,)
    assert undone.outcome.refused == ((one, words),)
    assert get(desk, one) == kept
    # Redo does again only what undo took back.
    again = redo(desk)
    assert again is not None
    assert again.outcome.done == (two,)


def test_new_content_is_never_given_an_old_verdict(desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "y\n"})
    decide(desk, [one], Action.APPROVE)
    undo(desk)
    put(desk, one, content_hash=get(desk, two).content_hash, revision=2)
    again = redo(desk)
    assert again is not None
    assert again.outcome.refused == ((one, "has moved on since: now revision 2"),)


def test_a_claim_given_up_since(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    claim(desk, [number])
    put(desk, number, assignee=None)
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.refused == ((number, "has moved on since: now claimed by nobody"),)


def test_a_claim_without_verdict_that_came_to_differ(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    claim(desk, [number])
    put(desk, number, deferred_until=NOW)
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.refused == ((number, "has moved on since: now in review anew"),)


def test_what_cannot_be_undone_at_all_lets_the_next_undo_go_further(desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "x\n"})
    decide(desk, [one], Action.APPROVE)
    decide(desk, [two], Action.APPROVE)
    put(desk, two, state="published")
    first, second = undo(desk), undo(desk)
    assert first is not None
    assert first.outcome.done == ()
    assert second is not None
    assert second.outcome.done == (one,)
    assert undo(desk) is None
    again = redo(desk)
    assert again is not None
    assert again.outcome.done == (one,)
    assert redo(desk) is None


def test_looking_in_between_does_not_hinder(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.APPROVE)
    undo(desk)
    open_candidate(desk, number)
    assert get(desk, number).state is State.IN_REVIEW
    again = redo(desk)
    assert again is not None
    assert again.outcome.done == (number,)
    assert get(desk, number).state is State.APPROVED


def test_redo_asks_again_whether_it_is_allowed(desk: Desk) -> None:
    desk = replace(desk, team=Team(checklist=(ChecklistItem(id="body", text="Is the body asserted?", required=True),)))
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    answer(desk, [number], "body", True)
    decide(desk, [number], Action.APPROVE)
    undo(desk)
    answer(desk, [number], "body", False)
    again = redo(desk)
    assert again is not None
    assert again.outcome.refused == ((number, "checklist: 1 required open (Is the body asserted?)"),)
    assert get(desk, number).state is State.PENDING


def test_a_deferral_that_ended_has_moved_on(desk: Desk, clock: Clock) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.DEFER, until=NOW + DAY)
    clock.forward(DAY)
    assert wake_due(desk) == 1
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.refused == ((number, "has moved on since: now pending"),)


def test_the_rest_of_a_verb_that_was_undone_while_it_ran_can_be_undone_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}\n" for number in range(ROWS_A_WRITE + 2)})
    change_many = candidates.change_many
    portions: list[int] = []

    def counting(connection: object, changes: list[object], now: int) -> None:
        change_many(connection, changes, now)  # type: ignore[arg-type]
        portions.append(len(changes))

    # The second window's undo comes between the two transactions of the first one's bulk approval.
    write = type(desk.db).write

    def door(self: object) -> object:
        if portions == [ROWS_A_WRITE]:
            portions.append(0)
            assert undo(desk) is not None
        return write(self)  # type: ignore[arg-type]

    monkeypatch.setattr(candidates, "change_many", counting)
    monkeypatch.setattr(type(desk.db), "write", door)
    decide(desk, ids, Action.APPROVE)
    monkeypatch.undo()
    assert get(desk, ids[0]).state is State.PENDING
    assert get(desk, ids[-1]).state is State.APPROVED
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.done == tuple(ids[-2:])


def test_two_windows_undo_the_same_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.APPROVE)
    changes_of = events.changes_of
    inner: list[object] = []

    def other_window_first(*args: object) -> object:
        found = changes_of(*args)  # type: ignore[arg-type]
        if not inner:
            inner.append(None)
            inner[0] = undo(desk)
        return found

    monkeypatch.setattr(events, "changes_of", other_window_first)
    late = undo(desk)
    monkeypatch.undo()
    assert late is not None
    assert late.outcome.refused == ((number, "has moved on since: now pending"),)
    again = redo(desk)
    assert again is not None
    assert again.outcome.done == (number,)


def test_thousands_come_back(desk: Desk) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}\n" for number in range(3 * ROWS_A_WRITE)})
    decide(desk, ids, Action.APPROVE)
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.done == tuple(ids)
    with desk.db.read() as connection:
        assert candidates.counts(connection, desk.repository_id)[State.PENDING] == len(ids)


Standing = tuple[str, int]
"""A state, and which verb brought it about."""
Changes = dict[int, tuple[Standing, Standing]]


@dataclass
class Model:
    """What undo and redo mean, in the simplest words: verbs on two stacks, each with what it changed."""

    now: dict[int, Standing]
    done: list[Changes] = field(default_factory=list)
    undone: list[Changes] = field(default_factory=list)
    verbs: int = 0

    def decide(self, ids: list[int], state: str) -> set[int]:
        """One verb of the person."""
        self.verbs += 1
        refusing = (state, "published")
        changes = {each: (self.now[each], (state, self.verbs)) for each in ids if self.now[each][0] not in refusing}
        self.now.update({each: to for each, (_, to) in changes.items()})
        if changes:
            self.done.append(changes)
            self.undone.clear()
        return set(changes)

    def undo(self) -> set[int] | None:
        """Back."""
        return self._turn(self.done, self.undone, 1, 0)

    def redo(self) -> set[int] | None:
        """Forth."""
        return self._turn(self.undone, self.done, 0, 1)

    def _turn(self, here: list[Changes], there: list[Changes], was: int, to: int) -> set[int] | None:
        if not here:
            return None
        group = here.pop()
        turned = {each: change[to] for each, change in group.items() if self.now[each] == change[was]}
        self.now.update(turned)
        if turned:
            there.append(group)
        return set(turned)


class UndoMachine(RuleBasedStateMachine):
    """One reviewer decides, undoes and redoes while candidates are published; the store must agree with the model."""

    @initialize()
    def sit_down(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        run_git(root, "init", "-q", "-b", "main", str(root / "clone"))
        run_git(root / "clone", "commit", "-q", "--allow-empty", "-m", "begin")
        db = open_database(f"sqlite:///{root}/qatui.db")
        with db.write() as connection:
            number = repository_id(connection, "here", NOW)
        repository = Repository(root / "clone", root / "clone" / ".git")
        base = Base("main", run_git(root / "clone", "rev-parse", "HEAD"))
        self.clock = Clock()
        self.desk = Desk(db, number, repository, base, Team(), "robin", ("Robin", "r@x"), self.clock)
        self.ids = seed(self.desk, {f"tests/test_{name}.py": name for name in "abcd"})
        self.model = Model({each: ("pending", 0) for each in self.ids})

    @rule(which=st.sets(st.integers(0, 3), min_size=1), action=st.sampled_from(["approve", "reject", "defer"]))
    def decides(self, which: set[int], action: str) -> None:
        self.clock.forward(1)
        ids = [self.ids[each] for each in sorted(which)]
        outcome = decide(
            self.desk,
            ids,
            Action(action),
            reason="flaky" if action == "reject" else None,
            until=self.clock() + DAY if action == "defer" else None,
        )
        state = {"approve": "approved", "reject": "rejected", "defer": "deferred"}[action]
        assert set(outcome.done) == self.model.decide(ids, state)
        assert sorted([*outcome.done, *outcome.already, *(each for each, _ in outcome.refused)]) == ids

    @rule()
    def undoes(self) -> None:
        undone, expected = undo(self.desk), self.model.undo()
        assert (None if undone is None else set(undone.outcome.done)) == expected

    @rule()
    def redoes(self) -> None:
        redone, expected = redo(self.desk), self.model.redo()
        assert (None if redone is None else set(redone.outcome.done)) == expected

    @rule(which=st.integers(0, 3), way=st.sampled_from([("approved", "published"), ("published", "approved")]))
    def is_published_or_taken_back(self, which: int, way: tuple[str, str]) -> None:
        number = self.ids[which]
        state, verb = self.model.now[number]
        if state == way[0]:
            put(self.desk, number, state=way[1])
            self.model.now[number] = (way[1], verb)

    @invariant()
    def store_agrees(self) -> None:
        if hasattr(self, "ids"):
            states = {each: state for each, (state, _) in self.model.now.items()}
            assert {each: get(self.desk, each).state.value for each in self.ids} == states

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.db.close()
            self.folder.cleanup()


UndoMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=25)
TestUndoAgainstAModel = UndoMachine.TestCase
