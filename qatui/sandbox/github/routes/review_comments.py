"""Comments on lines of a pull request's diff. https://docs.github.com/rest/pulls/comments"""

from msgspec import Struct

from qatui.sandbox.github import lines, moments, placing, reviews
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, not_found
from qatui.sandbox.github.records import Pull, Review, ReviewComment
from qatui.sandbox.github.routes.pulls import LONGEST_BODY, pull_of
from qatui.sandbox.github.routes.reviews import check_may_talk, pending_of
from qatui.sandbox.github.views import reviews as views

_RESOURCE = "PullRequestReviewComment"


class Asked(Struct):
    """What a comment is made of: a place in a commit's diff, or the comment that it answers."""

    body: str
    commit_id: str | None = None
    path: str | None = None
    position: int | None = None
    line: int | None = None
    side: lines.Side | None = None
    start_line: int | None = None
    start_side: placing.StartSide | None = None
    subject_type: placing.Subject | None = None
    in_reply_to: int | None = None


class Worded(Struct):
    """The words of a comment."""

    body: str


def listed(call: Call) -> Answer:
    """The comments of submitted reviews, oldest first unless asked otherwise."""
    pull = pull_of(call)
    pending = {each.id for each in call.world.reviews.under(pull.id) if each.state == "PENDING"}
    found = [each for each in call.world.review_comments.under(pull.id) if each.review_id not in pending]
    since = moments.seconds(call.query.get("since", ""))
    if since is not None:
        found = [each for each in found if each.updated_at >= since]
    if call.choice("sort", ("created", "updated"), "created") == "updated":
        found.sort(key=lambda each: each.updated_at)
    if call.choice("direction", ("asc", "desc"), "asc") == "desc":
        found.reverse()
    return call.page(found, lambda each: views.comment(call.world, each))


def create(call: Call) -> Answer:
    """A comment on a line, on a range of lines, on a file, or in answer to another; a review of its own."""
    pull, asked = pull_of(call), call.read(Asked)
    _check(call, pull, asked.body)
    if asked.in_reply_to is not None:
        first = _first(call, pull, asked.in_reply_to)
        if first is None:
            raise invalid(_RESOURCE, "in_reply_to", "invalid")
        return _reply(call, pull, first, asked.body)
    place = _place(asked)
    commit = asked.commit_id or ""
    if not placing.has_commit(call.world, pull, commit):
        raise invalid(_RESOURCE, "commit_id", "custom", "commit_id is not part of the pull request")
    review = _review(call, pull, commit)
    try:
        comment = placing.comment(call.world, pull, review, place, asked.body)
    except placing.NoPlace as error:
        raise _misplaced(error) from None
    return _kept(call, pull, review, comment)


def reply(call: Call) -> Answer:
    """An answer in the thread of a comment."""
    pull, asked = pull_of(call), call.read(Worded)
    first = _first(call, pull, call.number("comment_id"))
    if first is None:
        raise not_found()
    _check(call, pull, asked.body)
    return _reply(call, pull, first, asked.body)


def update(call: Call) -> Answer:
    """Other words for a comment."""
    comment, asked = _changeable(call), call.read(Worded)
    _check_words(asked.body)
    before, comment.body = comment.body, asked.body
    comment.updated_at = call.world.now()
    call.world.review_comments.save(comment)
    if call.world.reviews[comment.review_id].state != "PENDING":
        reviews.tell_comment(call.world, comment, "edited", call.who, changes={"body": {"from": before}})
    return Answer(200, views.comment(call.world, comment))


def delete(call: Call) -> Answer:
    """Remove a comment; the answers to it stay, the oldest of them begins the thread now."""
    comment = _changeable(call)
    told = call.world.reviews[comment.review_id].state != "PENDING"
    if told:
        reviews.tell_comment(call.world, comment, "deleted", call.who)
    call.world.review_comments.remove(comment)
    heirs = [each for each in call.world.review_comments.under(comment.pull_id) if each.in_reply_to_id == comment.id]
    for each in heirs:
        each.in_reply_to_id = None if each is heirs[0] else heirs[0].id
        each.resolved_by_id = comment.resolved_by_id if each is heirs[0] else None
        call.world.review_comments.save(each)
    return Answer(204)


def _reply(call: Call, pull: Pull, first: ReviewComment, body: str) -> Answer:
    review = _review(call, pull, pull.head_sha)
    return _kept(call, pull, review, placing.reply(call.world, review, first, body))


