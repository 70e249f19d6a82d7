"""Looking at state rows, and changing them as somebody else would have."""

from qatui.domain.candidate import Candidate
from qatui.flows.desk import Desk
from qatui.store import candidates


def get(desk: Desk, number: int) -> Candidate:
    """A candidate as the store has it."""
    with desk.db.read() as connection:
        return candidates.get_many(connection, desk.repository_id, [number])[number]


def put(desk: Desk, number: int, **values: object) -> None:
    """Set columns of a candidate."""
    was = get(desk, number)
    with desk.db.write() as connection:
        candidates.change_many(connection, [(was, values)], desk.now())
