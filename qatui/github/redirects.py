"""Where a redirected request may go, and what is remembered of it.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects: 301, 302 and
307 keep the method; 301 is for good. The token goes to the API's own host only, so nothing else is followed.
"""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from qatui.errors import Redirected, Transferred
from qatui.github.protocol import Request, short

PERMANENT = (301, 308)
STATUSES = (301, 302, 307, 308)
MOST = 5
"""Redirects of one request at most."""
_PRINTABLE = re.compile(r"[!-~]+")
_REPOSITORY = re.compile(r"/(repos/[^/?]+/[^/?]+|repositories/[0-9]+)(?=[/?]|$)")
_ISSUE = re.compile(r"/issues/[0-9]+(/|$)")


def same_host(api_url: str, url: str) -> bool:
    """Whether `url` is at the scheme, host and port of the API, with no user in it: only there the token goes."""
    try:
        ours, theirs = urlsplit(api_url), urlsplit(url)
        return (
            _PRINTABLE.fullmatch(url) is not None
            and "\\" not in url
            and "@" not in theirs.netloc
            and (ours.scheme, ours.hostname, _port(ours.scheme, ours.port))
            == (theirs.scheme, theirs.hostname, _port(theirs.scheme, theirs.port))
        )
    except ValueError:  # what is no port, no IPv6 address
        return False


def follow(request: Request[Any], api_url: str, url: str, location: str) -> str:
    """The address that `location`, an answer's header, sends a request for `url` to; raises Redirected."""
    try:
        there = urljoin(url, location).partition("#")[0] if location else ""
    except ValueError:
        there = ""
    if not there or not same_host(api_url, there):
        raise Redirected(
            f"Could not {request.to}: GitHub sends it on to {short(location, 100) or 'nowhere'}, "
            "which does not get the token.",
            "See `api_url` in your settings: it must be where the API is now.",
        )
    return there


def circle(request: Request[Any]) -> Redirected:
    """The error for redirects without an end."""
    return Redirected(f"Could not {request.to}: GitHub sends it in a circle.", "Try again later.")


def transferred(request: Request[Any], location: str) -> Transferred:
    """The error for an issue that lives elsewhere now: whether that is still ours, a person decides."""
    return Transferred(
        f"Could not {request.to}: the issue was transferred to another repository ({short(location, 100)}).",
        "Link its new place, or remove the link.",
        status=301,
        to=short(location),
    )


def repository_of(api_url: str, url: str) -> tuple[str, str] | None:
    """The repository's own address that `url` lies at or under, and the rest; None for any other address."""
    base = api_url.rstrip("/")
    found = _REPOSITORY.match(url.removeprefix(base)) if url.startswith(base) else None
    return (url[: len(base) + found.end()], url[len(base) + found.end() :]) if found else None


def is_issue(rest: str) -> bool:
    """Whether the part of an address under a repository is one issue, or something of one."""
    return _ISSUE.match(rest.partition("?")[0]) is not None


class Moves:
    """Permanent redirects seen so far: whole addresses, and repositories with all that is under them."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._exact: dict[str, str] = {}
        self._repositories: dict[str, str] = {}

    def remember(self, url: str, there: str) -> None:
        """`url` is `there` from now on; of a repository also everything under it."""
        found = repository_of(self._api_url, url)
        if found and not found[1]:
            self._repositories[found[0]] = there.partition("?")[0].rstrip("/")
        else:
            self._exact[url] = there

    def now(self, url: str) -> str:
        """Where `url` is now."""
        found = repository_of(self._api_url, url)
        if found and found[0] in self._repositories:
            return self._repositories[found[0]] + found[1]
        return self._exact.get(url, url)


def _port(scheme: str, port: int | None) -> int | None:
    return {"http": 80, "https": 443}.get(scheme) if port is None else port
