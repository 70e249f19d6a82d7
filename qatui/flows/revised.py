"""What candidates propose, as the sides of `qatui diff`: against base, one revision against another, since a look."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from qatui.domain.anchors import placed
from qatui.errors import UsageError
from qatui.flows import interdiff
from qatui.flows.comparing import LONGEST, Comparison, Name
from qatui.flows.desk import Desk
from qatui.flows.interdiff import Interdiff, revision_of
from qatui.flows.pairs import Pair
from qatui.flows.review import Dossier, look
from qatui.flows.threads import threads
from qatui.store import content
from qatui.workspace.versions import Version

_SINCE: dict[str, Callable[[Desk, int], Interdiff]] = {
    "seen": interdiff.since_seen,
    "rejected": interdiff.since_rejected,
}


@dataclass(frozen=True, slots=True)
class Proposed(Version):
    """A revision of a candidate."""

    candidate: int = 0
    revision: int = 0


def proposed(desk: Desk, dossier: Dossier, name: Name) -> Proposed:
    """The revision of a candidate that is meant; raises NotFound."""
    of, data = dossier.candidate, dossier.content
    made = revision_of(of.id, dossier.revisions, of.revision if name.revision is None else name.revision)
    if made.content_hash != of.content_hash:
        with desk.db.read() as connection:
            data = content.get(connection, made.content_hash)
    told = f"candidate {of.id} rev {made.number} by {made.author}"
    return Proposed(told, of.path, None, lambda: data, len(data), of.id, made.number)


def against_base(desk: Desk, name: Name) -> Comparison:
    """A candidate against base, with the comments of its open threads where they stand now; raises NotFound."""
    dossier = look(desk, name.candidate)
    new = proposed(desk, dossier, name)
    said = placed(threads(desk, replace(dossier, content=new.read())))
    called, base = f"base {desk.base.branch}@{desk.base.commit[:7]}", dossier.base
    old = None if base is None else Version(called, new.path, None, lambda: base)
    return Comparison(called, new.name, iter([Pair(old, new, said)]), many=False)


def since(desk: Desk, name: Name, what: str) -> Comparison:
    """What the author changed since `what`: a revision's number, `seen` or `rejected`; up to the revision named.

    Raises UsageError for another word, NotFound.
    """
    if what in _SINCE:
        found = _SINCE[what](desk, name.candidate)
        if name.revision is not None and name.revision != found.new.number:
            found = interdiff.between(desk, name.candidate, found.old.number, name.revision)
        return _compared(found)
    if not (what.isascii() and what.isdigit() and len(what) < LONGEST):
        raise UsageError(f"“{what}” is no revision.", "A number, or seen, or rejected.")
    return _compared(interdiff.between(desk, name.candidate, int(what), name.revision))


def between(desk: Desk, old: Proposed, new: Proposed) -> Comparison:
    """Two revisions of one candidate; raises NotFound."""
    return _compared(interdiff.between(desk, old.candidate, old.revision, new.revision))


def _compared(found: Interdiff) -> Comparison:
    old, new = found.names
    left = Version(old, found.path, None, lambda: found.left)
    return Comparison(old, new, iter([Pair(left, Version(new, found.path, None, lambda: found.right))]), many=False)
