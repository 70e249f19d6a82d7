"""A measured figure beside its target, and the line that says so."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report."""

    target: str
    """Number of the target with a letter for its part, such as `9a`; `peer` for what others take."""
    what: str
    value: float | None
    """None: not measured, `note` says why."""
    unit: str = "x"
    limit: float | None = None
    """At most so much; None: for orientation."""
    note: str = ""

    @property
    def verdict(self) -> str:
        """MET, MISSED, or `-` where there is nothing to meet."""
        if self.value is None or self.limit is None:
            return "-"
        return "MET" if self.value <= self.limit else "MISSED"

    def __str__(self) -> str:
        shown = "not measured" if self.value is None else f"{self.value:,.4g} {self.unit}"
        limit = f"(target {self.limit:g} {self.unit})" if self.limit is not None else ""
        return f"{self.verdict:6}  {self.target:5} {self.what:58} {shown:>14}  {limit:18} {self.note}".rstrip()


def interleaved(rounds: int, verbs: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Median of each, taken in turns so that a busy machine is busy for all; the first turn warms the caches."""
    times: dict[str, list[float]] = {name: [] for name in verbs}
    for turn in range(rounds + 1):
        for name, verb in verbs.items():
            took = verb()
            if turn:
                times[name].append(took)
    return {name: statistics.median(each) for name, each in times.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
