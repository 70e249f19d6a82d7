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
"""The step that is done when a branch was pushed, from whatever place."""

STEPS = (
    Step("open", "open", ("{queue.open}", "opens the candidate under the cursor"), act="queue.open"),
    Step(
        "look",
        "look",
        ("{review.next_hunk}", "goes from change to change: what does it no longer check?"),
        act="review.next_hunk",
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
    Step(PUBLISH, "publish", ("{app.publish}", "shows what would be pushed, and pushes it")),
)


@dataclass(slots=True)
class Course:
    """How far the person is, and whether the coach is seen."""

    shown: bool = False
    done: set[str] = field(default_factory=set)
    ending: tuple[str, str] | None = None
    """Branch that was pushed and the file with its pull request's text, once there are any."""

    @property
    def current(self) -> Step | None:
        """The first step that is not done; None at the end."""
        return next((step for step in STEPS if step.id not in self.done), None)

    def ran(self, action_id: str) -> bool:
        """An action ran; whether that did a step."""
        return self._tick({step.id for step in STEPS if step.act == action_id})

    def wrote(self, verb: str, outcome: Outcome) -> bool:
        """A verb was saved; whether that did a step."""
        return self._tick({step.id for step in STEPS if step.verb == verb and len(outcome.done) >= step.least})

    def pushed(self, branch: str, record: str) -> bool:
        """A branch is at the remote; whether that did a step. The course ends on it."""
        self.ending = (branch, record)
        return self._tick({PUBLISH})

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
