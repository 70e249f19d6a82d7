"""Jobs that fail, wait, belong to others, were left by the dead, or are given up."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.errors import ConfigError, ExitCode, NotFound, Refused, StoreBusy
from qatui.flows import outbox as flow
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.publish import Published, plan, publish
from qatui.store import candidates, outbox, publications
from qatui.store.outbox import Job, Reason
from qatui.store.publications import Publication
from qatui.store.schema import content
from tests.conftest import Clock, Project, run_git, seed

BRANCH = "qatui/2026-11-18-1"


def approve_one(desk: Desk) -> int:
    (number,) = seed(desk, {"tests/test_a.py": "a\n"})
    decide(desk, [number], Action.APPROVE)
    return number


def away(project: Project) -> Path:
    """The remote cannot be reached; where it is meanwhile."""
    return project.remote.rename(project.remote.with_name("away.git"))


def back(project: Project) -> None:
    project.remote.with_name("away.git").rename(project.remote)


def hook(repository: Path, name: str, script: str) -> None:
    file = repository / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def state(desk: Desk, number: int) -> State:
    with desk.db.read() as connection:
        return candidates.get_many(connection, desk.repository_id, [number])[number].state


def job(desk: Desk) -> Job:
    (found,) = flow.jobs(desk, every=True)
    return found


def the_publication(desk: Desk) -> Publication:
    with desk.db.read() as connection:
        (found,) = publications.every(connection, desk.repository_id)
    return found


def test_an_unreachable_remote_is_tried_again_later_and_by_hand_at_once(
    desk: Desk, project: Project, clock: Clock
) -> None:
    number = approve_one(desk)
    away(project)
    result = publish(desk)
    (ran,) = result.jobs
    assert (ran.state, ran.exit_code, result.published) == ("waiting", ExitCode.REMOTE, ())
    assert ran.words.startswith(f"The remote {project.remote} could not be reached: git ls-remote failed (128): fatal:")
    assert result.remarks[0].endswith(". The base is as it was fetched last.")
    assert (state(desk, number), the_publication(desk).state) == (State.PUBLISHING, "waiting")
    assert (job(desk).state, job(desk).words) == ("waiting", f"{ran.words} {ran.hint}".strip())
    assert flow.drain(desk) == ()
    clock.forward(flow.FIRST_PAUSE)
    assert [each.state for each in flow.drain(desk)] == ["waiting"]
    clock.forward(flow.FIRST_PAUSE)
    assert flow.drain(desk) == (), "the second pause is longer"
    back(project)
    assert publish(desk).published == (number,)
    assert job(desk).attempts == 3
    assert job(desk).log.count("$ git ls-remote") == 3


def test_a_remote_that_refuses_fails_the_job(desk: Desk, project: Project) -> None:
    number = approve_one(desk)
    hook(project.root / ".git", "pre-push", "exit 0")
    hook(project.remote, "pre-receive", "printf 'no, \\033[31msays the server\\n' >&2; exit 1")
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.exit_code) == ("failed", ExitCode.REMOTE)
    assert f"{project.remote} did not take {BRANCH}: remote: no, ␛[31msays the server; ! [remote rejected]" in ran.words
    assert "pre-receive hook declined" in ran.words
    assert "pre-push" not in ran.words, "there is such a hook, and it said nothing"
    assert ran.words.count(str(project.remote)) == 1, "the address is said once"
    assert job(desk).words == ran.words
    assert "says the server" in job(desk).log
    assert flow.drain(desk) == ()
    (project.remote / "hooks/pre-receive").unlink()
    assert [each.state for each in flow.drain(desk, only=[job(desk).id], again=True)] == ["done"]
    assert state(desk, number) is State.PUBLISHED


def test_the_persons_own_pre_push_hook_runs_and_can_refuse(desk: Desk, project: Project) -> None:
    approve_one(desk)
    hook(project.root / ".git", "pre-push", "cat > pushed; echo lint failed; echo 'tests are red' >&2; exit 1")
    (ran,) = publish(desk).jobs
    assert ran.state == "failed"
    words = f" did not take {BRANCH}: this clone's pre-push hook refused it: lint failed; tests are red"
    assert ran.words.endswith(words), "both of its streams"
    assert "tests are red" in job(desk).log
    assert BRANCH in (project.root / "pushed").read_text()


def test_a_prompt_ends_the_job_as_one_that_needs_a_terminal(desk: Desk, project: Project) -> None:
    approve_one(desk)
    project.git("config", "core.sshCommand", "echo 'Permission denied (publickey).' >&2; exit 255; true")
    project.git("remote", "set-url", "origin", "ssh://git@example.test/a/b.git")
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.needs_terminal, ran.exit_code) == ("waiting", True, ExitCode.REMOTE)
    assert "needs a terminal" in ran.words
    left = job(desk)
    assert flow.wants_terminal(left), "the row tells it after a restart too"
    assert left.words == f"{ran.words} {ran.hint}"
    assert "set up an agent" in ran.hint
    project.git("config", "core.sshCommand", "echo away >&2; exit 255; true")
    publish(desk)
    assert not flow.wants_terminal(job(desk)), "now it is something else"


def test_a_job_of_another_name_is_done_or_dropped_only_by_its_number(
    desk: Desk, project: Project, as_reviewer: Callable[[Desk, str], Desk]
) -> None:
    number = approve_one(desk)
    away(project)
    assert publish(desk).others == ()
    other = as_reviewer(desk, "kim")
    result = publish(other)
    assert (result.jobs, [each.id for each in result.others]) == ((), [1])
    assert flow.drain(other, again=True) == ()
    assert job(desk).attempts == 1
    back(project)
    (ran,) = flow.take_over(other, 1)
    assert (ran.state, state(desk, number)) == ("done", State.PUBLISHED)
    author = run_git(project.remote, "log", "-1", "--format=%ae", BRANCH)
    assert author == "robin@example.test", "the commits are those that were decided"
    assert publish(other).others == ()


def test_a_job_of_another_name_that_runs_is_left_to_it(
    desk: Desk, left_job: int, as_reviewer: Callable[[Desk, str], Desk]
) -> None:
    take(desk, "elsewhere:1:abcd")
    other = as_reviewer(desk, "kim")
    (ran,) = flow.take_over(other, 1)
    assert (ran.state, ran.words, ran.exit_code) == ("running", flow.OVERTAKEN, ExitCode.LOCKED)
    with pytest.raises(Refused, match="Job 1 is running"):
        flow.drop(other, 1)


def test_who_has_another_e_mail_now_can_give_the_job_up(
    desk: Desk, left_job: int, as_reviewer: Callable[[Desk, str], Desk]
) -> None:
    other = as_reviewer(desk, "robin@new.test")
    assert flow.drop(other, 1).words == "robin@new.test dropped it"
    assert state(desk, left_job) is State.APPROVED
    assert publish(other).published == (left_job,)


def take(desk: Desk, holder: str) -> None:
    with desk.db.write() as connection:
        outbox.retry(connection, 1, desk.now())
        assert outbox.claim(
            connection, desk.repository_id, holder=holder, credentials=[flow.credential(desk)], now=desk.now()
        )


@pytest.fixture
def left_job(desk: Desk, project: Project) -> int:
    """A candidate whose publication's job waits."""
    number = approve_one(desk)
    away(project)
    publish(desk)
    back(project)
    return number


