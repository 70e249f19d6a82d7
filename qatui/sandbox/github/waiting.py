"""Pull requests that merge themselves: by auto-merge once their rules are met, or through the merge queue.

https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""

from qatui.sandbox.github import events, merging, pull_states, rules
from qatui.sandbox.github.call import Problem
from qatui.sandbox.github.merging import Method
from qatui.sandbox.github.records import AutoMerge, Pull, Repository, User
from qatui.sandbox.github.world import World

QUEUE_SECONDS = 5
"""How long a pull request is in the merge queue at least: there its merge would be built and tested."""
_METHODS: tuple[Method, ...] = ("merge", "squash", "rebase")


def enable(world: World, pull: Pull, asked: AutoMerge) -> None:
    """Let an open pull request merge itself once its rules are met."""
    actor = world.users[asked.user_id]
    pull.auto_merge = asked
    world.pulls.save(pull)
    event = {"merge": "auto_merge_enabled", "squash": "auto_squash_enabled", "rebase": "auto_rebase_enabled"}
    events.record(world, world.issues[pull.issue_id], event[asked.method], actor)
    pull_states.tell(world, pull, "auto_merge_enabled", actor, reason="")


def enqueue(world: World, pull: Pull, actor: User) -> None:
    """Put an open pull request at the end of its base's merge queue; again changes nothing."""
    if pull.queued_at is not None:
        return
    pull.queued_at, pull.auto_merge = world.now(), None
    world.pulls.save(pull)
    events.record(world, world.issues[pull.issue_id], "added_to_merge_queue", actor)
    pull_states.tell(world, pull, "enqueued", actor)


def attempt(world: World, pull: Pull) -> None:
    """Go on with a pull request that waits; nothing happens to any other.

    Auto-merge merges, or queues where there is a merge queue, once nothing is lacking. What is in the queue is merged
    after QUEUE_SECONDS; a conflict ends its waiting there.
    """
    repository, asked = world.repositories[pull.repository_id], pull.auto_merge
    if asked is not None:
        actor = world.users[asked.user_id]
        if pull.draft or rules.unmet(world, pull, actor):
            return
        if rules.of_branch(world, repository, pull.base_ref, actor).merge_queue:
            enqueue(world, pull, actor)
        else:
            _merged(world, pull, actor, asked.method, asked.title or None, asked.message or None)
    elif pull.queued_at is not None and pull.queued_at + QUEUE_SECONDS <= world.now():
        actor = _queued_by(world, pull)
        unmet = rules.unmet(world, pull, actor)
        if not unmet and not _merged(world, pull, actor, _queue_method(world, pull)):
            pull_states.leave_queue(world, pull, actor, "MERGE_CONFLICT")


def advance(world: World, repository: Repository) -> None:
    """Go on with all that waits in a repository, the first first; called around every request to it."""
    for pull in _waiting(world).get(repository.id, ()):
        attempt(world, pull)


def _waiting(world: World) -> dict[int, list[Pull]]:
    """By repository id what is in the merge queue, in its order, and then what auto-merge is for."""

    def find() -> dict[int, list[Pull]]:
        found: dict[int, list[Pull]] = {}
        waiting = [each for each in world.pulls if each.queued_at is not None or each.auto_merge is not None]
        for pull in sorted(waiting, key=lambda each: (each.queued_at is None, each.queued_at or 0, each.id)):
            found.setdefault(pull.repository_id, []).append(pull)
        return found

    return world.derived("waiting pull requests", find, world.pulls)


def _merged(
    world: World, pull: Pull, actor: User, method: Method, title: str | None = None, message: str | None = None
) -> bool:
    """Merge by a method that is allowed; False for a conflict, which somebody has to resolve."""
    binding = rules.of_branch(world, world.repositories[pull.repository_id], pull.base_ref, actor)
    try:
        merging.check_method(world.repositories[pull.repository_id], method)
        if rules.refuses_method(binding, method) is not None:
            return False
        merging.merge(world, pull, actor, method, title, message)
    except Problem:
        return False
    return True


def _queue_method(world: World, pull: Pull) -> Method:
    """How the queue merges: the first way that base and repository allow."""
    repository = world.repositories[pull.repository_id]
    binding = rules.of_branch(world, repository, pull.base_ref)
    allowed = (repository.allow_merge_commit, repository.allow_squash_merge, repository.allow_rebase_merge)
    ways = (way for way, may in zip(_METHODS, allowed, strict=True) if may and not rules.refuses_method(binding, way))
    return next(ways, "merge")


def _queued_by(world: World, pull: Pull) -> User:
    """Who put it into the queue."""
    added = [each for each in world.events.under(pull.issue_id) if each.event == "added_to_merge_queue"]
    return world.users[added[-1].actor_id]
