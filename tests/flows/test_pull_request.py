"""Opening a publication's pull request over the embedded GitHub, with real git over HTTP."""

import re
from dataclasses import replace
from typing import Any

import pytest

from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.errors import BadToken, ExitCode, Refused
from qatui.flows import outbox
from qatui.flows.decide import decide
from qatui.flows.follow import lost
from qatui.flows.hub import Hub
from qatui.flows.ingest import ingest
from qatui.flows.preflight import look_ahead
from qatui.flows.publish import Published, plan, publish
from qatui.github.client import GitHub
from qatui.github.protocol import Repo
from qatui.sandbox.github.founding import protect, rename
from qatui.sandbox.github.records import Rules
from qatui.settings.types import Person, Team
from qatui.store import events, publications
from qatui.store.outbox import Reason
from qatui.store.publications import Publication
from tests.conftest import Clock, run_git, seed
from tests.hosted import Hosted, client

TEST = {"tests/test_new.py": "def test(client):\n    assert client.get('/new').ok\n"}
TEMPLATE = "## What\n\n<!-- say it -->\n\n- [ ] I ran the tests\n- [ ] Docs\n"


def only(shop: Hosted) -> Publication:
    with shop.desk.db.read() as connection:
        (found,) = publications.every(connection, shop.desk.repository_id)
    return found


def approve(shop: Hosted, files: dict[str, str | bytes]) -> list[int]:
    """Candidates that wait to be published."""
    ids = seed(shop.desk, files)
    assert len(decide(shop.desk, ids, Action.APPROVE).done) == len(ids)
    return ids


def asked_for(shop: Hosted, number: int) -> list[str]:
    """Logins of requested reviewers."""
    with shop.http() as http:
        return [each["login"] for each in http.get(f"{shop.path}/pulls/{number}").json()["requested_reviewers"]]


def pulls(shop: Hosted) -> int:
    """How many pull requests there are, of any state."""
    with shop.http() as http:
        return len(http.get(f"{shop.path}/pulls", params={"state": "all"}).json())


def by_hand(shop: Hosted, branch: str, head: str = "") -> int:
    """Somebody opens the pull request on GitHub's page."""
    body = {"title": "by hand", "head": head or branch, "base": "main"}
    with shop.http() as http:
        return int(http.post(f"{shop.path}/pulls", json=body).json()["number"])


def jobs(result: Published) -> list[tuple[str, str, str]]:
    return [(ran.job.key, ran.state, ran.words) for ran in result.jobs]


def rita(shop: Hosted) -> Hub:
    """The client of somebody who may only read."""
    return Hub(client(shop.github, "rita", shop.clock)[0], shop.hub.repo)


def fork(shop: Hosted, hub: Hub) -> str:
    """rita's fork of the repository, and its address with her token."""
    with shop.http("rita") as http:
        assert http.post(f"{shop.path}/forks").status_code == 202
    root = shop.github.url.removesuffix("/api/v3").replace("://", f"://x:{shop.github.token('rita')}@")
    return f"{root}/rita/{shop.repository.name}.git"


def test_one_pull_request_with_the_review_in_the_teams_template(shop: Hosted) -> None:
    shop.push("main", {".github/pull_request_template.md": TEMPLATE})
    generator = {"name": "gen", "model": "m", "run": "1"}
    proposal = Proposal("tests/test_a.py", b"a = 1\n", title="Lists a", plan_item="#7", completes=True, place="x")
    shop.desk = replace(shop.desk, team=Team(people={"kim": Person(role="maintainer")}))
    (one,) = ingest(shop.desk, [replace(proposal, generator=generator)], source="seed").new
    decide(shop.desk, [one], Action.APPROVE, note="read it all")
    said: list[str] = []
    result = publish(shop.desk, hub=shop.hub, say=said.append)
    (made,) = result.publications
    assert jobs(result) == [("publish:1", "done", ""), ("pull_request:1", "done", "")]
    assert (made.pull_number, made.pull_state, made.head_repository) == (1, "open", "")
    assert said[-2] == f"opening the pull request for {made.branch} in {shop.hub.repo}"
    assert said[-1] == f"{shop.hub.repo}#1: {made.pull_url}"
    with shop.http() as http:
        there = http.get(f"{shop.path}/pulls/1").json()
    assert made.pull_url == there["html_url"]
    assert (there["title"], there["draft"], there["user"]["login"]) == (made.title, False, "robin")
    assert (there["base"]["ref"], there["head"]["ref"]) == ("main", made.branch)
    assert there["head"]["sha"] == made.head_commit
    body = there["body"]
    assert body.startswith(TEMPLATE + "\n## Review record\n\nTest files, 1 new, approved by `robin@example.test`")
    assert "\n\nCloses #7\n\n" in body
    assert "- Verdict's note: read it all" in body
    row = shop.rows([one])[0]
    who = "`robin@example.test` | 2026-11-18T11:06:40Z"
    assert f"| `tests/test_a.py` new | approved | {who} | `{one}@1 sha256:{row.content_hash}` |" in body
    assert asked_for(shop, 1) == [], "the base asks for no review"
    with shop.desk.db.read() as connection:
        newest = events.log(connection, shop.desk.repository_id)[0]
        assert publications.body(connection, 1) == body
    assert (newest.action, newest.cause, newest.after) == (
        "pull_request", "publication 1: #1", {"publication": 1, "pull_request": 1},
    )  # fmt: skip
    assert publish(shop.desk, hub=shop.hub).jobs == ()
    assert pulls(shop) == 1


