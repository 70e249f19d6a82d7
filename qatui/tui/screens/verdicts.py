"""What can be done to candidates, the same on every screen that has one at hand: verdicts, claims, comments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from qatui.domain import lifecycle
from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.domain.marks import visible
from qatui.tui import errands, messages
from qatui.tui.keymap import Act
from qatui.tui.screens.frame import Frame

if TYPE_CHECKING:
    from qatui.domain.review import Side
    from qatui.flows.desk import Desk
    from qatui.flows.review import Dossier
    from qatui.tui.dialogs.question import Answer

NAMED = 100
"""Paths are read of so many refused candidates; a question names some of them."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The candidates an action takes, bound when the key went down."""

    ids: Sequence[int] = ()
    seen: Mapping[int, str] | None = None
    """Content hash that the person had before them, by id."""
    path: str = ""
    """Of the only one; empty where there are several."""

    @property
    def name(self) -> str:
        """How a question calls them."""
        count = len(self.ids)
        return visible(self.path.rpartition("/")[2]) if count == 1 and self.path else f"{count:,} tests"


class DecidingFrame(Frame):
    """Base of the screens with a candidate at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.dossier: Dossier | None = None
        """The candidate at hand, once it is read."""
        self._drafts: dict[str, Callable[[str], None]] = {}
        """Comments that wait for their draft to be read."""

    def targets(self) -> Targets:
        """What an action takes now."""
        raise NotImplementedError

    def at_hand(self) -> int | None:
        """Id of the candidate at hand."""
        raise NotImplementedError

    def only_at_hand(self) -> bool:
        """Whether an action takes the candidate at hand and no other."""
        return True

    def go_on(self, ids: Sequence[int]) -> None:
        """A verdict on `ids` is on its way: on to the next candidate."""
        raise NotImplementedError

    def view(self, candidate_id: int) -> None:
        """The person wants to look at a candidate before they decide."""

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done to the candidate at hand."""
        if act.scope != "candidate" or act.verb in ("undo", "redo"):
            return super().why_not(act)
        here = self.at_hand()
        if here is None:
            return "no candidate is here"
        dossier, desk = self.dossier, self.backend.desk
        if act.needs is None or dossier is None or desk is None or dossier.candidate.id != here:
            return None
        if act.verb == "checklist" and not dossier.checklist:
            return "the team has no checklist; set `checklist:` in qatui.yaml"
        if not self.only_at_hand():
            return None
        from qatui.domain.review import open_required

        given = lifecycle.Circumstances(desk.reviewer, desk.team.self_approve, open_required(dossier.checklist))
        return lifecycle.why_not(dossier.candidate, act.needs, given)

    # Verdicts

    def do_approve(self) -> None:
        """Approve; several only after a question."""
        self._begin(Action.APPROVE)

    def do_reject(self) -> None:
        """Reject, after the reason was asked."""
        self._begin(Action.REJECT)

    def do_defer(self) -> None:
        """Put off, after the time was asked."""
        self._begin(Action.DEFER)

    def _begin(self, action: Action) -> None:
        """One candidate: go on at once. Several: first see which can be taken."""
        targets = self.targets()
        if not targets.ids:
            self.say("this line is still being read; press again", "risk-look")
        elif len(targets.ids) > 1:
            self.say(f"looking at {len(targets.ids):,} …")
            self.backend.ask(self, "foresee", partial(foresee, targets=targets, action=action))
        elif action is Action.APPROVE:
            self._decide(targets, action)
        else:
            self._ask(targets, action, Outcome(tuple(targets.ids)), {})

    def on_foreseen(self, message: messages.Foreseen) -> None:
        """Now the question can be asked in numbers."""
        targets = message.targets
        assert isinstance(targets, Targets)
        self.unsay()
        self._ask(targets, message.action, message.outcome, message.names)

    def _ask(self, targets: Targets, action: Action, foreseen: Outcome, names: Mapping[int, str]) -> None:
        from qatui.tui.dialogs.question import VIEW
        from qatui.tui.dialogs.verdict import verdict_question

        desk = self.backend.desk
        reasons = desk.team.reasons() if desk else {}

        def answered(answer: "Answer | None") -> None:
            if answer is VIEW:
                self.view(foreseen.refused[0][0])
            elif answer is not None:
                taken = Targets(foreseen.done, targets.seen, targets.path)
                self._decide(taken, action, answer)

        total, now = len(targets.ids), self.backend.now()
        asked = verdict_question(action, targets.name, total, foreseen, names, reasons, self.glyphs, now)
        self.app.push_screen(asked, answered)

    def _decide(self, targets: Targets, action: Action, answer: "Answer | None" = None) -> None:
        from qatui.tui.dialogs import verdict

        rejecting, deferring = action is Action.REJECT, action is Action.DEFER
        self.backend.decide(
            targets.ids,
            action,
            reason=answer.value if answer and rejecting else None,
            note=answer.text if answer and rejecting else "",
            until=verdict.until(answer, self.backend.now()) if answer and deferring else None,
            expected=targets.seen,
        )
        self.go_on(targets.ids)
        self.refresh_lines()

    # Undo

    def do_undo(self) -> None:
        """Take the last verdict back."""
        self.backend.undo()

    def do_redo(self) -> None:
        """Do again what was taken back."""
        self.backend.redo()

    # Claims

    def do_assign(self) -> None:
        """Claim, release or assign; the likeliest is chosen already."""
        from qatui.tui.dialogs.verdict import claim_question

        targets = self.targets()
        if not targets.ids:
            return
        dossier, me = self.dossier, self.backend.reviewer
        here = dossier.candidate if dossier and dossier.candidate.id == self.at_hand() else None
        mine = here is not None and here.assignee == me
        whose = f"claimed by @{visible(here.assignee)}" if here and here.assignee else "nobody claimed it"
        people = tuple(self.backend.desk.team.people) if self.backend.desk else ()

        def answered(answer: "Answer | None") -> None:
            if answer is not None:
                self.backend.claim(targets.ids, answer.value, answer.text)

        one = len(targets.ids) == 1
        self.app.push_screen(claim_question(targets.name, me, whose if one else "", people, mine=mine), answered)

    # What is said beside the verdict

    def do_comment(self) -> None:
        """Comment on the candidate at hand."""
        self.comment_on()

    def comment_on(self, *, side: "Side | None" = None, line: int | None = None) -> None:
        """Comment on the candidate at hand, or on a line of it; a draft of before is there again."""
        from qatui.tui.dialogs.comment import CommentDialog

        dossier, here = self.dossier, self.at_hand()
        if dossier is None or dossier.candidate.id != here:
            return
        number, revision = dossier.candidate.id, dossier.candidate.revision
        name = f"draft:{number}" + (f":{side}:{line}" if line is not None else "")
        title = f"Comment on {visible(dossier.candidate.path)}" + (f", line {line}" if line is not None else "")

        def answered(body: str | None) -> None:
            if body is not None:
                self.backend.comment(number, body, side=side, line=line, revision=revision, draft=name)

        def opened(draft: str) -> None:
            self.app.push_screen(CommentDialog(title, draft, partial(self.backend.keep, name)), answered)

        self._drafts[name] = opened
        self.backend.recall(self, name)

    def on_recalled(self, message: messages.Recalled) -> None:
        """The draft of a comment was read: the writing can begin."""
        opened = self._drafts.pop(message.name, None)
        if opened is not None:
            opened(str(message.value or ""))

    def do_checklist(self) -> None:
        """Answer the checklist of the marked candidates, or of the one at hand."""
        targets = self.targets()
        if targets.ids:
            self.backend.ask(self, "checklists", partial(errands.checklists, ids=targets.ids))

    def on_checklists_loaded(self, message: messages.ChecklistsLoaded) -> None:
        """The answers were read: the dialog can open."""
        from qatui.tui.dialogs.checklist import ChecklistDialog

        if message.items and self.is_current:
            answer = partial(self.backend.answer, message.ids)
            self.app.push_screen(ChecklistDialog(message.items, len(message.ids), answer, self.glyphs))

    # Copies

    def do_copy_path(self) -> None:
        """Path to the clipboard."""
        if self.dossier is not None and self.dossier.candidate.id == self.at_hand():
            self._copy(visible(self.dossier.candidate.path))

    def do_copy_id(self) -> None:
        """Id to the clipboard."""
        if (here := self.at_hand()) is not None:
            self._copy(str(here))

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.say(f"copied {text}")


def foresee(desk: "Desk", *, targets: Targets, action: Action) -> messages.Foreseen:
    """What would become of a verdict, with the names of those it would not take."""
    from qatui.flows import decide
    from qatui.store import candidates

    outcome = decide.foresee(desk, targets.ids, action, expected=targets.seen)
    first = [number for number, _ in outcome.refused[:NAMED]]
    with desk.db.read() as connection:
        names = candidates.paths(connection, desk.repository_id, first)
    return messages.Foreseen(action, targets, outcome, names)
