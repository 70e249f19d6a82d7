"""How soon: help, a short list, the first frame, the first rows, the first changed row. Targets 1, 9, 15."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks import minimal
from tests.benchmarks.peers import PEERS, Peer, command, is_there, with_peers
from tests.benchmarks.report import Figure, interleaved
from tests.benchmarks.terminal import Terminal
from tests.benchmarks.workspace import LENGTHS, Workspace, make, source

MINIMAL = [sys.executable, str(Path(minimal.__file__))]


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Every figure, as it is there."""
    rounds, many = (3, 10_000) if quick else (7, 100_000)
    few = make(folder / "few", 100)
    full = make(folder / "many", many)
    twenty = make(folder / "twenty", 20)
    yield from _commands(twenty, rounds)
    yield from _frames(few, full, many, rounds)
    yield from _changed_rows(folder, rounds)


def floor(workspace: Workspace) -> float:
    """Seconds to the first paint of the smallest app."""
    with Terminal(MINIMAL, workspace.root, workspace.env) as terminal:
        return terminal.until_text("ready to measure")


def _commands(workspace: Workspace, rounds: int) -> Iterator[Figure]:
    def command(*argv: str) -> float:
        began = time.perf_counter()
        subprocess.run(argv, cwd=workspace.root, env=workspace.env, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    took = interleaved(
        2 * rounds,
        {
            "pass": partial(command, sys.executable, "-c", "pass"),
            "help": partial(command, *workspace.qatui, "--help"),
            "list": partial(command, *workspace.qatui, "list"),
        },
    )
    note = f"python -c pass: {took['pass'] * 1000:.0f} ms"
    yield Figure("15a", "qatui --help, beside python -c pass", took["help"] / took["pass"], limit=8, note=note)
    yield Figure("15b", "qatui list of 20 rows, beside python -c pass", took["list"] / took["pass"], limit=25)


def _frames(few: Workspace, full: Workspace, many: int, rounds: int) -> Iterator[Figure]:
    def paint(workspace: Workspace) -> float:
        with Terminal(workspace.qatui, workspace.root, workspace.env) as terminal:
            return terminal.until_paint()

    def rows(workspace: Workspace) -> float:
        with Terminal(workspace.qatui, workspace.root, workspace.env) as terminal:
            return terminal.until_text("tests/test_short.py", "tests/area_9/test_000009.py")

    took = interleaved(
        rounds,
        {
            "floor": partial(floor, few),
            "paint": partial(paint, full),
            "few": partial(rows, few),
            "many": partial(rows, full),
        },
    )
    note = f"minimal Textual app: {took['floor'] * 1000:.0f} ms"
    yield Figure("9a", "exec to first frame, beside a minimal app", took["paint"] / took["floor"], limit=1.3, note=note)
    yield Figure("9b", f"exec to first rows of {many:,}, beside a minimal app", took["many"] / took["floor"], limit=2.2)
    yield Figure("9c", f"exec to first rows of {many:,}, beside those of 100", took["many"] / took["few"], limit=1.2)


def _changed_rows(folder: Path, rounds: int) -> Iterator[Figure]:
    """Target 1: the workstation on a candidate; its diff is below the queue."""

    def changed(workspace: Workspace) -> float:
        with Terminal(workspace.qatui, workspace.root, workspace.env) as terminal:
            return terminal.until_text("changed_10(")

    def other(peer: Peer, workspace: Workspace) -> float:
        pair = workspace.root / "old.py", workspace.root / "new.py"
        for path, after in zip(pair, (False, True), strict=True):
            path.write_bytes(source(LENGTHS["middle"], changed=after))
        with Terminal(command(peer, *pair, paged=True), workspace.root, with_peers(workspace.env)) as terminal:
            return terminal.until_text("changed_10(")

    spaces = {name: make(folder / name, 4, first=name) for name in LENGTHS}
    verbs: dict[str, Callable[[], float]] = {"floor": partial(floor, spaces["short"])}
    verbs |= {name: partial(changed, workspace) for name, workspace in spaces.items()}
    peer = next(each for each in PEERS if each.program == "textual-diff-view")
    if is_there(peer, spaces["short"].env):
        verbs["peer"] = partial(other, peer, spaces["middle"])
    took = interleaved(rounds, verbs)
    for letter, (name, lines) in zip("abc", LENGTHS.items(), strict=True):
        what = f"exec to first changed row, {lines:,} lines, beside a minimal app"
        yield Figure(f"1{letter}", what, took[name] / took["floor"], limit=1.75)
    what = f"exec to first changed row, {LENGTHS['middle']:,} lines, beside textual-diff-view"
    if "peer" in took:
        yield Figure("1d", what, took["middle"] / took["peer"], limit=0.15)
    else:
        yield Figure("1d", what, None, note="is not on this machine: see tests/benchmarks/peers.py")
