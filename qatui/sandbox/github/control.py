"""The look-alike's own interface, below /_qatui/: what shall go wrong, what was asked and done, and the website.

For whoever is on this machine, without a token; for no page of a browser, which names itself in `Origin`. Every answer
is a JSON object with `schema`.
"""

import ipaddress
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from qatui.errors import StoreError
from qatui.sandbox.github import faults, website
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.call import Answer, Problem
from qatui.sandbox.github.guard import whole_body
from qatui.sandbox.github.pipeline import response
from qatui.sandbox.github.sending import encoded, told

SCHEMA = 1
LARGEST_BODY = 1024 * 1024
"""Bytes."""
JSON = "application/json"
_CURLS_OWN = "application/x-www-form-urlencoded"
"""What `curl -d` says of any body; a form of a browser that says it has an Origin."""


class Control:
    """The endpoint; as a class it is given every method."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            _admit(request)
            status, body = await self._do(request)
            made = Answer(status, {"schema": SCHEMA, **body})
        except Problem as problem:
            made = told(problem)
        except StoreError as error:
            made = told(Problem(500, str(error)))
        if made.status >= 400:
            made.body = {"schema": SCHEMA, **made.body}
        return response(encoded(made))

    async def _do(self, request: Request) -> tuple[int, dict[str, Any]]:
        github = self._github
        match request.method, request.path_params["name"]:
            case "GET", "faults":
                return 200, self._faults()
            case "POST", "faults":
                return 201, github.faults.ask(_asked(await whole_body(request, LARGEST_BODY))).shown()
            case "DELETE", "faults":
                github.faults.clear()
                return 200, self._faults()
            case "GET", "requests":
                return 200, self._requests(request)
            case "POST", name if name in website.DOORS:
                body = await whole_body(request, LARGEST_BODY)
                return 201, await run_in_threadpool(website.knock, github.world, name, body)
            case "DELETE", "requests":
                github.counting.reset()
                github.deliveries.reset()
                return 200, self._requests(request)
        doors = ", ".join(website.DOORS)
        raise Problem(404, f"Known: GET, POST, DELETE faults; GET, DELETE requests; POST {doors}.")

    def _faults(self) -> dict[str, Any]:
        known = {
            name: {"meaning": each.meaning, "done": each.done, "number": each.number}
            for name, each in faults.KNOWN.items()
        }
        return {"faults": [each.shown() for each in self._github.faults.rules], "known": known}

    def _requests(self, request: Request) -> dict[str, Any]:
        since = request.query_params.get("since", "0")
        if not (since.isascii() and since.isdigit()) or len(since) > 15:
            raise Problem(422, "since is the number of an entry.")
        return {**self._github.counting.shown(int(since)), **self._github.deliveries.shown()}


def _asked(body: bytes) -> faults.Asked:
    try:
        return msgspec.json.decode(body, type=faults.Asked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(422, f"A fault is asked for with fault, method, path, after, times: {error}") from None


def _admit(request: Request) -> None:
    """Refuse other machines, and what pages of other places may send without having asked (Fetch: simple requests)."""
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        raise Problem(403, "For this machine only.")
    headers = request.headers
    if headers.get("origin", f"http://{headers['host']}") != f"http://{headers['host']}":
        raise Problem(403, "Not for pages of other places.")
    if headers.get("content-type", JSON).partition(";")[0].strip().lower() not in (JSON, _CURLS_OWN):
        raise Problem(415, f"A body is {JSON}.")
