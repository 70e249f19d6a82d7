"""Marks are each reviewer's own, many at once, and kept for a hunk that is gone for a while."""

from collections.abc import Callable

import pytest

from qatui.domain.proposal import Proposal
from qatui.errors import NotFound
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.review import look
from qatui.flows.viewed import mark, viewing_of
from qatui.store import events
from qatui.store.database import ROWS_A_WRITE
from tests.conftest import seed
from tests.flows.rows import get

As = Callable[[Desk, str], Desk]
PATH = "tests/test_users.py"


def percent(desk: Desk, number: int) -> int:
    """How much is viewed."""
    return viewing_of(look(desk, number)).percent


def test_marks_are_each_reviewers_own_and_change_no_candidate(desk: Desk, as_reviewer: As) -> None:
    (number,) = seed(desk, {PATH: "new\n"})
    before = get(desk, number)
    (key,) = viewing_of(look(desk, number)).keys
    assert mark(desk, number, [key, key]) == [key]
    assert mark(desk, number, [key]) == []
    assert (percent(desk, number), percent(as_reviewer(desk, "sam"), number)) == (100, 0)
    assert mark(desk, number, [key], viewed=False) == [key]
    assert percent(desk, number) == 0
    assert get(desk, number) == before
    with desk.db.read() as connection:
        assert [each.action for each in events.log(connection, desk.repository_id)] == ["ingest"]


def test_a_hunk_that_comes_back_is_still_viewed(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_new.py": "a\n"})
    mark(desk, number, viewing_of(look(desk, number)).keys)
    ingest(desk, [Proposal("tests/test_new.py", b"b\n", "x")], source="again")
    assert percent(desk, number) == 0
    mark(desk, number, viewing_of(look(desk, number)).keys)
    assert len(look(desk, number).viewed) == 2
    assert percent(desk, number) == 100


def test_a_file_that_nothing_changed_in(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_new.py": ""})
    found = viewing_of(look(desk, number))
    assert (found.hunks, found.percent) == ((), 100)


def test_many_marks_and_a_candidate_that_is_not_there(desk: Desk) -> None:
    (number,) = seed(desk, {PATH: "x\n"})
    many = [f"{each:064}" for each in range(2 * ROWS_A_WRITE + 1)]
    assert mark(desk, number, many) == many
    assert mark(desk, number, many[:5], viewed=False) == many[:5]
    assert len(look(desk, number).viewed) == len(many) - 5
    with pytest.raises(NotFound, match="no candidate 99 in this"):
        mark(desk, 99, many[:1])
    assert mark(desk, 99, []) == []


def test_two_windows_mark_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = seed(desk, {PATH: "x\n"})
    write = type(desk.db).write

    def door(self: object) -> object:
        monkeypatch.undo()
        assert mark(desk, number, ["a"]) == ["a"]
        return write(self)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.db), "write", door)
    assert mark(desk, number, ["a", "b"]) == ["b"]
