"""The questions before a verdict and before a claim; loaded when the first is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from qatui.domain import moments
from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.domain.marks import visible
from qatui.domain.text import handle
from qatui.render.glyphs import Glyphs
from qatui.tui.dialogs.question import NAMES, Answer, Asked, Choice, Question, refusals

DELAYS = (("1", "1d", "1 day"), ("2", "3d", "3 days"), ("3", "1w", "1 week"))
"""Deferrals by digit; the next digit is for another time."""


class VerdictQuestion(Question):
    """The question before a verdict: asked at once, answered with yes only when it is known what can be taken."""

    def __init__(
        self,
        action: Action,
        name: str,
        total: int,
        reasons: Mapping[str, str],
        glyphs: Glyphs,
        now: int,
    ) -> None:
        """For `total` candidates, called `name` together; `now` in milliseconds since 1970."""
        self.foreseen = Outcome()
        """What would become of it."""
        self._verb = action.value
        self._total = total
        self._glyphs = glyphs
        title = f"{self._verb.capitalize()} {name}?"
        self._first = Asked(title, "", [("dim", "looking at what can be taken …")])
        if action is Action.REJECT:
            hint = "for whoever writes it anew"
            self._first = replace(self._first, choices=_reasons(reasons), field="note", hint=hint)
        elif action is Action.DEFER:
            choices = (
                *(Choice(key, value, words) for key, value, words in DELAYS),
                Choice("4", "other", "another time", wants_text=True),
            )
            self._first = replace(self._first, choices=choices, field="until", hint="4h, 3d, 2w or 2026-11-30")
        super().__init__(self._first, partial(_wrong, action, now))

    def foretell(self, foreseen: Outcome, facts: Sequence[tuple[str, str]], names: Mapping[int, str]) -> None:
        """Now it is known; `facts` are to be known before it, `names` those of refused candidates."""
        self.foreseen = foreseen
        taken, total = len(foreseen.done), self._total
        title = self._first.title if taken == total else f"{self._verb.capitalize()} {taken:,} of {total:,}?"
        told = [("risk-good", f"{self._glyphs.good} {taken:,} can be taken")] if total > 1 else []
        told += facts
        if foreseen.already:
            told.append(("dim", f"{len(foreseen.already):,} so already"))
        if foreseen.refused:
            told += refusals(foreseen.refused, names, self._glyphs.warning, self.room)
        yes = (f"{self._verb} {taken:,}" if total > 1 else self._verb) if taken else ""
        view = "look at the first of them" if foreseen.refused and not self._first.choices else ""
        self.ask(replace(self._first, title=title, yes=yes, facts=told, view=view))


def turned(paths: Sequence[str], unlooked: int, glyph: str) -> list[tuple[str, str]]:
    """What is to be known of hidden characters before many are approved; `unlooked` were not looked into."""
    facts: list[tuple[str, str]] = []
    if paths:
        facts.append(("risk-high", f"{glyph} {len(paths):,} with hidden characters that turn the direction of a line:"))
        facts += [("dim", f"        {visible(each)}") for each in paths[:NAMES]]
        if len(paths) > NAMES:
            facts.append(("dim", f"        and {len(paths) - NAMES:,} more"))
    if unlooked:
        facts.append(("risk-look", f"{glyph} hidden characters were not looked for in {unlooked:,} of them"))
    return facts


def _reasons(reasons: Mapping[str, str]) -> tuple[Choice, ...]:
    digits = "123456789abcdefghijklm"
    return tuple(
        Choice(key, code, visible(words), wants_text=True)
        for key, (code, words) in zip(digits, reasons.items(), strict=False)
    )


def until(answer: Answer, now: int) -> int:
    """When a deferral ends, in milliseconds since 1970; raises ValueError for what is no later time."""
    return moments.parse_until(answer.text if answer.value == "other" else answer.value, now)


def _wrong(action: Action, now: int, answer: Answer) -> str | None:
    """What is wrong with the answer to a verdict's question."""
    if action is Action.REJECT and answer.value == "other" and not answer.text.strip():
        return "“other” needs a note: say in a few words what is wrong."
    if action is Action.DEFER:
        try:
            until(answer, now)
        except ValueError as error:
            return str(error)
    return None


def claim_question(name: str, me: str, whose: str, people: Sequence[str], *, mine: bool) -> Question:
    """Claim, release or assign; the likeliest is chosen already. `whose` says how it is now; empty for several."""
    asked = Asked(
        f"Whose is {name}?",
        "do it",
        facts=[("dim", whose)] if whose else (),
        choices=(
            Choice("1", "claim", f"claim for you, {handle(me)}"),
            Choice("2", "release", "release"),
            Choice("3", "assign", "assign to somebody", wants_text=True),
        ),
        chosen="release" if mine else "claim",
        field="who",
        hint=", ".join(sorted(people)[:5]),
    )
    return Question(asked, _nobody)


def _nobody(answer: Answer) -> str | None:
    return "To whom? Type a name." if answer.value == "assign" and not answer.text.strip() else None
