"""What was pushed since it was last looked at, by whatever way, and what that means for pull requests and issues.

Who pushes to a folder leaves no name: it counts as the owner's doing, an organization's as its first admin's.
"""

import os
import time
from pathlib import Path

from qatui.sandbox.github import bare, closing, events, heads, pull_states, push_events, reviews
from qatui.sandbox.github.mergeability import branch_tip, commits_between, fork_point
from qatui.sandbox.github.push_events import Move
from qatui.sandbox.github.records import Pull, Repository, User
from qatui.sandbox.github.world import World

_SETTLED_SECONDS = 0.1
"""A folder that changed later than this may change again without its time telling: the clock of files is coarse."""


def notice(world: World, repository: Repository, actor: User | None = None) -> None:
    """Take notice of what `actor` (None: nobody knows who) pushed to the repository, and of pushes to its forks."""
    forks = [each for each in world.repositories if each.parent_id == repository.id]
    for each in (repository, *forks):
        stamp = _stamp(world.bare(each))
        if world.ref_stamps.get(each.id) == stamp:
            continue
        _take(world, each, actor if each is repository else None)
        newest = max((changed for _, changed in stamp), default=0)
        if newest < time.time_ns() - _SETTLED_SECONDS * 1e9:
            world.ref_stamps[each.id] = stamp
        else:
            world.ref_stamps.pop(each.id, None)


def _stamp(directory: Path) -> tuple[tuple[str, int], ...]:
    """When the folders and files that hold refs last changed: git renames new files into them."""
    found = []
    for name in ("packed-refs", "reftable"):
        try:
            found.append((name, os.stat(directory / name).st_mtime_ns))
        except FileNotFoundError:
            continue
    waiting = [str(directory / "refs" / "heads"), str(directory / "refs" / "tags")]
    while waiting:
        folder = waiting.pop()
        try:
            found.append((folder, os.stat(folder).st_mtime_ns))
            with os.scandir(folder) as entries:
                waiting += [each.path for each in entries if each.is_dir(follow_symlinks=False)]
        except (FileNotFoundError, NotADirectoryError):
            continue
    return tuple(found)


def _take(world: World, repository: Repository, actor: User | None) -> None:
    before, now = repository.refs_seen, bare.refs(world.bare(repository))
    moved = [Move(ref, before.get(ref), now.get(ref)) for ref in sorted(before.keys() | now.keys())]
    moves = [each for each in moved if each.old != each.new]
    if not moves:
        return
    repository.refs_seen = now
    repository.pushed_at = world.now()
    world.repositories.save(repository)
    by = actor or _owner(world, repository)
    for move in moves:
        commits = push_events.commits_of(world, repository, move, before.values())
        push_events.tell(world, repository, move, commits, by)
        if move.branch == repository.default_branch:
            for each in commits:
                closing.close_mentioned(world, repository, each.message, by, commit_id=each.sha, pull_number=None)
    branches = {move.branch: move for move in moves if move.branch is not None}
    followed = _move_heads(world, repository, branches, actor, by)
    _move_bases(world, repository, branches, by)
    _close_empty(world, followed, by)
    _lose_branches(world, repository, branches, by)


def _owner(world: World, repository: Repository) -> User:
    """Who answers for the repository: its owner, or the first admin of an organization's."""
    owner = world.users[repository.owner_id]
    admins = [user for user, role in repository.collaborators.items() if role == "admin"]
    return world.users[admins[0]] if owner.type == "Organization" and admins else owner


def _open_pulls(world: World, repository: Repository) -> list[Pull]:
    """The open pull requests to a repository, or from it."""
    groups = [repository.id] if repository.parent_id is None else [repository.id, repository.parent_id]
    pulls = [pull for group in groups for pull in world.pulls.under(group)]
    return [pull for pull in pulls if world.issues[pull.issue_id].state == "open"]


def _move_heads(
    world: World, repository: Repository, branches: dict[str, Move], actor: User | None, by: User
) -> list[Pull]:
    """Let open pull requests follow their branches; those that did."""
    followed = []
    for pull in _open_pulls(world, repository):
        move = branches.get(pull.head_ref) if pull.head_repository_id == repository.id else None
        if move is not None and move.new not in (None, pull.head_sha):
            _synchronize(world, pull, heads.Head(repository, pull.head_ref, str(move.new)), actor, by)
            followed.append(pull)
    return followed


