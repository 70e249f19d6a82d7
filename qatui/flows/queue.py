"""Which candidates a command means, by their ids or by a filter; and how far the work is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qatui.domain.candidate import GONE, OPEN, QueueRow, State
from qatui.domain.event import Event
from qatui.domain.query import Query, QueryError, parse
from qatui.domain.text import storable
from qatui.errors import NotFound, UsageError
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.flows.review import wake_due
from qatui.store import candidates, events, outbox


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is."""

    counts: Mapping[State, int]
    """Candidates in each state."""
    jobs: Mapping[str, int]
    """Jobs that are still to be done, by state."""

    @property
    def left(self) -> int:
        """Waiting for a verdict."""
        return sum(number for state, number in self.counts.items() if state in OPEN)

    @property
    def total(self) -> int:
        """Part of the work: everything but superseded, withdrawn and archived."""
        return sum(number for state, number in self.counts.items() if state not in GONE)

    @property
    def done(self) -> int:
        """Decided, or put off until later."""
        return self.total - self.left


def read_query(text: str) -> Query:
    """The filter that `text` means; raises UsageError with the word that means nothing."""
    try:
        return parse(storable(text))
    except QueryError as error:
        raise UsageError(str(error), "See: qatui list --help") from None


def resolve(desk: Desk, ids: Sequence[int], query: str | None) -> list[int]:
    """The ids given, each once, or those the filter finds in the queue's order (maybe none).

    Raises UsageError for both or neither, NotFound for ids that name nothing.
    """
    if ids and query is not None:
        raise UsageError("Give ids or --query, not both.")
    if not ids and query is None:
        raise UsageError("Which candidates?", "Give their ids, or --query QUERY; qatui list shows both.")
    if query is not None:
        meant = read_query(query)
        wake_due(desk)
        with desk.db.read() as connection:
            return candidates.queue_ids(connection, desk.repository_id, meant)
    with desk.db.read() as connection:
        wanted = moves.unique(ids)
        known = candidates.paths(connection, desk.repository_id, wanted)
    unknown = [str(number) for number in wanted if number not in known]
    if unknown:
        names = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        raise NotFound(f"There is no candidate {names} in this repository.", "See: qatui list is:all")
    return wanted


def find(desk: Desk, query: str, limit: int | None = None) -> tuple[list[QueueRow], int]:
    """The first `limit` lines of the queue that match, None for all; and how many match. Raises UsageError."""
    meant = read_query(query)
    wake_due(desk)
    with desk.db.read() as connection:
        ids = candidates.queue_ids(connection, desk.repository_id, meant)
        wanted = ids[:limit]
        rows = candidates.queue_rows(connection, desk.repository_id, wanted)
    return [rows[number] for number in wanted], len(ids)


def progress(desk: Desk) -> Progress:
    """The counts, once what was deferred until now is back."""
    wake_due(desk)
    with desk.db.read() as connection:
        counted = candidates.counts(connection, desk.repository_id)
        jobs = outbox.counts(connection, desk.repository_id)
    return Progress(counted, {state: number for state, number in jobs.items() if state in outbox.OPEN})


def contents(desk: Desk, ids: Sequence[int]) -> dict[int, str]:
    """The content hash that each of `ids` has now: what a verdict after a question binds to."""
    with desk.db.read() as connection:
        found = candidates.get_many(connection, desk.repository_id, ids)
    return {number: each.content_hash for number, each in found.items()}


def paths(desk: Desk, ids: Sequence[int]) -> dict[int, str]:
    """The target path of each of `ids`, for telling people which is meant."""
    with desk.db.read() as connection:
        return candidates.paths(connection, desk.repository_id, ids)


def log(desk: Desk, number: int | None = None, limit: int = 50) -> list[Event]:
    """The newest events first, of one candidate or of all; raises NotFound."""
    if number is not None:
        resolve(desk, [number], None)
    with desk.db.read() as connection:
        return events.log(connection, desk.repository_id, candidate_id=number, limit=limit)
