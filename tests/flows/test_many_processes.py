"""Twenty processes on one SQLite file at once: made once, no verdict lost or given twice, nobody told "locked"."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

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
WORKER = Path(__file__).parent / "deciding_process.py"

Process = subprocess.Popen[str]
Told = list[tuple[str, list[int], list[tuple[int, str]]]]


@contextmanager
def processes(url: str, clone: Path) -> Iterator[list[Process]]:
    """All of them, ready to begin."""
    started = [
        subprocess.Popen(
            [sys.executable, str(WORKER), url, str(clone), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def answers(started: list[Process]) -> list[Any]:
    """The next line of each; what it wrote on standard error where it died instead."""
    told = []
    for process in started:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read()
        told.append(json.loads(line))
    return told


def send(started: list[Process], order: Any) -> None:
    """Let all of them go on at once."""
    line = json.dumps(order) + "\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write(line)
        process.stdin.flush()


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
        assert answers(started) == ["ready"] * PROCESSES
        send(started, "open")
        opened = answers(started)
        ours = opened[0]["repository"]
        assert opened == [{"repository": ours, "version": VERSION}] * PROCESSES

        db = open_database(url)
        orders = plant(project, db, ours)
        send(started, orders)
        reports: list[Told] = answers(started)
        for process in started:
            assert process.wait(30) == 0

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
