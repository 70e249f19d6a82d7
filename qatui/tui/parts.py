"""What the command line hands to the workstation, so that the screens choose nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qatui.settings.types import User

if TYPE_CHECKING:
    from qatui.flows.desk import Desk
    from qatui.flows.hub import Hub
    from qatui.store.database import Database
    from qatui.store.first_look import FirstLook


def clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Seat(NamedTuple):
    """Enough to read the queue: a store, a repository in it, who sits here."""

    db: "Database"
    repository_id: int
    reviewer: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What the command line hands over, so that the screens choose nothing."""

    glimpse: Callable[[], Seat | None]
    """The seat as the last start left it, without asking git; None on a first start."""
    open_desk: Callable[["Database | None"], "Desk"]
    log: Callable[[str], Path]
    """Keeps a traceback; the file it is in."""
    child: Sequence[str] = ()
    """The command that a child process begins with: this program, this repository."""
    user: User = field(default_factory=User)
    now: Callable[[], int] = clock
    """Milliseconds since 1970."""
    clock: Callable[[], float] = time.monotonic
    """Monotonic seconds, for the time between two keys."""
    first_look: Callable[[int], "FirstLook | None"] = lambda lines: None
    """The queue's first lines without anything heavy; None where they cannot be had so."""
    settled: Callable[[], None] = lambda: None
    """Called once everything is loaded."""
    open_hub: "Callable[[Desk], Hub | None]" = lambda desk: None
    """The repository at GitHub, the same at every call, asked for in a thread only; None without a token."""
    coach: bool = False
    """Show a newcomer the first steps, unless they sent the coach away."""
