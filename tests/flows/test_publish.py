"""Publishing to a real remote: what arrives there, what stays as it was, and what is left out and why."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from git.cmd import Git

from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.domain.query import parse
from qatui.errors import ExitCode
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.publish import meet_remote, plan, publish
from qatui.flows.review import answer, comment
from qatui.settings.types import ChecklistItem, CommitSettings, Gates, Person
from qatui.store import candidates, events, outbox, publications
from qatui.store.publications import Publication
from tests.conftest import NOW, Clock, Project, run_git, seed
from tests.flows.rows import put


def approved(desk: Desk, files: dict[str, str | bytes]) -> list[int]:
    """Candidates that are approved by the one who sits here."""
    ids = seed(desk, files)
    assert decide(desk, ids, Action.APPROVE).done == tuple(ids)
    return ids


def row(desk: Desk, number: int) -> Candidate:
    with desk.db.read() as connection:
        return candidates.get_many(connection, desk.repository_id, [number])[number]


def state(desk: Desk, number: int) -> State:
    return row(desk, number).state


def only(desk: Desk) -> Publication:
    with desk.db.read() as connection:
        (found,) = publications.every(connection, desk.repository_id)
    return found


def text_of(desk: Desk) -> str:
    """The pull request's text."""
    with desk.db.read() as connection:
        return publications.body(connection, 1)


def team(desk: Desk, **values: object) -> Desk:
    return replace(desk, team=msgspec.structs.replace(desk.team, **values))


BRANCH = "qatui/2026-11-18-1"


def test_approved_candidates_arrive_as_they_were_approved_and_nothing_else_changes(
    desk: Desk, project: Project
) -> None:
    one, two = approved(desk, {"tests/test_orders.py": "updated\n", "tests/new/test_a.py": b"\xff\xfeodd"})
    third = seed(desk, {"tests/test_third.py": "pending\n"})[0]
    before = project.git("for-each-ref", "--", "refs/heads", "refs/remotes", "refs/tags", "refs/stash")
    said: list[str] = []
    result = publish(desk, say=said.append)
    assert (result.published, result.held, result.refused, result.remarks) == ((one, two), (), (), ())
    assert said == [f"writing 2 files to {BRANCH}", f"pushing {BRANCH} to {project.remote}"]
    (made,) = result.publications
    assert (made.state, made.branch, made.reason) == ("pushed", BRANCH, "")
    assert run_git(project.remote, "rev-parse", BRANCH) == made.head_commit
    assert run_git(project.remote, "log", "--format=%s|%an|%ae|%cn|%ct", f"main..{BRANCH}") == (
        f"test: update test_orders|Robin Reviewer|robin@example.test|Robin Reviewer|{NOW // 1000}\n"
        f"test: add test_a|Robin Reviewer|robin@example.test|Robin Reviewer|{NOW // 1000}"
    )
    assert run_git(project.remote, "diff", "--name-status", "main", BRANCH) == (
        "A\ttests/new/test_a.py\nM\ttests/test_orders.py"
    )
    shown = subprocess.run(
        ["git", "show", f"{BRANCH}:tests/new/test_a.py"], cwd=project.remote, capture_output=True, check=True
    )
    assert shown.stdout == b"\xff\xfeodd"
    assert (state(desk, one), state(desk, third)) == (State.PUBLISHED, State.PENDING)
    assert project.git("for-each-ref", "--", "refs/heads", "refs/remotes", "refs/tags", "refs/stash") == before
    assert project.git("status", "--porcelain") == ""
    assert not (project.root / ".git/FETCH_HEAD").exists() or project.git("for-each-ref", "refs/qatui/looks") == ""
    assert made.record_file is not None
    text = Path(made.record_file).read_text()
    assert text == f"{made.title}\n\n{text_of(desk)}"
    assert Path(made.record_file) == project.root / ".git/qatui/pull-requests/qatui-2026-11-18-1.md"
    with desk.db.read() as connection:
        parts = publications.parts(connection, made.id)
        (job,) = outbox.jobs(connection, desk.repository_id)
        told = [event.action for event in events.log(connection, desk.repository_id, candidate_id=one)]
    assert [part.commit for part in parts][-1] == made.head_commit
    assert (job.state, job.key, job.credential, job.attempts) == ("done", "publish:1", "user:robin@example.test", 1)
    assert "$ git push" in job.log
    assert told == ["published", "publish", "approve", "ingest"]


