"""One round: a fresh world, a verb that dies or fails in it, and the same verb again until it ends.

Every run is a process of its own, forked from one that has loaded everything and never opened a store, so it costs what
the verb costs. A world is always at the same place, because stores and clones hold whole paths; a round begins with a
copy of the template.
"""

import json
import os
import secrets
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from qatui.errors import ExitCode
from qatui.flows import outbox
from qatui.store.outbox import LEASE
from tests.faults import seams
from tests.faults.invariants import as_undisturbed, nothing_lost
from tests.faults.sight import Sight, look
from tests.faults.steps import KILL, Passed, Steps, Trouble, When, read_log
from tests.faults.world import NOW, Scenario, World

PATIENCE_SECONDS = 60
"""A run, or what it left running, that takes longer hangs."""
RUNS_AGAIN = 4
"""A verb that was disturbed ends at the latest when it is run for the fourth time in peace."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a run happens."""

    machine: str
    now: int


HERE = Place("here", NOW)
ELSEWHERE = Place("elsewhere", NOW + LEASE + 60_000)
"""Another machine, that cannot know who is dead here: when the lease has ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """A process that ended."""

    code: int | None
    """Its exit code; None: a signal ended it."""
    signal: int
    out: str
    err: str
    steps: list[Passed]

    @property
    def words(self) -> str:
        """The end of what it said, on one line."""
        return " ".join(f"{self.out} {self.err}".split())[-500:]


@dataclass(frozen=True, slots=True)
class Round:
    """What befalls a verb in a world: one trouble a run, then peace."""

    troubles: tuple[Trouble, ...]
    elsewhere: bool = False
    """Whether it is run again on another machine, later."""


@dataclass(slots=True)
class Told:
    """What came of a round."""

    deaths: int = 0
    faults: int = 0
    runs: int = 0
    wrong: list[str] = field(default_factory=list)


class Bench:
    """A scenario on a folder of its own."""

    def __init__(self, folder: Path, scenario: Scenario) -> None:
        self._folder = folder
        self._scenario = scenario
        self._world = World(folder / "world")
        self._template = folder / "template"
        self._left: list[int] = []
        """Files that end when no git of a run is left."""
        self._world.enter()
        seams.write_hooks(folder / "hooks")
        self._arrange()
        self.steps, self._before, end, self._codes = self._undisturbed()
        self._ends = [end, *(self._otherwise(*each) for each in scenario.otherwise)]

    def _arrange(self) -> None:
        self._world.top.mkdir()

        def arrange(world: World) -> int:
            world.begin()
            self._scenario.arrange(world)
            return 0

        made = self._fork(arrange, None, HERE)
        if made.code != 0:
            raise RuntimeError(f"{self._scenario.name} cannot be arranged ({made.code}): {made.err}{made.out}")
        self._world.top.rename(self._template)

    def _undisturbed(self) -> tuple[list[Passed], Sight, Sight, set[int]]:
        """The steps of a run in peace, what there is before and after it, and its exit codes: the first, and again."""
        self._fresh()
        with self._scenario.beside(self._world) as beside:
            before = look(self._world, beside(), thoroughly=True)
            first = self._fork(self._scenario.verb, None, HERE)
            end = look(self._world, beside(), thoroughly=True)
            again = self._fork(self._scenario.verb, None, HERE)
            last = look(self._world, beside(), thoroughly=True)
        wrong = [*as_undisturbed(before, end, end, same_time=True), *as_undisturbed(before, last, end, same_time=True)]
        for run in (first, again):
            if run.code not in (ExitCode.DONE, ExitCode.NEEDS_PERSON):
                wrong.append(f"it ended with {run.code}: {run.err}")
        if wrong:
            raise RuntimeError("; ".join([f"{self._scenario.name} is wrong undisturbed", *wrong]))
        return first.steps, before, end, {first.code or 0, again.code or 0}

    def _otherwise(self, what: str, how: str) -> Sight:
        """What there is in the end where the verb took the fault `how` of its step `what` for an answer."""
        step = next(number for number, step in enumerate(self.steps, 1) if step.what == what)
        self._fresh()
        with self._scenario.beside(self._world) as beside:
            self._fork(self._scenario.verb, Trouble(step, When.BEFORE, how), HERE)
            for wrong in self._again(Told(), HERE):
                raise RuntimeError(f"{self._scenario.name} after {how} at {what}: {wrong}")
            return look(self._world, beside(), thoroughly=True)

    def run(self, round_: Round) -> Told:
        """Do a round."""
        told = Told()
        self._fresh()
        with self._scenario.beside(self._world) as beside:
            for trouble in round_.troubles:
                run = self._fork(self._scenario.verb, trouble, HERE)
                told.runs += 1
                told.deaths += run.signal == signal.SIGKILL
                told.faults += not trouble.kills and len(run.steps) >= trouble.step
                told.wrong += _behaves(run, trouble)
                racing = (trouble.when, trouble.how) == (When.IN, KILL) and run.code is None
                if not racing:
                    told.wrong += self._midway(run, look(self._world, beside()))
            if round_.elsewhere:
                self._age_locks()
            told.wrong += self._again(told, ELSEWHERE if round_.elsewhere else HERE)
            self._wait_for_git()
            now = look(self._world, beside(), thoroughly=True)
        told.wrong += self._fits(lambda end: self._ended(now, end, same_time=not round_.elsewhere))
        return told

    def _midway(self, run: Run, now: Sight) -> list[str]:
        """What is wrong after a death or a fault."""

        def judge(end: Sight) -> Iterator[str]:
            yield from nothing_lost(self._before, now, end)
            for holds in self._scenario.midway:
                yield from holds(self._before, now, end)
            if run.code == ExitCode.DONE:
                yield from (f"it says 0, done, and: {words}" for words in self._ended(now, end))

        return self._fits(judge)

    def _ended(self, now: Sight, end: Sight, *, same_time: bool = True) -> Iterator[str]:
        return as_undisturbed(self._before, now, end, same_time=same_time)

    def _fits(self, judge: Callable[[Sight], Iterator[str]]) -> list[str]:
        """What is wrong by the end that fits best."""
        return min((list(judge(end)) for end in self._ends), key=len)

    def _again(self, told: Told, place: Place) -> Iterator[str]:
        """Run it in peace until it ends as an undisturbed run does."""
        for _ in range(RUNS_AGAIN):
            run = self._fork(self._scenario.verb, None, place)
            told.runs += 1
            yield from _behaves(run, None)
            if run.code in self._codes:
                return
            self._wait_for_git()
        yield f"run {RUNS_AGAIN} times in peace it does not end: {run.code}, {run.words}"

    def _age_locks(self) -> None:
        """Let git's locks be as old as they are by the clock ELSEWHERE."""
        then = time.time() - (ELSEWHERE.now - HERE.now) / 1000
        for lock in (self._world.clone / ".git").rglob("*.lock"):
            os.utime(lock, (then, then))

    def _fresh(self) -> None:
        shutil.rmtree(self._world.top, ignore_errors=True)
        shutil.copytree(self._template, self._world.top, symlinks=True)

    # Processes

    def _fork(self, work: Callable[[World], int], trouble: Trouble | None, place: Place) -> Run:
        files = {name: self._folder / name for name in ("log", "out", "err")}
        for file in files.values():
            file.write_bytes(b"")
        ended, alive = os.pipe()
        number = os.fork()
        if number == 0:
            self._be(files, work, trouble, place, alive)
        os.close(alive)
        self._left.append(ended)
        status = os.waitpid(number, 0)[1]
        if not (trouble and trouble.when is When.IN and os.WIFSIGNALED(status)):
            self._wait_for_git()
        code = os.waitstatus_to_exitcode(status)
        texts = {name: file.read_text(errors="replace") for name, file in files.items()}
        return Run(code if code >= 0 else None, max(-code, 0), texts["out"], texts["err"], read_log(texts["log"]))

    def _be(
        self,
        files: dict[str, Path],
        work: Callable[[World], int],
        trouble: Trouble | None,
        place: Place,
        alive: int,
    ) -> NoReturn:
        """Be the process of a run."""
        code = 70
        try:
            signal.alarm(PATIENCE_SECONDS)
            _open_streams(files["out"], files["err"])
            log = os.open(files["log"], os.O_WRONLY | os.O_APPEND)
            time.time_ns = lambda: place.now * 1_000_000
            socket.gethostname = lambda: place.machine
            outbox._RUN = secrets.token_hex(4)  # which every process draws when it begins
            seams.install(Steps(log, trouble), self._folder / "hooks", alive)
            os.chdir(self._world.top)
            code = int(work(self._world))
            sys.stdout.flush()
        except BaseException:  # noqa: BLE001 - the edge of this process
            traceback.print_exc()
        finally:
            os._exit(code)

    def _wait_for_git(self) -> None:
        """Wait until no git of an earlier run is left."""
        for ended in self._left:
            if not select.select([ended], [], [], PATIENCE_SECONDS)[0]:
                raise RuntimeError(f"a git that {self._scenario.name} started does not end")
            os.close(ended)
        self._left.clear()


def _open_streams(out: Path, err: Path) -> None:
    for number, (path, flags) in enumerate(((Path(os.devnull), os.O_RDONLY), (out, os.O_WRONLY), (err, os.O_WRONLY))):
        handle = os.open(path, flags)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = open(0, closefd=False, encoding="utf-8")  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False, encoding="utf-8")  # noqa: SIM115


def _behaves(run: Run, trouble: Trouble | None) -> Iterator[str]:
    """A run dies only where it was killed; else it ends with a code of the table and words of its own."""
    if run.code is None:
        if trouble is None or not trouble.kills or run.signal != signal.SIGKILL:
            yield f"signal {run.signal} ended it: {run.words}"
        return
    if trouble and trouble.kills and len(run.steps) >= trouble.step:
        yield f"it outlived a {trouble}"
    if run.code not in (0, 1, 2, 3, 4) or "Traceback" in run.err:
        yield f"it ended with {run.code}: {run.words}"
    elif not any(_is_ours(text) for text in (run.out, *run.err.splitlines()[-1:])):
        yield f"it ended with {run.code} and says nothing that a script can read: {run.words}"


def _is_ours(text: str) -> bool:
    """Whether it is one of our JSON objects."""
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("schema") == 1
