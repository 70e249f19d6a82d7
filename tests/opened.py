"""Pull requests and reviews in the embedded GitHub, as people make them over HTTP."""

from itertools import count
from typing import Any

import httpx

from qatui.sandbox.github.records import Pull
from tests.lookalike import Lookalike

_NUMBERS = count(1)
_TESTS = "def test_list(client):\n    assert client.get('/orders').status == 200\n"


def opened(
    github: Lookalike, login: str = "mira", base: str = "main", files: dict[str, str | None] | None = None
) -> str:
    """A new pull request of `login`; its path in the API."""
    branch = f"topic/{next(_NUMBERS)}"
    github.push(
        branch, files or {"tests/test_orders.py": _TESTS + "\n\ndef test_more():\n    assert True\n"}, parent=base
    )
    with github.http(login) as http:
        body = {"title": branch, "head": branch, "base": base}
        made = http.post("/repos/acme/payments-api/pulls", json=body)
    assert made.status_code == 201, made.text
    return f"/repos/acme/payments-api/pulls/{made.json()['number']}"


def pull_of(github: Lookalike, path: str) -> Pull:
    """The record of a pull request."""
    found = github.world.pull(github.repository, int(path.rpartition("/")[2]))
    assert found is not None
    return found


def review(github: Lookalike, login: str, path: str, event: str | None, **more: Any) -> httpx.Response:
    """A review by `login`."""
    body = {**({"event": event} if event else {}), **more}
    with github.http(login) as http:
        return http.post(f"{path}/reviews", json=body)
