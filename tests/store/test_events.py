"""The log, and the two stacks of what a person can undo and redo."""

from sqlalchemy import Connection, select

from qatui.store import candidates, events
from qatui.store.schema import event_group
from tests.conftest import NOW
from tests.store.conftest import Shelf


def begin(connection: Connection, shelf: Shelf, name: str, actor: str = "kim", *, undoable: bool = True) -> str:
    """A group of its own."""
    return events.ensure_group(connection, shelf.id, name, actor=actor, action="approve", now=NOW, undoable=undoable)


def undo(connection: Connection, name: str) -> None:
    """What the undo flow does to the group."""
    events.mark_undo(connection, name, "undone", was=["done"])


def test_undo_takes_the_newest_and_redo_the_one_undone_last(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        for name in ("one", "two", "three"):
            begin(connection, shelf, name)
        taken = []
        while group := events.last_to_undo(connection, shelf.id, "kim"):
            taken.append(group.id)
            undo(connection, group.id)
        assert taken == ["three", "two", "one"]
        back = []
        while group := events.last_to_redo(connection, shelf.id, "kim"):
            back.append(group.id)
            events.mark_undo(connection, group.id, "done", was=["undone"])
        assert back == ["one", "two", "three"]


def test_something_new_ends_redo(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        begin(connection, shelf, "one")
        undo(connection, "one")
        begin(connection, shelf, "two")
        assert events.last_to_redo(connection, shelf.id, "kim") is None
        assert _stack(connection, "one") == "dropped"


def test_one_persons_news_leaves_the_others_redo(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        begin(connection, shelf, "one")
        undo(connection, "one")
        begin(connection, shelf, "two", "robin")
        begin(connection, shelf, "three", undoable=False)
        redo = events.last_to_redo(connection, shelf.id, "kim")
        assert redo is not None
        assert redo.id == "one"
        done = events.last_to_undo(connection, shelf.id, "robin")
        assert done is not None
        assert (done.id, done.action, done.at) == ("two", "approve", NOW)


def test_what_is_not_a_persons_to_take_back(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        begin(connection, shelf, "intake", undoable=False)
        assert events.last_to_undo(connection, shelf.id, "kim") is None


def test_a_group_goes_on_in_the_next_transaction(shelf: Shelf) -> None:
    for _ in range(3):
        with shelf.db.write() as connection:
            assert begin(connection, shelf, "long") == "long"
    with shelf.db.read() as connection:
        assert len(connection.execute(select(event_group)).all()) == 1


def test_a_group_undone_while_it_runs_goes_on_as_another(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        begin(connection, shelf, "long")
        undo(connection, "long")
        rest = begin(connection, shelf, "long")
        assert rest != "long"
        assert _stack(connection, rest) == "done"


def test_a_move_between_stacks_wants_the_stack_it_was_on(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        begin(connection, shelf, "one")
        events.mark_undo(connection, "one", "done", was=["undone", "dropped"])
        undo(connection, "one")
        undo(connection, "one")
        assert _stack(connection, "one") == "undone"


def test_the_log_is_newest_first_whole_and_pages(shelf: Shelf) -> None:
    one, two = shelf.add("tests/one.py"), shelf.add("tests/two.py")
    before = events.snapshot(shelf.get(one))
    with shelf.db.write() as connection:
        assert events.newest(connection, shelf.id) == 0
        begin(connection, shelf, "g")
        events.append(connection, shelf.id, "g", [], action="approve", actor="kim", now=NOW)
        events.append(
            connection, shelf.id, "g",
            [(one, before, {**before, "state": "approved"}), (two, None, {"n": "é"}), (None, None, None)],
            action="approve", actor="kim", now=NOW, cause="key",
        )  # fmt: skip
        log = events.log(connection, shelf.id)
        assert [each.candidate_id for each in log] == [None, two, one]
        assert [each.path for each in log] == [None, "tests/two.py", "tests/one.py"]
        assert (log[2].before, log[2].after) == (before, {**before, "state": "approved"})
        assert (log[1].before, log[1].after, log[1].cause, log[1].actor) == (None, {"n": "é"}, "key", "kim")
        assert events.newest(connection, shelf.id) == log[0].id
        assert events.log(connection, shelf.id, candidate_id=two) == [log[1]]
        assert events.log(connection, shelf.id, limit=1) == log[:1]


def test_what_an_undo_turns_round_are_the_verbs_own_changes(shelf: Shelf) -> None:
    one, two = shelf.add(), shelf.add()
    with shelf.db.write() as connection:
        begin(connection, shelf, "g")
        events.append(
            connection, shelf.id, "g", [(one, {"a": 1}, {"a": 2}), (two, {"a": 3}, {"a": 4}), (one, None, {"a": 5})],
            action="approve", actor="kim", now=NOW,
        )  # fmt: skip
        events.append(connection, shelf.id, "g", [(one, {"a": 2}, {"a": 1})], action="undo", actor="kim", now=NOW)
        assert events.changes_of(connection, "g") == [(one, {"a": 1}, {"a": 2}), (two, {"a": 3}, {"a": 4})]


def test_a_snapshot_is_what_is_decided_and_nothing_that_counts(shelf: Shelf) -> None:
    was = shelf.get(shelf.add())
    with shelf.db.write() as connection:
        candidates.change_many(connection, [(was, {"priority": 3})], NOW + 5)
    assert events.snapshot(shelf.get(was.id)) == events.snapshot(was)
    assert not {"version", "updated_at", "priority", "created_at"} & events.snapshot(was).keys()


def test_group_ids_sort_by_time_and_fit() -> None:
    names = [events.new_group_id() for _ in range(50)]
    assert {len(name) for name in names} == {26}
    assert len(set(names)) == 50
    assert [name[:12] for name in names] == sorted(name[:12] for name in names)


def _stack(connection: Connection, name: str) -> str | None:
    return connection.scalar(select(event_group.c.undo).where(event_group.c.id == name))
