"""`python -m tests.benchmarks [--quick] [--only start,diff,queue,publish,github]`: MET or MISSED for each target.

Nothing here is a test: the exit code is 0 whatever the figures say. Targets are ratios within one interleaved run,
because machines differ and are busy; those in milliseconds are stretched by the minimal app of the same run.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks import bench_diff, bench_github, bench_publish, bench_queue, bench_start
from tests.benchmarks.report import Figure
from tests.benchmarks.terminal import NotPainted

LATER = {
    "2": "warm, to the next candidate's first changed row: belongs to the full review screen",
    "3": "one-line steps of a 20,000-line diff over 500 steps: belongs to the full review screen",
    "4": "page steps at 30 keys a second beside nvim -d: belongs to the full review screen",
    "13": "any key while sync, runs and imports work: belongs to the full review screen",
}
"""Targets of what is not built yet."""


def publishing(_folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Target 12, with the limits that the rows themselves name."""
    del quick
    for number, (what, value, unit, note) in enumerate(bench_publish.run()):
        target, _, rest = note.removeprefix("target ").partition(";")
        limit = float(target) if note.startswith("target ") else None
        yield Figure(f"12{'abcdef'[number]}", what, value, unit, limit, rest.strip() if limit is not None else note)


GROUPS: dict[str, Callable[..., Iterator[Figure]]] = {
    "start": bench_start.run,
    "diff": bench_diff.run,
    "queue": bench_queue.run,
    "publish": publishing,
    "github": bench_github.run,
}


def main() -> None:
    """Measure, and print each figure as it is there."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    options.add_argument("--only", default=",".join(GROUPS), help=f"some of {','.join(GROUPS)}")
    options.add_argument("--quick", action="store_true", help="fewer rounds, 10,000 candidates: for a first look")
    given = options.parse_args()
    names = given.only.split(",")
    if unknown := set(names) - set(GROUPS):
        options.error(f"no such group: {', '.join(sorted(unknown))}")
    verdicts: Counter[str] = Counter()
    for name in names:
        with tempfile.TemporaryDirectory(prefix="qatui-bench-", ignore_cleanup_errors=True) as folder:
            try:
                for figure in GROUPS[name](Path(folder), quick=given.quick):
                    verdicts[figure.verdict] += 1
                    print(figure, flush=True)
            except NotPainted as error:
                verdicts["MISSED"] += 1
                print(f"MISSED  the rest of {name}: {error}", flush=True)
    for target, why in LATER.items():
        print(Figure(target, why.partition(":")[0], None, note=why.partition(": ")[2]))
    print(f"{verdicts['MET']} met, {verdicts['MISSED']} missed, {len(LATER)} wait for what is not built yet")


if __name__ == "__main__":
    main()
