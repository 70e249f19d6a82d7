"""Merging: by git, in three ways, where rules and people let it. https://docs.github.com/rest/pulls/pulls"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from qatui.sandbox.github import waiting
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import AutoMerge, Rules
from tests.conftest import run_git
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of, review

REPOSITORY = "/repos/acme/payments-api"


def base(github: Lookalike, name: str) -> str:
    """A branch like main, for one test."""
    github.push(name, {"base.txt": "base\n"}, parent="main")
    return name


def at(github: Lookalike, rev: str) -> str:
    """What git knows a name or a path by."""
    return run_git(github.bare, "rev-parse", rev)


@contextmanager
def setting(github: Lookalike, **values: bool) -> Iterator[None]:
    """The repository with other settings for a while."""
    before = {name: getattr(github.repository, name) for name in values}
    try:
        for name, value in values.items():
            setattr(github.repository, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(github.repository, name, value)


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_what_is_merged_is_what_was_proposed(github: Lookalike, method: str) -> None:
    """GITHUB.md: merged means the API's merged and the blobs on base equal what was approved."""
    target = base(github, f"target-{method}")
    path = opened(github, base=target, files={"one.txt": "1\n", "tests/test_orders.py": "def test():\n    pass\n"})
    head = pull_of(github, path).head_ref
    github.push(head, {"two.txt": "2\n"}, message="Add two\n\nIt was missing.")
    beyond = github.push(target, {"base.txt": "meanwhile\n"})
    with github.http("robin") as http:
        before = http.get(path).json()
        done = http.put(f"{path}/merge", json={"merge_method": method, "sha": before["head"]["sha"]})
        after = http.get(path).json()
        merged = http.get(f"{path}/merge")
    assert (done.status_code, done.json()["merged"], merged.status_code) == (200, True, 204)
    assert (after["state"], after["merged"], after["merged_by"]["login"]) == ("closed", True, "robin")
    assert after["merge_commit_sha"] == done.json()["sha"] == at(github, target)
    for name in ("one.txt", "two.txt", "tests/test_orders.py"):
        assert at(github, f"{target}:{name}") == at(github, f"{before['head']['sha']}:{name}")
    assert run_git(github.bare, "show", f"{target}:base.txt") == "meanwhile"
    reached = run_git(github.bare, "rev-list", target)
    assert beyond in reached
    assert (before["head"]["sha"] in reached) is (method == "merge")
    assert [after[key] for key in ("commits", "changed_files")] == [2, 3]


def _log(github: Lookalike, rev: str) -> list[str]:
    return run_git(github.bare, "log", "-1", "--format=%an%n%cn%n%B", rev).strip().splitlines()


def test_github_words_a_merge_commit(github: Lookalike) -> None:
    path = opened(github, base=base(github, "words-merge"))
    pull = pull_of(github, path)
    with github.http("robin") as http:
        http.put(f"{path}/merge", json=None)
    title = f"Merge pull request #{pull.number} from acme/{pull.head_ref}"
    assert _log(github, "words-merge") == ["robin", "GitHub", title, "", pull.head_ref]
    parents = run_git(github.bare, "log", "-1", "--format=%P", "words-merge").split()
    assert parents[1] == pull.head_sha


def test_github_commits_as_web_flow(github: Lookalike) -> None:
    """As the real one does what it merges; https://github.com/web-flow."""
    path = opened(github, base=base(github, "web-flow"))
    with github.http("robin") as http:
        made = http.put(f"{path}/merge").json()["sha"]
        shown = http.get(f"/repos/acme/payments-api/commits/{made}").json()
        assert shown["committer"]["login"] == "web-flow"
        assert shown["commit"]["committer"]["name"] == "GitHub"
        assert http.get(shown["committer"]["url"]).json()["id"] == shown["committer"]["id"]


def test_github_words_a_squash_of_one_commit(github: Lookalike) -> None:
    path = opened(github, "kim", base=base(github, "words-one"))
    with github.http("robin") as http:
        http.put(f"{path}/merge", json={"merge_method": "squash"})
    number = pull_of(github, path).number
    credit = "Co-authored-by: Robin Reviewer <robin@example.test>"
    assert _log(github, "words-one") == ["kim", "GitHub", f"change (#{number})", "", credit]


