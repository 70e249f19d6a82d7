"""Following publications to their merge, over the embedded GitHub."""

import threading
from dataclasses import replace

import pytest

from qatui.domain.lifecycle import Action
from qatui.errors import ExitCode
from qatui.flows.decide import decide
from qatui.flows.outbox import jobs
from qatui.flows.publish import Published, publish
from qatui.flows.sync import Synced, sync
from qatui.flows.undo import undo
from qatui.github.client import GitHub
from qatui.github.protocol import Repo
from qatui.sandbox.github.founding import rename
from qatui.store import events, publications
from tests.conftest import run_git, seed
from tests.hosted import Hosted, client

ORDERS = "tests/test_orders.py"


def files(*names: str) -> dict[str, str | bytes]:
    """New tests."""
    return {f"tests/test_{each}.py": f"def test(client):\n    assert client.get('/{each}').ok\n" for each in names}


def told(shop: Hosted, result: Published) -> list[tuple[str, str]]:
    """State and reason of what was published."""
    return [(each.state.value, each.state_reason) for each in shop.rows(result.published)]


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_what_is_merged_on_github_is_merged_here(shop: Hosted, method: str) -> None:
    result = shop.published(files("a", "b"))
    (made,) = result.publications
    assert (made.pull_state, made.pull_number) == ("open", 1)
    shop.merge(1, method=method)
    found = shop.synced()
    (one,) = found.followed
    assert (one.was, one.publication.pull_state, one.merged) == ("open", "merged", result.published)
    assert one.words == "merged into main"
    assert (found.exit_code, found.moved) == (ExitCode.DONE, True)
    assert shop.states(result.published) == ["merged", "merged"]
    assert one.publication.merge_commit == run_git(shop.bare, "rev-parse", "main")
    with shop.desk.db.read() as connection:
        log = events.log(connection, shop.desk.repository_id, candidate_id=result.published[0])
    assert (log[0].action, log[0].cause) == ("merged", "publication 1: #1 was merged into main")
    again = shop.synced()
    assert (again.followed, again.exit_code, again.moved) == ((), ExitCode.DONE, False)


def test_a_base_that_moves_on_after_the_merge_is_compared_at_the_merge(shop: Hosted) -> None:
    result = shop.published({**files("a"), ORDERS: "changed = 1\n"})
    shop.merge(1, method="squash")
    shop.push("main", {ORDERS: "changed = 2\n", "tests/test_a.py": None})
    with shop.http() as http:  # a branch that is gone after the merge is no trouble
        assert http.delete(f"{shop.path}/git/refs/heads/{result.publications[0].branch}").status_code == 204
    assert shop.synced().exit_code is ExitCode.DONE
    assert shop.states(result.published) == ["merged", "merged"]


def test_what_was_changed_before_the_merge_is_told_and_decided_again(shop: Hosted) -> None:
    result = shop.published(files("a", "b"))
    first, second = result.published
    text = files("a")["tests/test_a.py"]
    assert isinstance(text, str)
    shop.push(result.publications[0].branch, {"tests/test_a.py": "else = 1\n"})
    shop.merge(1, method="squash")
    found = shop.synced()
    (one,) = found.followed
    why = "its pull request is merged, but main has another content than was approved"
    assert (one.merged, one.differing) == ((second,), ((first, why),))
    assert found.exit_code is ExitCode.NEEDS_PERSON
    assert one.publication.reason == ("merged, but 1 of 2 are not on the base as they were approved: tests/test_a.py")
    assert [(each.state, each.state_reason) for each in shop.rows(result.published)] == [
        ("closed", why),
        ("merged", ""),
    ]
    assert shop.synced().followed == ()
    assert decide(shop.again(), [first], Action.APPROVE).done == (first,)
    again = publish(shop.again(), [first], hub=shop.hub)
    assert again.publications[0].pull_number == 2
    shop.merge(2)
    assert shop.synced().followed[0].merged == (first,)
    assert run_git(shop.bare, "show", "main:tests/test_a.py") + "\n" == text


