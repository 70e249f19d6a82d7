"""Verdicts: approve, reject, defer, for one candidate or many.

A verdict binds to the content the person had before them and remembers the file on base it was given
against, so that later both can be seen to have moved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from qatui.domain.candidate import Candidate, Outcome, State, Verdict
from qatui.domain.lifecycle import Action, Circumstances, next_state, why_not
from qatui.domain.moments import LAST, iso
from qatui.domain.nearest import did_you_mean
from qatui.domain.review import BODY_LIMIT, checklist, open_required
from qatui.domain.text import storable
from qatui.errors import UsageError
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.store import candidates, reviews
from qatui.store.candidates import verdict_values
from qatui.store.database import Connection

VERDICTS = frozenset({Action.APPROVE, Action.REJECT, Action.DEFER})


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What the person chose, checked, before it is given to a candidate."""

    action: Action
    reason: str | None
    note: str
    until: int | None


def decide(
    desk: Desk,
    ids: Iterable[int],
    action: Action,
    *,
    reason: str | None = None,
    note: str = "",
    until: int | None = None,
    expected: Mapping[int, str] | None = None,
) -> Outcome:
    """Give the verdict `action` to each of `ids` that allows it; the others are refused with the reason.

    `reason` is the code of a rejection, `until` the end of a deferral (ms), `expected` the content hash that
    the person had before them, by id. Raises UsageError for a verdict that would mean nothing; then nothing is
    written.
    """
    ruling = _check(desk, action, reason, note, until)
    numbers = moves.unique(ids)
    with desk.db.read() as connection:
        paths = candidates.paths(connection, desk.repository_id, numbers)
    # git is asked before the transaction: nobody waits for a process while the store is held.
    blobs = desk.repository.oids(desk.base.commit, list(paths.values()))
    return moves.move(desk, numbers, action, _judge(desk, ruling, expected or {}, blobs))


def foresee(
    desk: Desk,
    ids: Iterable[int],
    action: Action,
    *,
    reason: str | None = None,
    note: str = "",
    until: int | None = None,
    expected: Mapping[int, str] | None = None,
) -> Outcome:
    """What `decide` would answer now; nothing is written.

    A rejection or deferral may be asked about before its reason or end is chosen.
    """
    if reason is not None or until is not None:
        _check(desk, action, reason, note, until)
    return moves.foresee(desk, ids, _judge(desk, _Ruling(action, reason, note, until), expected or {}, {}))


def circumstances(
    desk: Desk, connection: Connection, found: Mapping[int, Candidate], action: Action
) -> dict[int, Circumstances]:
    """What beside its state decides on each candidate; the checklist counts for its current content."""
    still_open: dict[int, tuple[str, ...]] = {}
    if action is Action.APPROVE and any(item.required for item in desk.team.checklist):
        answers = reviews.answers(connection, {number: each.content_hash for number, each in found.items()})
        still_open = {number: open_required(checklist(desk.team.checklist, given)) for number, given in answers.items()}
    return {
        number: Circumstances(desk.reviewer, desk.team.self_approve, still_open.get(number, ())) for number in found
    }


def _judge(desk: Desk, ruling: _Ruling, expected: Mapping[int, str], blobs: Mapping[str, str]) -> moves.Judge:
    def judge(connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Change | str]:
        given = circumstances(desk, connection, found, ruling.action)
        now = desk.now()
        judged: dict[int, moves.Change | str] = {}
        for number, each in found.items():
            if number in expected:
                given[number] = replace(given[number], expected_hash=expected[number])
            if _stands(desk, ruling, each, expected.get(number)):
                judged[number] = moves.SO_ALREADY
            else:
                refused = why_not(each, ruling.action, given[number])
                judged[number] = refused or _columns(desk, ruling, each, blobs.get(each.path), now)
        return judged

    return judge


def _stands(desk: Desk, ruling: _Ruling, each: Candidate, expected: str | None) -> bool:
    """Whether the reviewer gave this very verdict to this very content already; a note left out is no other one."""
    was = each.verdict
    return (
        was is not None
        and each.state is was.kind is next_state(State.PENDING, ruling.action)
        and was.by == desk.reviewer
        and was.content_hash == each.content_hash == (expected or each.content_hash)
        and was.reason == ruling.reason
        and each.deferred_until == ruling.until
        and ruling.note in ("", was.note)
    )


def _columns(desk: Desk, ruling: _Ruling, each: Candidate, base_oid: str | None, now: int) -> moves.Change:
    """What the verdict makes of the row: approved or rejected it needs nobody any more, deferred it keeps its claim."""
    state = next_state(each.state, ruling.action)
    assert state is not None
    verdict = Verdict(state, desk.reviewer, now, each.content_hash, base_oid, ruling.reason, ruling.note)
    return {
        "state": state.value,
        "state_reason": "",
        "assignee": each.assignee if state is State.DEFERRED else None,
        "deferred_until": ruling.until,
        **verdict_values(verdict),
    }


def _check(desk: Desk, action: Action, reason: str | None, note: str, until: int | None) -> _Ruling:
    """The ruling, or UsageError with what it lacks."""
    if action not in VERDICTS:
        raise UsageError(f"{action} is no verdict.", "There are approve, reject and defer.")
    note = storable(note).strip()
    if len(note) > BODY_LIMIT:
        raise UsageError(f"The note has {len(note):,} characters; {BODY_LIMIT:,} are allowed.")
    return _Ruling(
        action,
        _check_reason(desk.team.reasons(), reason, note) if action is Action.REJECT else None,
        note,
        _check_until(until, desk.now()) if action is Action.DEFER else None,
    )


def _check_reason(reasons: Mapping[str, str], reason: str | None, note: str) -> str:
    if reason is None:
        raise UsageError("A rejection needs a reason.", f"One of: {', '.join(reasons)}")
    if reason not in reasons:
        raise UsageError(f"“{reason}” is no reject reason.", did_you_mean(reason, reasons))
    if reason == "other" and not note:
        raise UsageError("The reason “other” needs a note.", "Say in a few words what is wrong with the test.")
    return reason


def _check_until(until: int | None, now: int) -> int:
    if until is None:
        raise UsageError("A deferral needs an end.", "Such as 4h, 3d, 2w or a date.")
    if until <= now:
        raise UsageError(f"{iso(until)} is not later than now.", "Defer to a later moment, such as 4h or 3d.")
    if until > LAST:
        raise UsageError("That moment is too far away.", "Defer to a moment before the year 10000.")
    return until
