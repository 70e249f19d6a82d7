"""The state rows: their order, pages, filters, counts, and the update that only the one who looked may make."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qatui.domain.candidate import Candidate, QueueRow, Risk, State, Verdict
from qatui.domain.query import Query, parse
from qatui.errors import StoreError
from qatui.store import candidates
from qatui.store.repositories import repository_id
from tests.conftest import NOW
from tests.store.conftest import Shelf

EVERYTHING = parse("is:all")


def scored(score: int | None, **values: Any) -> dict[str, Any]:
    """The columns of a candidate with a score."""
    return {"score": score, "score_rank": candidates.score_rank(score), **values}


def ids(shelf: Shelf, query: Query = EVERYTHING) -> list[int]:
    """What matches, in order."""
    with shelf.db.read() as connection:
        return candidates.queue_ids(connection, shelf.id, query)


def test_the_queue_is_ordered_by_recommendation_score_priority_and_age(shelf: Shelf) -> None:
    order = [
        scored(90, risk=Risk.HIGH),
        scored(10, risk=Risk.LOOK),
        scored(20, risk=Risk.LOOK, priority=5),
        scored(20, risk=Risk.LOOK, priority=-1),
        scored(None, risk=Risk.LOOK, priority=9),
        scored(None, risk=Risk.UNKNOWN, created_at=NOW - 2),
        scored(None, risk=Risk.UNKNOWN, created_at=NOW - 1),
    ]
    made = [shelf.add(**values) for values in reversed(order)]
    assert ids(shelf) == made[::-1]


def test_ties_stay_in_the_order_they_came(shelf: Shelf) -> None:
    made = [shelf.add() for _ in range(5)]
    assert ids(shelf) == made


KEYS = st.tuples(st.sampled_from(Risk), st.none() | st.integers(0, 100), st.integers(-3, 3), st.integers(0, 3))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(KEYS, max_size=12), size=st.integers(1, 5), mixed=st.booleans())
def test_pages_by_key_are_the_whole_order(
    shelf: Shelf, keys: list[tuple[Risk, int | None, int, int]], size: int, mixed: bool
) -> None:
    other = f"example.test/{shelf.add()}"
    with shelf.db.write() as connection:
        shelf.id = repository_id(connection, other, NOW)
    if mixed:  # many alike, so that every part of the key gets to decide
        keys = [(risk, score and score % 2, priority % 2, age) for risk, score, priority, age in keys]
    made = [
        shelf.add(**scored(score, risk=risk, priority=priority, created_at=NOW + age))
        for risk, score, priority, age in keys
    ]
    expected = [
        number
        for *_, number in sorted(
            (risk, 101 if score is None else score, -priority, age, number)
            for (risk, score, priority, age), number in zip(keys, made, strict=True)
        )
    ]
    assert ids(shelf) == expected
    seen: list[int] = []
    last = None
    with shelf.db.read() as connection:
        while page := candidates.queue_page(connection, shelf.id, EVERYTHING, after=last, limit=size):
            seen += [row.id for row in page]
            last = page[-1]
    assert seen == expected


def test_a_page_in_the_middle_asks_once(shelf: Shelf, statements: list[str]) -> None:
    for _ in range(10):
        shelf.add()
    with shelf.db.read() as connection:
        first = candidates.queue_page(connection, shelf.id, EVERYTHING, limit=3)
        statements.clear()
        assert len(candidates.queue_page(connection, shelf.id, EVERYTHING, after=first[-1], limit=3)) == 3
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"orders", "percent", "under", "accent"}),
        ("is:all", {"orders", "percent", "under", "accent", "approved", "held"}),
        ("is:approved", {"approved"}),
        ("is:approved,held", {"approved", "held"}),
        ("is:done", {"approved", "held"}),
        ("ORDERS", {"orders"}),
        ("tests/api orders", {"orders"}),
        ("orders percent", set()),
        ("-orders", {"percent", "under", "accent"}),
        ("100%", {"percent"}),
        ("%", {"percent"}),
        ("a_b", {"under"}),
        ("_b", {"under"}),
        ("a/b", set()),
        ("/", {"orders", "percent", "under", "accent"}),
        ("\\", set()),
        ("über", {"accent"}),
        ("ÜBER", {"accent"}),
        ("Über", {"accent"}),
        ("'; drop table candidate; --", set()),
    ],
)
def test_filters(shelf: Shelf, query: str, expected: set[str]) -> None:
    made = {
        shelf.add("tests/api/test_orders.py"): "orders",
        shelf.add("tests/x.py", title="covers 100% of it"): "percent",
        shelf.add("tests/a_b.py"): "under",
        shelf.add("tests/axb.py", title="Über allem"): "accent",
        shelf.add("tests/approved.py", state="approved"): "approved",
        shelf.add("tests/held.py", state="held"): "held",
    }
    assert {made[number] for number in ids(shelf, parse(query))} == expected
    with shelf.db.read() as connection:
        page = candidates.queue_page(connection, shelf.id, parse(query))
    assert [row.id for row in page] == ids(shelf, parse(query))


def test_a_repository_sees_its_own_only(shelf: Shelf) -> None:
    mine = shelf.add("tests/same.py")
    with shelf.db.write() as connection:
        other = repository_id(connection, "example.test/other", NOW)
        assert candidates.queue_ids(connection, other, EVERYTHING) == []
        assert candidates.get_many(connection, other, [mine]) == {}
        assert candidates.paths(connection, other, [mine]) == {}
        assert candidates.by_path(connection, other, ["tests/same.py"]) == {}
        assert candidates.queue_rows(connection, other, [mine]) == {}
        assert sum(candidates.counts(connection, other).values()) == 0


def test_lines_of_the_queue(shelf: Shelf) -> None:
    number = shelf.add(
        "tests/t.py", title="T", risk=Risk.LOOK, priority=4, base_oid="b" * 40, added=7, removed=2, assignee="kim",
        deferred_until=NOW + 5, state="deferred", verdict_by="kim", verdict_reason="flaky", state_reason="why",
        **scored(31),
    )  # fmt: skip
    with shelf.db.read() as connection:
        row = candidates.queue_rows(connection, shelf.id, [number, 999])[number]
    assert row == QueueRow(
        number, "tests/t.py", "T", State.DEFERRED, Risk.LOOK, 31, 4, 1, shelf.get(number).content_hash, False, 7, 2,
        "kim", NOW, NOW + 5, "kim", "flaky", "why",
    )  # fmt: skip
    assert (type(row.state), type(row.risk), type(row.new_file)) == (State, Risk, bool)


def test_counts_have_every_state(shelf: Shelf) -> None:
    for state in ("pending", "pending", "held"):
        shelf.add(state=state)
    with shelf.db.read() as connection:
        found = candidates.counts(connection, shelf.id)
    assert list(found) == list(State)
    assert {state: number for state, number in found.items() if number} == {State.PENDING: 2, State.HELD: 1}


def test_a_candidate_comes_back_whole(shelf: Shelf) -> None:
    verdict = Verdict(State.REJECTED, "kim", NOW, "h" * 64, None, "flaky", "again and again")
    number = shelf.add("tests/t.py", state="rejected", customized=True, **candidates.verdict_values(verdict))
    found = shelf.get(number)
    assert found == Candidate(
        id=number, path="tests/t.py", title=found.title, state=State.REJECTED, version=1, revision=1,
        content_hash=found.content_hash, author="generator", customized=True, base_oid=None, added=1, removed=0,
        risk=Risk.UNKNOWN, score=None, priority=0, assignee=None, deferred_until=None, verdict=verdict,
        state_reason="", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    assert candidates.verdict_values(None).keys() == candidates.verdict_values(verdict).keys()
    with shelf.db.read() as connection:
        assert candidates.by_path(connection, shelf.id, ["tests/t.py", "tests/no.py"]) == {"tests/t.py": found}
        assert candidates.paths(connection, shelf.id, [number, 999]) == {number: "tests/t.py"}


def test_numbers_that_no_database_takes_name_nothing(shelf: Shelf) -> None:
    with shelf.db.read() as connection:
        assert candidates.get_many(connection, shelf.id, [0, -1, 2**63, 10**30]) == {}
        assert candidates.paths(connection, shelf.id, [2**63]) == {}


def test_many_ids_at_once(shelf: Shelf) -> None:
    made = [shelf.add() for _ in range(3)]
    many = made + list(range(100_000, 101_500))
    with shelf.db.write() as connection:
        assert list(candidates.get_many(connection, shelf.id, many, lock=True)) == made
        assert list(candidates.queue_rows(connection, shelf.id, many)) == made
        found = candidates.by_path(connection, shelf.id, [f"tests/test_{n}.py" for n in range(1500)], lock=True)
        assert sorted(each.id for each in found.values()) == made


def test_an_update_wants_the_row_it_was_made_from(shelf: Shelf) -> None:
    was = shelf.get(shelf.add())
    with shelf.db.write() as connection:
        candidates.change_many(connection, [(was, {"state": "approved"})], NOW + 9)
    now = shelf.get(was.id)
    assert (now.state, now.version, now.updated_at) == (State.APPROVED, 2, NOW + 9)
    with pytest.raises(StoreError, match="changed while"), shelf.db.write() as connection:
        candidates.change_many(connection, [(was, {"state": "rejected"})], NOW + 10)
    assert shelf.get(was.id) == now


def test_an_update_wants_the_content_it_was_made_from(shelf: Shelf) -> None:
    was, other = shelf.get(shelf.add()), shelf.get(shelf.add())
    with shelf.db.write() as connection:
        candidates.change_many(connection, [(was, {"content_hash": other.content_hash})], NOW)
    stale = Candidate(**{**{name: getattr(was, name) for name in Candidate.__slots__}, "version": 2})
    with pytest.raises(StoreError, match="changed while"), shelf.db.write() as connection:
        candidates.change_many(connection, [(stale, {"state": "approved"})], NOW)


def test_many_updates_are_all_or_none(shelf: Shelf) -> None:
    rows = [shelf.get(shelf.add()) for _ in range(3)]
    with shelf.db.write() as connection:
        candidates.change_many(connection, [], NOW)
        candidates.change_many(connection, [(was, {"assignee": f"a{was.id}"}) for was in rows], NOW + 1)
    assert [shelf.get(was.id).assignee for was in rows] == [f"a{was.id}" for was in rows]
    now = [shelf.get(was.id) for was in rows]

    def half_stale() -> None:
        with shelf.db.write() as connection:
            changes = [(now[0], {"state": "held"}), (rows[1], {"state": "held"})]
            candidates.change_many(connection, changes, NOW + 2)

    with pytest.raises(StoreError, match="changed while"):
        half_stale()
    assert [shelf.get(was.id) for was in rows] == now


def test_what_is_due(shelf: Shelf) -> None:
    over = [shelf.add(state="deferred", deferred_until=NOW - number) for number in range(3)]
    shelf.add(state="deferred", deferred_until=NOW + 1)
    shelf.add(state="held", deferred_until=NOW - 1)
    with shelf.db.read() as connection:
        assert sorted(candidates.due(connection, shelf.id, NOW, 10)) == over
        assert len(candidates.due(connection, shelf.id, NOW, 2)) == 2