def test_what_was_closed_is_decided_again_and_published_on_a_new_branch(shop: Hosted) -> None:
    result = shop.published(files("a", "b"))
    first, second = result.published
    shop.close(1)
    found = shop.synced()
    assert (found.followed[0].closed, found.exit_code) == (result.published, ExitCode.NEEDS_PERSON)
    assert found.followed[0].publication.pull_state == "closed"
    words = "its pull request #1 was closed and not merged"
    assert told(shop, result) == [("closed", words)] * 2
    assert shop.synced().followed == ()
    assert publish(shop.desk, result.published, hub=shop.hub).publications == (), "nobody approved it again"
    assert decide(shop.desk, [second], Action.REJECT, reason="other", note="no").done == (second,)
    assert decide(shop.desk, [first], Action.APPROVE).done == (first,)
    undone = undo(shop.desk)
    assert undone is not None
    assert undone.outcome.done == (first,)
    assert shop.states([first]) == ["closed"]
    again = shop.publish(first)
    assert (again.published, again.publications[0].pull_number) == ((first,), 2)
    assert again.publications[0].branch != result.publications[0].branch
    shop.merge(2)
    assert shop.synced().followed[0].merged == (first,)
    assert shop.states([first, second]) == ["merged", "rejected"]


def test_commits_of_others_hold_a_publication_and_are_told(shop: Hosted) -> None:
    (made,) = shop.published(files("a")).publications
    shop.push(made.branch, {"tests/test_b.py": "b = 1\n"})
    found = shop.synced()
    (one,) = found.followed
    assert one.words == "held: others put 1 commit on its branch, by Robin Reviewer"
    assert (one.publication.reason, found.exit_code) == (one.words.removeprefix("held: "), ExitCode.NEEDS_PERSON)
    assert run_git(shop.bare, "rev-parse", made.branch) != made.head_commit, "nothing was forced"
    run_git(shop.bare, "update-ref", f"refs/heads/{made.branch}", made.head_commit or "")
    (one,) = shop.synced().followed
    assert (one.publication.reason, one.needs_person) == ("", False)


def test_an_open_pull_request_that_conflicts_needs_a_person(shop: Hosted) -> None:
    shop.published({ORDERS: "changed = 1\n"})
    shop.push("main", {ORDERS: "changed = 2\n"})
    first = shop.synced()
    assert (first.followed[0].words, first.exit_code) == ("GitHub works out whether it can be merged", ExitCode.DONE)
    found = shop.synced()
    assert (found.followed[0].words, found.exit_code) == ("it conflicts with main", ExitCode.NEEDS_PERSON)


def test_a_merge_into_another_branch_is_no_merge(shop: Hosted) -> None:
    result = shop.published(files("a"))
    shop.push("release", {"RELEASE": "1\n"})
    with shop.http() as http:
        assert http.patch(f"{shop.path}/pulls/1", json={"base": "release"}).status_code == 200
    shop.merge(1)
    (one,) = shop.synced().followed
    assert (one.needs_person, one.words) == (True, "merged into release, not into main, for which it was approved")
    assert shop.states(result.published) == ["closed"]
    assert shop.synced().followed == ()


def test_a_base_that_lags_behind_the_api_is_waited_for(shop: Hosted) -> None:
    result = shop.published(files("a"))
    before = run_git(shop.bare, "rev-parse", "main")
    shop.merge(1)
    after = run_git(shop.bare, "rev-parse", "main")
    run_git(shop.bare, "update-ref", "refs/heads/main", before)
    (one,) = shop.synced().followed
    assert one.words == f"merged as {after[:12]}, which main does not have yet"
    assert (shop.states(result.published), one.publication.pull_state) == (["published"], "open")
    run_git(shop.bare, "update-ref", "refs/heads/main", after)
    assert shop.synced().followed[0].merged == result.published


