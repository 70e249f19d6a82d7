"""The write side of intake: which proposals come in as the rows stand now, and what they change. One transaction."""

from dataclasses import dataclass, field, replace

from qatui.domain.candidate import GONE, Candidate, Risk, State
from qatui.domain.lifecycle import Action, why_not
from qatui.domain.proposal import Proposal, folders_of
from qatui.flows.desk import Desk
from qatui.store import candidates, content, events, intake
from qatui.store.database import Connection
from qatui.store.reviews import Origin


@dataclass(slots=True)
class Run:
    """One intake under way: where it belongs, and what became of proposals so far."""

    desk: Desk
    source: str
    group: str
    files: dict[str, int]
    """Path -> id of the candidates that are part of the work; 0 for one that came in by this run."""
    folders: dict[str, str] = field(default_factory=dict)
    """Folder -> a file in it."""
    batch: int | None = None
    new: list[int] = field(default_factory=list)
    revised: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same_as_base: int = 0

    def refuse(self, place: str, reason: str) -> None:
        """Note what was not taken."""
        self.refused.append((place, reason))

    def occupy(self, path: str, number: int) -> None:
        """Note that a candidate has `path`."""
        self.files[path] = number
        self.folders.update(dict.fromkeys(folders_of(path), path))


@dataclass(frozen=True, slots=True)
class Item:
    """A proposal that may come in, with its content's name and the base side of it."""

    proposal: Proposal
    hash: str
    base_oid: str | None = None
    on_base: bool = False
    """Whether base has these very bytes."""
    added: int = 0
    removed: int = 0


@dataclass(slots=True)
class _Accepted:
    """What one write transaction takes."""

    new: list[Item] = field(default_factory=list)
    revised: list[tuple[Item, Candidate]] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same_as_base: int = 0
    replaced: dict[str, str] = field(default_factory=dict)
    """Path of a replaced candidate -> path of the one that takes its place."""


