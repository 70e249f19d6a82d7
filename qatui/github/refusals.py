"""Answers that say no, turned into errors in words.

What GitHub says is a stranger's text: it goes into messages cut to a few hundred characters on one line. Bodies come
in every form (`errors` as objects, as plain strings, absent; HTML of a proxy; nothing), and none is an exception.
https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from qatui.domain.moments import MINUTE, iso
from qatui.errors import (
    BadToken,
    Conflict,
    GitHubRefused,
    Gone,
    Invalid,
    MergeRefused,
    NoAccess,
    NoPermission,
    Problem,
    RateLimited,
    ServerTrouble,
    SignOnNeeded,
)
from qatui.github.limits import budget
from qatui.github.protocol import Answer, Request, short, strange

_MOST_PROBLEMS = 20
_SIGN_ON = re.compile(r"url=(https://[^\s;,]+)")
_CODES = {
    "missing": "does not exist",
    "missing_field": "is missing",
    "invalid": "is not valid",
    "already_exists": "exists already",
    "unprocessable": "cannot be used",
}
"""https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed"""
_AGAIN = "It is safe to run again."


class Words(NamedTuple):
    """What an error's body says."""

    message: str
    problems: tuple[Problem, ...]

    @property
    def told(self) -> str:
        """All of it in one sentence."""
        named = [_told(problem) for problem in self.problems]
        return short("; ".join(dict.fromkeys(part for part in (self.message, *named) if part)))


def words(body: bytes) -> Words:
    """What a body says, whatever it is."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Words("", ())  # a proxy's page, or nothing
    if not isinstance(said, dict):
        return Words("", ())
    errors = said.get("errors")
    return Words(_text(said.get("message")), _problems(errors if isinstance(errors, list) else [errors]))


def refusal(request: Request[Any], answer: Answer) -> GitHubRefused:
    """The error for an answer of 3xx or 4xx that is no limit."""
    said = words(answer.body)
    told = said.told
    because = _because(told)
    status = answer.status
    if status == 401:
        return BadToken(
            f"Could not {request.to}: GitHub does not accept the token{_in_brackets(told)}.",
            "It may have run out or been revoked. Log in again (`gh auth login`), or set a new one.",
            status=status,
            said=told,
        )
    if status == 403:
        return _forbidden(request, answer, told)
    if status == 404:
        return NoAccess(
            f"Could not {request.to}: GitHub has no such thing, or does not show it to this token.",
            f"Check the name. If it is private, the token must be allowed to see it.{_wanted(answer.headers)}",
            status=status,
            said=told,
        )
    if status in (410, 451):
        hint = "It was deleted, or switched off in the repository's settings."
        return Gone(f"Could not {request.to}: it is gone{because}.", hint, status=status, said=told)
    if request.path.endswith("/merge") and status in (405, 409):
        return _not_merged(request, status, told)
    if status in (409, 412):
        hint = "Somebody was quicker. Look at it again: run sync, then try again."
        return Conflict(f"Could not {request.to}: it is not what it was{because}.", hint, status=status, said=told)
    if status == 422:
        return Invalid(
            f"Could not {request.to}: GitHub refuses it{because}.",
            "Change what it names, then try again.",
            status=status,
            said=told,
            problems=said.problems,
        )
    if status < 400:
        return strange(request, f"status {status}", status)
    hint = "Look at it on GitHub before you try again."
    return GitHubRefused(f"Could not {request.to}: GitHub answered {status}{because}.", hint, status=status, said=told)


def too_many(request: Request[Any], wait: int, now: int, *, secondary: bool, said: str = "") -> RateLimited:
    """The error for a limit that is not waited for any longer; `wait` is what is left of it."""
    until = now + wait
    what = "too many requests at once" if secondary else "the requests of this hour are used up"
    return RateLimited(
        f"Could not {request.to}: {what}{_in_brackets(said)}.",
        f"GitHub takes more from {iso(until + 999)} on. {_AGAIN}",
        status=429 if secondary else 403,
        said=said,
        until=until,
        secondary=secondary,
    )


def trouble(request: Request[Any], answer: Answer) -> ServerTrouble:
    """The error for 5xx."""
    told = words(answer.body).told
    return ServerTrouble(
        f"Could not {request.to}: GitHub is in trouble (it answered {answer.status}{f', {told}' if told else ''}).",
        f"See https://www.githubstatus.com. {_AGAIN}",
    )


def graphql_refusal(request: Request[Any], errors: object, answer: Answer, now: int) -> GitHubRefused | None:
    """The error for the `errors` of a GraphQL answer, which come with HTTP 200; None where there are none.

    https://docs.github.com/en/graphql/guides/forming-calls-with-graphql and
    https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
    """
    if not errors:
        return None
    listed = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    told = short("; ".join(filter(None, (_text(each.get("message")) for each in listed))))
    kinds = {_text(each.get("type")) for each in listed}
    because = _because(told)
    if "RATE_LIMITED" in kinds:
        left = budget(answer.headers, now)
        return too_many(request, left.wait if left else MINUTE, now, secondary=False, said=told)
    if "NOT_FOUND" in kinds:
        hint = "If it is private, the token must be allowed to see it."
        return NoAccess(f"Could not {request.to}: GitHub does not find it{because}.", hint, said=told)
    if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        hint = "Ask somebody who may, or use a token that may."
        return NoPermission(f"Could not {request.to}: GitHub does not let you{because}.", hint, said=told)
    hint = "Change what it names, then try again."
    return Invalid(f"Could not {request.to}: GitHub refuses it{because}.", hint, said=told)


def limit_words(answer: Answer) -> str:
    """The words of an answer that may be a limit; nothing for other statuses, whose bodies can be large."""
    return words(answer.body).told if answer.status in (403, 429) else ""


def _forbidden(request: Request[Any], answer: Answer, told: str) -> GitHubRefused:
    sign_on = answer.headers.get("x-github-sso", "")
    if sign_on.startswith("required") or "SAML" in told:
        page = _SIGN_ON.search(sign_on[:2000])
        url = page[1] if page else ""
        return SignOnNeeded(
            f"Could not {request.to}: the organization wants the token to be authorized by single sign-on.",
            f"Authorize it at {url}" if url else "Authorize it at https://github.com/settings/tokens",
            status=403,
            said=told,
            url=url,
        )
    because = _because(told)
    return NoPermission(
        f"Could not {request.to}: GitHub does not let you{because}.",
        _wanted(answer.headers).strip() or "Ask somebody who may, or use a token that may.",
        status=403,
        said=told,
    )


def _wanted(headers: Mapping[str, str]) -> str:
    """What a token would need, from the headers that say so: of fine-grained tokens, and of classic ones."""
    permissions = short(headers.get("x-accepted-github-permissions", ""), 100)
    if permissions:
        return f" The token needs the permission {permissions.replace('; ', ' or ').replace('=', ': ')}."
    accepted, has = (_names(headers.get(name, "")) for name in ("x-accepted-oauth-scopes", "x-oauth-scopes"))
    if accepted and not accepted & has and "x-oauth-scopes" in headers:
        return f" The token needs the scope {short(' or '.join(sorted(accepted)), 100)}."
    return ""


def _names(header: str) -> set[str]:
    return {name.strip() for name in header.split(",") if name.strip()}


_Why = Literal["not_mergeable", "draft", "queue", "base_moved", "head_moved", "method", "rules"]
_WHY: tuple[tuple[str, _Why], ...] = (
    (r"base branch was modified|already in progress", "base_moved"),
    (r"head branch was modified|head sha", "head_moved"),
    (r"draft", "draft"),
    (r"merge queue", "queue"),
    (r"(merge commits|squash merg\w+|rebase merg\w+) (are|is) not allowed", "method"),
    (r"review|status check|rule|protected|required|sign|conversation|not authorized", "rules"),
)
"""Words of GitHub's message to the reason, the first that fits."""
_REASONS: dict[_Why, tuple[str, str]] = {
    "not_mergeable": ("it does not merge cleanly with its base", "Resolve the conflict on its branch."),
    "draft": ("it is a draft", "Mark it as ready for review."),
    "queue": ("its base is merged to by a merge queue", "Add it to the queue; it is merged from there."),
    "base_moved": ("its base moved at this moment", "Try again."),
    "head_moved": ("its branch moved since you looked", "Look at the new commits, then merge."),
    "method": ("the repository does not allow this way of merging", "Choose another: merge, squash or rebase."),
    "rules": ("the rules of its base are not met", "See what they ask for on the pull request's page."),
}


