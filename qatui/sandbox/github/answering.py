"""The look-alike without HTTP: one request at a time meets the world, and is answered as GitHub answers."""

import logging
import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qsl, unquote

from qatui.sandbox.github import access, pushes, waiting
from qatui.sandbox.github.access import Caller
from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.counting import GIT, Counting, Entry
from qatui.sandbox.github.deliveries import Deliveries
from qatui.sandbox.github.faults import Faults
from qatui.sandbox.github.hanging import Hanging
from qatui.sandbox.github.limits import Enforced, Limits, quota, resource_of
from qatui.sandbox.github.paths import Paths
from qatui.sandbox.github.routes import ROUTES
from qatui.sandbox.github.sending import encoded, told
from qatui.sandbox.github.world import World

_LOG = logging.getLogger("qatui.sandbox.github")
PREFIX = "/api/v3"
"""Where GitHub Enterprise Server has its API; it may stand before every path."""
_GRAPHQL = "/api/graphql"
"""Where it has GraphQL."""
_GIT = re.compile(r"/[^/]+/[^/]+/(?:info/refs|git-upload-pack|git-receive-pack)")
FREE = ("/rate_limit",)
"""What counts against no limit."""
LOOPBACK = "127.0.0.1"


def api_path(raw: str) -> str:
    """A path as it was sent, without what Enterprise puts before it."""
    return "/graphql" if raw == _GRAPHQL else raw.removeprefix(PREFIX)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    """As it was sent, without what Enterprise puts before it (`api_path`)."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case, or any where the mapping does not mind."""
    body: bytes = b""
    address: str = LOOPBACK
    """The client's."""


class GitHub:
    """What answers requests, and what is counted and goes wrong around them."""

    def __init__(self, world: World, routes: Iterable[Route] = ROUTES, *, limits: Enforced = "none") -> None:
        """`limits` says which rate limits refuse; all are counted and shown."""
        self.world = world
        self.bugs: list[str] = []
        """Tracebacks of answers that were 500: a test looks here."""
        self.faults = Faults()
        self.counting = Counting(world.clock)
        self.limits = Limits(world.clock, limits)
        self.hanging = Hanging()
        self.deliveries = Deliveries(world)
        self._paths = Paths(routes)

    def operation(self, method: str, raw: str) -> tuple[str, str | None]:
        """The path of a request, decoded, and its route as GitHub writes it (None: there is none)."""
        path = api_path(raw)
        if _GIT.fullmatch(path):
            return unquote(path, errors="replace"), GIT
        found = self._find(method, access.by_name(self.world, path))
        return unquote(path, errors="replace"), found[0].path if found else None

    def answer(self, asked: Asked, entry: Entry | None = None) -> Answer:
        """The answer to one request, as bytes; what it changed is written before it is given.

        `entry` is told who asked and what was done.
        """
        with self.world.lock:
            spends = quota(self.world, Caller(), asked.address, resource_of(asked.path))
            try:
                who = access.caller(self.world, asked.headers)
                spends = quota(self.world, who, asked.address, resource_of(asked.path))
                if entry is not None and who.user is not None:
                    entry.user = who.user.login
                if asked.path not in FREE:
                    self.limits.admit(spends, asked.method, asked.path)
                made = self._handled(asked, who)
                made.headers |= access.told_of(who.token)
                self.world.commit()
            except Problem as problem:
                made = told(problem)
            except Exception:  # noqa: BLE001 - the server's edge
                _LOG.exception("%s %s", asked.method, asked.path)
                self.bugs.append(traceback.format_exc())
                self.world.take_back()
                made = told(Problem(500, "Server Error"))
            if entry is not None:
                entry.wrote = made.wrote
            sent = encoded(made, asked.method, asked.headers)
            if sent.status != 304 and asked.path not in FREE:
                self.limits.charge(spends)
            sent.headers |= self.limits.headers(spends)
        return sent

    def _handled(self, asked: Asked, who: Caller) -> Answer:
        path = access.by_name(self.world, asked.path)
        found = self._find(asked.method, path)
        if found is None:
            raise not_found()
        route, params = found
        pairs = dict(parse_qsl(asked.query, keep_blank_values=True, errors="replace"))
        call = Call(self.world, asked.method, path, params, pairs, asked.headers, asked.body, who.user)
        call.token, call.app = who.token, who.app
        call.rates = partial(self.limits.rates, self.world, who, asked.address)
        try:
            if "repo" in params:
                call.repository = access.repository(self.world, call)
            access.admit(call, route)
            if "repo" not in params:
                return route.handler(call)
            pushes.notice(self.world, call.repository)
            waiting.advance(self.world, call.repository)
            made = route.handler(call)
            waiting.advance(self.world, call.repository)
            return made
        except Problem as problem:
            return told(problem, route.docs)

    def _find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
        return self._paths.find("GET" if method == "HEAD" else method, path)
