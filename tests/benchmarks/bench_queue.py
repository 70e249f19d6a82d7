"""The queue of 100,000, bulk verdicts, and how much one step sends. Targets 10, 11, 14."""

import statistics
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qatui.domain.query import parse
from qatui.store import candidates
from qatui.store.database import open_database
from tests.benchmarks.bench_start import floor
from tests.benchmarks.report import Figure, interleaved
from tests.benchmarks.terminal import Terminal
from tests.benchmarks.workspace import Workspace, make

FLOOR_MS = 183
"""The minimal app on the machine where the targets in milliseconds were set; they are stretched by this run's."""
FILTER = "area_42/test"


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Every figure, as it is there."""
    rounds, many = (3, 10_000) if quick else (5, 100_000)
    full, few = make(folder / "many", many), make(folder / "few", 100)
    stretch = interleaved(rounds, {"floor": partial(floor, few)})["floor"] * 1000 / FLOOR_MS
    yield from _queue(full, few, many, 50 * stretch)
    yield from _bulk(folder, rounds, quick, 300 * stretch)
    yield from _bytes(folder)


def _open(workspace: Workspace) -> Terminal:
    terminal = Terminal(workspace.qatui, workspace.root, workspace.env)
    terminal.until_text("tests/test_short.py")
    terminal.settle(0.4)
    return terminal


def _queue(full: Workspace, few: Workspace, many: int, limit: float) -> Iterator[Figure]:
    db = open_database(full.database)
    with db.read() as connection:
        counts = [
            len(candidates.queue_ids(connection, 1, parse(FILTER[:length]))) for length in range(1, len(FILTER) + 1)
        ]
        last = candidates.queue_ids(connection, 1, parse(""))[-1]
        last_path = candidates.paths(connection, 1, [last])[last]
    db.close()
    large, small = _steps(full), _steps(few)
    note = f"p50 {large:.1f} ms"
    yield Figure("10e", f"step p50 at {many:,}, beside that at 100", large / small, limit=1.25, note=note)
    with _open(full) as terminal:
        took = []
        for _ in range(5):
            terminal.press("G")
            took.append(terminal.until_text(last_path) * 1000)
            terminal.settle()
            terminal.press("g")
            terminal.until_text("tests/test_short.py")
            terminal.settle()
        yield Figure("10b", f"queue of {many:,}: jump to end", statistics.median(took), "ms", limit)
        took = []
        for _ in range(5):
            terminal.press("*")
            took.append(terminal.until_text(f"{many:,} marked") * 1000)
            terminal.settle()
            terminal.press("i")
            terminal.settle()
        yield Figure("10c", f"queue of {many:,}: mark all", statistics.median(took), "ms", limit)
        for key in ("/", " "):  # behind the filter that is there
            terminal.press(key)
            terminal.settle(longest=1)
        took, known = [], [many, *counts]
        for at, (letter, count) in enumerate(zip(FILTER, counts, strict=True)):
            terminal.press(letter)
            if count != known[at]:
                took.append(terminal.until_text(f"/ {count:,}") * 1000)
            terminal.settle(0.1, 1)
        yield Figure("10a", f"queue of {many:,}: filter keystroke to repaint", statistics.median(took), "ms", limit)
    yield Figure("10d", "sort change", None, "ms", note="not built yet: the queue has one order")


def _steps(workspace: Workspace) -> float:
    """Milliseconds of the median step down the queue, from key to first byte."""
    with _open(workspace) as terminal:
        took = []
        for _ in range(60):
            terminal.press("j")
            took.append(terminal.until(len) * 1000)
            terminal.settle(0.06, 0.5)
        return statistics.median(took)


def _bulk(folder: Path, rounds: int, quick: bool, limit: float) -> Iterator[Figure]:
    thousand, of_thousand = _verdicts(make(folder / "bulk", 1_000), 1_000, rounds)
    yield Figure("11a", "bulk approve of 1,000 to repaint", thousand, "ms", limit)
    yield Figure("11b", "its undo to repaint", of_thousand, "ms", limit)
    if not quick:
        more, of_more = _verdicts(make(folder / "bulk10", 10_000), 10_000, 1)
        yield Figure("11c", "bulk approve of 10,000, beside 1,000 (linear: 10)", more / thousand, limit=11)
        yield Figure("11d", "its undo, beside that of 1,000", of_more / of_thousand, limit=11)


def _verdicts(workspace: Workspace, count: int, rounds: int) -> tuple[float, float]:
    """Milliseconds from the confirming key until all are approved, and from `z` until none is."""
    approved, taken_back = [], []
    with _open(workspace) as terminal:
        for _ in range(rounds):
            terminal.press("*")
            terminal.until_text(f"{count:,} marked")
            terminal.settle()
            terminal.press("a")
            terminal.until_text(f"Approve {count:,} tests?", f"{count:,} can be taken")
            terminal.settle()
            terminal.press("y")
            approved.append(terminal.until_text(f"approved {count:,}") * 1000)
            terminal.settle(0.5)
            terminal.press("z")
            taken_back.append(terminal.until_text("took back") * 1000)
            terminal.settle(0.5)
    return statistics.median(approved), statistics.median(taken_back)


def _bytes(folder: Path) -> Iterator[Figure]:
    with _open(make(folder / "bytes", 100, first="long")) as terminal:
        terminal.press("\r")
        terminal.until_text("Queue ▸")
        terminal.settle(0.5)
        sent = []
        for _ in range(60):
            terminal.press("j")
            sent.append(terminal.settle(0.08, 0.5) / 1000)
    yield Figure("14a", "bytes for one step down a diff of 20,000 lines, most", max(sent), "kB", 30)
    with _open(make(folder / "bytes2", 100)) as terminal:
        sent = []
        for _ in range(30):
            terminal.press("j")
            sent.append(terminal.settle(0.15, 0.5) / 1000)
    yield Figure("14b", "bytes for one step down the queue with its diff, median", statistics.median(sent), "kB", 30)
