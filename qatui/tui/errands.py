"""What the backend runs in threads: each takes a seat or a desk and gives back a message or a value."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qatui.domain.blanks import Blanks
from qatui.domain.candidate import OPEN, Outcome, State
from qatui.domain.lifecycle import Action
from qatui.domain.query import Query
from qatui.domain.text import handle
from qatui.errors import QatuiError
from qatui.tui import messages
from qatui.tui.coach import Ending

if TYPE_CHECKING:
    from qatui.domain.diff import Document
    from qatui.domain.publishing import PublishingPlan
    from qatui.domain.review import Side
    from qatui.flows.desk import Desk
    from qatui.flows.hub import Hub
    from qatui.flows.undo import Undone
    from qatui.store.publications import Publication
    from qatui.tui.parts import Seat

OpenHub = Callable[["Desk"], "Hub | None"]
PAGE = 200
"""Lines read before all ids of a filter are known: more than any terminal is high."""
PLACE = ("place", "filter", "marks", "coach", "synced")
"""Names of the bookmarks that a start reads."""
SHOWN_HELD = 200
"""So many held candidates are named beside the publications."""
KEPT_DOCUMENTS = 8
"""Aligned texts kept: those looked at last, and the next."""
PAST = {
    Action.APPROVE: "approved",
    Action.REJECT: "rejected",
    Action.DEFER: "deferred",
    Action.CLAIM: "claimed",
    Action.RELEASE: "released",
    Action.ASSIGN: "assigned",
}
"""Verbs as they are told."""


def first_page(seat: "Seat", text: str, wanted: Query) -> messages.PageLoaded:
    """The first lines of a filter."""
    from qatui.store import candidates

    with seat.db.read() as connection:
        rows = candidates.queue_page(connection, seat.repository_id, wanted, limit=PAGE)
    return messages.PageLoaded(text, rows)


def whole_queue(
    seat: "Seat", text: str, wanted: Query, sight: Sequence[int], marks: Collection[int]
) -> messages.QueueLoaded:
    """Every id of a filter, the lines in sight, the counts, and which of `marks` are decided."""
    from qatui.store import candidates

    with seat.db.read() as connection:
        ids = candidates.queue_ids(connection, seat.repository_id, wanted)
        rows = candidates.queue_rows(connection, seat.repository_id, [*sight, *ids[: 0 if len(sight) > 1 else PAGE]])
        counts = candidates.counts(connection, seat.repository_id)
        over = set(marks).difference(ids)
        if over:
            over.difference_update(candidates.queue_ids(connection, seat.repository_id, Query(OPEN)))
    return messages.QueueLoaded(text, ids, rows, counts, over)


def some_rows(seat: "Seat", ids: Sequence[int]) -> messages.RowsLoaded:
    """Lines by id."""
    from qatui.store import candidates

    with seat.db.read() as connection:
        return messages.RowsLoaded(candidates.queue_rows(connection, seat.repository_id, ids))


def dossier(desk: "Desk", candidate_id: int, *, opening: bool, blanks: Blanks = Blanks.SHOW) -> messages.DossierLoaded:
    """One candidate whole, with its diff; `opening` puts a pending one in review."""
    from qatui.flows.review import look, open_candidate

    found = open_candidate(desk, candidate_id) if opening else look(desk, candidate_id)
    document = _document(found.candidate.path, found.base, found.content, blanks)
    current = tuple(each for each in found.comments if each.revision == found.candidate.revision)
    return messages.DossierLoaded(found, replace(document, comments=current))


@lru_cache(KEPT_DOCUMENTS)
def _document(path: str, base: bytes | None, content: bytes, blanks: Blanks) -> "Document":
    """The aligned texts: the same texts are not aligned twice."""
    from qatui.flows.compare import compare

    return compare(path, base, content, blanks=blanks)


def named(desk: "Desk", work: "Callable[[Desk], messages.Wrote]") -> messages.Wrote:
    """Do the work, and name whom it is told of: the only one done, the first refused."""
    from qatui.store import candidates

    wrote = work(desk)
    done, refused = wrote.outcome.done, wrote.outcome.refused
    told = [*(done if len(done) == 1 else ()), *(number for number, _ in refused[:1])]
    if not told:
        return wrote
    with desk.db.read() as connection:
        return replace(wrote, names=candidates.paths(connection, desk.repository_id, told))


def undo(desk: "Desk") -> messages.Wrote:
    """Take back the reviewer's last verb."""
    from qatui.flows.undo import undo

    return _turned(undo(desk), "taken back", "nothing is left to take back", messages.REDO)