@pytest.mark.parametrize("reviewed", [False, True])
def test_the_requests_are_told_before_and_do_not_grow_with_the_candidates(shop: Hosted, reviewed: bool) -> None:
    counts = []
    if reviewed:
        with shop.github.world.lock:
            protect(shop.github.world, shop.repository, ["main"], Rules(required_approvals=1))
        shop.team(people={"kim": Person(role="qa-lead")})
    for count in (1, 50) if reviewed else (1, 50, 500):
        ids = approve(shop, {f"tests/test_{count}_{at}.py": f"{at}\n" for at in range(count)})
        shop.line.asked.clear()
        shop.hub = Hub(shop.hub.github, shop.hub.repo)  # whose token it is would be remembered
        result = publish(shop.desk, ids, hub=shop.hub)
        assert len(result.published) == count
        assert len(shop.line.asked) == result.requests, shop.line.asked
        counts.append(result.requests)
    assert set(counts) == {11 if reviewed else 6}


def test_a_base_that_wants_reviews_is_told_and_people_are_asked(shop: Hosted) -> None:
    rules = Rules(
        required_approvals=2, require_code_owner_review=True, required_checks=["ci/test"], strict_checks=True,
        signed_commits=True, linear_history=True, allowed_merge_methods=["merge", "squash"],
    )  # fmt: skip
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], rules)
    shop.team(people={
        "kim": Person(role="maintainer"), "ROBIN": Person(role="qa-lead"), "mira": Person(),
        "lead@example.test": Person(role="qa-lead"),
    })  # fmt: skip
    approve(shop, dict(TEST))
    ahead = look_ahead(shop.desk, shop.hub)
    assert ahead.rules == (
        "2 approving reviews by code owners, not by you; asked: kim, and GitHub asks the code owners.",
        "Commits must be signed, and these are not: set commit.gpgSign and a key, or merge by squash at GitHub.",
        "Checks must pass: ci/test.",
        "The branch must be up to date with its base.",
        "Merged by squash only (linear history).",
    )
    result = publish(shop.desk, hub=shop.hub)
    assert result.rules == ahead.rules
    assert (only(shop).pull_state, asked_for(shop, 1)) == ("open", ["kim"])


def test_who_cannot_be_asked_is_a_remark(shop: Hosted) -> None:
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], Rules(required_approvals=1))
    shop.team(people={"rita": Person(role="maintainer")})
    approve(shop, dict(TEST))
    result = publish(shop.desk, hub=shop.hub)
    (_, (key, state, words)) = jobs(result)
    assert (key, state) == ("pull_request:1", "done")
    assert words.startswith("nobody of the team was asked for a review: Could not ask for reviews of")
    assert only(shop).pull_state == "open"


def test_a_merge_queue_is_told(shop: Hosted) -> None:
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], Rules(merge_queue=True))
    ahead = look_ahead(shop.desk, shop.hub)
    assert ahead.rules == ("A merge queue merges it: it is put into the queue, not merged by hand.",)


def test_without_a_token_it_waits_and_the_next_publish_opens_it(shop: Hosted) -> None:
    ids = approve(shop, dict(TEST))
    result = publish(shop.desk)
    assert result.published == tuple(ids)
    (_, (key, state, words)) = jobs(result)
    assert (key, state) == ("pull_request:1", "waiting")
    assert re.fullmatch(r"it waits for a token for 127\.0\.0\.1:[0-9]+: see qatui doctor", words)
    assert all(ran.exit_code is ExitCode.DONE for ran in result.jobs)
    assert outbox.unfinished(shop.desk) == []
    (job,) = outbox.jobs(shop.desk)
    assert (job.words, job.reason) == (words, Reason.TOKEN)
    assert jobs(publish(shop.desk)) == [("pull_request:1", "waiting", words)]
    made = only(shop)
    assert made.record_file is not None
    assert (made.state, made.pull_number) == ("pushed", None)
    assert jobs(publish(shop.desk, hub=shop.hub)) == [("pull_request:1", "done", "")]
    assert (only(shop).pull_number, pulls(shop)) == (1, 1)


