"""A sample of what `python -m tests.faults` does in full: verbs that are killed, or fail, at each of their steps."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import unmeasured
from tests.faults.scenarios import SCENARIOS
from tests.faults.specimens import SPECIMENS
from tests.faults.world import Scenario

(CARELESS,) = [each for each in SPECIMENS if each.name == "careless"]
TOP = Path(__file__).parents[2]
LINE = re.compile(
    r"(?P<name>\S+): (?P<steps>\d+) steps \((?P<kinds>.*)\), (?P<deaths>\d+) deaths, (?P<faults>\d+) faults, "
    r"(?P<rounds>\d+) rounds, (?P<runs>\d+) runs, [\d.]+ s, (?P<failures>\d+) failures"
)


def killer(*args: str) -> tuple[int, dict[str, str], str]:
    """Run it: its exit code, the figures of its first line, and the lines after that."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--jobs", "1", *args],
        cwd=TOP, env=unmeasured(), capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    first, _, rest = done.stdout.partition("\n")
    figures = LINE.fullmatch(first)
    assert figures, done.stdout + done.stderr
    return done.returncode, figures.groupdict(), rest + done.stderr


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_nothing_is_lost_and_nothing_comes_twice(scenario: Scenario) -> None:
    """SIGKILL or a fault at a step, and run again: the same in the end as if nothing had been."""
    code, figures, rest = killer(scenario.name, "--quick")
    assert (code, figures["failures"], rest) == (0, "0", "")
    assert int(figures["steps"]) > 100
    assert int(figures["rounds"]) == scenario.quick
    assert int(figures["deaths"]) >= scenario.quick // 4
    assert int(figures["faults"]) >= scenario.quick // 4
    assert int(figures["runs"]) >= 2 * scenario.quick


def test_a_verb_that_looks_before_it_creates_passes() -> None:
    code, figures, rest = killer("careful", "--quick")
    assert (code, figures["kinds"], figures["failures"], rest) == (0, "4 http, 2 file", "0", "")


def test_one_that_does_not_look_is_found_and_can_be_seen_again() -> None:
    code, figures, rest = killer("careless", "--quick")
    found = re.findall(r"^at .*: python -m tests\.faults (.*)\n    (.*)", rest, re.MULTILINE)
    assert (code, int(figures["failures"])) == (1, len(found))
    assert 0 < len(found) < CARELESS.quick, "not everything is wrong"
    command, words = found[0]
    assert re.search(r"beside: \['a', .*\], and undisturbed \['a', 'b'\]", words)
    code, figures, rest = killer(*command.split())
    assert (code, figures["rounds"], figures["failures"]) == (1, "1", "1")
    assert f"python -m tests.faults {command}\n    {words}" in rest