def redo(desk: "Desk") -> messages.Wrote:
    """Do again what was taken back."""
    from qatui.flows.undo import redo

    return _turned(redo(desk), "done again", "nothing is left to do again", messages.UNDO)


def _turned(undone: "Undone | None", words: str, nothing: str, turn: str) -> messages.Wrote:
    if undone is None:
        return messages.Wrote(nothing, Outcome(), counted=False)
    note = "" if undone.outcome.done else "again: the one before it"
    return messages.Wrote(f"{words}: {PAST[Action(undone.action)]}", undone.outcome, turn, note=note)


def decide(desk: "Desk", ids: Sequence[int], action: Action, given: Mapping[str, Any]) -> messages.Wrote:
    """Give a verdict, with what is `given` beside it."""
    from qatui.flows.decide import decide

    return messages.Wrote(PAST[action], decide(desk, ids, action, **given))


def claim(desk: "Desk", ids: Sequence[int], verb: str, to: str) -> messages.Wrote:
    """Claim, release or assign."""
    from qatui.flows import claims

    if verb == "assign":
        return messages.Wrote(f"assigned to {handle(to.strip().removeprefix('@'))}", claims.assign(desk, ids, to))
    action = Action(verb)
    return messages.Wrote(PAST[action], (claims.claim if action is Action.CLAIM else claims.release)(desk, ids))


def comment(
    desk: "Desk", candidate_id: int, body: str, side: "Side | None", line: int | None, revision: int, draft: str
) -> messages.Wrote:
    """Comment on the revision that was read, and forget the draft; say so where there is a newer one by now."""
    from qatui.flows.review import comment
    from qatui.store import bookmarks, candidates

    outcome = comment(desk, [candidate_id], body, side=side, line=line, revision=revision)
    note = ""
    if outcome.done:
        with desk.db.write() as connection:
            bookmarks.drop(connection, desk.repository_id, desk.reviewer, draft)
            newest = candidates.get_many(connection, desk.repository_id, [candidate_id])[candidate_id].revision
        if newest != revision:
            note = f"it stays with revision {revision}, where you wrote it; revision {newest} came meanwhile"
    return messages.Wrote("commented on", outcome, turn="", note=note)


def checklists(desk: "Desk", *, ids: Sequence[int]) -> messages.ChecklistsLoaded:
    """How often each item of the checklist is ticked among `ids`."""
    from qatui.flows.review import checklists

    found = checklists(desk, ids)
    ticked = Counter(each.item.id for _, items in found for each in items if each.done)
    counted = [(item, ticked[item.id]) for item in desk.team.checklist]
    return messages.ChecklistsLoaded([each.id for each, _ in found], counted)


def answer(desk: "Desk", ids: Sequence[int], item: str, done: bool) -> messages.Wrote:
    """Tick or untick one item of the checklists of `ids`."""
    from qatui.flows.review import answer

    return messages.Wrote("ticked" if done else "unticked", answer(desk, ids, item, done), turn="")


