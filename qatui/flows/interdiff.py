"""What changed between two revisions of a candidate: between any two, or since the reviewer looked or rejected.

What base changed meanwhile, and the newer revision took over, is no difference (`domain.interdiff`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from qatui.domain.blanks import Blanks
from qatui.domain.candidate import Candidate
from qatui.domain.diff import Document
from qatui.domain.interdiff import Carried, Carrying
from qatui.domain.lifecycle import Action
from qatui.domain.lines import split
from qatui.domain.review import Revision
from qatui.domain.three_way import three_way
from qatui.errors import NotFound
from qatui.flows.compare import compare
from qatui.flows.desk import Desk
from qatui.store import candidates, content, events, reviews, viewing
from qatui.store.database import Connection
from qatui.workspace.align import align_many


@dataclass(frozen=True, slots=True)
class Interdiff:
    """Two revisions of a candidate, ready to be compared."""

    candidate_id: int
    path: str
    old: Revision
    new: Revision
    left: bytes
    """The content of `old`, with what base changed until `new` and `new` took over."""
    right: bytes
    """The content of `new`."""
    taken: tuple[range, ...]
    """Lines of `left`, from 0, that are base's; a range without lines is where base took some away."""
    bases_known: bool
    """False: base is another file for each and this clone has lost one, so that base's changes are shown as well."""

    @property
    def names(self) -> tuple[str, str]:
        """What the sides are called."""
        old = f"candidate {self.candidate_id} rev {self.old.number} by {self.old.author}"
        if self.taken:
            old += f", on the base of rev {self.new.number}"
        if not self.bases_known:
            old += " (a base is not in this clone: what it changed is shown too)"
        return old, f"candidate {self.candidate_id} rev {self.new.number} by {self.new.author}"


def document(of: Interdiff, blanks: Blanks = Blanks.SHOW) -> Document:
    """The diff of it; raises GitError."""
    return compare(of.path, of.left, of.right, blanks=blanks)


def between(desk: Desk, number: int, old: int, new: int | None = None) -> Interdiff:
    """From revision `old` of a candidate to `new` (None: the newest), in either order; raises NotFound, GitError."""
    with desk.db.read() as connection:
        made = _made(desk, connection, number)
        plain = _read(connection, made, old, made.newest if new is None else new)
    return _on_one_base(desk, plain)


def since_seen(desk: Desk, number: int) -> Interdiff:
    """From what the reviewer saw last to the newest revision; raises NotFound, GitError.

    Who has opened the newest one goes on from what they saw before it, if they saw another content.
    """
    with desk.db.read() as connection:
        made = _made(desk, connection, number)
        seen = viewing.seen(connection, number, desk.reviewer)
        if not seen:
            raise NotFound(f"You have not looked at candidate {number} yet.", f"See all of it: qatui diff {number}")
        current = made.named(made.newest).content_hash
        others = [each for each in seen if made.named(each).content_hash != current]
        plain = _read(connection, made, max(others, default=max(seen)), made.newest)
    return _on_one_base(desk, plain)


def since_rejected(desk: Desk, number: int) -> Interdiff:
    """From what the reviewer rejected last to the newest revision; raises NotFound, GitError.

    A rejection that was taken back is none.
    """
    with desk.db.read() as connection:
        made = _made(desk, connection, number)
        judged = events.last_standing(connection, number, desk.reviewer, Action.REJECT)
        if judged is None:
            raise NotFound(f"You have not rejected candidate {number}.", f"See all of it: qatui diff {number}")
        plain = _read(connection, made, judged["revision"], made.newest)
    return _on_one_base(desk, plain)


@dataclass(frozen=True, slots=True)
class _Made:
    """A candidate's revisions."""

    candidate: Candidate
    revisions: list[Revision]

    @property
    def newest(self) -> int:
        """The number of the newest one."""
        return self.revisions[-1].number

    def named(self, number: int) -> Revision:
        """One of them; raises NotFound."""
        return revision_of(self.candidate.id, self.revisions, number)


def revision_of(candidate_id: int, revisions: Iterable[Revision], number: int) -> Revision:
    """One of a candidate's revisions, which are in their order; raises NotFound."""
    every = {each.number: each for each in revisions}
    if number not in every:
        there = f"are revisions 1 to {max(every)}" if len(every) > 1 else "is only revision 1"
        raise NotFound(f"Candidate {candidate_id} has no revision {number}.", f"There {there}.")
    return every[number]


def _made(desk: Desk, connection: Connection, number: int) -> _Made:
    found = candidates.get_many(connection, desk.repository_id, [number]).get(number)
    if found is None:
        raise NotFound(f"There is no candidate {number} in this repository.", "See: qatui list is:all")
    return _Made(found, reviews.revisions(connection, number))


def _read(connection: Connection, made: _Made, old: int, new: int) -> Interdiff:
    """The two as they are."""
    older, newer = made.named(old), made.named(new)
    texts = content.get_many(connection, [older.content_hash, newer.content_hash])
    left, right = texts[older.content_hash], texts[newer.content_hash]
    return Interdiff(made.candidate.id, made.candidate.path, older, newer, left, right, (), bases_known=True)


def _on_one_base(desk: Desk, plain: Interdiff) -> Interdiff:
    """The older one carried onto the newer one's base."""
    if plain.left == plain.right or plain.old.base_oid == plain.new.base_oid:
        return plain
    bases = _bases(desk, plain.old.base_oid, plain.new.base_oid)
    if bases is None:
        return replace(plain, bases_known=False)
    carried = _carry(plain, *bases)
    return replace(plain, left=carried.data, taken=carried.taken)


def _bases(desk: Desk, older: str | None, newer: str | None) -> tuple[bytes, bytes] | None:
    """The target file on the base of each revision, no bytes where there was none; None: this clone has lost one."""
    wanted = [oid for oid in (older, newer) if oid is not None]
    if desk.repository.known(wanted) != set(wanted):
        return None
    blobs = desk.repository.blobs(wanted)
    return blobs[older] if older else b"", blobs[newer] if newer else b""


def _carry(plain: Interdiff, older: bytes, newer: bytes) -> Carried:
    to_ours, to_theirs = align_many([(older, plain.left), (older, newer)])
    carrying = Carrying(three_way(split(older), split(plain.left), split(newer), to_ours, to_theirs))
    return carrying.onto(align_many([(way.data, plain.right) for way in carrying.ways]))
