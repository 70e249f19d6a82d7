"""Merging: a pull request, its base into its branch, one branch into another, upstream into a fork."""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from qatui.sandbox.github import bare, heads, merge_messages, merging, objects
from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.mergeability import branch_tip, fork_point, merged_tree
from qatui.sandbox.github.merging import Method
from qatui.sandbox.github.records import Pull, Repository
from qatui.sandbox.github.routes.pulls import pull_of
from qatui.sandbox.github.views import commits as commit_views
from qatui.sandbox.github.views.repositories import html_url

T = TypeVar("T")


class Merge(Struct):
    """How to merge."""

    commit_title: str | None = None
    commit_message: str | None = None
    sha: str | None = None
    """What the head must be at."""
    merge_method: Method | None = None


def _given(call: Call, shape: type[T]) -> T:
    """The body, which may be null or missing."""
    return msgspec.convert({}, shape) if call.raw.strip() == b"null" else call.read(shape)


def merge(call: Call) -> Answer:
    """Merge a pull request (GITHUB.md, Answers: 405 not mergeable or draft, 409 head moved)."""
    pull, asked = pull_of(call), _given(call, Merge)
    method = asked.merge_method or "merge"
    merging.check(call.world, pull, call.who, method, asked.sha)
    sha = merging.merge(call.world, pull, call.who, method, asked.commit_title, asked.commit_message)
    return Answer(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def is_merged(call: Call) -> Answer:
    """204 for a merged pull request, 404 for any other."""
    if pull_of(call).merged_at is None:
        raise not_found()
    return Answer(204)


class UpdateBranch(Struct):
    """What the branch must be at."""

    expected_head_sha: str | None = None


def update_branch(call: Call) -> Answer:
    """Merge the base into the pull request's branch. GitHub answers before it is done; here it is done by then."""
    pull, asked = pull_of(call), _given(call, UpdateBranch)
    world = call.world
    head = heads.current(world, pull)
    if head is None or world.issues[pull.issue_id].state == "closed":
        raise Problem(422, "The pull request is closed or its branch is gone.")
    if not _may_update(call, pull, head.repository):
        raise Problem(403, "Must have write access to the head repository.")
    if asked.expected_head_sha not in (None, head.sha):
        raise Problem(422, f"expected_head_sha {head.sha} doesn't match the current head ref.")
    base = branch_tip(world.bare(call.repository), pull.base_ref)
    if base is not None:
        heads.fetch(world, head.repository, heads.Head(call.repository, pull.base_ref, base))
    directory = world.bare(head.repository)
    if base is None or fork_point(directory, head.sha, base) == base:
        raise Problem(422, "There are no new commits on the base branch.")
    tree = merged_tree(directory, head.sha, base)
    if tree is None:
        raise Problem(422, "merge conflict between base and head")
    words = merge_messages.clean(f"Merge branch '{pull.base_ref}' into {pull.head_ref}")
    made = merging.commit(world, directory, tree, [head.sha, base], call.who, words)
    merging.advance(world, head.repository, head.branch, head.sha, made, call.who)
    url = f"{html_url(world, call.repository)}/pull/{pull.number}"
    return Answer(202, {"message": "Updating pull request branch.", "url": url})


def _may_update(call: Call, pull: Pull, head: Repository) -> bool:
    """Who may push to the branch: who may write there, and the base's maintainers where the author lets them."""
    return call.may("write", head) or (pull.maintainer_can_modify and call.may("write"))


class MergeBranch(Struct):
    """What is merged into what."""

    base: str
    head: str
    commit_message: str | None = None


def merge_branch(call: Call) -> Answer:
    """Merge a branch or a commit into a branch, always by a merge commit; 204 where it is in already."""
    asked, world, directory = call.read(MergeBranch), call.world, call.world.bare(call.repository)
    base = branch_tip(directory, asked.base)
    if base is None:
        raise Problem(404, "Base does not exist")
    head = bare.commit(directory, asked.head)
    if head is None:
        raise Problem(404, "Head does not exist")
    if fork_point(directory, base, head) == head:
        return Answer(204)
    words = asked.commit_message or f"Merge {asked.head} into {asked.base}"
    made = _merge_commit(call, directory, base, head, words)
    merging.advance(world, call.repository, asked.base, base, made, call.who)
    return Answer(201, commit_views.commit(world, call.repository, objects.read(directory, [made])[0]))


def _merge_commit(call: Call, directory: Path, base: str, head: str, words: str) -> str:
    tree = merged_tree(directory, base, head)
    if tree is None:
        raise Problem(409, "Merge Conflict")
    return merging.commit(call.world, directory, tree, [base, head], call.who, merge_messages.clean(words))


class Upstream(Struct):
    """Which branch of the fork."""

    branch: str


def merge_upstream(call: Call) -> Answer:
    """Bring what is new in the branch of the same name that the fork was made from."""
    asked, world, fork = call.read(Upstream), call.world, call.repository
    upstream = world.repositories.get(fork.parent_id)
    if upstream is None or call.role(upstream) is None:
        raise Problem(422, "The repository is not a fork, or what it was forked from is not there.")
    mine, theirs = (branch_tip(world.bare(each), asked.branch) for each in (fork, upstream))
    if mine is None or theirs is None:
        raise Problem(422, f"The branch {asked.branch} is missing in the fork or upstream.")
    heads.fetch(world, fork, heads.Head(upstream, asked.branch, theirs))
    name, directory = f"{world.users[upstream.owner_id].login}:{asked.branch}", world.bare(fork)
    common = fork_point(directory, mine, theirs)
    if common == theirs:
        message = f"This branch is not behind the upstream {name}."
        return Answer(200, {"message": message, "merge_type": "none", "base_branch": name})
    way, made = "fast-forward", theirs
    if common != mine:
        way = "merge"
        made = _merge_commit(call, directory, mine, theirs, f"Merge branch '{name}' into {asked.branch}")
    merging.advance(world, fork, asked.branch, mine, made, call.who)
    done = "fast-forwarded" if way == "fast-forward" else "merged"
    message = f"Successfully fetched and {done} from upstream {name}."
    return Answer(200, {"message": message, "merge_type": way, "base_branch": name})


_REPOSITORY = "/repos/{owner}/{repo}"
_PULL = _REPOSITORY + "/pulls/{pull_number}"
_BRANCHES = "branches/branches"
ROUTES = (
    Route("PUT", f"{_PULL}/merge", merge, "pulls/pulls#merge-a-pull-request", role="write", grant="contents=write"),
    Route(
        "GET",
        f"{_PULL}/merge",
        is_merged,
        "pulls/pulls#check-if-a-pull-request-has-been-merged",
        grant="pull_requests=read",
    ),
    Route(
        "PUT",
        f"{_PULL}/update-branch",
        update_branch,
        "pulls/pulls#update-a-pull-request-branch",
        grant="pull_requests=write",
    ),
    Route(
        "POST",
        f"{_REPOSITORY}/merges",
        merge_branch,
        f"{_BRANCHES}#merge-a-branch",
        role="write",
        grant="contents=write",
    ),
    Route(
        "POST",
        f"{_REPOSITORY}/merge-upstream",
        merge_upstream,
        f"{_BRANCHES}#sync-a-fork-branch-with-the-upstream-repository",
        role="write",
        grant="contents=write",
    ),
)