def test_a_lease_of_a_dead_process_is_taken_over_at_once(desk: Desk, left_job: int) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    take(desk, f"{socket.gethostname()}:{gone.pid}:abcd")
    assert publish(desk).published == (left_job,)


def test_a_lease_of_an_earlier_process_with_our_number_is_taken_over(desk: Desk, left_job: int) -> None:
    take(desk, f"{socket.gethostname()}:{os.getpid()}:0000")
    assert publish(desk).published == (left_job,)


@pytest.mark.parametrize("holder", ["elsewhere:1:abcd", f"{socket.gethostname()}:1:abcd"])
def test_a_lease_of_the_living_stands_until_it_ends(desk: Desk, left_job: int, clock: Clock, holder: str) -> None:
    take(desk, holder)
    assert publish(desk).jobs == ()
    with pytest.raises(Refused, match="Job 1 is running"):
        flow.drop(desk, 1)
    clock.forward(outbox.LEASE)
    assert publish(desk).published == (left_job,)


def test_what_interrupts_a_job_puts_it_back(desk: Desk, left_job: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flow.drain(desk, again=True, say=interrupted)
    assert (job(desk).state, job(desk).words) == ("waiting", "it was interrupted")
    assert publish(desk).published == (left_job,)


def test_a_bug_in_a_job_is_not_called_an_interruption(desk: Desk, left_job: int) -> None:
    def broken(_: str) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        flow.drain(desk, again=True, say=broken)
    assert (job(desk).state, job(desk).words) == ("failed", "a bug: KeyError")


def damage(desk: Desk, number: int) -> None:
    """Spoil the content of a candidate in the store."""
    with desk.db.write() as connection:
        name = candidates.get_many(connection, desk.repository_id, [number])[number].content_hash
        connection.execute(update(content).where(content.c.hash == name).values(data=b"spoilt"))


def test_a_job_that_cannot_be_done_says_why_and_stops_no_other(desk: Desk, project: Project) -> None:
    one, two = seed(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    decide(desk, [one, two], Action.APPROVE)
    damage(desk, one)
    first = publish(desk, [one])
    assert (first.published, first.jobs[0].state, first.jobs[0].exit_code) == ((), "failed", ExitCode.USAGE)
    assert "damaged" in first.jobs[0].words
    second = publish(desk, [two])
    assert second.published == (two,)
    assert [ran.state for ran in second.jobs] == ["failed", "done"]
    assert [each.words for each in flow.jobs(desk)] == [f"{first.jobs[0].words} {first.jobs[0].hint}"]


def test_a_store_that_is_busy_puts_the_job_back(desk: Desk, left_job: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise StoreBusy("others hold it")

    with monkeypatch.context() as patched:
        patched.setitem(flow.WORK, "publish", busy)
        (ran,) = flow.drain(desk, again=True)
    assert (ran.state, ran.words, ran.exit_code) == ("waiting", "others hold it", ExitCode.LOCKED)
    assert publish(desk).published == (left_job,)


def test_a_push_that_takes_too_long_is_tried_again(
    desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = approve_one(desk)
    hook(project.root / ".git", "pre-push", "sleep 60")
    with monkeypatch.context() as patched:
        patched.setattr("qatui.workspace.remote.NETWORK_SECONDS", 3)
        (ran,) = publish(desk).jobs
    assert (ran.state, ran.words) == ("waiting", "git push took longer than 3 s and was stopped.")
    assert job(desk).state == "waiting"
    (project.root / ".git/hooks/pre-push").unlink()
    assert publish(desk).published == (number,)


def test_a_push_that_was_killed_is_no_word_of_the_remote(desk: Desk, project: Project) -> None:
    number = approve_one(desk)
    hook(project.root / ".git", "pre-push", "kill -9 $PPID")
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.reason) == ("waiting", Reason.INTERRUPTED)
    assert ran.words == "git push was killed (signal 9)."
    assert state(desk, number) is State.PUBLISHING
    (project.root / ".git/hooks/pre-push").unlink()
    assert publish(desk).published == (number,)


def test_a_git_that_fails_here_is_not_the_remote_s_fault(desk: Desk, project: Project) -> None:
    number = approve_one(desk)
    refs = project.root / ".git/refs/qatui"
    refs.write_text("in the way")
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.exit_code) == ("failed", ExitCode.USAGE)
    assert ran.words.startswith("git fast-import failed")
    refs.unlink()
    assert publish(desk).published == (number,)


def test_of_many_push_addresses_the_first_gets_the_branch_and_that_is_said(desk: Desk, project: Project) -> None:
    number = approve_one(desk)
    for url in (str(project.remote), "https://me:s3cret@127.0.0.1:9/a.git"):
        project.git("remote", "set-url", "--add", "--push", "origin", url)
    result = publish(desk)
    assert result.published == (number,)
    first = f"only the first, {project.remote}, gets the branch."
    assert result.remarks == (f"“origin” has 2 push addresses: {first}",)


def test_what_publishing_would_do_says_that_it_wants_an_identity(desk: Desk, project: Project) -> None:
    approve_one(desk)
    nobody = replace(desk, identified=False)
    (remark,) = plan(nobody).remarks
    with pytest.raises(ConfigError) as caught:
        publish(nobody)
    assert caught.value.message == remark


def test_each_step_holds_the_job_anew(desk: Desk, left_job: int, clock: Clock) -> None:
    steps: list[str] = []

    def slow(step: str) -> None:
        steps.append(step)
        clock.forward(outbox.LEASE - 1)
        with desk.db.write() as connection:
            taken = outbox.claim(
                connection, desk.repository_id, holder="elsewhere:1:x", credentials=[flow.credential(desk)],
                now=desk.now(),
            )  # fmt: skip
        assert taken is None

    with desk.db.write() as connection:
        publications.change(connection, 1, {"head_commit": None}, desk.now())
    (ran,) = flow.drain(desk, again=True, say=slow)
    assert (ran.state, len(steps)) == ("done", 2)


@pytest.mark.parametrize(("end", "code"), [("running", ExitCode.LOCKED), ("done", ExitCode.DONE)])
def test_who_lost_a_job_to_another_process_says_what_became_of_it(
    desk: Desk, left_job: int, clock: Clock, end: str, code: ExitCode
) -> None:
    def overtaken(_: str) -> None:
        clock.forward(outbox.LEASE)
        take(desk, "elsewhere:1:x")
        if end == "done":
            with desk.db.write() as connection:
                outbox.settle(connection, 1, holder="elsewhere:1:x", state="done", now=desk.now())

    (ran,) = flow.drain(desk, again=True, say=overtaken)
    assert (ran.state, ran.words, ran.exit_code) == (end, flow.OVERTAKEN if end == "running" else "", code)
    assert job(desk).state == end


def test_a_folder_that_cannot_be_written_fails_the_job_and_is_safe_to_run_again(desk: Desk, project: Project) -> None:
    number = approve_one(desk)
    place = project.root / ".git/qatui"
    place.write_text("in the way")
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.exit_code) == ("failed", ExitCode.NEEDS_PERSON)
    assert "pull-requests" in ran.words
    assert state(desk, number) is State.PUBLISHING
    place.unlink()
    tip = run_git(project.remote, "rev-parse", BRANCH)
    assert publish(desk).published == (number,)
    assert run_git(project.remote, "rev-parse", BRANCH) == tip


def foreign_branch(project: Project, on: str) -> str:
    """Somebody else's commit in the publication's branch."""
    tree = run_git(project.remote, "rev-parse", f"{on}^{{tree}}")
    commit = run_git(
        project.remote, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-p", on, "-m", "x"
    )
    run_git(project.remote, "update-ref", f"refs/heads/{BRANCH}", commit)
    return commit


def test_a_branch_of_others_in_its_place_takes_the_publication_back(
    desk: Desk, project: Project, left_job: int
) -> None:
    theirs = foreign_branch(project, "main")
    result = publish(desk, [])
    (held,) = result.publications
    assert (held.state, job(desk).state, result.published) == ("held", "done", ())
    assert held.reason.endswith(f"has a branch {BRANCH} with other commits; publish again to take another name")
    assert run_git(project.remote, "rev-parse", BRANCH) == theirs
    assert state(desk, left_job) is State.APPROVED
    assert [each.branch for each in publish(desk).publications] == ["qatui/2026-11-18-2"]
    assert state(desk, left_job) is State.PUBLISHED
    assert run_git(desk.repository.root, "for-each-ref", "refs/qatui/looks") == ""


def test_commits_that_others_put_on_top_of_ours_mean_it_arrived(desk: Desk, project: Project) -> None:
    number = approve_one(desk)
    (project.root / ".git/qatui").write_text("in the way")
    publish(desk)
    (project.root / ".git/qatui").unlink()
    theirs = foreign_branch(project, BRANCH)
    (made,) = publish(desk).publications
    assert (made.state, made.reason) == ("pushed", "others added commits to its branch")
    assert state(desk, number) is State.PUBLISHED
    assert run_git(project.remote, "rev-parse", BRANCH) == theirs


def test_a_push_that_another_run_was_quicker_with_is_no_failure(desk: Desk, project: Project) -> None:
    number = approve_one(desk)
    # The hook does the push itself, as a process would that was thought dead.
    hook(
        project.root / ".git",
        "pre-push",
        'read ours commit theirs rest; rm "$0"; git push -q "$2" "$commit:$theirs"',
    )  # fmt: skip
    hook_file = project.root / ".git/hooks/pre-push"
    hook_file.write_text(hook_file.read_text().replace('rm "$0"', f'rm "{hook_file}"'))
    assert publish(desk).published == (number,)


def test_a_dropped_job_gives_its_candidates_back(desk: Desk, project: Project, left_job: int) -> None:
    ran = flow.drop(desk, 1)
    assert (ran.state, ran.exit_code) == ("dropped", ExitCode.DONE)
    assert (the_publication(desk).state, job(desk).state) == ("dropped", "dropped")
    assert state(desk, left_job) is State.APPROVED
    with desk.db.read() as connection:
        row = candidates.get_many(connection, desk.repository_id, [left_job])[left_job]
    assert row.state_reason == "publication 1 was taken back: robin@example.test dropped it"
    assert row.verdict is not None
    with pytest.raises(Refused, match="Job 1 is dropped already"):
        flow.drop(desk, 1)
    assert publish(desk).published == (left_job,)


def test_dropped_while_the_remote_is_away_the_candidates_are_held(desk: Desk, project: Project, left_job: int) -> None:
    away(project)
    ran = flow.drop(desk, 1)
    assert (ran.state, ran.exit_code) == ("dropped", ExitCode.NEEDS_PERSON)
    assert the_publication(desk).state == "failed"
    assert state(desk, left_job) is State.HELD


def test_what_is_at_the_remote_cannot_be_dropped(desk: Desk, project: Project) -> None:
    approve_one(desk)
    place = project.root / ".git/qatui"
    place.write_text("in the way")
    publish(desk)
    before = job(desk)
    assert (before.state, "pull-requests" in before.words) == ("failed", True)
    with pytest.raises(Refused, match="is at the remote already"):
        flow.drop(desk, 1)
    assert (job(desk).state, job(desk).words) == (before.state, before.words), "the cause stays"
    place.unlink()
    foreign_branch(project, BRANCH)
    with pytest.raises(Refused, match="is at the remote already"):
        flow.drop(desk, 1)
    publish(desk)
    assert job(desk).state == "done"


def test_dropped_without_a_remote_and_before_any_commit(desk: Desk, project: Project, left_job: int) -> None:
    with desk.db.write() as connection:
        publications.change(connection, 1, {"head_commit": None}, desk.now())
    away(project)
    assert flow.drop(desk, 1).state == "dropped"
    assert state(desk, left_job) is State.APPROVED


def test_a_job_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no job 5 in the outbox"):
        flow.find(desk, 5)


def test_a_job_of_a_newer_qatui_is_left_alone(desk: Desk) -> None:
    with desk.db.write() as connection:
        outbox.add(
            connection, desk.repository_id, "fly", "fly:1", {}, actor=desk.reviewer,
            credential=flow.credential(desk), now=0,
        )  # fmt: skip
    assert flow.drain(desk, again=True) == ()
    with pytest.raises(Refused, match="fly"):
        flow.drop(desk, 1)


def test_another_clone_without_the_base_fetches_it(desk: Desk, project: Project, left_job: int) -> None:
    project.commit({"tests/more.py": "m\n"})
    other = project.root.parent / "other"
    run_git(other.parent, "init", "-q", str(other))
    run_git(other, "remote", "add", "origin", str(project.remote))
    run_git(other, "commit", "-q", "--allow-empty", "-m", "x")
    with desk.db.write() as connection:
        publications.change(connection, 1, {"head_commit": None}, desk.now())
    from qatui.workspace.repository import discover

    there = replace(desk, repository=discover(other))
    result: Published = publish(there, [])
    assert result.published == (left_job,)
    assert not (other / ".git/FETCH_HEAD").exists()


def test_a_candidate_that_moved_on_before_the_job_gathered_it_is_left_out(
    desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qatui.flows import moves, publication
    from qatui.flows import publish as flow_publish

    for module in (moves, publication, flow_publish):
        monkeypatch.setattr(module, "ROWS_A_WRITE", 1)
    ids = seed(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    decide(desk, ids, Action.APPROVE)
    gather_rest = publication._gather_rest

    def changed_meanwhile(*args: object) -> None:
        decide(desk, [ids[1]], Action.DEFER, until=desk.now() + 1000)
        gather_rest(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(publication, "_gather_rest", changed_meanwhile)
    result = publish(desk)
    assert result.published == (ids[0],)
    assert result.refused[0][0] == ids[1]
    assert "it is deferred" in result.refused[0][1]
