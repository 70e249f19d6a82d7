"""The questions before a verdict and before a claim; loaded when the first is asked."""

from collections.abc import Mapping, Sequence
from functools import partial

from qatui.domain import moments
from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.domain.marks import visible
from qatui.tui.dialogs.question import Answer, Asked, Choice, Question, refusals
from qatui.tui.glyphs import Glyphs

DELAYS = (("1", "1d", "1 day"), ("2", "3d", "3 days"), ("3", "1w", "1 week"))
"""Deferrals by digit; the next digit is for another time."""


def verdict_question(
    action: Action,
    name: str,
    total: int,
    foreseen: Outcome,
    names: Mapping[int, str],
    reasons: Mapping[str, str],
    glyphs: Glyphs,
    now: int,
) -> Question:
    """The question before a verdict on `total` candidates, called `name` together."""
    taken = len(foreseen.done)
    verb = action.value
    title = f"{verb.capitalize()} {name}?" if taken == total else f"{verb.capitalize()} {taken:,} of {total:,}?"
    facts: list[tuple[str, str]] = []
    if total > 1:
        facts.append(("risk-good", f"{glyphs.good} {taken:,} can be taken"))
    if foreseen.refused:
        facts += refusals(foreseen.refused, names, glyphs.warning)
    yes = (f"{verb} {taken:,}" if total > 1 else verb) if taken else ""
    if action is Action.REJECT:
        asked = Asked(title, yes, facts, _reasons(reasons), field="note", hint="for whoever writes it anew")
    elif action is Action.DEFER:
        choices = (
            *(Choice(key, value, words) for key, value, words in DELAYS),
            Choice("4", "other", "another time", wants_text=True),
        )
        asked = Asked(title, yes, facts, choices, field="until", hint="4h, 3d, 2w or 2026-11-30")
    else:
        view = "look at the first of them" if foreseen.refused else ""
        asked = Asked(title, yes, facts, view=view)
    return Question(asked, partial(_wrong, action, now))


def _reasons(reasons: Mapping[str, str]) -> tuple[Choice, ...]:
    digits = "123456789abcdefghijklm"
    return tuple(
        Choice(key, code, visible(words), wants_text=code == "other")
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
            Choice("1", "claim", f"claim for you, @{me}"),
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
