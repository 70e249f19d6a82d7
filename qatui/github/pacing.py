"""When the next request may go out: a state machine without a clock. Moments and spans are milliseconds.

The rules are GitHub's (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api): writes one
after the other and at least a second apart; 900 points a minute, a read counting 1 and a write 5; content creation
at most 80 times a minute and 500 times an hour; after a refusal as long as GitHub says, else a minute, twice as long
each time, and then no more.
"""

from collections import deque
from enum import Enum
from typing import NamedTuple

from qatui.domain.moments import HOUR, MINUTE
from qatui.github.limits import Budget, Limited

POINTS_A_MINUTE = 900
CREATED_A_MINUTE = 80
CREATED_AN_HOUR = 500
STRIKES = 4
"""Refusals in a row because of a limit, after the last of which no more is tried."""


class Kind(Enum):
    """What sort of request it is, for the limits."""

    READ = "read"
    WRITE = "write"
    CREATION = "creation"
    """A write that is content creation as well."""

    @property
    def points(self) -> int:
        """What it counts."""
        return 1 if self is Kind.READ else 5


class Wait(NamedTuple):
    """How long to wait before sending."""

    apart: int
    """To keep the distance between writes: short, always waited."""
    limit: int
    """For a limit: maybe longer than the caller wants to wait."""
    secondary: bool = False


class Pacing:
    """What was sent and what was said about limits; belongs to one credential."""

    def __init__(self, apart: int = 1000) -> None:
        self._apart = apart
        self._now = 0
        """The moment that was told last."""
        self._last_write: int | None = None
        self._points: deque[tuple[int, int]] = deque()
        self._created: deque[int] = deque()
        self._closed: dict[str, int] = {}
        """Resource to the moment its primary limit is full again."""
        self._secondary = 0
        self._strikes = 0
        """Refusals in a row, and how many of them did not say how long to wait."""
        self._untold = 0

    def wait(self, kind: Kind, resource: str, now: int) -> Wait:
        """How long to wait before a request of this kind."""
        self._follow(now)
        apart = 0
        if kind is not Kind.READ and self._last_write is not None:
            apart = max(0, self._last_write + self._apart - now)
        primary = self._closed.get(resource, 0)
        secondary = max(self._secondary, self._room_for(kind.points, now))
        if kind is Kind.CREATION:
            secondary = max(secondary, self._room_to_create(now))
        return Wait(apart, max(0, primary - now, secondary - now), secondary > max(primary, now))

    def sent(self, kind: Kind, now: int) -> None:
        """Note a request that goes out now."""
        self._follow(now)
        self._points.append((now, kind.points))
        if kind is Kind.CREATION:
            self._created.append(now)
        if kind is not Kind.READ:
            self._last_write = now

    def back(self, kind: Kind, now: int) -> None:
        """Note that a request is over, answered or lost."""
        self._follow(now)
        if kind is not Kind.READ:
            self._last_write = now

    def granted(self, status: int, budget: Budget | None, now: int) -> None:
        """Note the last request's answer, which is no refusal because of a limit."""
        self._follow(now)
        if status == 304 and self._points:
            self._points.pop()  # what did not change is free
        self._strikes = self._untold = 0
        if budget is None:
            return
        if budget.remaining == 0:
            self._closed[budget.resource] = now + budget.wait
        else:
            self._closed.pop(budget.resource, None)

    def limited(self, limited: Limited, now: int) -> bool:
        """Note a refusal because of a limit; whether waiting and trying again makes sense."""
        self._follow(now)
        self._strikes += 1
        wait = limited.wait
        if wait is None:
            wait = MINUTE * 2 ** min(self._untold, STRIKES)
            self._untold += 1
        if limited.secondary:
            self._secondary = max(self._secondary, now + wait)
        else:
            self._closed[limited.resource] = now + wait
        return self._strikes < STRIKES

    def _follow(self, now: int) -> None:
        """Where the clock was set back, set back by as much all that is noted: no wait may grow by that."""
        back, self._now = self._now - now, now
        if back <= 0:
            return
        if self._last_write is not None:
            self._last_write -= back
        self._points = deque((moment - back, spent) for moment, spent in self._points)
        self._created = deque(moment - back for moment in self._created)
        self._closed = {resource: moment - back for resource, moment in self._closed.items()}
        self._secondary -= back

    def _room_for(self, points: int, now: int) -> int:
        """The moment at which so many points fit into the minute."""
        while self._points and self._points[0][0] <= now - MINUTE:
            self._points.popleft()
        over = sum(spent for _, spent in self._points) + points - POINTS_A_MINUTE
        for moment, spent in self._points:
            if over <= 0:
                break
            over -= spent
            now = max(now, moment + MINUTE)
        return now

    def _room_to_create(self, now: int) -> int:
        """The moment at which one more creation fits into the minute and the hour."""
        while self._created and self._created[0] <= now - HOUR:
            self._created.popleft()
        for most, span in ((CREATED_A_MINUTE, MINUTE), (CREATED_AN_HOUR, HOUR)):
            if len(self._created) >= most:
                now = max(now, self._created[-most] + span)
        return now
