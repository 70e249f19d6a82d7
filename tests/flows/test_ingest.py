"""Intake into a real store over a real repository."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import MAX_BYTES, Proposal, Refusal
from qatui.flows.desk import Desk
from qatui.flows.ingest import Intake, ingest
from qatui.store import candidates, content, events, reviews
from qatui.store import schema as tables
from tests.conftest import Project


def proposal(path: str, text: str | bytes = "def test():\n    assert 1\n", **told: object) -> Proposal:
    """A proposal as a folder would give it."""
    return replace(Proposal(path, text.encode() if isinstance(text, str) else text, f"in/{path}"), **told)  # type: ignore[arg-type]


def take(desk: Desk, *proposals: Proposal | Refusal) -> Intake:
    """Ingest, from a source called `here`."""
    return ingest(desk, proposals, source="here")


def one(desk: Desk, path: str) -> Candidate:
    """The candidate of a path."""
    with desk.db.read() as connection:
        return candidates.by_path(connection, desk.repository_id, [path])[path]


def count(desk: Desk, name: str) -> int:
    """Rows in a table."""
    with desk.db.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(getattr(tables, name))) or 0)


def put_state(desk: Desk, number: int, state: State, **values: object) -> None:
    """Bring a candidate into a state, with a verdict of ann where it has one."""
    with desk.db.write() as connection:
        was = candidates.get_many(connection, desk.repository_id, [number])[number]
        kinds = {State.APPROVED, State.REJECTED, State.DEFERRED}
        verdict = {"verdict_kind": state, "verdict_by": "ann", "verdict_at": 1, "verdict_hash": was.content_hash}
        columns = {"state": state, **(verdict if state in kinds else {}), **values}
        assert candidates.change(connection, was, columns, desk.now())


def test_new_candidate_has_everything(desk: Desk) -> None:
    """State row, revision, content, origin, batch and event of a new file and of a modified one."""
    told = {
        "title": "Refunds",
        "generator": {"name": "gen", "model": "m1"},
        "endpoint": {"method": "GET", "path": "/refunds"},
        "plan_item": "#7",
        "completes": True,
        "priority": 3,
        "labels": ("a", "b"),
    }
    done = take(desk, proposal("tests/test_refunds.py", "a\nb\n", **told), proposal("tests/test_orders.py", "x\n"))
    new = one(desk, "tests/test_refunds.py")
    changed = one(desk, "tests/test_orders.py")
    assert done == Intake(new=(new.id, changed.id))
    assert done.taken == (new.id, changed.id)
    assert (new.state, new.title, new.author, new.priority, new.added, new.removed) == (
        State.PENDING, "Refunds", "gen", 3, 2, 0,
    )  # fmt: skip
    assert new.base_oid is None
    assert (changed.title, changed.author, changed.priority, changed.added, changed.removed) == (
        "test_orders", "generator", 0, 1, 3,
    )  # fmt: skip
    assert changed.base_oid == desk.repository.oids(desk.base.commit, ["tests/test_orders.py"])["tests/test_orders.py"]
    with desk.db.read() as connection:
        assert content.get(connection, new.content_hash) == b"a\nb\n"
        origins = reviews.origins(connection, [new.id, changed.id])
        (revision,) = reviews.revisions(connection, new.id)
        log = events.log(connection, desk.repository_id)
        batches = connection.execute(select(tables.batch.c.source, tables.batch.c.actor)).all()
        undo = events.last_to_undo(connection, desk.repository_id, desk.reviewer)
    assert list(origins) == [new.id]
    assert origins[new.id] == reviews.Origin(
        generator={"name": "gen", "model": "m1"},
        endpoint={"method": "GET", "path": "/refunds"},
        plan_item="#7",
        completes=True,
        labels=("a", "b"),
        replaces=None,
    )
    assert (revision.number, revision.base_commit, revision.author) == (1, desk.base.commit, "gen")
    assert [(each.action, each.cause, each.actor, each.before) for each in log] == [
        ("ingest", "here", "robin@example.test", None)
    ] * 2
    assert batches == [("here", "robin@example.test")]
    assert undo is None


def test_again_changes_nothing(desk: Desk) -> None:
    """The same bytes twice: no row, no event, no batch more."""
    files = [proposal(f"tests/test_{number}.py", f"{number}\n") for number in range(5)]
    first = take(desk, *files)
    before = [count(desk, name) for name in ("candidate", "revision", "event", "batch", "content")]
    assert take(desk, *files) == Intake(unchanged=first.new)
    assert [count(desk, name) for name in ("candidate", "revision", "event", "batch", "content")] == before


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.PENDING, "revision 2 came in"),
        (State.IN_REVIEW, "revision 2 came in"),
        (State.APPROVED, "revision 2 came in; was approved by ann"),
        (State.REJECTED, "revision 2 came in; was rejected by ann"),
        (State.DEFERRED, "revision 2 came in; was deferred by ann"),
        (State.MERGED, "revision 2 came in; was merged"),
        (State.SUPERSEDED, "revision 2 came in; was superseded"),
    ],
)
def test_new_content_makes_a_revision(desk: Desk, state: State, words: str) -> None:
    """It waits for review again and says why; the verdict is gone, what the source did not say stays."""
    (number,) = take(desk, proposal("tests/test_a.py", "1\n", title="A", priority=4)).new
    put_state(desk, number, state, assignee="ann", risk=0, score=3, score_rank=3)
    assert take(desk, proposal("tests/test_a.py", "2\n3\n")) == Intake(revised=(number,))
    now = one(desk, "tests/test_a.py")
    assert (now.state, now.state_reason, now.revision, now.verdict) == (State.PENDING, words, 2, None)
    assert (now.title, now.priority, now.added, now.score, int(now.risk)) == ("A", 4, 2, None, 3)
    assert now.assignee == (None if state in (State.MERGED, State.SUPERSEDED) else "ann")
    with desk.db.read() as connection:
        (event, _) = events.log(connection, desk.repository_id, candidate_id=number)
        assert [each.number for each in reviews.revisions(connection, number)] == [1, 2]
    assert event.action == Action.REVISE
    assert event.before is not None
    assert event.after is not None
    assert (event.before["state"], event.after["state"]) == (state, "pending")
