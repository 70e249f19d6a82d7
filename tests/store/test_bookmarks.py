"""Where a reviewer was."""

from qatui.store import bookmarks
from tests.store.conftest import Shelf


def test_the_last_place_is_kept_for_each_person_and_name(shelf: Shelf) -> None:
    place = {"id": 7, "line": None, "draft": "half a “wort”\n"}
    with shelf.db.write() as connection:
        bookmarks.keep(connection, shelf.id, "kim", "queue", {"id": 1}, 1)
        bookmarks.keep(connection, shelf.id, "kim", "queue", place, 2)
        bookmarks.keep(connection, shelf.id, "kim", "review", [1], 2)
        bookmarks.keep(connection, shelf.id, "robin", "queue", 3, 2)
    with shelf.db.read() as connection:
        assert bookmarks.recall(connection, shelf.id, "kim", "queue") == place
        assert bookmarks.recall(connection, shelf.id, "kim", "review") == [1]
        assert bookmarks.recall(connection, shelf.id, "robin", "queue") == 3
        assert bookmarks.recall(connection, shelf.id, "robin", "review") is None
    with shelf.db.write() as connection:
        bookmarks.drop(connection, shelf.id, "kim", "queue")
        bookmarks.drop(connection, shelf.id, "kim", "queue")
        assert bookmarks.recall(connection, shelf.id, "kim", "queue") is None
        assert bookmarks.recall(connection, shelf.id, "robin", "queue") == 3
