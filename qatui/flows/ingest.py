"""Take proposed tests in: proposals become candidates, or new revisions of those there are.

Known content is nothing new: a proposal whose bytes are any revision of its candidate changes nothing, so a run
that died is simply run again. Proposals are taken in their order; a later one for the same path is the next
revision. What git has to say is asked before the write transaction, which takes at most 200 candidates.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from qatui.domain.proposal import Proposal, Refusal, check_content, check_path
from qatui.flows.admission import Item, Run, admit
from qatui.flows.desk import Desk
from qatui.store import candidates, content, events, intake
from qatui.store.database import ROWS_A_WRITE
from qatui.workspace.align import count_changes
from qatui.workspace.landing import spots

BYTES_A_WRITE = 8 * 1024 * 1024
"""Contents of one write transaction; large ones would keep verdicts waiting while they are compressed."""

Progress = Callable[[int, int | None], None]
"""Called with how many are done and how many there are, None where that is not known."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of proposals: candidate ids, and what was refused as (place, reason)."""

    new: tuple[int, ...] = ()
    revised: tuple[int, ...] = ()
    unchanged: tuple[int, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    same_as_base: int = 0
    """Files that are on base as they were proposed: nothing to review, and no candidate of them."""

    @property
    def taken(self) -> tuple[int, ...]:
        """Ids of the candidates that changed or came to be."""
        return self.new + self.revised

    @property
    def seen(self) -> int:
        """How many proposals there were."""
        return len(self.taken) + len(self.unchanged) + len(self.refused) + self.same_as_base

    def __add__(self, other: "Intake") -> "Intake":
        return Intake(
            self.new + other.new,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
            self.same_as_base + other.same_as_base,
        )


def ingest(
    desk: Desk,
    proposals: Iterable[Proposal | Refusal],
    *,
    source: str,
    progress: Progress | None = None,
    total: int | None = None,
) -> Intake:
    """Take `proposals` in; `source` says in the log where they came from.

    Refusals among them are passed on into the answer. Killed anywhere and run again it completes without doubles.
    """
    with desk.db.read() as connection:
        run = Run(desk, source, events.new_group_id(), intake.live_paths(connection, desk.repository_id))
    for path, number in list(run.files.items()):
        run.occupy(path, number)
    done = 0
    for chunk in _chunks(proposals):
        before = len(run.refused)
        _take(run, chunk)
        order = {each.place: number for number, each in enumerate(chunk)}
        run.refused[before:] = sorted(run.refused[before:], key=lambda row: order[row[0]])
        done += len(chunk)
        if progress:
            progress(done, total)
    return Intake(tuple(run.new), tuple(run.revised), tuple(run.unchanged), tuple(run.refused), run.same_as_base)


def _chunks(proposals: Iterable[Proposal | Refusal]) -> Iterator[list[Proposal | Refusal]]:
    """At most ROWS_A_WRITE and about BYTES_A_WRITE at a time, no path twice in one."""
    chunk: list[Proposal | Refusal] = []
    paths: set[str] = set()
    size = 0
    for each in proposals:
        if isinstance(each, Proposal):
            again = each.path in paths
            if chunk and (again or len(chunk) >= ROWS_A_WRITE or size + len(each.content) > BYTES_A_WRITE):
                yield chunk
                chunk, paths, size = [], set(), 0
            paths.add(each.path)
            size += len(each.content)
        elif len(chunk) >= ROWS_A_WRITE:
            yield chunk
            chunk, paths, size = [], set(), 0
        chunk.append(each)
    if chunk:
        yield chunk


def _take(run: Run, chunk: list[Proposal | Refusal]) -> None:
    """One chunk: rules, what is known already, base side, and a write transaction for what is left."""
    items = []
    for each in chunk:
        if isinstance(each, Refusal):
            run.refuse(each.place, each.reason)
        elif reason := check_path(each.path, run.desk.team.test_roots) or check_content(each.content):
            run.refuse(each.place, reason)
        else:
            items.append(Item(each, content.hash_of(each.content)))
    if items:
        items = _unknown(run, items)
    if items:
        items = _against_base(run, items)
    if items:
        admit(run, items)


def _unknown(run: Run, items: list[Item]) -> list[Item]:
    """The items that are not a revision of their candidate yet."""
    desk = run.desk
    with desk.db.read() as connection:
        standing = candidates.by_path(connection, desk.repository_id, [item.proposal.path for item in items])
        known = intake.known_contents(connection, [each.id for each in standing.values()])
    left = []
    for item in items:
        was = standing.get(item.proposal.path)
        if was and (was.id, item.hash) in known:
            run.unchanged.append(was.id)
        else:
            left.append(item)
    return left


def _against_base(run: Run, items: list[Item]) -> list[Item]:
    """The items that can land on base, with what stands there and how much they change."""
    desk = run.desk
    there = spots(desk.repository, desk.base.commit, [item.proposal.path for item in items])
    blobs = desk.repository.blobs(spot.oid for spot in there.values() if spot.oid and not spot.obstacle)
    landing = []
    for item in items:
        spot = there[item.proposal.path]
        if spot.obstacle:
            run.refuse(item.proposal.place, spot.obstacle)
        else:
            landing.append((item, spot.oid, blobs[spot.oid] if spot.oid else None))
    counts = count_changes([(old, item.proposal.content) for item, _, old in landing])
    return [
        replace(item, base_oid=oid, on_base=old == item.proposal.content, added=added, removed=removed)
        for (item, oid, old), (added, removed) in zip(landing, counts, strict=True)
    ]
