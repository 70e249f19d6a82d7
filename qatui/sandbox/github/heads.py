"""Where a pull request's branch is, and its commits in the base repository, where refs/pull/N/head keeps them."""

from dataclasses import dataclass

from qatui.sandbox.github import bare
from qatui.sandbox.github.mergeability import branch_tip, head_ref
from qatui.sandbox.github.records import Pull, Repository
from qatui.sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Head:
    """A branch of the repository or of one of its forks."""

    repository: Repository
    branch: str
    sha: str


def find(world: World, base: Repository, name: str, head_repo: str | None = None) -> Head | None:
    """The branch that `name` is for a pull request to `base`: `branch`, or `owner:branch` in the owner's fork.

    `head_repo` names the fork where an owner has several. https://docs.github.com/rest/pulls/pulls#create-a-pull-request
    """
    owner, colon, branch = name.rpartition(":")
    repository = _repository(world, base, owner if colon else None, head_repo)
    if repository is None:
        return None
    sha = branch_tip(world.bare(repository), branch)
    return None if sha is None else Head(repository, branch, sha)


def _repository(world: World, base: Repository, owner: str | None, name: str | None) -> Repository | None:
    """The base itself or the fork of its network that is meant."""
    if name is not None:
        wanted = name.rpartition("/")[2].lower()
        network = [each for each in _network(world, base) if each.name.lower() == wanted]
    else:
        network = _network(world, base)
    if owner is None:
        return base if name is None else next(iter(network), None)
    return next((each for each in network if world.users[each.owner_id].login.lower() == owner.lower()), None)


def _network(world: World, base: Repository) -> list[Repository]:
    """The repository first, then what was forked from it, and what it was forked from itself."""
    return [base, *(each for each in world.repositories if each.parent_id == base.id or each.id == base.parent_id)]


def current(world: World, pull: Pull) -> Head | None:
    """Where the pull request's branch is now, None where it or its repository is gone."""
    repository = world.repositories.get(pull.head_repository_id)
    sha = None if repository is None else branch_tip(world.bare(repository), pull.head_ref)
    return None if repository is None or sha is None else Head(repository, pull.head_ref, sha)


def follow(world: World, pull: Pull, head: Head) -> None:
    """Make `head` the pull request's last commit."""
    fetch(world, world.repositories[pull.repository_id], head)
    pull.head_sha, pull.computed_for = head.sha, None
    keep(world, pull)
    world.pulls.save(pull)


def fetch(world: World, base: Repository, head: Head) -> None:
    """Bring the commits of a fork's branch into the base repository, under no name."""
    if head.repository.id != base.id:
        source = str(world.bare(head.repository))
        ref = f"refs/heads/{head.branch}"
        bare.run(world.bare(base), "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", source, ref)


def keep(world: World, pull: Pull) -> None:
    """Let refs/pull/N/head name the pull request's last commit, which the base repository has."""
    directory = world.bare(world.repositories[pull.repository_id])
    bare.run(directory, "update-ref", head_ref(pull), pull.head_sha)
