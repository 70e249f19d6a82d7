"""Take proposed tests in: proposals become candidates, or new revisions of those there are.

Known content is nothing new: a proposal whose bytes are any revision of its candidate changes nothing, so a run
that died is simply run again. Proposals are taken in their order; a later one for the same path is the next
revision. What git has to say is asked before the write transaction, which takes at most 200 candidates.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from qatui.domain.proposal import Intake, Proposal, Refusal, check_content, check_path
from qatui.flows.admission import admit
from qatui.flows.arrival import Item, Run
from qatui.flows.desk import Desk
from qatui.store import candidates, content, events, intake
from qatui.store.database import ROWS_A_WRITE
from qatui.workspace.align import count_changes
from qatui.workspace.landing import spots

BYTES_A_WRITE = 8 * 1024 * 1024
"""Contents of one write transaction; large ones would keep verdicts waiting while they are compressed."""

Progress = Callable[[int], None]
"""Called with how many are done."""


def ingest(
    desk: Desk, proposals: Iterable[Proposal | Refusal], *, source: str, progress: Progress | None = None
) -> Intake:
    """Take `proposals` in; `source` says in the log where they came from.

    Refusals among them are passed on into the answer. Killed anywhere and run again it completes without doubles.
    """
    run = Run(desk, source, events.new_group_id())
    done = Intake()
    for chunk in _chunks(proposals):
        done += _take(run, chunk)
        if progress:
            progress(done.seen)
    return done


def _chunks(proposals: Iterable[Proposal | Refusal]) -> Iterator[list[Proposal | Refusal]]:
    """At most ROWS_A_WRITE and about BYTES_A_WRITE at a time."""
    chunk: list[Proposal | Refusal] = []
    size = 0
    for each in proposals:
        more = len(each.content) if isinstance(each, Proposal) else 0
        if chunk and (len(chunk) >= ROWS_A_WRITE or size + more > BYTES_A_WRITE):
            yield chunk
            chunk, size = [], 0
        chunk.append(each)
        size += more
    if chunk:
        yield chunk


def _take(run: Run, chunk: list[Proposal | Refusal]) -> Intake:
    """One chunk: rules, what is known already, base side, and write transactions for what is left."""
    refused = []
    items = []
    for each in chunk:
        if isinstance(each, Refusal):
            refused.append((each.place, each.reason))
        elif reason := check_path(each.path, run.desk.team.test_roots) or check_content(each.content):
            refused.append((each.place, reason))
        else:
            items.append(Item(each, content.hash_of(each.content)))
    items, known = _unknown(run.desk, items)
    items, obstacles = _against_base(run.desk, items)
    done = Intake(unchanged=known, refused=(*refused, *obstacles))
    while items:
        taken, items = admit(run, items)
        done += taken
    order = {each.place: number for number, each in enumerate(chunk)}
    return replace(done, refused=tuple(sorted(done.refused, key=lambda row: order[row[0]])))


def _unknown(desk: Desk, items: list[Item]) -> tuple[list[Item], tuple[int, ...]]:
    """The items that are not a revision of their candidate yet, and the ids of those others."""
    with desk.db.read() as connection:
        standing = candidates.by_path(connection, desk.repository_id, [item.proposal.path for item in items])
        known = intake.known_contents(connection, [each.id for each in standing.values()])
    left = []
    unchanged = []
    for item in items:
        was = standing.get(item.proposal.path)
        if was and (was.id, item.hash) in known:
            unchanged.append(was.id)
        else:
            left.append(item)
    return left, tuple(unchanged)


def _against_base(desk: Desk, items: list[Item]) -> tuple[list[Item], list[tuple[str, str]]]:
    """The items that can land on base, with what stands there and how much they change; the others are refused."""
    if not items:
        return [], []
    there = spots(desk.repository, desk.base.commit, [item.proposal.path for item in items])
    blobs = desk.repository.blobs(spot.oid for spot in there.values() if spot.oid and not spot.obstacle)
    landing = []
    refused = []
    for item in items:
        spot = there[item.proposal.path]
        if spot.obstacle:
            refused.append((item.proposal.place, spot.obstacle))
        else:
            landing.append((item, spot.oid, blobs[spot.oid] if spot.oid else None))
    counts = count_changes([(old, item.proposal.content) for item, _, old in landing])
    return [
        replace(
            item,
            base_oid=oid,
            base_hash=content.hash_of(old) if old is not None else None,
            added=added,
            removed=removed,
        )
        for (item, oid, old), (added, removed) in zip(landing, counts, strict=True)
    ], refused
