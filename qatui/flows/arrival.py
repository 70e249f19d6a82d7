"""The rows of what comes in: candidates, revisions, what was told of them, and the events that say so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from qatui.domain.candidate import GONE, Candidate, Risk, State
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.flows.desk import Desk
from qatui.store import candidates, content, events, intake
from qatui.store.database import Connection
from qatui.store.reviews import Origin


@dataclass(slots=True)
class Run:
    """One intake under way: what its rows and events belong to."""

    desk: Desk
    source: str
    group: str
    batch: int | None = None
    """Made by the first transaction that takes something."""


@dataclass(frozen=True, slots=True)
class Item:
    """A proposal that may come in, with its content's name and the base side of it."""

    proposal: Proposal
    hash: str
    base_oid: str | None = None
    base_hash: str | None = None
    """Name of the bytes that base has there."""
    added: int = 0
    removed: int = 0

    @property
    def on_base(self) -> bool:
        """Whether base has these very bytes."""
        return self.base_hash == self.hash


class Arrival:
    """What one transaction writes of a run; begins the run's batch and group of events unless an earlier one did."""

    def __init__(self, run: Run, connection: Connection, now: int) -> None:
        self._run = run
        self._desk = desk = run.desk
        self._connection = connection
        self._now = now
        self.batch = run.batch or intake.add_batch(
            connection, desk.repository_id, source=run.source, actor=desk.reviewer, now=now
        )
        events.ensure_group(
            connection,
            desk.repository_id,
            run.group,
            actor=desk.reviewer,
            action="ingest",
            now=now,
            undoable=False,
        )

    def add(self, items: Sequence[Item]) -> list[int]:
        """Insert new candidates with their first revision; their ids."""
        made = [_first(item, self._now) for item in items]
        content.put(self._connection, [item.proposal.content for item in items])
        ids = intake.add_candidates(self._connection, self._desk.repository_id, made)
        self._keep_revisions([(number, 1, item) for number, item in zip(ids, items, strict=True)])
        self._log("ingest", [(number, None, events.snapshot(each)) for number, each in zip(ids, made, strict=True)])
        return ids

    def revise(self, many: Sequence[tuple[Item, Candidate]]) -> None:
        """Make each item the next revision of its candidate, which waits for review again.

        One that was published and is on base now is merged first.
        """
        before = [landed(item, was) for item, was in many]
        after = [_next(item, was) for (item, _), was in zip(many, before, strict=True)]
        content.put(self._connection, [item.proposal.content for item, _ in many])
        changes = [
            (was, {**events.snapshot(now), **_told(item, was)}) for (item, was), now in zip(many, after, strict=True)
        ]
        candidates.change_many(self._connection, changes, self._now)
        self._keep_revisions([(was.id, was.revision + 1, item) for item, was in many])
        merged = [(was, now) for (_, was), now in zip(many, before, strict=True) if now.state is not was.state]
        self._log_changes(Action.MERGED, merged)
        self._log_changes(Action.REVISE, list(zip(before, after, strict=True)))

    def supersede(self, many: Sequence[tuple[Candidate, str]]) -> None:
        """Retire candidates, each for the path that takes its place."""
        rows = [(was, replace(was, state=State.SUPERSEDED, state_reason=f"{path} replaced it")) for was, path in many]
        candidates.change_many(self._connection, [(was, events.snapshot(after)) for was, after in rows], self._now)
        self._log_changes(Action.SUPERSEDE, rows)

    def _keep_revisions(self, many: Sequence[tuple[int, int, Item]]) -> None:
        """Insert (candidate id, number, item) as revisions, and what was told of them."""
        intake.add_revisions(
            self._connection,
            [
                {
                    "candidate_id": number,
                    "number": revision,
                    "content_hash": item.hash,
                    "author": _author(item.proposal),
                    "customized": False,
                    "base_oid": item.base_oid,
                    "base_commit": self._desk.base.commit,
                    "added": item.added,
                    "removed": item.removed,
                    "batch_id": self.batch,
                    "at": self._now,
                }
                for number, revision, item in many
            ],
        )
        told = {number: _origin(item.proposal) for number, _, item in many}
        nothing = Origin(None, None, None, False, (), None)
        intake.put_origins(self._connection, {number: each for number, each in told.items() if each != nothing})

    def _log_changes(self, action: Action, rows: Sequence[tuple[Candidate, Candidate]]) -> None:
        self._log(action, [(was.id, events.snapshot(was), events.snapshot(after)) for was, after in rows])

    def _log(self, action: str, rows: Sequence[tuple[int, dict[str, Any] | None, dict[str, Any]]]) -> None:
        desk = self._desk
        events.append(
            self._connection,
            desk.repository_id,
            self._run.group,
            rows,
            action=action,
            actor=desk.reviewer,
            now=self._now,
            cause=self._run.source,
        )


