"""Requests, responses and routing; no sockets, so tests call the application directly."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class ApiError(Exception):
    """Answers a request with a status and `{"error": {"code", "message"}}`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        return {key.lower(): value for key, value in self.headers.items()}.get(name.lower())

    def fields(self) -> dict[str, Any]:
        """The body as an object; 422 where it is none."""
        if not isinstance(self.body, dict):
            raise ApiError(422, "invalid_body", "The body must be a JSON object.")
        return self.body


@dataclass
class Response:
    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.body)


Handler = Callable[[Request], tuple[int, Any]]


class App:
    """Finds the handler of a method and a path, and turns its answer into a response."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def route(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        """Register a handler; `{name}` in the pattern is a part of the path."""
        expression = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "$")

        def register(handler: Handler) -> Handler:
            self._routes.append((method, expression, handler))
            return handler

        return register

    def handle(self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
        parts = urlsplit(url)
        request = Request(method, parts.path, dict(parse_qsl(parts.query)), headers or {}, body)
        try:
            status, answer = self._find(request)(request)
        except ApiError as error:
            status, answer = error.status, {"error": {"code": error.code, "message": error.message}}
        if answer is None:
            return Response(status)
        return Response(status, json.dumps(answer), {"Content-Type": "application/json"})

    def _find(self, request: Request) -> Handler:
        allowed = []
        for method, expression, handler in self._routes:
            found = expression.match(request.path)
            if found and method == request.method:
                request.params = found.groupdict()
                return handler
            if found:
                allowed.append(method)
        if allowed:
            raise ApiError(405, "method_not_allowed", f"Allowed here: {', '.join(sorted(allowed))}.")
        raise ApiError(404, "not_found", f"There is nothing at {request.path}.")
