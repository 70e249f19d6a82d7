"""The log's lines."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log: append-only, written in the transaction of what it tells."""

    id: int
    group: str
    candidate_id: int | None
    path: str | None
    action: str
    actor: str
    cause: str
    at: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None
