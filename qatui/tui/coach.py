"""First steps: what a newcomer does once, each step done by pressing the real key. Pure: no textual in here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qatui.domain.candidate import Outcome


class Step(NamedTuple):
    """One step of the course."""

    id: str
    label: str
    words: tuple[str, ...]
    """What to do; a word in braces is an action's id and shown as its key."""
    act: str = ""
    """The action that does the step by being run."""
    verb: str = ""
    """The verb, in the past, that does the step by being saved for `least` candidates."""
    least: int = 1


PUBLISH = "publish"
"""The step that is done when a publication came to its end, from whatever place."""

STEPS = (
    Step("open", "open", ("{queue.open}", "opens the candidate under the cursor"), act="queue.open"),
    Step(
        "look",
        "look",
        ("{diff.next_hunk}", "goes from change to change: what does it no longer check?"),
        act="diff.next_hunk",
    ),
    Step(
        "reject",
        "reject",
        ("{candidate.reject}", "rejects, with a reason and a note;", "{candidate.undo}", "takes it back"),
        verb="rejected",
    ),
    Step(
        "bulk",
        "approve many",
        (
            "{queue.mark}",
            "marks several in the queue;",
            "{candidate.approve}",
            "approves those whose checklist is ticked",
        ),
        verb="approved",
        least=2,
    ),
    Step(PUBLISH, "publish", ("{app.publish}", "shows what would be published, and publishes it")),
)
MERGE = ("{app.publications}", "the publications; there", "{publish.merge}", "merges it, and ticks the plan")
"""What is left of the last step while the pull request is open."""


class Ending(NamedTuple):
    """What came of the newest publication, so far."""

    branch: str
    record: str
    """The file with the pull request's text: all there is where nothing is at a host."""
    pull: int | None = None
    state: str = ""
    """The pull request's: open, merged, closed."""
    plan: str = ""
    """What became of the test plan after the merge."""

    @property
    def is_open(self) -> bool:
        """Whether the pull request waits for its merge."""
        return self.state == "open"


@dataclass(slots=True)
class Course:
    """How far the person is, and whether the coach is seen."""

    shown: bool = False
    done: set[str] = field(default_factory=set)
    ending: Ending | None = None
    """Once something was published."""

    @property
    def current(self) -> Step | None:
        """The first step that is not done; None at the end."""
        return next((step for step in STEPS if step.id not in self.done), None)

    @property
    def words(self) -> tuple[str, ...]:
        """What to do for the current step; empty at the end."""
        step = self.current
        if self.ending is not None and self.ending.is_open and (step is None or step.id == PUBLISH):
            return MERGE
        return step.words if step is not None else ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of what was published."""
        at = self.ending
        return at is not None and (at.state == "closed" or (at.state == "merged" and bool(at.plan)))

    def ran(self, action_id: str) -> bool:
        """An action ran; whether that did a step."""
        return self._tick({step.id for step in STEPS if step.act == action_id})

    def wrote(self, verb: str, outcome: Outcome) -> bool:
        """A verb was saved; whether that did a step."""
        return self._tick({step.id for step in STEPS if step.verb == verb and len(outcome.done) >= step.least})

    def reached(self, ending: Ending) -> bool:
        """Something is published; whether that is news. The course ends where its pull request does."""
        news = ending != self.ending
        self.ending = ending
        return (not ending.is_open and self._tick({PUBLISH})) or news

    def _tick(self, ids: set[str]) -> bool:
        new = bool(ids - self.done)
        self.done |= ids
        return new

    def kept(self) -> dict[str, Any]:
        """What a bookmark keeps."""
        return {"shown": self.shown, "done": [step.id for step in STEPS if step.id in self.done]}

    def recall(self, value: object) -> None:
        """Go on where a bookmark says; anything else in it is passed over."""
        if isinstance(value, Mapping):
            self.shown = value.get("shown") is True
            done = value.get("done")
            self.done = {step.id for step in STEPS if isinstance(done, list) and step.id in done}
