"""What can be done to candidates, the same on every screen that has one at hand: verdicts, claims, comments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from qatui.domain import lifecycle, moments
from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.domain.marks import visible
from qatui.domain.review import Side, open_required
from qatui.tui import messages
from qatui.tui.dialogs.checklist import ChecklistDialog
from qatui.tui.dialogs.question import VIEW, Answer, Asked, Choice, Question, refusals
from qatui.tui.keymap import Act
from qatui.tui.screens.frame import Frame

if TYPE_CHECKING:
    from qatui.flows.desk import Desk
    from qatui.flows.review import Dossier

NAMED = 100
"""Paths are read of so many refused candidates; a question names some of them."""
DELAYS = (("1", "1d", "1 day"), ("2", "3d", "3 days"), ("3", "1w", "1 week"))
"""Deferrals by digit; the next digit is for another time."""


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
        desk = self.backend.desk
        reasons = desk.team.reasons() if desk else {}
        asked = question(action, targets, foreseen, names, reasons, self.glyphs.warning, self.glyphs.good)
        check = partial(_wrong, action, self.backend.now())

        def answered(answer: Answer | None) -> None:
            if answer is VIEW:
                self.view(foreseen.refused[0][0])
            elif answer is not None:
                taken = Targets(foreseen.done, targets.seen, targets.path)
                self._decide(taken, action, answer)

        self.app.push_screen(Question(asked, check), answered)

    def _decide(self, targets: Targets, action: Action, answer: Answer = VIEW) -> None:
        until = _until(answer, self.backend.now()) if action is Action.DEFER else None
        self.backend.decide(
            targets.ids,
            action,
            reason=answer.value if action is Action.REJECT else None,
            note=answer.text if action is Action.REJECT else "",
            until=until,
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
        targets = self.targets()
        if not targets.ids:
            return
        dossier, me = self.dossier, self.backend.reviewer
        here = dossier.candidate if dossier and dossier.candidate.id == self.at_hand() else None
        mine = here is not None and here.assignee == me
        whose = f"claimed by @{visible(here.assignee)}" if here and here.assignee else "nobody claimed it"
        asked = Asked(
            f"Whose is {targets.name}?",
            "do it",
            facts=[("dim", whose)] if len(targets.ids) == 1 else (),
            choices=(
                Choice("1", "claim", f"claim for you, @{me}"),
                Choice("2", "release", "release"),
                Choice("3", "assign", "assign to somebody", wants_text=True),
            ),
            chosen="release" if mine else "claim",
            field="who",
            hint=", ".join(sorted(self.backend.desk.team.people)[:5]) if self.backend.desk else "",
        )

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.backend.claim(targets.ids, answer.value, answer.text)

        self.app.push_screen(Question(asked, _nobody), answered)

    # What is said beside the verdict

    def do_comment(self) -> None:
        """Comment on the candidate at hand."""
        self.comment_on()

    def comment_on(self, *, side: Side | None = None, line: int | None = None) -> None:
        """Comment on the candidate at hand, or on a line of it; a draft of before is there again."""
        from qatui.tui.dialogs.comment import CommentDialog

        dossier, here = self.dossier, self.at_hand()
        if dossier is None or dossier.candidate.id != here:
            return
        number = dossier.candidate.id
        name = f"draft:{number}" + (f":{side}:{line}" if line is not None else "")
        title = f"Comment on {visible(dossier.candidate.path)}" + (f", line {line}" if line is not None else "")

        def answered(body: str | None) -> None:
            if body is not None:
                self.backend.comment(number, body, side=side, line=line, draft=name)

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
        """Answer the checklist of the candidate at hand."""
        dossier = self.dossier
        if dossier is None or dossier.candidate.id != self.at_hand():
            return
        number = dossier.candidate.id
        self.app.push_screen(
            ChecklistDialog(dossier.checklist, partial(self.backend.answer, number), self.glyphs),
        )

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


def question(
    action: Action,
    targets: Targets,
    foreseen: Outcome,
    names: Mapping[int, str],
    reasons: Mapping[str, str],
    warning: str,
    good: str,
) -> Asked:
    """The question before a verdict."""
    taken, total = len(foreseen.done), len(targets.ids)
    verb = action.value
    title = f"{verb.capitalize()} {targets.name}?" if taken == total else f"{verb.capitalize()} {taken:,} of {total:,}?"
    facts: list[tuple[str, str]] = []
    if total > 1:
        facts.append(("risk-good", f"{good} {taken:,} can be taken"))
    if foreseen.refused:
        facts += refusals(foreseen.refused, names, warning)
    yes = f"{verb} {taken:,}" if total > 1 else verb
    view = "look at the first of them" if foreseen.refused else ""
    if action is Action.REJECT:
        digits = "123456789abcdefghijklm"
        choices = tuple(
            Choice(key, code, visible(words), wants_text=code == "other")
            for key, (code, words) in zip(digits, reasons.items(), strict=False)
        )
        return Asked(title, yes if taken else "", facts, choices, field="note", hint="for whoever writes it anew")
    if action is Action.DEFER:
        choices = (
            *(Choice(key, value, words) for key, value, words in DELAYS),
            Choice("4", "other", "another time", wants_text=True),
        )
        return Asked(title, yes if taken else "", facts, choices, field="until", hint="4h, 3d, 2w or 2026-11-30")
    return Asked(title, yes if taken else "", facts, view=view)


def foresee(desk: "Desk", *, targets: Targets, action: Action) -> messages.Foreseen:
    """What would become of a verdict, with the names of those it would not take."""
    from qatui.flows import decide
    from qatui.store import candidates

    outcome = decide.foresee(desk, targets.ids, action, expected=targets.seen)
    first = [number for number, _ in outcome.refused[:NAMED]]
    with desk.db.read() as connection:
        names = candidates.paths(connection, desk.repository_id, first)
    return messages.Foreseen(action, targets, outcome, names)


def _until(answer: Answer, now: int) -> int:
    return moments.parse_until(answer.text if answer.value == "other" else answer.value, now)


def _wrong(action: Action, now: int, answer: Answer) -> str | None:
    """What is wrong with the answer to a verdict's question."""
    if action is Action.REJECT and answer.value == "other" and not answer.text.strip():
        return "“other” needs a note: say in a few words what is wrong."
    if action is Action.DEFER:
        try:
            _until(answer, now)
        except ValueError as error:
            return str(error)
    return None


def _nobody(answer: Answer) -> str | None:
    return "To whom? Type a name." if answer.value == "assign" and not answer.text.strip() else None