def test_a_renamed_repository_is_followed_and_told(shop: Hosted) -> None:
    result = shop.published(files("a"))
    shop.merge(1)
    with shop.github.world.lock:
        rename(shop.github.world, shop.repository, name=f"{shop.repository.name}-renamed")
        shop.github.world.commit()
    found = shop.synced()
    assert found.followed[0].merged == result.published
    name = shop.hub.repo.name
    assert found.remarks == (f"acme/{name} is acme/{name}-renamed now: give the remote its new address.",)


def test_a_repository_that_the_token_does_not_see_is_told_in_words(shop: Hosted) -> None:
    result = shop.published(files("a"))
    found = sync(shop.again(), replace(shop.hub, repo=Repo("acme", "nothing")))
    (error,) = found.trouble
    assert "GitHub has no such thing, or does not show it to this token" in error.message
    assert (found.exit_code, found.followed) == (ExitCode.REMOTE, ())
    assert shop.states(result.published) == ["published"]


def test_without_a_token_it_says_what_was_not_asked_for(shop: Hosted) -> None:
    quiet = sync(shop.desk, None)
    assert (quiet.remarks, quiet.exit_code) == ((), ExitCode.DONE)
    shop.published(files("a"))
    found = sync(shop.again(), None)
    assert found.remarks[0].startswith("Pull requests were not asked for: there is no token for 127.0.0.1:")
    assert (found.followed, found.exit_code) == ((), ExitCode.NEEDS_PERSON)


def test_a_job_that_fails_or_lacks_a_token_is_told_until_somebody_acts(shop: Hosted) -> None:
    decide(shop.desk, seed(shop.desk, files("a")), Action.APPROVE)
    publish(shop.desk)
    waits = sync(shop.again(), None)
    assert ([ran.lacks_token for ran in waits.jobs], waits.exit_code) == ([True], ExitCode.NEEDS_PERSON)
    bad = replace(shop.hub, github=GitHub(shop.github.url, "ghp_nobodys", transport=shop.line, now=shop.clock))
    failed = sync(shop.again(), bad)
    (ran,) = failed.jobs
    assert (ran.state, ran.exit_code, failed.exit_code) == ("failed", ExitCode.REMOTE, ExitCode.REMOTE)
    assert ran.hint, "what to do about it"
    (job,) = jobs(shop.desk)
    assert job.words == f"{ran.words} {ran.hint}", "the cure is kept"
    assert sync(shop.again(), bad).jobs[0].state == "failed", "told again, not passed over"
    other = sync(replace(shop.again(), reviewer="kim", signature=("Kim", "kim@example.org")), shop.hub)
    assert ([each.id for each in other.others], other.exit_code) == ([job.id], ExitCode.NEEDS_PERSON)
    assert sync(shop.again(), shop.hub).exit_code is ExitCode.DONE


def test_a_remote_that_is_away_loses_nothing(shop: Hosted) -> None:
    result = shop.published(files("a"))
    shop.merge(1)
    address = run_git(shop.desk.repository.root, "remote", "get-url", "origin")
    run_git(shop.desk.repository.root, "remote", "set-url", "origin", "http://127.0.0.1:9/acme/shop.git")
    found = shop.synced()
    assert (found.exit_code, shop.states(result.published)) == (ExitCode.REMOTE, ["published"])
    assert found.followed[0].words == "merged; the base could not be fetched to see what came of it"
    run_git(shop.desk.repository.root, "remote", "set-url", "origin", address)
    assert shop.synced().followed[0].merged == result.published


