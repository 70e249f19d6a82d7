"""Who is let in: this machine by its own name, and no page of somebody's browser."""

import asyncio

import httpx
import pytest

from qatui.sandbox.github import control
from qatui.sandbox.github.app import make_app
from tests.lookalike import Lookalike

PATHS = (
    "/repos/acme/payments-api",
    "/_qatui/requests",
    "/acme/payments-api/info/refs?service=git-upload-pack",
    "/none",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", "localhost.evil", "", "[::1"]
)
def test_other_names_are_refused(github: Lookalike, path: str, host: str) -> None:
    """A name that leads to loopback by DNS reads nothing."""
    answer = httpx.get(github.url + path, headers={"Host": host})
    assert answer.status_code == 403
    assert "127.0.0.1" in answer.json()["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:8080", "127.0.0.2"])
def test_names_of_this_machine_will_do(github: Lookalike, host: str) -> None:
    assert httpx.get(f"{github.url}/repos/acme/payments-api", headers={"Host": host}).status_code == 200


def test_every_answer_has_a_number_of_its_own(github: Lookalike) -> None:
    """X-GitHub-Request-Id, which GitHub's errors ask for, on good answers and bad ones and faults."""
    with github.http() as http:
        answers = [http.get("/user"), http.get("/none"), http.get("/user", headers={"X-Qatui-Fault": "502"})]
    numbers = {each.headers["x-github-request-id"] for each in answers}
    assert len(numbers) == 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example", "Content-Type": "application/json"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 201),  # curl -d
        ({"Content-Type": "application/json; charset=utf-8"}, 201),
        ({}, 201),
    ],
)
def test_no_page_makes_anything_go_wrong(github: Lookalike, headers: dict[str, str], status: int) -> None:
    body = b'{"fault": "500", "path": "/none"}'
    try:
        answer = httpx.post(f"{github.url}/_qatui/faults", content=body, headers=headers)
        assert (answer.status_code, answer.json()["schema"]) == (status, 1)
        assert len(github.github.faults.rules) == (status == 201)
    finally:
        httpx.delete(f"{github.url}/_qatui/faults")


def test_its_own_interface_reads_only_so_much(github: Lookalike) -> None:
    answer = httpx.post(f"{github.url}/_qatui/faults", content=b" " * (control.LARGEST_BODY + 1))
    assert (answer.status_code, answer.json()["schema"]) == (413, 1)


def test_other_machines_are_refused(github: Lookalike) -> None:
    """Even where something passes them on to loopback under its name."""
    transport = httpx.ASGITransport(make_app(github.github), client=("192.0.2.1", 1))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            return await http.get("/_qatui/requests")

    assert asyncio.run(ask()).status_code == 403