def publications(desk: "Desk", ahead: "messages.LookedAhead | None" = None) -> messages.PublicationsLoaded:
    """Every publication, and what publishing would do now: on the base as it was when somebody looked `ahead`."""
    from qatui.flows import outbox
    from qatui.flows.publish import plan
    from qatui.store import candidates, publications

    if ahead is None or ahead.base is None:
        made = plan(desk)
    else:
        target = ahead.preflight.push_url if ahead.preflight else None
        at = replace(desk, base=ahead.base)
        made = plan(at, taken=ahead.taken, remarks=ahead.remarks, push_url=target)
    jobs, every_job = outbox.unfinished(desk, outbox.PUBLISHING), outbox.jobs(desk)
    why = {job.payload["publication"]: job.words for job in every_job if job.words}
    ours = {job.id for job in jobs}
    busy = [each for each in every_job if each.state == "running" and each.id not in ours]
    running = sum(each.kind in outbox.PUBLISHING for each in busy)
    with desk.db.read() as connection:
        every = publications.every(connection, desk.repository_id)
        ids = candidates.queue_ids(connection, desk.repository_id, Query(frozenset({State.HELD})))[:SHOWN_HELD]
        held = candidates.get_many(connection, desk.repository_id, ids)
        left = [number for number, _ in (*made.held, *made.refused)]
        names = candidates.paths(connection, desk.repository_id, left) | {each.id: each.path for each in held.values()}
    reasons = {number: held[number].state_reason for number in ids if number in held}
    return messages.PublicationsLoaded(
        every,
        made,
        names,
        reasons,
        {job.payload["publication"]: job.id for job in jobs},
        why,
        tuple(job.id for job in jobs if outbox.wants_terminal(job)),
        running,
    )


def left_unfinished(desk: "Desk") -> messages.LeftUnfinished:
    """How many publications came to no end."""
    from qatui.flows.outbox import PUBLISHING, unfinished

    return messages.LeftUnfinished(len(unfinished(desk, PUBLISHING)))


def look_ahead(desk: "Desk", open_hub: "OpenHub") -> messages.LookedAhead:
    """Ask GitHub what the base wants and who may push, and the remote where the base is; trouble is told in words."""
    from qatui.flows.hub import github_host
    from qatui.flows.preflight import look_ahead
    from qatui.flows.publish import meet_remote

    told = messages.LookedAhead(github_host(desk.repository, desk.team) or "")
    try:
        hub = open_hub(desk) if told.host else None
        told.preflight = look_ahead(desk, hub) if hub else None
        met = meet_remote(desk, told.preflight.push_url if told.preflight else "")
    except QatuiError as error:
        told.trouble = f"{error.message} {error.hint}".strip()
    else:
        told.base, told.taken, told.remarks = met.desk.base, met.taken, met.remarks
    return told


def read_pull(desk: "Desk", publication: "Publication", open_hub: "OpenHub") -> messages.PullRead:
    """How an open pull request stands now; nothing is written of it."""
    from qatui.domain import following
    from qatui.flows.follow import seen
    from qatui.github.pulls import pull, settled

    try:
        hub = open_hub(desk)
        if hub is None or publication.pull_number is None:
            return messages.PullRead(publication.id, "")
        there = seen(hub.github.until(pull(hub.repo, publication.pull_number), settled))
        words = (
            following.waiting(there) if there.open else f"{'merged' if there.merged else 'closed'}: sync takes it in"
        )
    except QatuiError as error:
        words = f"{error.message} {error.hint}".strip()
    return messages.PullRead(publication.id, words)


def finish(desk: "Desk", job: int, open_hub: "OpenHub") -> tuple[messages.Told, ...]:
    """End one publication that an earlier publish left."""
    from qatui.flows.outbox import PUBLISHING, drain
    from qatui.flows.publish import Published

    ran = drain(desk, hub=open_hub(desk), kinds=PUBLISHING, only=[job], again=True)
    ended = messages.PublishEnded(Published(jobs=ran))
    good = bool(ended.result.jobs) and not any(ran.exit_code for ran in ended.result.jobs)
    return (messages.Wrote("finished the publication", Outcome(), turn="", counted=False), ended) if good else (ended,)


def parts(desk: "Desk", number: int) -> messages.PartsLoaded:
    """The commits of a publication, and the text of its pull request."""
    from qatui.store import publications

    with desk.db.read() as connection:
        parts, body = publications.parts(connection, number), publications.body(connection, number)
    return messages.PartsLoaded(number, parts, body)