def test_requests_do_not_grow_with_candidates_and_what_is_unchanged_is_free(shop: Hosted) -> None:
    shop.published(files("one"))
    shop.line.asked.clear()
    shop.synced()
    assert shop.line.asked == [f"GET {shop.path}/pulls/1"]
    shop.published(files(*(f"many_{number}" for number in range(12))))
    shop.line.asked.clear()
    shop.synced()
    assert shop.line.asked == [f"GET {shop.path}/pulls/1", f"GET {shop.path}/pulls/2"]
    shop.synced()  # by now GitHub knows whether they can be merged
    with shop.http("robin") as http:
        before = http.get("/rate_limit").json()["resources"]["core"]["used"]
        shop.synced()
        assert http.get("/rate_limit").json()["resources"]["core"]["used"] == before, "304 costs nothing"


def test_two_syncs_at_once_are_harmless(shop: Hosted) -> None:
    result = shop.published(files("a", "b", "c"))
    shop.merge(1)
    desk, found = shop.again(), list[Synced]()
    other, _ = client(shop.github, "robin", shop.clock, desk.db)
    with other:
        hubs = [shop.hub, replace(shop.hub, github=other)]
        threads = [threading.Thread(target=lambda hub=hub: found.append(sync(desk, hub))) for hub in hubs]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert len(found) == 2
    assert sorted(number for each in found for one in each.followed for number in one.merged) == list(result.published)
    assert shop.states(result.published) == ["merged"] * 3
    with desk.db.read() as connection:
        log = [event.action for event in events.log(connection, desk.repository_id, limit=1000)]
        assert publications.followed(connection, desk.repository_id) == []
    assert log.count("merged") == 3


def test_syncs_beside_a_publish_make_no_second_branch_or_pull_request(shop: Hosted) -> None:
    ids = seed(shop.desk, files("a", "b", "c"))
    assert len(decide(shop.desk, ids, Action.APPROVE).done) == 3
    desk = shop.again()
    done = threading.Event()

    results: list[Published] = []

    def publishing() -> None:
        try:
            results.append(publish(desk, ids, hub=shop.hub))
        finally:
            done.set()

    thread = threading.Thread(target=publishing)
    thread.start()
    while not done.is_set():
        assert sync(desk, shop.hub).trouble == ()
    thread.join()
    (result,) = results
    assert (result.refused, [each.id for each in result.publications]) == ((), [1]), "whoever did it"
    assert shop.states(ids) == ["published"] * 3
    assert run_git(shop.bare, "for-each-ref", "--format=%(refname)", "refs/heads/qatui").count("\n") == 0
    with shop.http() as http:
        assert len(http.get(f"{shop.path}/pulls", params={"state": "all"}).json()) == 1
    shop.merge(1)
    assert set(shop.synced().followed[0].merged) == set(ids)


def test_what_changed_on_base_since_the_verdict_is_held_and_the_rest_goes_to_its_merge(shop: Hosted) -> None:
    shop.push("main", {f"tests/test_{each}.py": f"{each} = 1\n" for each in ("same", "moved", "changed", "deleted")})
    run_git(shop.desk.repository.root, "fetch", "-q", "origin")
    shop.again()
    names = ("same", "changed", "deleted", "new", "moved")
    ids = seed(shop.desk, {f"tests/test_{each}.py": f"{each} = 2\n" for each in names})
    assert len(decide(shop.desk, ids, Action.APPROVE).done) == 5
    same, changed, deleted, new, moved = ids
    shop.push("main", {
        "tests/test_moved.py": None, "tests/else/test_moved.py": "moved = 1\n",
        "tests/test_changed.py": "changed = 3\n", "tests/test_deleted.py": None,
    })  # fmt: skip
    result = publish(shop.again(), hub=shop.hub)
    assert set(result.published) == {same, new}
    assert dict(result.held) == {
        changed: "base changed since the verdict: the file is another there",
        deleted: "base changed since the verdict: the file is gone there",
        moved: "base changed since the verdict: the file was moved there, to tests/else/test_moved.py",
    }
    shop.merge(1)
    assert set(shop.synced().followed[0].merged) == {same, new}
    assert shop.states(ids) == ["merged", "held", "held", "merged", "held"]
