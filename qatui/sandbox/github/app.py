"""The look-alike as an ASGI application: one request at a time meets the world, and is answered as GitHub answers."""

import hashlib
import logging
import traceback
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from qatui.sandbox.github import access
from qatui.sandbox.github.call import DOCS, Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.paths import Paths
from qatui.sandbox.github.routes import ROUTES
from qatui.sandbox.github.world import World

_LOG = logging.getLogger("qatui.sandbox.github")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
PREFIX = "/api/v3"
"""Where GitHub Enterprise Server has its API; it may stand before every path."""


class GitHub:
    """What answers requests, without HTTP."""

    def __init__(self, world: World, routes: Iterable[Route] = ROUTES) -> None:
        self.world = world
        self.bugs: list[str] = []
        """Tracebacks of answers that were 500: a test looks here."""
        self._paths = Paths(routes)

    def answer(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one request; what it changed is written before it is given."""
        route: Route | None = None
        with self.world.lock:
            try:
                who = access.caller(self.world, headers)
                path = access.by_name(self.world, path)
                found = self._paths.find("GET" if method == "HEAD" else method, path)
                if found is None:
                    raise not_found()
                route, params = found
                pairs = dict(parse_qsl(query, keep_blank_values=True, errors="replace"))
                call = Call(self.world, method, unquote(path, errors="replace"), params, pairs, headers, body, who.user)
                call.token, call.app = who.token, who.app
                if "repo" in params:
                    call.repository = access.repository(self.world, call)
                access.admit(call, route)
                made = route.handler(call)
            except Problem as problem:
                made = _told(problem, route)
            except Exception:  # noqa: BLE001 - the server's edge
                _LOG.exception("%s %s", method, path)
                self.bugs.append(traceback.format_exc())
                made = _told(Problem(500, "Server Error"), route)
            self.world.commit()
        return made


def _told(problem: Problem, route: Route | None) -> Answer:
    """A Problem as GitHub words it: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api."""
    docs = problem.docs or (route.docs if route else "")
    body = {"message": problem.message, **problem.more}
    if problem.errors is not None:
        body["errors"] = list(problem.errors)
    body |= {"documentation_url": f"{DOCS}/{docs}" if docs else DOCS, "status": str(problem.status)}
    return Answer(problem.status, body, problem.headers)


def make_app(github: GitHub) -> Starlette:
    """The application, for a server or for a test's transport."""

    async def api(request: Request) -> Response:
        raw = request.scope["raw_path"].decode("ascii", "replace")
        path = raw.removeprefix(PREFIX)
        query = request.scope["query_string"].decode("ascii", "replace")
        body = await request.body()
        answer = await run_in_threadpool(github.answer, request.method, path, query, request.headers, body)
        return _sent(answer, request)

    return Starlette(routes=[Path("/{path:path}", api, methods=_METHODS)])


def _sent(answer: Answer, request: Request) -> Response:
    headers = {
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": "2022-11-28",
        **answer.headers,
    }
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    data = msgspec.json.encode(answer.body)
    if answer.status == 200 and request.method in ("GET", "HEAD"):
        # https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
        headers["ETag"] = etag = f'W/"{hashlib.sha256(data).hexdigest()}"'
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return Response(data, answer.status, headers, media_type="application/json; charset=utf-8")
