"""The steps of a verb, and what befalls one: a kill or a fault, before, in or after it.

A step is a run of git, a statement or COMMIT of the store, an HTTP request, or a file put in its place. They are met
where the libraries do them (`seams.py`), so that every one counts, whoever asked for it.
"""

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NoReturn

KILL = "kill"
"""SIGKILL to the process that runs the verb; a git that it started lives on."""
CRASH = "crash"
"""Both die at once, git while it holds its locks, as when the power fails."""


class Kind(StrEnum):
    """Where a step reaches to."""

    GIT = "git"
    SQL = "sql"
    HTTP = "http"
    FILE = "file"


class When(StrEnum):
    """A fault before: in place of the step. In: halfway. After: the step was done, and its answer is lost."""

    BEFORE = "before"
    IN = "in"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What befalls one step of a run."""

    step: int
    """Counted from 1."""
    when: When
    how: str
    """KILL, CRASH, or the name of a fault."""
    after: float = 0.0
    """In the middle of a git: so many seconds after its start."""

    @property
    def kills(self) -> bool:
        """Whether the process that runs the verb dies of it."""
        return self.how in (KILL, CRASH)

    def __str__(self) -> str:
        return f"{self.how} {self.when} step {self.step}"


@dataclass(frozen=True, slots=True)
class Passed:
    """A step that a run came to."""

    kind: Kind
    what: str
    """In words."""
    writes: bool
    """Whether it can leave something behind."""
    seconds: float = 0.0


class Steps:
    """Counts the steps of this process, writes each to the file `log`, and lets `trouble` befall its step."""

    def __init__(self, log: int, trouble: Trouble | None) -> None:
        self._log = log
        self._trouble = trouble
        self._count = 0
        self._begun = 0.0

    def begin(self, kind: Kind, what: str, *, writes: bool) -> Trouble | None:
        """Come to a step; what it meets, other than a death before or after it."""
        self._count += 1
        mine = self._mine()
        self._tell({"kind": kind, "what": what, "writes": writes})
        if mine and (mine.when, mine.how) == (When.BEFORE, KILL):
            die()
        self._begun = time.perf_counter()
        return None if mine is None or (mine.when, mine.how) == (When.AFTER, KILL) else mine

    def end(self) -> None:
        """Leave the step."""
        self._tell({"seconds": round(time.perf_counter() - self._begun, 4)})
        mine = self._mine()
        if mine and (mine.when, mine.how) == (When.AFTER, KILL):
            die()

    @contextmanager
    def step(self, kind: Kind, what: str, *, writes: bool) -> Iterator[Trouble | None]:
        """A step that is done in one go. One that was left by an error ends without a death."""
        met = self.begin(kind, what, writes=writes)
        yield met
        self.end()

    def _mine(self) -> Trouble | None:
        return self._trouble if self._trouble and self._trouble.step == self._count else None

    def _tell(self, record: Mapping[str, Any]) -> None:
        os.write(self._log, json.dumps(record).encode() + b"\n")


def die() -> NoReturn:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def read_log(text: str) -> list[Passed]:
    """The steps of a run, from its log."""
    found: list[Passed] = []
    for line in text.splitlines():
        record = json.loads(line)
        if "kind" in record:
            found.append(Passed(Kind(record["kind"]), record["what"], record["writes"]))
        else:
            found[-1] = replace(found[-1], seconds=record["seconds"])
    return found
