"""A loop over bytes: `python -m tests.fuzz_diff [--seconds N] [--seed S] [--again FOLDER]`.

Each input goes through the whole diff engine in a child. The first ones were slow once. Most of the others are made
from the seed and their number, some from those that were slow, to find slower ones. An input that breaks what must
hold, or after which the child is gone, is kept in a folder with what went wrong; so is the slowest one of each stage.
`--again` runs one such folder.
Exit code 1: something does not hold, or a stage took longer than it may.
"""

import argparse
import faulthandler
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

from tests.fuzz_diff.inputs import LARGE, LARGEST, Input, descendant, make
from tests.fuzz_diff.stages import run
from tests.fuzz_diff.watch import Watch

LONGEST = 2.0
"""Seconds that a stage may take with any input."""
PRINTED = 10.0
"""Seconds that printing a whole diff may take with an input beyond `inputs.LARGEST`: nobody waits at a key for it."""
HANG = 120
"""Seconds after which an input is given up."""
ENOUGH = 50
"""Broken inputs after which the loop ends."""


def save(given: Input, folder: Path, **more: object) -> None:
    """Lay an input down so that it can be run again."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (("old", given.old), ("new", given.new)):
        (folder / name).unlink(missing_ok=True)
        if data is not None:
            (folder / name).write_bytes(data)
    (folder / "input.json").write_text(json.dumps({"what": given.what, "path": given.path, **more}))


def load(folder: Path) -> Input:
    """An input that was laid down."""
    about = json.loads((folder / "input.json").read_text())
    old = folder / "old"
    return Input(
        about["what"], about["path"], old.read_bytes() if old.exists() else None, (folder / "new").read_bytes()
    )


def slowest(folder: Path) -> dict[str, tuple[float, Path]]:
    """Stage -> seconds of the slowest input so far, and where it lies."""
    found = {}
    for about in sorted(folder.glob("slow/*/input.json")):
        told = json.loads(about.read_text())
        found[told["stage"]] = (told["seconds"], about.parent)
    return found


def work(folder: Path, seed: int, first: int, deadline: float) -> None:
    """Run inputs from number `first` on, until it is time; ends with the process where one of them breaks anything."""
    worst = slowest(folder)
    number = first
    faulthandler.enable()
    while time.monotonic() < deadline:
        draw = Random(f"{seed}:{number}")
        given = LARGE[number]() if number < len(LARGE) else make(draw)
        if number >= len(LARGE) and worst and draw.random() < 0.3:
            given = descendant(load(worst[draw.choice(sorted(worst))][1]), draw)
        save(given, folder / "running", number=number)
        watch = Watch()
        faulthandler.dump_traceback_later(HANG, exit=True)
        try:
            run(given, draw, watch)
        finally:
            for stage, seconds in watch.took.items():
                if seconds > worst.get(stage, (0.0,))[0]:
                    at = folder / "slow" / stage.replace(" ", "-")
                    save(given, at, stage=stage, seconds=seconds)
                    worst[stage] = seconds, at
        number += 1


def attempt(folder: Path, seed: int, first: int, deadline: float) -> int:
    """Work in a child; its exit code. What it says goes into the folder."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with (folder / "trace").open("w") as trace:
        os.dup2(trace.fileno(), 2)
        code = 1
        try:
            work(folder, seed, first, deadline)
            code = 0
        finally:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)


def loop(folder: Path, seed: int, seconds: float) -> list[Path]:
    """Children one after the other until it is time; the inputs that broke something."""
    deadline = time.monotonic() + seconds
    broken: list[Path] = []
    told: set[str] = set()
    first = 0
    while time.monotonic() < deadline and len(broken) < ENOUGH and attempt(folder, seed, first, deadline):
        first = json.loads((folder / "running" / "input.json").read_text())["number"] + 1
        kept = folder / "broken" / str(first - 1)
        shutil.copytree(folder / "running", kept, dirs_exist_ok=True)
        shutil.copy(folder / "trace", kept)
        broken.append(kept)
        trace = (kept / "trace").read_text()
        place = " ".join(line for line in trace.splitlines() if line.startswith("  File"))
        print(f"broken: {kept}\n{trace[-3_000:]}" if place not in told else f"broken likewise: {kept}", flush=True)
        told.add(place)
    return broken


def main() -> int:
    """Run the loop, or one input again, and tell the worst times."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz_diff", description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--again", type=Path, metavar="FOLDER", help="run the input that lies there")
    options.add_argument("--folder", type=Path, help="where inputs are kept; those of an earlier run are gone on with")
    given = options.parse_args()
    if given.again:
        watch = Watch()
        try:
            run(load(given.again), Random(given.seed), watch)
        finally:
            report({stage: (seconds, given.again) for stage, seconds in watch.took.items()})
        return 0
    folder = given.folder or Path(tempfile.mkdtemp(prefix="qatui-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    broken = loop(folder, given.seed, given.seconds)
    worst = slowest(folder)
    report(worst)
    ran = json.loads((folder / "running" / "input.json").read_text())["number"] + 1
    print(f"{ran:,} inputs, {len(broken)} broken, the slowest stage {max(each for each, _ in worst.values()):.2f} s")
    return int(bool(broken) or any(is_slow(*each) for each in worst.items()))


def is_slow(stage: str, found: tuple[float, Path]) -> bool:
    """Whether a stage took longer with an input than it may."""
    seconds, at = found
    about = load(at)
    size = max(len(about.old or b""), len(about.new))
    return seconds > (PRINTED if stage.startswith("printed") and size > LARGEST else LONGEST)


def report(worst: dict[str, tuple[float, Path]]) -> None:
    """A line a stage: the worst time, and where its input lies."""
    for stage, (seconds, at) in sorted(worst.items(), key=lambda each: -each[1][0]):
        about = load(at)
        size = f"{len(about.old or b''):,} and {len(about.new):,} bytes"
        slow = "SLOW" if is_slow(stage, (seconds, at)) else ""
        print(f"{slow:4}  {stage:20} {seconds:7.3f} s  {about.what}, {size}, {about.path}: {at}")


if __name__ == "__main__":
    sys.exit(main())
