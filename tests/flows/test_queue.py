"""Which candidates are meant, and how far the work is."""

import pytest

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.domain.moments import DAY
from qatui.errors import NotFound, UsageError
from qatui.flows import queue
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from tests.conftest import NOW, Clock, seed
from tests.flows.rows import get, put


def test_ids_or_a_query(desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "x\n"})
    assert queue.resolve(desk, [two, one, two], None) == [two, one]
    assert queue.resolve(desk, [], "test_") == [one, two]
    assert queue.resolve(desk, [], "") == [one, two]
    assert queue.resolve(desk, [], "is:approved") == []
    assert queue.resolve(desk, [], "\udcff") == []


def test_neither_both_or_nothing_known(desk: Desk) -> None:
    seed(desk, {"tests/test_a.py": "x\n"})
    with pytest.raises(UsageError, match="Which candidates"):
        queue.resolve(desk, [], None)
    with pytest.raises(UsageError, match="not both"):
        queue.resolve(desk, [1], "x")
    with pytest.raises(UsageError, match="is:opn is no state"):
        queue.resolve(desk, [], "is:opn")
    with pytest.raises(NotFound, match=r"no candidate 7, 9223372036854775808 in"):
        queue.resolve(desk, [1, 7, 2**63], None)
    with pytest.raises(NotFound, match=r"no candidate 2, 3, 4, 5, 6 … in"):
        queue.resolve(desk, range(2, 9), None)


def test_a_query_sees_what_woke_up(desk: Desk, clock: Clock) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.DEFER, until=NOW + DAY)
    assert queue.resolve(desk, [], "is:open") == []
    assert queue.find(desk, "") == ([], 0)
    clock.forward(DAY)
    assert queue.resolve(desk, [], "is:open") == [number]


def test_find_limits_and_counts(desk: Desk) -> None:
    ids = seed(desk, {f"tests/test_{name}.py": name for name in "abc"})
    rows, total = queue.find(desk, "is:all", 2)
    assert ([row.id for row in rows], total) == (ids[:2], 3)
    rows, total = queue.find(desk, "is:all")
    assert ([row.id for row in rows], total) == (ids, 3)


def test_progress(desk: Desk, clock: Clock) -> None:
    ids = seed(desk, {f"tests/test_{name}.py": name for name in "abcdef"})
    decide(desk, ids[:1], Action.APPROVE)
    decide(desk, ids[1:2], Action.DEFER, until=NOW + DAY)
    put(desk, ids[2], state="superseded")
    now = queue.progress(desk)
    assert (now.done, now.left, now.total) == (2, 3, 5)
    assert now.counts[State.SUPERSEDED] == 1
    assert now.jobs == {}
    clock.forward(DAY)
    assert queue.progress(desk).done == 1


def test_contents_paths_and_log(desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "y\n"})
    assert queue.contents(desk, [one, 9]) == {one: get(desk, one).content_hash}
    assert queue.paths(desk, [two, 9]) == {two: "tests/test_b.py"}
    decide(desk, [one, two], Action.APPROVE)
    assert [event.candidate_id for event in queue.log(desk)] == [two, one] * 2
    assert [event.candidate_id for event in queue.log(desk, one)] == [one, one]
    assert len(queue.log(desk, limit=1)) == 1
    with pytest.raises(NotFound):
        queue.log(desk, 99)
