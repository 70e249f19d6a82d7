"""What goes into a publication: which candidates, which are held or refused and why, and their review."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from qatui.domain import record
from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action, next_state
from qatui.domain.plan_items import items
from qatui.domain.plan_match import NoMatch
from qatui.domain.publishing import Piece, Tree, messages, why_held, why_refused
from qatui.domain.pull_template import fitted
from qatui.domain.review import checklist
from qatui.domain.ticking import Placed, place
from qatui.errors import GitKilled, GitTimeout, NeedsTerminal
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.github.templates import TEMPLATE_FOLDERS, template_of
from qatui.store import candidates, content, reviews
from qatui.store.database import Connection
from qatui.store.publications import Part
from qatui.workspace.attributes import AS_IT_IS
from qatui.workspace.branches import WRITE_SECONDS, blob_id
from qatui.workspace.filtering import run_filters
from qatui.workspace.landing import Ground, Spot, survey, whereabouts
from qatui.workspace.storing import NotStored, refusals


@dataclass(frozen=True, slots=True)
class Wanted:
    """A candidate asked to be published, with the content it had then."""

    id: int
    content_hash: str


@dataclass(slots=True)
class Sifted:
    """Candidates parted by what can become of them."""

    taken: list[Candidate] = field(default_factory=list)
    """In path order, which is the order of the commits."""
    there: list[Candidate] = field(default_factory=list)
    """Those that base has exactly as they were approved."""
    held: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def sift(desk: Desk, rows: Collection[Candidate], ground: Mapping[str, Spot], occupied: Tree | None = None) -> Sifted:
    """Part candidates; `ground` is what stands in their paths on base, `occupied` the publication's files so far."""
    sifted = Sifted()
    trees = (occupied or Tree(), coming := Tree())
    for each in sorted(rows, key=lambda each: each.path):
        spot = ground[each.path]
        if reason := why_refused(each, spot.obstacle):
            sifted.refused[each.id] = reason
        elif spot.holds == each.content_hash:
            sifted.there.append(each)
        elif reason := why_held(each, spot.oid, spot.moved_to, base_unchanged=desk.team.gates.base_unchanged):
            sifted.held[each.id] = reason
        elif reason := next(filter(None, (tree.clash(each.path) for tree in trees)), None):
            sifted.refused[each.id] = reason
        else:
            sifted.taken.append(each)
            coming.add(each.path)
    return sifted


def ground_of(desk: Desk, commit: str, rows: Collection[Candidate]) -> dict[str, Spot]:
    """What stands in the candidates' paths at a commit, and whether that is what was approved.

    What git refuses to store of those approved is an obstacle. Tried aside: one file that an encoding does not fit
    would stop the publication of all others. No filter is started: they are commands, and looking starts none.
    """
    return dict(_tried(desk, _surveyed(desk, commit, rows), rows).spots)


def _surveyed(desk: Desk, commit: str, rows: Collection[Candidate]) -> Ground:
    """What stands in the candidates' paths; not looked at where git would store other bytes than were approved."""
    ground = survey(desk.repository, commit, [each.path for each in rows], judging=True)
    spots = dict(ground.spots)
    for each, data in _contents(desk, [each for each in rows if each.state is State.APPROVED and spots[each.path].oid]):
        spot = spots[each.path]
        if spot.oid and spot.oid == blob_id(data, spot.oid) and not spot.treatment.touches(data):
            spots[each.path] = replace(spot, holds=each.content_hash)
    gone = {each.path: each.verdict.base_oid or "" for each in rows if each.state is State.APPROVED and each.verdict}
    gone = {path: oid for path, oid in gone.items() if oid and spots[path].oid is None}
    there = whereabouts(desk.repository, commit, set(gone.values())) if gone else {}
    for path, oid in gone.items():
        spots[path] = replace(spots[path], moved_to=there.get(oid, ""))
    return replace(ground, spots=spots)


def _tried(desk: Desk, ground: Ground, rows: Collection[Candidate]) -> Ground:
    """`ground` with what git refuses to store of `rows`, as far as that is seen without filters."""
    tried = [each for each in rows if each.state is State.APPROVED and _may_be_refused(ground.spots[each.path])]
    if not tried:
        return ground
    return _with_obstacles(ground, refusals(desk.repository, ground, _touched(desk, ground, tried), WRITE_SECONDS))


