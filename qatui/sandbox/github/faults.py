"""What goes wrong on request: the faults a client must live with, asked for by name, by header or by a rule.

A fault is written NAME or NAME=NUMBER, such as `slow=0.2`. Which there are and what the number means: KNOWN.
"""

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from qatui.sandbox.github import limits
from qatui.sandbox.github.call import Answer, Problem
from qatui.sandbox.github.sending import told

HEADER = "X-Qatui-Fault"
"""Asks for a fault in a request, and names the one that was met in its answer."""
LARGEST_NUMBER = 86_400.0

End = Literal["answer", "hang", "cut", "garble", "slow", "late", "reset", "close"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong: whether the request is done all the same, and how it ends."""

    meaning: str
    end: End = "answer"
    done: bool = False
    make: Callable[[float, float], Answer] | None = None
    """The answer in place of the real one, from the moment (seconds since 1970) and the number."""
    number: float = 0.0
    """What NAME alone stands for; seconds where the meaning speaks of N."""


@dataclass(frozen=True, slots=True)
class Met:
    """A fault that a request meets, with its number."""

    name: str
    number: float

    @property
    def fault(self) -> Fault:
        """What it does."""
        return KNOWN[self.name]


def _error(status: int, message: str, **more: Any) -> Callable[[float, float], Answer]:
    return lambda _now, _number: told(Problem(status, message, **more))


def _limited(status: int, form: Literal["seconds", "date", "none"]) -> Callable[[float, float], Answer]:
    """A secondary limit; remaining stays above 0, as it does at GitHub."""

    def make(now: float, number: float) -> Answer:
        problem = limits.secondary(int(number), status)
        if form == "date":
            moment = datetime.fromtimestamp(int(now + number), UTC)
            problem.headers["Retry-After"] = format_datetime(moment, usegmt=True)
        elif form == "none":
            del problem.headers["Retry-After"]
        problem.headers |= limits.headers_of("core", 5000, 17, int(now) + 1800)
        return told(problem)

    return make


def _spent(status: int) -> Callable[[float, float], Answer]:
    def make(now: float, number: float) -> Answer:
        problem = limits.primary("user ID 1", status)
        problem.headers |= limits.headers_of("core", 5000, 5000, int(now + number))
        return told(problem)

    return make


def _sso(_now: float, _number: float) -> Answer:
    words = (
        "Resource protected by organization SAML enforcement. "
        "You must grant your Personal Access token access to this organization."
    )
    url = "https://github.com/orgs/acme/sso?authorization_request=A1B2C3"
    return told(Problem(403, words, headers={"X-GitHub-SSO": f"required; url={url}"}))


def _page(status: int) -> Callable[[float, float], Answer]:
    """What stands before GitHub and is no GitHub: HTML."""
    html = b"<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body>502</body></html>"
    return lambda _now, _number: Answer(status, html, {"Content-Type": "text/html; charset=utf-8"})


_PERMISSION = {"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write"}
_BASE_MODIFIED = "Base branch was modified. Review and try the merge again."
_INVALID = {"errors": [{"resource": "Issue", "field": "title", "code": "invalid"}]}

KNOWN: Mapping[str, Fault] = {
    "secondary": Fault("403: secondary limit, retry-after N", make=_limited(403, "seconds"), number=60),
    "secondary-429": Fault("429: secondary limit, retry-after N", make=_limited(429, "seconds"), number=60),
    "secondary-date": Fault("403: secondary limit, retry-after as a date in N", make=_limited(403, "date"), number=60),
    "secondary-bare": Fault("403: secondary limit without retry-after", make=_limited(403, "none")),
    "primary": Fault("403: remaining 0, reset in N", make=_spent(403), number=60),
    "primary-429": Fault("429: remaining 0, reset in N", make=_spent(429), number=60),
    "500": Fault("500, nothing done", make=_error(500, "Server Error")),
    "502": Fault("502, nothing done", make=_error(502, "Server Error")),
    "503": Fault("503, nothing done", make=_error(503, "Service unavailable")),
    "504": Fault(
        "504, nothing done", make=_error(504, "We couldn't respond to your request in time. Sorry about that.")
    ),
    "500_after": Fault("500, though it was done", done=True, make=_error(500, "Server Error")),
    "502_after": Fault("502, though it was done", done=True, make=_error(502, "Server Error")),
    "html": Fault("502 with a page of HTML, nothing done", make=_page(502)),
    "html_after": Fault("502 with a page of HTML, though it was done", done=True, make=_page(502)),
    "timeout": Fault("no answer ever, nothing done", "hang"),
    "timeout_after": Fault("no answer ever, though it was done", "hang", done=True),
    "late": Fault("no answer ever; done N after the client has given it up", "late", done=True, number=2),
    "slow": Fault("done, and answered after N", "slow", done=True, number=1),
    "cut": Fault("done, and the connection closed after half of the body", "cut", done=True),
    "malformed": Fault("done, and answered with a body that is no JSON", "garble", done=True),
    "reset": Fault("the connection reset, nothing done", "reset"),
    "reset_after": Fault("the connection reset, though it was done", "reset", done=True),
    "closed": Fault("the connection closed without an answer, nothing done", "close"),
    "closed_after": Fault("the connection closed without an answer, though it was done", "close", done=True),
    "401": Fault("401: bad credentials", make=_error(401, "Bad credentials")),
    "403-sso": Fault("403: the organization asks for single sign-on", make=_sso),
    "403-permission": Fault(
        "403: the token lacks a permission",
        make=_error(403, "Resource not accessible by personal access token", headers=_PERMISSION),
    ),
    "404": Fault("404, as for no access", make=_error(404, "Not Found")),
    "405-base-modified": Fault("405 of a merge whose base moved", make=_error(405, _BASE_MODIFIED)),
    "409": Fault("409: conflict", make=_error(409, "Conflict")),
    "410": Fault("410: deleted", make=_error(410, "This issue was deleted")),
    "422": Fault("422: validation failed", make=_error(422, "Validation Failed", **_INVALID)),
}
"""Every fault by name; what is not said to be done has changed nothing."""


def read(text: str) -> Met:
    """The fault that `NAME` or `NAME=NUMBER` asks for; 422 where there is none."""
    name, equals, number = text.strip().partition("=")
    found = KNOWN.get(name)
    if found is None:
        raise Problem(422, f"There is no fault {name!r}. Known: {', '.join(KNOWN)}.")
    if not equals:
        return Met(name, found.number)
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value <= LARGEST_NUMBER:
        raise Problem(422, f"{text!r}: the number is one of seconds, 0 to {LARGEST_NUMBER:.0f}.")
    return Met(name, value)


class Asked(Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /_qatui/faults."""

    fault: str
    method: str = "*"
    path: str = "*"
    after: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    times: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


@dataclass(slots=True)
class Rule:
    """A fault for requests to come."""

    id: int
    method: str
    path: str
    """A path, a glob whose `*` takes slashes too, or a route such as /repos/{owner}/{repo}/issues."""
    met: Met
    after: int
    """Matching requests that still pass."""
    times: int
    """How often it is still met."""

    def fits(self, method: str, path: str, route: str | None) -> bool:
        """Whether a request is one of those."""
        return self.method in ("*", method) and (self.path in (path, route) or fnmatch.fnmatchcase(path, self.path))

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        asked = {"method": self.method, "path": self.path, "fault": self.met.name, "number": self.met.number}
        return {"id": self.id, **asked, "after": self.after, "times": self.times}


class Faults:
    """The rules there are. Used by the server's one loop only."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._last = 0

    def ask(self, asked: Asked) -> Rule:
        """Keep a rule; 422 for an unknown fault."""
        met = read(asked.fault)
        self._last += 1
        self.rules.append(Rule(self._last, asked.method.upper(), asked.path, met, asked.after, asked.times))
        return self.rules[-1]

    def meet(self, method: str, path: str, route: str | None, header: str | None) -> Met | None:
        """The fault of this request: its header's, else the oldest rule's whose turn it is. 422 for an unknown one."""
        if header is not None:
            return read(header)
        for rule in self.rules:
            if not rule.fits(method, path, route):
                continue
            if rule.after:
                rule.after -= 1
                continue
            rule.times -= 1
            if not rule.times:
                self.rules.remove(rule)
            return rule.met
        return None

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.rules.clear()
