"""Pull requests from forks, and forks kept up with what they were made from."""

from itertools import count
from pathlib import Path

import httpx

from qatui.sandbox.github.founding import add_repository
from qatui.sandbox.github.records import Repository
from tests.conftest import run_git
from tests.lookalike import Lookalike, push
from tests.opened import pull_of

REPOSITORY = "/repos/acme/payments-api"
_numbers = count(1)


def forked(github: Lookalike, login: str = "rita") -> tuple[Repository, Path, str]:
    """A fork with main as it is; its record, its bare repository, its path in the API."""
    world, owner = github.world, github.world.user(login)
    assert owner is not None
    with world.lock:
        fork = add_repository(world, owner, f"fork-{next(_numbers)}")
        fork.parent_id = github.repository.id
        world.repositories.save(fork)
        bare = world.bare(fork)
        run_git(bare, "fetch", "-q", str(github.bare), "+refs/heads/main:refs/heads/main")
        world.commit()
    return fork, bare, f"/repos/{login}/{fork.name}"


def proposed(github: Lookalike, fork: Repository, branch: str, login: str = "rita") -> httpx.Response:
    """The answer to a pull request of the fork's owner, from a branch of the fork."""
    body = {"title": "From outside", "head": f"{login}:{branch}", "head_repo": fork.name, "base": "main"}
    with github.http(login) as http:
        return http.post(f"{REPOSITORY}/pulls", json=body)


def test_a_stranger_proposes_from_a_fork(github: Lookalike) -> None:
    fork, bare, _ = forked(github)
    sha = push(bare, "outside", {"fork.txt": "1\n"})
    answer = proposed(github, fork, "outside")
    made = answer.json()
    assert answer.status_code == 201, made
    assert (made["head"]["label"], made["head"]["repo"]["fork"], made["maintainer_can_modify"]) == (
        "rita:outside",
        True,
        True,
    )
    assert run_git(github.bare, "rev-parse", f"refs/pull/{made['number']}/head") == sha
    again = proposed(github, fork, "outside")
    assert again.json()["errors"][0]["message"] == "A pull request already exists for rita:outside."
    none = proposed(github, fork, "main")
    assert none.json()["errors"][0]["message"] == "No commits between acme:main and rita:main"
    path = f"{REPOSITORY}/pulls/{made['number']}"
    with github.http("robin") as http:
        assert [each["filename"] for each in http.get(f"{path}/files").json()] == ["fork.txt"]
        listed = http.get(f"{REPOSITORY}/pulls", params={"head": "rita:outside"}).json()
        assert [each["number"] for each in listed] == [made["number"]]
        assert http.put(f"{path}/merge", json={"merge_method": "squash", "sha": sha}).status_code == 200
    assert run_git(github.bare, "show", "main:fork.txt") == "1"
    assert run_git(bare, "rev-parse", "outside") == sha


def test_a_push_to_the_fork_moves_the_pull_request(github: Lookalike) -> None:
    fork, bare, _ = forked(github)
    push(bare, "feature", {"moving.txt": "1\n"})
    path = f"{REPOSITORY}/pulls/{proposed(github, fork, 'feature').json()['number']}"
    sha = push(bare, "feature", {"moving.txt": "2\n"})
    with github.http() as http:
        shown = http.get(path).json()
        assert (shown["head"]["sha"], shown["commits"]) == (sha, 2)
        run_git(bare, "update-ref", "-d", "refs/heads/feature")
        assert http.get(path).json()["state"] == "closed"


def test_the_base_is_brought_into_the_branch_of_a_fork(github: Lookalike) -> None:
    fork, bare, _ = forked(github)
    push(bare, "feature", {"behind.txt": "1\n"})
    path = f"{REPOSITORY}/pulls/{proposed(github, fork, 'feature').json()['number']}"
    tip = github.push("main", {"ahead.txt": "1\n"})
    with github.http("kim") as http:
        assert http.put(f"{path}/update-branch", json={}).status_code == 202
        pull = pull_of(github, path)
        assert http.get(path).json()["head"]["sha"] == pull.head_sha == run_git(bare, "rev-parse", "feature")
        assert tip in run_git(bare, "rev-list", "feature")
        with github.http("rita") as author:
            author.patch(path, json={"maintainer_can_modify": False})
        github.push("main", {"ahead.txt": "2\n"})
        assert http.put(f"{path}/update-branch", json={}).status_code == 403


def test_a_fork_catches_up_with_its_upstream(github: Lookalike) -> None:
    _, bare, path = forked(github)
    with github.http("rita") as http:
        same = http.post(f"{path}/merge-upstream", json={"branch": "main"}).json()
        tip = github.push("main", {"news.txt": f"{path}\n"})
        forward = http.post(f"{path}/merge-upstream", json={"branch": "main"}).json()
        assert run_git(bare, "rev-parse", "main") == tip
        push(bare, "main", {"own.txt": "1\n"})
        tip = github.push("main", {"more-news.txt": f"{path}\n"})
        merged = http.post(f"{path}/merge-upstream", json={"branch": "main"}).json()
        assert tip in run_git(bare, "rev-list", "main")
        push(bare, "main", {"news.txt": "mine\n"})
        github.push("main", {"news.txt": "theirs\n"})
        clash = http.post(f"{path}/merge-upstream", json={"branch": "main"})
        missing = http.post(f"{path}/merge-upstream", json={"branch": "nowhere"})
    assert [each["merge_type"] for each in (same, forward, merged)] == ["none", "fast-forward", "merge"]
    assert forward["base_branch"] == "acme:main"
    assert (clash.status_code, missing.status_code) == (409, 422)
    with github.http() as http:
        assert http.post(f"{REPOSITORY}/merge-upstream", json={"branch": "main"}).status_code == 422


def test_what_one_may_not_see_is_no_head(github: Lookalike) -> None:
    fork, bare, _ = forked(github)
    push(bare, "feature", {"hidden.txt": "1\n"})
    fork.private = True
    body = {"title": "t", "head": "rita:feature", "head_repo": fork.name, "base": "main"}
    with github.http("robin") as http:
        answer = http.post(f"{REPOSITORY}/pulls", json=body)
    assert answer.json()["errors"] == [{"resource": "PullRequest", "field": "head", "code": "invalid"}]
