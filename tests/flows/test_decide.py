"""Verdicts: what they write, what refuses them, and that many are like one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from qatui.domain.candidate import Outcome, State, Verdict
from qatui.domain.lifecycle import Action
from qatui.domain.moments import DAY, LAST, iso
from qatui.domain.review import BODY_LIMIT
from qatui.errors import UsageError
from qatui.flows.claims import claim
from qatui.flows.decide import decide, foresee
from qatui.flows.desk import Desk
from qatui.flows.review import answer
from qatui.settings.types import ChecklistItem, Team
from qatui.store import candidates, events
from qatui.store.database import ROWS_A_WRITE
from tests.conftest import NOW, Clock, Project, seed
from tests.flows.rows import get, put

As = Callable[[Desk, str], Desk]
CHECKLIST = (
    ChecklistItem(id="body", text="Is the body asserted?", required=True),
    ChecklistItem(id="style", text="Is it named by intent?"),
)


def test_approve_binds_to_content_and_base(desk: Desk, project: Project, clock: Clock) -> None:
    old, new = seed(desk, {"tests/test_users.py": "def test_users(): ...\n", "tests/test_new.py": "x = 1\n"})
    clock.forward(5)
    outcome = decide(desk, [old, new], Action.APPROVE, note=" fine ")
    assert outcome.done == (old, new)
    assert outcome.refused == ()
    blob = project.git("rev-parse", "origin/main:tests/test_users.py")
    for number, oid in ((old, blob), (new, None)):
        now = get(desk, number)
        assert now.state is State.APPROVED
        assert now.version == 2
        assert now.updated_at == NOW + 5
        assert now.verdict == Verdict(
            State.APPROVED, "robin@example.test", NOW + 5, now.content_hash, oid, None, "fine"
        )


def test_reject_keeps_reason_and_note(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    assert decide(desk, [number], Action.REJECT, reason="flaky", note="sleeps").done == (number,)
    now = get(desk, number)
    assert now.state is State.REJECTED
    assert now.verdict is not None
    assert (now.verdict.reason, now.verdict.note) == ("flaky", "sleeps")


def test_defer_keeps_the_claim_and_its_end(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    claim(desk, [number])
    assert decide(desk, [number], Action.DEFER, until=NOW + DAY).done == (number,)
    now = get(desk, number)
    assert (now.state, now.deferred_until, now.assignee) == (State.DEFERRED, NOW + DAY, desk.reviewer)
    # A verdict for good ends both.
    assert decide(desk, [number], Action.APPROVE).done == (number,)
    now = get(desk, number)
    assert (now.state, now.deferred_until, now.assignee) == (State.APPROVED, None, None)


def test_the_event_holds_before_and_after(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    before = events.snapshot(get(desk, number))
    outcome = decide(desk, [number], Action.APPROVE)
    with desk.db.read() as connection:
        (event, _) = events.log(connection, desk.repository_id, candidate_id=number)
    assert (event.action, event.actor, event.group, event.at) == ("approve", desk.reviewer, outcome.group, NOW)
    assert event.before == before
    assert event.after == events.snapshot(get(desk, number))


def test_unknown_ids_are_refused_and_the_rest_taken(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    ids = [0, -1, number, number, 77, 2**63, 10**30]
    outcome = decide(desk, ids, Action.APPROVE)
    assert outcome.done == (number,)
    assert outcome.refused == tuple((each, "no such candidate") for each in (0, -1, 77, 2**63, 10**30))


def test_nothing_done_leaves_no_group(desk: Desk) -> None:
    assert decide(desk, [], Action.APPROVE).group is None
    outcome = decide(desk, [5], Action.APPROVE)
    assert outcome.group is None
    with desk.db.read() as connection:
        assert events.last_to_undo(connection, desk.repository_id, desk.reviewer) is None


def test_a_candidate_of_another_repository_is_none_of_ours(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    other = replace(desk, repository_id=desk.repository_id + 1)
    assert decide(other, [number], Action.APPROVE).refused == ((number, "no such candidate"),)
    assert get(desk, number).state is State.PENDING


def test_the_same_again_is_so_already(desk: Desk) -> None:
    """The same verdict by the same person on the same content writes nothing and is no refusal."""
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    so = Outcome(already=(number,))
    decide(desk, [number], Action.APPROVE, note="fine")
    assert decide(desk, [number], Action.APPROVE) == foresee(desk, [number], Action.APPROVE) == so
    assert decide(desk, [number], Action.APPROVE, note="fine", expected={number: get(desk, number).content_hash}) == so
    decide(desk, [number], Action.DEFER, until=NOW + DAY)
    assert decide(desk, [number], Action.DEFER, until=NOW + DAY) == so
    decide(desk, [number], Action.REJECT, reason="flaky")
    assert decide(desk, [number], Action.REJECT, reason="flaky") == so
    assert get(desk, number).version == 4


def test_what_differs_from_the_verdict_there_is_is_refused(desk: Desk, as_reviewer: As) -> None:
    """By somebody else, for another reason, with another note or end, or of other content: it would be lost."""
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.APPROVE)
    approved = ((number, "it is approved already"),)
    assert decide(as_reviewer(desk, "sam"), [number], Action.APPROVE).refused == approved
    assert decide(desk, [number], Action.APPROVE, note="but").refused == approved
    assert decide(desk, [number], Action.APPROVE, expected={number: "0" * 64}).refused == approved
    decide(desk, [number], Action.REJECT, reason="flaky")
    assert decide(desk, [number], Action.REJECT, reason="unsafe").refused == ((number, "it is rejected already"),)
    decide(desk, [number], Action.DEFER, until=NOW + DAY)
    later = decide(desk, [number], Action.DEFER, until=NOW + 2 * DAY)
    assert later == Outcome(refused=((number, "it is deferred already until 2026-11-19 11:06"),))
    assert get(desk, number).version == 4


def test_a_claim_of_another_refuses(desk: Desk, as_reviewer: As) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    claim(as_reviewer(desk, "sam"), [number])
    assert decide(desk, [number], Action.APPROVE).refused == ((number, "claimed by @sam"),)
    assert decide(as_reviewer(desk, "sam"), [number], Action.APPROVE).done == (number,)


def test_content_that_changed_since_the_look_refuses(desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "y\n"})
    expected = {one: get(desk, one).content_hash, two: get(desk, one).content_hash}
    outcome = decide(desk, [one, two], Action.REJECT, reason="unsafe", expected=expected)
    assert outcome.done == (one,)
    assert outcome.refused == ((two, "its content changed since you looked (now revision 1)"),)


def test_open_required_items_refuse_approval_only(desk: Desk) -> None:
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "y\n"})
    answer(desk, [one], "body", True)
    outcome = decide(desk, [one, two], Action.APPROVE)
    assert outcome.done == (one,)
    assert outcome.refused == ((two, "checklist: 1 required open (Is the body asserted?)"),)
    assert decide(desk, [two], Action.REJECT, reason="flaky").done == (two,)


def test_ticks_of_other_content_do_not_count(desk: Desk) -> None:
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "y\n"})
    answer(desk, [one], "body", True)
    put(desk, one, content_hash=get(desk, two).content_hash, revision=2)
    assert decide(desk, [one], Action.APPROVE).done == ()


@pytest.mark.parametrize(("allowed", "done"), [(False, 0), (True, 1)])
def test_the_author_of_an_edit(desk: Desk, allowed: bool, done: int) -> None:
    desk = replace(desk, team=Team(self_approve=allowed))
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    put(desk, number, customized=True, author=desk.reviewer)
    assert len(decide(desk, [number], Action.APPROVE).done) == done


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"action": Action.REJECT}, "A rejection needs a reason"),
        ({"action": Action.REJECT, "reason": "flakey"}, "“flakey” is no reject reason"),
        ({"action": Action.REJECT, "reason": "zzz"}, "“zzz” is no reject reason"),
        ({"action": Action.REJECT, "reason": "other", "note": "  "}, "needs a note"),
        ({"action": Action.DEFER}, "A deferral needs an end"),
        ({"action": Action.DEFER, "until": NOW}, f"{iso(NOW)} is not later than now"),
        ({"action": Action.DEFER, "until": LAST + 1}, "too far away"),
        ({"action": Action.CLAIM}, "claim is no verdict"),
        ({"action": Action.APPROVE, "note": "x" * (BODY_LIMIT + 1)}, "65,537 characters"),
    ],
)
def test_a_verdict_that_means_nothing(desk: Desk, given: dict[str, object], words: str) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    with pytest.raises(UsageError, match=words):
        decide(desk, [number], **given)  # type: ignore[arg-type]
    assert get(desk, number).state is State.PENDING


def test_the_nearest_reason_is_named_and_the_team_may_add_some(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    with pytest.raises(UsageError) as caught:
        decide(desk, [number], Action.REJECT, reason="flakey")
    assert caught.value.hint.startswith("Did you mean flaky? There are: asserts-nothing,")
    with pytest.raises(UsageError) as caught:
        decide(desk, [number], Action.REJECT, reason="zzz")
    assert caught.value.hint.startswith("There are: ")
    desk = replace(desk, team=Team(reject_reasons={"slow": "takes minutes"}))
    assert decide(desk, [number], Action.REJECT, reason="slow").done == (number,)


def test_a_note_that_is_no_text_is_kept_readable(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.REJECT, reason="other", note="a\udcffb\0c")
    verdict = get(desk, number).verdict
    assert verdict is not None
    assert verdict.note == "a�b�c"


def test_foresee_answers_like_decide_and_writes_nothing(desk: Desk, as_reviewer: As) -> None:
    one, two, three = seed(desk, {f"tests/test_{name}.py": name for name in "abc"})
    claim(as_reviewer(desk, "sam"), [two])
    decide(desk, [three], Action.REJECT, reason="flaky")
    before = desk.db.data_version()
    for action, given in (
        (Action.APPROVE, {}),
        (Action.DEFER, {"until": NOW + DAY}),
        (Action.REJECT, {"reason": "flaky"}),
    ):
        foreseen = foresee(desk, [one, two, three, 99], action, **given)
        assert foreseen.group is None
        if action is Action.REJECT:
            done = decide(desk, [one, two, three, 99], action, **given)
            assert (foreseen.done, foreseen.refused) == (done.done, done.refused)
            assert foreseen.done == (one,)
        else:
            assert desk.db.data_version() == before
    # Before the person has chosen a reason or an end, too.
    assert foresee(desk, [two], Action.REJECT).refused == ((two, "claimed by @sam"),)
    with pytest.raises(UsageError):
        foresee(desk, [two], Action.REJECT, reason="nonsense")


def test_many_are_written_in_portions_of_one_group(desk: Desk) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"assert {number}\n" for number in range(2 * ROWS_A_WRITE + 1)})
    outcome = decide(desk, reversed(ids), Action.APPROVE)
    assert outcome.done == tuple(reversed(ids))
    with desk.db.read() as connection:
        changes = events.changes_of(connection, outcome.group or "")
        assert [number for number, _, _ in changes] == list(reversed(ids))
        assert candidates.counts(connection, desk.repository_id)[State.APPROVED] == len(ids)


def test_git_is_asked_once_whatever_the_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"assert {number}\n" for number in range(ROWS_A_WRITE + 1)})
    asked: list[int] = []
    oids = type(desk.repository).oids

    def counting(self: object, commit: str, paths: list[str]) -> dict[str, str]:
        asked.append(len(paths))
        return oids(self, commit, paths)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.repository), "oids", counting)
    decide(desk, ids, Action.APPROVE)
    assert asked == [len(ids)]
