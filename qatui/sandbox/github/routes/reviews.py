"""Reviews of a pull request. https://docs.github.com/rest/pulls/reviews"""

from typing import Literal

from msgspec import Struct

from qatui.sandbox.github import placing, reviews
from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.records import Pull, Review, User
from qatui.sandbox.github.routes.pulls import LONGEST_BODY, pull_of
from qatui.sandbox.github.views import reviews as views


class Draft(placing.Place, kw_only=True):
    """A comment that comes with a review."""

    body: str


class Asked(Struct):
    """What a review is made of; without an event it stays pending."""

    commit_id: str | None = None
    body: str | None = None
    event: reviews.Verdict | None = None
    comments: list[Draft] = []


class Worded(Struct):
    """New words of a review."""

    body: str


class Submitted(Struct):
    """How a pending review is submitted."""

    event: reviews.Verdict
    body: str | None = None


class Dismissed(Struct):
    """Why a review shall count no more."""

    message: str
    event: Literal["DISMISS"] | None = None


def refused(words: str) -> Problem:
    """422 as reviews have it: `errors` are plain strings."""
    return Problem(422, "Unprocessable Entity", [words])


def listed(call: Call) -> Answer:
    """The reviews, oldest first; a pending one only for who began it."""
    found = [each for each in call.world.reviews.under(pull_of(call).id) if _visible(call, each)]
    return call.page(found, lambda each: views.review(call.world, each))


def create(call: Call) -> Answer:
    """A review with its comments: submitted at once, or pending where no event is said."""
    pull, asked = pull_of(call), call.read(Asked)
    check_may_talk(call, pull)
    _check(call, pull, asked.event, asked.body, empty=not asked.comments)
    if pending_of(call, pull, call.who) is not None:
        raise refused("User can only have one pending review per pull request")
    commit = asked.commit_id or pull.head_sha
    if not placing.has_commit(call.world, pull, commit):
        raise refused("Commit could not be resolved")
    review = Review(pull_id=pull.id, user_id=call.who.id, state="PENDING", body=asked.body or "", commit_id=commit)
    try:
        comments = [placing.comment(call.world, pull, review, each, each.body) for each in asked.comments]
    except placing.NoPlace as error:
        raise refused(str(error)) from None
    call.world.reviews.add(review)
    for comment in comments:
        comment.review_id = review.id
        call.world.review_comments.add(comment)
        reviews.follow(call.world, pull, comment)
    if asked.event is not None:
        reviews.submit(call.world, review, asked.event, call.who)
    return Answer(200, views.review(call.world, review))


def get(call: Call) -> Answer:
    """One review."""
    return Answer(200, views.review(call.world, review_of(call)))


def update(call: Call) -> Answer:
    """Other words for a review; only its author may."""
    review, asked = review_of(call), call.read(Worded)
    if review.user_id != call.who.id:
        raise Problem(403, "Only the author of a review may edit it.")
    check_length(asked.body)
    before, review.body = review.body, asked.body
    call.world.reviews.save(review)
    if review.state != "PENDING":
        reviews.tell_review(call.world, review, "edited", call.who, changes={"body": {"from": before}})
    return Answer(200, views.review(call.world, review))


def delete(call: Call) -> Answer:
    """Throw away a pending review with its comments."""
    review = review_of(call)
    if review.state != "PENDING":
        raise refused("Can not delete a non-pending pull request review")
    for comment in reviews.comments_of(call.world, review):
        call.world.review_comments.remove(comment)
    call.world.reviews.remove(review)
    return Answer(200, views.review(call.world, review))


def comments(call: Call) -> Answer:
    """The comments of one review."""
    found = reviews.comments_of(call.world, review_of(call))
    return call.page(found, lambda each: views.comment_of_review(call.world, each))


