"""Revisions, origins, comments and ticks."""

from qatui.store import intake, reviews
from qatui.store.reviews import Origin
from tests.conftest import NOW
from tests.store.conftest import Shelf


def test_revisions_come_oldest_first(shelf: Shelf) -> None:
    was = shelf.get(shelf.add())
    with shelf.db.write() as connection:
        intake.add_revisions(
            connection,
            [
                {
                    "candidate_id": was.id, "number": number, "content_hash": was.content_hash, "author": "g",
                    "customized": number == 2, "base_oid": None, "base_commit": "c" * 40, "added": 3, "removed": 1,
                    "at": NOW,
                }
                for number in (2, 1)
            ],
        )  # fmt: skip
        found = reviews.revisions(connection, was.id)
    assert [(each.number, each.customized, each.base_commit) for each in found] == [
        (1, False, "c" * 40),
        (2, True, "c" * 40),
    ]


def test_the_newest_origin_replaces_the_earlier(shelf: Shelf) -> None:
    full = Origin({"name": "gen", "model": "m"}, {"method": "GET", "path": "/é"}, "#12", True, ("a", "b"), "tests/x.py")
    bare = Origin(None, None, None, False, (), None)
    one, two = shelf.add(), shelf.add()
    with shelf.db.write() as connection:
        intake.put_origins(connection, {one: bare})
        intake.put_origins(connection, {one: full, two: bare})
        intake.put_origins(connection, {})
        assert reviews.origins(connection, [one, two, 999]) == {one: full, two: bare}


def test_comments_come_oldest_first_with_a_key_for_every_candidate(shelf: Shelf) -> None:
    one, two = shelf.add(), shelf.add()
    with shelf.db.write() as connection:
        first = reviews.add_comment(
            connection, one, revision=1, side="new", line=7, body="why?\n\x1b", author="kim", now=NOW
        )
        second = reviews.add_comment(
            connection, one, revision=2, side=None, line=None, body="because", author="robin", now=NOW + 1
        )
        found = reviews.comments(connection, [one, two])
    assert [each.id for each in found[one]] == [first, second]
    assert (found[one][0].side, found[one][0].line, found[one][0].body) == ("new", 7, "why?\n\x1b")
    assert found[two] == []


def test_a_thread_is_found_by_any_of_its_comments_and_is_settled_as_a_whole(shelf: Shelf) -> None:
    one = shelf.add()
    name = shelf.get(one).content_hash
    with shelf.db.write() as connection:
        said = {"revision": 1, "body": "x", "author": "kim", "now": NOW}
        first = reviews.add_comment(
            connection, one, side="old", line=3, last=5, content_hash=name, **said,  # type: ignore[arg-type]
        )  # fmt: skip
        other = reviews.add_comment(connection, one, side=None, line=None, **said)  # type: ignore[arg-type]
        answer = reviews.add_comment(
            connection, one, side=None, line=None, reply_to=first, **said,  # type: ignore[arg-type]
        )  # fmt: skip
        for asked in (first, answer):
            found = reviews.thread(connection, asked)
            assert found is not None
            assert (found.id, found.line, found.last, found.span, found.content_hash) == (
                first,
                3,
                5,
                range(2, 5),
                name,
            )
        assert reviews.thread(connection, other + 100) is None
        reviews.resolve(connection, first, "lee", NOW + 1)
        settled = [(each.resolved_by, each.resolved_at) for each in reviews.comments(connection, [one])[one]]
        assert settled == [("lee", NOW + 1), (None, None), (None, None)]
        reviews.resolve(connection, first, None, None)
        found = reviews.thread(connection, first)
        assert found is not None
        assert (found.resolved_by, found.resolved_at) == (None, None)


def test_a_tick_belongs_to_the_content_it_was_given_to(shelf: Shelf) -> None:
    number, other = shelf.add(), shelf.add()
    both = {number: "a" * 64, other: "a" * 64}
    with shelf.db.write() as connection:
        assert reviews.tick(connection, {number: "a" * 64}, "asserts", by="kim", now=NOW) == [number]
        assert reviews.tick(connection, both, "asserts", by="robin", now=NOW + 1) == [other]
        assert reviews.tick(connection, both, "asserts", by="robin", now=NOW + 1) == []
        assert reviews.tick(connection, {number: "b" * 64}, "names", by="robin", now=NOW + 2) == [number]
        assert reviews.answers(connection, {number: "a" * 64}) == {number: {"asserts": ("kim", NOW)}}
        assert reviews.answers(connection, {number: "c" * 64}) == {number: {}}
        assert reviews.untick(connection, {number: "a" * 64}, "asserts") == [number]
        assert reviews.untick(connection, {number: "a" * 64, other: "b" * 64}, "asserts") == []
        assert reviews.answers(connection, both) == {number: {}, other: {"asserts": ("robin", NOW + 1)}}
        assert reviews.answers(connection, {number: "b" * 64}) == {number: {"names": ("robin", NOW + 2)}}
