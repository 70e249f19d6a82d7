"""Two small verbs over HTTP, to see that the killer sees: one looks before it creates, one does not.

Each leaves two notes at a server and keeps what it did in a file.
"""

import json
import os
import signal
import socketserver
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler

import httpx

from qatui.files import write_atomically
from tests.faults.world import Scenario, World

NOTES = ("a", "b")


def _leave_notes(world: World, *, looking: bool) -> int:
    port = (world.top / "port").read_text()
    kept = world.clone / ".git/qatui/notes.json"
    done = json.loads(kept.read_text()) if kept.exists() else []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, verify=False) as client:
        for note in NOTES:
            try:
                if note not in done and not (looking and note in client.get("/notes").raise_for_status().json()):
                    client.post("/notes", json=note).raise_for_status()
                done = sorted({*done, note})
                write_atomically(kept, json.dumps(done).encode())
            except (httpx.HTTPError, ValueError, OSError) as error:
                print(json.dumps({"schema": 1, "error": {"code": "remote", "message": str(error), "hint": ""}}))
                return 3
    print(json.dumps({"schema": 1, "notes": done}))
    return 0


class _Server(BaseHTTPRequestHandler):
    """Takes every note, as often as it comes."""

    notes: list[str]

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        self.notes.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(201)

    def _answer(self, status: int) -> None:
        body = json.dumps(self.notes).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def _serving(world: World) -> Iterator[Callable[[], object]]:
    """A server in a process of its own; what notes it has."""
    handler = type("Handler", (_Server,), {"notes": []})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        port = server.server_address[1]
        number = os.fork()
        if number == 0:
            try:
                server.serve_forever()
            finally:
                os._exit(1)
    (world.top / "port").write_text(str(port))
    try:
        yield partial(_notes, port)
    finally:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)


def _notes(port: int) -> object:
    connection = HTTPConnection("127.0.0.1", port)
    with closing(connection):
        connection.request("GET", "/notes")
        return json.loads(connection.getresponse().read())


def _nothing(_: World) -> None:
    """The world is enough as it begins."""


SPECIMENS = tuple(
    Scenario(name, about, _nothing, partial(_leave_notes, looking=looking), beside=_serving)
    for name, about, looking in (
        ("careful", "looks for its note before it leaves one", True),
        ("careless", "trusts its own file, which it had no time to write", False),
    )
)
