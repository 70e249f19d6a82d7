"""The job that makes a publication: gather its candidates, write the commits, push them, keep the record.

Every step looks before it acts: killed anywhere and run again it goes on where it was, and makes the same
commits. The publication's state says which way its candidates go; until it says so they are `publishing`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qatui.domain import record
from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action, next_state
from qatui.domain.publishing import Tree
from qatui.errors import GitError, GitKilled, NeedsTerminal, NotFound, Refused, RemoteError, Unreachable
from qatui.flows import commits, moves
from qatui.flows.desk import Desk, credential
from qatui.flows.gathering import Wanted, commit_messages, gather, pieces, pull_text, read_plans
from qatui.flows.hub import Hub, github_host
from qatui.store import candidates, outbox, publications
from qatui.store.database import ROWS_A_WRITE, Connection
from qatui.store.outbox import Reason
from qatui.store.publications import Part, Publication
from qatui.workspace.branches import has_commit, publication_ref
from qatui.workspace.landing import survey
from qatui.workspace.records import record_path, write_record
from qatui.workspace.remote import Remote, last_words

KIND = "publish"
OPENING = "pull_request"
"""Kind of the job that follows, where the base is at a host: `flows.pull_request` does it."""

LEADS = {
    "pushed": Action.PUBLISHED,
    "held": Action.UNPUBLISH,
    "dropped": Action.UNPUBLISH,
    "failed": Action.HOLD,
}
"""State of a publication -> what happens to its candidates."""


@dataclass(frozen=True, slots=True)
class Means:
    """How a job works: whether git may ask at the terminal, and who hears of what."""

    foreground: bool
    log: Callable[[str], None]
    """Gets git's commands and words, for the job's log."""
    say: Callable[[str], None]
    """Gets each step, for the person."""
    hub: Hub | None = None
    """The repository at GitHub; there for the kinds of jobs that need it."""
    again: bool = False
    """Whether the job was begun before: what it creates may be there already."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended."""

    state: str
    """`done` or `dropped`."""
    words: str = ""
    """What a person should know of it."""
    needs_person: bool = False
    """Whether somebody has to look: it did not end as it was meant to."""
    reason: Reason = Reason.NONE


