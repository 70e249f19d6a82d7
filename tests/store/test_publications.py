"""Publications and their parts."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from qatui.store import publications
from qatui.store.publications import Part
from tests.conftest import NOW
from tests.store.conftest import Shelf


def values(shelf: Shelf, branch: str) -> dict[str, Any]:
    """The columns of a publication that waits."""
    return {
        "repository_id": shelf.id, "branch": branch, "state": "waiting", "base_branch": "main",
        "base_commit": "b" * 40, "push_url": "/remote.git", "title": "T", "body": "B\n", "author_name": "Kim",
        "author_email": "kim@example.test", "actor": "kim", "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip


def part(shelf: Shelf, number: int) -> Part:
    """A candidate's share, not committed yet."""
    was = shelf.get(number)
    return Part(number, was.path, was.content_hash, f"test: add {number}\n", None)


def test_a_publication_and_its_parts_in_their_order(shelf: Shelf) -> None:
    one, two = part(shelf, shelf.add()), part(shelf, shelf.add())
    with shelf.db.write() as connection:
        assert publications.next_id(connection) == 1
        number = publications.add(connection, values(shelf, "qatui/1"))
        publications.add_parts(connection, number, [])
        publications.add_parts(connection, number, [(1, one), (0, two)])
        assert publications.next_id(connection) == number + 1
    with shelf.db.read() as connection:
        found = publications.get(connection, shelf.id, number)
        assert found is not None
        assert (found.branch, found.state, found.head_commit, found.reason) == ("qatui/1", "waiting", None, "")
        assert publications.parts(connection, number) == [two, one]
        assert publications.get(connection, shelf.id + 1, number) is None


def test_what_becomes_of_it(shelf: Shelf) -> None:
    one, two = part(shelf, shelf.add()), part(shelf, shelf.add())
    with shelf.db.write() as connection:
        number = publications.add(connection, values(shelf, "qatui/1"))
        publications.add_parts(connection, number, [(0, one), (1, two)])
        publications.keep_commits(connection, number, {one.candidate_id: "c" * 40})
        publications.keep_messages(connection, number, {two.candidate_id: "other\n"})
        publications.keep_commits(connection, number, {})
        publications.keep_blobs(connection, number, {two.candidate_id: "e" * 40})
        publications.change(connection, number, {"state": "pushed", "head_commit": "d" * 40}, NOW + 3)
        parts = publications.parts(connection, number)
        found = publications.get(connection, shelf.id, number)
    assert [(each.commit, each.message) for each in parts] == [("c" * 40, one.message), (None, "other\n")]
    assert [each.blob for each in parts] == [None, "e" * 40]
    assert found is not None
    assert (found.state, found.head_commit, found.updated_at) == ("pushed", "d" * 40, NOW + 3)


def test_its_pull_request(shelf: Shelf) -> None:
    pull = {
        "pull_number": 7, "pull_url": "https://github.test/acme/shop/pull/7", "pull_state": "open",
        "head_repository": "kim/shop", "merge_commit": "f" * 40, "signed": True,
    }  # fmt: skip
    with shelf.db.write() as connection:
        number = publications.add(connection, values(shelf, "qatui/1"))
        new = publications.get(connection, shelf.id, number)
        publications.change(connection, number, pull, NOW)
        found = publications.get(connection, shelf.id, number)
    assert new is not None
    assert (new.pull_number, new.pull_url, new.pull_state, new.signed) == (None, "", "", False)
    assert {column: getattr(found, column) for column in pull} == pull


def test_the_newest_first_and_the_latest_of_a_candidate(shelf: Shelf) -> None:
    one, two = part(shelf, shelf.add()), part(shelf, shelf.add())
    with shelf.db.write() as connection:
        first = publications.add(connection, values(shelf, "qatui/1"))
        second = publications.add(connection, values(shelf, "qatui/2"))
        publications.add_parts(connection, first, [(0, one), (1, two)])
        publications.add_parts(connection, second, [(0, one)])
        assert [each.id for each in publications.every(connection, shelf.id)] == [second, first]
        assert publications.branches(connection, shelf.id) == {"qatui/1", "qatui/2"}
        assert (publications.body(connection, first), publications.body(connection, 99)) == ("B\n", "")
        assert publications.newest(connection, shelf.id, "pushed") is None
        for number in (first, second):
            publications.change(connection, number, {"state": "pushed"}, NOW)
        newest = publications.newest(connection, shelf.id, "pushed")
        assert newest is not None
        assert newest.id == second
        assert publications.latest(connection, [one.candidate_id, two.candidate_id, 999]) == {
            one.candidate_id: second,
            two.candidate_id: first,
        }


def test_no_two_have_the_same_branch(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        publications.add(connection, values(shelf, "qatui/1"))
    with pytest.raises(IntegrityError), shelf.db.write() as connection:
        publications.add(connection, values(shelf, "qatui/1"))


def test_a_publication_has_no_name_until_its_own_number_is_known(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        one, two = (publications.add(connection, {**values(shelf, ""), "branch": None}) for _ in range(2))
        assert publications.branches(connection, shelf.id) == set()
        publications.change(connection, one, {"branch": f"qatui/{one}"}, NOW)
        publications.change(connection, two, {"branch": f"qatui/{two}"}, NOW)
        assert publications.branches(connection, shelf.id) == {f"qatui/{one}", f"qatui/{two}"}
