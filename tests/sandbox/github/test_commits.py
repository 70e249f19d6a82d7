"""Commits, branches, tags, comparisons and forks: https://docs.github.com/rest/commits, /rest/branches, /rest/repos."""

import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import Rules
from tests.conftest import run_git
from tests.lookalike import Lookalike

REPO = "/repos/acme/payments-api"


@pytest.fixture
def mira(github: Lookalike) -> Iterator[httpx.Client]:
    """Who may push."""
    with github.http("mira") as client:
        yield client


def test_commits_are_listed_newest_first(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/commits/commits#list-commits"""
    shas = [github.push("log/a", {f"{n}.txt": str(n)}, f"number {n}") for n in range(4)]
    listed = mira.get(f"{REPO}/commits", params={"sha": "log/a", "per_page": 2})
    assert [each["sha"] for each in listed.json()] == shas[:1:-1]
    assert listed.links["next"]["url"].endswith("page=2")
    one = listed.json()[0]
    assert one["commit"]["message"] == "number 3"
    assert one["parents"][0]["sha"] == shas[2]
    assert one["commit"]["author"]["email"] == "robin@example.test"
    assert one["author"] is None, "nobody has that address"
    by_path = mira.get(f"{REPO}/commits", params={"sha": "log/a", "path": "1.txt"}).json()
    assert [each["sha"] for each in by_path] == [shas[1]]
    assert mira.get(f"{REPO}/commits", params={"sha": "nowhere"}).status_code == 404
    assert mira.get(f"{REPO}/commits", params={"path": "--all"}).json() == []
    assert mira.get(f"{REPO}/commits", params={"since": "whenever"}).status_code == 422
    assert mira.get(f"{REPO}/commits", params={"sha": "log/a", "since": "2026-11-19T00:00:00Z"}).json() == []
    assert len(mira.get(f"{REPO}/commits", params={"sha": "log/a", "until": "2026-11-19T00:00:00Z"}).json()) == 5


def test_authors_are_found_by_e_mail(github: Lookalike, mira: httpx.Client) -> None:
    """A login or an address; commits over the API are those of who made them."""
    github.push("log/b", {"a": "b"})
    made = mira.put(f"{REPO}/contents/by-mira", json={"message": "m", "content": "eA==", "branch": "log/b"}).json()
    found = mira.get(f"{REPO}/commits", params={"sha": "log/b", "author": "mira"}).json()
    assert [(each["sha"], each["author"]["login"]) for each in found] == [(made["commit"]["sha"], "mira")]
    robins = mira.get(f"{REPO}/commits", params={"sha": "log/b", "author": "robin@example.test"}).json()
    assert len(robins) == 2
    assert mira.get(f"{REPO}/commits", params={"sha": "log/b", "author": "rita"}).json() == []
    assert mira.get(f"{REPO}/commits", params={"sha": "log/b", "author": "x\n@y"}).json() == []


def test_one_commit_has_statistics_and_files(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/commits/commits#get-a-commit"""
    text = "".join(f"line {n}\n" for n in range(20))
    github.push("files/a", {"old.txt": text, "gone.txt": "x\n", "+++ diff --git a": "odd\n"})
    changed = text.replace("line 3\n", "line three\n")
    sha = github.push(
        "files/a", {"old.txt": None, "new name.txt": changed, "gone.txt": None, "zed.txt": "@@ -1 +1 @@\n"}
    )
    shown = mira.get(f"{REPO}/commits/files/a").json()
    assert shown["sha"] == sha
    assert shown["stats"] == {"additions": 2, "deletions": 2, "total": 4}
    files = {each["filename"]: each for each in shown["files"]}
    assert {name: each["status"] for name, each in files.items()} == {
        "gone.txt": "removed",
        "new name.txt": "renamed",
        "zed.txt": "added",
    }
    assert files["new name.txt"]["previous_filename"] == "old.txt"
    assert files["new name.txt"]["patch"].startswith("@@ -1,7 +1,7 @@")
    assert files["zed.txt"]["patch"] == "@@ -0,0 +1 @@\n+@@ -1 +1 @@"
    assert mira.get(files["new name.txt"]["contents_url"]).status_code == 200
    for media, first in (("diff", b"diff --git"), ("patch", b"From "), ("sha", sha.encode())):
        answer = mira.get(f"{REPO}/commits/{sha}", headers={"Accept": f"application/vnd.github.{media}"})
        assert answer.content.startswith(first)
    missing = mira.get(f"{REPO}/commits/{'a' * 40}")
    assert (missing.status_code, missing.json()["message"]) == (422, f"No commit found for SHA: {'a' * 40}")
    root = run_git(github.bare, "rev-list", "--max-parents=0", "main")
    assert mira.get(f"{REPO}/commits/{root}").json()["stats"]["deletions"] == 0


def test_a_large_commit_has_pages_of_files(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/commits/commits#get-a-commit: more than 300 files come in pages."""
    sha = github.push("files/many", {f"many/{n:03}": "x\n" for n in range(310)})
    page = mira.get(f"{REPO}/commits/{sha}", params={"per_page": 100, "page": 4})
    assert [each["filename"] for each in page.json()["files"]] == [f"many/{n}" for n in range(300, 310)]
    assert page.json()["stats"]["additions"] == 310


def test_how_two_branches_lie_to_each_other(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/commits/commits#compare-two-commits"""
    base = github.push("cmp/base", {"a": "1"})
    ahead = github.push("cmp/ahead", {"b": "2"}, parent="cmp/base")
    aside = github.push("cmp/aside", {"c": "3"}, parent="cmp/base")
    expected = {
        "cmp/base...cmp/ahead": ("ahead", 1, 0, ["b"]),
        "cmp/ahead...cmp/base": ("behind", 0, 1, []),
        "cmp/base...cmp/base": ("identical", 0, 0, []),
        "cmp/ahead...cmp/aside": ("diverged", 1, 1, ["c"]),
        f"{ahead}...{aside[:12]}": ("diverged", 1, 1, ["c"]),
        "acme:cmp/base...acme:cmp/ahead": ("ahead", 1, 0, ["b"]),
    }
    for ends, wanted in expected.items():
        shown = mira.get(f"{REPO}/compare/{ends}").json()
        files = [each["filename"] for each in shown["files"]]
        assert (shown["status"], shown["ahead_by"], shown["behind_by"], files) == wanted, ends
        assert shown["merge_base_commit"]["sha"] == base
        assert len(shown["commits"]) == shown["total_commits"] == shown["ahead_by"]
    for ends in ("cmp/base...nowhere", "cmp/base", "cmp/base..cmp/ahead", "nobody:x...main", "--all...main", "..."):
        assert mira.get(f"{REPO}/compare/{ends}").status_code == 404, ends
    headers = {"Accept": "application/vnd.github.diff"}
    assert mira.get(f"{REPO}/compare/cmp/base...cmp/ahead", headers=headers).content.startswith(b"diff --git a/b b/b")


def test_a_long_comparison_has_pages(github: Lookalike, mira: httpx.Client) -> None:
    """Commits come oldest first; files are on the first page only."""
    shas = [github.push("cmp/long", {"n": str(n)}) for n in range(5)]
    page = mira.get(f"{REPO}/compare/main...cmp/long", params={"per_page": 2, "page": 2})
    assert [each["sha"] for each in page.json()["commits"]] == shas[2:4]
    assert page.json()["files"] == []
    assert page.links["last"]["url"].endswith("page=3")
    first = mira.get(f"{REPO}/compare/main...cmp/long", params={"per_page": 2}).json()
    assert [each["filename"] for each in first["files"]] == ["n"]


def test_branches_and_whether_they_are_protected(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/branches/branches"""
    sha = github.push("branches/guarded", {"a": "1"})
    protect(github.world, github.repository, ["branches/g*"], Rules(required_checks=["ci"]))
    guarded = mira.get(f"{REPO}/branches", params={"protected": "true"}).json()
    assert [(each["name"], each["commit"]["sha"], each["protected"]) for each in guarded] == [
        ("branches/guarded", sha, True)
    ]
    free = mira.get(f"{REPO}/branches", params={"protected": "false", "per_page": 100}).json()
    assert "main" in [each["name"] for each in free]
    one = mira.get(f"{REPO}/branches/branches/guarded").json()
    assert (one["protected"], one["protection"]["required_status_checks"]["contexts"]) == (True, ["ci"])
    assert one["commit"]["commit"]["message"] == "change"
    assert mira.get(f"{REPO}/branches/main").json()["protection"]["enabled"] is False
    for name in ("nowhere", "--list", "a%00b", "branches"):
        assert mira.get(f"{REPO}/branches/{name}").json()["message"] == "Branch not found"


def test_tags_come_highest_first(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/repos/repos#list-repository-tags: an annotated one shows its commit."""
    sha = run_git(github.bare, "rev-parse", "main")
    run_git(github.bare, "tag", "v1.9", "main")
    run_git(github.bare, "tag", "-a", "v1.10", "-m", "ten", "main")
    listed = mira.get(f"{REPO}/tags").json()
    assert [(each["name"], each["commit"]["sha"]) for each in listed] == [("v1.10", sha), ("v1.9", sha)]


def test_a_fork_has_the_same_branches_and_can_be_compared(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/repos/forks#create-a-fork"""
    github.push("forked/a", {"a": "1"})
    with github.http("rita") as rita:
        made = rita.post(f"{REPO}/forks")
        assert made.status_code == 202
        fork = made.json()
        assert (fork["full_name"], fork["fork"], fork["parent"]["full_name"]) == (
            "rita/payments-api",
            True,
            "acme/payments-api",
        )
        assert fork["permissions"]["push"] is True
        assert rita.post(f"{REPO}/forks", json={}).json()["id"] == fork["id"], "one that is there is answered again"
        assert rita.get("/repos/rita/payments-api/branches/forked/a").status_code == 200
        file = {"message": "m", "content": "eA==", "branch": "forked/a"}
        assert rita.put("/repos/rita/payments-api/contents/new", json=file).status_code == 201
        assert rita.post("/repos/acme/ledger/forks").status_code == 404
    shown = mira.get(f"{REPO}/compare/main...rita:forked/a").json()
    assert (shown["status"], [each["filename"] for each in shown["files"]]) == ("ahead", ["a", "new"])
    forks = [each["full_name"] for each in mira.get(f"{REPO}/forks").json()]
    assert [each for each in forks if each.startswith("rita/")] == ["rita/payments-api"]  # other tests make others


def test_the_names_of_forks(github: Lookalike, mira: httpx.Client) -> None:
    """A taken name gets a number; one that was asked for is refused."""
    with github.http("kim") as kim, github.http(None) as nobody:
        assert (
            kim.post(f"{REPO}/forks", json={"name": "my fork", "default_branch_only": True}).json()["name"] == "my-fork"
        )
        assert len(kim.get("/repos/kim/my-fork/branches").json()) == 1
        taken = kim.post("/repos/acme/ledger/forks", json={"name": "my-fork"})
        assert taken.json()["errors"][0]["message"] == "name already exists on this account"
        private = kim.post("/repos/acme/ledger/forks").json()
        assert private["private"] is True
        for name in ("..", "x.git", "x" * 101, ""):
            assert mira.post(f"{REPO}/forks", json={"name": name}).status_code == 422
        assert mira.post(f"{REPO}/forks", json={"organization": "acme"}).status_code == 422
        assert mira.post(f"{REPO}/forks", json={"organization": "kim"}).status_code == 422
        assert nobody.post(f"{REPO}/forks").status_code == 401
        assert nobody.get(f"{REPO}/forks").status_code == 200


def test_a_page_of_a_hundred_commits_takes_few_processes(
    github: Lookalike, mira: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commits of a page are read by one process."""
    lines = []
    for number in range(300):
        lines += ["commit refs/heads/quick", f"committer R <r@example.test> {1795000000 + number} +0000", "data 1\nx"]
    run_git(github.bare, "fast-import", "--quiet", data=("\n".join(lines) + "\n").encode())
    started: list[object] = []
    begin = subprocess.Popen.__init__

    def counting(self: "subprocess.Popen[bytes]", args: Any, **options: Any) -> None:
        started.append(args)
        begin(self, args, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", counting)
    assert len(mira.get(f"{REPO}/commits", params={"sha": "quick", "per_page": 100}).json()) == 100
    assert 0 < len(started) < 10, started
