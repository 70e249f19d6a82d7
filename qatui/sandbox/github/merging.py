"""Merging: what refuses it, the commits it makes, and what follows. git is asked for trees, nothing is checked out.

https://docs.github.com/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
"""

from pathlib import Path
from typing import Literal

from qatui.sandbox.github import bare, identity, merge_messages, objects, pull_states, pushes, rules
from qatui.sandbox.github.call import Problem
from qatui.sandbox.github.mergeability import base_tip, branch_tip, merged_tree, replayed_trees
from qatui.sandbox.github.records import Pull, Repository, User
from qatui.sandbox.github.world import World

Method = Literal["merge", "squash", "rebase"]
HEAD_MODIFIED = "Head branch was modified. Review and try the merge again."
BASE_MODIFIED = "Base branch was modified. Review and try the merge again."
NOT_MERGEABLE = "Pull Request is not mergeable"
_NOT_ALLOWED = {
    "merge": "Merge commits are not allowed on this repository.",
    "squash": "Squash merges are not allowed on this repository.",
    "rebase": "Rebase merges are not allowed on this repository.",
}


def check(world: World, pull: Pull, actor: User, method: Method, sha: str | None = None) -> None:
    """Refuse what cannot or may not be merged: Problem 405, or 409 where the head is not at `sha`.

    https://docs.github.com/rest/pulls/pulls#merge-a-pull-request
    """
    repository = world.repositories[pull.repository_id]
    if world.issues[pull.issue_id].state == "closed":
        raise Problem(405, NOT_MERGEABLE)
    if sha is not None and sha != pull.head_sha:
        raise Problem(409, HEAD_MODIFIED)
    if pull.draft:
        raise Problem(405, "Pull Request is still a draft")
    binding = rules.of_branch(world, repository, pull.base_ref, actor)
    if binding.merge_queue:
        raise _violated([rules.QUEUE_ONLY])
    check_method(repository, method)
    against = rules.refuses_method(binding, method)
    if against is not None:
        raise Problem(405, against)
    unmet = rules.unmet(world, pull, actor)
    if unmet:
        raise _violated(unmet)


def check_method(repository: Repository, method: Method) -> None:
    """Refuse a way of merging that the repository does not have: Problem 405."""
    allowed = {
        "merge": repository.allow_merge_commit,
        "squash": repository.allow_squash_merge,
        "rebase": repository.allow_rebase_merge,
    }
    if not allowed[method]:
        raise Problem(405, _NOT_ALLOWED[method])


def _violated(sentences: list[str]) -> Problem:
    return Problem(405, "\n\n".join(["Repository rule violations found", *sentences, ""]))


def merge(
    world: World, pull: Pull, actor: User, method: Method, title: str | None = None, message: str | None = None
) -> str:
    """Merge a pull request that `check` let pass; the commit that its base is at now.

    Raises Problem 405 for a conflict, and where somebody pushes to the base at the same time.
    """
    repository = world.repositories[pull.repository_id]
    directory = world.bare(repository)
    base = branch_tip(directory, pull.base_ref)
    if base is None:
        raise Problem(405, NOT_MERGEABLE)
    made = _made(world, pull, actor, method, base, title, message)
    # Written down first: if the process dies after the next step, the next look at the base knows what came there.
    pull.merge_commit_sha = made
    world.pulls.save(pull)
    world.commit()
    try:
        bare.run(directory, "update-ref", f"refs/heads/{pull.base_ref}", made, base)
    except bare.GitFailed:
        pull.merge_commit_sha = pull.computed_for = None
        world.pulls.save(pull)
        raise Problem(405, BASE_MODIFIED) from None
    pull_states.merged(world, pull, actor, commit=made, base_before=base)
    if repository.delete_branch_on_merge:
        _delete_branch(world, pull)
    pushes.notice(world, repository, actor)
    return made


def _made(
    world: World, pull: Pull, actor: User, method: Method, base: str, title: str | None, message: str | None
) -> str:
    """The commit that the base goes to; no ref names it yet."""
    directory = world.bare(world.repositories[pull.repository_id])
    if method == "rebase":
        return _rebased(world, directory, base, pull.head_sha, actor)
    tree = merged_tree(directory, base, pull.head_sha)
    if tree is None:
        raise Problem(405, NOT_MERGEABLE)
    words = merge_messages.of(world, pull, method, base)
    text = merge_messages.joined(words.title if title is None else title, words.text if message is None else message)
    author = world.users[world.issues[pull.issue_id].user_id] if method == "squash" else actor
    parents = [base] if method == "squash" else [base, pull.head_sha]
    return commit(world, directory, tree, parents, author, text)


def commit(world: World, directory: Path, tree: str, parents: list[str], author: User, message: str) -> str:
    """A commit as GitHub makes it for `author`; no ref names it yet."""
    who, committer = identity.person(world, author), identity.web_flow(world)
    return objects.write(directory, tree=tree, parents=parents, author=who, committer=committer, message=message)


def _rebased(world: World, directory: Path, base: str, head: str, actor: User) -> str:
    """The last of the commits of `head`, made anew one by one on top of `base`; `actor` commits, authors stay."""
    replayed = replayed_trees(directory, base, head)
    if replayed is None:
        raise Problem(405, "This branch can't be rebased")
    committer = identity.person(world, actor)
    tip = base
    for old, (_, tree) in zip(objects.read(directory, [sha for sha, _ in replayed]), replayed, strict=True):
        text = merge_messages.clean(old.message)
        tip = objects.write(directory, tree=tree, parents=[tip], author=old.author, committer=committer, message=text)
    return tip


def rehearse(world: World, pull: Pull) -> None:
    """Merge an open pull request for a test: refs/pull/N/merge is the commit, or is gone where there is a conflict.

    Workflows run on it: https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request
    """
    repository, base = world.repositories[pull.repository_id], base_tip(world, pull)
    directory, ref = world.bare(repository), f"refs/pull/{pull.number}/merge"
    tree, author = merged_tree(directory, base, pull.head_sha), world.users[world.issues[pull.issue_id].user_id]
    pull.merge_commit_sha = None
    if tree is None:
        bare.run(directory, "update-ref", "-d", ref)
    else:
        words = merge_messages.clean(f"Merge {pull.head_sha} into {base}")
        pull.merge_commit_sha = commit(world, directory, tree, [base, pull.head_sha], author, words)
        bare.run(directory, "update-ref", ref, pull.merge_commit_sha)
    world.pulls.save(pull)


def advance(world: World, repository: Repository, branch: str, old: str, new: str, actor: User) -> None:
    """Let a branch go from `old` to `new`: 422 where its rules are against it, 409 where it has moved meanwhile."""
    words = rules.refuses_push(world, repository, branch, actor, old=old, new=new)
    if words is not None:
        raise Problem(422, words)
    try:
        bare.run(world.bare(repository), "update-ref", f"refs/heads/{branch}", new, old)
    except bare.GitFailed:
        raise Problem(409, "Reference cannot be updated") from None
    pushes.notice(world, repository, actor)


def _delete_branch(world: World, pull: Pull) -> None:
    """Delete the merged branch unless it is in a fork, has moved, or must stay."""
    repository = world.repositories[pull.repository_id]
    if pull.head_repository_id != repository.id or pull.head_ref == repository.default_branch:
        return
    if rules.refuses_push(world, repository, pull.head_ref, None, old=pull.head_sha, new=bare.ZERO) is not None:
        return
    try:
        bare.run(world.bare(repository), "update-ref", "-d", f"refs/heads/{pull.head_ref}", pull.head_sha)
    except bare.GitFailed:
        return  # Somebody pushed to it meanwhile: it stays.
