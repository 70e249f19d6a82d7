"""Everything the API remembers."""

import itertools
from typing import Any


class Store:
    """Rows by kind and id; ids carry their kind, such as `ord_1`."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        self._next = itertools.count(1)
        self.answers: dict[tuple[str, str], Any] = {}

    def add(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        row = {"id": f"{kind}_{next(self._next)}", **row}
        self._rows.setdefault(kind, {})[row["id"]] = row
        return row

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        return self._rows.get(kind, {}).get(id)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return list(self._rows.get(kind, {}).values())

    def remove(self, kind: str, id: str) -> None:
        self._rows.get(kind, {}).pop(id, None)
