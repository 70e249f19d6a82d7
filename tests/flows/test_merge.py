"""Merging one's own publications, over the embedded GitHub with its branch rules."""

import socket
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from qatui.errors import ConfigError, ExitCode, NotFound
from qatui.flows.merge import Merging, merge
from qatui.flows.outbox import drop, jobs
from qatui.github import graphql
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import Rules
from qatui.store.schema import outbox
from tests.conftest import run_git
from tests.flows.test_sync import files
from tests.hosted import Hosted, client


def merged(shop: Hosted, *numbers: int, **how: object) -> Merging:
    """The next `qatui merge`; without numbers all that are open."""
    return merge(shop.again(), shop.hub, numbers or None, **how)  # type: ignore[arg-type]


def refusals(found: Merging) -> list[str]:
    """Why jobs merged nothing."""
    return [ran.words for ran in found.jobs if ran.state == "dropped"]


def rule(shop: Hosted, **rules: object) -> None:
    """Rules for main."""
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], Rules(**rules))  # type: ignore[arg-type]
        shop.github.world.commit()


def parents(shop: Hosted) -> int:
    """How many parents the last commit of main has."""
    return len(run_git(shop.bare, "rev-parse", "main^@").split())


def status(shop: Hosted, state: str, context: str = "unit") -> None:
    """Report a check of the first pull request's head."""
    with shop.http() as http:
        body = {"state": state, "context": context}
        assert http.post(f"{shop.path}/statuses/{shop.pull(1).head_sha}", json=body).status_code == 201


def approve(shop: Hosted, login: str = "kim") -> None:
    """A review of the first pull request by somebody."""
    with shop.http(login) as http:
        assert http.post(f"{shop.path}/pulls/1/reviews", json={"event": "APPROVE"}).status_code == 200


def test_ones_own_are_merged_and_their_candidates_with_them(shop: Hosted) -> None:
    first, second = shop.published(files("a")), shop.published(files("b"))
    found = merged(shop)
    assert ([each.id for each in found.asked], refusals(found), found.exit_code) == ([1, 2], [], ExitCode.DONE)
    assert shop.states([*first.published, *second.published]) == ["merged", "merged"]
    assert parents(shop) == 2
    again = merged(shop, 1)
    assert (again.asked, again.already, again.exit_code) == ((), (1,), ExitCode.DONE)
    assert merged(shop).asked == ()


@pytest.mark.parametrize(("method", "expected"), [("squash", 1), ("rebase", 1), (None, 1)])
def test_the_way_is_chosen_or_the_first_that_is_allowed(shop: Hosted, method: str | None, expected: int) -> None:
    shop.repository.allow_merge_commit = False
    result = shop.published(files("a"))
    refused = merged(shop, 1, method="merge")
    assert refused.refused == ((1, "main does not take merge: repository and rules allow squash or rebase"),)
    assert (refused.exit_code, shop.states(result.published)) == (ExitCode.NEEDS_PERSON, ["published"])
    assert merged(shop, 1, method=method).exit_code is ExitCode.DONE
    assert (shop.states(result.published), parents(shop)) == (["merged"], expected)


def test_a_linear_history_is_no_merge_commit(shop: Hosted) -> None:
    rule(shop, linear_history=True)
    result = shop.published(files("a"))
    assert merged(shop).exit_code is ExitCode.DONE
    assert (shop.states(result.published), parents(shop)) == (["merged"], 1)


def test_a_required_review_by_somebody_else_is_waited_for(shop: Hosted) -> None:
    rule(shop, required_approvals=1)
    result = shop.published(files("a"))
    found = merged(shop, 1)
    assert refusals(found) == ["it has 0 of 1 approvals; its author's own does not count"]
    assert (found.exit_code, shop.states(result.published)) == (ExitCode.NEEDS_PERSON, ["published"])
    assert jobs(shop.desk) == [], "nothing is left that would merge it later unasked"
    approve(shop)
    assert merged(shop, 1).exit_code is ExitCode.DONE
    assert shop.states(result.published) == ["merged"]


def test_checks_are_waited_for_by_github_where_that_is_asked_for(shop: Hosted) -> None:
    rule(shop, required_checks=["unit"])
    result = shop.published(files("a"))
    assert refusals(merged(shop, 1)) == ["check expected, and not started: unit"]
    status(shop, "pending")
    assert refusals(merged(shop, 1)) == ["check not done yet: unit"]
    later = merged(shop, 1, auto=True)
    assert (later.jobs[0].state, later.jobs[0].words) == ("done", "GitHub merges it as soon as it can")
    (one,) = later.synced.followed
    assert one.words == "it waits for what main asks for: reviews or checks; GitHub merges it as soon as it can"
    assert later.exit_code is ExitCode.DONE
    status(shop, "success")
    assert shop.synced().followed[0].merged == result.published


