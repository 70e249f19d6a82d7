"""The filter language."""

from contextlib import nullcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qatui.domain.candidate import GONE, OPEN, State
from qatui.domain.query import DEFAULT, Query, QueryError, parse


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query(OPEN)),
        (DEFAULT, Query(OPEN)),
        ("   ", Query(OPEN)),
        ("is:all", Query(frozenset(State))),
        ("is:done", Query(frozenset(State) - OPEN - GONE)),
        ("is:approved", Query(frozenset({State.APPROVED}))),
        ("is:approved,held", Query(frozenset({State.APPROVED, State.HELD}))),
        ("is:approved is:held", Query(frozenset({State.APPROVED, State.HELD}))),
        ("is:IN-Review", Query(frozenset({State.IN_REVIEW}))),
        ("is:open is:closed", Query(OPEN | {State.CLOSED})),
        ("refunds", Query(OPEN, ("refunds",))),
        ("a -b c", Query(OPEN, ("a", "c"), ("b",))),
        ("is:all -x", Query(frozenset(State), (), ("x",))),
        ("-", Query(OPEN, ("-",))),
        ("--x", Query(OPEN, (), ("-x",))),
        ("path:x", Query(OPEN, ("path:x",))),
        ("a:b:c this:is", Query(OPEN, ("a:b:c", "this:is"))),
        ("a\tb\nc", Query(OPEN, ("a", "b", "c"))),
    ],
)
def test_meaning(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is:aproved", "is:aproved is no state; did you mean is:approved?"),
        ("is:", "is: is no state; there are is:open, is:all, is:done, is:pending"),
        ("is:approved,", "is: is no state"),
        ("is:zzzz", "there are is:open"),
        ("a\0b", "bytes that are no text"),
        ("\udcff", "bytes that are no text"),
    ],
)
def test_what_means_nothing(text: str, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert words in str(caught.value)


def test_every_state_has_a_name() -> None:
    for state in State:
        assert parse(f"is:{state}") == Query(frozenset({state}))
        assert parse(f"is:{state.replace('_', '-')}") == Query(frozenset({state}))
    assert parse("is:all").every_state
    assert not parse("").every_state


@pytest.mark.parametrize(("text", "said"), [("", False), ("a -b", False), ("is:open", True), ("a is:all", True)])
def test_whether_states_were_named(text: str, said: bool) -> None:
    assert parse(text).states_said is said


@given(st.text(st.characters()))
def test_anything_without_a_state_is_words(text: str) -> None:
    assume("is:" not in text and "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text))
    query = parse(text)
    assert list(query.words) == [token for token in text.split() if token[0] != "-" or token == "-"]
    assert len(query.words) + len(query.without) == len(text.split())
    assert query.states == OPEN


@given(st.text())
def test_any_state_typed_is_known_or_refused_in_one_sentence(name: str) -> None:
    assume(name.split() == [name] and "," not in name and "\0" not in name)
    known = name.lower().replace("-", "_") in {"open", "all", "done", *State}
    with nullcontext() if known else pytest.raises(QueryError, match="is no state"):
        assert parse(f"is:{name}").states


WORDS = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1).filter(lambda w: w != "-"), max_size=5)


@given(words=WORDS, without=WORDS, states=st.sets(st.sampled_from(State), min_size=1))
def test_what_is_written_is_meant(words: list[str], without: list[str], states: set[State]) -> None:
    text = " ".join([f"is:{','.join(sorted(states))}", *words, *(f"-{word}" for word in without)])
    assert parse(text) == Query(frozenset(states), tuple(words), tuple(without))
