"""What a push means for pull requests and issues, whichever way it came."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qatui.sandbox.github import pull_states, pushes, waiting
from qatui.sandbox.github.answering import Asked, GitHub
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import AutoMerge, Hook, Rules
from qatui.sandbox.github.world import World
from tests import hook_schemas
from tests.conftest import run_git
from tests.lookalike import Lookalike, found_world, push
from tests.opened import opened, pull_of, review

REPOSITORY = "/repos/acme/payments-api"


@contextmanager
def heard(github: Lookalike) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """What a hook is told meanwhile: event and payload, in order, in the list once the context ends."""
    told: list[tuple[str, dict[str, Any]]] = []
    with github.world.lock:
        hook = github.world.hooks.add(Hook(repository_id=github.repository.id, url="http://127.0.0.1:1/", events=["*"]))
    try:
        yield told
    finally:
        with github.world.lock:
            github.world.commit()
            for each in github.world.deliveries.under(hook.id):
                told.append((each.event, json.loads(each.request_body)))
            hook.active = False
            github.world.hooks.remove(hook)


def names(told: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Events with their actions."""
    return [f"{event}.{payload['action']}" if "action" in payload else event for event, payload in told]


def get(github: Lookalike, path: str) -> dict[str, Any]:
    """What mira sees there."""
    with github.http() as http:
        answer = http.get(path)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def events(github: Lookalike, path: str) -> list[str]:
    """The names of a pull request's events."""
    with github.http() as http:
        return [each["event"] for each in http.get(path.replace("pulls", "issues") + "/events").json()]


def test_a_push_moves_the_pull_request(github: Lookalike) -> None:
    path = opened(github)
    pull = pull_of(github, path)
    before = pull.head_sha
    with heard(github) as told:
        pushed = github.push(pull.head_ref, {"more.txt": "1\n"}, message="Add more")
        shown = get(github, path)
    assert (shown["head"]["sha"], shown["commits"]) == (pushed, 2)
    assert run_git(github.bare, "rev-parse", f"refs/pull/{pull.number}/head") == pushed
    assert names(told) == ["push", "pull_request.synchronize"]
    push, moved = (payload for _, payload in told)
    assert (moved["before"], moved["after"], moved["sender"]["login"]) == (before, pushed, "mira")
    assert (push["ref"], push["before"], push["after"]) == (f"refs/heads/{pull.head_ref}", before, pushed)
    assert [(each["message"], each["added"]) for each in push["commits"]] == [("Add more", ["more.txt"])]
    assert events(github, path) == []


def test_a_forced_push_is_told_from_others(github: Lookalike) -> None:
    path = opened(github)
    with heard(github) as told:
        github.push(pull_of(github, path).head_ref, {"instead.txt": "1\n"}, parent="main")
        assert get(github, path)["commits"] == 1
    assert told[0][1]["forced"] is True
    assert events(github, path) == ["head_ref_force_pushed"]


def test_a_push_dismisses_approvals_where_the_rules_say_so(github: Lookalike) -> None:
    github.push("stale", {"stale.txt": "1\n"}, parent="main")
    protect(github.world, github.repository, ["stale"], Rules(required_approvals=1, dismiss_stale_reviews=True))
    path = opened(github, base="stale", files={"one.txt": "1\n"})
    review(github, "robin", path, "APPROVE")
    github.push(pull_of(github, path).head_ref, {"two.txt": "2\n"})
    with github.http() as http:
        assert [each["state"] for each in http.get(f"{path}/reviews").json()] == ["DISMISSED"]


def test_a_pull_request_whose_commits_are_pushed_to_the_base_is_merged(github: Lookalike) -> None:
    github.push("direct", {"direct.txt": "1\n"}, parent="main")
    path = opened(github, base="direct", files={"one.txt": "1\n"})
    pull = pull_of(github, path)
    before = run_git(github.bare, "rev-parse", "direct")
    run_git(github.bare, "update-ref", "refs/heads/direct", pull.head_sha)
    shown = get(github, path)
    assert (shown["merged"], shown["merge_commit_sha"], shown["merged_by"]["login"]) == (True, pull.head_sha, "mira")
    assert (shown["commits"], shown["changed_files"], pull.final_base_sha) == (1, 1, before)


