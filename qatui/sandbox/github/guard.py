"""The door before everything: who names this machine comes in, bodies have an end, and every answer a number.

A page in somebody's browser can send requests to loopback too. Under a name of its own that leads here (DNS rebinding)
it could even read the answers, so only loopback's own names are answered.
"""

import ipaddress
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qatui.sandbox.github.call import Problem
from qatui.sandbox.github.pipeline import response
from qatui.sandbox.github.sending import encoded, told

REQUEST_ID = "X-GitHub-Request-Id"
"""What GitHub's support asks for; its errors name it."""
_WORDS = "This GitHub is at 127.0.0.1, localhost or [::1] only, not at the name that was asked for."


class Guard:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request that is for this machine, 403 for any other."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = ":".join(secrets.token_hex(size).upper() for size in (2, 2, 3, 3, 4))

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID] = number
            await send(message)

        if is_here(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, numbered)
        else:
            await response(encoded(told(Problem(403, _WORDS))))(scope, receive, numbered)


def is_here(host: str) -> bool:
    """Whether a Host header means this machine by its very words."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


async def whole_body(request: Request, most: int) -> bytes:
    """The body of a request; raises Problem 413 for one of more than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body.extend(chunk)
        if len(body) > most:
            raise Problem(413, "Payload Too Large")
    return bytes(body)
