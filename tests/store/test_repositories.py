"""Whose rows they are, and which clone belongs to whom."""

from qatui.store.repositories import Clone, find_repository, recall_clone, remember_clone, repository_id
from tests.store.conftest import Shelf


def test_a_repository_is_made_once(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        assert find_repository(connection, "host/new/one") is None
        number = repository_id(connection, "host/new/one", 1)
        assert number != shelf.id
        assert repository_id(connection, "host/new/one", 2) == number
        assert find_repository(connection, "host/new/one") == number


def test_what_was_known_by_its_path_goes_on_under_its_address(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        number = repository_id(connection, "/c/.git", 1)
        assert repository_id(connection, "host/o/n", 2, formerly="/c/.git") == number
        assert find_repository(connection, "/c/.git") is None
        again = repository_id(connection, "/c/.git", 3)
        assert again != number
        assert repository_id(connection, "host/o/n", 4, formerly="/c/.git") == number, "it has rows of its own"
        assert find_repository(connection, "/c/.git") == again


def test_a_clone_is_known_as_long_as_its_configuration_is_the_same(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        remember_clone(connection, "/c/.git", "stamp 1", shelf.id, "kim")
        assert recall_clone(connection, "/c/.git", "stamp 1") == Clone(shelf.id, "kim")
        assert recall_clone(connection, "/c/.git", "stamp 2") is None
        assert recall_clone(connection, "/d/.git", "stamp 1") is None
        remember_clone(connection, "/c/.git", "stamp 2", shelf.id, "robin")
        assert recall_clone(connection, "/c/.git", "stamp 2") == Clone(shelf.id, "robin")
        assert recall_clone(connection, "/c/.git", "stamp 1") is None