def test_again_with_nothing_new_nothing_happens(desk: Desk, project: Project) -> None:
    (number,) = approved(desk, {"tests/test_a.py": "a\n"})
    publish(desk)
    tip = run_git(project.remote, "for-each-ref")
    again = publish(desk)
    assert (again.publications, again.published, again.jobs) == ((), (), ())
    named = publish(desk, [number, 99])
    assert (named.already, named.refused) == ((number,), ((99, "no such candidate"),))
    assert run_git(project.remote, "for-each-ref") == tip


def test_the_second_publication_of_a_day_has_another_branch_on_the_same_base(desk: Desk, project: Project) -> None:
    approved(desk, {"tests/test_a.py": "a\n"})
    publish(desk)
    approved(desk, {"tests/test_b.py": "b\n"})
    (second,) = publish(desk).publications
    assert second.branch == "qatui/2026-11-18-2"
    assert run_git(project.remote, "diff", "--name-only", "main", second.branch) == "tests/test_b.py"


def test_what_is_planned_is_what_comes(desk: Desk) -> None:
    ids = approved(desk, {"tests/test_b.py": "b\n", "tests/test_a.py": "a\n", "tests/test_orders.py": "o\n"})
    with desk.db.read() as connection:
        before = events.log(connection, desk.repository_id)
    met, taken, remarks, _ = meet_remote(desk)
    made = plan(met, ids, taken=taken, remarks=remarks)
    with desk.db.read() as connection:
        assert events.log(connection, desk.repository_id) == before
    (came,) = publish(desk, ids).publications
    assert (made.branch, made.title, made.body, made.push_url) == (
        came.branch,
        came.title,
        text_of(desk),
        came.push_url,
    )
    with desk.db.read() as connection:
        parts = publications.parts(connection, came.id)
    assert [(commit.message, commit.candidates, commit.paths) for commit in made.commits] == [
        (part.message, (part.candidate_id,), (part.path,)) for part in parts
    ]
    assert made.title == "test: add and update 3 tests"


def test_one_commit_for_all_if_the_team_wants_it(desk: Desk, project: Project) -> None:
    desk = team(desk, commit=CommitSettings(mode="batch", subject="chore(qa): {verb} {title}", sign_off=True))
    one, two = approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    made = plan(desk)
    assert [commit.candidates for commit in made.commits] == [(one, two)]
    publish(desk)
    message = run_git(project.remote, "log", "--format=%B", f"main..{BRANCH}")
    assert message.rstrip("\n") + "\n" == made.commits[0].message
    assert message.startswith("chore(qa): add 2 tests\n\nContains 2 new files as they were reviewed.\n\nReviewed-by")
    assert message.count("QA-Candidate: ") == 2
    assert "Signed-off-by: Robin Reviewer <robin@example.test>" in message
    with desk.db.read() as connection:
        assert len({part.commit for part in publications.parts(connection, 1)}) == 1


