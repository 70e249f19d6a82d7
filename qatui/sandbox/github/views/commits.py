"""Commits as GitHub shows them, in their four shapes, and the files that they change."""

from typing import Any
from urllib.parse import quote

from qatui.sandbox.github.diffs import Change
from qatui.sandbox.github.identity import by_email
from qatui.sandbox.github.objects import Commit, Person
from qatui.sandbox.github.records import Repository
from qatui.sandbox.github.views.people import moment, simple_user
from qatui.sandbox.github.views.repositories import api_url, html_url
from qatui.sandbox.github.world import World


def commit_node_id(repository: Repository, sha: str) -> str:
    """The id that GraphQL knows a commit by."""
    return f"C_kwDO{repository.id}_{sha}"


def git_person(who: Person) -> dict[str, Any]:
    """Who stands in the commit, whether or not they are on GitHub."""
    return {"name": who.name, "email": who.email, "date": moment(who.seconds)}


def verification(commit: Commit) -> dict[str, Any]:
    """What is known of the signature. The look-alike has nobody's keys: a signature counts, whoever made it."""
    signed = commit.signature is not None
    return {
        "verified": signed,
        "reason": "valid" if signed else "unsigned",
        "signature": commit.signature,
        "payload": commit.payload,
        "verified_at": moment(commit.committer.seconds) if signed else None,
    }


def _parents(world: World, repository: Repository, commit: Commit, *, below: str) -> list[dict[str, Any]]:
    api, web = api_url(world, repository), html_url(world, repository)
    return [{"sha": sha, "url": f"{api}/{below}/{sha}", "html_url": f"{web}/commit/{sha}"} for sha in commit.parents]


def _account(world: World, who: Person) -> dict[str, Any] | None:
    found = by_email(world, who.email)
    return None if found is None else simple_user(world, found)


def commit(world: World, repository: Repository, shown: Commit) -> dict[str, Any]:
    """`commit`: as in lists; author and committer are found by e-mail, null where nobody has that address."""
    api, sha = api_url(world, repository), shown.sha
    return {
        "sha": sha,
        "node_id": commit_node_id(repository, sha),
        "commit": {
            "author": git_person(shown.author),
            "committer": git_person(shown.committer),
            "message": shown.message,
            "tree": {"sha": shown.tree, "url": f"{api}/git/trees/{shown.tree}"},
            "url": f"{api}/git/commits/{sha}",
            "comment_count": 0,
            "verification": verification(shown),
        },
        "url": f"{api}/commits/{sha}",
        "html_url": f"{html_url(world, repository)}/commit/{sha}",
        "comments_url": f"{api}/commits/{sha}/comments",
        "author": _account(world, shown.author),
        "committer": _account(world, shown.committer),
        "parents": _parents(world, repository, shown, below="commits"),
    }


def whole_commit(world: World, repository: Repository, shown: Commit, changes: list[Change]) -> dict[str, Any]:
    """`commit` with its statistics and files."""
    additions, deletions = sum(each.additions for each in changes), sum(each.deletions for each in changes)
    return {
        **commit(world, repository, shown),
        "stats": {"additions": additions, "deletions": deletions, "total": additions + deletions},
        "files": [diff_entry(world, repository, each, shown.sha) for each in changes],
    }


def git_commit(world: World, repository: Repository, shown: Commit) -> dict[str, Any]:
    """`git-commit`: the object itself."""
    api, sha = api_url(world, repository), shown.sha
    return {
        "sha": sha,
        "node_id": commit_node_id(repository, sha),
        "url": f"{api}/git/commits/{sha}",
        "html_url": f"{html_url(world, repository)}/commit/{sha}",
        "author": git_person(shown.author),
        "committer": git_person(shown.committer),
        "tree": {"sha": shown.tree, "url": f"{api}/git/trees/{shown.tree}"},
        "message": shown.message,
        "parents": _parents(world, repository, shown, below="git/commits"),
        "verification": verification(shown),
    }


def simple_commit(shown: Commit) -> dict[str, Any]:
    """`simple-commit`: as check suites and webhooks name the commit that they are about."""
    return {
        "id": shown.sha,
        "tree_id": shown.tree,
        "message": shown.message,
        "timestamp": moment(shown.committer.seconds),
        "author": {"name": shown.author.name, "email": shown.author.email},
        "committer": {"name": shown.committer.name, "email": shown.committer.email},
    }


def diff_entry(world: World, repository: Repository, change: Change, sha: str) -> dict[str, Any]:
    """`diff-entry`: a changed file, of a commit or of a pull request; `sha` is the commit it is seen at."""
    path = quote(change.path)
    web = html_url(world, repository)
    shown = {
        "sha": change.sha,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{web}/blob/{sha}/{path}",
        "raw_url": f"{web}/raw/{sha}/{path}",
        "contents_url": f"{api_url(world, repository)}/contents/{path}?ref={sha}",
    }
    if change.patch is not None:
        shown["patch"] = change.patch
    if change.previous is not None:
        shown["previous_filename"] = change.previous
    return shown
