"""Doing what the outbox holds. A drain takes only jobs whose credential it has; a claim is a lease.

Killed while a job runs: the lease says which process had it, and the next drain on this machine sees that it is
gone and goes on at once; elsewhere the lease ends by itself.
"""

import contextlib
import os
import secrets
import socket
from collections.abc import Callable, Collection, Mapping
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
from qatui.store.outbox import Job, Reason

FIRST_PAUSE = 60_000
"""Milliseconds until a remote that could not be reached is tried again; doubled with each try, at most to an hour."""
LOG_LIMIT = 20_000
"""Characters of a job's log that are kept, its end."""
OVERTAKEN = "another process is at it"
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
    reason: Reason = Reason.NONE
    hint: str = ""
    """What to do about it, where that is known."""
    exit_code: ExitCode = ExitCode.DONE

    @property
    def lacks_token(self) -> bool:
        """Whether nothing but a token is missing."""
        return self.reason is Reason.TOKEN

    @property
    def needs_terminal(self) -> bool:
        """Whether git wanted somebody to type: offer to run it in the foreground."""
        return self.reason is Reason.TERMINAL


def silent(_: str) -> None:
    """Says nothing."""


def drain(
    desk: Desk,
    *,
    hub: Hub | None = None,
    kinds: Collection[str] | None = None,
    only: Collection[int] | None = None,
    again: bool = False,
    foreground: bool = False,
    say: Callable[[str], None] = silent,
) -> tuple[Ran, ...]:
    """Run every job that is due and whose credential is the reviewer's, each once; what became of them.

    Of those only `kinds`, and of the jobs there are now `only` these ids; jobs that they add run as well. Without a
    `hub` the kinds AT_GITHUB are left waiting, which is told. `again` takes also those that failed or wait for a later
    moment. `foreground` lets git ask at the terminal. `say` gets each step.
    """
    found = jobs(desk)
    due = [job for job in found if (only is None or job.id in only) and _is_mine(desk, job)]
    over = sorted(set(only or ()) - {job.id for job in found})  # another process was quicker
    told = [ran for each in over if (ran := _elsewhere(desk, find(desk, each)))]
    means = Means(foreground, say, say, hub)
    return (*told, *_drained(desk, found, due, kinds, means, again=again, named=only is not None))


def take_over(
    desk: Desk, job_id: int, *, hub: Hub | None = None, foreground: bool = False, say: Callable[[str], None] = silent
) -> tuple[Ran, ...]:
    """Run one job now, whoever's it is, and what it adds: who names it pushes with their own git. Raises NotFound."""
    job, found = find(desk, job_id), jobs(desk)
    due = [job] if job.state in outbox.OPEN else []
    return _drained(desk, found, due, None, Means(foreground, say, say, hub), again=True, named=True)


def _drained(
    desk: Desk, found: list[Job], due: list[Job], kinds: Collection[str] | None, means: Means, *, again: bool,
    named: bool,
) -> tuple[Ran, ...]:  # fmt: skip
    """Run the jobs that are due of those found; where they are `named`, what another process does with one is told."""
    due = [job for job in due if _is_wanted(job, kinds)]
    if any(job.state == "running" for job in due):
        release_dead(desk)
    known = {job.id for job in found}
    told = {job.id for job in due} if named else set()
    ran: list[Ran] = []
    while due:
        job = due.pop(0)
        if job.kind in AT_GITHUB and means.hub is None:
            ran.append(_left_waiting(desk, job))
        elif claimed := _claim(desk, job, again=again):
            ran.append(_run(desk, claimed, WORK[job.kind], means))
            added = [each for each in jobs(desk) if each.id not in known]
            known.update(each.id for each in added)
            follows = [each for each in added if _is_wanted(each, kinds) and _is_mine(desk, each)]
            told.update(each.id for each in follows)
            due += follows
        elif job.id in told and (elsewhere := _elsewhere(desk, job)):
            ran.append(elsewhere)
    return tuple(ran)


def _is_wanted(job: Job, kinds: Collection[str] | None) -> bool:
    return job.kind in WORK and (kinds is None or job.kind in kinds)


def _elsewhere(desk: Desk, job: Job) -> Ran | None:
    """What became of a job that we could not claim: another process has it, or did it; None: it waits its time."""
    now = find(desk, job.id)
    if now.state == "running":
        return Ran(now, "running", OVERTAKEN, exit_code=ExitCode.LOCKED)
    return None if now.state in outbox.OPEN else Ran(now, now.state, now.words, now.reason)