def _kept(call: Call, pull: Pull, review: Review, comment: ReviewComment) -> Answer:
    """Keep a comment, and the review that it is the only one of, as submitted."""
    call.world.reviews.add(review)
    comment.review_id = review.id
    call.world.review_comments.add(comment)
    if comment.line is not None:
        reviews.follow(call.world, pull, comment)
    reviews.submit(call.world, review, "COMMENT", call.who)
    shown = views.comment(call.world, comment)
    return Answer(201, shown, {"Location": shown["url"]})


def _review(call: Call, pull: Pull, commit: str) -> Review:
    """A review for one comment, not yet kept."""
    return Review(pull_id=pull.id, user_id=call.who.id, state="PENDING", commit_id=commit)


def _check(call: Call, pull: Pull, body: str) -> None:
    """Refuse bad words, who may not comment, and who has begun a review: a comment would have to join it."""
    check_may_talk(call, pull)
    _check_words(body)
    if pending_of(call, pull, call.who) is not None:
        words = "user_id can only have one pending review per pull request"
        raise invalid("PullRequestReview", "user_id", "custom", words)


def _check_words(body: str) -> None:
    if not body.strip():
        raise invalid(_RESOURCE, "body", "missing_field")
    if len(body) > LONGEST_BODY:
        raise invalid(_RESOURCE, "body", "custom", f"body is too long (maximum is {LONGEST_BODY} characters)")


def _place(asked: Asked) -> placing.Place:
    missing = [name for name in ("commit_id", "path") if getattr(asked, name) is None]
    if asked.subject_type != "file" and asked.line is None and asked.position is None:
        missing.append("line")
    if missing:
        names = ", ".join(f'"{name}"' for name in missing)
        raise Problem(422, f"Invalid request.\n\n{names} wasn't supplied.")
    return placing.Place(
        path=asked.path or "",
        position=asked.position,
        line=asked.line,
        side=asked.side,
        start_line=asked.start_line,
        start_side=asked.start_side,
        subject_type=asked.subject_type,
    )


def _misplaced(error: placing.NoPlace) -> Problem:
    field = f"pull_request_review_thread.{error.field}"
    if error.field == "path":
        errors = [{"resource": _RESOURCE, "code": "invalid", "field": field}]
    else:
        words = f"{field} must be part of the diff" if error.field == "line" else f"{field}: {error}"
        errors = [{"resource": _RESOURCE, "code": "custom", "field": field, "message": words}]
    missing = {"resource": _RESOURCE, "code": "missing_field", "field": "pull_request_review_thread.diff_hunk"}
    return Problem(422, "Validation Failed", [*errors, missing])


def _first(call: Call, pull: Pull, number: int) -> ReviewComment | None:
    """The first comment of the thread that a comment is in; None where the pull request has no such comment to see."""
    found = call.world.review_comments.get(number)
    if found is None or found.pull_id != pull.id or call.world.reviews[found.review_id].state == "PENDING":
        return None
    return call.world.review_comments[found.in_reply_to_id or found.id]


def _changeable(call: Call) -> ReviewComment:
    """The comment of the path: its author may change it, and who may write in the repository."""
    found = call.world.review_comments.get(call.number("comment_id"))
    if found is None or call.world.pulls[found.pull_id].repository_id != call.repository.id:
        raise not_found()
    mine = found.user_id == call.who.id
    if not mine and call.world.reviews[found.review_id].state == "PENDING":
        raise not_found()
    if not (mine or call.may("write")):
        raise Problem(403, "Must have push access to this repository, or be the author of the comment.")
    return found


_PATH = "/repos/{owner}/{repo}/pulls/{pull_number}/comments"
_ONE = "/repos/{owner}/{repo}/pulls/comments/{comment_id}"
_READ, _WRITE = "pull_requests=read", "pull_requests=write"
ROUTES = (
    Route("GET", _PATH, listed, "pulls/comments#list-review-comments-on-a-pull-request", grant=_READ),
    Route("POST", _PATH, create, "pulls/comments#create-a-review-comment-for-a-pull-request", grant=_WRITE),
    Route(
        "POST",
        f"{_PATH}/{{comment_id}}/replies",
        reply,
        "pulls/comments#create-a-reply-for-a-review-comment",
        grant=_WRITE,
    ),
    Route("PATCH", _ONE, update, "pulls/comments#update-a-review-comment-for-a-pull-request", grant=_WRITE),
    Route("DELETE", _ONE, delete, "pulls/comments#delete-a-review-comment-for-a-pull-request", grant=_WRITE),
)
