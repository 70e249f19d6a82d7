"""What GitHub says of a token: whose it is, what it may do, how long, and what time it is there.

https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api and, for the scopes of a classic token,
https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from qatui.errors import NoAccess, NoPermission
from qatui.github import limits
from qatui.github.allowance import left
from qatui.github.client import GitHub
from qatui.github.protocol import Repo, Request, get, path
from qatui.github.users import me

_EXPIRES = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the headers of one answer say; moments in milliseconds since 1970, None where nothing was said."""

    login: str
    """Empty where GitHub names nobody: the token of an App's installation is no person's."""
    scopes: tuple[str, ...] | None = None
    """Of a classic token; None for a fine-grained one or an App's, which do not tell."""
    expires: int | None = None
    moment: int | None = None
    """GitHub's own time."""
    limit: int = 0
    remaining: int | None = None
    """Requests left in this hour."""


def greet(github: GitHub) -> Greeting:
    """Ask whose token it is. Raises BadToken, and as `GitHub.ask`."""
    try:
        person, headers = github.hear(me())
        return heard(person.login, headers)
    except NoPermission:
        try:
            return heard("", github.hear(left())[1])
        except NoAccess:  # an Enterprise server without limits
            return Greeting("")


def readings(repo: Repo) -> Iterator[tuple[str, Request[list[object]]]]:
    """A harmless question for each permission that publishing needs to write with, which needs it to read.

    Without it GitHub refuses where the repository is private; what is public it shows to everybody
    (https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens).
    """
    for permission, place in (("contents", "branches"), ("pull_requests", "pulls"), ("issues", "issues")):
        what = f"read the {place} of {repo}"
        yield permission, get(what, path("/repos/{}/{}", repo, place), list[object], per_page=1)


def heard(login: str, headers: Mapping[str, str]) -> Greeting:
    """The Greeting that headers (names in lower case) make; nonsense in them is passed over."""
    scopes = headers.get("x-oauth-scopes")
    budget = limits.budget(headers, 0)
    return Greeting(
        login,
        None if scopes is None else tuple(filter(None, (scope.strip() for scope in scopes.split(",")))),
        _expiry(headers.get("github-authentication-token-expiration", "")),
        _moment(headers.get("date", "")),
        budget.limit if budget else 0,
        budget.remaining if budget else None,
    )


def _expiry(text: str) -> int | None:
    """As in `2026-12-01 10:00:00 UTC`, or with an offset such as -0700 for a moment elsewhere."""
    day, _, zone = text.strip().rpartition(" ")
    try:
        if zone == "UTC":
            return int(datetime.strptime(day, _EXPIRES).replace(tzinfo=UTC).timestamp() * 1000)
        return int(datetime.strptime(text.strip(), f"{_EXPIRES} %z").timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None
