"""Rate limits: primary ones by the hour, secondary ones against haste, and what GitHub says of both.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from qatui.sandbox.github.access import Caller
from qatui.sandbox.github.call import Problem
from qatui.sandbox.github.records import Installation
from qatui.sandbox.github.world import World

Enforced = Literal["none", "primary", "all"]
"""Which limits refuse: counted and shown they are always."""
Resource = Literal["core", "search", "graphql"]
RESOURCES: tuple[Resource, ...] = ("core", "search", "graphql")

HOUR, MINUTE = 3600, 60
OF_USER = 5000
OF_ADDRESS = 60
"""An hour, without a token."""
OF_ACTIONS = 1000
"""An hour, with the token of an Actions run; here that is an installation of the App `github-actions`."""
MOST_OF_INSTALLATION = 12_500
REPOSITORIES_INCLUDED = 20
"""An installation gets 50 more for each repository beyond."""
SEARCHES, SEARCHES_OF_ADDRESS = 30, 10
"""A minute."""
POINTS_A_MINUTE, POINTS_OF_READ, POINTS_OF_WRITE = 900, 1, 5
CREATED_A_MINUTE, CREATED_AN_HOUR = 80, 500
AT_ONCE = 100

_DOCS = "using-the-rest-api/rate-limits-for-the-rest-api"
_SUPPORT = "If you reach out to GitHub Support for help, please include the request ID and timestamp."


def primary(whose: str, status: int = 403) -> Problem:
    """All of an hour's requests are spent; `whose` is such as `user ID 1` or an address."""
    return Problem(status, f"API rate limit exceeded for {whose}. {_SUPPORT}", docs=_DOCS)


def secondary(seconds: int, status: int = 403) -> Problem:
    """Too much haste: ask again in `seconds`."""
    words = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. " + _SUPPORT
    headers = {"Retry-After": str(seconds)}
    return Problem(status, words, headers=headers, docs=f"{_DOCS}#about-secondary-rate-limits")


def headers_of(resource: str, limit: int, used: int, reset: int) -> dict[str, str]:
    """The five headers; `reset` in seconds since 1970."""
    told = {"Limit": limit, "Remaining": max(0, limit - used), "Used": used, "Reset": reset, "Resource": resource}
    return {f"X-RateLimit-{name}": str(value) for name, value in told.items()}


@dataclass(frozen=True, slots=True)
class Quota:
    """What one caller may ask of one resource."""

    whose: str
    """Who shares it: a person with all their tokens, an installation, an address."""
    resource: Resource
    limit: int
    window: int
    """Seconds."""


def quota(world: World, who: Caller, address: str, resource: Resource) -> Quota:
    """The quota that a request counts against."""
    known = who.user is not None or who.app is not None
    if resource == "search":
        return Quota(_whose(who, address), resource, SEARCHES if known else SEARCHES_OF_ADDRESS, MINUTE)
    if who.token is not None and who.token.installation_id is not None:
        return Quota(
            _whose(who, address),
            resource,
            _of_installation(world, world.installations[who.token.installation_id]),
            HOUR,
        )
    return Quota(_whose(who, address), resource, OF_USER if known else OF_ADDRESS, HOUR)


def _whose(who: Caller, address: str) -> str:
    if who.token is not None and who.token.installation_id is not None:
        return f"installation ID {who.token.installation_id}"
    if who.user is not None:
        return f"user ID {who.user.id}"
    return f"app ID {who.app.id}" if who.app is not None else address


def _of_installation(world: World, installation: Installation) -> int:
    if world.apps[installation.app_id].slug == "github-actions":
        return OF_ACTIONS
    chosen = installation.repository_ids
    of_account = sum(each.owner_id == installation.account_id for each in world.repositories)
    count = of_account if chosen is None else len(chosen)
    return min(OF_USER + 50 * max(0, count - REPOSITORIES_INCLUDED), MOST_OF_INSTALLATION)


def resource_of(path: str) -> Resource:
    """What a path counts as."""
    if path.startswith("/search/"):
        return "search"
    return "graphql" if path == "/graphql" else "core"


@dataclass(slots=True)
class _Spent:
    used: int
    reset: int


class Limits:
    """What was spent, in memory. Called under the world's lock, but for `crowded`."""

    def __init__(self, clock: Callable[[], float], enforced: Enforced = "none") -> None:
        self.enforced = enforced
        self._clock = clock
        self._spent: dict[tuple[str, Resource], _Spent] = {}
        self._points: dict[str, deque[tuple[float, int]]] = {}
        self._created: dict[str, deque[float]] = {}

    def admit(self, quota: Quota, method: str, path: str) -> None:
        """Let a request pass, or refuse it: 403, primary or secondary."""
        if self.enforced != "none" and self._of(quota).used >= quota.limit:
            raise primary(quota.whose)
        if self.enforced == "all":
            self._hurry(quota.whose, method, path)

    def charge(self, quota: Quota) -> None:
        """Count a request that was answered; one answered 304 is not to be counted."""
        self._of(quota).used += 1

    def headers(self, quota: Quota) -> dict[str, str]:
        """What every answer tells."""
        spent = self._of(quota)
        return headers_of(quota.resource, quota.limit, spent.used, spent.reset)

    def rates(self, world: World, who: Caller, address: str) -> dict[str, Any]:
        """What one caller has spent and has left, as `rate-limit-overview`."""
        shown = {}
        for resource in RESOURCES:
            each = quota(world, who, address, resource)
            spent = self._of(each)
            remaining = max(0, each.limit - spent.used)
            shown[resource] = {"limit": each.limit, "used": spent.used, "remaining": remaining, "reset": spent.reset}
        return {"resources": shown, "rate": shown["core"]}

    def crowded(self, at_once: int) -> bool:
        """Whether so many requests at the same time are too many."""
        return self.enforced == "all" and at_once > AT_ONCE

    def _of(self, quota: Quota) -> _Spent:
        key, now = (quota.whose, quota.resource), self._clock()
        spent = self._spent.get(key)
        if spent is None or spent.reset <= now:
            spent = self._spent[key] = _Spent(0, int(now) + quota.window)
        return spent

    def _hurry(self, whose: str, method: str, path: str) -> None:
        now = self._clock()
        points = self._points.setdefault(whose, deque())
        while points and points[0][0] <= now - MINUTE:
            points.popleft()
        cost = POINTS_OF_READ if method in ("GET", "HEAD") else POINTS_OF_WRITE
        if sum(each for _, each in points) + cost > POINTS_A_MINUTE:
            raise secondary(_until(points[0][0] + MINUTE, now))
        if method == "POST" and ("/issues" in path or "/pulls" in path):
            self._create(whose, now)
        points.append((now, cost))

    def _create(self, whose: str, now: float) -> None:
        """Content that others are told of: issues, pull requests, comments, reviews."""
        made = self._created.setdefault(whose, deque())
        while made and made[0] <= now - HOUR:
            made.popleft()
        if len(made) >= CREATED_AN_HOUR:
            raise secondary(_until(made[0] + HOUR, now))
        if len(made) >= CREATED_A_MINUTE and made[-CREATED_A_MINUTE] > now - MINUTE:
            raise secondary(_until(made[-CREATED_A_MINUTE] + MINUTE, now))
        made.append(now)


def _until(moment: float, now: float) -> int:
    return max(1, math.ceil(moment - now))
