"""Commits: lists, one with its files, two compared. https://docs.github.com/rest/commits/commits"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from qatui.sandbox.github import bare, diffs, heads, history, identity, objects, trees
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, not_found
from qatui.sandbox.github.committing import need_commits
from qatui.sandbox.github.diffs import Change
from qatui.sandbox.github.history import Comparison, Filter
from qatui.sandbox.github.moments import seconds
from qatui.sandbox.github.views import commits as views
from qatui.sandbox.github.views.repositories import api_url, html_url

MOST_COMMITS = 250
"""How many commits a comparison shows without pages."""
MOST_FILES = 300
"""How many files a comparison, or a page of a commit, shows."""
_ADDRESS = re.compile(r"[^\x00-\x20<>\x7f]{1,320}")


def in_history(call: Call) -> Answer:
    """The commits that lead to `sha` (a branch, a tag, an id; default: the default branch), newest first."""
    need_commits(call)
    directory = call.world.bare(call.repository)
    start = bare.commit(directory, call.query.get("sha") or call.repository.default_branch)
    if start is None:
        raise not_found()
    path = call.query.get("path", "").strip("/") or None
    if path is not None and not trees.well_formed(path):
        return call.page([], str)
    wanted = Filter(
        path, _addresses(call, "author"), _addresses(call, "committer"), _moment(call, "since"), _moment(call, "until")
    )
    return page(call, history.commits(directory, start, wanted))


def page(call: Call, shas: tuple[str, ...], wrap: Callable[[list[Any], int], Any] | None = None) -> Answer:
    """The asked page of these commits, read from git at once."""
    answer = call.page(shas, str)
    read = {each.sha: each for each in objects.read(call.world.bare(call.repository), answer.body)}
    rows = [views.commit(call.world, call.repository, read[sha]) for sha in answer.body if sha in read]
    return Answer(200, wrap(rows, len(shas)) if wrap else rows, answer.headers)


def _addresses(call: Call, name: str) -> tuple[str, ...] | None:
    """The e-mail addresses that a login or an address is for; None where nobody is asked for."""
    value = call.query.get(name)
    if not value:
        return None
    user = call.world.user(value)
    if user is not None:
        return identity.addresses(user)
    return (value,) if "@" in value and _ADDRESS.fullmatch(value) else ()


def _moment(call: Call, name: str) -> int | None:
    value = call.query.get(name)
    if not value:
        return None
    found = seconds(value)
    if found is None:
        raise invalid("Commit", name, "invalid", f"{name} is not a date")
    return found


def get(call: Call) -> Answer:
    """One commit by branch, tag or id, with what it changes; as a diff or a patch where that is asked for."""
    need_commits(call)
    directory, name = call.world.bare(call.repository), call.params["ref"]
    sha = bare.commit(directory, name.removeprefix("refs/heads/").removeprefix("heads/"))
    if sha is None:
        raise Problem(422, f"No commit found for SHA: {name}")
    found = objects.read(directory, [sha])[0]
    before = found.parents[0] if found.parents else diffs.EMPTY_TREE
    if call.media == "sha":
        return Answer(200, sha.encode(), {"Content-Type": "application/vnd.github.sha; charset=utf-8"})
    if call.media in ("diff", "patch"):
        data = diffs.unified(directory, before, sha) if call.media == "diff" else diffs.mails(directory, None, sha)
        return as_text(call, data)
    changes = diffs.changes(directory, before, sha)
    shown = views.whole_commit(call.world, call.repository, found, changes)
    if len(changes) <= MOST_FILES:
        return Answer(200, shown)
    return call.page(changes, _entry(call, sha), lambda rows, _total: {**shown, "files": rows})


def _entry(call: Call, sha: str) -> Callable[[Change], dict[str, Any]]:
    return lambda change: views.diff_entry(call.world, call.repository, change, sha)


def as_text(call: Call, data: bytes) -> Answer:
    """A diff or a patch, as the Accept header asks."""
    return Answer(200, data, {"Content-Type": f"application/vnd.github.{call.media}; charset=utf-8"})


def compare(call: Call) -> Answer:
    """How `base...head` lie to each other: branches, tags or ids, `owner:branch` for a fork's."""
    base_name, dots, head_name = call.params["basehead"].partition("...")
    directory = call.world.bare(call.repository)
    base, head = _end(call, base_name), _end(call, head_name)
    if not dots or base is None or head is None:
        raise not_found()
    found = history.compare(directory, base, head)
    if found is None:
        raise Problem(404, f"No common ancestor between {base_name} and {head_name}.")
    if call.media in ("diff", "patch"):
        by_diff = call.media == "diff"
        make = diffs.unified(directory, found.merge_base, head) if by_diff else diffs.mails(directory, base, head)
        return as_text(call, make)
    shown = _comparison(call, base, head, found)
    if "page" in call.query or "per_page" in call.query:
        answer = page(call, found.ahead)
        first = call.query.get("page", "1") == "1"
        return Answer(200, {**shown, "commits": answer.body, "files": shown["files"] if first else []}, answer.headers)
    commits = objects.read(directory, found.ahead[:MOST_COMMITS])
    return Answer(200, {**shown, "commits": [views.commit(call.world, call.repository, each) for each in commits]})


def _end(call: Call, name: str) -> str | None:
    """The commit that one side of a comparison names; a fork's is brought here."""
    directory = call.world.bare(call.repository)
    if ":" not in name:
        return bare.commit(directory, name)
    found = heads.find(call.world, call.repository, name)
    if found is None or call.role(found.repository) is None:
        return None
    heads.fetch(call.world, call.repository, found)
    return found.sha


def _comparison(call: Call, base: str, head: str, found: Comparison) -> dict[str, Any]:
    """`commit-comparison` without its commits."""
    world, repository = call.world, call.repository
    api, web = api_url(world, repository), html_url(world, repository)
    directory, owner = world.bare(repository), world.users[repository.owner_id].login
    ends = {each.sha: each for each in objects.read(directory, (base, found.merge_base))}
    named = quote(call.params["basehead"])
    changes = diffs.changes(directory, found.merge_base, head)[:MOST_FILES]
    return {
        "url": f"{api}/compare/{named}",
        "html_url": f"{web}/compare/{named}",
        "permalink_url": f"{web}/compare/{owner}:{base[:7]}...{owner}:{head[:7]}",
        "diff_url": f"{web}/compare/{named}.diff",
        "patch_url": f"{web}/compare/{named}.patch",
        "base_commit": views.commit(world, repository, ends[base]),
        "merge_base_commit": views.commit(world, repository, ends[found.merge_base]),
        "status": found.status,
        "ahead_by": len(found.ahead),
        "behind_by": found.behind_by,
        "total_commits": len(found.ahead),
        "files": [views.diff_entry(world, repository, each, head) for each in changes],
    }


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", _REPO + "/commits", in_history, "commits/commits#list-commits", grant="contents=read"),
    Route("GET", _REPO + "/commits/{ref}", get, "commits/commits#get-a-commit", grant="contents=read"),
    Route("GET", _REPO + "/compare/{basehead}", compare, "commits/commits#compare-two-commits", grant="contents=read"),
)
