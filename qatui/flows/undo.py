"""Undo and redo of a person's own verdicts, claims and assignments.

Nothing is erased: a candidate is changed back by a new event. It is changed back only where it still is as
that verb left it; opening it in between counts as no change. A verb of which nothing can be taken back any
more is dropped, so that the next undo reaches the one before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qatui.domain.candidate import OPEN, Candidate, Outcome
from qatui.domain.lifecycle import Action, why_not
from qatui.domain.text import handle
from qatui.flows import moves
from qatui.flows.decide import circumstances
from qatui.flows.desk import Desk
from qatui.store import events
from qatui.store.database import Connection

Snapshot = Mapping[str, Any]

_FIXED = ("revision", "content_hash")
"""What a snapshot compares but undo never writes: content has its own history."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, or done again: the verb, and what became of each candidate."""

    action: str
    """The verb's name: approve, reject, defer, claim, release or assign."""
    outcome: Outcome


def undo(desk: Desk) -> Undone | None:
    """Take back the reviewer's newest verb that stands; None where there is none."""
    with desk.db.read() as connection:
        group = events.last_to_undo(connection, desk.repository_id, desk.reviewer)
        changes = events.changes_of(connection, group.id) if group else ()
    return _turn(desk, group, {number: (after, before) for number, before, after in changes}, "undo")


def redo(desk: Desk) -> Undone | None:
    """Do again what the reviewer undid last, where it is still allowed; None where there is nothing."""
    with desk.db.read() as connection:
        group = events.last_to_redo(connection, desk.repository_id, desk.reviewer)
        changes = events.changes_of(connection, group.id) if group else ()
    return _turn(desk, group, {number: (before, after) for number, before, after in changes}, "redo")


def _turn(
    desk: Desk,
    group: events.Group | None,
    turns: Mapping[int, tuple[Snapshot, Snapshot]],
    way: Literal["undo", "redo"],
) -> Undone | None:
    """Change each candidate from the first snapshot to the second, and put the group on the other stack."""
    if group is None:
        return None
    here, there = ("done", "undone") if way == "undo" else ("undone", "done")

    def judge(connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Change | str]:
        given = circumstances(desk, connection, found, Action(group.action)) if way == "redo" else {}
        judged: dict[int, moves.Change | str] = {}
        for number, each in found.items():
            was, to = turns[number]
            now = events.snapshot(each)
            if not _same(now, was):
                judged[number] = _moved_on(each, was)
            elif way == "redo" and (refused := why_not(each, Action(group.action), given[number])):
                judged[number] = refused
            else:
                judged[number] = {name: value for name, value in to.items() if name not in _FIXED}
        return judged

    def finish(connection: Connection, outcome: Outcome) -> None:
        # Another window of the same person may have turned it meanwhile; what was really done decides.
        if outcome.done:
            events.mark_undo(connection, group.id, there, was=(here, "dropped"))
        else:
            events.mark_undo(connection, group.id, "dropped", was=(here,))

    outcome = moves.move(desk, turns, way, judge, undoable=False, finish=finish)
    return Undone(group.action, outcome)


def _same(now: Snapshot, was: Snapshot) -> bool:
    """Whether a candidate is as a verb left it; pending and in review differ only by somebody's look."""
    both_open = {now["state"], was["state"]} <= {state.value for state in OPEN}
    return all(now[name] == was[name] for name in was if not (both_open and name in ("state", "state_reason")))


def _moved_on(each: Candidate, was: Snapshot) -> str:
    """What happened to a candidate since, in words."""
    if each.content_hash != was["content_hash"]:
        return f"has moved on since: now revision {each.revision}"
    if each.state.value != was["state"]:
        return f"has moved on since: now {each.state.words}"
    if each.assignee != was["assignee"]:
        return (
            f"has moved on since: now {f'claimed by {handle(each.assignee)}' if each.assignee else 'claimed by nobody'}"
        )
    by = f" by {handle(each.verdict.by)}" if each.verdict else ""
    return f"has moved on since: now {each.state.words}{by} anew"