def test_a_failed_check_is_named(shop: Hosted) -> None:
    rule(shop, required_checks=["unit"])
    shop.published(files("a"))
    status(shop, "failure")
    status(shop, "success", "lint")
    assert refusals(merged(shop, 1)) == ["check failed: unit"]


def test_a_check_that_failed_stops_it_though_the_base_does_not_ask_for_it(shop: Hosted) -> None:
    shop.published(files("a"))
    status(shop, "failure", "lint")
    unasked = "main does not ask for that: --auto merges it all the same"
    assert refusals(merged(shop, 1)) == [f"check failed: lint; {unasked}"]
    assert merged(shop, 1, auto=True).exit_code is ExitCode.DONE
    assert shop.pull(1).merged_at


def test_auto_merges_at_once_what_can_be_merged(shop: Hosted) -> None:
    result = shop.published(files("a"))
    assert merged(shop, 1, auto=True).jobs[0].words == "merged into main"
    assert shop.states(result.published) == ["merged"]


def test_a_repository_without_auto_merge_says_so(shop: Hosted) -> None:
    shop.repository.allow_auto_merge = False
    rule(shop, required_checks=["unit"])
    shop.published(files("a"))
    (why,) = refusals(merged(shop, 1, auto=True))
    assert "uto merge is not allowed" in why or "uto-merge" in why


def test_a_merge_queue_gets_it(shop: Hosted) -> None:
    rule(shop, merge_queue=True, required_approvals=1)
    result = shop.published(files("a"))
    assert refusals(merged(shop, 1)) == ["it has 0 of 1 approvals; its author's own does not count"]
    later = merged(shop, 1, auto=True)
    assert later.jobs[0].words == "GitHub merges it as soon as it can"
    shop.pull(1).auto_merge = None
    approve(shop)
    found = merged(shop, 1)
    assert (found.jobs[0].state, found.jobs[0].words) == ("done", "it is in the merge queue of main")
    assert shop.states(result.published) == ["published"]
    assert [each.words for each in found.synced.followed] == ["it is in the merge queue of main"]
    said: list[str] = []
    assert merged(shop, 1, say=said.append).jobs[0].words == "it is in the merge queue of main"
    assert not any(each.startswith("putting") for each in said), "it is there already"
    queued = shop.pull(1)
    assert queued.queued_at is not None
    assert [each.words for each in shop.synced().followed] == ["it is in the merge queue of main"]
    queued.queued_at -= 3600
    shop.synced()
    assert shop.states(result.published) == ["merged"]


def test_commits_of_others_are_never_merged_unseen(shop: Hosted) -> None:
    result = shop.published(files("a"))
    shop.push(result.publications[0].branch, {"tests/test_b.py": "b = 1\n"})
    (why,) = refusals(merged(shop, 1))
    assert why == (
        "held: others put 1 commit on its branch, by Robin Reviewer; look at them on its page, and merge it there"
    )
    assert not shop.pull(1).merged_at


def test_a_draft_a_closed_and_a_conflicting_one_are_refused_in_words(shop: Hosted) -> None:
    shop.published({"tests/test_orders.py": "changed = 1\n"})
    shop.pull(1).draft = True
    assert refusals(merged(shop, 1)) == ["it is a draft"]
    shop.pull(1).draft = False
    shop.push("main", {"tests/test_orders.py": "changed = 2\n"})
    assert refusals(merged(shop, 1)) == ["it conflicts with main"]
    shop.close(1)
    assert merged(shop, 1).refused == ((1, "its pull request was closed"),)


def test_only_ones_own_that_there_are(shop: Hosted) -> None:
    shop.published(files("a"))
    other = replace(shop.again(), reviewer="kim@example.test")
    found = merge(other, shop.hub, [1])
    assert found.refused == ((1, "it is robin@example.test's: they merge it, or somebody on its page"),)
    assert merge(other, shop.hub, None).asked == ()
    with pytest.raises(NotFound, match="no publication 7"):
        merged(shop, 7)
    with pytest.raises(ConfigError, match="no token for GitHub"):
        merge(shop.desk, None, [1])


def test_one_that_somebody_merged_meanwhile_is_merged_already(shop: Hosted) -> None:
    result = shop.published(files("a"))
    shop.merge(1, method="squash")
    found = merged(shop, 1)
    assert (found.already, found.jobs, found.synced.followed[0].merged) == ((1,), (), result.published)