def test_github_words_a_squash_of_two_commits(github: Lookalike) -> None:
    path = opened(github, base=base(github, "words-two"))
    pull = pull_of(github, path)
    github.push(pull.head_ref, {"two.txt": "2\n"}, message="Add two\n\nIt was missing.")
    with github.http("robin") as http:
        http.put(f"{path}/merge", json={"merge_method": "squash"})
    told = _log(github, "words-two")[2:]
    assert told[:6] == [f"{pull.head_ref} (#{pull.number})", "", "* change", "", "* Add two", ""]
    assert told[6:] == ["It was missing.", "", "-" * 9, "", "Co-authored-by: Robin Reviewer <robin@example.test>"]


def test_words_may_be_given(github: Lookalike) -> None:
    path = opened(github, base=base(github, "words-given"))
    body = {"merge_method": "squash", "commit_title": "Test orders", "commit_message": "with\0 care"}
    with github.http("robin") as http:
        assert http.put(f"{path}/merge", json=body).status_code == 200
    assert _log(github, "words-given")[2:] == ["Test orders", "", "with care"]


def test_a_rebase_keeps_authors_and_leaves_merges_out(github: Lookalike) -> None:
    target = base(github, "rebased")
    path = opened(github, base=target, files={"one.txt": "1\n"})
    head = pull_of(github, path).head_ref
    github.push(target, {"base.txt": "meanwhile\n"})
    with github.http("robin") as http:
        assert http.put(f"{path}/update-branch", json={}).status_code == 202
        github.push(head, {"two.txt": "2\n"}, message="two")
        assert http.put(f"{path}/merge", json={"merge_method": "rebase"}).status_code == 200
    rows = run_git(github.bare, "log", "-3", "--format=%an/%cn/%s/%p", target).splitlines()
    assert [row.rsplit("/", 1)[0] for row in rows[:2]] == [
        "Robin Reviewer/robin/two",
        "Robin Reviewer/robin/change",
    ]
    assert all(" " not in row.rsplit("/", 1)[1] for row in rows)


def test_a_conflict_is_not_merged(github: Lookalike) -> None:
    """GITHUB.md, Answers: merge gives 405 not mergeable."""
    target = base(github, "conflict")
    path = opened(github, base=target, files={"base.txt": "ours\n"})
    tip = github.push(target, {"base.txt": "theirs\n"})
    with github.http("robin") as http:
        http.get(path)
        shown = http.get(path).json()
        assert (shown["mergeable"], shown["rebaseable"], shown["mergeable_state"]) == (False, False, "dirty")
        for method, words in (
            ("merge", "Pull Request is not mergeable"),
            ("squash", "Pull Request is not mergeable"),
            ("rebase", "This branch can't be rebased"),
        ):
            answer = http.put(f"{path}/merge", json={"merge_method": method})
            assert (answer.status_code, answer.json()["message"]) == (405, words)
        assert http.put(f"{path}/update-branch", json={}).status_code == 422
    assert at(github, target) == tip


def test_a_head_that_moved_is_not_merged(github: Lookalike) -> None:
    """GITHUB.md, Answers: always send `sha`; 409 head moved."""
    path = opened(github)
    seen = pull_of(github, path).head_sha
    github.push(pull_of(github, path).head_ref, {"sneaked.txt": "in\n"})
    with github.http("robin") as http:
        answer = http.put(f"{path}/merge", json={"sha": seen})
        assert http.get(f"{path}/merge").status_code == 404
    assert answer.status_code == 409
    assert answer.json()["message"] == "Head branch was modified. Review and try the merge again."


def test_a_draft_and_a_closed_one_are_not_merged(github: Lookalike) -> None:
    """GITHUB.md, Answers: merge gives 405 for a draft."""
    path = opened(github)
    pull_of(github, path).draft = True
    with github.http("robin") as http:
        http.get(path)
        assert http.get(path).json()["mergeable_state"] == "draft"
        draft = http.put(f"{path}/merge", json={})
        pull_of(github, path).draft = False
        http.patch(path, json={"state": "closed"})
        closed = http.put(f"{path}/merge", json={})
    assert (draft.status_code, draft.json()["message"]) == (405, "Pull Request is still a draft")
    assert (closed.status_code, closed.json()["message"]) == (405, "Pull Request is not mergeable")


@pytest.mark.parametrize(("login", "status"), [("rita", 403), (None, 401)])
def test_nobody_without_push_access_merges(github: Lookalike, login: str | None, status: int) -> None:
    path = opened(github)
    with github.http(login) as http:
        assert http.put(f"{path}/merge", json={}).status_code == status
    assert pull_of(github, path).merged_at is None


def test_a_way_that_the_repository_has_not_is_refused(github: Lookalike) -> None:
    path = opened(github)
    with setting(github, allow_merge_commit=False), github.http("robin") as http:
        answer = http.put(f"{path}/merge", json={})
    assert answer.status_code == 405
    assert answer.json()["message"] == "Merge commits are not allowed on this repository."