def publish(desk: "Desk", shown: "PublishingPlan", open_hub: "OpenHub") -> tuple[messages.Told, ...]:
    """Publish what was `shown`, exactly or not at all, and finish what an earlier publish left."""
    from qatui.flows.publish import publish
    from qatui.workspace.repository import Base

    at = replace(desk, base=Base(shown.base_branch, shown.base_commit))
    result = publish(at, shown=shown, hub=open_hub(desk))
    ended = messages.PublishEnded(result)
    if not (result.published or result.held or result.refused or result.there):
        return (ended,)
    outcome = Outcome(result.published, (*result.held, *result.refused), already=result.there)
    notes = [f"pull request #{each.pull_number}" for each in result.publications if each.pull_number is not None]
    notes += [f"pull request text in {each.record_file}" for each in result.publications if each.record_file]
    return messages.Wrote("published", outcome, turn="", note=notes[0] if notes else ""), ended


def newest_pushed(desk: "Desk") -> messages.Told:
    """The newest publication that is at the remote, and what came of it; not while its pull request is opened."""
    from qatui.flows.follow import TICK
    from qatui.flows.outbox import lacks_token
    from qatui.flows.publication import OPENING
    from qatui.store import outbox, publications

    with desk.db.read() as connection:
        newest = publications.newest(connection, desk.repository_id, "pushed")
        every = outbox.jobs(connection, desk.repository_id) if newest and newest.pull_state != "open" else []
    if newest is None:
        return messages.NothingPushed()
    jobs = [job for job in every if job.payload["publication"] == newest.id]
    if any(job.kind == OPENING and job.state in ("waiting", "running") and not lacks_token(job) for job in jobs):
        return messages.NothingPushed()
    ticks = [job for job in jobs if job.kind == TICK]
    plan = ticks[-1].words if ticks else "no item of the plan is completed by it"
    record = Path(newest.record_file or "")
    inside = record.is_relative_to(desk.repository.root)
    file = str(record.relative_to(desk.repository.root) if inside else record)
    return messages.Pushed(Ending(newest.branch, file, newest.pull_number, newest.pull_state, plan))


def connected(desk: "Desk") -> messages.Connected:
    """Where the person is: `acme/payments-api · main`, the store's key without its host, a path's last part."""
    from qatui.flows.hub import github_host

    key = desk.team.repository or desk.repository.key(desk.team.remote)
    parts = key.rstrip("/").split("/")
    name = parts[-1].removesuffix(".git") if key.startswith("/") else "/".join(parts[-2:])
    hosted = github_host(desk.repository, desk.team) is not None
    return messages.Connected(f"{name} · {desk.base.branch}", desk.reviewer, hosted)


def sit_down(seat: "Seat") -> tuple[tuple[int, int], dict[str, Any]]:
    """The versions to watch from, and the bookmarks of a start."""
    return versions(seat), recall(seat, PLACE)


def recall(seat: "Seat", names: Sequence[str]) -> dict[str, Any]:
    """Bookmarks by name."""
    from qatui.store import bookmarks

    with seat.db.read() as connection:
        return {name: bookmarks.recall(connection, seat.repository_id, seat.reviewer, name) for name in names}


def keep(seat: "Seat", places: Mapping[str, Any], now: int) -> None:
    """Keep bookmarks; None and an empty text are forgotten."""
    from qatui.store import bookmarks

    with seat.db.write() as connection:
        for name, value in places.items():
            if value in (None, ""):
                bookmarks.drop(connection, seat.repository_id, seat.reviewer, name)
            else:
                bookmarks.keep(connection, seat.repository_id, seat.reviewer, name, value, now)


def versions(seat: "Seat", seen: tuple[int, int] | None = None) -> tuple[int, int]:
    """The store's version and its newest event, which is asked for only when something was committed since `seen`."""
    from qatui.store import events

    version = seat.db.data_version()
    if seen is not None and seen[0] == version:
        return seen
    with seat.db.read() as connection:
        return version, events.newest(connection, seat.repository_id)
