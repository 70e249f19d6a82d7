"""Doing what the outbox holds. A drain takes only jobs whose credential it has; a claim is a lease.

Killed while a job runs: the lease says which process had it, and the next drain on this machine sees that it is
gone and goes on at once; elsewhere the lease ends by itself.
"""

import contextlib
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from qatui.domain.moments import HOUR, iso
from qatui.errors import (
    ExitCode,
    GitKilled,
    GitTimeout,
    NeedsTerminal,
    NotFound,
    QatuiError,
    RateLimited,
    Refused,
    StoreBusy,
    StoreError,
    Unreachable,
)
from qatui.flows import merging, publication, pull_request, tick
from qatui.flows.desk import Desk
from qatui.flows.desk import credential as credential
from qatui.flows.hub import Hub, github_host
from qatui.flows.publication import Ending, Means
from qatui.store import outbox
from qatui.store.outbox import Job

FIRST_PAUSE = 60_000
"""Milliseconds until a remote that could not be reached is tried again; doubled with each try, at most to an hour."""
LOG_LIMIT = 20_000
"""Characters of a job's log that are kept, its end."""
INTERRUPTED = ("waiting", "it was interrupted")
NO_TOKEN = "it waits for a token"
"""How the words begin for a job that needs GitHub: no failure, and nothing to be tried again before there is one."""
_AT_A_TERMINAL = re.compile(r"git \S+ needs a terminal: ")
"""How the sentence of a NeedsTerminal begins: the job's row keeps it over a restart."""
OVERTAKEN = "another process took this job over"
_RUN = secrets.token_hex(4)
"""This process, beside its number: after a restart another process may have that."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a job that a drain took."""

    job: Job
    """As it was when it was taken."""
    state: str
    """`done`, `dropped`, `waiting` (it could not be done now; tried again later), `failed`, or `running` (by another
    process, which took it over)."""
    words: str = ""
    """Why, or what a person should know."""
    needs_terminal: bool = False
    """Whether git wanted somebody to type: offer to run it in the foreground."""
    hint: str = ""
    """What to do about it, where that is known."""
    exit_code: ExitCode = ExitCode.DONE

    @property
    def lacks_token(self) -> bool:
        """Whether nothing but a token is missing."""
        return self.state == "waiting" and self.words.startswith(NO_TOKEN)


def silent(_: str) -> None:
    """Says nothing."""


def drain(
    desk: Desk,
    *,
    hub: Hub | None = None,
    only: int | None = None,
    again: bool = False,
    foreground: bool = False,
    say: Callable[[str], None] = silent,
) -> tuple[Ran, ...]:
    """Run every job that is due and whose credential is the reviewer's, each once; what became of them.

    Jobs that these add run as well. Without a `hub` the kinds AT_GITHUB are left waiting, which is told. `again` takes
    also those that failed or wait for a later moment. `only` is one job's id, whoever's it is: who names a job takes it
    over, pushing with their own git. `foreground` lets git ask at the terminal. `say` gets each step.
    """
    with desk.db.read() as connection:
        found = outbox.jobs(connection, desk.repository_id, states=outbox.OPEN)
    due = [job for job in found if job.kind in WORK and (job.id == only if only else _is_mine(desk, job))]
    if any(job.state == "running" for job in due):
        release_dead(desk)
    known = {job.id for job in found}
    ran: list[Ran] = []
    while due:
        job = due.pop(0)
        if job.kind in AT_GITHUB and hub is None:
            ran.append(_left_waiting(desk, job))
        elif claimed := _claim(desk, job, again=again):
            ran.append(_run(desk, claimed, WORK[job.kind], Means(foreground, say, say, hub)))
            added = [each for each in jobs(desk) if each.id not in known]
            known.update(each.id for each in added)
            due += [each for each in added if each.kind in WORK and _is_mine(desk, each)]
    return tuple(ran)


