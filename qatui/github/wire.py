"""One exchange over HTTP: a request goes out, an answer comes back whole, or it is lost. The only user of httpx."""

from collections.abc import Callable
from typing import Any

import httpx

from qatui import __version__
from qatui.errors import ServerTrouble, Unreachable
from qatui.github import limits, refusals
from qatui.github.lost import AGAIN, Fate, Lost
from qatui.github.protocol import Answer, Request, encoded, short, strange

LARGEST = 32_000_000
"""Bytes of an answer at most, unpacked."""
_CONNECT_SECONDS = 10.0
_API_VERSION = "2022-11-28"  # https://docs.github.com/en/rest/about-the-rest-api/api-versions
_GATEWAY = (408, 502, 504)
"""What stands before the server says this of one that it no longer waits for."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Wire:
    """Connections to one API with one token, which is in no message and no repr."""

    def __init__(
        self, api_url: str, token: str, seconds: float, now: Callable[[], int], transport: httpx.BaseTransport | None
    ) -> None:
        self._token = token
        self._seconds = seconds
        self._now = now
        self._http = httpx.Client(
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token}",
                "User-Agent": f"qatui/{__version__}",
                "X-GitHub-Api-Version": _API_VERSION,
            },
            timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
            follow_redirects=False,
            transport=transport,
            verify=not api_url.startswith("http:"),  # reading the machine's certificates takes longer than an answer
            trust_env=api_url.startswith("https:"),  # a proxy could read what goes to this machine in clear text
        )

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def fetch(self, request: Request[Any], url: str, etag: str = "") -> Answer:
        """The answer, of any status below 500; with `etag` it may be 304. Raises Lost, StrangeAnswer, UsageError."""
        headers = {"If-None-Match": etag} if etag else {}
        content = encoded(request)
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            with self._http.stream(request.method, url, content=content, headers=headers) as response:
                answer = self._whole(request, response)
        except _NEVER_SENT as error:
            why = short(str(error) or type(error).__name__)
            hint = f"Check the network and `api_url` in your settings. {AGAIN}"
            message = f"Could not {request.to}: GitHub could not be reached ({why})."
            raise Lost(Unreachable(message, hint), Fate.UNSENT) from error
        except httpx.TimeoutException as error:
            raise self._too_slow(request) from error
        except httpx.RequestError as error:
            why = short(str(error) or type(error).__name__).replace(self._token, "***")
            message = f"Could not {request.to}: GitHub's answer broke off ({why})."
            raise Lost(ServerTrouble(message, AGAIN), Fate.BROKEN) from error
        if answer.status >= 500 or answer.status == 408:
            wait = limits.retry_after(answer.headers, self._now())
            fate = Fate.BROKEN if answer.status in _GATEWAY else Fate.REFUSED
            raise Lost(refusals.trouble(request, answer), fate, wait=wait)
        return answer

    def _whole(self, request: Request[Any], response: httpx.Response) -> Answer:
        begun = self._now()
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise strange(request, f"it has more than {LARGEST // 1_000_000} million bytes", response.status_code)
            if self._now() - begun > self._seconds * 1000:
                raise self._too_slow(request)
        # A server that repeats what it was sent must not make us show the token.
        clean = bytes(body).replace(self._token.encode(), b"***")
        headers = {name.lower(): value.replace(self._token, "***") for name, value in response.headers.items()}
        return Answer(response.status_code, headers, clean, str(response.url))

    def _too_slow(self, request: Request[Any]) -> Lost:
        message = f"Could not {request.to}: GitHub took longer than {self._seconds:g} seconds to answer."
        return Lost(ServerTrouble(message, AGAIN), Fate.SILENT)
