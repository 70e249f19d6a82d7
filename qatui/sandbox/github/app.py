"""The look-alike as an ASGI application: GitHub's own paths, and those of the look-alike below /_qatui/."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path
from starlette.types import Receive, Scope, Send

from qatui.sandbox.github.answering import LOOPBACK, Asked, GitHub, api_path
from qatui.sandbox.github.call import Problem
from qatui.sandbox.github.control import Control
from qatui.sandbox.github.guard import Guard, whole_body
from qatui.sandbox.github.pipeline import CONTROL, Pipeline, response
from qatui.sandbox.github.sending import encoded, told
from qatui.sandbox.github.smart_http import SmartHttp

__all__ = ["GitHub", "make_app"]

LARGEST_BODY = 25 * 1024 * 1024
"""Bytes."""


class _Api:
    """The REST interface and GraphQL; a class, so that every method gets here and is answered in JSON."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            body = await whole_body(request, LARGEST_BODY)
        except Problem as problem:
            return response(encoded(told(problem)))
        asked = Asked(
            request.method,
            api_path(request.scope["raw_path"].decode("ascii", "replace")),
            request.scope["query_string"].decode("ascii", "replace"),
            request.headers,
            body,
            request.client.host if request.client else LOOPBACK,
        )
        return response(await run_in_threadpool(self._github.answer, asked, request.state.entry))


def make_app(github: GitHub) -> Starlette:
    """The application, for a server or for a test's transport."""
    app = Starlette(
        routes=[Path(CONTROL + "{name:path}", Control(github)), *SmartHttp(github).routes()],
        middleware=[Middleware(Guard), Middleware(Pipeline, github=github)],
    )
    app.router.redirect_slashes = False
    app.router.default = _Api(github)  # no route: starlette's match no path with a line break in it
    return app