def _may_be_refused(spot: Spot) -> bool:
    """Whether trying is of use."""
    return spot.obstacle is None and spot.treatment != AS_IT_IS and not spot.treatment.filter


def _with_obstacles(ground: Ground, reasons: Mapping[str, str]) -> Ground:
    words = {path: f"git cannot store it as .gitattributes asks: {why}" for path, why in reasons.items()}
    spots = {path: replace(spot, obstacle=words.get(path, spot.obstacle)) for path, spot in ground.spots.items()}
    return replace(ground, spots=spots)


def _touched(desk: Desk, ground: Ground, rows: Sequence[Candidate]) -> Iterator[tuple[str, bytes]]:
    """Path and content of those of `rows` whose bytes git changes."""
    for each, data in _contents(desk, rows):
        if ground.spots[each.path].treatment.touches(data):
            yield each.path, data


def _contents(desk: Desk, rows: Sequence[Candidate]) -> Iterator[tuple[Candidate, bytes]]:
    for start in range(0, len(rows), CONTENTS_AT_ONCE):
        some = rows[start : start + CONTENTS_AT_ONCE]
        with desk.db.read() as connection:
            data = content.get_many(connection, [each.content_hash for each in some])
        yield from ((each, data[each.content_hash]) for each in some)


def _filtered(
    desk: Desk, ground: Ground, taken: Sequence[Candidate], log: Callable[[str], None] | None, *, foreground: bool
) -> tuple[Ground, dict[str, str]]:
    """Run the filters of those that are `taken`: `ground` with what they refuse, and the blobs of the others by path.

    Where a filter takes too long, or wants somebody to type and may not ask, the rest is left to the job: that says so,
    and waits for a terminal.
    """
    those = [each for each in taken if ground.spots[each.path].treatment.filter]
    blobs: dict[str, str] = {}
    reasons: dict[str, str] = {}
    if not those:
        return ground, blobs
    files, paths = _touched(desk, ground, those), [each.path for each in those]
    with suppress(NeedsTerminal, GitTimeout, GitKilled):
        for path, made in run_filters(desk.repository, ground, paths, files, WRITE_SECONDS, log, foreground=foreground):
            if isinstance(made, NotStored):
                reasons[path] = made.message
            else:
                blobs[path] = made
    return _with_obstacles(ground, reasons), blobs


Keep = Callable[[Connection, Sequence[Part]], None]
"""Puts parts into a publication, in the transaction that moves their candidates."""


def gather(
    desk: Desk,
    wanted: Sequence[Wanted],
    base_commit: str,
    occupied: Tree,
    keep: Keep,
    log: Callable[[str], None] | None = None,
    *,
    foreground: bool,
) -> dict[int, str]:
    """Move at most ROWS_A_WRITE candidates: to publishing what can be, which `occupied` gets, to held what moved.

    What base has already is merged. The refused, each with why. Here, and once, each file goes through its filter;
    `log` hears of it, and `foreground` lets it ask at the terminal.
    """
    hashes = {each.id: each.content_hash for each in wanted}
    with desk.db.read() as connection:
        found = candidates.get_many(connection, desk.repository_id, hashes)
    surveyed = _tried(desk, _surveyed(desk, base_commit, found.values()), found.values())
    going = sift(desk, found.values(), surveyed.spots, occupied).taken
    surveyed, blobs = _filtered(desk, surveyed, going, log, foreground=foreground)
    ground = surveyed.spots
    sifted = sift(desk, found.values(), ground)
    for action, meant in ((Action.HOLD, sifted.held), (Action.MERGED, sifted.there)):
        if meant:
            judge = _judge(desk, action, hashes, ground, occupied)
            cause = "" if action is Action.HOLD else f"{desk.base.branch} has it already, as it was approved"
            moves.move(desk, hashes, action, judge, undoable=False, cause=cause)

    def beside(connection: Connection, done: Sequence[int]) -> None:
        made = [found[number] for number in done]
        keep(connection, [Part(each.id, each.path, each.content_hash, "", None, blobs.get(each.path)) for each in made])

    judge = _judge(desk, Action.PUBLISH, hashes, ground, occupied)
    outcome = moves.move(desk, hashes, Action.PUBLISH, judge, undoable=False, beside=beside)
    occupied.add(*(found[number].path for number in outcome.done))
    return dict(outcome.refused)


