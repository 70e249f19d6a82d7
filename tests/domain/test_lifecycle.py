"""The table of what is allowed when, whole; and the words for what is not."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.candidate import Candidate, Risk, State
from qatui.domain.lifecycle import TABLE, WORDS, Action, Circumstances, next_state, why_not
from tests.conftest import NOW

WHOLE = """
             pe ir ap he pi pd me ar re aw de cl su wi
open         ir ir -- -- -- -- -- -- -- -- -- -- -- --
claim        ir ir -- he -- -- -- -- -- -- ir cl -- --
release      pe pe -- he -- -- -- -- -- -- de cl -- --
assign       pe ir -- he -- -- -- -- -- -- de cl -- --
approve      ap ap -- ap -- -- -- -- ap ap ap ap -- --
reject       re re re re -- -- -- -- -- re re re -- --
defer        de de de de -- -- -- -- de de -- de -- --
customize    ir ir ir ir -- -- -- -- ir ir ir ir -- --
comment      pe ir ap he pi pd -- -- re aw de cl -- --
resolve      pe ir ap he pi pd -- -- re aw de cl -- --
checklist    pe ir ap he -- -- -- -- re aw de cl -- --
revise       pe pe pe pe -- -- pe pe pe pe pe pe pe pe
wake         -- -- -- -- -- -- -- -- -- -- pe -- -- --
regenerate   -- -- -- -- -- -- -- -- aw -- -- -- -- --
hold         -- -- he he he -- -- -- -- -- -- -- -- --
publish      -- -- pi -- -- -- -- -- -- -- -- -- -- --
unpublish    -- -- -- -- ap -- -- -- -- -- -- -- -- --
published    -- -- -- -- pd -- -- -- -- -- -- pd -- --
merged       -- -- me -- me me -- -- -- -- -- me -- --
closed       -- -- -- -- -- cl -- -- -- -- -- cl -- --
archive      -- -- -- -- -- -- ar -- -- -- -- -- -- --
supersede    su su su su -- -- -- -- su su su su -- --
withdraw     wi wi wi wi -- -- -- -- wi wi wi wi -- --
"""
"""Action by state; `--` is refused. Written out once more, so that no change of the table goes unseen."""

SHORT = {
    "pe": State.PENDING, "ir": State.IN_REVIEW, "ap": State.APPROVED, "he": State.HELD, "pi": State.PUBLISHING,
    "pd": State.PUBLISHED, "me": State.MERGED, "ar": State.ARCHIVED, "re": State.REJECTED,
    "aw": State.AWAITING_REVISION, "de": State.DEFERRED, "cl": State.CLOSED, "su": State.SUPERSEDED,
    "wi": State.WITHDRAWN, "--": None,
}  # fmt: skip
HEAD, *ROWS = (line.split() for line in WHOLE.strip().splitlines())
CELLS = [
    (Action(name), SHORT[column], SHORT[cell])
    for name, *cells in ROWS
    for column, cell in zip(HEAD, cells, strict=True)
]
FREE = Circumstances(actor="kim")
VERDICTS = (Action.APPROVE, Action.REJECT, Action.DEFER)

CANDIDATE = Candidate(
    id=1, path="tests/t.py", title="t", state=State.PENDING, version=1, revision=3, content_hash="a" * 64,
    author="generator", customized=False, base_oid=None, added=1, removed=0, risk=Risk.UNKNOWN, score=None,
    priority=0, assignee=None, deferred_until=None, verdict=None, state_reason="", created_at=NOW, updated_at=NOW,
)  # fmt: skip


def at(state: State, **changes: object) -> Candidate:
    """A candidate in a state."""
    return replace(CANDIDATE, state=state, **changes)  # type: ignore[arg-type]


def test_the_grid_is_whole() -> None:
    assert {(action, state) for action, state, _ in CELLS} == {(action, state) for action in Action for state in State}
    assert set(TABLE) == set(Action)
    assert set(WORDS) == set(State)


@pytest.mark.parametrize(("action", "state", "leads_to"), CELLS)
def test_the_table(action: Action, state: State, leads_to: State | None) -> None:
    assert next_state(state, action) is leads_to
    holder = "kim" if action is Action.RELEASE else None
    refused = why_not(at(state, assignee=holder), action, FREE)
    if leads_to is not None:
        assert refused is None
    else:
        assert refused is not None
        assert re.fullmatch(r"[a-z][^\n]*[^.\s]", refused)
        assert ("already" in refused) == (
            (state, action)
            in [
                (State.APPROVED, Action.APPROVE),
                (State.REJECTED, Action.REJECT),
                (State.DEFERRED, Action.DEFER),
            ]
        )


def test_every_state_can_be_reached_and_only_what_is_settled_waits_for_the_outside() -> None:
    reached = {State.PENDING}
    while more := {to for row in TABLE.values() for start, to in row.items() if start in reached} - reached:
        reached |= more
    assert reached == set(State)
    for state in State:  # no dead end: something leads on from everywhere
        assert {row[state] for row in TABLE.values() if state in row} - {state}, state


def test_a_person_can_always_change_their_mind_before_publishing() -> None:
    for state in (State.APPROVED, State.REJECTED, State.DEFERRED):
        assert {next_state(state, action) for action in VERDICTS} - {None} == {
            State.APPROVED, State.REJECTED, State.DEFERRED
        } - {state}  # fmt: skip


@pytest.mark.parametrize(
    ("candidate", "action", "given_", "words"),
    [
        (at(State.APPROVED), Action.APPROVE, FREE, "it is approved already"),
        (at(State.APPROVED), Action.CLAIM, FREE, "it is approved and needs nobody"),
        (at(State.REJECTED), Action.ASSIGN, FREE, "it is rejected and needs nobody"),
        (at(State.APPROVED), Action.REGENERATE, FREE, "it is approved"),
        (at(State.DEFERRED), Action.DEFER, FREE, "it is deferred already"),
        (
            at(State.DEFERRED, deferred_until=NOW),
            Action.DEFER,
            FREE,
            "it is deferred already until 2026-11-18 11:06",
        ),
        (at(State.DEFERRED, deferred_until=NOW), Action.OPEN, FREE, "it is deferred"),
        (
            at(State.REJECTED),
            Action.PUBLISH,
            FREE,
            "only approved candidates can be published: it is rejected",
        ),
        (at(State.PENDING), Action.HOLD, FREE, "only approved candidates can be published: it waits for review"),
        (
            at(State.PUBLISHED),
            Action.REJECT,
            FREE,
            "it is published; close or merge its pull request first",
        ),
        (at(State.PENDING, assignee="robin"), Action.APPROVE, FREE, "claimed by @robin"),
        (at(State.PENDING, assignee="robin"), Action.REJECT, FREE, "claimed by @robin"),
        (at(State.PENDING, assignee="robin"), Action.DEFER, FREE, "claimed by @robin"),
        (at(State.PENDING, assignee="robin"), Action.CLAIM, FREE, "claimed by @robin"),
        (at(State.PENDING, assignee="kim"), Action.CLAIM, FREE, "you claimed it already"),
        (at(State.PENDING, assignee="robin"), Action.RELEASE, FREE, "claimed by @robin"),
        (at(State.PENDING), Action.RELEASE, FREE, "nobody claimed it"),
        (at(State.PENDING, assignee="kim"), Action.RELEASE, FREE, None),
        (at(State.PENDING, assignee="kim"), Action.APPROVE, FREE, None),
        (at(State.PENDING, assignee="robin"), Action.COMMENT, FREE, None),
        (at(State.PENDING, assignee="robin"), Action.ASSIGN, FREE, None),
        (
            CANDIDATE,
            Action.APPROVE,
            Circumstances("kim", expected_hash="b" * 64),
            "its content changed since you looked (now revision 3)",
        ),
        (CANDIDATE, Action.APPROVE, Circumstances("kim", expected_hash="a" * 64), None),
        (
            at(State.IN_REVIEW, customized=True, author="kim"),
            Action.APPROVE,
            FREE,
            "you wrote this revision; somebody else has to approve it (self_approve is off)",
        ),
        (at(State.IN_REVIEW, customized=True, author="kim"), Action.REJECT, FREE, None),
        (at(State.IN_REVIEW, customized=True, author="robin"), Action.APPROVE, FREE, None),
        (at(State.IN_REVIEW, customized=False, author="kim"), Action.APPROVE, FREE, None),
        (
            at(State.IN_REVIEW, customized=True, author="kim"),
            Action.APPROVE,
            Circumstances("kim", self_approve=True),
            None,
        ),
        (
            CANDIDATE,
            Action.APPROVE,
            Circumstances("kim", open_required=("asserts",)),
            "checklist: 1 required open (asserts)",
        ),
        (
            CANDIDATE,
            Action.APPROVE,
            Circumstances("kim", open_required=("a", "b", "c")),
            "checklist: 3 required open (a, b, c)",
        ),
        (
            CANDIDATE,
            Action.APPROVE,
            Circumstances("kim", open_required=("a", "b", "c", "d")),
            "checklist: 4 required open (a, b, c …)",
        ),
        (CANDIDATE, Action.REJECT, Circumstances("kim", open_required=("a",)), None),
    ],
)
def test_the_words(candidate: Candidate, action: Action, given_: Circumstances, words: str | None) -> None:
    assert why_not(candidate, action, given_) == words


def test_nothing_given_means_nobody_in_particular() -> None:
    assert why_not(CANDIDATE, Action.APPROVE) is None
    assert why_not(at(State.PENDING, assignee="robin"), Action.APPROVE) == "claimed by @robin"


people = st.sampled_from(["kim", "robin"])


@given(
    candidate=st.builds(
        at,
        st.sampled_from(State),
        assignee=st.none() | people,
        customized=st.booleans(),
        author=people,
        content_hash=st.sampled_from(["a", "b"]),
        deferred_until=st.none() | st.just(NOW),
    ),
    action=st.sampled_from(Action),
    circumstances=st.builds(
        Circumstances,
        actor=people,
        self_approve=st.booleans(),
        open_required=st.lists(st.just("x"), max_size=4).map(tuple),
        expected_hash=st.sampled_from([None, "a", "b"]),
    ),
)
def test_nothing_is_refused_but_by_the_table_or_a_circumstance(
    candidate: Candidate, action: Action, circumstances: Circumstances
) -> None:
    me = circumstances.actor
    verdict = action in VERDICTS
    approve = action is Action.APPROVE
    against = [
        next_state(candidate.state, action) is None,
        circumstances.expected_hash not in (None, candidate.content_hash),
        verdict and candidate.assignee not in (None, me),
        action is Action.CLAIM and candidate.assignee is not None,
        action is Action.RELEASE and candidate.assignee != me,
        approve and candidate.customized and candidate.author == me and not circumstances.self_approve,
        approve and circumstances.open_required != (),
    ]
    assert (why_not(candidate, action, circumstances) is None) == (not any(against))
