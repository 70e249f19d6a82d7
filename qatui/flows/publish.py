"""Publish approved candidates: what it would be, and the decision with its job in one transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from qatui.domain import record
from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action, why_not
from qatui.domain.moments import date
from qatui.domain.publishing import (
    Piece,
    PlanLine,
    PlannedCommit,
    PublishingPlan,
    Tree,
    branch_name,
    changes,
    plan_lines,
)
from qatui.domain.query import Query
from qatui.domain.quoting import signature
from qatui.errors import ConfigError, NeedsTerminal, Unreachable
from qatui.flows import moves
from qatui.flows.bases import NO_REMOTE, meet_base, upstream
from qatui.flows.desk import Desk
from qatui.flows.follow import open_again
from qatui.flows.gathering import Wanted, commit_messages, gather, ground_of, pieces, pull_text, read_plans, sift
from qatui.flows.hub import Hub, github_host
from qatui.flows.outbox import PUBLISHING, Ran, credential, drain, of_others, silent
from qatui.flows.preflight import look_ahead
from qatui.flows.publication import KIND, push_remote
from qatui.store import candidates, outbox, publications
from qatui.store.database import ROWS_A_WRITE, Connection
from qatui.store.outbox import Job
from qatui.store.publications import Part, Publication
from qatui.workspace.branches import branch_names
from qatui.workspace.remote import Remote

_DONE = frozenset({State.PUBLISHED, State.MERGED, State.ARCHIVED})
_NOBODY = "Nothing can be published before git knows whose commits these are: set user.name and user.email."


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a publish: also of jobs that an earlier one left."""

    publications: tuple[Publication, ...] = ()
    """Those whose jobs ran, as they are now."""
    published: tuple[int, ...] = ()
    """Candidates of theirs that are published now."""
    already: tuple[int, ...] = ()
    """Asked for, and published before."""
    there: tuple[int, ...] = ()
    """On base already as they were approved: merged now."""
    held: tuple[tuple[int, str], ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    changed: tuple[str, ...] = ()
    """What is not any more as it was shown before the yes: nothing was published therefore."""
    jobs: tuple[Ran, ...] = ()
    rules: tuple[str, ...] = ()
    """What the base asks for, a sentence each."""
    requests: int = 0
    """Requests to GitHub that it costs."""
    others: tuple[Job, ...] = ()
    """Jobs of other names that wait or failed: their candidates stay as they are until somebody takes them over."""
    remarks: tuple[str, ...] = ()


def plan(
    desk: Desk,
    ids: Iterable[int] | None = None,
    query: Query | None = None,
    *,
    taken: Collection[str] = (),
    remarks: Sequence[str] = (),
    push_url: str | None = None,
    branch: str = "",
) -> PublishingPlan:
    """What publishing `ids` (None: everything approved that matches `query`) would do now; nothing is written.

    Approved and of a state that `query` names: `is:rejected` is nothing, a query without `is:` all that match.
    `taken` are branch names at the remote, as `meet_remote` finds them; `push_url` is where the branch goes to, None:
    to the base's own remote. `branch` is the name it is to have, if that is still free.
    """
    chosen = _chosen(desk, ids, query)
    with desk.db.read() as connection:
        rows = candidates.get_many(connection, desk.repository_id, chosen)
        number = publications.next_id(connection)
        used = publications.branches(connection, desk.repository_id)
    ground = ground_of(desk, desk.base.commit, rows.values())
    sifted = sift(desk, [each for each in rows.values() if each.state not in _DONE], ground)
    plans = read_plans(desk, desk.base.commit)
    with desk.db.read() as connection:
        told = pieces(connection, desk, sifted.taken, ground, plans)
    refused = {number: moves.NO_CANDIDATE for number in chosen if number not in rows} | sifted.refused
    names = branch_names(desk.repository, desk.team.remote).union(taken, used)
    base = desk.base
    return PublishingPlan(
        branch=_branch(desk, number, names, branch),
        base_branch=base.branch,
        base_commit=base.commit,
        push_url=_target(desk) if push_url is None else push_url,
        title=record.title(told, desk.team.commit.subject) if told else "",
        body=pull_text(desk, told, desk.reviewer, base.branch, base.commit) if told else "",
        commits=_commits(told, commit_messages(desk, told, desk.signature)) if told else (),
        items=_items(desk, told),
        there=tuple(each.id for each in sifted.there),
        already=tuple(number for number in chosen if number in rows and rows[number].state in _DONE),
        held=tuple(sifted.held.items()),
        refused=tuple(refused.items()),
        remarks=(*remarks, *_remarks(desk)),
        contents={each.id: each.content_hash for each in (*sifted.taken, *sifted.there)}
        | {each: rows[each].content_hash for each in sifted.held},
    )


def publish(
    desk: Desk,
    ids: Iterable[int] | None = None,
    query: Query | None = None,
    *,
    shown: PublishingPlan | None = None,
    hub: Hub | None = None,
    foreground: bool = False,
    say: Callable[[str], None] = silent,
) -> Published:
    """Publish as `plan` says, and finish what an earlier publish left; with nothing new only that.

    `shown` is the plan that a person said yes to: exactly that is published, or nothing, and what changed is told.
    Killed anywhere and run again it makes no second branch and no second pull request; without a `hub` that waits.
    `foreground` lets git ask at the terminal, `say` gets each step. Raises ConfigError where nobody told who the author
    of the commits is, and as `look_ahead` where the base's repository takes nothing from here.
    """
    require_identity(desk)
    ran = drain(desk, hub=hub, kinds=PUBLISHING, again=True, foreground=foreground, say=say)
    asked = None if ids is None else moves.unique(ids)
    chosen = moves.unique(shown.contents) if shown else _chosen(desk, asked, query)
    if not chosen:
        return _published(desk, _NOTHING, ran)
    ahead = look_ahead(desk, hub)
    desk, taken, remarks, _ = meet_remote(desk, ahead.push_url, foreground=foreground)
    again = open_again(desk, hub, chosen)
    if again and shown:
        return _published(desk, replace(_NOTHING, refused=tuple(again.items())), ran)
    only = [number for number in chosen if number not in again] if again or shown else asked
    made = plan(
        desk, only, query, taken=taken, remarks=(*ahead.remarks, *remarks), push_url=ahead.push_url,
        branch=shown.branch if shown else "",
    )  # fmt: skip
    made = replace(made, refused=(*made.refused, *again.items()))
    if shown and (changed := changes(shown, made)):
        return replace(_published(desk, _NOTHING, ran), changed=changed)
    begun, refused = _begin(desk, made, taken, foreground=foreground)
    if begun is not None:
        ran += drain(desk, hub=hub, kinds=PUBLISHING, only=[begun.job], again=True, foreground=foreground, say=say)
    numbers = [begun.publication] if begun else []
    return replace(_published(desk, made, ran, numbers, refused), rules=ahead.rules, requests=ahead.requests)


_NOTHING = PublishingPlan("", "", "", "", "", "")


def require_identity(desk: Desk) -> None:
    """Raise ConfigError where commits would bear an account's name on some machine: git refuses that too."""
    if not desk.identified:
        raise ConfigError(_NOBODY, 'git config --global user.email "YOU@EXAMPLE.ORG" (and user.name)')


class Met(NamedTuple):
    """What the remote says before a publish."""

    desk: Desk
    """With the base as the remote has it now."""
    taken: frozenset[str]
    """Names of its branches."""
    remarks: tuple[str, ...]
    away: bool
    """Whether it could not be reached: the base is as it was fetched last."""


def meet_remote(desk: Desk, push_url: str = "", *, foreground: bool = False) -> Met:
    """Ask the remote; without one, or where it cannot be reached, the desk stays as it is and a remark says so.

    `push_url` is where branches go to, as the store keeps it; empty: to the base's own remote.
    """
    target = push_remote(desk, push_url).url if push_url else desk.repository.remote_url(desk.team.remote)
    source = upstream(desk, foreground=foreground)
    if target is None or source is None:
        return Met(desk, frozenset(), (NO_REMOTE.format(desk.team.remote),), away=False)
    try:
        taken = Remote(desk.repository, target, foreground).heads()
    except (Unreachable, NeedsTerminal) as error:
        words = error.message.rstrip(".")
        if source.url == target:
            return Met(desk, frozenset(), (f"{words}. The base is as it was fetched last.",), away=True)
        met = meet_base(desk, source)
        return Met(met.desk, frozenset(), (f"{words}. Which branches it has is not known.", *met.remarks), away=True)
    met = meet_base(desk, source, taken if source.url == target else None)
    return Met(met.desk, frozenset(taken), met.remarks, met.away)


def _chosen(desk: Desk, ids: Iterable[int] | None, query: Query | None) -> list[int]:
    if ids is not None:
        return moves.unique(ids)
    approved = frozenset({State.APPROVED})
    wanted = query or Query(approved)
    wanted = replace(wanted, states=wanted.states & approved if wanted.states_said else approved)
    with desk.db.read() as connection:
        return candidates.queue_ids(connection, desk.repository_id, wanted)


def _target(desk: Desk) -> str:
    """Where branches go to, fit for the store and for people; empty without a remote."""
    url = desk.repository.remote_url(desk.team.remote)
    return Remote(desk.repository, url).name if url else ""


def _branch(desk: Desk, number: int, taken: Collection[str], wished: str = "") -> str:
    """The name of publication `number`'s branch; the one that was told before, if nobody took that meanwhile."""
    day, template, reviewer = date(desk.now()), desk.team.branch, desk.reviewer
    if wished and branch_name(wished, day=day, number=number, reviewer=reviewer, taken=taken) == wished:
        return wished
    return branch_name(template, day=day, number=number, reviewer=reviewer, taken=taken)


def _remarks(desk: Desk) -> tuple[str, ...]:
    """What the person should know of git's settings: who nobody is, and that one address gets the branch."""
    made = [] if desk.identified else [_NOBODY]
    if len(urls := desk.repository.remote_urls(desk.team.remote)) > 1:
        first = Remote(desk.repository, urls[0]).name
        made.append(f"“{desk.team.remote}” has {len(urls)} push addresses: only the first, {first}, gets the branch.")
    return tuple(made)


def _items(desk: Desk, told: Sequence[Piece]) -> tuple[PlanLine, ...]:
    """What becomes of the test plan's items; at no host nobody tells of the merge, so that nothing is ticked."""
    lines = plan_lines(told)
    if github_host(desk.repository, desk.team) is not None:
        return lines
    return tuple(replace(each, unplaced=each.unplaced or _NOT_TICKED) for each in lines)


_NOT_TICKED = "its base is at no host that tells of the merge; tick it then with qatui plan tick"


def _commits(told: Sequence[Piece], words: Sequence[str]) -> tuple[PlannedCommit, ...]:
    """The pieces under the message of their commit; an empty message belongs to the one before."""
    made: list[PlannedCommit] = []
    for piece, message in zip(told, words, strict=True):
        number, path = piece.candidate.id, piece.candidate.path
        if message:
            made.append(PlannedCommit(message, (number,), (path,)))
        else:
            last = made[-1]
            made[-1] = replace(last, candidates=(*last.candidates, number), paths=(*last.paths, path))
    return tuple(made)


class _Begun(NamedTuple):
    job: int
    publication: int


def _begin(
    desk: Desk, made: PublishingPlan, taken: Collection[str], *, foreground: bool
) -> tuple[_Begun | None, dict[int, str]]:
    """Write the decision: publication, job and the first ROWS_A_WRITE candidates in one transaction.

    The job gathers the rest. None where nothing could be taken (then what has moved is held). Each candidate goes with
    the content that the plan was made of, or not at all. With it those that git cannot store, each with why.
    """
    with desk.db.read() as connection:
        rows = candidates.get_many(connection, desk.repository_id, made.contents)
    ordered = sorted(rows.values(), key=lambda each: each.path)
    wanted = [Wanted(each.id, made.contents[each.id]) for each in ordered]
    names = branch_names(desk.repository, desk.team.remote).union(taken)
    opened: list[_Begun] = []

    def keep(connection: Connection, parts: Sequence[Part]) -> None:
        begun = _open(desk, connection, made, wanted, names)
        position = {each.id: at for at, each in enumerate(wanted)}
        parts_of = [(position[part.candidate_id], part) for part in parts]
        publications.add_parts(connection, begun.publication, parts_of)
        opened.append(begun)

    refused: dict[int, str] = {}
    for start in range(0, len(wanted), ROWS_A_WRITE):
        some = wanted[start : start + ROWS_A_WRITE]
        refused |= gather(desk, some, made.base_commit, Tree(), keep, foreground=foreground)
        if opened:
            return opened[0], refused
    return None, refused


def _open(
    desk: Desk, connection: Connection, made: PublishingPlan, wanted: Sequence[Wanted], names: Collection[str]
) -> _Begun:
    """Insert the publication and its job; their ids. The branch's name may hold the number, so it comes second."""
    now = desk.now()
    name, email = signature(*desk.signature)
    row = {
        "repository_id": desk.repository_id,
        "state": "gathering",
        "base_branch": made.base_branch,
        "base_commit": made.base_commit,
        "push_url": made.push_url,
        "title": "",
        "body": "",
        "author_name": name,
        "author_email": email,
        "actor": desk.reviewer,
        "created_at": now,
        "updated_at": now,
    }
    number = publications.add(connection, row)
    used = publications.branches(connection, desk.repository_id)
    publications.change(connection, number, {"branch": _branch(desk, number, {*names, *used}, made.branch)}, now)
    job = outbox.add(
        connection,
        desk.repository_id,
        KIND,
        f"{KIND}:{number}",
        {"publication": number, "candidates": [(each.id, each.content_hash) for each in wanted]},
        actor=desk.reviewer,
        credential=credential(desk),
        now=now,
    )
    return _Begun(job, number)


def _published(
    desk: Desk,
    made: PublishingPlan,
    ran: Sequence[Ran],
    begun: Sequence[int] = (),
    refused: Mapping[int, str] = MappingProxyType({}),
) -> Published:
    """What the store says now of what was asked, of the publication that was `begun`, and of what ran.

    `refused`: why some could not be taken, as was found on the way.
    """
    numbers = moves.unique([*(int(each.job.payload["publication"]) for each in ran), *begun])
    asked = [*made.candidates, *made.there, *dict(made.held)]
    with desk.db.read() as connection:
        found = [publications.get(connection, desk.repository_id, number) for number in numbers]
        parts = {part.candidate_id for number in numbers for part in publications.parts(connection, number)}
        rows = candidates.get_many(connection, desk.repository_id, parts.union(asked))
    left = [rows[number] for number in asked if number not in parts]
    there = tuple(each.id for each in left if each.id in made.there and each.state is State.MERGED)
    left = [each for each in left if each.id not in there]
    told = ((each.id, refused.get(each.id) or _left_out(each)) for each in left if each.state is not State.HELD)
    return Published(
        publications=tuple(each for each in found if each),
        published=tuple(sorted(number for number in parts if rows[number].state in _DONE)),
        already=made.already,
        there=there,
        held=tuple((each.id, each.state_reason) for each in left if each.state is State.HELD),
        refused=(*made.refused, *told),
        jobs=tuple(ran),
        others=tuple(of_others(desk)),
        remarks=made.remarks,
    )


def _left_out(candidate: Candidate) -> str:
    """Why a candidate that the plan took is not in the publication."""
    return why_not(candidate, Action.PUBLISH) or "it changed meanwhile; publish again"
