"""Jobs: one a key, taken by who holds the credential, on a lease that ends."""

import threading

import pytest

from qatui.store import outbox
from qatui.store.outbox import LEASE, Job, Reason
from tests.conftest import NOW
from tests.store.conftest import Shelf

KIM = "user:kim"


def add(shelf: Shelf, key: str, credential: str = KIM) -> int:
    """A job that waits."""
    with shelf.db.write() as connection:
        return outbox.add(connection, shelf.id, "push", key, {"n": key}, actor="kim", credential=credential, now=NOW)


def claim(shelf: Shelf, holder: str, *credentials: str, now: int = NOW, only: int | None = None) -> Job | None:
    """What a drain gets."""
    with shelf.db.write() as connection:
        return outbox.claim(connection, shelf.id, holder=holder, credentials=credentials or (KIM,), now=now, only=only)


def settle(shelf: Shelf, number: int, holder: str, state: str = "done", not_before: int = 0) -> bool:
    """End a run."""
    with shelf.db.write() as connection:
        return outbox.settle(
            connection, number, holder=holder, state=state, now=NOW + 1, words="e", log="l", not_before=not_before
        )


def get(shelf: Shelf, number: int) -> Job:
    """The job now."""
    with shelf.db.read() as connection:
        found = outbox.get(connection, shelf.id, number)
    assert found is not None
    return found


def test_one_job_a_key(shelf: Shelf) -> None:
    number = add(shelf, "a")
    assert add(shelf, "a") == number
    assert add(shelf, "b") != number
    job = get(shelf, number)
    assert (job.kind, job.key, job.payload, job.state, job.attempts) == ("push", "a", {"n": "a"}, "waiting", 0)
    with shelf.db.read() as connection:
        assert outbox.get(connection, shelf.id, 999) is None


def test_the_oldest_first_and_each_once(shelf: Shelf) -> None:
    made = [add(shelf, key) for key in "abc"]
    taken = [claim(shelf, f"h{n}") for n in range(4)]
    assert [job and job.id for job in taken] == [*made, None]
    assert get(shelf, made[0]).attempts == 1
    with shelf.db.read() as connection:
        assert outbox.leases(connection, shelf.id) == ["h0", "h1", "h2"]


def test_a_drain_takes_only_what_it_holds_the_credential_for(shelf: Shelf) -> None:
    mine, apps = add(shelf, "a"), add(shelf, "b", "app")
    assert claim(shelf, "h", "user:robin") is None
    found = claim(shelf, "h", "app")
    assert found is not None
    assert found.id == apps
    assert claim(shelf, "h", only=apps) is None
    again = claim(shelf, "h", KIM, "app", only=mine)
    assert again is not None
    assert again.id == mine


def test_a_lease_that_ended_goes_to_the_next_and_the_first_settles_nothing(shelf: Shelf) -> None:
    number = add(shelf, "a")
    assert claim(shelf, "first") is not None
    assert claim(shelf, "second", now=NOW + LEASE - 1) is None
    taken = claim(shelf, "second", now=NOW + LEASE)
    assert taken is not None
    assert get(shelf, number).attempts == 2
    assert not settle(shelf, number, "first")
    assert get(shelf, number).state == "running"
    assert settle(shelf, number, "second")
    job = get(shelf, number)
    assert (job.state, job.words, job.log, job.updated_at) == ("done", "e", "l", NOW + 1)
    assert not settle(shelf, number, "second", "failed")
    assert claim(shelf, "third", now=NOW + 9 * LEASE) is None


def test_what_waits_for_later_is_due_then_or_when_a_person_says_so(shelf: Shelf) -> None:
    number = add(shelf, "a")
    claim(shelf, "h")
    assert settle(shelf, number, "h", "waiting", NOW + 100)
    assert claim(shelf, "h", now=NOW + 99) is None
    with shelf.db.write() as connection:
        assert outbox.retry(connection, number, NOW)
    assert claim(shelf, "h") is not None
    assert settle(shelf, number, "h", "failed")
    assert claim(shelf, "h", now=NOW + LEASE) is None
    with shelf.db.write() as connection:
        assert outbox.retry(connection, number, NOW)
    assert claim(shelf, "h") is not None
    with shelf.db.write() as connection:
        assert not outbox.retry(connection, number, NOW)  # it runs


