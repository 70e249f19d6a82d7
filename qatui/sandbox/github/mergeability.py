"""What git knows of a pull request: how far it reaches, whether it can be merged.

Answers are kept by the commits they are about, which never change.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qatui.sandbox.github import bare
from qatui.sandbox.github.records import Pull
from qatui.sandbox.github.refnames import well_formed
from qatui.sandbox.github.world import World

MOST_COMMITS = 250
"""How many commits of a pull request are listed: https://docs.github.com/rest/pulls/pulls#list-commits-on-a-pull-request"""
MOST_FILES = 3000
"""How many of its files: https://docs.github.com/rest/pulls/pulls#list-pull-requests-files"""
_KEPT = 4096
_CONFLICT = 1
"""git merge-tree's exit status for one; any other but 0 is trouble (https://git-scm.com/docs/git-merge-tree)."""
_NUMBERS = re.compile(r"(\d+) (file|insertion|deletion)")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a pull request changes."""

    commits: int
    additions: int
    deletions: int
    changed_files: int


def branch_tip(directory: Path, name: str) -> str | None:
    """The last commit of a branch, None where there is no such branch."""
    ref = f"refs/heads/{name}"
    if not well_formed(ref):
        return None
    return bare.text(directory, "rev-parse", "--verify", "--quiet", ref, accept=(0, 1, 128)) or None


def head_ref(pull: Pull) -> str:
    """The ref of the base repository that keeps the pull request's last commit."""
    return f"refs/pull/{pull.number}/head"


def base_tip(world: World, pull: Pull) -> str:
    """The commit that the pull request is compared with: its base branch as last seen, or just before the merge."""
    seen = world.repositories[pull.repository_id].refs_seen
    return pull.final_base_sha or seen.get(f"refs/heads/{pull.base_ref}", pull.base_sha)


def start(world: World, pull: Pull) -> str:
    """The commit that the pull request's diff begins at: where its branch left the base; the base where they share
    no history."""
    base = base_tip(world, pull)
    return fork_point(world.bare(world.repositories[pull.repository_id]), base, pull.head_sha) or base


def extent(world: World, pull: Pull) -> Extent:
    """How much the pull request changes."""
    directory, base = world.bare(world.repositories[pull.repository_id]), base_tip(world, pull)
    return _extent(directory, base, pull.head_sha)


def mergeable(world: World, pull: Pull) -> bool:
    """Whether the pull request merges into its base without conflict."""
    directory = world.bare(world.repositories[pull.repository_id])
    return merged_tree(directory, base_tip(world, pull), pull.head_sha) is not None


def rebaseable(world: World, pull: Pull) -> bool:
    """Whether its commits can be put on top of the base one by one."""
    directory = world.bare(world.repositories[pull.repository_id])
    return replayed_trees(directory, base_tip(world, pull), pull.head_sha) is not None


def behind(world: World, pull: Pull) -> bool:
    """Whether the base has commits that the pull request's branch lacks."""
    base = base_tip(world, pull)
    return fork_point(world.bare(world.repositories[pull.repository_id]), base, pull.head_sha) != base


def asked_for(world: World, pull: Pull) -> str:
    """What mergeability is computed for, as Pull.computed_for keeps it."""
    return f"{pull.head_sha}..{base_tip(world, pull)}"


@lru_cache(_KEPT)
def fork_point(directory: Path, ours: str, theirs: str) -> str | None:
    """The best common ancestor of two commits, None where their histories have nothing in common."""
    found = bare.text(directory, "merge-base", "--end-of-options", ours, theirs, accept=(0, 1))
    return found or None


@lru_cache(_KEPT)
def merged_tree(directory: Path, ours: str, theirs: str) -> str | None:
    """The tree that a merge of two commits makes, None for a conflict or unrelated histories.

    Raises bare.GitFailed where git could not tell, which the next asking may.
    """
    if fork_point(directory, ours, theirs) is None:
        return None
    try:
        return bare.text(directory, "merge-tree", "--write-tree", "--end-of-options", ours, theirs).partition("\n")[0]
    except bare.GitFailed as error:
        if error.status != _CONFLICT:
            raise
        return None


@lru_cache(_KEPT)
def commits_between(directory: Path, base: str, head: str) -> tuple[str, ...]:
    """The commits of `head` that `base` lacks, oldest first."""
    return tuple(bare.text(directory, "rev-list", "--reverse", "--topo-order", head, f"^{base}").split())


@lru_cache(_KEPT)
def replayed_trees(directory: Path, base: str, head: str) -> tuple[tuple[str, str], ...] | None:
    """(commit, tree) for every commit of a rebase of `head` onto `base`; None for a conflict.

    Merges are left out, and what changes nothing any more, as `git rebase` does.
    """
    rows = bare.text(directory, "rev-list", "--reverse", "--topo-order", "--parents", "--no-merges", head, f"^{base}")
    tree, trees = bare.text(directory, "rev-parse", f"{base}^{{tree}}"), []
    for row in rows.splitlines():
        commit, *parents = row.split()
        # Both sides are made children of the commit's parent: only so is that the base of a merge of two trees.
        onto = _commit_of(directory, tree, parents)
        replayed = merged_tree(directory, onto, commit) if parents else None
        if replayed is None:
            return None
        if replayed != tree:
            trees.append((commit, replayed))
        tree = replayed
    return tuple(trees)


def _commit_of(directory: Path, tree: str, parents: list[str]) -> str:
    """A commit that no ref will ever name."""
    who = {f"GIT_{role}_{what}": "replay" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {"GIT_AUTHOR_DATE": "@0 +0000", "GIT_COMMITTER_DATE": "@0 +0000"}
    named = [word for parent in parents for word in ("-p", parent)]
    return bare.run(directory, "commit-tree", *named, "-m", "replay", tree, env={**who, **when}).decode().strip()


@lru_cache(_KEPT)
def _extent(directory: Path, base: str, head: str) -> Extent:
    commits = int(bare.text(directory, "rev-list", "--count", head, f"^{base}"))
    begin = fork_point(directory, base, head) or base
    words = bare.text(directory, "diff-tree", "-r", "-M", "--shortstat", begin, head)
    counts = {name: int(number) for number, name in _NUMBERS.findall(words)}
    return Extent(commits, counts.get("insertion", 0), counts.get("deletion", 0), counts.get("file", 0))
