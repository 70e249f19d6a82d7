"""What a merge does to the test plan: which items it ticks, and the bytes of the plan afterwards.

An item that has an issue is ticked because the merge closed that issue, any other because a merged candidate completes
it. What cannot be ticked is told, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qatui.domain.plan_edits import add_pull, toggle
from qatui.domain.plan_items import Item, items
from qatui.domain.plan_match import NoMatch, matching
from qatui.domain.quoting import one_line, powerless, shortened
from qatui.errors import PlanEditRefused

_NAMED = 60
"""Characters of an item's text that a sentence carries."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An item that a merged candidate completes, and the file it stands in."""

    path: str
    item: Item


@dataclass(frozen=True, slots=True)
class Ticked:
    """The plan after a merge."""

    files: Mapping[str, bytes]
    """Those that change."""
    items: tuple[str, ...]
    """Titles of the items that are ticked now, and were not so with this pull request before."""
    told: tuple[str, ...]
    """What was not ticked, and why."""


def find(plans: Mapping[str, bytes], references: Sequence[str], pull: int) -> tuple[list[Placed], list[str]]:
    """The items that `references` mean in the plan's files, each once, and why others mean none.

    A text with `#PR_NUMBER` also means the item in which an earlier run put the number of `pull` in its place; that
    number alone would mean an issue.
    """
    parsed = {path: items(data) for path, data in plans.items()}
    placed: dict[tuple[str, int], Placed] = {}
    told = []
    for reference in references:
        there = place(parsed, reference)
        filled = reference.replace("#PR_NUMBER", f"#{pull}")
        if isinstance(there, NoMatch) and filled != reference and filled.strip() != f"#{pull}":
            there = place(parsed, filled)
        if isinstance(there, NoMatch):
            told.append(f"{_named(reference)} is not ticked: {there.reason}")
        else:
            placed.setdefault((there.path, there.item.number), there)
    return list(placed.values()), told


def place(parsed: Mapping[str, Sequence[Item]], reference: str) -> Placed | NoMatch:
    """The one item that `reference` means, of all files of the plan."""
    answers = {path: matching(found, reference) for path, found in parsed.items()}
    hits = {path: each for path, each in answers.items() if isinstance(each, Item)}
    if len(hits) == 1:
        ((path, item),) = hits.items()
        return Placed(path, item)
    if hits:
        return NoMatch(f"it is in {' and in '.join(map(one_line, hits))}")
    why = [each.reason for each in answers.values() if isinstance(each, NoMatch)]
    return NoMatch("; ".join(dict.fromkeys(why)) or "there is no plan")


def issues(placed: Sequence[Placed]) -> list[int]:
    """The issues that decide over items."""
    return list(dict.fromkeys(number for each in placed for number in each.item.issues))


def tick(plans: Mapping[str, bytes], placed: Sequence[Placed], pull: int, against: Mapping[int, str]) -> Ticked:
    """Tick items and name the pull request in their lines; `against` says of issues why they are not done.

    What is ticked stays as it is written. Done twice it changes nothing.
    """
    files = dict(plans)
    done, told = [], []
    for each in placed:
        why = [against[number] for number in each.item.issues if number in against]
        if not why:
            try:
                edited = toggle(files[each.path], each.item.number, checked=True)
                edited = add_pull(edited, each.item.number, pull)
            except PlanEditRefused as error:
                why = [error.message]
            else:
                if edited != files[each.path]:
                    done.append(one_line(each.item.title))
                files[each.path] = edited
        if why:
            told.append(f"{_named(each.item.title)} is not ticked: {'; '.join(why)}")
    changed = {path: data for path, data in files.items() if data != plans[path]}
    return Ticked(changed, tuple(done), tuple(told))


def why_open(state: str, reason: str | None, number: int) -> str | None:
    """Why an issue does not let its item be ticked; None: it is closed as completed.

    An issue that was closed before GitHub knew reasons has none
    (https://docs.github.com/en/rest/issues/issues).
    """
    if state != "closed":
        return f"the merge did not close #{number}"
    if reason in (None, "completed"):
        return None
    return f"#{number} was closed as {one_line(reason).replace('_', ' ')}"


def message(ticked: Sequence[str], pull: int) -> str:
    """The words of the commit."""
    count = len(ticked)
    lines = [f"- {shortened(powerless(each), _NAMED)}" for each in ticked]
    subject = f"docs: tick {count} {'item' if count == 1 else 'items'} of the test plan (#{pull})"
    return "\n".join([subject, "", *lines, ""])


def _named(text: str) -> str:
    return f"“{shortened(one_line(text), _NAMED)}”"