def run(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Bring a publication to its end; raises GitError, RemoteError, NeedsTerminal, Refused where it cannot yet."""
    number = int(payload["publication"])
    publication = get(desk, number)
    if publication.state == "gathering":
        _gather_rest(desk, publication, [Wanted(*each) for each in payload["candidates"]], means)
        publication = _compose(desk, publication)
    if publication.state == "waiting":
        publication = _write(desk, publication, means)
        state, reason = _deliver(desk, publication, means)
        if state == "pushed":
            _conclude_pushed(desk, publication, reason)
            return Ending("done", reason)
        publication = turn(desk, publication, state, reason)
    _move(desk, publication, LEADS[publication.state])
    state = "dropped" if publication.state in ("dropped", "failed") else "done"
    return Ending(state, publication.reason, needs_person=publication.state in ("held", "failed"))


# The words


def _gather_rest(desk: Desk, publication: Publication, wanted: Sequence[Wanted], means: Means) -> None:
    """Gather those of `wanted` that are not in the publication yet."""
    number = publication.id
    with desk.db.read() as connection:
        there = publications.parts(connection, number)
    known, occupied = {part.candidate_id for part in there}, Tree(part.path for part in there)
    position = {each.id: at for at, each in enumerate(wanted)}

    def keep(connection: Connection, made: Sequence[Part]) -> None:
        publications.add_parts(connection, number, [(position[part.candidate_id], part) for part in made])

    rest = [each for each in wanted if each.id not in known]
    for start in range(0, len(rest), ROWS_A_WRITE):
        some = rest[start : start + ROWS_A_WRITE]
        gather(desk, some, publication.base_commit, occupied, keep, means.log, foreground=means.foreground)


def _compose(desk: Desk, publication: Publication) -> Publication:
    """Write down the words of a publication whose candidates are gathered; from then on it is waiting.

    All of them at one time, by the settings of that time: a commit's words fit the others'.
    """
    number = publication.id
    with desk.db.read() as connection:
        parts = publications.parts(connection, number)
        rows = candidates.get_many(connection, desk.repository_id, [part.candidate_id for part in parts])
    ground = survey(desk.repository, publication.base_commit, [part.path for part in parts]).spots
    plans = read_plans(desk, publication.base_commit)
    with desk.db.read() as connection:
        told = pieces(connection, desk, [rows[part.candidate_id] for part in parts], ground, plans)
    words = commit_messages(desk, told, (publication.author_name, publication.author_email))
    text = pull_text(desk, told, publication.actor, publication.base_branch, publication.base_commit)
    messages = [(part.candidate_id, message) for part, message in zip(parts, words, strict=True) if message]
    for start in range(0, len(messages), ROWS_A_WRITE):
        with desk.db.write() as connection:
            publications.keep_messages(connection, number, dict(messages[start : start + ROWS_A_WRITE]))
    values = {"state": "waiting", "title": record.title(told, desk.team.commit.subject), "body": text}
    with desk.db.write() as connection:
        now = get(desk, number, connection)
        if now.state == "gathering":  # another run of the job may have been quicker
            publications.change(connection, number, values, desk.now())
        return get(desk, number, connection)


# Commits


def _write(desk: Desk, publication: Publication, means: Means) -> Publication:
    """Make the commits, unless the clone has them (signed again they would be others, so that the remote's count)."""
    repository, number, head = desk.repository, publication.id, publication.head_commit
    if head and (has_commit(repository, head) or (publication.signed and _is_there(desk, publication, means))):
        return publication
    if not has_commit(repository, publication.base_commit):
        _fetch_base(desk, publication, means)
    with desk.db.read() as connection:
        count = len(publications.parts(connection, number))
    means.say(f"writing {count} {'file' if count == 1 else 'files'} to {publication.branch}")
    commits.keep(desk, number, commits.write(desk, publication, foreground=means.foreground, log=means.log))
    return get(desk, number)


# The remote


def _remote(desk: Desk, publication: Publication, means: Means) -> Remote:
    """The remote that it goes to."""
    return replace(push_remote(desk, publication.push_url), foreground=means.foreground, log=means.log)


def _fetch_base(desk: Desk, publication: Publication, means: Means) -> None:
    url = desk.repository.remote_url(desk.team.remote, push=False) or publication.push_url
    upstream = Remote(desk.repository, url, means.foreground, means.log)
    upstream.fetch_base(publication.base_branch, desk.team.remote)


def push_remote(desk: Desk, push_url: str) -> Remote:
    """The remote of an address that the store kept without its password: the clone may have it with one."""
    kept = Remote(desk.repository, push_url)

    def names() -> Iterator[str]:
        yield desk.team.remote
        yield from desk.repository.remotes()

    for name in names():
        url = desk.repository.remote_url(name)
        if url and (now := replace(kept, url=url)).name == kept.name:
            return now
    return kept


def give_up(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Take a publication back that reached nobody; raises Refused where its branch is at the remote."""
    publication = get(desk, int(payload["publication"]))
    if publication.state in ("gathering", "waiting"):
        state, reason = "dropped", f"{desk.reviewer} dropped it"
        try:
            if _is_there(desk, publication, means):
                raise Refused(
                    f"The branch {publication.branch} is at the remote already; it cannot be taken back.",
                    "Finish it: qatui publish",
                )
        except (Unreachable, NeedsTerminal):
            state, reason = "failed", f"{reason}, and whether its branch had reached the remote is not known"
        turn(desk, publication, state, reason)
    return run(desk, payload, means)


def push_again(desk: Desk, publication: Publication, means: Means) -> bool:
    """Have a pushed publication's branch at the remote where it is gone by now; False where it is not gone.

    Raises as `run`.
    """
    if not publication.push_url:
        return False
    remote = _remote(desk, publication, means)
    if remote.heads(publication.branch):
        return False
    means.say(f"{publication.branch} is gone at {remote.name}")
    return _deliver(desk, _write(desk, publication, means), means)[0] == "pushed"


def _is_there(desk: Desk, publication: Publication, means: Means) -> bool:
    """Whether the publication's commits are in its branch at the remote."""
    head, branch = publication.head_commit, publication.branch
    if head is None or not publication.push_url:
        return False
    remote = _remote(desk, publication, means)
    there = remote.heads(branch).get(branch)
    return there is not None and (there == head or remote.holds(head, branch, there, _look_ref(publication)))


def _look_ref(publication: Publication) -> str:
    """Where commits of others are fetched to, to look at them; gone when that is done."""
    return f"refs/qatui/looks/{publication.id}"


def _deliver(desk: Desk, publication: Publication, means: Means) -> tuple[str, str]:
    """Have the branch at the remote; the publication's state and what to know of it."""
    head, branch = publication.head_commit, publication.branch
    assert head is not None
    if not publication.push_url:
        ref = publication_ref(publication.id)
        return "pushed", f"there is no remote to push to; by hand: git push ADDRESS {ref}:refs/heads/{branch}"
    remote = _remote(desk, publication, means)
    there = remote.heads(branch).get(branch)
    if there is None:
        means.say(f"pushing {branch} to {remote.name}")
        try:
            remote.push(head, branch)
        except (NeedsTerminal, GitKilled):  # no word of the remote's: run again, it looks first
            raise
        except GitError as error:
            there = remote.heads(branch).get(branch)  # another run of this job, or a push that died late, was first
            if there is None:
                raise RemoteError(f"{remote.name} did not take {branch}: {last_words(error)}") from error
    if there in (None, head):
        return "pushed", ""
    if remote.holds(head, branch, there, _look_ref(publication)):
        return "pushed", "others added commits to its branch"
    return "held", f"{remote.name} has a branch {branch} with other commits; publish again to take another name"


# The end


def turn(desk: Desk, publication: Publication, state: str, reason: str) -> Publication:
    """Write down which way a publication goes that will not be pushed; its job then moves the candidates."""
    with desk.db.write() as connection:
        publications.change(connection, publication.id, {"state": state, "reason": reason}, desk.now())
        return get(desk, publication.id, connection)


def _conclude_pushed(desk: Desk, publication: Publication, reason: str) -> None:
    """Write the record; then, with the last of the candidates, that the publication is pushed."""
    path = record_path(desk.repository, publication.branch)
    with desk.db.read() as connection:
        body = publications.body(connection, publication.id)
    write_record(path, f"{publication.title}\n\n{body}")
    values = {"state": "pushed", "reason": reason, "record_file": str(path)}
    _move(desk, publication, LEADS["pushed"], values)


def _move(desk: Desk, publication: Publication, action: Action, values: Mapping[str, str] | None = None) -> None:
    """Do `action` to the candidates that are still in this publication, and set its columns `values` with the last."""
    number = publication.id
    words = "" if action is Action.PUBLISHED else f"publication {number} was taken back: {publication.reason}"

    def judge(connection: Connection, rows: Mapping[int, Candidate]) -> dict[int, moves.Change | str]:
        newest = publications.latest(connection, list(rows))
        answers: dict[int, moves.Change | str] = {}
        for each in rows.values():
            state = next_state(each.state, action)
            ours = each.state is State.PUBLISHING and newest.get(each.id) == number
            answers[each.id] = {"state": state.value, "state_reason": words} if state and ours else "it has moved on"
        return answers

    opens = action is Action.PUBLISHED and publication.push_url and github_host(desk.repository, desk.team)

    def finish(connection: Connection, _: object) -> None:
        if values:
            publications.change(connection, number, values, desk.now())
        if opens:
            key, payload = f"{OPENING}:{number}", {"publication": number}
            whose = {"actor": desk.reviewer, "credential": credential(desk)}
            outbox.add(connection, desk.repository_id, OPENING, key, payload, **whose, now=desk.now())

    with desk.db.read() as connection:
        ids = [part.candidate_id for part in publications.parts(connection, number)]
    cause = f"publication {number}: {publication.branch}"
    moves.move(desk, ids, action, judge, actor=publication.actor, undoable=False, cause=cause, finish=finish)


def get(desk: Desk, number: int, connection: Connection | None = None) -> Publication:
    """A publication of this repository, as it is now; raises NotFound."""
    if connection is None:
        with desk.db.read() as reading:
            return get(desk, number, reading)
    found = publications.get(connection, desk.repository_id, number)
    if found is None:
        raise NotFound(f"There is no publication {number} in this repository.")
    return found