def test_the_review_is_in_the_words(desk: Desk, as_reviewer: Callable[[Desk, str], Desk]) -> None:
    desk = team(
        desk,
        checklist=(ChecklistItem(id="neg", text="a negative case?"),),
        people={"kim": Person(name="Kim", email="kim@example.test")},
    )
    proposal = Proposal(
        "tests/test_a.py", b"a\n", "line 1", title="Refunds", plan_item="#12", completes=True,
        generator={"name": "gen", "model": "m1"},
    )  # fmt: skip
    (number,) = ingest(desk, [proposal], source="test").new
    answer(desk, [number], "neg", True)
    comment(desk, [number], "fine\n<b>now</b>", side="new", line=1)
    decide(as_reviewer(desk, "kim"), [number], Action.APPROVE, note="good @all")
    made = plan(desk)
    message = made.commits[0].message
    assert message == (
        "test: add Refunds\n\nAdds tests/test_a.py as it was reviewed.\nGenerated by gen (m1).\n\nCloses #12\n\n"
        f"Reviewed-by: Kim <kim@example.test>\nQA-Candidate: {number}@1 sha256:{row(desk, number).content_hash}\n"
    )
    for words in (
        "Closes #12\n", "| `kim` |", "- Title: Refunds\n", "- Generator: gen (m1)\n", "✓ a negative case?",
        "`robin@example.test` on line 1 (new), revision 1", "> fine\\\n> \\<b\\>now\\</b\\>", "good @ all",
    ):  # fmt: skip
        assert words in made.body, words


def test_what_is_not_approved_or_not_there_is_refused_with_the_reason(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "a\n"})
    result = publish(desk, [number, 7])
    assert dict(result.refused) == {
        7: "no such candidate",
        number: "only approved candidates can be published: it waits for review",
    }
    assert (result.publications, state(desk, number)) == ((), State.PENDING)


def test_a_query_looks_among_the_approved(desk: Desk) -> None:
    one, two = approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    assert plan(desk, query=parse("test_b")).candidates == (two,)
    assert publish(desk, query=parse("test_a")).published == (one,)


@pytest.mark.parametrize("text", ["is:rejected", "is:open", "is:held,pending test_a", "is:published"])
def test_a_query_for_other_states_publishes_nothing(desk: Desk, project: Project, text: str) -> None:
    approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    assert plan(desk, query=parse(text)).commits == ()
    result = publish(desk, query=parse(text))
    assert (result.publications, result.published, result.jobs) == ((), (), ())
    assert run_git(project.remote, "for-each-ref", "refs/heads/qatui") == ""


@pytest.mark.parametrize("text", ["is:approved", "is:all", "is:held,approved", ""])
def test_a_query_that_leaves_the_approved_in_publishes_them(desk: Desk, text: str) -> None:
    ids = approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    assert plan(desk, query=parse(text)).candidates == tuple(ids)


def test_base_moved_since_the_verdict_holds_it_and_the_rest_goes_on(desk: Desk, project: Project) -> None:
    one, two, three = approved(
        desk, {"tests/test_orders.py": "mine\n", "tests/test_new.py": "n\n", "tests/test_users.py": "u\n"}
    )
    # The remote moves; this clone has not fetched it.
    other = project.root.parent / "other"
    run_git(other.parent, "clone", "-q", str(project.remote), str(other))
    (other / "tests/test_orders.py").write_text("theirs\n")
    (other / "tests/test_new.py").write_text("theirs\n")
    (other / "unrelated").write_text("x")
    run_git(other, "add", "-A")
    run_git(other, "commit", "-qm", "move")
    run_git(other, "push", "-q", "origin", "main")
    tracking = project.git("rev-parse", "refs/remotes/origin/main")
    result = publish(desk)
    words = "base changed since the verdict: the file is "
    assert dict(result.held) == {one: words + "another there", two: words + "there by now"}
    assert result.published == (three,)
    assert [state(desk, number) for number in (one, two, three)] == [State.HELD, State.HELD, State.PUBLISHED]
    assert row(desk, one).state_reason == words + "another there"
    assert run_git(project.remote, "diff", "--name-only", "main", BRANCH) == "tests/test_users.py"
    assert project.git("rev-parse", "refs/remotes/origin/main") == tracking
    assert project.git("rev-parse", "refs/qatui/base/origin/main") == run_git(project.remote, "rev-parse", "main")
    # Looked at again and approved, on the base as it is now, it goes.
    fresh = replace(desk, base=desk.repository.base())
    decide(fresh, [one], Action.APPROVE)
    assert publish(fresh).published == (one,)