def landed(item: Item, was: Candidate) -> Candidate:
    """The candidate as base shows it: merged, where base has the bytes now that were published of it.

    Without a token nobody else tells us of a merge.
    """
    here = was.state is State.PUBLISHED and item.base_hash == was.content_hash
    return replace(was, state=State.MERGED) if here else was


def _first(item: Item, now: int) -> Candidate:
    """The candidate that an item becomes, still without an id."""
    proposal = item.proposal
    return Candidate(
        id=0,
        path=proposal.path,
        title=proposal.title or _title(proposal.path),
        state=State.PENDING,
        version=1,
        revision=1,
        content_hash=item.hash,
        author=_author(proposal),
        customized=False,
        base_oid=item.base_oid,
        added=item.added,
        removed=item.removed,
        risk=Risk.UNKNOWN,
        score=None,
        priority=proposal.priority or 0,
        assignee=None,
        deferred_until=None,
        verdict=None,
        state_reason="",
        created_at=now,
        updated_at=now,
    )


def _next(item: Item, was: Candidate) -> Candidate:
    """What a person decides of a candidate, as it is when an item has become its next revision."""
    return replace(
        was,
        state=State.PENDING,
        state_reason=_came_in(was),
        revision=was.revision + 1,
        content_hash=item.hash,
        verdict=None,
        deferred_until=None,
        assignee=None if was.state in GONE | {State.MERGED} else was.assignee,
    )


def _told(item: Item, was: Candidate) -> dict[str, Any]:
    """The other columns of that: about the content, and what the source says of it; silence leaves what it said."""
    proposal = item.proposal
    return {
        "title": proposal.title or was.title,
        "priority": was.priority if proposal.priority is None else proposal.priority,
        "author": _author(proposal),
        "customized": False,
        "base_oid": item.base_oid,
        "added": item.added,
        "removed": item.removed,
        "risk": int(Risk.UNKNOWN),
        "score": None,
        "score_rank": candidates.score_rank(None),
    }


def _came_in(was: Candidate) -> str:
    """Why a revised candidate waits again, in words."""
    words = f"revision {was.revision + 1} came in"
    if was.customized:
        words += f"; revision {was.revision} was {was.author}'s own"
    if was.state in GONE or was.state in (State.MERGED, State.CLOSED):
        return f"{words}; was {was.state.value}"
    return f"{words}; was {was.verdict.kind.value} by {was.verdict.by}" if was.verdict else words


def _origin(proposal: Proposal) -> Origin:
    return Origin(
        generator=proposal.generator,
        endpoint=proposal.endpoint,
        plan_item=proposal.plan_item,
        completes=proposal.completes,
        labels=proposal.labels,
        replaces=proposal.replaces,
    )


def _author(proposal: Proposal) -> str:
    return (proposal.generator or {}).get("name", "generator")


def _title(path: str) -> str:
    """A title for a file of which none was told: its name without the ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