def _judge(
    desk: Desk, action: Action, hashes: Mapping[int, str], ground: Mapping[str, Spot], occupied: Tree
) -> moves.Judge:
    """Lets `action` through for those that sifting means it for, with the content they were chosen with."""

    def judge(_: Connection, rows: Mapping[int, Candidate]) -> dict[int, moves.Change | str]:
        sifted = sift(desk, rows.values(), ground, occupied)
        going = sifted.there if action is Action.MERGED else sifted.taken
        meant = sifted.held if action is Action.HOLD else {each.id: "" for each in going}
        answers: dict[int, moves.Change | str] = {}
        for number, each in rows.items():
            state = next_state(each.state, action)
            if state is None or number not in meant:
                answers[number] = sifted.refused.get(number) or sifted.held.get(number, "")
            elif each.content_hash != hashes[number]:
                answers[number] = "its content changed since it was chosen"
            else:
                answers[number] = {"state": state.value, "state_reason": meant[number]}
        return answers

    return judge


def commit_messages(desk: Desk, told: Sequence[Piece], author: tuple[str, str]) -> list[str]:
    """The message of each piece's commit, by the team's settings."""
    known = {desk.reviewer: desk.signature}
    return messages(told, desk.team.commit, people=desk.team.people, known=known, publisher=author)


def pull_text(desk: Desk, told: Sequence[Piece], publisher: str, base_branch: str, base_commit: str) -> str:
    """The pull request's text, in the template that the base commit has."""
    repository = desk.repository
    path = template_of(repository.paths_near_top(base_commit, TEMPLATE_FOLDERS))
    template = fitted(repository.read(base_commit, path) if path else None)
    where = {"base_branch": base_branch, "base_commit": base_commit}
    return record.body(told, publisher=publisher, template=template, **where)


def read_plans(desk: Desk, commit: str) -> dict[str, bytes]:
    """The files of the team's test plan that there are at a commit."""
    found = {path: desk.repository.read(commit, path) for path in desk.team.plan.files}
    return {path: data for path, data in found.items() if data is not None}


def pieces(
    connection: Connection,
    desk: Desk,
    found: Sequence[Candidate],
    ground: Mapping[str, Spot],
    plans: Mapping[str, bytes],
) -> list[Piece]:
    """Candidates with their review, as a publication tells it; `plans` is the test plan at its base."""
    parsed = {path: items(data) for path, data in plans.items()}
    made: list[Piece] = []
    for ids in moves.chunks([each.id for each in found]):
        here = found[len(made) : len(made) + len(ids)]
        origins = reviews.origins(connection, ids)
        comments = reviews.comments(connection, ids)
        answers = reviews.answers(connection, {each.id: each.content_hash for each in here})
        stored = _stored(connection, here, ground)
        for each in here:
            origin = origins.get(each.id)
            there = place(parsed, origin.plan_item) if parsed and origin and origin.plan_item else None
            made.append(
                Piece(
                    each,
                    new=ground[each.path].oid is None,
                    generator=origin.generator if origin else None,
                    plan_item=origin.plan_item if origin else None,
                    completes=bool(origin and origin.completes),
                    issues=there.item.issues if isinstance(there, Placed) else (),
                    unplaced=there.reason if isinstance(there, NoMatch) else "",
                    checklist=checklist(desk.team.checklist, answers[each.id]),
                    comments=tuple(comments[each.id]),
                    stored=stored.get(each.id, ""),
                )
            )
    return made


CONTENTS_AT_ONCE = 50
"""Contents read from the store in one go; at most so many times 2 MB are in memory."""


def _stored(connection: Connection, found: Sequence[Candidate], ground: Mapping[str, Spot]) -> dict[int, str]:
    """How the contents of those candidates are stored that git does something to."""
    treated = [each for each in found if ground[each.path].treatment != AS_IT_IS]
    made: dict[int, str] = {}
    for start in range(0, len(treated), CONTENTS_AT_ONCE):
        some = treated[start : start + CONTENTS_AT_ONCE]
        data = content.get_many(connection, [each.content_hash for each in some])
        made.update({each.id: ground[each.path].treatment.words(data[each.content_hash]) for each in some})
    return made
