"""Comments on issues and pull requests. https://docs.github.com/rest/issues/comments"""

from typing import Any

from msgspec import Struct

from qatui.sandbox.github import events
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, issue_of, not_found
from qatui.sandbox.github.issue_lists import since
from qatui.sandbox.github.records import Comment, User
from qatui.sandbox.github.routes.issues import LONGEST_BODY
from qatui.sandbox.github.views import issues as views
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.world import World


class Text(Struct):
    """What a comment is made of."""

    body: str


def list_(call: Call) -> Answer:
    """An issue's comments, oldest first; those updated `since`."""
    issue, earliest = issue_of(call), since(call)
    found = call.world.comments.under(issue.id)
    if earliest is not None:
        found = [each for each in found if each.updated_at >= earliest]
    return call.page(found, lambda each: views.comment(call.world, each))


def create(call: Call) -> Answer:
    """Comment on an issue; on a locked one only people with push access may."""
    issue, text = issue_of(call), _text(call)
    if issue.locked and not call.may("triage"):
        raise Problem(403, "Unable to create comment because issue is locked.")
    now = call.world.now()
    made = call.world.comments.add(
        Comment(
            repository_id=issue.repository_id,
            issue_id=issue.id,
            user_id=call.who.id,
            body=text,
            created_at=now,
            updated_at=now,
        )
    )
    events.touch(call.world, issue)
    events.refer(call.world, issue, text, call.who)
    tell(call.world, made, "created", call.who)
    shown = views.comment(call.world, made)
    return Answer(201, shown, {"Location": shown["url"]})


def get(call: Call) -> Answer:
    """One comment, by its id."""
    return Answer(200, views.comment(call.world, _comment_of(call)))


def update(call: Call) -> Answer:
    """Change a comment: who wrote it may, and people with push access."""
    comment = _own_comment_of(call)
    text, before = _text(call), comment.body
    if text != before:
        comment.body = text
        comment.updated_at = call.world.now()
        call.world.comments.save(comment)
        events.refer(call.world, call.world.issues[comment.issue_id], text, call.who)
        tell(call.world, comment, "edited", call.who, changes={"body": {"from": before}})
    return Answer(200, views.comment(call.world, comment))


def delete(call: Call) -> Answer:
    """Forget a comment: who wrote it may, and people with push access."""
    comment = _own_comment_of(call)
    tell(call.world, comment, "deleted", call.who)
    call.world.comments.remove(comment)
    events.touch(call.world, call.world.issues[comment.issue_id])
    return Answer(204)


def tell(world: World, comment: Comment, action: str, actor: User, **more: Any) -> None:
    """Tell hooks of `issue_comment.ACTION`. https://docs.github.com/webhooks/webhook-events-and-payloads#issue_comment"""
    repository = world.repositories[comment.repository_id]
    if not world.hooks.count(repository.id):
        return
    payload = {
        "action": action,
        "issue": views.issue(world, world.issues[comment.issue_id]),
        "comment": views.comment(world, comment),
        **more,
        "sender": simple_user(world, actor),
    }
    world.emit(repository, "issue_comment", payload)


def _text(call: Call) -> str:
    """The comment's text, neither empty nor too long."""
    body = call.read(Text).body
    if not body.strip():
        raise invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
    if len(body) > LONGEST_BODY:
        message = f"Body is too long (maximum is {LONGEST_BODY} characters)"
        raise invalid("IssueComment", "data", "unprocessable", message)
    return body


def _comment_of(call: Call) -> Comment:
    found = call.world.comments.get(call.number("comment_id"))
    if found is None or found.repository_id != call.repository.id or call.world.issues[found.issue_id].gone:
        raise not_found()
    return found


def _own_comment_of(call: Call) -> Comment:
    comment = _comment_of(call)
    if not (call.may("write") or comment.user_id == call.who.id):
        raise Problem(403, "Must have admin rights to Repository.")
    return comment


_COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
_DOCS = "issues/comments#"
ROUTES = (
    Route("GET", _COMMENTS, list_, f"{_DOCS}list-issue-comments", grant="issues=read"),
    Route("POST", _COMMENTS, create, f"{_DOCS}create-an-issue-comment", grant="issues=write"),
    Route("GET", _COMMENT, get, f"{_DOCS}get-an-issue-comment", grant="issues=read"),
    Route("PATCH", _COMMENT, update, f"{_DOCS}update-an-issue-comment", grant="issues=write"),
    Route("DELETE", _COMMENT, delete, f"{_DOCS}delete-an-issue-comment", grant="issues=write"),
)
