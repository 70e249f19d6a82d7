"""What hooks are told of a ref that has moved: push, create, delete.

https://docs.github.com/webhooks/webhook-events-and-payloads#push
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from qatui.sandbox.github import bare, diffs, identity
from qatui.sandbox.github.mergeability import fork_point
from qatui.sandbox.github.objects import Commit, Person, read
from qatui.sandbox.github.records import Repository, User
from qatui.sandbox.github.views.people import moment, simple_user
from qatui.sandbox.github.views.repositories import html_url
from qatui.sandbox.github.world import World

MOST_COMMITS = 2048
"""How many commits of a push are told of, and read for closing keywords."""


@dataclass(frozen=True, slots=True)
class Move:
    """A branch or a tag that is somewhere else than it was."""

    ref: str
    """The full name."""
    old: str | None
    """None: it was not there."""
    new: str | None
    """None: it is gone."""

    @property
    def branch(self) -> str | None:
        """Its name, if it is a branch."""
        return self.ref.removeprefix("refs/heads/") if self.ref.startswith("refs/heads/") else None


def commits_of(world: World, repository: Repository, move: Move, before: Iterable[str]) -> list[Commit]:
    """What a push brought to a branch, oldest first, at most MOST_COMMITS.

    For a new branch that is what nothing led to before: not the commits `before` nor theirs.
    """
    if move.new is None or move.branch is None:
        return []
    known = [move.old] if move.old else sorted(set(before))
    asked = "".join(f"{each}\n" for each in (move.new, *(f"^{each}" for each in known)))
    limits = ["--topo-order", f"--max-count={MOST_COMMITS}", "--ignore-missing"]
    rows = bare.run(world.bare(repository), "rev-list", *limits, "--stdin", data=asked.encode())
    return read(world.bare(repository), reversed(rows.decode().split()))


def tell(world: World, repository: Repository, move: Move, commits: list[Commit], actor: User) -> None:
    """Tell the repository's hooks of one ref."""
    if not world.hooks.count(repository.id):
        return
    sender = simple_user(world, actor)
    kind = "branch" if move.branch is not None else "tag"
    about = {"ref": move.ref.split("/", 2)[2], "ref_type": kind, "pusher_type": "user", "sender": sender}
    if move.old is None:
        more = {"master_branch": repository.default_branch, "description": repository.description}
        world.emit(repository, "create", {**about, **more})
    elif move.new is None:
        world.emit(repository, "delete", about)
    world.emit(repository, "push", {**_push(world, repository, move, commits, actor), "sender": sender})


def _push(world: World, repository: Repository, move: Move, commits: list[Commit], actor: User) -> dict[str, Any]:
    directory, web = world.bare(repository), html_url(world, repository)
    tip = bare.commit(directory, move.new) if move.new else None
    head = read(directory, [tip]) if tip else []
    who = identity.person(world, actor)
    old, new = move.old or bare.ZERO, move.new or bare.ZERO
    forced = move.branch is not None and move.old is not None and move.new is not None
    return {
        "ref": move.ref,
        "before": old,
        "after": new,
        "created": move.old is None,
        "deleted": move.new is None,
        "forced": forced and fork_point(directory, old, new) != old,
        "base_ref": None,
        "compare": f"{web}/compare/{old[:12]}...{new[:12]}",
        "commits": [_commit(world, repository, each) for each in commits],
        "head_commit": _commit(world, repository, head[0]) if head else None,
        "pusher": {"name": actor.login, "email": who.email},
    }


def _commit(world: World, repository: Repository, commit: Commit) -> dict[str, Any]:
    """A commit with the paths that it touches, compared with its first parent."""
    old = commit.parents[0] if commit.parents else diffs.EMPTY_TREE
    changes = diffs.changes(world.bare(repository), old, commit.sha, patches=False)
    gone = [each.previous for each in changes if each.previous is not None]
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": moment(commit.committer.seconds),
        "url": f"{html_url(world, repository)}/commit/{commit.sha}",
        "author": _person(world, commit.author),
        "committer": _person(world, commit.committer),
        "added": [each.path for each in changes if each.status in ("added", "renamed")],
        "removed": [each.path for each in changes if each.status == "removed"] + gone,
        "modified": [each.path for each in changes if each.status in ("modified", "changed")],
    }


def _person(world: World, who: Person) -> dict[str, str]:
    account = identity.by_email(world, who.email)
    shown = {"name": who.name, "email": who.email}
    return shown if account is None else {**shown, "username": account.login}
