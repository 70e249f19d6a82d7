"""Marking hunks as viewed, each reviewer their own; no verdict, so it has no event and needs no undo."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qatui.domain.lines import split
from qatui.domain.viewed import Viewing, view
from qatui.errors import NotFound
from qatui.flows.desk import Desk
from qatui.flows.moves import chunks
from qatui.store import candidates, viewing
from qatui.workspace.align import align

if TYPE_CHECKING:
    from qatui.flows.review import Dossier


def viewing_of(dossier: "Dossier") -> Viewing:
    """The hunks of a candidate against base now, and which the reviewer viewed; waits for git, raises GitError."""
    old, new = dossier.base or b"", dossier.content
    return view(align(old, new), split(old), split(new), dossier.viewed)


def mark(desk: Desk, number: int, keys: Iterable[str], *, viewed: bool = True) -> list[str]:
    """Mark hunks by their keys (`domain.viewed`) as viewed, or as not; those that were not so. Raises NotFound."""
    turned: list[str] = []
    for part in chunks(list(dict.fromkeys(keys))):
        with desk.db.write() as connection:
            # Held while marks are written: another window of the same person waits, and finds them there.
            if number not in candidates.get_many(connection, desk.repository_id, [number], lock=True):
                raise NotFound(f"There is no candidate {number} in this repository.", "See: qatui list is:all")
            if viewed:
                turned += viewing.mark(connection, number, desk.reviewer, part, desk.now())
            else:
                turned += viewing.unmark(connection, number, desk.reviewer, part)
    return turned