def _not_merged(request: Request[Any], status: int, told: str) -> MergeRefused:
    why: _Why = "head_moved" if status == 409 else "not_mergeable"
    why = next((reason for pattern, reason in _WHY if re.search(pattern, told, re.IGNORECASE)), why)
    reason, hint = _REASONS[why]
    message = f"Could not {request.to}: {reason}{_in_brackets(told)}."
    return MergeRefused(message, hint, status=status, said=told, why=why)


def _problems(errors: list[Any]) -> tuple[Problem, ...]:
    found = []
    for each in errors[:_MOST_PROBLEMS]:
        if isinstance(each, dict):
            found.append(Problem(*(_text(each.get(name)) for name in Problem._fields)))
        elif isinstance(each, str) and each:
            found.append(Problem("", "", "custom", short(each)))
    return tuple(found)


def _told(problem: Problem) -> str:
    """One problem in words: what GitHub says, else what its code means."""
    if problem.message:
        return problem.message
    what = problem.field or problem.resource
    meaning = _CODES.get(problem.code, problem.code)
    return f"{what} {meaning}".strip()


def _because(told: str) -> str:
    return f": {told.rstrip('.')}" if told else ""


def _in_brackets(told: str) -> str:
    return f" ({told.rstrip('.')})" if told else ""


def _text(value: object) -> str:
    """A value that should be a text; some fields of errors are lists or numbers."""
    if isinstance(value, str):
        return short(value)
    if isinstance(value, list):
        return short(", ".join(each for each in value[:_MOST_PROBLEMS] if isinstance(each, str)))
    return ""
