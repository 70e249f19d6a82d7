"""Clients by other people against the look-alike: PyGithub always, octokit and gh where they are installed."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from github import Auth, Github, GithubException
from github.Repository import Repository

from tests.lookalike import Lookalike

OCTOKIT = "@octokit/rest"


def client(github: Lookalike, login: str) -> Github:
    """PyGithub with somebody's token; it would wait a second between writes."""
    auth = Auth.Token(github.token(login))
    return Github(base_url=github.url, auth=auth, retry=None, seconds_between_requests=0, seconds_between_writes=0)


@pytest.fixture(scope="module")
def hub(github: Lookalike) -> Iterator[Github]:
    """mira's."""
    made = client(github, "mira")
    yield made
    made.close()


@pytest.fixture(scope="module")
def repository(hub: Github) -> Repository:
    return hub.get_repo("acme/payments-api")


def test_pygithub_walks_through_issues(hub: Github, repository: Repository) -> None:
    repository.create_label("pygithub", "00ff00", "Made by a test")
    milestone = repository.create_milestone("PyGithub 1.0")
    issue = repository.create_issue("PyGithub: one", body="First.", labels=["pygithub"], milestone=milestone)
    comment = issue.create_comment("Seen.")
    comment.edit("Seen twice.")
    issue.add_to_labels("bug")
    issue.remove_from_labels("pygithub")
    issue.edit(title="PyGithub: two", state="closed", state_reason="not_planned")
    again = repository.get_issue(issue.number)
    assert (again.title, again.state, again.state_reason, again.comments) == (
        "PyGithub: two",
        "closed",
        "not_planned",
        1,
    )
    assert [label.name for label in again.labels] == ["bug"]
    assert [each.body for each in again.get_comments()] == ["Seen twice."]
    assert "closed" in [each.event for each in again.get_timeline()]
    assert issue.number in [each.number for each in repository.get_issues(state="closed", milestone=milestone)]
    found = hub.search_issues("PyGithub two in:title repo:acme/payments-api is:issue")
    assert [each.number for each in found] == [issue.number]


def test_pygithub_finds_a_label(repository: Repository) -> None:
    assert repository.get_label("bug").color == "d73a4a"
    with pytest.raises(GithubException) as absent:
        repository.get_label("none")
    assert absent.value.status == 404


def test_pygithub_reads_every_page(repository: Repository) -> None:
    for number in range(35):
        repository.create_issue(f"Page {number}", labels=["question"])
    titles = [each.title for each in repository.get_issues(labels=["question"], sort="created", direction="asc")]
    assert titles == [f"Page {number}" for number in range(35)]


def test_pygithub_takes_a_pull_request_to_its_merge(github: Lookalike, repository: Repository) -> None:
    base = repository.get_branch("main").commit.sha
    repository.create_git_ref("refs/heads/pygithub/one", base)
    text = "def test_more():\n    assert True\n"
    repository.create_file("tests/test_pygithub.py", "Add a test", text, branch="pygithub/one")
    issue = repository.create_issue("PyGithub: to close")
    pull = repository.create_pull(base="main", head="pygithub/one", title="Add a test", body=f"Closes #{issue.number}")
    assert ([each.filename for each in pull.get_files()], pull.commits) == (["tests/test_pygithub.py"], 1)
    pull.create_review_request(reviewers=["robin"])
    robin = client(github, "robin").get_repo("acme/payments-api").get_pull(pull.number)
    robin.create_review_comment("Nice.", robin.get_commits()[0], "tests/test_pygithub.py", line=1)
    review = robin.create_review(body="Good.", event="APPROVE")
    assert (review.state, [each.user.login for each in pull.get_reviews()][-1]) == ("APPROVED", "robin")
    with pytest.raises(GithubException, match="own pull request"):
        pull.create_review(body="Mine.", event="APPROVE")
    repository.get_commit(pull.head.sha).create_status("success", context="ci")
    assert repository.get_commit(pull.head.sha).get_combined_status().state == "success"
    done = pull.merge(merge_method="squash", sha=pull.head.sha, commit_title="Add a test (squashed)")
    assert done.merged
    assert repository.get_pull(pull.number).merged
    assert repository.get_issue(issue.number).state == "closed"
    content = repository.get_contents("tests/test_pygithub.py")
    assert not isinstance(content, list)
    assert content.decoded_content.decode() == text


