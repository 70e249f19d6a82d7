"""What the headers of one answer say of a token; nonsense in them is passed over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.github.greeting import Greeting, greet, heard
from tests.github.conftest import Line, reply

DAY_ONE = 1_796_119_200_000
"""2026-12-01T10:00:00Z."""


@pytest.mark.parametrize(
    ("headers", "greeting"),
    [
        ({}, Greeting("robin")),
        ({"x-oauth-scopes": ""}, Greeting("robin", ())),
        ({"x-oauth-scopes": "repo, gist,"}, Greeting("robin", ("repo", "gist"))),
        ({"github-authentication-token-expiration": "2026-12-01 10:00:00 UTC"}, Greeting("robin", expires=DAY_ONE)),
        ({"github-authentication-token-expiration": "2026-12-01 03:00:00 -0700"}, Greeting("robin", expires=DAY_ONE)),
        ({"github-authentication-token-expiration": "soon"}, Greeting("robin")),
        ({"date": "Tue, 01 Dec 2026 10:00:00 GMT"}, Greeting("robin", moment=DAY_ONE)),
        ({"date": "yesterday"}, Greeting("robin")),
        (
            {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999", "x-ratelimit-reset": "1"},
            Greeting("robin", limit=5000, remaining=4999),
        ),
    ],
)
def test_what_headers_say(headers: dict[str, str], greeting: Greeting) -> None:
    assert heard("robin", headers) == greeting


NAMES = ("x-oauth-scopes", "github-authentication-token-expiration", "date", "x-ratelimit-limit", "x-ratelimit-reset")


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.sampled_from(["9" * 40, "9999-99-99 99:99:99 UTC"])))
def test_no_header_breaks_it(headers: dict[str, str]) -> None:
    assert heard("", headers).login == ""


def test_a_token_of_nobody_is_greeted_by_an_answer_that_it_gets(line: Line) -> None:
    rate = {"limit": 5000, "remaining": 4999, "used": 1, "reset": 1}
    limits = reply(200, {"resources": {"core": rate}}, date="Tue, 01 Dec 2026 10:00:00 GMT")
    with line.client(reply(403, {"message": "Resource not accessible by integration"}), limits) as github:
        assert greet(github) == Greeting("", moment=DAY_ONE)
    with line.client(reply(403, {"message": "Resource not accessible by integration"}), reply(404, {})) as github:
        assert greet(github) == Greeting("")