@pytest.mark.parametrize("closed", [False, True])
def test_what_happens_while_the_job_waits_is_looked_at(shop: Hosted, closed: bool) -> None:
    result = shop.published(files("a"))
    shop.line.down = "/merge"
    assert merged(shop, 1).exit_code is ExitCode.REMOTE
    shop.line.down = None
    shop.close(1) if closed else shop.merge(1, method="squash")
    (ran,) = shop.synced().jobs
    if closed:
        assert (ran.state, ran.words) == ("dropped", "its pull request is closed")
    else:
        assert (ran.state, ran.words) == ("done", "merged into main")
    assert shop.states(result.published) == ["closed" if closed else "merged"]


def test_a_merge_that_could_not_be_sent_waits_and_can_be_dropped(shop: Hosted) -> None:
    shop.published(files("a"))
    shop.line.down = "/merge"
    found = merged(shop, 1)
    assert (found.jobs[0].state, found.exit_code) == ("waiting", ExitCode.REMOTE)
    waiting = jobs(shop.desk)
    assert [each.kind for each in waiting] == ["merge"]
    assert drop(shop.desk, waiting[0].id).state == "dropped"
    assert not shop.pull(1).merged_at


def left_behind(shop: Hosted, **how: object) -> None:
    """A merge of the first publication whose process died before it reached GitHub."""
    shop.line.down = "/merge"
    merged(shop, 1, **how)
    shop.line.down = None
    lease = {"state": "running", "lease": f"{socket.gethostname()}:999999:dead", "lease_until": shop.clock() + 600_000}
    with shop.desk.db.write() as connection:
        connection.execute(update(outbox).where(outbox.c.key == "merge:1").values(lease))


def test_no_number_is_nothing_merged(shop: Hosted) -> None:
    result = shop.published(files("a"))
    found = merge(shop.again(), shop.hub, ())
    assert (found.asked, found.jobs, found.exit_code) == ((), (), ExitCode.DONE)
    assert shop.states(result.published) == ["published"]


@pytest.mark.parametrize("died", [False, True])
def test_an_earlier_merge_of_another_is_not_gone_on_with(shop: Hosted, died: bool) -> None:
    first, second = shop.published(files("a")), shop.published(files("b"))
    if died:
        left_behind(shop)
    else:
        shop.line.down = "/merge"
        merged(shop, 1)
        shop.line.down = None
        shop.clock.forward(3_600_000)
    found = merged(shop, 2)
    assert [(ran.job.key, ran.state) for ran in found.jobs] == [("merge:2", "done")]
    assert shop.states([*first.published, *second.published]) == ["published", "merged"]
    assert [(job.key, job.kind) for job in jobs(shop.desk)] == [("merge:1", "merge")], "it is left to sync"
    assert merge(shop.again(), shop.hub, ()).jobs == ()
    assert shop.synced().followed[0].merged == first.published


def test_a_merge_that_was_broken_off_is_done_as_it_was_asked_for_and_that_is_said(shop: Hosted) -> None:
    shop.published(files("a"))
    left_behind(shop, method="merge")
    found = merged(shop, 1, method="squash")
    assert (found.jobs[0].state, parents(shop)) == ("done", 2)
    told = "publication 1: a merge that was broken off is gone on with as it was asked for then: merge, not squash"
    assert found.synced.remarks == (told,)


def test_nothing_is_said_of_a_broken_off_merge_that_was_asked_for_alike(shop: Hosted) -> None:
    shop.published(files("a"))
    left_behind(shop)
    found = merged(shop, 1)
    assert (found.jobs[0].state, found.synced.remarks) == ("done", ())


def test_what_is_left_of_a_merge_that_github_did_is_ended(shop: Hosted) -> None:
    shop.published(files("a"))
    left_behind(shop)
    shop.merge(1)
    assert merged(shop).already == ()
    assert jobs(shop.desk) == []


def test_github_is_asked_to_merge_later_only_what_was_published(shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(shop, required_checks=["unit"])
    (made,) = shop.published(files("a")).publications
    real = graphql.enable_auto_merge

    def pushed_meanwhile(*given: Any, **how: Any) -> Any:
        shop.push(made.branch, {"tests/test_b.py": "b = 1\n"})
        return real(*given, **how)

    monkeypatch.setattr(graphql, "enable_auto_merge", pushed_meanwhile)
    (why,) = refusals(merged(shop, 1, auto=True))
    assert "ead" in why, why
    assert shop.pull(1).auto_merge is None


def test_who_may_not_push_is_told_once_and_nothing_is_tried(shop: Hosted) -> None:
    shop.published(files("a"))
    shop.published(files("b"))
    rita, line = client(shop.github, "rita", shop.clock)
    shop.line.asked.clear()
    with rita:
        found = merge(shop.again(), replace(shop.hub, github=rita), None)
    assert len({why for _, why in found.refused}) == 1
    assert [number for number, _ in found.refused] == [1, 2]
    assert "may not push to acme/" in found.refused[0][1]
    assert not any(each.startswith("PUT") for each in line.asked)
