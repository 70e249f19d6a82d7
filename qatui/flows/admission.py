"""Which proposals come in, as the rows stand now; one transaction, so that two intakes at once agree."""

from dataclasses import dataclass, field

from qatui.domain.candidate import GONE, Candidate, State
from qatui.domain.lifecycle import Action, why_not
from qatui.domain.proposal import Intake, Proposal, Replaced, folders_of
from qatui.flows.arrival import Arrival, Item, Run, landed
from qatui.flows.desk import Desk
from qatui.store import candidates, intake
from qatui.store.database import Connection


@dataclass(slots=True)
class _Judged:
    """What one transaction does with items."""

    new: list[Item] = field(default_factory=list)
    revised: list[tuple[Item, Candidate]] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same_as_base: int = 0
    coming: set[str] = field(default_factory=set)
    """Paths of what is new or revised."""
    filled: dict[str, str] = field(default_factory=dict)
    """Folder -> one of those paths, which lies in it."""
    going: dict[str, tuple[Candidate, str]] = field(default_factory=dict)
    """Path of a replaced candidate -> itself, and the path of the one that takes its place."""
    left: list[Item] = field(default_factory=list)
    """What another transaction must judge."""


def admit(run: Run, items: list[Item]) -> tuple[Intake, list[Item]]:
    """Take items in, one transaction, up to the first whose rows it changed already; that and the rest are left."""
    desk = run.desk
    batch = run.batch
    new: list[int] = []
    with desk.db.write() as connection:
        intake.take_turn(connection, desk.repository_id)
        judged = _judge(desk, connection, items)
        if judged.coming:
            arrival = Arrival(run, connection, desk.now())
            new = arrival.add(judged.new)
            arrival.revise(judged.revised)
            arrival.supersede(list(judged.going.values()))
            batch = arrival.batch
    run.batch = batch
    revised = tuple(was.id for _, was in judged.revised)
    replaced = tuple(Replaced(was.id, was.path, by, _approver(was)) for was, by in judged.going.values())
    done = Intake(tuple(new), revised, tuple(judged.unchanged), tuple(judged.refused), judged.same_as_base, replaced)
    return done, judged.left


def _approver(was: Candidate) -> str | None:
    return was.verdict.by if was.verdict and was.verdict.kind is State.APPROVED else None


def _judge(desk: Desk, connection: Connection, items: list[Item]) -> _Judged:
    """Which items are new, which revise, which are refused, as the rows stand now and in the items' order."""
    paths = [item.proposal.path for item in items]
    standing = candidates.by_path(connection, desk.repository_id, paths, lock=True)
    known = intake.known_contents(connection, [each.id for each in standing.values()])
    others = _others(desk, connection, items)
    neighbours = _Neighbours(desk, connection, paths)
    judged = _Judged()
    for number, item in enumerate(items):
        proposal = item.proposal
        path, was = proposal.path, standing.get(proposal.path)
        other = others.get(proposal.replaces or "")
        named = other.path if other else proposal.replaces
        if path in judged.coming or path in judged.going or (named in judged.coming and named != path):
            judged.left = items[number:]
            break
        if was and (was.id, item.hash) in known:
            judged.unchanged.append(was.id)
        elif item.on_base:
            judged.same_as_base += 1
        elif reason := (
            (was and why_not(landed(item, was), Action.REVISE))
            or _cannot_replace(proposal, other)
            or neighbours.clash(path, judged, named)
        ):
            judged.refused.append((proposal.place, reason))
        else:
            judged.coming.add(path)
            judged.filled.update(dict.fromkeys(folders_of(path), path))
            if other and other.state not in GONE:
                judged.going.setdefault(other.path, (other, path))
            if was:
                judged.revised.append((item, was))
            else:
                judged.new.append(item)
    return judged


class _Neighbours:
    """What other candidates stand where paths would: a name is a file or a folder, not both."""

    def __init__(self, desk: Desk, connection: Connection, paths: list[str]) -> None:
        self._desk = desk
        self._connection = connection
        folders = {folder for path in paths for folder in folders_of(path)}
        self._files = intake.files_among(connection, desk.repository_id, folders)
        self._folders = intake.folders_among(connection, desk.repository_id, paths)

    def clash(self, path: str, judged: _Judged, replaced: str | None) -> str | None:
        """Why a candidate cannot be at `path` beside those there are, and those that come and go before it."""
        gone = {*judged.going, replaced or ""}
        for folder in folders_of(path):
            if folder in judged.coming or (folder in self._files and folder not in gone):
                return f"another candidate is the file {folder}"
        inside = judged.filled.get(path)
        if inside is None and path in self._folders:
            inside = intake.file_inside(self._connection, self._desk.repository_id, path, gone)
        return f"another candidate lies in it as in a folder: {inside}" if inside else None


def _others(desk: Desk, connection: Connection, items: list[Item]) -> dict[str, Candidate]:
    """The candidates that the items replace, by the words they use for them."""
    words = {item.proposal.replaces for item in items if item.proposal.replaces}
    if not words:
        return {}
    numbers = {word: int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}
    by_id = candidates.get_many(connection, desk.repository_id, numbers.values(), lock=True)
    by_path = candidates.by_path(connection, desk.repository_id, sorted(words - set(numbers)), lock=True)
    return {**by_path, **{word: by_id[number] for word, number in numbers.items() if number in by_id}}


def _cannot_replace(proposal: Proposal, other: Candidate | None) -> str | None:
    """Why `replaces` cannot be done; replacing what is gone is nothing to do."""
    if proposal.replaces is None:
        return None
    if proposal.path in (proposal.replaces, other and other.path):
        return "replaces: it names itself; new content for a path is its next revision without it"
    if other is None:
        return f"replaces: there is no candidate {proposal.replaces}"
    if other.state in GONE:
        return None
    reason = why_not(other, Action.SUPERSEDE)
    return f"replaces: candidate {other.id} cannot be replaced: {reason}" if reason else None