def test_who_gives_it_up_decides_again_and_keeps_the_branch_and_the_text(shop: Hosted) -> None:
    ids = approve(shop, dict(TEST))
    publish(shop.desk)
    made = only(shop)
    ran = outbox.drop(shop.desk, 2)
    told = f"no pull request is opened for its branch {made.branch}"
    words = f"{told}: its candidate is to be decided again; the text is in {made.record_file}"
    assert (ran.state, ran.words) == ("dropped", words)
    assert run_git(shop.bare, "rev-parse", made.branch) == made.head_commit
    assert [(each.state.value, each.state_reason) for each in shop.rows(ids)] == [("closed", told)]
    again = shop.publish(*ids)
    assert (again.published, again.publications[0].pull_number) == (tuple(ids), 1)


@pytest.mark.parametrize("moved", [False, True])
def test_a_giving_up_that_died_is_ended_and_opens_nothing(
    shop: Hosted, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    """Killed before its candidates are free, or after."""
    ids = approve(shop, dict(TEST))
    publish(shop.desk)

    def killed(*args: Any) -> None:
        if moved:
            lost(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr("qatui.flows.pull_request.lost", killed)
    with pytest.raises(KeyboardInterrupt):
        outbox.drop(shop.desk, 2)
    monkeypatch.undo()
    if moved:
        assert decide(shop.again(), ids, Action.APPROVE).done == tuple(ids)
    ran = shop.synced().jobs
    assert [(each.job.key, each.state) for each in ran] == [("pull_request:1", "dropped")]
    assert (shop.states(ids), pulls(shop)) == (["approved" if moved else "closed"], 0)


def test_given_up_for_one_that_somebody_opened_by_hand_it_is_followed(shop: Hosted) -> None:
    ids = approve(shop, dict(TEST))
    publish(shop.desk)
    number = by_hand(shop, only(shop).branch)
    ran = outbox.drop(shop.desk, 2, hub=shop.hub)
    assert (ran.state, ran.words) == ("done", f"somebody opened #{number} for it: it is followed")
    assert (only(shop).pull_number, shop.states(ids)) == (number, ["published"])


def test_a_branch_that_is_deleted_before_is_pushed_again(shop: Hosted) -> None:
    ids = approve(shop, dict(TEST))
    publish(shop.desk)
    made = only(shop)
    with shop.http() as http:
        assert http.delete(f"{shop.path}/git/refs/heads/{made.branch}").status_code == 204
    assert jobs(publish(shop.desk, hub=shop.hub)) == [("pull_request:1", "done", "")]
    assert run_git(shop.bare, "rev-parse", made.branch) == made.head_commit
    assert (only(shop).pull_number, shop.states(ids)) == (1, ["published"])


def test_one_that_somebody_opened_is_taken_for_ours(shop: Hosted) -> None:
    approve(shop, dict(TEST))
    publish(shop.desk)
    number = by_hand(shop, only(shop).branch)
    assert jobs(publish(shop.desk, hub=shop.hub)) == [("pull_request:1", "done", "")]
    assert (only(shop).pull_number, pulls(shop)) == (number, 1)


def test_one_that_came_between_look_and_opening_is_taken_as_well(shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(shop, dict(TEST))
    publish(shop.desk)
    branch, write = only(shop).branch, GitHub.write

    def late(self: GitHub, *args: object, **kwargs: object) -> object:
        if pulls(shop) == 0:
            by_hand(shop, branch)
        return write(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(GitHub, "write", late)
    assert jobs(publish(shop.desk, hub=shop.hub)) == [("pull_request:1", "done", "")]
    assert (only(shop).pull_number, pulls(shop)) == (1, 1)


@pytest.mark.parametrize("end", ["closed by somebody", "merged"])
def test_one_that_is_over_already_is_not_opened_again(shop: Hosted, end: str) -> None:
    (one,) = approve(shop, dict(TEST))
    publish(shop.desk)
    number = by_hand(shop, only(shop).branch)
    shop.merge(number) if end == "merged" else shop.close(number)
    result = publish(shop.desk, hub=shop.hub)
    assert jobs(result) == [("pull_request:1", "done", f"#1 was {end} already: qatui sync goes on from there")]
    assert result.jobs[0].exit_code is ExitCode.NEEDS_PERSON
    assert pulls(shop) == 1
    shop.synced()
    assert shop.states([one]) == ["merged" if end == "merged" else "closed"]


def test_a_closed_one_of_an_earlier_branch_of_this_name_is_none_of_ours(shop: Hosted) -> None:
    approve(shop, dict(TEST))
    name = plan(shop.desk).branch
    shop.push(name, {"tests/other.py": "other = 1\n"})
    shop.close(by_hand(shop, name))
    run_git(shop.bare, "update-ref", "-d", f"refs/heads/{name}")
    publish(shop.desk, hub=shop.hub)
    assert (only(shop).branch, only(shop).pull_number, pulls(shop)) == (name, 2, 2)


def test_a_renamed_repository_is_found(shop: Hosted) -> None:
    approve(shop, dict(TEST))
    with shop.github.world.lock:
        rename(shop.github.world, shop.repository, name=f"{shop.repository.name}-new")
    result = publish(shop.desk, hub=shop.hub)
    there = f"acme/{shop.repository.name}"
    assert result.remarks == (
        f"{shop.hub.repo} is {there} by now: git remote set-url, and `repository` in qatui.yaml.",
    )
    assert (only(shop).pull_number, only(shop).head_repository) == (1, "")
    assert f"/{there}/pull/1" in only(shop).pull_url


@pytest.mark.parametrize("way", ["remote", "pushurl"])
def test_who_may_only_read_publishes_from_a_fork(shop: Hosted, way: str) -> None:
    hub = rita(shop)
    address = fork(shop, hub)
    approve(shop, dict(TEST))
    if way == "remote":
        run_git(shop.desk.repository.root, "remote", "add", "mine", address)
    else:
        run_git(shop.desk.repository.root, "remote", "set-url", "--push", "origin", address)
    ahead = look_ahead(shop.desk, hub)
    assert ahead.push_url.endswith(f"/rita/{shop.repository.name}.git")
    assert "x:" not in ahead.push_url, "a token stays with git"
    result = publish(shop.desk, hub=hub)
    made = only(shop)
    assert (made.state, made.pull_state) == ("pushed", "open"), result.jobs
    assert made.head_repository == f"rita/{shop.repository.name}"
    with shop.http() as http:
        there = http.get(f"{shop.path}/pulls/1").json()
    assert there["head"]["label"] == f"rita:{made.branch}"
    assert there["head"]["repo"]["full_name"] == made.head_repository
    assert run_git(shop.bare, "for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/main"
    hub.github.close()


def test_who_may_not_push_and_has_no_fork_is_refused_before_anything_is_written(shop: Hosted) -> None:
    hub = rita(shop)
    (one,) = approve(shop, dict(TEST))
    run_git(shop.desk.repository.root, "remote", "add", "elsewhere", f"{shop.github.url}/acme/ledger.git")
    with pytest.raises(Refused, match=r"may not push to acme/shop-[0-9]+, and no remote of this clone is a fork"):
        publish(shop.desk, hub=hub)
    assert outbox.jobs(shop.desk, every=True) == []
    assert shop.states([one]) == ["approved"]
    hub.github.close()


def test_a_token_that_github_does_not_know_stops_it_before_anything_is_written(shop: Hosted) -> None:
    (one,) = approve(shop, dict(TEST))
    with GitHub(shop.github.url, "ghp_unknown", now=Clock()) as github, pytest.raises(BadToken):
        publish(shop.desk, hub=Hub(github, shop.hub.repo))
    assert (outbox.jobs(shop.desk, every=True), shop.states([one])) == ([], ["approved"])


def test_a_github_that_is_away_lets_the_pull_request_wait(shop: Hosted) -> None:
    approve(shop, dict(TEST))
    away = GitHub("http://127.0.0.1:9", "ghp_x", now=Clock(), sleep=lambda _: None)
    with away:
        result = publish(shop.desk, hub=Hub(away, Repo("acme", shop.repository.name)))
    assert "the pull request waits" in result.remarks[0]
    (_, (key, state, words)) = jobs(result)
    assert (key, state) == ("pull_request:1", "waiting")
    assert "could not be reached" in words
    assert result.jobs[1].exit_code is ExitCode.REMOTE
    assert jobs(publish(shop.desk, hub=shop.hub)) == [("pull_request:1", "done", "")]


def test_an_address_that_git_rewrites_is_the_repository_all_the_same(shop: Hosted) -> None:
    root = shop.desk.repository.root
    address = run_git(root, "remote", "get-url", "origin")
    run_git(root, "config", f"url.{address.rpartition('/')[0]}/.insteadOf", "work:")
    run_git(root, "remote", "set-url", "origin", f"work:{shop.repository.name}.git")
    approve(shop, dict(TEST))
    publish(shop.desk, hub=shop.hub)
    assert (only(shop).pull_state, only(shop).head_repository) == ("open", "")
