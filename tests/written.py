"""A GitHub whose answers a test writes down, for what the embedded one does not say."""

import json
from collections.abc import Callable

import httpx

from qatui.flows.hub import Hub
from qatui.github.client import GitHub
from qatui.github.protocol import Repo
from tests.conftest import Clock

NOBODY = {"login": "acme", "id": 1}


def hub(answer: Callable[[str], object]) -> Hub:
    """A client whose answers a test writes down, by path."""

    def reply(request: httpx.Request) -> httpx.Response:
        found = answer(request.url.path)
        return httpx.Response(
            404 if found is None else 200, content=json.dumps({} if found is None else found).encode()
        )

    transport = httpx.MockTransport(reply)
    return Hub(GitHub("https://api.github.com", "ghp_secret", transport=transport, now=Clock()), Repo("acme", "pay"))


def whole(**values: object) -> dict[str, object]:
    """A repository as GitHub tells of it."""
    fixed = {"id": 1, "full_name": "acme/pay", "private": False, "default_branch": "main", "html_url": "", **values}
    return {"owner": NOBODY, "permissions": {"push": True}, **fixed}
