"""What was asked, done and delivered since the counters were last set to nought."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_LISTED = 1000
GIT = "git"
"""The route of git's own protocol over HTTP."""
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(slots=True)
class Entry:
    """One request."""

    number: int
    at: float
    """Seconds since 1970."""
    method: str
    path: str
    route: str | None
    """Such as /repos/{owner}/{repo}/issues; None: there is no such operation."""
    status: int | None = None
    """What was sent; None: nothing yet, or nothing ever."""
    user: str | None = None
    fault: str | None = None
    wrote: bool | None = None
    """Whether it changed something; what handles it may say so before it is closed."""

    def done(self, status: int) -> None:
        """Note how it was handled, whatever is sent of that."""
        if self.wrote is None:
            writes = self.path.endswith("/git-receive-pack") if self.route == GIT else True
            self.wrote = writes and self.method not in _READS and 200 <= status < 300

    @property
    def operation(self) -> str:
        """Method and route, git's own protocol by its one word, as the counters name it."""
        return GIT if self.route == GIT else f"{self.method} {self.route or 'unknown'}"

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in Entry.__slots__}


class Counting:
    """The counters. Used by the server's one loop only."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0
        self.reset()

    def reset(self) -> None:
        """Begin again from nought; numbers of entries count on."""
        self._entries: deque[Entry] = deque(maxlen=MOST_LISTED)
        self._requests: Counter[str] = Counter()
        self._writes: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()

    def begin(self, method: str, path: str, route: str | None) -> Entry:
        """A request came in."""
        self._last += 1
        entry = Entry(self._last, self._clock(), method, path, route)
        self._entries.append(entry)
        self._requests[entry.operation] += 1
        return entry

    def meet(self, entry: Entry, fault: str) -> None:
        """It met a fault."""
        entry.fault = fault
        self._faults[fault] += 1

    def done(self, entry: Entry, status: int) -> None:
        """It was handled, and would be answered with `status`."""
        entry.done(status)
        if entry.wrote:
            self._writes[entry.operation] += 1

    def shown(self, since: int = 0) -> dict[str, Any]:
        """As GET /_qatui/requests has it: totals, and the last entries whose number is beyond `since`."""
        return {
            "requests": self._requests.total(),
            "writes": self._writes.total(),
            "by_operation": dict(self._requests),
            "writes_by_operation": dict(self._writes),
            "faults": dict(self._faults),
            "last": self._last,
            "entries": [each.shown() for each in self._entries if each.number > since],
        }
