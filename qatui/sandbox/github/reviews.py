"""What becomes of reviews and of comments on lines: submitted, dismissed, moved by a push; hooks are told.

https://docs.github.com/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/about-pull-request-reviews
"""

from typing import Any, Literal

from qatui.sandbox.github import events, lines, rules
from qatui.sandbox.github.mergeability import base_tip, fork_point, start
from qatui.sandbox.github.records import Pull, Review, ReviewComment, User
from qatui.sandbox.github.views import pulls as pull_views
from qatui.sandbox.github.views import reviews as views
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.world import World

Verdict = Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"]
STATES: dict[Verdict, Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


def submit(world: World, review: Review, verdict: Verdict, actor: User) -> None:
    """Let everybody see a review and its comments; who was asked for a review has given it."""
    pull = world.pulls[review.pull_id]
    review.state = STATES[verdict]
    review.submitted_at = world.now()
    world.reviews.save(review)
    if review.user_id in pull.requested_reviewer_ids:
        pull.requested_reviewer_ids.remove(review.user_id)
        world.pulls.save(pull)
    events.touch(world, world.issues[pull.issue_id])
    tell_review(world, review, "submitted", actor)
    for comment in comments_of(world, review):
        tell_comment(world, comment, "created", actor)


def comments_of(world: World, review: Review) -> list[ReviewComment]:
    """The comments of a review, oldest first."""
    return [each for each in world.review_comments.under(review.pull_id) if each.review_id == review.id]


def dismiss(world: World, review: Review, actor: User, message: str | None, commit_id: str | None = None) -> None:
    """Let a verdict count no more; `commit_id` is what was pushed, where a push dismissed it."""
    dismissed = {"state": review.state.lower(), "review_id": review.id, "dismissal_message": message}
    review.state = "DISMISSED"
    world.reviews.save(review)
    detail = dismissed if commit_id is None else {**dismissed, "dismissal_commit_id": commit_id}
    pull = world.pulls[review.pull_id]
    events.record(world, world.issues[pull.issue_id], "review_dismissed", actor, dismissed_review=detail)
    tell_review(world, review, "dismissed", actor)


def after_push(world: World, pull: Pull, actor: User) -> None:
    """What a push to the head (`pull.head_sha` is the new one) does to reviews: comments move or are outdated.

    Where the base's rules want it, approvals of what was there before are dismissed.
    """
    for comment in world.review_comments.under(pull.id):
        if comment.line is not None:
            follow(world, pull, comment)
    dismiss_stale(world, pull, actor)


def dismiss_stale(world: World, pull: Pull, actor: User) -> None:
    """Dismiss the approvals of what is no more, where the base's rules say so.

    What leaves the diff as it was approved, such as a merge of the base, dismisses nothing:
    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches#require-pull-request-reviews-before-merging
    """
    repository = world.repositories[pull.repository_id]
    if not rules.of_branch(world, repository, pull.base_ref).dismiss_stale_reviews:
        return
    now = _diff(world, pull, pull.head_sha)
    for review in rules.standing(world, pull).values():
        if review.state == "APPROVED" and _diff(world, pull, review.commit_id) != now:
            dismiss(world, review, actor, None, pull.head_sha)


def _diff(world: World, pull: Pull, commit: str) -> list[tuple[str, str, list[str]]]:
    """What a commit of the pull request changes, wherever in the files that is."""
    at, base = world.bare(world.repositories[pull.repository_id]), base_tip(world, pull)
    return [
        (each.path, each.status, [line for line in (each.patch or each.sha).split("\n") if not line.startswith("@@")])
        for each in lines.changes(at, fork_point(at, base, commit) or base, commit)
    ]


def follow(world: World, pull: Pull, comment: ReviewComment) -> None:
    """Put a comment where its line is in the pull request's diff now; where the line is gone, it is outdated."""
    last = _moved(world, pull, comment, comment.side, comment.line)
    first = last
    if comment.start_line is not None:
        first = _moved(world, pull, comment, comment.start_side or comment.side, comment.start_line)
    if first is None or last is None:
        comment.line = comment.start_line = comment.position = None
    else:
        comment.path, comment.line, comment.position = last
        comment.start_line = None if comment.start_line is None else first[1]
        comment.commit_id = pull.head_sha
    world.review_comments.save(comment)


def _moved(
    world: World, pull: Pull, comment: ReviewComment, side: lines.Side, line: int | None
) -> tuple[str, int, int] | None:
    """Path, number and position that a comment's line has in the pull request's diff now; None where it is gone."""
    at, new = world.bare(world.repositories[pull.repository_id]), start(world, pull)
    if line is None:
        return None
    if side == "RIGHT":
        found = lines.follow(at, comment.commit_id, pull.head_sha, comment.path, line)
    else:
        old = fork_point(at, base_tip(world, pull), comment.commit_id) or new
        found = lines.follow(at, old, new, comment.path, line)
    diff = lines.between(at, new, pull.head_sha).get(found[0]) if found else None
    row = diff.find(side, found[1]) if diff and found else None
    return (*found, row.position) if found and row else None


def tell_review(world: World, review: Review, action: str, actor: User, **more: Any) -> None:
    """Tell hooks of `pull_request_review.ACTION`."""
    _tell(
        world,
        world.pulls[review.pull_id],
        "pull_request_review",
        action,
        actor,
        review=views.told_review(world, review),
        **more,
    )


def tell_comment(world: World, comment: ReviewComment, action: str, actor: User, **more: Any) -> None:
    """Tell hooks of `pull_request_review_comment.ACTION`."""
    shown = views.told_comment(world, comment)
    _tell(world, world.pulls[comment.pull_id], "pull_request_review_comment", action, actor, comment=shown, **more)


def resolve(world: World, first: ReviewComment, actor: User) -> None:
    """Mark a thread, by its first comment, as resolved; again changes nothing."""
    if first.resolved_by_id is not None:
        return
    first.resolved_by_id = actor.id
    world.review_comments.save(first)
    shown = views.thread(world, first)
    _tell(world, world.pulls[first.pull_id], "pull_request_review_thread", "resolved", actor, thread=shown)


def _tell(world: World, pull: Pull, event: str, action: str, actor: User, **more: Any) -> None:
    repository = world.repositories[pull.repository_id]
    if world.hooks.count(repository.id):
        shown = {"pull_request": pull_views.simple(world, pull), "sender": simple_user(world, actor)}
        world.emit(repository, event, {"action": action, **more, **shown})
