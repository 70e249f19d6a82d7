"""Where the API of a host is, and whose token goes there."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain import hosts
from qatui.domain.hosts import api_url_for, is_loopback, token_host, why_no_api


def test_the_examples() -> None:
    done = doctest.testmod(hosts)
    assert (done.failed, done.attempted > 3) == (0, True)


@pytest.mark.parametrize(
    ("host", "url", "token"),
    [
        ("github.com", "https://api.github.com", "github.com"),
        ("GitHub.com", "https://api.github.com", "github.com"),
        ("ssh.github.com", "https://api.github.com", "github.com"),
        ("acme.ghe.com", "https://api.acme.ghe.com", "acme.ghe.com"),
        ("git.acme.test:8443", "https://git.acme.test:8443/api/v3", "git.acme.test"),
        ("api.acme.test", "https://api.acme.test/api/v3", "api.acme.test"),
        ("localhost:3000", "http://localhost:3000/api/v3", "localhost"),
        ("[::1]:3000", "http://[::1]:3000/api/v3", "::1"),
        ("github.com.evil.test", "https://github.com.evil.test/api/v3", "github.com.evil.test"),
    ],
)
def test_of_host_api_and_token(host: str, url: str, token: str) -> None:
    assert api_url_for(host) == url
    assert why_no_api(url) is None
    assert token_host(url) == token


@pytest.mark.parametrize(
    "host", ["127.0.0.1.evil.test", "127.evil.test", "128.0.0.1", "127.0.0.256", "0.0.0.0", "localhost.x", ""]
)
def test_what_is_not_this_machine(host: str) -> None:
    assert not is_loopback(host)
    assert why_no_api(f"http://{host}/api/v3") is not None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://h/api v3", "characters"),
        ("https://h/\x00", "characters"),
        ("https://h\\@evil", "characters"),
        ("https://h:port/", "is no address"),
        ("https://[::1", "is no address"),
        ("ftp://h/", "no http"),
        ("https:///api", "no http"),
        ("https://@h/", "a user name"),
        ("https://h/api?x=1", "more than"),
        ("https://h/api#", "more than"),
    ],
)
def test_what_is_no_api(url: str, words: str) -> None:
    assert words in (why_no_api(url) or "")


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    if why_no_api(f"https://{text}") is None:
        assert token_host(f"https://{text}")
