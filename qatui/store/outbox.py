"""Remote effects still to be done. A job is written in the transaction of the decision it follows from.

A claim is a lease: who dies holding one loses it when it ends, and the next drain looks before it acts, so
running a job twice does nothing twice.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from qatui.store.schema import outbox

O = outbox.c  # noqa: E741
OPEN = ("waiting", "running", "failed")
"""States of a job that is still to be done."""
LEASE = 10 * 60 * 1000
"""Milliseconds a claim lasts without being renewed; longer than any one step of a job is given."""


class Reason(StrEnum):
    """Why a job is where it is: what programs decide by, while its words are for people."""

    NONE = ""
    """Nothing stands in its way, or it is done."""
    TOKEN = "token"
    """It waits for a token: no failure, and nothing to be tried again before there is one."""
    TERMINAL = "terminal"
    """It waits for somebody to type."""
    NETWORK = "network"
    """It waits for a remote that could not be reached, or wants to be left alone for a while."""
    BUSY = "busy"
    """It waits: others had the store, or the remote's branch, at that moment."""
    INTERRUPTED = "interrupted"
    """It waits: its process, or its git, was ended."""
    REFUSED = "refused"
    """It failed: git or the remote said no."""
    BUG = "bug"
    QUEUE = "queue"
    """It is done, and a merge queue goes on with it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One remote effect."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    state: str
    """waiting, running, done, failed or dropped."""
    actor: str
    credential: str
    attempts: int
    not_before: int
    words: str
    """What became of its last run, for people."""
    log: str
    created_at: int
    updated_at: int
    reason: Reason


def _job(row: Any) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        key=row.key,
        payload=json.loads(row.payload),
        state=row.state,
        actor=row.actor,
        credential=row.credential,
        attempts=row.attempts,
        not_before=row.not_before,
        words=row.words,
        log=row.log,
        created_at=row.created_at,
        updated_at=row.updated_at,
        reason=Reason(row.reason),
    )


def add(
    connection: Connection,
    repository_id: int,
    kind: str,
    key: str,
    payload: dict[str, Any],
    *,
    actor: str,
    credential: str,
    now: int,
) -> int:
    """Add a job, or find the one with the same key; its id."""
    found = connection.scalar(select(O.id).where(O.repository_id == repository_id, O.key == key))
    if found is None:
        made = connection.execute(
            insert(outbox)
            .values(
                repository_id=repository_id,
                kind=kind,
                key=key,
                payload=json.dumps(payload),
                state="waiting",
                actor=actor,
                credential=credential,
                created_at=now,
                updated_at=now,
            )
            .returning(O.id)
        )
        found = made.scalar_one()
    return int(found)


def ended(connection: Connection, repository_id: int, key: str) -> int:
    """How many jobs of a key, or of one that begins with it and a colon, came to an end."""
    ours = or_(O.key == key, O.key.startswith(f"{key}:", autoescape=True))
    wanted = select(func.count()).where(O.repository_id == repository_id, ours, O.state.not_in(OPEN))
    return connection.scalar(wanted) or 0


def newest(connection: Connection, repository_id: int, key: str) -> Job | None:
    """The last job that was added with a key, or with one that begins with it and a colon."""
    ours = or_(O.key == key, O.key.startswith(f"{key}:", autoescape=True))
    wanted = select(outbox).where(O.repository_id == repository_id, ours).order_by(O.id.desc()).limit(1)
    row = connection.execute(wanted).first()
    return _job(row) if row else None


def claim(
    connection: Connection,
    repository_id: int,
    *,
    holder: str,
    credentials: Collection[str],
    now: int,
    only: int | None = None,
) -> Job | None:
    """Take the oldest job that is due, or whose holder's lease ended; None where there is none."""
    wanted = (
        select(outbox)
        .where(
            O.repository_id == repository_id,
            O.credential.in_(list(credentials)),
            or_(
                (O.state == "waiting") & (O.not_before <= now),
                (O.state == "running") & (O.lease_until <= now),
            ),
        )
        .order_by(O.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if only is not None:
        wanted = wanted.where(O.id == only)
    row = connection.execute(wanted).first()
    if row is None:
        return None
    connection.execute(
        update(outbox)
        .where(O.id == row.id)
        .values(state="running", lease=holder, lease_until=now + LEASE, attempts=row.attempts + 1, updated_at=now)
    )
    return _job(row)


def settle(
    connection: Connection,
    job_id: int,
    *,
    holder: str,
    state: str,
    now: int,
    reason: Reason = Reason.NONE,
    words: str = "",
    log: str = "",
    not_before: int = 0,
) -> bool:
    """End a run: `done`, `failed` or back to `waiting`; False where the lease had gone to somebody else."""
    done = connection.execute(
        update(outbox)
        .where(O.id == job_id, O.lease == holder, O.state == "running")
        .values(
            state=state,
            lease=None,
            lease_until=None,
            reason=reason.value,
            words=words,
            log=log,
            not_before=not_before,
            updated_at=now,
        )
    )
    return bool(done.rowcount == 1)


def renew(connection: Connection, job_id: int, holder: str, now: int) -> bool:
    """Have the lease begin anew; False where it had gone to somebody else."""
    ours = update(outbox).where(O.id == job_id, O.lease == holder, O.state == "running")
    return bool(connection.execute(ours.values(lease_until=now + LEASE)).rowcount == 1)


def get(connection: Connection, repository_id: int, job_id: int) -> Job | None:
    """A job by id."""
    row = connection.execute(select(outbox).where(O.repository_id == repository_id, O.id == job_id)).first()
    return _job(row) if row else None


def retry(connection: Connection, job_id: int, now: int) -> bool:
    """Make a failed job, or one that waits for a later moment, due now; False where it is neither."""
    done = connection.execute(
        update(outbox)
        .where(O.id == job_id, O.state.in_(["failed", "waiting"]))
        .values(state="waiting", not_before=0, updated_at=now)
    )
    return bool(done.rowcount == 1)


def note(connection: Connection, job_id: int, reason: Reason, words: str, now: int) -> bool:
    """Note why a waiting job is not done; False where that is known already, or it does not wait."""
    told = update(outbox).where(O.id == job_id, O.state == "waiting", O.words != words)
    values = {"reason": reason.value, "words": words, "updated_at": now}
    return bool(connection.execute(told.values(values)).rowcount == 1)


def rewrite(
    connection: Connection, job_id: int, payload: dict[str, Any], *, actor: str, credential: str, now: int
) -> bool:
    """Let a job that nobody is at do something else, for who asks now; False where it runs or is finished."""
    idle_one = update(outbox).where(O.id == job_id, O.state.in_(["failed", "waiting"]))
    values = {"payload": json.dumps(payload), "actor": actor, "credential": credential, "updated_at": now}
    return bool(connection.execute(idle_one.values(values)).rowcount == 1)


def idle(connection: Connection, repository_id: int, now: int) -> list[Job]:
    """Jobs still to be done that nobody is at, oldest first: they wait, failed, or their lease ended."""
    left = or_(O.state.in_(["waiting", "failed"]), (O.state == "running") & (O.lease_until <= now))
    return [
        _job(row)
        for row in connection.execute(select(outbox).where(O.repository_id == repository_id, left).order_by(O.id))
    ]


def leases(connection: Connection, repository_id: int) -> list[str]:
    """Who runs jobs, as each said when it claimed."""
    running = select(O.lease).where(O.repository_id == repository_id, O.state == "running", O.lease.is_not(None))
    return [str(lease) for lease in connection.scalars(running)]


def release(connection: Connection, repository_id: int, leases: Collection[str], now: int) -> int:
    """Give back the leases of exactly these holders, who are gone; how many jobs had one."""
    ended = update(outbox).where(
        O.repository_id == repository_id, O.state == "running", O.lease.in_(list(leases)), O.lease_until > now
    )
    return int(connection.execute(ended.values(lease_until=now)).rowcount)


def counts(connection: Connection, repository_id: int) -> dict[str, int]:
    """How many jobs are in each state; a state without jobs is missing."""
    rows = connection.execute(
        select(O.state, func.count()).where(O.repository_id == repository_id).group_by(O.state).order_by(O.state)
    )
    return {state: number for state, number in rows}


def jobs(connection: Connection, repository_id: int, *, states: Collection[str] | None = None) -> list[Job]:
    """Jobs, oldest first."""
    wanted = select(outbox).where(O.repository_id == repository_id).order_by(O.id)
    if states is not None:
        wanted = wanted.where(O.state.in_(list(states)))
    return [_job(row) for row in connection.execute(wanted)]