def dismiss(call: Call) -> Answer:
    """Let an approval, or a request for changes, count no more."""
    review, asked = review_of(call), call.read(Dismissed)
    if not asked.message.strip():
        raise refused("Message can't be blank")
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise refused(f"Can not dismiss a {review.state.lower()} pull request review")
    reviews.dismiss(call.world, review, call.who, asked.message)
    return Answer(200, views.review(call.world, review))


def submit(call: Call) -> Answer:
    """Submit a pending review; its comments are seen from now on."""
    review, asked = review_of(call), call.read(Submitted)
    if review.state != "PENDING":
        raise refused("Review has already been submitted")
    pull = call.world.pulls[review.pull_id]
    check_may_talk(call, pull)
    body = review.body if asked.body is None else asked.body
    _check(call, pull, asked.event, body, empty=not reviews.comments_of(call.world, review))
    review.body = body
    reviews.submit(call.world, review, asked.event, call.who)
    return Answer(200, views.review(call.world, review))


def review_of(call: Call) -> Review:
    """The review of the path; 404 for none, and for somebody else's pending one."""
    pull = pull_of(call)
    found = call.world.reviews.get(call.number("review_id"))
    if found is None or found.pull_id != pull.id or not _visible(call, found):
        raise not_found()
    return found


def pending_of(call: Call, pull: Pull, user: User) -> Review | None:
    """The one review that somebody has begun and not submitted."""
    mine = (each for each in call.world.reviews.under(pull.id) if each.user_id == user.id)
    return next((each for each in mine if each.state == "PENDING"), None)


def check_may_talk(call: Call, pull: Pull) -> None:
    """Refuse those who may not write where the conversation is locked."""
    if call.world.issues[pull.issue_id].locked and not call.may("write"):
        raise Problem(403, "Unable to create comment because issue is locked.")


def check_length(body: str) -> None:
    """Refuse a body that is too long (GITHUB.md, Answers)."""
    if len(body) > LONGEST_BODY:
        raise refused(f"Body is too long (maximum is {LONGEST_BODY} characters)")


def _visible(call: Call, review: Review) -> bool:
    return review.state != "PENDING" or (call.user is not None and call.user.id == review.user_id)


def _check(call: Call, pull: Pull, verdict: reviews.Verdict | None, body: str | None, *, empty: bool) -> None:
    """Refuse a verdict on one's own pull request and, with `empty` (no comments), a review without words."""
    check_length(body or "")
    if verdict in ("APPROVE", "REQUEST_CHANGES") and call.world.issues[pull.issue_id].user_id == call.who.id:
        what = "approve" if verdict == "APPROVE" else "request changes on"
        raise refused(f"Can not {what} your own pull request")
    if verdict in ("COMMENT", "REQUEST_CHANGES") and empty and not (body or "").strip():
        raise refused("Body can't be blank")


_PATH = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"
_ONE = f"{_PATH}/{{review_id}}"
_READ, _WRITE = "pull_requests=read", "pull_requests=write"
ROUTES = (
    Route("GET", _PATH, listed, "pulls/reviews#list-reviews-for-a-pull-request", grant=_READ),
    Route("POST", _PATH, create, "pulls/reviews#create-a-review-for-a-pull-request", grant=_WRITE),
    Route("GET", _ONE, get, "pulls/reviews#get-a-review-for-a-pull-request", grant=_READ),
    Route("PUT", _ONE, update, "pulls/reviews#update-a-review-for-a-pull-request", grant=_WRITE),
    Route("DELETE", _ONE, delete, "pulls/reviews#delete-a-pending-review-for-a-pull-request", grant=_WRITE),
    Route("GET", f"{_ONE}/comments", comments, "pulls/reviews#list-comments-for-a-pull-request-review", grant=_READ),
    Route(
        "PUT",
        f"{_ONE}/dismissals",
        dismiss,
        "pulls/reviews#dismiss-a-review-for-a-pull-request",
        role="write",
        grant=_WRITE,
    ),
    Route("POST", f"{_ONE}/events", submit, "pulls/reviews#submit-a-review-for-a-pull-request", grant=_WRITE),
)
