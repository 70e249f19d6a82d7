"""One publication and its pull request: what GitHub says of it, and what follows for its candidates.

Merged is what GitHub calls merged and what base has as it was committed: after a squash or a rebase the commits
themselves are nowhere in it, so blobs are compared.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from qatui.domain import following
from qatui.domain.candidate import Candidate, Outcome
from qatui.domain.following import PullSeen, Stand
from qatui.domain.lifecycle import Action, next_state
from qatui.errors import Gone, NeedsTerminal, NoAccess, Unreachable
from qatui.flows import moves
from qatui.flows.desk import Desk, credential
from qatui.flows.hub import Hub
from qatui.flows.publication import get
from qatui.github import pulls
from qatui.github.pulls import Pull
from qatui.github.repositories import Commit
from qatui.github.timeline import timeline
from qatui.store import outbox, publications
from qatui.store.database import Connection
from qatui.store.outbox import Reason
from qatui.store.publications import Part, Publication
from qatui.workspace.branches import has_commit, is_in

MERGE = "merge"
"""Kind of the job that merges, which `flows.merging` does."""
TICK = "tick"
"""Kind of the job that ticks the plan after a merge."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of a publication's pull request now."""

    publication: Publication
    """As its row is now."""
    was: str
    """`pull_state` before."""
    words: str = ""
    """What it waits for, or what came of it."""
    merged: tuple[int, ...] = ()
    """Candidates that are merged now."""
    closed: tuple[int, ...] = ()
    differing: tuple[tuple[int, str], ...] = ()
    """Candidates that are not on base as they were approved, each with why."""
    needs_person: bool = False
    jobs: tuple[int, ...] = ()
    """Jobs that follow from it."""


def seen(pull: Pull) -> PullSeen:
    """A pull request of the client as the rules take it."""
    return PullSeen(
        open=pull.state == "open",
        merged=pull.merged,
        base=pull.base.ref,
        head=pull.head.sha,
        merge_commit=pull.merge_commit_sha if pull.merged else None,
        draft=pull.draft,
        auto_merge=pull.auto_merge is not None,
        state=pull.mergeable_state,
    )


def follow(
    desk: Desk, hub: Hub, publication: Publication, pull: Pull, tip: Callable[[], str | None]
) -> Followed | None:
    """Write down what became of a publication; None: it was closed, and still is.

    `tip` fetches the commit of its base branch, None where that is gone; it is asked only after a merge. Raises
    RemoteError where others' commits on its branch cannot be listed, GitError where git cannot compare.
    """
    there = seen(pull)
    where = following.stand(there, publication.base_branch)
    if where is Stand.OPEN:
        return _open(desk, hub, publication, there)
    if where is Stand.CLOSED:
        return None if publication.pull_state == "closed" else _closed(desk, publication)
    if where is Stand.ASTRAY:
        into = f"into {pull.base.ref}, not into {publication.base_branch}, for which it was approved"
        return lost(desk, publication, "merged", f"merged {into}")
    try:
        at = tip()
    except (Unreachable, NeedsTerminal):
        told = "merged; the base could not be fetched to see what came of it"
        return Followed(publication, publication.pull_state, told)
    if at is not None:
        return merged(desk, publication, there.merge_commit, at)
    if there.merge_commit and has_commit(desk.repository, there.merge_commit):
        return merged(desk, publication, there.merge_commit, there.merge_commit)
    gone = f"merged into {publication.base_branch}, and that branch is gone: what came of it cannot be seen"
    return lost(desk, publication, "merged", gone)


def _open(desk: Desk, hub: Hub, publication: Publication, pull: PullSeen) -> Followed:
    was = publication.pull_state
    if was == "closed":
        publication = _opened_again(desk, publication)
    foreign = "" if pull.head == publication.head_commit else others(desk, hub, publication)
    words = f"held: {foreign}" if foreign else following.waiting(pull)
    if publication.reason != foreign:
        publication = _note(desk, publication, {"reason": foreign})
    if not foreign and _is_queued(desk, hub, publication):
        return Followed(publication, was, following.queued(publication.base_branch))
    return Followed(publication, was, words, needs_person=bool(foreign) or following.needs_person(pull))


def _opened_again(desk: Desk, publication: Publication) -> Publication:
    """Those of its candidates that nobody decided again are published as before."""

    def finish(connection: Connection, _: object) -> None:
        publications.change(connection, publication.id, {"pull_state": "open", "reason": ""}, desk.now())

    cause = f"publication {publication.id}: #{publication.pull_number} was opened again"
    _move(desk, publication, _ids(desk, publication), Action.PUBLISHED, cause, {}, finish)
    return get(desk, publication.id)


