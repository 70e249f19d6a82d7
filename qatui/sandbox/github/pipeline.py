"""What a request passes before and after it is handled: counting, faults, the limit of requests at once."""

import asyncio
import socket
import struct
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from qatui.sandbox.github import faults, limits
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.call import Answer, Problem
from qatui.sandbox.github.counting import Entry
from qatui.sandbox.github.faults import Met
from qatui.sandbox.github.hanging import gone
from qatui.sandbox.github.sending import encoded, told

CONTROL = "/_qatui/"
"""Paths below are the look-alike's own: neither counted nor faulted."""
CONNECTION = "qatui.connection"
"""The ASGI extension through which a connection can be broken."""
_NO_AGENT = (
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header "
    "(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). "
    "Check https://developer.github.com for other possible causes.\n"
)


class Connection:
    """A connection of the server, to be broken."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def close(self) -> None:
        """Send what is written, then end it."""
        self._transport.close()

    def reset(self) -> None:
        """End it as a machine does that went away."""
        opened: socket.socket | None = self._transport.get_extra_info("socket")
        if opened is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class Protocol(H11Protocol):
    """HTTP as uvicorn speaks it, whose requests know their connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Hand the connection to every request that comes over it."""
        super().connection_made(transport)
        inner: Any = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[CONNECTION] = Connection(transport)
            await inner(scope, receive, send)

        self.app = app


class Pipeline:
    """The middleware around all that the look-alike answers."""

    def __init__(self, app: ASGIApp, github: GitHub) -> None:
        self._app = app
        self._github = github
        self._at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or whatever else the server has to say."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        self._at_once += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._at_once -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        github, fields = self._github, Headers(scope=scope)
        path, route = github.operation(scope["method"], scope["raw_path"].decode("ascii", "replace"))
        entry = github.counting.begin(scope["method"], path, route)
        scope.setdefault("state", {})["entry"] = entry
        try:
            met = github.faults.meet(entry.method, path, route, fields.get(faults.HEADER))
            if github.limits.crowded(self._at_once):
                raise limits.secondary(limits.MINUTE)
        except Problem as problem:
            await self._instead(response(encoded(told(problem))), entry, scope, receive, send)
            return
        if met is not None:
            github.counting.meet(entry, met.name)
            await self._go_wrong(met, entry, scope, receive, send)
        elif not fields.get("user-agent"):
            await self._instead(PlainTextResponse(_NO_AGENT, 403), entry, scope, receive, send)
        else:
            await self._handle(entry, scope, receive, send)

    async def _handle(self, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                self._github.counting.done(entry, message["status"])
            await send(message)

        await self._app(scope, receive, tell)

    async def _instead(self, response: Response, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without asking GitHub (any more)."""
        entry.status = response.status_code
        await response(scope, receive, send)

    async def _go_wrong(self, met: Met, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
        fault = met.fault
        if fault.end == "late":
            await self._do_late(met, entry, scope, receive)
            return
        if fault.done:
            real = await self._done(entry, scope, receive)
        else:
            await _read(receive)
            real = Response()
        real.headers[faults.HEADER] = met.name
        if fault.end == "hang" or (fault.end == "slow" and not await self._wait(receive, met.number)):
            await self._wait(receive, None)
            await _break(scope, receive, reset=False)
        elif fault.end in ("reset", "close"):
            await _break(scope, receive, reset=fault.end == "reset")
        elif fault.end == "cut":
            await _cut(real, entry, scope, receive, send)
        elif fault.end == "garble":
            real.body = b'{"id": 1, "node_id": "'
            real.headers["Content-Length"] = str(len(real.body))
            await self._instead(real, entry, scope, receive, send)
        else:
            if fault.make is not None:
                real = response(encoded(fault.make(self._github.world.clock(), met.number)))
                real.headers[faults.HEADER] = met.name
            await self._instead(real, entry, scope, receive, send)

    async def _do_late(self, met: Met, entry: Entry, scope: Scope, receive: Receive) -> None:
        """Do it when nobody waits for the answer any more; at the end of the server, never."""
        asked = await _read(receive)
        await self._wait(receive, None)
        if asked is None:
            entry.wrote = False
        elif await self._github.hanging.pause(met.number):
            await self._done(entry, scope, _whole(asked))
        else:
            await _break(scope, receive, reset=False)

    async def _wait(self, receive: Receive, seconds: float | None) -> bool:
        return await self._github.hanging.wait(receive, seconds)

    async def _done(self, entry: Entry, scope: Scope, receive: Receive) -> Response:
        """Have the request handled, and keep the answer."""
        body = bytearray()
        real = Response()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                real.status_code = message["status"]
                real.raw_headers = list(message["headers"])
                self._github.counting.done(entry, message["status"])
            body.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        real.body = bytes(body)
        return real


async def _read(receive: Receive) -> bytes | None:
    """The request's body to its end (who still sends would meet the end of the connection elsewhere); None: cut."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body.extend(message.get("body", b""))
        if not message.get("more_body", False):
            return bytes(body)


def _whole(body: bytes) -> Receive:
    """A request that has been read already, to be read again."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _cut(real: Response, entry: Entry, scope: Scope, receive: Receive, send: Send) -> None:
    """Half of a body, and no more; an answer without a body is not sent at all."""
    body = bytes(real.body)
    if body and scope["method"] != "HEAD":
        entry.status = real.status_code
        await send({"type": "http.response.start", "status": real.status_code, "headers": real.raw_headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    await _break(scope, receive, reset=False)


async def _break(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """End the connection, where there is a real one, and let nothing more be written to it."""
    connection = scope.get("extensions", {}).get(CONNECTION)
    if connection is not None:
        (connection.reset if reset else connection.close)()
        await gone(receive)


def response(answer: Answer) -> Response:
    """An encoded Answer for starlette."""
    return Response(answer.body, answer.status, answer.headers)