def test_a_branch_reset_to_its_base_closes_the_pull_request(github: Lookalike) -> None:
    path = opened(github)
    run_git(github.bare, "update-ref", f"refs/heads/{pull_of(github, path).head_ref}", "main")
    shown = get(github, path)
    assert (shown["state"], shown["merged"]) == ("closed", False)


def test_a_deleted_branch_closes_its_pull_request(github: Lookalike) -> None:
    path = opened(github)
    pull = pull_of(github, path)
    with heard(github) as told:
        run_git(github.bare, "update-ref", "-d", f"refs/heads/{pull.head_ref}")
        shown = get(github, path)
    assert (shown["state"], shown["merged"], shown["commits"]) == ("closed", False, 1)
    assert names(told) == ["delete", "push", "pull_request.closed"]
    assert told[0][1]["ref"] == pull.head_ref
    assert events(github, path) == ["head_ref_deleted", "closed"]


def test_a_deleted_base_closes_what_was_for_it(github: Lookalike) -> None:
    github.push("doomed", {"doomed.txt": "1\n"}, parent="main")
    path = opened(github, base="doomed", files={"one.txt": "1\n"})
    run_git(github.bare, "update-ref", "-d", "refs/heads/doomed")
    shown = get(github, path)
    assert (shown["state"], shown["changed_files"]) == ("closed", 1)


def test_commits_pushed_to_the_default_branch_close_issues(github: Lookalike) -> None:
    """GITHUB.md, Answers: closing keywords, only for the default branch."""
    with github.http() as http:
        one, two = (http.post(f"{REPOSITORY}/issues", json={"title": "i"}).json()["number"] for _ in range(2))
    pushed = github.push("main", {"fix.txt": "1\n"}, message=f"Mend orders\n\nFixes #{one}")
    github.push("side", {"side.txt": "1\n"}, message=f"Fixes #{two}")
    assert get(github, f"{REPOSITORY}/issues/{one}")["state"] == "closed"
    assert get(github, f"{REPOSITORY}/issues/{two}")["state"] == "open"
    with github.http() as http:
        told = http.get(f"{REPOSITORY}/issues/{one}/events").json()
    assert [each["commit_id"] for each in told if each["event"] == "closed"] == [pushed]


def test_branches_and_tags_that_come_and_go_are_told(github: Lookalike) -> None:
    get(github, REPOSITORY)
    with heard(github) as told:
        github.push("fresh", {"fresh.txt": "1\n"}, parent="main")
        run_git(github.bare, "update-ref", "refs/tags/v1", "main")
        get(github, REPOSITORY)
        run_git(github.bare, "update-ref", "-d", "refs/tags/v1")
        get(github, REPOSITORY)
    assert names(told) == ["create", "push", "create", "push", "delete", "push"]
    kinds = [(each["ref"], each["ref_type"]) for event, each in told if event != "push"]
    assert kinds == [("fresh", "branch"), ("v1", "tag"), ("v1", "tag")]
    pushes_told = [each for event, each in told if event == "push"]
    assert [len(each["commits"]) for each in pushes_told] == [1, 0, 0]
    assert [(each["created"], each["deleted"]) for each in pushes_told] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def test_pushed_to_twice_within_one_tick_is_noticed_twice(github: Lookalike) -> None:
    """The clock of files is coarse: what has only just changed is looked at again."""
    get(github, REPOSITORY)
    for count in range(5):
        pushed = github.push("quick", {"quick.txt": f"{count}\n"})
        pushes.notice(github.world, github.repository)
        assert github.repository.refs_seen["refs/heads/quick"] == pushed


def test_packed_refs_and_deep_names_are_noticed(github: Lookalike) -> None:
    sha = github.push("deep/er/branch", {"deep.txt": "1\n"}, parent="main")
    get(github, REPOSITORY)
    assert github.repository.refs_seen["refs/heads/deep/er/branch"] == sha
    run_git(github.bare, "pack-refs", "--all", "--prune")
    get(github, REPOSITORY)
    run_git(github.bare, "update-ref", "-d", "refs/heads/deep/er/branch")
    get(github, REPOSITORY)
    assert "refs/heads/deep/er/branch" not in github.repository.refs_seen