def admit(run: Run, items: list[Item]) -> None:
    """Take the items in, one transaction; `run` learns of it after the commit."""
    desk = run.desk
    batch = run.batch
    new: list[int] = []
    superseded: list[str] = []
    with desk.db.write() as connection:
        intake.take_turn(connection, desk.repository_id)
        accepted = _judge(run, connection, items)
        if accepted.new or accepted.revised:
            now = desk.now()
            if batch is None:
                batch = intake.add_batch(
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
            content.put(
                connection,
                [each.proposal.content for each in (*accepted.new, *(item for item, _ in accepted.revised))],
            )
            new = _add(run, connection, accepted.new, batch, now)
            _revise(run, connection, accepted.revised, batch, now)
            superseded = _supersede(run, connection, accepted.replaced, now)
    run.batch = batch
    run.new += new
    run.revised += [was.id for _, was in accepted.revised]
    run.unchanged += accepted.unchanged
    run.refused += accepted.refused
    run.same_as_base += accepted.same_as_base
    for item in (*accepted.new, *(item for item, _ in accepted.revised)):
        run.occupy(item.proposal.path, 0)
    for path in superseded:
        run.files.pop(path, None)


def _judge(run: Run, connection: Connection, items: list[Item]) -> _Accepted:
    """Which items are new, which revise, which are refused, as the rows stand now."""
    desk = run.desk
    paths = [item.proposal.path for item in items]
    standing = candidates.by_path(connection, desk.repository_id, paths, lock=True)
    known = intake.known_contents(connection, [each.id for each in standing.values()])
    others = _others(run, connection, items)
    accepted = _Accepted()
    coming: set[str] = set()
    for item in items:
        proposal = item.proposal
        was = standing.get(proposal.path)
        if was and (was.id, item.hash) in known:
            accepted.unchanged.append(was.id)
            continue
        if item.on_base:
            accepted.same_as_base += 1
            continue
        other = others.get(proposal.replaces or "")
        replaced = other.path if other else _by_this_run(proposal, coming)
        reason = (
            (was and why_not(was, Action.REVISE))
            or _cannot_replace(proposal, other, replaced)
            or _clash(run, proposal.path, coming, replaced)
        )
        if reason:
            accepted.refused.append((proposal.place, reason))
            continue
        coming.add(proposal.path)
        if replaced and replaced != proposal.path:
            accepted.replaced[replaced] = proposal.path
        if was:
            accepted.revised.append((item, was))
        else:
            accepted.new.append(item)
    return accepted


def _by_this_run(proposal: Proposal, coming: set[str]) -> str | None:
    """The path that `replaces` names where the store has no such candidate: one that comes in now, or its own."""
    words = proposal.replaces
    return words if words is not None and (words in coming or words == proposal.path) else None


def _others(run: Run, connection: Connection, items: list[Item]) -> dict[str, Candidate]:
    """The candidates that the items replace, by the words they use for them."""
    words = {item.proposal.replaces for item in items if item.proposal.replaces}
    if not words:
        return {}
    numbers = {word: int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}
    by_id = candidates.get_many(connection, run.desk.repository_id, numbers.values(), lock=True)
    by_path = candidates.by_path(connection, run.desk.repository_id, sorted(words - set(numbers)), lock=True)
    return {**by_path, **{word: by_id[number] for word, number in numbers.items() if number in by_id}}


def _cannot_replace(proposal: Proposal, other: Candidate | None, replaced: str | None) -> str | None:
    """Why `replaces` cannot be done; replacing what is gone, or itself, is nothing to do."""
    if proposal.replaces is None or replaced == proposal.path:
        return None
    if replaced is None:
        return f"replaces: there is no candidate {proposal.replaces}"
    if other is None or other.state in GONE:
        return None
    reason = why_not(other, Action.SUPERSEDE)
    return f"replaces: candidate {other.id} cannot be replaced: {reason}" if reason else None


def _clash(run: Run, path: str, coming: set[str], replaced: str | None) -> str | None:
    """Why `path` cannot be beside the candidates there are: a name is a file or a folder, not both."""
    for folder in folders_of(path):
        if (folder in run.files or folder in coming) and folder != replaced:
            return f"another candidate is the file {folder}"
    inside = run.folders.get(path) or next((each for each in coming if each.startswith(path + "/")), None)
    if inside is not None and inside != replaced:
        return f"another candidate lies in it as in a folder: {inside}"
    return None


def _add(run: Run, connection: Connection, items: list[Item], batch: int, now: int) -> list[int]:
    """Insert new candidates with their first revision and what was told of them; their ids."""
    desk = run.desk
    made = [_first(item, now) for item in items]
    ids = intake.add_candidates(connection, desk.repository_id, made)
    _keep_revisions(run, connection, [(number, 1, item) for number, item in zip(ids, items, strict=True)], batch, now)
    events.append(
        connection,
        desk.repository_id,
        run.group,
        [(number, None, events.snapshot(each)) for number, each in zip(ids, made, strict=True)],
        action="ingest",
        actor=desk.reviewer,
        now=now,
        cause=run.source,
    )
    return ids


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


def _revise(run: Run, connection: Connection, many: list[tuple[Item, Candidate]], batch: int, now: int) -> None:
    """Make each item the next revision of its candidate, which waits for review again."""
    desk = run.desk
    changes = []
    rows = []
    for item, was in many:
        proposal = item.proposal
        after = replace(
            was,
            state=State.PENDING,
            state_reason=_came_in(was),
            revision=was.revision + 1,
            content_hash=item.hash,
            verdict=None,
            deferred_until=None,
            assignee=None if was.state in GONE | {State.MERGED} else was.assignee,
        )
        columns = {
            **events.snapshot(after),
            "title": proposal.title or was.title,
            "priority": was.priority if proposal.priority is None else proposal.priority,
            "author": _author(proposal),
            "customized": False,
            "base_oid": item.base_oid,
            "added": item.added,
            "removed": item.removed,
            "risk": int(Risk.UNKNOWN),
            "score": None,
            "score_rank": 101,
        }
        changes.append((was, columns))
        rows.append((was.id, events.snapshot(was), events.snapshot(after)))
    candidates.change_many(connection, changes, now)
    _keep_revisions(run, connection, [(was.id, was.revision + 1, item) for item, was in many], batch, now)
    events.append(
        connection,
        desk.repository_id,
        run.group,
        rows,
        action=Action.REVISE.value,
        actor=desk.reviewer,
        now=now,
        cause=run.source,
    )


def _came_in(was: Candidate) -> str:
    """Why a revised candidate waits again, in words."""
    words = f"revision {was.revision + 1} came in"
    if was.customized:
        words += f"; revision {was.revision} was {was.author}'s own"
    if was.state in GONE or was.state in (State.MERGED, State.CLOSED):
        return f"{words}; was {was.state.value}"
    return f"{words}; was {was.verdict.kind.value} by {was.verdict.by}" if was.verdict else words


def _keep_revisions(run: Run, connection: Connection, many: list[tuple[int, int, Item]], batch: int, now: int) -> None:
    """Insert (candidate id, number, item) as revisions, and what was told of them."""
    intake.add_revisions(
        connection,
        [
            {
                "candidate_id": number,
                "number": revision,
                "content_hash": item.hash,
                "author": _author(item.proposal),
                "customized": False,
                "base_oid": item.base_oid,
                "base_commit": run.desk.base.commit,
                "added": item.added,
                "removed": item.removed,
                "batch_id": batch,
                "at": now,
            }
            for number, revision, item in many
        ],
    )
    told = {number: _origin(item.proposal) for number, _, item in many}
    nothing = Origin(None, None, None, False, (), None)
    intake.put_origins(connection, {number: each for number, each in told.items() if each != nothing})


def _origin(proposal: Proposal) -> Origin:
    return Origin(
        generator=proposal.generator,
        endpoint=proposal.endpoint,
        plan_item=proposal.plan_item,
        completes=proposal.completes,
        labels=proposal.labels,
        replaces=proposal.replaces,
    )


def _supersede(run: Run, connection: Connection, replaced: dict[str, str], now: int) -> list[str]:
    """Retire the replaced candidates, as they stand after the others came in; their paths."""
    desk = run.desk
    changes = []
    rows = []
    standing = candidates.by_path(connection, desk.repository_id, sorted(replaced), lock=True)
    for path, was in standing.items():
        if was.state in GONE:
            continue
        after = replace(was, state=State.SUPERSEDED, state_reason=f"{replaced[path]} replaced it")
        changes.append((was, events.snapshot(after)))
        rows.append((was.id, events.snapshot(was), events.snapshot(after)))
    candidates.change_many(connection, changes, now)
    events.append(
        connection,
        desk.repository_id,
        run.group,
        rows,
        action=Action.SUPERSEDE.value,
        actor=desk.reviewer,
        now=now,
        cause=run.source,
    )
    return list(standing)


def _author(proposal: Proposal) -> str:
    return (proposal.generator or {}).get("name", "generator")


def _title(path: str) -> str:
    """A title for a file of which none was told: its name without the ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
