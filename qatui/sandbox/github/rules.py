"""What branches ask of those who change them, and what a pull request still lacks.

https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
The words are GitHub's own where it has been seen to say them.
"""

from collections.abc import Iterator

from qatui.sandbox.github import bare, code_owners
from qatui.sandbox.github.call import role_of
from qatui.sandbox.github.globs import matches
from qatui.sandbox.github.lines import changes
from qatui.sandbox.github.mergeability import base_tip, start
from qatui.sandbox.github.records import ROLES, Pull, Repository, Review, Rules, Ruleset, User
from qatui.sandbox.github.world import World

VIOLATIONS = "Repository rule violations found"
QUEUE_ONLY = "Changes must be made through the merge queue"
GREEN = frozenset({"success", "neutral", "skipped"})
"""Conclusions of a check run that let a pull request be merged."""


def rulesets(world: World, repository: Repository, branch: str, actor: User | None = None) -> list[Ruleset]:
    """The active rulesets of a branch, oldest first; with `actor` only those that bind that person."""
    return [
        each
        for each in world.rulesets.under(repository.id)
        if each.enforcement == "active"
        and any(matches(pattern, branch) for pattern in each.branches)
        and (actor is None or actor.id not in each.bypass_user_ids)
    ]


def of_branch(world: World, repository: Repository, branch: str, actor: User | None = None) -> Rules:
    """All active rulesets of a branch as one, the strictest of each; Rules() where there is none."""
    merged = Rules()
    for each in rulesets(world, repository, branch, actor):
        merged = _both(merged, each.rules)
    return merged


def _both(one: Rules, other: Rules) -> Rules:
    return Rules(
        required_approvals=max(one.required_approvals, other.required_approvals),
        require_code_owner_review=one.require_code_owner_review or other.require_code_owner_review,
        dismiss_stale_reviews=one.dismiss_stale_reviews or other.dismiss_stale_reviews,
        require_last_push_approval=one.require_last_push_approval or other.require_last_push_approval,
        required_checks=list(dict.fromkeys([*one.required_checks, *other.required_checks])),
        strict_checks=one.strict_checks or other.strict_checks,
        signed_commits=one.signed_commits or other.signed_commits,
        linear_history=one.linear_history or other.linear_history,
        merge_queue=one.merge_queue or other.merge_queue,
        pull_request=wants_pull_request(one) or wants_pull_request(other),
        allowed_merge_methods=[each for each in one.allowed_merge_methods if each in other.allowed_merge_methods],
    )


def wants_pull_request(rules: Rules) -> bool:
    """Whether changes must come by a pull request: by itself, or because reviews of one are asked for."""
    reviews = rules.required_approvals or rules.require_code_owner_review or rules.require_last_push_approval
    return rules.pull_request or bool(reviews)


def unmet(world: World, pull: Pull, actor: User | None) -> list[str]:
    """What the base branch still wants before `actor` may merge, a sentence each; empty: it may be merged.

    The merge queue and the merge method are not in it: ask `of_branch(...).merge_queue` and `refuses_method`.
    """
    repository = world.repositories[pull.repository_id]
    rules = of_branch(world, repository, pull.base_ref, actor)
    return [
        *_unmet_reviews(world, repository, pull, rules),
        *_unmet_checks(world, repository, pull.head_sha, rules),
        *_unmet_history(world, repository, pull, rules),
    ]


def refuses_method(rules: Rules, method: str) -> str | None:
    """Why a branch takes no merge by this method (merge, squash, rebase); None where it does."""
    if rules.linear_history and method == "merge":
        return "This branch must not contain merge commits."
    if method not in rules.allowed_merge_methods:
        return f"Merge method {method} merging is not allowed on this repository"
    return None


def standing(world: World, pull: Pull) -> dict[int, Review]:
    """The review that counts of each person: the last one that approves or asks for changes, unless dismissed."""
    found: dict[int, Review] = {}
    for review in world.reviews.under(pull.id):
        if review.state in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED"):
            found[review.user_id] = review
    return {user: review for user, review in found.items() if review.state != "DISMISSED"}


def may_write(world: World, repository: Repository, user: User | None) -> bool:
    """Whether somebody's review counts: who has at least write access."""
    role = role_of(world, repository, user)
    return role is not None and ROLES.index(role) >= ROLES.index("write")


def _unmet_reviews(world: World, repository: Repository, pull: Pull, rules: Rules) -> Iterator[str]:
    if not wants_pull_request(rules):
        return
    author = world.issues[pull.issue_id].user_id
    counted = [
        review
        for user, review in standing(world, pull).items()
        if user != author and may_write(world, repository, world.users.get(user))
    ]
    approvals = [review for review in counted if review.state == "APPROVED"]
    if len(approvals) < len(counted):
        yield "Changes have been requested by reviewers with write access."
    wanted = rules.required_approvals
    if len(approvals) < wanted:
        many = f"{wanted} approving review is" if wanted == 1 else f"{wanted} approving reviews are"
        yield f"At least {many} required by reviewers with write access."
    pusher = pull.last_pusher_id or author
    if rules.require_last_push_approval and not any(
        each.commit_id == pull.head_sha and each.user_id != pusher for each in approvals
    ):
        yield "New changes require approval from someone other than the last pusher."
    if rules.require_code_owner_review:
        approved_by = {review.user_id for review in approvals}
        yield from _unmet_owners(world, pull, approved_by)


