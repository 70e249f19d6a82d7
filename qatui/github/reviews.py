"""Reviews and their comments on lines (https://docs.github.com/en/rest/pulls/reviews)."""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from qatui.errors import GitHubRefused, UsageError
from qatui.github.protocol import Repo, Request, Write, given, look, pages, path, same_text, send
from qatui.github.users import Account, is_by

Event = Literal["APPROVE", "COMMENT", "REQUEST_CHANGES"]
_STATES = {"APPROVE": "APPROVED", "COMMENT": "COMMENTED", "REQUEST_CHANGES": "CHANGES_REQUESTED"}
_OWN = "your own pull request"


class Review(Struct, frozen=True):
    """A review."""

    id: int
    node_id: str
    state: str
    """APPROVED, COMMENTED, CHANGES_REQUESTED, DISMISSED, or PENDING: a draft that only its author sees."""
    html_url: str = ""
    body: str | None = None
    user: Account | None = None
    commit_id: str | None = None
    submitted_at: str | None = None


class ReviewComment(Struct, frozen=True):
    """A comment on a line of the diff."""

    id: int
    path: str
    body: str
    html_url: str = ""
    line: int | None = None
    """None where the line is no longer in the diff."""
    original_line: int | None = None
    """Where it was made; later commits do not move it."""
    side: str | None = None
    """LEFT: as it was; RIGHT: as it is now."""
    user: Account | None = None
    commit_id: str = ""
    original_commit_id: str = ""
    """What it was made on; `commit_id` follows the head."""
    in_reply_to_id: int | None = None
    pull_request_review_id: int | None = None


class LineComment(Struct, frozen=True, omit_defaults=True):
    """A comment to be made: on a line of the diff, counted from 1, on either side."""

    path: str
    body: str
    line: int
    side: Literal["LEFT", "RIGHT"]


def reviews(repo: Repo, number: int) -> Request[list[Review]]:
    """Its reviews, oldest first."""
    return pages(f"read the reviews of {repo}#{number}", path("/repos/{}/pulls/{}/reviews", repo, number), Review)


def review_comments(repo: Repo, number: int, direction: Literal["asc", "desc"] = "asc") -> Request[list[ReviewComment]]:
    """The comments on its lines in the order they were made."""
    place = path("/repos/{}/pulls/{}/comments", repo, number)
    what = f"read the line comments of {repo}#{number}"
    return pages(what, place, ReviewComment, sort="created", direction=direction)


def pending(reviews: Iterable[Review], login: str) -> Review | None:
    """The review that `login` has begun and not submitted: a person has one at most, and it must be used."""
    return next((each for each in reviews if each.state == "PENDING" and is_by(each.user, login)), None)


def review(
    repo: Repo,
    number: int,
    *,
    login: str,
    commit: str,
    event: Event,
    body: str,
    comments: Sequence[LineComment] = (),
    begun: Review | None = None,
) -> Write[Review] | None:
    """Review a commit of a pull request as `login`; None where there is nothing to say, which GitHub refuses.

    `begun` is the pending review, if there is one: it is submitted, with whatever comments the person has begun;
    `comments` then go by `comment_line`. A review that only comments wants a body, by which it is found again; with
    an empty `login`, as an App's installation has it, so does an approval.
    """
    if event != "APPROVE" and not body.strip():
        if comments:
            raise UsageError("A review with comments on lines needs a text of its own.")
        return None
    if begun is not None and comments:
        raise UsageError("Comments on lines cannot be added to a review that was begun elsewhere.")
    if not login and not body.strip():
        raise UsageError("An approval by an App needs a text: nobody could tell it from another's.")
    what = f"review {repo}#{number}"
    fields = given(event=event, body=body or None)
    if begun is not None:
        place = path("/repos/{}/pulls/{}/reviews/{}/events", repo, number, begun.id)
    else:
        place = path("/repos/{}/pulls/{}/reviews", repo, number)
        fields["commit_id"] = commit
        if comments:
            fields["comments"] = list(comments)

    def found(page: list[Review]) -> Review | None:
        for each in page:
            ours = each.state == _STATES[event] and is_by(each.user, login) and same_text(body, each.body)
            if ours and (each.commit_id == commit or (begun is not None and each.id == begun.id)):
                return each
        return None

    seen = look(reviews(repo, number), found, pages=20)
    return Write(send("POST", what, place, Review, fields), seen, creates=True)


def comment_line(repo: Repo, number: int, *, login: str, commit: str, comment: LineComment) -> Write[ReviewComment]:
    """Comment on one line of `commit`, apart from a review. The same words on another line are another comment."""
    place = path("/repos/{}/pulls/{}/comments", repo, number)
    fields = {
        "commit_id": commit,
        "path": comment.path,
        "body": comment.body,
        "line": comment.line,
        "side": comment.side,
    }

    def found(page: list[ReviewComment]) -> ReviewComment | None:
        for each in page:
            line = each.line if each.original_line is None else each.original_line
            there = (each.path, line, each.side, each.original_commit_id or each.commit_id)
            ours = there == (comment.path, comment.line, comment.side, commit)
            if ours and is_by(each.user, login) and same_text(comment.body, each.body):
                return each
        return None

    request = send("POST", f"comment on {comment.path} in {repo}#{number}", place, ReviewComment, fields)
    return Write(request, look(review_comments(repo, number, "desc"), found, pages=20), creates=True)


def is_own(error: GitHubRefused) -> bool:
    """Whether an approval was refused because nobody can approve a pull request of their own: comment instead."""
    return error.status == 422 and _OWN in error.said.lower()