def test_a_required_review_blocks_until_it_is_there(github: Lookalike) -> None:
    """GITHUB.md, Branch rules: with required reviews of others, who publishes cannot merge alone."""
    target = base(github, "reviewed")
    protect(github.world, github.repository, [target], Rules(required_approvals=1), name=target)
    path = opened(github, base=target)
    with github.http("mira") as http:
        http.get(path)
        assert http.get(path).json()["mergeable_state"] == "blocked"
        refused = http.put(f"{path}/merge", json={})
        assert refused.status_code == 405
        assert "1 approving review is required" in refused.json()["message"]
        review(github, "robin", path, "APPROVE")
        assert http.get(path).json()["mergeable_state"] == "clean"
        assert http.put(f"{path}/merge", json={}).json()["merged"] is True


def test_a_merge_queue_takes_no_merge(github: Lookalike) -> None:
    """GITHUB.md, Branch rules: merge queue: REST merge answers 405; it is a state, not an error."""
    target = base(github, "queued")
    protect(github.world, github.repository, [target], Rules(merge_queue=True), name=target)
    path = opened(github, base=target)
    pull, mira = pull_of(github, path), github.world.user("mira")
    assert mira is not None
    with github.http("mira") as http:
        refused = http.put(f"{path}/merge", json={})
        assert refused.status_code == 405
        assert "merge queue" in refused.json()["message"]
        with github.world.lock:
            waiting.enqueue(github.world, pull, mira)
        assert http.get(path).json()["state"] == "open"
        assert pull.queued_at is not None
        pull.queued_at -= waiting.QUEUE_SECONDS
        assert http.get(path).json()["merged"] is True
        events = [each["event"] for each in http.get(path.replace("pulls", "issues") + "/events").json()]
    assert events[0] == "added_to_merge_queue"
    assert at(github, target) == pull.merge_commit_sha


def test_a_push_takes_it_out_of_the_queue(github: Lookalike) -> None:
    path = opened(github)
    pull, mira = pull_of(github, path), github.world.user("mira")
    assert mira is not None
    with github.world.lock:
        waiting.enqueue(github.world, pull, mira)
    github.push(pull.head_ref, {"more.txt": "1\n"})
    with github.http() as http:
        assert http.get(path).json()["merged"] is False
    assert pull.queued_at is None


def test_auto_merge_merges_once_the_rules_are_met(github: Lookalike) -> None:
    target = base(github, "auto")
    protect(github.world, github.repository, [target], Rules(required_approvals=1), name=target)
    path = opened(github, base=target)
    pull, mira = pull_of(github, path), github.world.user("mira")
    assert mira is not None
    with github.world.lock:
        waiting.enable(github.world, pull, AutoMerge(user_id=mira.id, method="squash", title="By itself"))
    with github.http() as http:
        waits = http.get(path).json()
        assert (waits["merged"], waits["auto_merge"]["merge_method"]) == (False, "squash")
        review(github, "robin", path, "APPROVE")
        done = http.get(path).json()
    assert (done["merged"], done["merged_by"]["login"], done["auto_merge"]) == (True, "mira", None)
    assert _log(github, target)[2] == "By itself"


def test_a_merged_branch_goes_where_the_repository_wants_it(github: Lookalike) -> None:
    lower = opened(github)
    branch = pull_of(github, lower).head_ref
    upper = opened(github, base=branch, files={"upper.txt": "1\n"})
    with setting(github, delete_branch_on_merge=True), github.http("robin") as http:
        assert http.put(f"{lower}/merge", json={"merge_method": "squash"}).status_code == 200
        assert http.get(f"{REPOSITORY}/git/ref/heads/{branch}").status_code == 404
        assert http.get(lower).json()["head"]["sha"] == at(github, f"refs/pull/{pull_of(github, lower).number}/head")
        moved = http.get(upper).json()
    assert (moved["state"], moved["base"]["ref"]) == ("open", "main")


def test_keywords_close_issues_on_the_default_branch_only(github: Lookalike) -> None:
    """GITHUB.md, Answers: closing keywords act only when the base is the default branch."""
    target = base(github, "not-default")
    with github.http("mira") as http:
        one, two, three = (
            http.post(f"{REPOSITORY}/issues", json={"title": f"issue {n}"}).json()["number"] for n in range(3)
        )
        for branch, number in (("main", one), (target, two)):
            path = opened(github, base=branch)
            http.patch(path, json={"body": f"Closes #{number}"})
            assert http.put(f"{path}/merge", json={"commit_message": "for orders"}).status_code == 200
        path = opened(github)
        http.put(f"{path}/merge", json={"merge_method": "squash", "commit_message": f"fixes #{three}"})
        states = [http.get(f"{REPOSITORY}/issues/{number}").json()["state"] for number in (one, two, three)]
    assert states == ["closed", "open", "closed"]


