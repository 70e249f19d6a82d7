"""The step killer: `python -m tests.faults [SCENARIO]... [--quick]`.

Runs a verb in a child and kills it (SIGKILL) before, in and after its n-th git, SQL, HTTP or file step for every n, or
lets that step fail with each fault that can be; runs it again until it ends; and looks whether anything was lost or
came twice, in the store, in git, and at a server that runs beside. A line a scenario; each failure with the command
that makes exactly that one again.
"""

import argparse
import gc
import importlib
import json
import os
import pkgutil
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.faults import seams
from tests.faults.bench import Bench, Round
from tests.faults.scenarios import SCENARIOS
from tests.faults.specimens import SPECIMENS
from tests.faults.steps import CRASH, KILL, Kind, Passed, Trouble, When
from tests.faults.world import Scenario

TOLD_IN = "rounds.jsonl"
TOLD = 6
"""So many things that are wrong are told of each failure."""
NAMED = {each.name: each for each in (*SCENARIOS, *SPECIMENS)}


def rounds(steps: Sequence[Passed], seed: int) -> list[Round]:
    """Every trouble at every step; and after each death that left something the next run elsewhere, or killed as well.

    At which step of its own that dies is drawn by `seed`.
    """
    draw = random.Random(seed)
    alone = [each for number, step in enumerate(steps, 1) for each in seams.troubles(number, step)]
    made = [Round((each,), elsewhere=each.how == CRASH) for each in alone]
    for each in alone:
        step = steps[each.step - 1]
        lasting = step.kind is not Kind.SQL or step.what == "COMMIT"
        if each.how == KILL and step.writes and lasting:
            made.append(Round((each,), elsewhere=True))
            second = Trouble(draw.randint(1, len(steps)), draw.choice((When.BEFORE, When.AFTER)), KILL)
            made.append(Round((each, second)))
    return made


def sample(every: Sequence[Round], steps: Sequence[Passed], seed: int, count: int) -> list[Round]:
    """Some of them: of each kind of step and each trouble in turn."""
    draw = random.Random(seed)
    heaps: dict[Any, list[Round]] = {}
    for each in every:
        first = each.troubles[0]
        at = (steps[first.step - 1].kind, first.when, first.how, len(each.troubles), each.elsewhere)
        heaps.setdefault(at, []).append(each)
    order = list(heaps.values())
    for heap in order:
        draw.shuffle(heap)
    draw.shuffle(order)
    found: list[Round] = []
    for heap in cycle(order):
        if len(found) == min(count, len(every)):
            return found
        if heap:
            found.append(heap.pop())
    return found


def chosen(scenario: Scenario, options: argparse.Namespace, steps: Sequence[Passed]) -> list[Round]:
    """The rounds that the command line asks for."""
    if options.step:
        first = _exactly(steps, options.step, options.when, options.how)
        return [Round((first, *options.then), options.elsewhere)]
    every = rounds(steps, options.seed)
    return sample(every, steps, options.seed, scenario.quick) if options.quick else every


def _exactly(steps: Sequence[Passed], number: int, when: str, how: str) -> Trouble:
    """The trouble that is meant."""
    for each in seams.troubles(number, steps[number - 1]) if 0 < number <= len(steps) else ():
        if (each.when, each.how) == (when, how):
            return each
    sys.exit(f"There is no {when} {how} at step {number}.")


def again(scenario: Scenario, each: Round) -> str:
    """The command that makes a round again."""
    first, *rest = each.troubles
    words = [f"python -m tests.faults {scenario.name} --step {first.step} --when {first.when} --how {first.how}"]
    words += [f"--then {other.step}:{other.when}" for other in rest]
    return " ".join([*words, *["--elsewhere"] * each.elsewhere])


def work(scenario: Scenario, folder: Path, options: argparse.Namespace, share: int) -> Iterator[dict[str, Any]]:
    """What one of several runners does: the rounds that are its share. First the steps, of which all have the same."""
    bench = Bench(folder, scenario)
    yield {"kinds": [step.kind for step in bench.steps]}
    for each in chosen(scenario, options, bench.steps)[share :: options.jobs]:
        told = bench.run(each)
        at = bench.steps[each.troubles[0].step - 1].what
        yield {**asdict(told), "at": at, "again": again(scenario, each)}


