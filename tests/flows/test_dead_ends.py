"""What could leave candidates `published` for ever: each way out, over the embedded GitHub and a plain remote."""

from dataclasses import replace
from typing import Any

import pytest

from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.errors import ExitCode, GitError
from qatui.flows import follow as following
from qatui.flows import outbox
from qatui.flows import sync as syncing
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.merge import merge
from qatui.flows.publish import plan, publish
from qatui.flows.sync import sync
from qatui.settings.types import PlanSettings, Team
from qatui.store import candidates, publications
from tests.conftest import Project, run_git, seed
from tests.flows.test_sync import files
from tests.hosted import Hosted


def state_of(shop: Hosted, number: int, state: str) -> None:
    """Close or open a pull request, as somebody does on its page."""
    with shop.http() as http:
        assert http.patch(f"{shop.path}/pulls/{number}", json={"state": state}).status_code == 200


def states(desk: Desk, ids: list[int]) -> list[str]:
    with desk.db.read() as connection:
        found = candidates.get_many(connection, desk.repository_id, ids)
    return [found[number].state.value for number in ids]


# Opened again


def test_what_was_closed_and_opened_again_is_followed_to_its_merge(shop: Hosted) -> None:
    result = shop.published(files("a", "b"))
    state_of(shop, 1, "closed")
    assert shop.synced().followed[0].closed == result.published
    assert shop.synced().followed == (), "closed still: nothing new"
    state_of(shop, 1, "open")
    (one,) = shop.synced().followed
    assert (one.was, one.publication.pull_state) == ("closed", "open")
    assert shop.states(result.published) == ["published", "published"]
    state_of(shop, 1, "closed")
    shop.synced()
    state_of(shop, 1, "open")
    shop.merge(1)
    (one,) = shop.synced().followed
    assert (one.publication.pull_state, one.merged) == ("merged", result.published)
    assert shop.states(result.published) == ["merged", "merged"]


@pytest.mark.parametrize("verdict", [Action.APPROVE, None])
def test_opened_again_and_merged_it_takes_no_newer_content_with_it(shop: Hosted, verdict: Action | None) -> None:
    """Base has the first revision of b; its second one, approved or not, is still to be published or decided."""
    first, second = shop.published(files("a", "b")).published
    state_of(shop, 1, "closed")
    shop.synced()
    with shop.desk.db.read() as connection:
        path = candidates.paths(connection, shop.desk.repository_id, [second])[second]
    ingest(shop.again(), [Proposal(path, b"another = 1\n", "x")], source="test")
    if verdict is not None:
        assert decide(shop.again(), [second], verdict).done == (second,)
    before = shop.states([second])
    state_of(shop, 1, "open")
    shop.merge(1)
    (one,) = shop.synced().followed
    assert (one.merged, shop.states([first, second])) == ((first,), ["merged", *before])
    assert (one.words, one.needs_person) == (
        f"merged into main; with it came what was decided otherwise since: {path}", True
    )  # fmt: skip
    assert shop.synced().followed == ()


def test_opened_again_after_its_test_was_approved_again_there_is_no_second_one(shop: Hosted) -> None:
    ids = shop.published(files("a")).published
    state_of(shop, 1, "closed")
    shop.synced()
    assert decide(shop.again(), ids, Action.APPROVE).done == ids
    shown = plan(shop.again())
    state_of(shop, 1, "open")
    why = "its pull request #1 was opened again: merge it, or close it first"
    assert publish(shop.again(), ids, hub=shop.hub).refused == ((ids[0], why),)
    assert publish(shop.again(), shown=shown, hub=shop.hub).refused == ((ids[0], why),)
    assert publish(shop.again(), hub=shop.hub).refused == ((ids[0], why),)
    assert shop.states(ids) == ["approved"]
    state_of(shop, 1, "closed")
    assert publish(shop.again(), hub=shop.hub).publications[0].pull_number == 2


def test_opened_again_it_takes_back_only_what_nobody_decided_since(shop: Hosted) -> None:
    result = shop.published(files("a", "b"))
    first, second = result.published
    state_of(shop, 1, "closed")
    shop.synced()
    assert decide(shop.again(), [second], Action.REJECT, reason="other", note="no").done == (second,)
    state_of(shop, 1, "open")
    shop.synced()
    assert shop.states([first, second]) == ["published", "rejected"]
    state_of(shop, 1, "closed")
    shop.synced()
    assert decide(shop.again(), [first], Action.APPROVE).done == (first,)
    state_of(shop, 1, "open")
    shop.line.asked.clear()
    assert shop.synced().followed == ()
    assert not any("/pulls/" in each for each in shop.line.asked), "nothing of it waits for that pull request"


# Merged without a pull request


def merged_by_git(project: Project, branch: str, *how: str) -> None:
    """Merge a branch of the remote by hand, and push."""
    project.git("fetch", "-q", "origin")
    project.git("merge", "-q", *how, f"origin/{branch}")
    if "--squash" in how:
        project.git("commit", "-q", "-m", "squashed")
    project.git("push", "-q", "origin", "HEAD:main")


