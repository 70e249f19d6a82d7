"""Changes of refs that a person asks for over the API: by the branch's rules, and told to pull requests and hooks."""

from qatui.sandbox.github import bare, pushes, rules
from qatui.sandbox.github.call import Call, Problem
from qatui.sandbox.github.records import Repository
from qatui.sandbox.github.refnames import branch
from qatui.sandbox.github.world import World


def move(call: Call, ref: str, old: str | None, new: str | None, *, refusal: int = 422) -> None:
    """Let `ref` (full and well-formed) go from `old` (None: it is not there) to `new` (None: away with it).

    Raises Problem with status `refusal` where a rule of the branch is against it, 422 where git is.
    """
    world, repository = call.world, call.repository
    name = branch(ref)
    if name is not None:
        words = rules.refuses_push(world, repository, name, call.user, old=old, new=new or bare.ZERO)
        if words is not None:
            raise Problem(refusal, words)
    directory = world.bare(repository)
    try:
        if new is None:
            bare.run(directory, "update-ref", "-d", ref, *([old] if old else []))
        else:
            bare.run(directory, "update-ref", ref, new, old or bare.ZERO)
    except bare.GitFailed:
        # Somebody else was quicker, or a branch `a` is in the way of `a/b`.
        raise Problem(422, "Reference update failed") from None
    adopt(world, repository)
    pushes.notice(world, repository, call.who)


def adopt(world: World, repository: Repository) -> None:
    """Make the first branch of a repository its default branch, where it has another name than was expected."""
    if repository.refs_seen:
        return
    directory = world.bare(repository)
    heads = [name.removeprefix("refs/heads/") for name in bare.refs(directory, "refs/heads")]
    if heads and repository.default_branch not in heads:
        repository.default_branch = heads[0]
        world.repositories.save(repository)
        bare.run(directory, "symbolic-ref", "HEAD", f"refs/heads/{heads[0]}")