def _is_queued(desk: Desk, hub: Hub, publication: Publication) -> bool:
    """Whether the merge queue has it still: asked, one request, where we put it in."""
    with desk.db.read() as connection:
        job = outbox.newest(connection, desk.repository_id, f"{MERGE}:{publication.id}")
    if job is None or job.reason is not Reason.QUEUE:
        return False
    assert publication.pull_number is not None
    return following.is_queued(each.event for each in hub.github.every(timeline(hub.repo, publication.pull_number)))


def open_again(desk: Desk, hub: Hub | None, ids: Sequence[int]) -> dict[int, str]:
    """Those of `ids` whose pull request we saw closed, and somebody opened again, with why that stands in their way.

    One request for each publication that was closed. Raises GitHubRefused.
    """
    with desk.db.read() as connection:
        newest = publications.latest(connection, ids)
        rows = {number: publications.get(connection, desk.repository_id, number) for number in set(newest.values())}
    closed = {
        row.id: row.pull_number for row in rows.values() if row and row.pull_state == "closed" and row.pull_number
    }
    found: dict[int, str] = {}
    for number, pull_number in closed.items() if hub else ():
        assert hub is not None
        try:
            opened = hub.github.ask(pulls.pull(hub.repo, pull_number)).state == "open"
            why = f"its pull request #{pull_number} was opened again: merge it, or close it first"
        except (NoAccess, Gone):
            continue
        except Unreachable:
            opened, why = True, f"GitHub could not be asked whether its pull request #{pull_number} was opened again"
        if opened:
            found |= {each: why for each, of in newest.items() if of == number}
    return found


def others(desk: Desk, hub: Hub, publication: Publication) -> str:
    """Whose commits are on its branch beside ours; one request, asked where the branch is not where we left it."""
    with desk.db.read() as connection:
        ours = {part.commit for part in publications.parts(connection, publication.id) if part.commit}
    assert publication.pull_number is not None
    listed = hub.github.every(pulls.commits(hub.repo, publication.pull_number))
    return following.others_commits(((each.sha, _author(each)) for each in listed), ours)


def _author(commit: Commit) -> str:
    if commit.author is not None:
        return commit.author.login
    return commit.commit.author.name if commit.commit.author else ""


def merged(desk: Desk, publication: Publication, merge_commit: str | None, tip: str) -> Followed:
    """Take those candidates for merged that base has as they were committed; the others are closed, with why.

    Nothing is written where GitHub's git lags behind its API: `tip` lacks the merge that it tells of.
    """
    with desk.db.read() as connection:
        parts = publications.parts(connection, publication.id)
    differing = _differing(desk, publication, parts, merge_commit, tip)
    if differing and merge_commit and not is_in(desk.repository, merge_commit, tip):
        told = f"merged as {merge_commit[:12]}, which {publication.base_branch} does not have yet"
        return Followed(publication, publication.pull_state, told, needs_person=True)
    words = following.told_differences({part.candidate_id: part.path for part in parts}, differing, len(parts))
    values = {"pull_state": "merged", "merge_commit": merge_commit, "reason": words}

    jobs: list[int] = []

    def finish(connection: Connection, _: object) -> None:
        jobs.extend(_settle(desk, connection, publication, values))

    what = f"#{publication.pull_number}" if publication.pull_number else "it"
    cause = f"publication {publication.id}: {what} was merged into {publication.base_branch}"
    same = [part.candidate_id for part in parts if part.candidate_id not in differing]
    _move(desk, publication, differing, Action.CLOSED, cause, differing)
    outcome = _move(desk, publication, same, Action.MERGED, cause, {}, finish)
    moved_on = following.told_moved_on([part.path for part in parts if part.candidate_id in dict(outcome.refused)])
    told = "; ".join(filter(None, (words or f"merged into {publication.base_branch}", moved_on)))
    return Followed(
        get(desk, publication.id), publication.pull_state, told, outcome.done,
        differing=tuple(differing.items()), needs_person=bool(differing or moved_on), jobs=tuple(jobs),
    )  # fmt: skip


def landed(desk: Desk, publication: Publication, tip: str) -> Followed | None:
    """Take for merged what came to base without a pull request that we know; None where base does not have it.

    Its commits are in base, or all of its files are there as they were committed.
    """
    with desk.db.read() as connection:
        parts = publications.parts(connection, publication.id)
    head = publication.head_commit
    if head is None or not parts:
        return None
    if is_in(desk.repository, head, tip):
        return merged(desk, publication, head, tip)
    return None if _differing(desk, publication, parts, None, tip) else merged(desk, publication, None, tip)


def _differing(
    desk: Desk, publication: Publication, parts: Sequence[Part], merge_commit: str | None, tip: str
) -> dict[int, str]:
    """Which candidates base does not have as they were committed, and why."""
    repository, paths = desk.repository, [part.path for part in parts]
    at_tip = repository.oids(tip, paths)
    at_merge = repository.oids(merge_commit, paths) if merge_commit and is_in(repository, merge_commit, tip) else {}
    blobs = {part.path: part.blob for part in parts}
    unknown = [path for path, blob in blobs.items() if blob is None]
    if unknown and publication.head_commit and has_commit(repository, publication.head_commit):
        blobs |= repository.oids(publication.head_commit, unknown)  # of a qatui that did not keep them
    found = {
        part.candidate_id: following.difference(
            blobs[part.path], at_merge.get(part.path), at_tip.get(part.path), publication.base_branch
        )
        for part in parts
    }
    return {number: why for number, why in found.items() if why}