def test_pygithub_changes_contents_and_refs(repository: Repository) -> None:
    base = repository.get_branch("main").commit.sha
    ref = repository.create_git_ref("refs/heads/pygithub/refs", base)
    made = repository.create_file("docs/a.md", "Add a page", "# A\n", branch="pygithub/refs")
    blob = made["content"].sha
    with pytest.raises(GithubException) as stale:
        repository.update_file("docs/a.md", "Change it", "# B\n", base, branch="pygithub/refs")
    assert stale.value.status == 409
    repository.update_file("docs/a.md", "Change it", "# B\n", blob, branch="pygithub/refs")
    compared = repository.compare("main", "pygithub/refs")
    assert (compared.ahead_by, [each.filename for each in compared.files]) == (2, ["docs/a.md"])
    assert [each.commit.message for each in repository.get_commits(sha="pygithub/refs")][:2] == [
        "Change it",
        "Add a page",
    ]
    ref.edit(base, force=True)
    ref.delete()
    with pytest.raises(GithubException) as gone:
        repository.get_git_ref("heads/pygithub/refs")
    assert gone.value.status == 404


def test_pygithub_makes_hooks(repository: Repository) -> None:
    hook = repository.create_hook("web", {"url": "http://127.0.0.1:9/", "content_type": "json"}, ["issues"], True)
    assert [each.id for each in repository.get_hooks()] == [hook.id]
    hook.ping()
    hook.delete()
    assert list(repository.get_hooks()) == []


def test_pygithub_hears_why_not(github: Lookalike) -> None:
    rita = client(github, "rita").get_repo("acme/payments-api")
    with pytest.raises(GithubException) as refused:
        rita.create_label("mine", "ffffff")
    assert refused.value.status == 403
    assert "push access" in str(refused.value)


@cache
def octokit_root() -> str | None:
    """The folder of node's packages that has octokit: NODE_PATH's, or the global one."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    told = subprocess.run(["npm", "root", "--global"], capture_output=True, text=True, check=False).stdout.strip()
    roots = [*os.environ.get("NODE_PATH", "").split(os.pathsep), told]
    return next((root for root in roots if root and (Path(root) / OCTOKIT).is_dir()), None)


def test_octokit_walks_through_issues_and_pages(github: Lookalike) -> None:
    root = octokit_root()
    if root is None:
        pytest.skip(f"{OCTOKIT} is not installed (npm install --global {OCTOKIT})")
    script = Path(__file__).with_name("octokit.mjs")
    env = {**os.environ, "API": github.url, "TOKEN": github.token("mira"), "ROOT": root}
    done = subprocess.run(["node", str(script)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "created": "octokit: one",
        "closed": "completed",
        "pages": 45,
        "merged": True,
        "stale": 409,
        "missing": 404,
    }


def test_gh_reads_pages_and_writes(github: Lookalike, tmp_path: Path) -> None:
    if shutil.which("gh") is None:
        pytest.skip("gh is not installed")

    def gh(*args: str) -> str:
        host = github.url.removeprefix("http://")
        env = {
            **os.environ,
            "GH_CONFIG_DIR": str(tmp_path),
            "GH_HOST": host,
            "GH_ENTERPRISE_TOKEN": github.token("mira"),
        }
        done = subprocess.run(["gh", "api", *args], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    at = f"{github.url}/repos/acme/payments-api"
    numbers = [
        json.loads(gh(f"{at}/issues", "-f", f"title=gh {n}", "-f", "labels[]=invalid"))["number"] for n in range(3)
    ]
    listed = gh("--method", "GET", "--paginate", f"{at}/issues?labels=invalid&per_page=2", "--jq", ".[].number")
    assert sorted(map(int, listed.split())) == numbers
    body = base64.b64encode(b"# gh\n").decode()
    gh("--method", "PUT", f"{at}/contents/docs/gh.md", "-f", "message=Add a page", "-f", f"content={body}")
    assert gh(f"{at}/contents/docs/gh.md", "-H", "Accept: application/vnd.github.raw+json") == "# gh\n"