@pytest.mark.parametrize("how", [("--no-ff", "--no-edit"), ("--squash",)])
def test_a_remote_at_no_host_that_was_merged_by_git(desk: Desk, project: Project, how: tuple[str, ...]) -> None:
    ids = seed(desk, files("a", "b"))
    decide(desk, ids, Action.APPROVE)
    (made,) = publish(desk).publications
    assert sync(desk, None).followed == ()
    assert states(desk, ids) == ["published", "published"]
    merged_by_git(project, made.branch, *how)
    found = sync(desk, None)
    (one,) = found.followed
    assert (one.merged, one.words) == (tuple(ids), "merged into main, without a pull request")
    assert (states(desk, ids), found.exit_code) == (["merged", "merged"], ExitCode.DONE)
    assert sync(desk, None).followed == ()


def test_a_remote_at_no_host_whose_branch_somebody_gave_up(desk: Desk, project: Project) -> None:
    ids = seed(desk, files("a"))
    decide(desk, ids, Action.APPROVE)
    (made,) = publish(desk).publications
    project.git("push", "-q", "origin", f":refs/heads/{made.branch}")
    found = sync(desk, None)
    (one,) = found.followed
    assert one.words == f"the branch {made.branch} is gone, and main does not have what was in it"
    assert (states(desk, ids), found.exit_code) == (["closed"], ExitCode.NEEDS_PERSON)
    assert sync(desk, None).followed == ()


def test_at_no_host_nothing_promises_to_tick(desk: Desk) -> None:
    from qatui.domain.proposal import Proposal
    from qatui.flows.ingest import ingest

    desk = replace(desk, team=Team(plan=PlanSettings(files=("plan.md",))))
    item = Proposal("tests/test_a.py", b"a\n", "a", plan_item="first", completes=True)
    (one,) = ingest(desk, [item], source="test").new
    decide(desk, [one], Action.APPROVE)
    (line,) = plan(desk).items
    assert line.unplaced


def test_merged_by_git_while_its_pull_request_waits_for_a_token(shop: Hosted) -> None:
    ids = seed(shop.desk, files("a"))
    decide(shop.again(), ids, Action.APPROVE)
    (made,) = publish(shop.again()).publications
    assert made.head_commit
    run_git(shop.bare, "update-ref", "refs/heads/main", made.head_commit)
    found = sync(shop.again(), None)
    assert (found.followed[0].merged, shop.states(ids)) == (tuple(ids), ["merged"])
    (ran,) = sync(shop.again(), shop.hub).jobs
    assert (ran.state, ran.words) == ("done", "main has it already, without a pull request")


def test_given_up_and_merged_by_hand_all_the_same(shop: Hosted) -> None:
    ids = seed(shop.desk, files("a"))
    decide(shop.again(), ids, Action.APPROVE)
    (made,) = publish(shop.again()).publications
    outbox.drop(shop.again(), 2)
    assert shop.states(ids) == ["closed"]
    with shop.http() as http:
        body = {"title": "by hand", "head": made.branch, "base": "main"}
        assert http.post(f"{shop.path}/pulls", json=body).status_code == 201
    shop.merge(1, method="squash")
    assert shop.synced().followed[0].merged == tuple(ids)
    assert shop.states(ids) == ["merged"]


# A base that is gone, and one local error


def test_a_base_branch_that_is_gone_after_the_merge_is_asked_for_once(shop: Hosted) -> None:
    shop.push("release", {"x": "y\n"})
    result = shop.published(files("a"))
    with shop.desk.db.write() as connection:
        publications.change(connection, 1, {"base_branch": "release"}, 0)
    with shop.http() as http:
        assert http.patch(f"{shop.path}/pulls/1", json={"base": "release"}).status_code == 200
        shop.merge(1)
        assert http.delete(f"{shop.path}/git/refs/heads/release").status_code == 204
    found = shop.synced()
    (one,) = found.followed
    words = "merged into release, and that branch is gone: what came of it cannot be seen"
    assert (one.words, found.exit_code) == (words, ExitCode.NEEDS_PERSON)
    assert shop.states(result.published) == ["closed"]
    assert shop.synced().followed == ()


def test_a_local_error_with_one_publication_stops_no_other(shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = shop.published(files("a")), shop.published(files("b"))
    shop.merge(1)
    shop.merge(2)
    real = following.follow

    def broken(*given: Any) -> Any:
        if given[2].id == 1:
            raise GitError("git ls-tree failed (128): fatal: bad object")
        return real(*given)

    monkeypatch.setattr(syncing, "follow", broken)
    found = shop.synced()
    assert [each.message for each in found.trouble] == ["git ls-tree failed (128): fatal: bad object"]
    assert found.exit_code is not ExitCode.DONE
    assert shop.states([*one.published, *two.published]) == ["published", "merged"]


def test_merge_knows_what_is_open_again(shop: Hosted) -> None:
    result = shop.published(files("a"))
    state_of(shop, 1, "closed")
    shop.synced()
    state_of(shop, 1, "open")
    assert merge(shop.again(), shop.hub, [1]).exit_code is ExitCode.DONE
    assert shop.states(result.published) == ["merged"]
