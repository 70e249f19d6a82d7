"""What each reviewer had before them."""

from qatui.store import viewing
from tests.conftest import NOW
from tests.store.conftest import Shelf


def test_what_was_seen_is_each_reviewers_own(shelf: Shelf) -> None:
    one, two = shelf.add(), shelf.add()
    with shelf.db.write() as connection:
        viewing.see(connection, one, "kim", 2, NOW + 1)
        viewing.see(connection, one, "kim", 1, NOW)
        viewing.see(connection, two, "kim", 1, NOW + 2)
        viewing.see(connection, one, "lee", 1, NOW + 3)
        assert list(viewing.seen(connection, one, "kim").items()) == [(1, NOW), (2, NOW + 1)]
        assert viewing.seen(connection, one, "lee") == {1: NOW + 3}
        assert viewing.seen(connection, two, "lee") == {}


def test_marks_are_each_reviewers_own_and_the_first_stays(shelf: Shelf) -> None:
    one, two = shelf.add(), shelf.add()
    with shelf.db.write() as connection:
        assert viewing.mark(connection, one, "kim", ["a", "b", "a"], NOW) == ["a", "b"]
        assert viewing.mark(connection, one, "kim", ["b", "c"], NOW + 1) == ["c"]
        assert viewing.mark(connection, one, "lee", ["b"], NOW + 1) == ["b"]
        assert viewing.mark(connection, two, "kim", [], NOW) == []
        assert viewing.unmark(connection, one, "kim", ["b", "b", "x"]) == ["b"]
        assert viewing.viewed(connection, one, "kim") == {"a", "c"}
        assert viewing.viewed(connection, one, "lee") == {"b"}
        assert viewing.viewed(connection, two, "kim") == frozenset()
        assert viewing.unmark(connection, two, "kim", ["a"]) == []
