"""Twenty processes on one SQLite file at once: made once, no verdict lost or given twice, nobody told "locked"."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

from qatui.domain.candidate import State
from qatui.domain.event import Event
from qatui.flows.desk import Desk
from qatui.settings.types import Team
from qatui.store import candidates, events
from qatui.store.database import Database, open_database
from qatui.store.version import VERSION
from qatui.workspace.repository import discover
from tests.conftest import Project, seed

PROCESSES = 20
TOP = Path(__file__).parents[2]

Told = list[tuple[str, list[int], list[tuple[int, str]]]]


@dataclass
class Processes:
    """All of them, and a line to each."""

    parent: "subprocess.Popen[str]"
    lines: list[TextIO]

    def answers(self) -> list[Any]:
        """The next line of each; what they wrote on standard error where one died instead."""
        told = []
        for line in self.lines:
            words = line.readline()
            if not words:
                self.end()
            assert words, self.parent.communicate()[1]
            told.append(json.loads(words))
        return told

    def send(self, order: Any) -> None:
        """Let all of them go on at once."""
        for line in self.lines:
            line.write(json.dumps(order) + "\n")
            line.flush()

    def end(self) -> None:
        """Let none of them be left."""
        with suppress(ProcessLookupError):
            os.killpg(self.parent.pid, signal.SIGKILL)


@contextmanager
def processes(url: str, clone: Path) -> Iterator[Processes]:
    """All of them, ready to begin."""
    ours, theirs = zip(*(socket.socketpair() for _ in range(PROCESSES)), strict=True)
    handles = [each.fileno() for each in theirs]
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.flows.deciding_process", url, str(clone), *map(str, handles)],
        cwd=TOP, stderr=subprocess.PIPE, text=True, pass_fds=handles, start_new_session=True,
    )  # fmt: skip
    for each in theirs:
        each.close()
    lines = [each.makefile("rw", encoding="utf-8") for each in ours]
    started = Processes(parent, lines)
    try:
        yield started
    finally:
        started.end()
        parent.communicate()
        for one in (*lines, *ours):
            one.close()


def plant(project: Project, db: Database, ours: int) -> dict[str, list[int]]:
    """Candidates to decide on: by all alike, by all against each other, and by one process each."""
    repository = discover(project.root)
    desk = Desk(db, ours, repository, repository.base(), Team(), "generator", ("g", "g"))
    kinds = {"once": 25, "claimed": 5, "contested": 8, **{str(number): 3 for number in range(PROCESSES)}}
    files: dict[str, str | bytes] = {
        f"tests/test_{kind}_{each}.py": f"# {kind} {each}\n" for kind, count in kinds.items() for each in range(count)
    }
    ids = iter(seed(desk, files))
    return {kind: [next(ids) for _ in range(count)] for kind, count in kinds.items()}


def test_twenty_processes_make_one_store_and_decide_in_it(project: Project, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/fresh/folder/qatui.db"
    with processes(url, project.root) as started:
        assert started.answers() == ["ready"] * PROCESSES
        started.send("open")
        opened = started.answers()
        ours = opened[0]["repository"]
        assert opened == [{"repository": ours, "version": VERSION}] * PROCESSES

        db = open_database(url)
        orders = plant(project, db, ours)
        started.send(orders)
        reports: list[Told] = started.answers()
        assert started.parent.wait(30) == 0

    with db.read() as connection:
        rows = candidates.get_many(connection, ours, [each for ids in orders.values() for each in ids])
        logged = [each for each in events.log(connection, ours, limit=10_000)[::-1] if each.action != "ingest"]
    db.close()

    # What the processes say was done is what the log says, by whom and how often.
    said = Counter(
        (each, verb, f"process-{number}")
        for number, report in enumerate(reports)
        for verb, done, _ in report
        for each in done
    )
    assert said == Counter((event.candidate_id, event.action, event.actor) for event in logged)
    assert max(said.values()) == 1

    # No update was lost: each event begins where the one before ended, the row is where the last one ended.
    for number, row in rows.items():
        history = [event for event in logged if event.candidate_id == number]
        check_chain(history)
        assert row.version == 1 + len(history)
        assert events.snapshot(row) == history[-1].after

    # The same verdict of twenty is given once, and so is a claim.
    for kind in ("once", "claimed"):
        for number in orders[kind]:
            assert sum(1 for event in logged if event.candidate_id == number) == 1
    refused = Counter(
        reason for report in reports for verb, _, those in report if verb == "approve" for _, reason in those
    )
    assert refused["it is approved already"] >= len(orders["once"]) * (PROCESSES - 1)

    # What only one process decided on, and took back, is as it was.
    for number in range(PROCESSES):
        assert {rows[each].state for each in orders[str(number)]} == {State.PENDING}


def check_chain(history: list[Event]) -> None:
    """Each event's `before` is the `after` of the one before it."""
    for earlier, later in pairwise(history):
        assert later.before == earlier.after
