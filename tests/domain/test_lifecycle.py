"""The one table: what is allowed where, and the words where it is not."""

from dataclasses import replace

import pytest

from qatui.domain.candidate import Candidate, Outcome, Risk, State
from qatui.domain.lifecycle import TABLE, WORDS, Action, Circumstances, next_state, why_not

S, A = State, Action

PENDING = Candidate(
    id=1,
    path="tests/test_a.py",
    title="a",
    state=S.PENDING,
    version=1,
    revision=3,
    content_hash="aa",
    author="gpt",
    customized=False,
    base_oid=None,
    added=1,
    removed=0,
    risk=Risk.UNKNOWN,
    score=None,
    priority=0,
    assignee=None,
    deferred_until=None,
    verdict=None,
    state_reason="",
    created_at=0,
    updated_at=0,
)


def test_every_action_has_a_row_and_every_state_its_words() -> None:
    assert set(TABLE) == set(Action)
    assert set(WORDS) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_why_not_and_the_table_agree(action: Action, state: State) -> None:
    candidate = replace(PENDING, state=state, assignee="me" if action is A.RELEASE else None)
    refused = why_not(candidate, action, Circumstances("me"))
    assert (refused is None) == (next_state(state, action) is not None)
    assert refused is None or refused.strip()


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("open approve publish published merged archive", S.ARCHIVED),
        ("claim reject regenerate revise open approve", S.APPROVED),
        ("defer wake open customize approve", S.APPROVED),
        ("approve hold approve publish unpublish publish hold reject", S.REJECTED),
        ("approve publish published closed approve", S.APPROVED),
        ("approve publish merged revise", S.PENDING),
        ("supersede revise withdraw revise", S.PENDING),
        ("claim release", S.PENDING),
    ],
)
def test_lives(path: str, end: State) -> None:
    state: State | None = S.PENDING
    for name in path.split():
        assert state is not None, name
        state = next_state(state, Action(name))
    assert state is end


@pytest.mark.parametrize("verdict", [A.APPROVE, A.REJECT, A.DEFER])
def test_published_tests_take_no_verdict(verdict: Action) -> None:
    for state in (S.PUBLISHING, S.PUBLISHED, S.MERGED, S.ARCHIVED, S.SUPERSEDED, S.WITHDRAWN):
        assert why_not(replace(PENDING, state=state), verdict) == WORDS[state]


def test_content_that_changed() -> None:
    given = Circumstances("me", expected_hash="bb")
    assert why_not(PENDING, A.APPROVE, given) == "its content changed since you looked (now revision 3)"
    assert why_not(PENDING, A.APPROVE, replace(given, expected_hash="aa")) is None


@pytest.mark.parametrize(
    ("action", "assignee", "words"),
    [
        (A.APPROVE, "sam", "claimed by @sam"),
        (A.REJECT, "sam", "claimed by @sam"),
        (A.DEFER, "sam", "claimed by @sam"),
        (A.COMMENT, "sam", None),
        (A.OPEN, "sam", None),
        (A.ASSIGN, "sam", None),
        (A.APPROVE, "me", None),
        (A.CLAIM, None, None),
        (A.CLAIM, "me", "you claimed it already"),
        (A.CLAIM, "sam", "claimed by @sam"),
        (A.RELEASE, "me", None),
        (A.RELEASE, "sam", "claimed by @sam"),
        (A.RELEASE, None, "nobody claimed it"),
    ],
)
def test_claims(action: Action, assignee: str | None, words: str | None) -> None:
    assert why_not(replace(PENDING, assignee=assignee), action, Circumstances("me")) == words


def test_an_edit_is_approved_by_somebody_else() -> None:
    mine = replace(PENDING, state=S.IN_REVIEW, customized=True, author="me")
    words = "you wrote this revision; somebody else has to approve it (self_approve is off)"
    assert why_not(mine, A.APPROVE, Circumstances("me")) == words
    assert why_not(mine, A.REJECT, Circumstances("me")) is None
    assert why_not(mine, A.APPROVE, Circumstances("me", self_approve=True)) is None
    assert why_not(mine, A.APPROVE, Circumstances("sam")) is None
    # A generator of the same name is no edit.
    assert why_not(replace(mine, customized=False), A.APPROVE, Circumstances("me")) is None


def test_open_required_items() -> None:
    few = Circumstances("me", open_required=("body asserted",))
    many = Circumstances("me", open_required=("a", "b", "c", "d"))
    assert why_not(PENDING, A.APPROVE, few) == "checklist: 1 required open (body asserted)"
    assert why_not(PENDING, A.APPROVE, many) == "checklist: 4 required open (a, b, c …)"
    assert why_not(PENDING, A.REJECT, many) is None


@pytest.mark.parametrize(
    ("action", "change", "words"),
    [
        (A.DEFER, {"state": S.DEFERRED, "deferred_until": 86_400_000}, "it is deferred already until 1970-01-02 00:00"),
        (A.DEFER, {"state": S.DEFERRED}, "it is deferred already"),
        (A.PUBLISH, {"state": S.REJECTED}, "only approved candidates can be published: it is rejected"),
        (A.HOLD, {"state": S.PENDING}, "only approved candidates can be published: it waits for review"),
        (A.CLAIM, {"state": S.APPROVED}, "it is approved and needs nobody"),
        (A.ASSIGN, {"state": S.REJECTED}, "it is rejected and needs nobody"),
        (A.CLAIM, {"state": S.MERGED}, "it is merged"),
    ],
)
def test_the_words_of_a_state(action: Action, change: dict[str, object], words: str) -> None:
    assert why_not(replace(PENDING, **change), action) == words  # type: ignore[arg-type]


def test_outcomes_add_up() -> None:
    whole = Outcome((1,), ((2, "no"),), None) + Outcome((3,), (), "g") + Outcome((), ((4, "no"),), "later")
    assert whole == Outcome((1, 3), ((2, "no"), (4, "no")), "g")