def _unmet_owners(world: World, pull: Pull, approved_by: set[int]) -> Iterator[str]:
    waiting = [people for people in owners(world, pull) if not any(each.id in approved_by for each in people)]
    for names in dict.fromkeys(" and/or ".join(each.login for each in people) for people in waiting):
        yield f"Waiting on code owner review from {names}."


def owners(world: World, pull: Pull) -> list[list[User]]:
    """Who owns the files of a pull request by its base's CODEOWNERS, file by file: those who may write."""
    repository = world.repositories[pull.repository_id]
    lines = code_owners.read(world, repository, base_tip(world, pull))
    if not lines:
        return []
    changed = changes(world.bare(repository), start(world, pull), pull.head_sha)
    paths = sorted({path for each in changed for path in (each.path, each.previous) if path is not None})
    found = code_owners.owners(world, lines, paths).values()
    able = [[each for each in people if may_write(world, repository, each)] for people in found]
    return [people for people in able if people]


def owners_to_ask(world: World, pull: Pull) -> list[User]:
    """Who is asked for a review because of what the pull request changes: code owners, but not its author."""
    author = world.issues[pull.issue_id].user_id
    found = {each.id: each for people in owners(world, pull) for each in people if each.id != author}
    return list(found.values())


def failing(world: World, pull: Pull) -> bool:
    """Whether a status or a check of the head, required or not, has not succeeded (yet)."""
    return any(states != {"success"} for states in _states(world, pull.repository_id, pull.head_sha).values())


def _states(world: World, repository_id: int, sha: str) -> dict[str, set[str]]:
    """What the last status and the last check run of each name say of a commit: success, pending, failure, error."""
    statuses = {each.context: each.state for each in world.statuses.under(repository_id) if each.sha == sha}
    runs = {each.name: each for each in world.check_runs.under(repository_id) if each.head_sha == sha}
    found: dict[str, set[str]] = {context: {state} for context, state in statuses.items()}
    for name, run in runs.items():
        ended = "success" if run.conclusion in GREEN else "failure"
        found.setdefault(name, set()).add(ended if run.status == "completed" else "pending")
    return found


def _unmet_checks(world: World, repository: Repository, sha: str, rules: Rules) -> Iterator[str]:
    if not rules.required_checks:
        return
    found = _states(world, repository.id, sha)
    for context in rules.required_checks:
        states = found.get(context, set())
        if states != {"success"}:
            word = "expected" if not states else "failing" if states & {"failure", "error"} else "pending"
            yield f'Required status check "{context}" is {word}.'


def _unmet_history(world: World, repository: Repository, pull: Pull, rules: Rules) -> Iterator[str]:
    at = world.bare(repository)
    base = base_tip(world, pull)
    if rules.strict_checks and bare.text(at, "rev-list", "-n1", base, f"^{pull.head_sha}", "--"):
        yield "The head branch is not up to date with the base branch."
    if rules.signed_commits and unsigned(world, repository, base, pull.head_sha):
        yield "Commits must have verified signatures."


def unsigned(world: World, repository: Repository, old: str | None, new: str) -> list[str]:
    """The commits of `new` that are not in `old` (None: in no branch) and have no signature.

    Any signature will do: whose keys are good, only GitHub knows. https://docs.github.com/authentication/managing-commit-signature-verification
    """
    known = ["--not", old or "--branches"]
    raw = bare.run(world.bare(repository), "rev-list", "--header", new, *known, "--").split(b"\0")
    commits = [each.lstrip(b"\n") for each in raw if each.strip()]
    return [each[:40].decode() for each in commits if b"\ngpgsig" not in each.partition(b"\n\n")[0]]


def refuses_push(
    world: World, repository: Repository, branch: str, user: User | None, *, old: str | None = None, new: str = ""
) -> str | None:
    """Why `user` may not change a branch without a pull request, as GitHub words it; None where they may.

    `new` is the commit it would become, which the bare repository has already ("": not known, then whatever depends
    on it is refused), bare.ZERO to delete it; `old` what it is now, None where it is not there yet.
    """
    binding = rulesets(world, repository, branch, user)
    if not binding:
        return None
    broken = list(_broken(world, repository, of_branch(world, repository, branch, user), old, new))
    return "\n\n".join([VIOLATIONS, *broken, ""]) if broken else None


def _broken(world: World, repository: Repository, rules: Rules, old: str | None, new: str) -> Iterator[str]:
    """The rules that a direct push breaks. Nobody deletes a branch with rules, or forces a push to it."""
    if new == bare.ZERO:
        yield "Cannot delete this branch"
        return
    at = world.bare(repository)
    if new and old and bare.text(at, "rev-list", "-n1", old, f"^{new}", "--"):
        yield "Cannot force-push to this branch"
    if wants_pull_request(rules):
        yield "Changes must be made through a pull request."
    if rules.merge_queue:
        yield f"{QUEUE_ONLY}."
    yield from _unmet_checks(world, repository, new, rules)
    if rules.signed_commits and (not new or unsigned(world, repository, old, new)):
        yield "Commits must have verified signatures."
    known = ["--not", old or "--branches"]
    if rules.linear_history and (not new or bare.text(at, "rev-list", "-n1", "--merges", new, *known, "--")):
        yield "This branch must not contain merge commits."
