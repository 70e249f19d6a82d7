"""A sample of what `python -m tests.faults` does in full: verbs that are killed, or fail, at each of their steps."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import unmeasured
from tests.faults.hosting import served
from tests.faults.scenarios import SCENARIOS
from tests.faults.specimens import SPECIMENS
from tests.faults.world import Scenario

(CARELESS,) = [each for each in SPECIMENS if each.name == "careless"]
TOP = Path(__file__).parents[2]
PATIENCE = 500
"""Seconds, of a busy machine; alone it takes 30."""
SEED = date.today().toordinal()
"""Every day another sample; what fails is told with the command that does it again, whatever the day."""
LINE = re.compile(
    r"^(?P<name>\S+): (?P<steps>\d+) steps \((?P<kinds>.*)\), (?P<deaths>\d+) deaths, (?P<faults>\d+) faults, "
    r"(?P<rounds>\d+) rounds, (?P<runs>\d+) runs, [\d.]+ s, (?P<failures>\d+) failures\n",
    re.MULTILINE,
)

pytestmark = pytest.mark.timeout(PATIENCE + 10)


def killer(*args: str) -> tuple[int, dict[str, dict[str, str]], str]:
    """Run it, once for all names: its exit code, the figures of each, and the lines that tell of failures."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--jobs", "1", *args],
        cwd=TOP, env=unmeasured(), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    figures = {found["name"]: found.groupdict() for found in LINE.finditer(done.stdout)}
    assert figures, done.stdout + done.stderr
    return done.returncode, figures, LINE.sub("", done.stdout) + done.stderr


@pytest.mark.parametrize(
    "chosen", [lambda each: each.beside is not served, lambda each: each.beside is served], ids=["local", "hosted"]
)
def test_nothing_is_lost_and_nothing_comes_twice(chosen: Callable[[Scenario], bool]) -> None:
    """SIGKILL or a fault at a step, and run again: the same in the end as if nothing had been."""
    scenarios = [each for each in SCENARIOS if chosen(each)]
    code, told, rest = killer("--quick", "--seed", str(SEED), *(each.name for each in scenarios))
    assert (code, rest) == (0, ""), f"seed {SEED}"
    assert list(told) == [each.name for each in scenarios]
    for scenario in scenarios:
        figures = told[scenario.name]
        assert figures["failures"] == "0"
        assert int(figures["steps"]) > 100
        assert int(figures["rounds"]) == scenario.quick
        assert int(figures["runs"]) >= 2 * scenario.quick
    rounds = sum(each.quick for each in scenarios)
    for kind in ("deaths", "faults"):
        assert sum(int(figures[kind]) for figures in told.values()) >= rounds // 4


def test_one_that_does_not_look_is_found_and_can_be_seen_again() -> None:
    """Of two verbs the one that looks before it creates passes."""
    code, told, rest = killer("careful", "careless", "--quick")
    assert (told["careful"]["kinds"], told["careful"]["failures"]) == ("4 http, 2 file", "0")
    found = re.findall(r"^at .*: python -m tests\.faults (.*)\n    (.*)", rest, re.MULTILINE)
    assert (code, int(told["careless"]["failures"])) == (1, len(found))
    assert 0 < len(found) < CARELESS.quick, "not everything is wrong"
    command, words = found[0]
    assert command.startswith("careless ")
    assert re.search(r"beside: \['a', .*\], and undisturbed \['a', 'b'\]", words)
    code, told, rest = killer(*command.split())
    assert (code, told["careless"]["rounds"], told["careless"]["failures"]) == (1, "1", "1")
    assert f"python -m tests.faults {command}\n    {words}" in rest
