"""GitHub's answers, kept with their ETags."""

import pytest
from sqlalchemy import func, select, update

from qatui.domain.moments import DAY
from qatui.store import answers
from qatui.store.answers import Answers
from qatui.store.database import open_database
from qatui.store.schema import answer
from tests.conftest import Clock
from tests.store.conftest import Shelf


@pytest.fixture
def kept(shelf: Shelf, clock: Clock) -> Answers:
    return Answers(shelf.db, clock)


def count(shelf: Shelf) -> int:
    with shelf.db.read() as connection:
        return connection.scalar(select(func.count()).select_from(answer)) or 0


def test_the_newest_answer_is_kept(kept: Answers) -> None:
    assert kept.get("a") is None
    kept.put("a", '"1"', "", b"[1]")
    kept.put("b", 'W/"2"', "<x>; rel=next", b"\x00\xff" * 1000)
    kept.put("a", '"3"', "", b"[]")
    assert kept.get("a") == ('"3"', "", b"[]")
    assert kept.get("b") == ('W/"2"', "<x>; rel=next", b"\x00\xff" * 1000)


def test_what_nobody_asks_for_goes(kept: Answers, shelf: Shelf, clock: Clock) -> None:
    kept.put("asked", "e", "", b"1")
    kept.put("forgotten", "e", "", b"1")
    for _ in range(16):
        clock.forward(2 * DAY)
        assert kept.get("asked") is not None
    kept.put("new", "e", "", b"1")
    assert kept.get("forgotten") is None
    assert kept.get("asked") is not None
    assert count(shelf) == 2


def test_there_is_never_more_than_fits(
    kept: Answers, shelf: Shelf, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 100)
    for number in range(30):
        clock.forward(1)
        kept.put(f"{number}", "e", "", bytes([number]) * 5)  # 13 bytes each when packed
    with shelf.db.read() as connection:
        assert (connection.scalar(select(func.sum(answer.c.size))) or 0) <= 100
    assert kept.get("29") is not None
    assert kept.get("0") is None
    assert count(shelf) > 5


def test_a_huge_answer_is_not_kept(kept: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LARGEST", 20)
    kept.put("a", "old", "", b"1")
    kept.put("a", "new", "", bytes(range(256)))
    assert kept.get("a") is None  # nor the earlier one, which is not what GitHub says now


def test_a_damaged_one_counts_as_none(kept: Answers, shelf: Shelf) -> None:
    kept.put("a", "e", "", b"12345")
    with shelf.db.write() as connection:
        connection.execute(update(answer).values(body=b"nonsense"))
    assert kept.get("a") is None


def test_others_at_work_cost_the_answer_not_the_run(shelf: Shelf, clock: Clock) -> None:
    if not shelf.db.sqlite:
        pytest.skip("a lock of SQLite")
    impatient = open_database(shelf.db.url, busy_seconds=0.01)
    kept = Answers(impatient, clock)
    kept.put("a", "e", "", b"1")
    clock.forward(2 * DAY)
    with shelf.db.write():
        kept.put("a", "f", "", b"2")
        assert kept.get("a") == ("e", "", b"1")
    impatient.close()
