"""The parts one reviewer works with: what every flow takes first."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from qatui.settings.types import Team
from qatui.store.database import Database
from qatui.workspace.repository import Base, Repository


def clock() -> int:
    """Milliseconds since 1970: the `now` of every process that is not a test."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Desk:
    """A repository, its store, the team's settings of its base, and who sits here."""

    db: Database
    repository_id: int
    repository: Repository
    base: Base
    team: Team
    reviewer: str
    """GitHub login, else git e-mail."""
    signature: tuple[str, str]
    """Name and e-mail for commits."""
    now: Callable[[], int] = clock
    identified: bool = True
    """Whether name and e-mail were told by the person; else they are the account's, and no commit bears them."""


def credential(desk: Desk) -> str:
    """Whose jobs this desk does unasked."""
    return f"user:{desk.reviewer}"
