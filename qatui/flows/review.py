"""Looking into one candidate, and what a reviewer says beside the verdict: comments, checklist answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qatui.domain.candidate import GONE, Candidate, Outcome, State
from qatui.domain.lifecycle import Action, Circumstances, next_state, why_not
from qatui.domain.moments import minute
from qatui.domain.nearest import did_you_mean
from qatui.domain.review import BODY_LIMIT, Comment, Revision, Side, Ticked, checklist
from qatui.domain.text import storable
from qatui.errors import NotFound, UsageError
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.flows.threads import Text, base_texts, no_comment, proposed_texts
from qatui.store import candidates, content, reviews, viewing
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
    seen: Mapping[int, int] = field(default_factory=dict)
    """When the reviewer first had each revision on the screen that they saw before this, by its number."""
    viewed: frozenset[str] = frozenset()
    """The hunks that the reviewer marked as viewed, by their keys (`domain.viewed`)."""


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
        seen = viewing.seen(connection, number, desk.reviewer)
        viewed = viewing.viewed(connection, number, desk.reviewer)
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
        seen=seen,
        viewed=viewed,
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
    """Like `look`; a pending candidate is in review from now on, and its revision is what the reviewer saw last.

    Raises NotFound.
    """
    with desk.db.read() as connection:
        found = candidates.get_many(connection, desk.repository_id, [number]).get(number)
    if found is not None and found.state is State.PENDING:
        moves.move(desk, [number], Action.OPEN, _opened, undoable=False)
    dossier = look(desk, number)
    if dossier.candidate.revision not in dossier.seen:
        with desk.db.write() as connection:
            candidates.get_many(connection, desk.repository_id, [number], lock=True)
            if dossier.candidate.revision not in viewing.seen(connection, number, desk.reviewer):
                viewing.see(connection, number, desk.reviewer, dossier.candidate.revision, desk.now())
    return dossier


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
    last: int | None = None,
    revision: int | None = None,
    reply_to: int | None = None,
) -> Outcome:
    """Comment on each of `ids`, on a file of it, or on lines of that file from `line` (from 1) to `last`.

    The file is what is proposed, which a line means without a `side`, or with `side` old that on base. `reply_to`
    answers the thread that this comment is in. `revision` is the one the person had before them, which the comment
    stays with; None: the newest. A candidate without these lines, revision or comment is refused. Raises UsageError
    for an empty or too long body, and for a place that is none.
    """
    remark = _remark(body, side, line, last, reply_to)
    numbers = moves.unique(ids)
    # Texts are read before the transaction: nobody waits for a process or for megabytes while the store is held.
    proposed = proposed_texts(desk, numbers, revision) if remark.side == "new" or revision is not None else {}
    texts = base_texts(desk, numbers) if remark.side == "old" else proposed if remark.side == "new" else {}

    def say(connection: Connection, each: Candidate) -> moves.Answer:
        text, number = texts.get(each.id), revision or each.revision
        if revision is not None and each.id not in proposed:
            return f"it has no revision {revision}"
        # Of what an older revision or base says nothing changes while one reads.
        expected = text.hash if text is not None and remark.side == "new" and revision is None else None
        if refused := why_not(each, Action.COMMENT, Circumstances(desk.reviewer, expected_hash=expected)):
            return refused
        if missing := remark.missing(text, number):
            return missing
        root = None if reply_to is None else reviews.thread(connection, reply_to)
        if reply_to is not None and (root is None or root.candidate_id != each.id):
            return no_comment(reply_to)
        made = reviews.add_comment(
            connection,
            each.id,
            revision=number,
            side=remark.side,
            line=line,
            last=remark.last,
            reply_to=None if root is None else root.id,
            content_hash=None if text is None else text.keep(connection),
            body=remark.body,
            author=desk.reviewer,
            now=desk.now(),
        )
        told = {"last": remark.last, "reply_to": None if root is None else root.id}
        kept = {key: value for key, value in told.items() if value is not None}
        return moves.Said({"comment": made, "revision": number, "side": remark.side, "line": line, **kept})

    def judge(connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Answer]:
        return {number: say(connection, each) for number, each in found.items()}

    return moves.move(desk, numbers, Action.COMMENT, judge, undoable=False)


@dataclass(frozen=True, slots=True)
class _Remark:
    """What is said, and of which lines of which file; None: the whole."""

    body: str
    side: Side | None
    line: int | None
    last: int | None

    def missing(self, text: Text | None, revision: int) -> str | None:
        """What of the place a candidate has not; `text` is its file, None where it has none."""
        if self.side is None:
            return None
        if text is None and (self.line is None or self.side == "new"):
            return "there is no such file on base"
        there = 0 if text is None else text.lines
        for line in (self.line, self.last):
            if line is not None and not 1 <= line <= there:
                where = "the file on base" if self.side == "old" else f"revision {revision}"
                return f"{where} has no line {line} (it has {there})"
        return None


def _remark(body: str, side: Side | None, line: int | None, last: int | None, reply_to: int | None) -> _Remark:
    """The remark as it is kept; raises UsageError for one that says nothing, or of nothing."""
    text = storable(body).strip()
    if not text:
        raise UsageError("The comment is empty.", "Say what you want to say, in words.")
    if len(text) > BODY_LIMIT:
        raise UsageError(f"The comment has {len(text):,} characters; {BODY_LIMIT:,} are allowed.")
    if reply_to is not None and (side, line, last) != (None, None, None):
        raise UsageError("An answer stands where its thread does.", "Leave side and line away.")
    if last is not None and (line is None or last < line):
        before = "without a first one" if line is None else f"before the first ({line})"
        raise UsageError(f"The last line ({last}) is {before}.", "Name the first line, then the last.")
    if line is not None and side is None:
        side = "new"
    return _Remark(text, side, line, None if last == line else last)


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
