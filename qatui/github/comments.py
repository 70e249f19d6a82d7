"""Comments under issues and pull requests (https://docs.github.com/en/rest/issues/comments)."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from qatui.errors import UsageError
from qatui.github.protocol import Repo, Request, Write, get, look, pages, path, same_text, send, short
from qatui.github.users import Account, is_by

SLACK = timedelta(minutes=10)
"""How far this machine's clock and GitHub's may be apart."""


class Comment(Struct, frozen=True):
    """A comment."""

    id: int
    html_url: str
    created_at: str
    updated_at: str
    body: str | None = None
    user: Account | None = None


def comment(repo: Repo, id_: int) -> Request[Comment]:
    """One comment, by its id."""
    return get(f"read a comment in {repo}", path("/repos/{}/issues/comments/{}", repo, id_), Comment)


def comments(repo: Repo, number: int, since: str | None = None) -> Request[list[Comment]]:
    """The comments of an issue or pull request, oldest first; `since` (ISO 8601): updated then or later."""
    place = path("/repos/{}/issues/{}/comments", repo, number)
    return pages(f"read the comments of {repo}#{number}", place, Comment, since=since)


def create_comment(repo: Repo, number: int, *, login: str, body: str, since: str) -> Write[Comment]:
    """Comment as `login`. It is found again by its text among what was written `since` (ISO 8601, with an offset).

    `since` is a moment of this machine's clock and the comments have GitHub's, so it is looked for from SLACK
    earlier; said twice within that time, the same words count once. Raises UsageError where `since` is no moment.
    """
    try:
        earliest = (datetime.fromisoformat(since).astimezone(UTC) - SLACK).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError) as error:
        raise UsageError(f"“{short(since)}” is no moment.", "Write it as 2026-11-20T08:49:41Z.") from error

    def found(page: list[Comment]) -> Comment | None:
        return next((each for each in page if is_by(each.user, login) and same_text(body, each.body)), None)

    place = path("/repos/{}/issues/{}/comments", repo, number)
    request = send("POST", f"comment on {repo}#{number}", place, Comment, {"body": body})
    return Write(request, look(comments(repo, number, earliest), found, pages=20), creates=True)


def update_comment(repo: Repo, id_: int, body: str) -> Write[Comment]:
    """Write a comment anew."""
    place = path("/repos/{}/issues/comments/{}", repo, id_)
    request = send("PATCH", f"change a comment in {repo}", place, Comment, {"body": body})
    return Write(request, look(comment(repo, id_), lambda now: now if same_text(body, now.body) else None))