def drop(
    desk: Desk,
    job_id: int,
    *,
    hub: Hub | None = None,
    foreground: bool = False,
    say: Callable[[str], None] = silent,
) -> Ran:
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
            return Ending("waiting" if job.state == "running" else job.state, job.words, reason=job.reason)

    ran = _run(desk, claimed, give_up, Means(foreground, say, say, hub))
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


def of_others(desk: Desk) -> list[Job]:
    """The jobs of other names that wait or failed: the reviewer's own runs leave them."""
    with desk.db.read() as connection:
        found = outbox.jobs(connection, desk.repository_id, states=("waiting", "failed"))
    return [job for job in found if not _is_mine(desk, job)]


def unfinished(desk: Desk, kinds: Collection[str] | None = None) -> list[Job]:
    """The reviewer's jobs that nobody is at, oldest first: those that wait or failed, and those whose process died.

    Not those that lack but a token: nobody can do anything about them here.
    """
    release_dead(desk)
    with desk.db.read() as connection:
        found = outbox.idle(connection, desk.repository_id, desk.now())
    return [job for job in found if _is_wanted(job, kinds) and _is_mine(desk, job) and not lacks_token(job)]


def lacks_token(job: Job) -> bool:
    """Whether nothing but a token is missing for a job."""
    return job.state == "waiting" and job.reason is Reason.TOKEN


def wants_terminal(job: Job) -> bool:
    """Whether a job waits for somebody to type, by what git said when it was tried last."""
    return job.state == "waiting" and job.reason is Reason.TERMINAL


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
PUBLISHING = frozenset({publication.KIND, pull_request.KIND})
"""Kinds of jobs that bring candidates to a pull request; what follows that is left to sync and merge."""
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
    words = f"it waits for a token for {github_host(desk.repository, desk.team) or 'GitHub'}: see qatui doctor"
    with desk.db.write() as connection:
        outbox.note(connection, job.id, Reason.TOKEN, words, desk.now())
    return Ran(job, "waiting", words, Reason.TOKEN)


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
        ran = Ran(job, ending.state, ending.words, ending.reason, exit_code=code)
    except QatuiError as error:
        reason = _reason(error)
        until = error.until if isinstance(error, RateLimited) else 0
        state = "failed" if reason is Reason.REFUSED else "waiting"
        ran = Ran(job, state, error.message, reason, error.hint, error.exit_code)
    except BaseException as error:
        with contextlib.suppress(StoreError):
            _settle(desk, _broken_off(job, error), lines, desk.now())
        raise
    until = max(until, desk.now() + min(FIRST_PAUSE << min(job.attempts, 6), HOUR))
    if _settle(desk, ran, lines, until):
        return ran
    return _elsewhere(desk, job) or Ran(job, find(desk, job.id).state, OVERTAKEN, exit_code=ExitCode.LOCKED)


def _reason(error: QatuiError) -> Reason:
    """What an error means for the job that it ended."""
    found = (
        (NeedsTerminal, Reason.TERMINAL),
        (GitKilled, Reason.INTERRUPTED),
        (StoreBusy, Reason.BUSY),
        ((GitTimeout, Unreachable, RateLimited), Reason.NETWORK),
    )
    return next((reason for kinds, reason in found if isinstance(error, kinds)), Reason.REFUSED)


def _broken_off(job: Job, error: BaseException) -> Ran:
    """The end of a run that a bug ended, or a person: who did so while git asked them still has to type."""
    if isinstance(error, Exception):
        return Ran(job, "failed", f"a bug: {type(error).__name__}", Reason.BUG)
    typing = job.reason is Reason.TERMINAL
    return Ran(job, "waiting", "it was interrupted", Reason.TERMINAL if typing else Reason.INTERRUPTED)


def _renew(desk: Desk, job: Job) -> None:
    """Hold the job for longer, if it is still ours; no step waits for that."""
    with contextlib.suppress(StoreBusy), desk.db.write() as connection:
        outbox.renew(connection, job.id, _holder(), desk.now())


def _settle(desk: Desk, ran: Ran, lines: list[str], not_before: int) -> bool:
    """End our run of a job; False where another process had taken it over."""
    job = ran.job
    log = (job.log + "\n".join([f"-- {iso(desk.now())}", *lines, ""]))[-LOG_LIMIT:]
    with desk.db.write() as connection:
        return outbox.settle(
            connection,
            job.id,
            holder=_holder(),
            state=ran.state,
            now=desk.now(),
            reason=ran.reason,
            words=f"{ran.words} {ran.hint}".strip(),
            log=log,
            not_before=not_before if ran.state == "waiting" else 0,
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
