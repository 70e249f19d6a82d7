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
from qatui.sandbox.github.pipeline import Protocol

HOST = "127.0.0.1"
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
def serving(github: GitHub, port: int = 0, app: ASGIApp | None = None) -> Iterator[str]:
    """Serve while the context lasts; its value is the API's address. `app` stands for the look-alike's own.

    Port 0 takes a free one. Raises OSError where the port is taken.
    """
    # asyncio lets small packets go at once only on sockets that are TCP by name; else every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
        github.world.api_url = f"http://{HOST}:{listener.getsockname()[1]}"
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