def drop(desk: Desk, job_id: int, *, foreground: bool = False, say: Callable[[str], None] = silent) -> Ran:
    """Give a job up. A publication that reached nobody is taken back: its candidates are approved as before.

    Where the remote cannot be asked they are held, for a person to look. Whose job it is does not matter: a colleague
    may have left, or have another e-mail now. Raises NotFound, and Refused for a job that is finished, running, or at
    the remote already: then it stays as it was.
    """
    job = find(desk, job_id)
    if job.state in ("done", "dropped"):
        raise Refused(f"Job {job_id} is {job.state} already.")
    if job.kind not in GIVING_UP:
        raise Refused(f"Job {job_id} is a “{job.kind}”, which this qatui does not know.", "Update qatui.")
    release_dead(desk)
    claimed = _claim(desk, job, again=True)
    if claimed is None:
        raise Refused(f"Job {job_id} is running.", "Wait for it, or end that process.")
    refusals: list[Refused] = []

    def give_up(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
        try:
            return GIVING_UP[job.kind](desk, payload, means)
        except Refused as error:
            refusals.append(error)  # not an end of the job: it keeps its state and the cause of it
            return Ending("waiting" if job.state == "running" else job.state, job.error)

    ran = _run(desk, claimed, give_up, Means(foreground, say, say))
    if refusals:
        raise refusals[0]
    return ran


def find(desk: Desk, job_id: int) -> Job:
    """A job by id; raises NotFound."""
    with desk.db.read() as connection:
        job = outbox.get(connection, desk.repository_id, job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id} in the outbox.", "See: qatui outbox list")
    return job


def jobs(desk: Desk, *, every: bool = False) -> list[Job]:
    """The jobs of this repository, oldest first: those still to be done, or `every` one."""
    with desk.db.read() as connection:
        return outbox.jobs(connection, desk.repository_id, states=None if every else outbox.OPEN)


def left_jobs(desk: Desk) -> tuple[list[Job], list[Job]]:
    """The jobs that wait or failed: those that the reviewer's next publish does, and those of other names."""
    with desk.db.read() as connection:
        found = outbox.jobs(connection, desk.repository_id, states=("waiting", "failed"))
    mine = [job for job in found if _is_mine(desk, job) and not lacks_token(job)]
    return mine, [job for job in found if not _is_mine(desk, job)]


def unfinished(desk: Desk) -> list[Job]:
    """The reviewer's jobs that nobody is at, oldest first: those that wait or failed, and those whose process died."""
    release_dead(desk)
    with desk.db.read() as connection:
        found = outbox.idle(connection, desk.repository_id, desk.now())
    return [job for job in found if job.kind in WORK and _is_mine(desk, job) and not lacks_token(job)]


def lacks_token(job: Job) -> bool:
    """Whether nothing but a token is missing for a job."""
    return job.state == "waiting" and job.error.startswith(NO_TOKEN)


def wants_terminal(job: Job) -> bool:
    """Whether a job waits for somebody to type, by what git said when it was tried last."""
    return job.state == "waiting" and _AT_A_TERMINAL.match(job.error) is not None


def _is_mine(desk: Desk, job: Job) -> bool:
    return job.credential == credential(desk)


Work = Callable[[Desk, Mapping[str, Any], Means], Ending]
WORK: dict[str, Work] = {
    publication.KIND: publication.run,
    pull_request.KIND: pull_request.run,
    merging.KIND: merging.run,
    tick.KIND: tick.run,
}
GIVING_UP: dict[str, Work] = {
    publication.KIND: publication.give_up,
    pull_request.KIND: pull_request.give_up,
    merging.KIND: merging.give_up,
    tick.KIND: tick.give_up,
}
"""Kind of job -> what does it, and what takes it back."""
AT_GITHUB = frozenset({pull_request.KIND, merging.KIND, tick.KIND})
"""Kinds of jobs that speak to GitHub: their `Means.hub` is always there."""


def _claim(desk: Desk, job: Job, *, again: bool) -> Job | None:
    with desk.db.write() as connection:
        if again:
            outbox.retry(connection, job.id, desk.now())
        return outbox.claim(
            connection,
            desk.repository_id,
            holder=_holder(),
            credentials=[job.credential],
            now=desk.now(),
            only=job.id,
        )


def _left_waiting(desk: Desk, job: Job) -> Ran:
    """Say of a job that needs GitHub why it is not done; it stays due."""
    words = f"{NO_TOKEN} for {github_host(desk.repository, desk.team) or 'GitHub'}: see qatui doctor"
    with desk.db.write() as connection:
        outbox.note(connection, job.id, words, desk.now())
    return Ran(job, "waiting", words)


def _run(desk: Desk, job: Job, work: Work, means: Means) -> Ran:
    """Do a claimed job and settle it: an error of ours is its end, or it is tried again; the rest goes up."""
    lines: list[str] = []
    until = 0

    def renewing(tell: Callable[[str], None]) -> Callable[[str], None]:
        def step(text: str) -> None:
            _renew(desk, job)
            tell(text)

        return step

    try:
        log, say = renewing(lines.append), renewing(means.say)
        ending = work(desk, job.payload, replace(means, log=log, say=say, again=job.attempts > 0))
        code = ExitCode.NEEDS_PERSON if ending.needs_person else ExitCode.DONE
        ran = Ran(job, ending.state, ending.words, exit_code=code)
    except QatuiError as error:
        again = isinstance(error, GitKilled | GitTimeout | NeedsTerminal | Unreachable | StoreBusy | RateLimited)
        until = error.until if isinstance(error, RateLimited) else 0
        typed = isinstance(error, NeedsTerminal)
        ran = Ran(job, "waiting" if again else "failed", error.message, typed, error.hint, error.exit_code)
    except BaseException as error:
        end = ("failed", f"a bug: {type(error).__name__}") if isinstance(error, Exception) else INTERRUPTED
        with contextlib.suppress(StoreError):
            _settle(desk, job, *end, lines, desk.now())
        raise
    until = max(until, desk.now() + min(FIRST_PAUSE << min(job.attempts, 6), HOUR))
    if _settle(desk, job, ran.state, f"{ran.words} {ran.hint}".strip(), lines, until):
        return ran
    state = find(desk, job.id).state
    return Ran(job, state, OVERTAKEN, exit_code=ExitCode.DONE if state == "done" else ExitCode.LOCKED)


def _renew(desk: Desk, job: Job) -> None:
    """Hold the job for longer, if it is still ours; no step waits for that."""
    with contextlib.suppress(StoreBusy), desk.db.write() as connection:
        outbox.renew(connection, job.id, _holder(), desk.now())


def _settle(desk: Desk, job: Job, state: str, words: str, lines: list[str], not_before: int) -> bool:
    """End our run of a job; False where another process had taken it over."""
    log = (job.log + "\n".join([f"-- {iso(desk.now())}", *lines, ""]))[-LOG_LIMIT:]
    with desk.db.write() as connection:
        return outbox.settle(
            connection,
            job.id,
            holder=_holder(),
            state=state,
            now=desk.now(),
            error=words,
            log=log,
            not_before=not_before if state == "waiting" else 0,
        )


def _holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_RUN}"


def release_dead(desk: Desk) -> None:
    """Give back the leases of this machine's processes that are gone."""
    with desk.db.read() as connection:
        leases = outbox.leases(connection, desk.repository_id)
    here = f"{socket.gethostname()}:"
    dead = [lease for lease in leases if lease.startswith(here) and not _is_alive(lease.removeprefix(here))]
    if dead:
        with desk.db.write() as connection:
            outbox.release(connection, desk.repository_id, dead, desk.now())


def _is_alive(process: str) -> bool:
    """Whether `PID:RANDOM` runs; our own number with another random is of one before us."""
    number, _, run = process.partition(":")
    if int(number) == os.getpid():
        return run == _RUN
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