def start(scenario: Scenario, folder: Path, options: argparse.Namespace, share: int) -> int:
    """Start a runner, which writes a line of JSON a round to a file in its folder; its process."""
    folder.mkdir()
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with (folder / TOLD_IN).open("w") as out:
            for line in work(scenario, folder, options, share):
                out.write(json.dumps(line) + "\n")
        code = 0
    except RuntimeError as error:
        print(error, file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(code)


def run(scenario: Scenario, options: argparse.Namespace) -> bool:
    """Run a scenario and print what came of it; whether nothing was wrong."""
    begun = time.monotonic()
    top = Path(tempfile.mkdtemp(prefix="qatui-faults-", dir=_memory()))
    folders = [top / str(share) for share in range(options.jobs)]
    running = [start(scenario, folder, options, share) for share, folder in enumerate(folders)]
    try:
        lived = True
        while running:
            lived &= os.waitpid(running[0], 0)[1] == 0
            del running[0]
        lines = [json.loads(line) for folder in folders for line in (folder / TOLD_IN).read_text().splitlines()]
    finally:
        for number in running:
            os.kill(number, signal.SIGTERM)
            os.waitpid(number, 0)
        shutil.rmtree(top, ignore_errors=True)
    done = [line for line in lines if "again" in line]
    kinds = Counter(next((line["kinds"] for line in lines if "kinds" in line), []))
    failed = [line for line in done if line["wrong"]]
    told = ", ".join(f"{kinds[kind]} {kind}" for kind in Kind if kinds[kind])
    deaths, faults, runs = (sum(line[name] for line in done) for name in ("deaths", "faults", "runs"))
    print(
        f"{scenario.name}: {kinds.total()} steps ({told}), {deaths} deaths, {faults} faults, "
        f"{len(done)} rounds, {runs} runs, {time.monotonic() - begun:.1f} s, {len(failed)} failures"
    )
    for line in failed:
        print(f"at {line['at']}: {line['again']}")
        for words in line["wrong"][:TOLD]:
            print(f"    {words}")
    sys.stdout.flush()
    return lived and not failed


def _memory() -> str | None:
    """A folder in memory, where there is one: a kill cannot tell, and a run waits for no disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def load_everything() -> None:
    """Import what verbs import, once for all runs."""
    import platformdirs.unix  # noqa: F401
    import sqlalchemy.dialects.sqlite  # noqa: F401

    import qatui

    for module in pkgutil.walk_packages(qatui.__path__, "qatui."):
        if not module.name.startswith(("qatui.tui", "qatui.sandbox", "qatui.store.migrations", "qatui.__main__")):
            importlib.import_module(module.name)
    gc.freeze()  # else each run would copy the memory of all that to look for garbage


def _then(text: str) -> Trouble:
    """`5:after`: the death of the next run."""
    step, when = text.split(":")
    return Trouble(int(step), When(when), KILL)


def main() -> int:
    """The command; 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", metavar="SCENARIO", nargs="*", help="Default: " + ", ".join(e.name for e in SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="A few rounds, some of each kind.")
    parser.add_argument("--seed", type=int, default=1, help="Draws the quick rounds, and what comes second.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="Runners at once.")
    parser.add_argument("--step", type=int, help="Only this one, with --when and --how.")
    parser.add_argument("--when", choices=list(When), default=When.BEFORE)
    parser.add_argument("--how", default=KILL)
    parser.add_argument(
        "--then", type=_then, action="append", default=[], metavar="STEP:WHEN", help="Kill the next run there."
    )
    parser.add_argument("--elsewhere", action="store_true", help="Run again on another machine, later.")
    options = parser.parse_args()
    if unknown := set(options.names) - NAMED.keys():
        parser.error(f"no scenario: {', '.join(sorted(unknown))}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if options.step:
        options.jobs = 1
    load_everything()
    good = [run(each, options) for each in ([NAMED[name] for name in options.names] or SCENARIOS)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