def _synchronize(world: World, pull: Pull, head: heads.Head, actor: User | None, by: User) -> None:
    directory = world.bare(world.repositories[pull.repository_id])
    issue, before = world.issues[pull.issue_id], pull.head_sha
    pull.last_pusher_id = actor.id if actor else None
    heads.follow(world, pull, head)
    pull_states.touch(world, pull)
    if fork_point(directory, before, head.sha) != before:
        events.record(world, issue, "head_ref_force_pushed", by, commit_id=head.sha)
    pull_states.leave_queue(world, pull, by, "MANUAL")
    reviews.after_push(world, pull, by)
    pull_states.tell(world, pull, "synchronize", by, before=before, after=head.sha)


def _move_bases(world: World, repository: Repository, branches: dict[str, Move], by: User) -> None:
    """Pull requests whose last commit came to their base are merged; so are those whose merge was cut short."""
    brought: dict[str, frozenset[str]] = {}
    for pull in _open_pulls(world, repository):
        move = branches.get(pull.base_ref) if pull.repository_id == repository.id else None
        if move is None or move.old is None or move.new is None:
            continue
        if move.ref not in brought:
            brought[move.ref] = frozenset(commits_between(world.bare(repository), move.old, move.new))
        made = pull.merge_commit_sha
        if made is not None and made in brought[move.ref]:
            pull_states.merged(world, pull, by, commit=made, base_before=move.old)
        elif pull.head_sha in brought[move.ref]:
            pull_states.merged(world, pull, by, commit=move.new, base_before=move.old)


def _close_empty(world: World, followed: list[Pull], by: User) -> None:
    """Close what has no commits of its own any more, though nobody brought them to the base."""
    for pull in followed:
        directory = world.bare(world.repositories[pull.repository_id])
        base = branch_tip(directory, pull.base_ref)
        still_open = world.issues[pull.issue_id].state == "open"
        if still_open and base is not None and not commits_between(directory, base, pull.head_sha):
            pull_states.close(world, pull, by)


def _lose_branches(world: World, repository: Repository, branches: dict[str, Move], by: User) -> None:
    """Close pull requests whose branch or base is gone; where the base was merged itself, they get its base instead.

    https://docs.github.com/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-branches
    """
    gone = {name for name, move in branches.items() if move.new is None}
    if not gone:
        return
    for pull in _pulls_from(world, repository, gone):
        events.record(world, world.issues[pull.issue_id], "head_ref_deleted", by)
        if world.issues[pull.issue_id].state == "open":
            pull_states.close(world, pull, by)
    for pull in _open_pulls(world, repository):
        if pull.repository_id != repository.id or pull.base_ref not in gone:
            continue
        heir = _merged_into(world, repository, pull.base_ref)
        tip = branch_tip(world.bare(repository), heir) if heir is not None else None
        if heir is not None and tip is not None:
            changes = {"base": pull_states.retarget(world, pull, by, heir, tip)}
            pull_states.tell(world, pull, "edited", by, changes=changes)
        else:
            pull.final_base_sha = branches[pull.base_ref].old
            pull_states.close(world, pull, by)


def _pulls_from(world: World, repository: Repository, branches: set[str]) -> list[Pull]:
    """Every pull request from these branches, the last one of each branch if it is closed."""
    groups = [repository.id] if repository.parent_id is None else [repository.id, repository.parent_id]
    last: dict[tuple[int, str, str], Pull] = {}
    for pull in (each for group in groups for each in world.pulls.under(group)):
        if pull.head_repository_id == repository.id and pull.head_ref in branches:
            last[pull.repository_id, pull.head_ref, pull.base_ref] = pull
    return list(last.values())


def _merged_into(world: World, repository: Repository, branch: str) -> str | None:
    """The base of the last merged pull request from a branch."""
    from_here = (
        pull
        for pull in reversed(world.pulls.under(repository.id))
        if pull.merged_at is not None and (pull.head_repository_id, pull.head_ref) == (repository.id, branch)
    )
    found = next(from_here, None)
    return None if found is None else found.base_ref
