"""What can be done to candidates, the same on every screen that has one at hand: verdicts, claims, comments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from qatui.domain import lifecycle, lines
from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.domain.marks import bidi_lines, visible
from qatui.domain.text import handle
from qatui.tui import errands, messages
from qatui.tui.keymap import Act
from qatui.tui.screens.frame import Frame

if TYPE_CHECKING:
    from qatui.domain.review import Side
    from qatui.flows.desk import Desk
    from qatui.flows.review import Dossier
    from qatui.tui.dialogs.checklist import ChecklistDialog
    from qatui.tui.dialogs.comment import CommentDialog
    from qatui.tui.dialogs.question import Answer
    from qatui.tui.dialogs.verdict import VerdictQuestion

LOOKED_INTO, READ_AT_ONCE = 2_000, 200
"""So many contents are read for what a question warns of, and so many at once: reading all could take minutes."""
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
        self._asked: tuple[Targets, VerdictQuestion] | None = None
        """The last question of a verdict, and on what."""
        self._drafts: dict[str, CommentDialog] = {}
        """Comments that wait for their draft to be read."""
        self._checklist: ChecklistDialog | None = None

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
        """Approving the candidate at hand needs no question; anything else does, asked before it can be answered."""
        targets = self.targets()
        if not targets.ids:
            self.say("this line is still being read; press again", "risk-look")
        elif action is Action.APPROVE and len(targets.ids) == 1 and self.only_at_hand():
            self._decide(targets, action)
        else:
            question = self._ask(targets, action)
            if len(targets.ids) == 1 and self.only_at_hand():
                question.foretell(Outcome(tuple(targets.ids)), (), {})
            else:
                self.backend.ask(self, "foresee", partial(foresee, targets=targets, action=action))

    def on_foreseen(self, message: messages.Foreseen) -> None:
        """Now the question can be answered, in numbers."""
        from qatui.tui.dialogs.verdict import turned

        targets, question = self._asked or (None, None)
        if question is None or targets is None or message.targets is not targets or not question.is_current:
            return
        facts: list[tuple[str, str]] = []
        if len(targets.ids) == 1 and not self.only_at_hand():
            facts.append(("risk-look", f"{self.glyphs.mark} it is marked; the cursor is on another"))
        facts += turned(message.turned, message.unlooked, self.glyphs.warning)
        question.foretell(message.outcome, facts, message.names)

    def _ask(self, targets: Targets, action: Action) -> "VerdictQuestion":
        from qatui.tui.dialogs.question import VIEW
        from qatui.tui.dialogs.verdict import VerdictQuestion

        desk = self.backend.desk
        reasons = desk.team.reasons() if desk else {}
        total, now = len(targets.ids), self.backend.now()
        question = VerdictQuestion(action, targets.name, total, reasons, self.glyphs, now)

        def answered(answer: "Answer | None") -> None:
            if answer is VIEW:
                self.view(question.foreseen.refused[0][0])
            elif answer is not None:
                self._decide(Targets(question.foreseen.done, targets.seen, targets.path), action, answer)

        self._asked = targets, question
        self.app.push_screen(question, answered)
        return question

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
        whose = f"claimed by {visible(handle(here.assignee))}" if here and here.assignee else "nobody claimed it"
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

        dialog = CommentDialog(title, partial(self.backend.keep, name))
        self._drafts[name] = dialog
        self.app.push_screen(dialog, answered)
        self.backend.recall(self, name)

    def on_recalled(self, message: messages.Recalled) -> None:
        """The draft of a comment was read; a dialog that is gone again has no use for it."""
        dialog = self._drafts.pop(message.name, None)
        if dialog is not None and dialog.is_current:
            dialog.begin(str(message.value or ""))

    def do_checklist(self) -> None:
        """Answer the checklist of the marked candidates, or of the one at hand."""
        from qatui.tui.dialogs.checklist import ChecklistDialog

        targets, desk = self.targets(), self.backend.desk
        if targets.ids and desk is not None:
            self._checklist = ChecklistDialog(desk.team.checklist, len(targets.ids), self.glyphs)
            self.app.push_screen(self._checklist)
            self.backend.ask(self, "checklists", partial(errands.checklists, ids=targets.ids))

    def on_checklists_loaded(self, message: messages.ChecklistsLoaded) -> None:
        """The answers were read: now they can be changed."""
        if self._checklist is not None and self._checklist.is_current:
            ticked = {item.id: count for item, count in message.items}
            self._checklist.begin(ticked, len(message.ids), partial(self.backend.answer, message.ids))

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
    taken = outcome.done if action is Action.APPROVE else ()
    with desk.db.read() as connection:
        names = candidates.paths(connection, desk.repository_id, first)
    return messages.Foreseen(
        action, targets, outcome, names, _turned(desk, taken[:LOOKED_INTO]), max(0, len(taken) - LOOKED_INTO)
    )


def _turned(desk: "Desk", ids: Sequence[int]) -> list[str]:
    """Paths of the candidates whose content turns the direction of a line."""
    from qatui.store import candidates, content

    found: list[str] = []
    for start in range(0, len(ids), READ_AT_ONCE):
        with desk.db.read() as connection:
            some = candidates.get_many(connection, desk.repository_id, ids[start : start + READ_AT_ONCE]).values()
            texts = content.get_many(connection, {each.content_hash for each in some})
        wrong = {name for name, data in texts.items() if bidi_lines(lines.split(data).lines)}
        found += [each.path for each in some if each.content_hash in wrong]
    return found
