"""A receiver of webhooks on loopback that keeps what it was told, and answers as a test wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Heard:
    """One request; header names in lower case."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Where it listens, what it heard, what it answers."""

    url: str
    heard: list[Heard] = field(default_factory=list)
    status: int = 200
    location: str | None = None
    waits_for: threading.Event = field(default_factory=threading.Event)
    """Answers only once this is set, as it is at first."""
    hears: threading.Event = field(default_factory=threading.Event)
    """Set as soon as anything was heard."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.append(Heard({name.lower(): value for name, value in self.headers.items()}, body))
            receiver.hears.set()
            receiver.waits_for.wait(30)
            self.send_response(receiver.status)
            self.send_header("X-Receiver", "tests")
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"done")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
    receiver.waits_for.set()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.waits_for.set()
        server.shutdown()
        thread.join()
        server.server_close()
