"""Refs and objects over the API, as GITHUB.md and https://docs.github.com/rest/git have them."""

from collections.abc import Iterator

import httpx
import pytest

from qatui.sandbox.github.founding import add_repository, protect
from qatui.sandbox.github.records import Rules
from tests.conftest import run_git
from tests.lookalike import Lookalike

GIT = "/repos/acme/payments-api/git"


@pytest.fixture
def mira(github: Lookalike) -> Iterator[httpx.Client]:
    """Who may push."""
    with github.http("mira") as client:
        yield client


def test_a_ref_is_made_moved_and_deleted(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/git/refs"""
    one = github.push("refs/start", {"a": "1"})
    two = github.push("refs/start", {"a": "2"})
    made = mira.post(f"{GIT}/refs", json={"ref": "refs/heads/refs/made", "sha": one})
    assert made.status_code == 422, "nothing beginning refs/"
    made = mira.post(f"{GIT}/refs", json={"ref": "refs/heads/made/a", "sha": one})
    assert made.status_code == 201
    assert made.json()["object"] == {"sha": one, "type": "commit", "url": f"{github.url}{GIT}/commits/{one}"}
    assert mira.get(f"{GIT}/ref/heads/made/a").json() == made.json()
    assert mira.get(made.headers["location"].replace("/git/refs/", "/git/ref/")).json()["ref"] == "refs/heads/made/a"

    moved = mira.patch(f"{GIT}/refs/heads/made/a", json={"sha": two})
    assert (moved.status_code, moved.json()["object"]["sha"]) == (200, two)
    back = mira.patch(f"{GIT}/refs/heads/made/a", json={"sha": one})
    assert (back.status_code, back.json()["message"]) == (422, "Update is not a fast forward")
    assert mira.patch(f"{GIT}/refs/heads/made/a", json={"sha": one, "force": True}).status_code == 200
    assert mira.delete(f"{GIT}/refs/heads/made/a").status_code == 204
    assert "made/a" not in run_git(github.bare, "branch")


def test_what_is_said_of_refs_that_are_there_and_that_are_not(github: Lookalike, mira: httpx.Client) -> None:
    """GITHUB.md, Answers: duplicate 422; PATCH and DELETE of a missing one 422, GET 404; an empty repository 409."""
    sha = github.push("there", {"a": "1"})
    again = mira.post(f"{GIT}/refs", json={"ref": "refs/heads/there", "sha": sha})
    assert (again.status_code, again.json()["message"]) == (422, "Reference already exists")
    below = mira.post(f"{GIT}/refs", json={"ref": "refs/heads/there/below", "sha": sha})
    assert (below.status_code, below.json()["message"]) == (422, "Reference update failed")
    for missing in ("heads/gone", "heads/there/below", "heads/--force", "heads/a%00b", "heads/x..y", "heads/*"):
        assert mira.get(f"{GIT}/ref/{missing}").status_code == 404, missing
        for answer in (mira.patch(f"{GIT}/refs/{missing}", json={"sha": sha}), mira.delete(f"{GIT}/refs/{missing}")):
            assert (answer.status_code, answer.json()["message"]) == (422, "Reference does not exist"), missing
    assert mira.get(f"{GIT}/ref/heads/the").status_code == 404, "a part of a name is no name"
    acme = github.world.user("acme")
    assert acme is not None
    add_repository(github.world, acme, "empty", collaborators={github.world.user("mira").id: "admin"})  # type: ignore[union-attr]
    empty = "/repos/acme/empty/git"
    for answer in (
        mira.get(f"{empty}/ref/heads/main"),
        mira.get(f"{empty}/matching-refs/heads"),
        mira.post(f"{empty}/refs", json={"ref": "refs/heads/x", "sha": sha}),
        mira.get(f"{empty}/trees/main"),
        mira.post(f"{empty}/blobs", json={"content": "x"}),
        mira.get("/repos/acme/empty/commits"),
    ):
        assert (answer.status_code, answer.json()["message"]) == (409, "Git Repository is empty.")


@pytest.mark.parametrize(
    "ref",
    [
        "main",
        "heads/x",
        "refs/x",
        "refs/heads/",
        "refs/heads/a b",
        "refs/heads/a..b",
        "refs/heads/.a",
        "refs/heads/a.lock",
        "refs/heads/-d",
        "refs/heads/a\0b",
        "refs/heads/a\nb",
        "refs/heads/@{-1}",
        f"refs/heads/{'c' * 40}",
        f"refs/heads/{'x' * 300}",
        "refs/pull/1/head",
    ],
)
def test_names_that_no_ref_may_have(github: Lookalike, mira: httpx.Client, ref: str) -> None:
    """GITHUB.md, Answers: git check-ref-format, no 40-hex names; refs/pull is GitHub's own."""
    before = run_git(github.bare, "for-each-ref")
    sha = run_git(github.bare, "rev-parse", "main")
    assert mira.post(f"{GIT}/refs", json={"ref": ref, "sha": sha}).status_code == 422
    assert run_git(github.bare, "for-each-ref") == before


def test_a_ref_wants_an_object_that_is_there(github: Lookalike, mira: httpx.Client) -> None:
    """Branches are for commits only."""
    blob = run_git(github.bare, "rev-parse", "main:README.md")
    for sha, message in (
        ("d" * 40, "Object does not exist"),
        ("main", "Object does not exist"),
        ("--all", "Object does not exist"),
        (blob, "Reference update failed"),
    ):
        answer = mira.post(f"{GIT}/refs", json={"ref": "refs/heads/object", "sha": sha})
        assert (answer.status_code, answer.json()["message"]) == (422, message)
    assert mira.post(f"{GIT}/refs", json={"ref": "refs/tags/blob", "sha": blob}).json()["object"]["type"] == "blob"


def test_refs_that_begin_so(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/git/refs#list-matching-references"""
    for name in ("match/feature", "match/feature-b", "match/other"):
        github.push(name, {"a": name})
    found = mira.get(f"{GIT}/matching-refs/heads/match/feat").json()
    assert [each["ref"] for each in found] == ["refs/heads/match/feature", "refs/heads/match/feature-b"]
    assert mira.get(f"{GIT}/matching-refs/heads/match/none").json() == []
    assert mira.get(f"{GIT}/matching-refs/heads/%2e%2e/x").json() == []
    every = [each["ref"] for each in mira.get(f"{GIT}/matching-refs", params={"per_page": 100}).json()]
    assert {"refs/heads/main", "refs/heads/match/other"} <= set(every)


def test_rules_bind_refs_over_the_api(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets"""
    old = github.push("ruled/a", {"a": "1"})
    new = github.push("unruled/a", {"a": "2"}, parent=old)
    protect(github.world, github.repository, ["ruled/*"], Rules(pull_request=True))
    for answer in (
        mira.patch(f"{GIT}/refs/heads/ruled/a", json={"sha": new}),
        mira.delete(f"{GIT}/refs/heads/ruled/a"),
        mira.post(f"{GIT}/refs", json={"ref": "refs/heads/ruled/b", "sha": new}),
    ):
        assert answer.status_code == 422
        assert answer.json()["message"].startswith("Repository rule violations found")
    file = {"message": "m", "content": "eA==", "branch": "ruled/a"}
    put = mira.put("/repos/acme/payments-api/contents/b", json=file)
    assert (put.status_code, "through a pull request" in put.json()["message"]) == (409, True)
    assert run_git(github.bare, "rev-parse", "ruled/a") == old
    main = mira.delete(f"{GIT}/refs/heads/main")
    assert (main.status_code, main.json()["message"]) == (422, "Cannot delete the default branch")


def test_a_commit_is_made_of_blobs_and_trees(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/git/trees#create-a-tree"""
    base = mira.get(f"{GIT}/commits/{run_git(github.bare, 'rev-parse', 'main')}").json()
    blob = mira.post(f"{GIT}/blobs", json={"content": "aGkK", "encoding": "base64"})
    assert blob.status_code == 201
    tree = mira.post(
        f"{GIT}/trees",
        json={
            "base_tree": base["tree"]["sha"],
            "tree": [
                {"path": "new/hi.txt", "mode": "100644", "type": "blob", "sha": blob.json()["sha"]},
                {"path": "run.sh", "mode": "100755", "type": "blob", "content": "#!/bin/sh\n"},
                {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
                {
                    "path": "copy",
                    "mode": "040000",
                    "type": "tree",
                    "sha": run_git(github.bare, "rev-parse", "main:src"),
                },
                {"path": "tests", "mode": "040000", "type": "tree", "sha": None},
            ],
        },
    )
    assert tree.status_code == 201, tree.text
    sha = tree.json()["sha"]
    shown = mira.get(f"{GIT}/trees/{sha}", params={"recursive": "1"}).json()
    assert shown["truncated"] is False
    assert [(each["path"], each["mode"]) for each in shown["tree"] if each["type"] == "blob"] == [
        ("copy/orders.py", "100644"),
        ("new/hi.txt", "100644"),
        ("run.sh", "100755"),
        ("src/orders.py", "100644"),
    ]
    assert [each["path"] for each in tree.json()["tree"]] == ["copy", "new", "run.sh", "src"]
    made = mira.post(
        f"{GIT}/commits",
        json={
            "message": "made by hand",
            "tree": sha,
            "parents": [base["sha"]],
            "author": {"name": "Ada", "email": "ada@example.test", "date": "2026-01-02T03:04:05Z"},
        },
    )
    assert made.status_code == 201, made.text
    assert made.json()["author"] == made.json()["committer"]
    assert mira.get(f"{GIT}/commits/{made.json()['sha']}").json() == made.json()
    assert mira.post(f"{GIT}/refs", json={"ref": "refs/heads/by-hand", "sha": made.json()["sha"]}).status_code == 201
    assert run_git(github.bare, "log", "-1", "--format=%an %ad %s", "--date=unix", "by-hand") == (
        "Ada 1767323045 made by hand"
    )
    assert run_git(github.bare, "fsck", "--strict", "--no-dangling") == ""


def test_a_signature_is_kept(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/git/commits#create-a-commit: `signature` is put into the object."""
    tree = run_git(github.bare, "rev-parse", "main^{tree}")
    signature = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----"
    made = mira.post(f"{GIT}/commits", json={"message": "m\n\nbody", "tree": tree, "signature": signature}).json()
    assert made["verification"]["signature"] == signature
    assert made["verification"]["payload"].startswith(f"tree {tree}\nauthor mira <")
    assert made["message"] == "m\n\nbody"
    assert run_git(github.bare, "cat-file", "-t", made["sha"]) == "commit"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("trees", {"tree": []}),
        ("trees", {"tree": [{"path": "../x", "content": "x"}]}),
        ("trees", {"tree": [{"path": ".git/config", "content": "x"}]}),
        ("trees", {"tree": [{"path": "x", "sha": "e" * 40}]}),
        ("trees", {"tree": [{"path": "x", "sha": "--stdin"}]}),
        ("trees", {"tree": [{"path": "x", "mode": "040000", "content": "x"}]}),
        ("trees", {"tree": [{"path": "x"}]}),
        ("trees", {"tree": [{"path": "x", "mode": "777", "content": "x"}]}),
        ("trees", {"tree": [{"path": "x", "content": "x"}], "base_tree": "main"}),
        ("blobs", {"content": "%%", "encoding": "base64"}),
        ("blobs", {"content": "x", "encoding": "rot13"}),
        ("commits", {"message": "m", "tree": "f" * 40}),
        ("commits", {"message": "m", "tree": "HEAD^{tree}"}),
        ("commits", {"message": "m"}),
    ],
)
def test_objects_that_cannot_be(mira: httpx.Client, what: str, body: dict[str, object]) -> None:
    """422, and nothing of it reaches git as a name or an option."""
    assert mira.post(f"{GIT}/{what}", json=body).status_code == 422


def test_trees_and_commits_that_are_not_there(mira: httpx.Client) -> None:
    """404."""
    for path in ("trees/nowhere", "trees/--all", f"trees/{'0' * 40}", f"commits/{'0' * 40}", "commits/main"):
        assert mira.get(f"{GIT}/{path}").status_code == 404, path
    assert mira.get(f"{GIT}/trees/main").status_code == 200