def _settle(
    desk: Desk, connection: Connection, publication: Publication, values: Mapping[str, str | None]
) -> list[int]:
    """Write down that it is merged, and the job that ticks what its candidates complete; the ids of jobs.

    What is to be ticked is in the job: a candidate may have its next revision before that runs.
    """
    publications.change(connection, publication.id, values, desk.now())
    if not desk.team.plan.files or publication.pull_number is None:
        return []
    references = publications.completed(connection, publication.id)
    if not references:
        return []
    return [add_once_more(desk, connection, TICK, publication.id, {"references": references}, publication.actor)]


def add_once_more(
    desk: Desk, connection: Connection, kind: str, number: int, payload: Mapping[str, object], actor: str
) -> int:
    """Add a job of a publication, or find the one of its kind that is still to be done, which does this then; its id.

    One that runs at this moment stays as it is.
    """
    key = f"{kind}:{number}"
    ended = outbox.ended(connection, desk.repository_id, key)
    whole: dict[str, object] = {"publication": number, **payload}
    whose = {"actor": actor, "credential": credential(desk)}
    name = f"{key}:{ended + 1}" if ended else key
    job = outbox.add(connection, desk.repository_id, kind, name, whole, **whose, now=desk.now())
    outbox.rewrite(connection, job, whole, **whose, now=desk.now())
    return job


def lost(desk: Desk, publication: Publication, pull_state: str, words: str) -> Followed:
    """Close the candidates of a publication that came to no base we can see, with why."""
    ids = _ids(desk, publication)
    differing = dict.fromkeys(ids, f"its pull request was {words}" if publication.pull_number else words)
    _move(desk, publication, ids, Action.CLOSED, f"publication {publication.id}", differing)
    was = publication.pull_state
    publication = _note(desk, publication, {"pull_state": pull_state, "reason": words})
    return Followed(publication, was, words, differing=tuple(differing.items()), needs_person=True)


def _closed(desk: Desk, publication: Publication) -> Followed:
    words = f"its pull request #{publication.pull_number} was closed and not merged"

    def finish(connection: Connection, _: object) -> None:
        publications.change(connection, publication.id, {"pull_state": "closed", "reason": ""}, desk.now())

    ids = _ids(desk, publication)
    cause = f"publication {publication.id}: {publication.branch}"
    outcome = _move(desk, publication, ids, Action.CLOSED, cause, dict.fromkeys(ids, words), finish)
    what = "its candidate" if len(ids) == 1 else f"its {len(ids)} candidates"
    told = f"closed, not merged: approve or reject {what} again"
    return Followed(get(desk, publication.id), "open", told, closed=outcome.done, needs_person=True)


def _ids(desk: Desk, publication: Publication) -> list[int]:
    with desk.db.read() as connection:
        return [part.candidate_id for part in publications.parts(connection, publication.id)]


def _move(
    desk: Desk,
    publication: Publication,
    ids: Iterable[int],
    action: Action,
    cause: str,
    words: Mapping[int, str],
    finish: Callable[[Connection, Outcome], None] | None = None,
) -> Outcome:
    """Do `action` to those of `ids` that are still in this publication, with its content, with `words`."""
    wanted = list(ids)

    def judge(connection: Connection, rows: Mapping[int, Candidate]) -> dict[int, moves.Change | str]:
        newest = publications.latest(connection, list(rows))
        contents = {part.candidate_id: part.content_hash for part in publications.parts(connection, publication.id)}
        answers: dict[int, moves.Change | str] = {}
        for each in rows.values():
            state = next_state(each.state, action)
            why = words.get(each.id, "")
            ours = newest.get(each.id) == publication.id and contents.get(each.id) == each.content_hash
            if state is None or not ours:
                answers[each.id] = "it has moved on"
            elif (state, why) == (each.state, each.state_reason):
                answers[each.id] = moves.SO_ALREADY
            else:
                answers[each.id] = {"state": state.value, "state_reason": why}
        return answers

    if not wanted and finish:
        with desk.db.write() as connection:
            finish(connection, Outcome())
    return moves.move(desk, wanted, action, judge, undoable=False, cause=cause, finish=finish)


def _note(desk: Desk, publication: Publication, values: Mapping[str, str | None]) -> Publication:
    """Write columns of a publication; how it is then."""
    with desk.db.write() as connection:
        publications.change(connection, publication.id, values, desk.now())
        return get(desk, publication.id, connection)
