"""Looking into one candidate, and what a reviewer says beside the verdict: comments, checklist answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qatui.domain.candidate import GONE, Candidate, Outcome, State
from qatui.domain.lifecycle import Action, Circumstances, next_state, why_not
from qatui.domain.lines import line_count
from qatui.domain.moments import minute
from qatui.domain.nearest import did_you_mean
from qatui.domain.review import BODY_LIMIT, Comment, Revision, Side, Ticked, checklist
from qatui.domain.text import storable
from qatui.errors import NotFound, UsageError
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.store import candidates, content, reviews
from qatui.store.candidates import verdict_values
from qatui.store.database import ROWS_A_WRITE, Connection
from qatui.store.reviews import Origin

_OVER = GONE | {State.MERGED}


@dataclass(frozen=True, slots=True)
class Dossier:
    """One candidate whole: what the review screen and `show` need."""

    candidate: Candidate
    base: bytes | None
    """The target file on base now; None: there is none."""
    content: bytes
    """What is proposed: the current revision."""
    base_moved: bool
    """Whether the file on base is another than what the verdict, else the revision, was made against.

    Of no interest, so False, once the candidate is merged or no longer part of the work.
    """
    revisions: tuple[Revision, ...]
    comments: tuple[Comment, ...]
    checklist: tuple[Ticked, ...]
    """The answers for the current content."""
    origin: Origin | None
    """What the manifest said; None: nothing."""


def look(desk: Desk, number: int) -> Dossier:
    """Everything about a candidate, nothing changed; raises NotFound."""
    with desk.db.read() as connection:
        found = candidates.get_many(connection, desk.repository_id, [number]).get(number)
        if found is None:
            raise NotFound(f"There is no candidate {number} in this repository.", "See: qatui list is:all")
        proposed = content.get(connection, found.content_hash)
        revisions = reviews.revisions(connection, number)
        comments = reviews.comments(connection, [number])[number]
        answers = reviews.answers(connection, {number: found.content_hash})[number]
        origin = reviews.origins(connection, [number]).get(number)
    oid = desk.repository.oids(desk.base.commit, [found.path]).get(found.path)
    verdict = found.verdict
    judged = verdict is not None and verdict.content_hash == found.content_hash
    against = verdict.base_oid if verdict and judged else found.base_oid
    return Dossier(
        candidate=found,
        base=desk.repository.blobs([oid])[oid] if oid else None,
        content=proposed,
        base_moved=found.state not in _OVER and oid != against,
        revisions=tuple(revisions),
        comments=tuple(comments),
        checklist=checklist(desk.team.checklist, answers),
        origin=origin,
    )


def checklists(desk: Desk, ids: Iterable[int]) -> list[tuple[Candidate, tuple[Ticked, ...]]]:
    """The checklist of each of `ids` that is there, in their order, with the answers for its current content."""
    listed = []
    with desk.db.read() as connection:
        for part in moves.chunks(moves.unique(ids)):
            found = candidates.get_many(connection, desk.repository_id, part)
            answers = reviews.answers(connection, {number: each.content_hash for number, each in found.items()})
            listed += [(found[each], checklist(desk.team.checklist, answers[each])) for each in part if each in found]
    return listed


def open_candidate(desk: Desk, number: int) -> Dossier:
    """Like `look`; a pending candidate is in review from now on. Raises NotFound."""
    with desk.db.read() as connection:
        found = candidates.get_many(connection, desk.repository_id, [number]).get(number)
    if found is not None and found.state is State.PENDING:
        moves.move(desk, [number], Action.OPEN, _opened, undoable=False)
    return look(desk, number)


def _opened(_connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Change | str]:
    judged: dict[int, moves.Change | str] = {}
    for number, each in found.items():
        state = next_state(each.state, Action.OPEN)
        # Somebody decided between the look and this: it stays as it is.
        judged[number] = {"state": state.value} if state and state is not each.state else "not pending"
    return judged


def wake_due(desk: Desk) -> int:
    """Put deferred candidates whose time has come back to pending; how many. Costs one SELECT when none is due."""
    woken = 0
    while True:
        now = desk.now()
        with desk.db.read() as connection:
            due = candidates.due(connection, desk.repository_id, now, ROWS_A_WRITE)
        if not due:
            return woken

        def judge(
            _connection: Connection, found: Mapping[int, Candidate], now: int = now
        ) -> dict[int, moves.Change | str]:
            return {number: _woken(each, now) for number, each in found.items()}

        outcome = moves.move(desk, due, Action.WAKE, judge, actor="qatui", undoable=False)
        woken += len(outcome.done)


def _woken(each: Candidate, now: int) -> moves.Change | str:
    until = each.deferred_until
    state = next_state(each.state, Action.WAKE)
    if state is None or until is None or until > now:
        return "not due"
    reason = f"deferred until {minute(until)}"
    return {"state": state.value, "state_reason": reason, "deferred_until": None, **verdict_values(None)}


def comment(
    desk: Desk,
    ids: Iterable[int],
    body: str,
    *,
    side: Side | None = None,
    line: int | None = None,
    revision: int | None = None,
) -> Outcome:
    """Comment on each of `ids`, or on a line (from 1) of it: of what is proposed, or with `side` old of the base.

    `revision` is the one the person had before them, which the comment stays with; None: the newest. A candidate
    without that line or that revision is refused. Raises UsageError for an empty or too long body.
    """
    text = storable(body).strip()
    if not text:
        raise UsageError("The comment is empty.", "Say what you want to say, in words.")
    if len(text) > BODY_LIMIT:
        raise UsageError(f"The comment has {len(text):,} characters; {BODY_LIMIT:,} are allowed.")
    if line is None and side is not None:
        raise UsageError("A side without a line says nothing.", "Name the line too.")
    if line is not None and side is None:
        side = "new"
    numbers = moves.unique(ids)
    # Lines are counted before the transaction: nobody waits for a process or for megabytes while the store is held.
    base_lines = _base_lines(desk, numbers) if side == "old" else {}
    proposed = _proposed_lines(desk, numbers, revision) if side == "new" or revision is not None else {}

    def say(connection: Connection, each: Candidate) -> moves.Answer:
        number = revision or each.revision
        if revision is not None and each.id not in proposed:
            return f"it has no revision {revision}"
        seen, there = proposed.get(each.id, (None, 0))
        seen = seen if revision is None else None  # an older revision does not change
        there = base_lines.get(each.id, 0) if side == "old" else there
        if refused := why_not(each, Action.COMMENT, Circumstances(desk.reviewer, expected_hash=seen)):
            return refused
        if line is not None and not 1 <= line <= there:
            where = "the file on base" if side == "old" else f"revision {number}"
            return f"{where} has no line {line} (it has {there})"
        made = reviews.add_comment(
            connection,
            each.id,
            revision=number,
            side=side,
            line=line,
            body=text,
            author=desk.reviewer,
            now=desk.now(),
        )
        return moves.Said({"comment": made, "revision": number, "side": side, "line": line})

    def judge(connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Answer]:
        return {number: say(connection, each) for number, each in found.items()}

    return moves.move(desk, numbers, Action.COMMENT, judge, undoable=False)


def answer(desk: Desk, ids: Iterable[int], item_id: str, done: bool) -> Outcome:
    """Tick (or untick) one checklist item for each of `ids`; what is so stays.

    Raises UsageError for an item the team's checklist does not have.
    """
    _check_item(desk, item_id)

    def judge(connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Answer]:
        judged: dict[int, moves.Answer] = {
            number: why_not(each, Action.CHECKLIST) or moves.SO_ALREADY for number, each in found.items()
        }
        contents = {number: found[number].content_hash for number, refused in judged.items() if not refused}
        if done:
            turned = reviews.tick(connection, contents, item_id, by=desk.reviewer, now=desk.now())
        else:
            turned = reviews.untick(connection, contents, item_id)
        return judged | dict.fromkeys(turned, moves.Said({"item": item_id, "done": done}))

    return moves.move(desk, ids, Action.CHECKLIST, judge, undoable=False)


def _check_item(desk: Desk, item_id: str) -> None:
    items = [item.id for item in desk.team.checklist]
    if not items:
        raise UsageError("The team has no review checklist.", "Set `checklist:` in qatui.yaml.")
    if item_id not in items:
        raise UsageError(f"“{item_id}” is no item of the checklist.", did_you_mean(item_id, items))


def _base_lines(desk: Desk, numbers: list[int]) -> dict[int, int]:
    """How many lines the target file has on base, by candidate id; none where there is no such file."""
    with desk.db.read() as connection:
        paths = candidates.paths(connection, desk.repository_id, numbers)
    oids = desk.repository.oids(desk.base.commit, list(paths.values()))
    blobs = desk.repository.blobs(oids.values())
    return {number: line_count(blobs[oids[path]]) for number, path in paths.items() if path in oids}


def _proposed_lines(desk: Desk, numbers: list[int], revision: int | None) -> dict[int, tuple[str, int]]:
    """The content hash of each candidate's revision (None: its newest) and how many lines that content has, by id."""
    found: dict[int, tuple[str, int]] = {}
    counted: dict[str, int] = {}
    for part in moves.chunks(numbers):
        with desk.db.read() as connection:
            if revision is None:
                rows = candidates.get_many(connection, desk.repository_id, part)
                names = {number: each.content_hash for number, each in rows.items()}
            else:
                names = reviews.contents(connection, part, revision)
            for number, name in names.items():
                if name not in counted:
                    counted[name] = line_count(content.get(connection, name))
                found[number] = (name, counted[name])
    return found
