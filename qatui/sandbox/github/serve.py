"""The look-alike on loopback: an HTTP server in a thread, for tests, for the demo and for `qatui sandbox`."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from qatui.sandbox.github.app import GitHub, make_app
from qatui.sandbox.github.hanging import Hanging
from qatui.sandbox.github.listening import address, listening
from qatui.sandbox.github.pipeline import Protocol

LONGEST_WAIT = 5.0
"""Seconds that connections still open at the end are given."""


class _Server(uvicorn.Server):
    """A server whose end is not kept waiting by answers that never come."""

    def __init__(self, config: uvicorn.Config, hanging: Hanging) -> None:
        super().__init__(config)
        self._hanging = hanging

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody wait, then end as usual."""
        self._hanging.end()
        await super().shutdown(sockets)


@contextmanager
def serving(
    github: GitHub, port: int = 0, app: ASGIApp | None = None, *, listener: socket.socket | None = None
) -> Iterator[str]:
    """Serve while the context lasts; its value is the API's address. `app` stands for the look-alike's own.

    Port 0 takes a free one; a `listener` of `listening` that is open already is taken in its place, and closed at the
    end. Raises OSError where the port is taken.
    """
    listener = listener or listening(port)
    try:
        github.world.api_url = address(listener)
        github.hanging = Hanging()
        config = uvicorn.Config(
            app or make_app(github),
            http=Protocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=int(LONGEST_WAIT),
            server_header=False,
        )
        server = _Server(config, github.hanging)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), name="github", daemon=True)
        thread.start()
        github.deliveries.open()
        try:
            # The listener is open already: who connects before the loop runs waits in its queue.
            yield github.world.api_url
        finally:
            server.should_exit = True
            thread.join(LONGEST_WAIT + 5)
            github.deliveries.close()
    finally:
        listener.close()