def test_update_branch_brings_the_base(github: Lookalike) -> None:
    target = base(github, "updated")
    path = opened(github, base=target, files={"one.txt": "1\n"})
    with github.http("robin") as http:
        nothing = http.put(f"{path}/update-branch", json={})
        tip = github.push(target, {"base.txt": "newer\n"})
        wrong = http.put(f"{path}/update-branch", json={"expected_head_sha": "0" * 40})
        done = http.put(f"{path}/update-branch", content=b"null")
        shown = http.get(path).json()
        commits = http.get(f"{path}/commits").json()
    assert (nothing.status_code, wrong.status_code, done.status_code) == (422, 422, 202)
    assert nothing.json()["message"] == "There are no new commits on the base branch."
    assert commits[-1]["sha"] == shown["head"]["sha"]
    assert [each["sha"] for each in commits[-1]["parents"]][1] == tip
    assert commits[-1]["commit"]["message"] == f"Merge branch '{target}' into {shown['head']['ref']}"
    assert shown["changed_files"] == 1
    with github.http("rita") as http:
        assert http.put(f"{path}/update-branch", json={}).status_code == 403


def test_a_branch_is_merged_into_another(github: Lookalike) -> None:
    target = base(github, "merges-api")
    github.push("merges-head", {"m.txt": "1\n"}, parent="main")
    github.push("merges-clash", {"base.txt": "other\n"}, parent="main")
    with github.http("robin") as http:
        made = http.post(f"{REPOSITORY}/merges", json={"base": target, "head": "merges-head"})
        again = http.post(f"{REPOSITORY}/merges", json={"base": target, "head": "merges-head"})
        clash = http.post(f"{REPOSITORY}/merges", json={"base": target, "head": "merges-clash"})
        nowhere = [
            http.post(f"{REPOSITORY}/merges", json=asked).json()["message"]
            for asked in ({"base": "nowhere", "head": "main"}, {"base": target, "head": "nowhere"})
        ]
    assert (made.status_code, again.status_code, clash.status_code) == (201, 204, 409)
    assert made.json()["commit"]["message"] == f"Merge merges-head into {target}"
    assert nowhere == ["Base does not exist", "Head does not exist"]
    assert at(github, target) == made.json()["sha"]


def test_a_merged_pull_request_brought_its_commits(github: Lookalike) -> None:
    path = opened(github)
    with github.http("robin") as http:
        sha = http.put(f"{path}/merge", json={"merge_method": "squash"}).json()["sha"]
        numbers = [each["number"] for each in http.get(f"{REPOSITORY}/commits/{sha}/pulls").json()]
    assert numbers == [pull_of(github, path).number]


def _status(github: Lookalike, path: str, context: str, state: str) -> None:
    sha = pull_of(github, path).head_sha
    with github.http("robin") as http:
        made = http.post(f"{REPOSITORY}/statuses/{sha}", json={"state": state, "context": context})
    assert made.status_code == 201, made.text


def _state(github: Lookalike, path: str) -> str:
    with github.http() as http:
        http.get(path)
        state: str = http.get(path).json()["mergeable_state"]
    return state


def test_a_required_check_blocks_until_it_is_green(github: Lookalike) -> None:
    """GITHUB.md: checks not started yet are not green; the rules are enforced."""
    target = base(github, "checked")
    rules = Rules(required_checks=["ci/unit"], strict_checks=True)
    protect(github.world, github.repository, [target], rules, name=target)
    path = opened(github, base=target, files={"one.txt": "1\n"})
    states = [_state(github, path)]
    for state in ("pending", "failure", "success"):
        _status(github, path, "ci/unit", state)
        states.append(_state(github, path))
    assert states == ["blocked", "blocked", "blocked", "clean"]
    _status(github, path, "ci/nightly", "failure")
    assert _state(github, path) == "unstable"
    github.push(target, {"base.txt": "newer\n"})
    assert _state(github, path) == "behind"
    with github.http("robin") as http:
        refused = http.put(f"{path}/merge", json={})
        assert (refused.status_code, "not up to date" in refused.json()["message"]) == (405, True)
        http.put(f"{path}/update-branch", json={})
        _status(github, path, "ci/unit", "success")
        assert http.put(f"{path}/merge", json={}).status_code == 200