def test_leases_of_the_dead_are_given_back(shelf: Shelf) -> None:
    dead, living, elsewhere = (add(shelf, key) for key in "abc")
    for holder in ("here:1:x", "here:2:x", "there:1:x"):
        claim(shelf, holder)
    with shelf.db.write() as connection:
        assert outbox.release(connection, shelf.id, ["here:1:x", "nowhere:1:x"], NOW) == 1
        assert outbox.release(connection, shelf.id, ["here:1:x"], NOW) == 0
        assert outbox.release(connection, shelf.id, [], NOW) == 0
    taken = claim(shelf, "h")
    assert taken is not None
    assert taken.id == dead
    assert claim(shelf, "h") is None
    assert {get(shelf, number).attempts for number in (living, elsewhere)} == {1}


def test_only_the_very_leases_named_are_given_back(shelf: Shelf) -> None:
    for key, holder in (("a", "ci_1:1:x"), ("b", "ci-1:1:x"), ("c", "CI_1:1:x"), ("d", "ci_1:2:y")):
        add(shelf, key)
        claim(shelf, holder)
    with shelf.db.write() as connection:
        assert outbox.release(connection, shelf.id, ["ci_1:1:x"], NOW) == 1
    taken = claim(shelf, "h")
    assert taken is not None
    assert taken.key == "a"
    assert claim(shelf, "h") is None


def test_a_lease_is_renewed_by_who_has_it(shelf: Shelf) -> None:
    number = add(shelf, "a")
    claim(shelf, "h")
    with shelf.db.write() as connection:
        assert outbox.renew(connection, number, "h", NOW + LEASE - 1)
        assert not outbox.renew(connection, number, "other", NOW + LEASE)
    assert claim(shelf, "other", now=NOW + 2 * LEASE - 2) is None
    assert claim(shelf, "other", now=NOW + 2 * LEASE) is not None
    with shelf.db.write() as connection:
        assert not outbox.renew(connection, number, "h", NOW + 2 * LEASE)


def test_lists_and_counts(shelf: Shelf) -> None:
    one, two = add(shelf, "a"), add(shelf, "b")
    claim(shelf, "h")
    with shelf.db.read() as connection:
        assert [job.id for job in outbox.jobs(connection, shelf.id)] == [one, two]
        assert [job.id for job in outbox.jobs(connection, shelf.id, states=["waiting"])] == [two]
        assert outbox.counts(connection, shelf.id) == {"running": 1, "waiting": 1}


@pytest.mark.parametrize("claimers", [8])
def test_claimers_at_once_never_get_the_same_job(shelf: Shelf, claimers: int) -> None:
    made = {add(shelf, f"{n}") for n in range(24)}
    taken: list[int] = []

    def drain(holder: str) -> None:
        while job := claim(shelf, holder):
            taken.append(job.id)

    threads = [threading.Thread(target=drain, args=(f"h{n}",)) for n in range(claimers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(taken) == 24
    assert set(taken) == made


def test_what_a_job_is_to_do_can_be_said_anew_while_nobody_is_at_it(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        number = outbox.add(
            connection, shelf.id, "merge", "merge:1", {"way": "merge"}, actor="a", credential="user:a",
            now=NOW,
        )  # fmt: skip
        whose = {"actor": "b", "credential": "user:b"}
        assert outbox.rewrite(connection, number, {"way": "squash"}, **whose, now=NOW)
        job = outbox.get(connection, shelf.id, number)
        assert job is not None
        assert (job.payload, job.actor, job.credential) == ({"way": "squash"}, "b", "user:b")
        assert outbox.claim(connection, shelf.id, holder="h", credentials=["user:b"], now=NOW)
        assert not outbox.rewrite(connection, number, {}, **whose, now=NOW), "it runs"
        assert outbox.settle(connection, number, holder="h", state="done", now=NOW, reason=Reason.QUEUE)
        assert not outbox.rewrite(connection, number, {}, **whose, now=NOW), "it is done"
        done = outbox.get(connection, shelf.id, number)
        assert done is not None
        assert (done.payload, done.reason) == ({"way": "squash"}, Reason.QUEUE)