def test_hooks_are_told_of_pull_requests_as_github_tells_them(github: Lookalike) -> None:
    """GITHUB.md, Webhooks: payloads in the shapes of GitHub's own schemas."""
    mira = github.world.user("mira")
    assert mira is not None
    with heard(github) as told:
        path = opened(github)
        pull = pull_of(github, path)
        with github.http() as http:
            http.patch(path, json={"title": "Other", "body": "words"})
            http.patch(path, json={"state": "closed"})
            http.patch(path, json={"state": "open"})
            http.post(f"{path}/requested_reviewers", json={"reviewers": ["robin"]})
            github.push(pull.head_ref, {"told.txt": "1\n"})
            http.get(path)
            with github.world.lock:
                pull.draft = True
                waiting.enable(github.world, pull, AutoMerge(user_id=mira.id, method="merge"))
                pull.auto_merge, pull.draft = None, False
                waiting.enqueue(github.world, pull, mira)
            github.push(pull.head_ref, {"told.txt": "2\n"})
            http.get(path)
            http.put(f"{path}/merge", json={})
    # Other tests' pull requests of the very same commit are merged with it.
    about_it = [each for each in told if each[0] == "pull_request" and each[1]["number"] == pull.number]
    assert [payload["action"] for _, payload in about_it] == [
        "opened",
        "edited",
        "closed",
        "reopened",
        "review_requested",
        "synchronize",
        "auto_merge_enabled",
        "enqueued",
        "dequeued",
        "synchronize",
        "closed",
    ]
    assert [payload["pull_request"]["merged"] for _, payload in about_it[-2:]] == [False, True]
    with github.http() as http:
        repository = http.get(REPOSITORY).json()
    for event, payload in told:
        if event in ("push", "pull_request"):
            assert hook_schemas.problems(event, payload, repository) == [], (event, payload.get("action"))


@pytest.mark.parametrize("draft", [True, False])
def test_hooks_are_told_of_drafts(github: Lookalike, draft: bool) -> None:

    mira = github.world.user("mira")
    assert mira is not None
    path = opened(github)
    with heard(github) as told, github.world.lock:
        pull_states.set_draft(github.world, pull_of(github, path), mira, draft=draft)
    wanted = "converted_to_draft" if draft else "ready_for_review"
    assert names(told) == [f"pull_request.{wanted}"]
    assert hook_schemas.problems(*told[0], get(github, REPOSITORY)) == []
    assert events(github, path) == ["convert_to_draft" if draft else "ready_for_review"]


def test_a_push_while_nobody_served_is_noticed_after_a_restart(tmp_path: Path) -> None:
    """GITHUB.md, The embedded GitHub: state in SQLite; what git says comes from git."""
    world, repository, _ = found_world(tmp_path, keep=True)
    bare, token = world.bare(repository), next(iter(world.tokens)).value
    push(bare, "topic", {"topic.txt": "1\n"})
    headers = {"authorization": f"Bearer {token}"}
    body = json.dumps({"title": "t", "head": "topic", "base": "main"}).encode()
    made = GitHub(world).answer(Asked("POST", f"{REPOSITORY}/pulls", "", headers, body))
    assert made.status == 201, made.body
    world.close()
    sha = push(bare, "topic", {"topic.txt": "2\n"})
    world = World(tmp_path, keep=True)
    shown = json.loads(GitHub(world).answer(Asked("GET", f"{REPOSITORY}/pulls/1", "", headers)).body)
    world.close()
    assert (shown["head"]["sha"], shown["commits"]) == (sha, 2)


def test_a_merge_cut_short_is_finished_by_the_next_look(github: Lookalike) -> None:
    """The process died after the base had moved: the squashed commit is not made a second time."""
    github.push("cut-short", {"cut-short.txt": "1\n"}, parent="main")
    path = opened(github, base="cut-short", files={"squashed.txt": "1\n"})
    pull, base = pull_of(github, path), run_git(github.bare, "rev-parse", "cut-short")
    tree = run_git(github.bare, "rev-parse", f"{pull.head_sha}^{{tree}}")
    who = ("-c", "user.name=GitHub", "-c", "user.email=noreply@github.com")
    made = run_git(github.bare, *who, "commit-tree", "-p", base, "-m", "squashed", tree)
    pull.merge_commit_sha = made
    run_git(github.bare, "update-ref", "refs/heads/cut-short", made)
    shown = get(github, path)
    assert (shown["merged"], shown["merge_commit_sha"], shown["changed_files"]) == (True, made, 1)
    with github.http() as http:
        assert http.put(f"{path}/merge", json={}).status_code == 405
    assert run_git(github.bare, "rev-parse", "cut-short") == made