def test_only_held_makes_no_publication(desk: Desk, project: Project) -> None:
    (number,) = approved(desk, {"tests/test_orders.py": "mine\n"})
    project.commit({"tests/test_orders.py": None})
    result = publish(replace(desk, base=desk.repository.base()))
    assert result.held == ((number, "base changed since the verdict: the file is gone there"),)
    assert (result.publications, result.jobs) == ((), ())
    with desk.db.read() as connection:
        assert publications.every(connection, desk.repository_id) == []


def test_the_gate_can_be_opened(desk: Desk, project: Project) -> None:
    desk = team(desk, gates=Gates(base_unchanged=False))
    (number,) = approved(desk, {"tests/test_orders.py": "mine\n"})
    project.commit({"tests/test_orders.py": "theirs\n"})
    assert publish(desk).published == (number,)


def test_what_stands_in_the_way_on_base_is_refused(desk: Desk, project: Project) -> None:
    files = {"tests/link/test_a.py": "a\n", "tests/d": "b\n", "tests/c.py/test_c.py": "c\n", "tests/l": "d\n"}
    ids = approved(desk, dict(files))
    (project.root / "tests/link").symlink_to("/tmp")
    (project.root / "tests/l").symlink_to("/tmp")
    project.commit({"tests/d/x": "x", "tests/c.py": "x"})
    result = publish(desk)
    reasons = dict(result.refused)
    assert [reasons[number].split(" on base")[0] for number in ids] == [
        "the path goes through tests/link, a symbolic link or submodule",
        "the path is a folder",
        "tests/c.py is a file",
        "the path is a symbolic link or submodule",
    ]
    assert {state(desk, number) for number in ids} == {State.APPROVED}


def test_two_candidates_that_cannot_be_in_one_tree(desk: Desk, project: Project) -> None:
    file, inside = approved(desk, {"tests/x": "a\n", "tests/test_a.py": "b\n"})
    put(desk, inside, path="tests/x/test_a.py")  # intake would refuse it; what else brings it in, publishing must
    result = publish(desk)
    assert result.published == (file,)
    assert result.refused == ((inside, "tests/x, of the same publication, is a file"),)


def test_an_executable_stays_one(desk: Desk, project: Project) -> None:
    project.git("update-index", "--chmod=+x", "tests/test_users.py")
    project.git("commit", "-qm", "x")
    project.git("push", "-q", "origin", "main")
    desk = replace(desk, base=desk.repository.base())
    approved(desk, {"tests/test_users.py": "u\n", "tests/test_n.py": "n\n"})
    publish(desk)
    rows = run_git(project.remote, "ls-tree", BRANCH, "tests/test_users.py", "tests/test_n.py").splitlines()
    assert [line.split()[0] for line in rows] == ["100644", "100755"]


def test_odd_names_arrive(desk: Desk, project: Project) -> None:
    names = ['tests/a "b" c\\d.py', "tests/ünï ☃.py", "tests/tab\tnew\nline.py", "tests/-x.py"]
    ids = approved(desk, {f"tests/{at}.py": f"{at}\n" for at, _ in enumerate(names)})
    for number, name in zip(ids, names, strict=True):
        put(desk, number, path=name)  # intake would refuse some
    assert sorted(publish(desk).published) == ids
    listed = subprocess.run(
        ["git", "diff", "-z", "--name-only", "main", BRANCH], cwd=project.remote, capture_output=True, check=True
    ).stdout
    assert sorted(listed.decode("utf-8", "surrogateescape").split("\0")[:-1]) == sorted(names)
    assert run_git(project.remote, "fsck", "--strict") == ""


def test_a_publication_of_more_than_one_transaction_is_one_branch(desk: Desk, project: Project) -> None:
    ids = approved(desk, {f"tests/test_{at:03}.py": f"{at}\n" for at in range(430)})
    result = publish(desk)
    assert result.published == tuple(ids)
    assert run_git(project.remote, "rev-list", "--count", f"main..{BRANCH}") == "430"
    names = run_git(project.remote, "diff", "--name-only", "main", BRANCH).split("\n")
    assert len(names) == 430
    assert only(desk).title == "test: add 430 tests"
    assert len(text_of(desk)) <= 65_536


