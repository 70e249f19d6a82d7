"""Which candidates a command means: by their ids, or by a filter."""

from collections.abc import Sequence

from qatui.domain.query import Query, QueryError, parse
from qatui.domain.review import storable
from qatui.errors import NotFound, UsageError
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.store import candidates


def read_query(text: str) -> Query:
    """The filter that `text` means; raises UsageError with the word that means nothing."""
    try:
        return parse(storable(text))
    except QueryError as error:
        raise UsageError(f"{error}.", "See: qatui list --help") from None


def resolve(desk: Desk, ids: Sequence[int], query: str | None) -> list[int]:
    """The ids given, each once, or those the filter finds in the queue's order (maybe none).

    Raises UsageError for both or neither, NotFound for ids that name nothing.
    """
    if ids and query is not None:
        raise UsageError("Give ids or --query, not both.")
    if not ids and query is None:
        raise UsageError("Which candidates?", "Give their ids, or --query QUERY; qatui list shows both.")
    with desk.db.read() as connection:
        if query is not None:
            return candidates.queue_ids(connection, desk.repository_id, read_query(query))
        wanted = moves.unique(ids)
        known = candidates.paths(connection, desk.repository_id, wanted)
    unknown = [str(number) for number in wanted if number not in known]
    if unknown:
        names = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        raise NotFound(f"There is no candidate {names} in this repository.", "See: qatui list is:all")
    return wanted
