"""The client with a server that a test writes down, and with a clock that stands still but for its own sleeps."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from qatui.github.client import GitHub
from tests.conftest import Clock

API = "https://api.github.com"
TOKEN = "ghp_secret0123456789"

Reply = httpx.Response | Exception
Handler = Callable[[httpx.Request], Reply]


def reply(status: int = 200, body: Any = None, **headers: str) -> httpx.Response:
    """An answer; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers=named)


@dataclass
class Line:
    """A client whose every request is noted, and answered by the handlers in turn; the last one stays."""

    clock: Clock
    asked: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    _handlers: list[Reply | Handler] = field(default_factory=list)

    def client(self, *handlers: Reply | Handler, api_url: str = API, **options: Any) -> GitHub:
        """A client that gets these answers."""
        self._handlers = list(handlers)
        return GitHub(
            api_url, TOKEN, transport=httpx.MockTransport(self._answer), now=self.clock, sleep=self.sleep, **options
        )

    def sleep(self, seconds: float) -> None:
        """Let the clock pass over it."""
        self.slept.append(seconds)
        self.clock.forward(round(seconds * 1000))

    @property
    def seen(self) -> list[str]:
        """`METHOD path?query` of every request."""
        return [f"{one.method} {one.url.raw_path.decode()}" for one in self.asked]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        handler = self._handlers.pop(0) if len(self._handlers) > 1 else self._handlers[0]
        answer = handler(request) if callable(handler) else handler
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def line(clock: Clock) -> Line:
    """A client's other end."""
    return Line(clock)