def test_the_number_of_git_processes_does_not_grow_with_the_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    execute = Git.execute

    def counted(self: Git, command: list[str], *args: object, **kwargs: object) -> object:
        calls.append(" ".join(command))
        return execute(self, command, *args, **kwargs)  # type: ignore[call-overload]

    few = approved(desk, {f"tests/test_few_{at}.py": f"{at}\n" for at in range(3)})
    many = approved(desk, {f"tests/test_many_{at}.py": f"{at}\n" for at in range(150)})
    monkeypatch.setattr(Git, "execute", counted)
    publish(desk, few)
    small, calls[:] = len(calls), []
    publish(desk, many)
    assert len(calls) == small <= 32


def test_a_clone_without_a_remote_keeps_the_commits(tmp_path: Path, desk: Desk, project: Project) -> None:
    project.git("remote", "remove", "origin")
    approved(desk, {"tests/test_a.py": "a\n"})
    result = publish(desk)
    (made,) = result.publications
    assert result.remarks == ("There is no remote “origin”: the commits stay in this clone, under refs/qatui.",)
    assert made.state == "pushed"
    assert "git push ADDRESS refs/qatui/publications/1:refs/heads/qatui/" in made.reason
    assert project.git("rev-parse", "refs/qatui/publications/1") == made.head_commit
    assert project.git("for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/main"


def test_a_password_in_the_address_stays_with_git(desk: Desk, project: Project, db: object) -> None:
    project.git("remote", "set-url", "origin", "https://me:s3cret@127.0.0.1:9/a/b.git")
    approved(desk, {"tests/test_a.py": "a\n"})
    result = publish(desk)
    (ran,) = result.jobs
    assert (ran.state, ran.exit_code) == ("waiting", ExitCode.REMOTE)
    with desk.db.read() as connection:
        (job,) = outbox.jobs(connection, desk.repository_id)
    kept = json.dumps([str(only(desk)), job.log, job.words, ran.words, *result.remarks, str(job.payload)])
    assert "127.0.0.1:9" in kept
    assert "s3cret" not in kept


def test_a_branch_that_others_have_gets_another_name(desk: Desk, project: Project) -> None:
    run_git(project.remote, "branch", BRANCH, "main")
    approved(desk, {"tests/test_a.py": "a\n"})
    (made,) = publish(desk).publications
    assert (made.state, made.branch) == ("pushed", f"{BRANCH}-2")


def test_the_publication_is_dated_when_it_was_decided(desk: Desk, project: Project, clock: Clock) -> None:
    approved(desk, {"tests/test_a.py": "a\n"})
    clock.forward(5_000)
    publish(desk)
    assert run_git(project.remote, "log", "-1", "--format=%at %ct", BRANCH) == f"{NOW // 1000 + 5} {NOW // 1000 + 5}"


EACH, ONE = CommitSettings(mode="candidate"), CommitSettings(mode="batch")


@pytest.mark.parametrize(("before", "now", "messages"), [(ONE, EACH, 2), (EACH, ONE, 1)])
def test_words_are_all_of_one_time_whatever_the_settings_were_before(
    desk: Desk,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    before: CommitSettings,
    now: CommitSettings,
    messages: int,
) -> None:
    ids = approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("qatui.flows.publication._compose", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(team(desk, commit=before))
    assert only(desk).state == "gathering"
    assert publish(team(desk, commit=now)).published == tuple(ids)
    with desk.db.read() as connection:
        words = [part.message for part in publications.parts(connection, 1)]
    assert len(list(filter(None, words))) == messages
    assert ("2 tests" in words[0]) == (now is ONE)
    assert int(run_git(project.remote, "rev-list", "--count", f"main..{BRANCH}")) == messages
