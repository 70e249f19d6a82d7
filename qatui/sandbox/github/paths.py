"""Which route a path is for."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from qatui.sandbox.github.call import Route

_WITH_SLASHES = frozenset({"path", "ref", "basehead", "branch"})
"""Parameters that may hold slashes."""


class Paths:
    """Routes, found by method and path; where several fit, the one with more literal words."""

    def __init__(self, routes: Iterable[Route]) -> None:
        rows = [(route, re.compile(_pattern(route.path), re.DOTALL)) for route in routes]
        self._rows = sorted(rows, key=lambda row: _literals(row[0].path), reverse=True)

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """The route and its parameters, decoded; `path` is as it was sent, percent-encoded."""
        for route, pattern in self._rows:
            if route.method == method and (found := pattern.fullmatch(path)):
                return route, {name: unquote(value, errors="replace") for name, value in found.groupdict().items()}
        return None


def _literals(path: str) -> int:
    return sum(not word.startswith("{") for word in path.split("/"))


def _pattern(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{'.+' if found[1] in _WITH_SLASHES else '[^/]+'})", path)
