"""A question: its consequence in numbers, choices with their keys, perhaps a line of text. The default is No."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from qatui.domain.marks import visible
from qatui.render.palette import ink
from qatui.tui.dialogs.dialog import Dialog
from qatui.tui.widgets.queue_row import cut_end, cut_path


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers, chosen by its key."""

    key: str
    value: str
    label: str
    wants_text: bool = False
    """Choosing it goes on to the line of text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person chose and typed."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question shows."""

    title: str
    yes: str
    """What `y` does: `reject 2`. Empty: nothing can be done, the dialog only tells."""
    facts: Sequence[tuple[str, str]] = ()
    """Lines as (ink, text): the consequence."""
    choices: Sequence[Choice] = ()
    chosen: str = ""
    """Value of the choice to begin with; empty: one has to be chosen."""
    field: str = ""
    """Name of the line of text; empty: there is none."""
    hint: str = ""
    """Shown in the line of text while it is empty."""
    view: str = ""
    """What `v` does instead; empty: nothing."""


Check = Callable[[Answer], str | None]
"""What is wrong with an answer, in words; None: nothing."""

MARGIN = 3
"""Cells on either side of a dialog's lines, and one for a scrollbar."""
REASONS, NAMES = 4, 2
"""So many reasons a question gives, and so many names with each."""

VIEW = Answer("", "")
"""The answer of `v`: leave everything, look first."""


class Question(Dialog[Answer]):
    """Dismissed with the answer, or None for No."""

    def __init__(self, asked: Asked, check: Check | None = None) -> None:
        super().__init__()
        self._asked = asked
        self._check = check
        self._chosen = asked.chosen
        self._wrong = ""
        self._drawn = False

    def compose(self) -> ComposeResult:
        """Title, consequence, choices, line of text, keys."""
        with Vertical(classes="box"):
            yield Static(id="question", markup=False)
            if self._asked.field:
                with Horizontal(id="field"):
                    yield Static(self._asked.field, id="field-name", markup=False)
                    yield Input(placeholder=self._asked.hint, id="text", compact=True, select_on_focus=False)
            yield Static(id="wrong", markup=False)
            yield Static(id="answers", markup=False)

    def on_mount(self) -> None:
        """The keys choose first; where there is nothing to choose, the field has them."""
        self._drawn = True
        self._to_field(self._asked.field != "" and not self._asked.choices)

    def ask(self, asked: Asked) -> None:
        """Ask it in other words, now that more is known; what was chosen and typed stays."""
        self._asked = asked
        if self._drawn:
            self._draw()

    @property
    def room(self) -> int:
        """Cells that a line has."""
        return max(20, self.app.size.width - 2 * MARGIN)

    def _to_field(self, typing: bool) -> None:
        self.set_focus(self.query_one("#text", Input) if typing else None)
        self._draw()

    def _draw(self) -> None:
        theme, asked = self.app.theme, self._asked
        plain, key = ink(theme, "foreground", "panel"), ink(theme, "accent", "panel", "bold")
        text = Text().append(asked.title, ink(theme, "foreground", "panel", "bold"))
        for token, line in asked.facts:
            text.append(f"\n{line}", ink(theme, token, "panel"))
        if asked.choices:
            text.append("\n")
        for choice in asked.choices:
            mine = choice.value == self._chosen
            paper = "selection" if mine else "panel"
            text.append("\n")
            text.append(" > " if mine else "   ", ink(theme, "accent", paper, "bold"))
            text.append(f"{choice.key} ", ink(theme, "accent", paper, "bold"))
            text.append(f"{choice.label} ", ink(theme, "foreground", paper, "bold" if mine else ""))
        self.query_one("#question", Static).update(text)
        self.query_one("#wrong", Static).update(Text(self._wrong, ink(theme, "risk-high", "panel", "bold")))
        self.query_one("#wrong", Static).display = bool(self._wrong)
        answers = Text()
        typing = self.focused is not None
        if asked.yes and not typing:
            answers.append("y", key).append(f" {asked.yes}   ", plain)
            answers.append("n", key).append(" no (default)   ", plain)
        if asked.view and not typing:
            answers.append("v", key).append(f" {asked.view}   ", plain)
        if asked.field:
            answers.append("enter", key).append(" next   ", plain)
        answers.append("esc", key).append(" back", plain)
        if typing and asked.yes:
            answers.append(f"   after enter: y {asked.yes}", ink(theme, "dim", "panel"))
        self.query_one("#answers", Static).update(answers)

    def pressed(self, event: events.Key) -> None:
        """Keys choose; only `y` decides, and only while no text is typed. Enter goes on, Esc goes back."""
        if event.key == "escape":
            event.stop()
            self.close(None)
        elif event.key in ("enter", "tab", "shift+tab"):
            event.stop()
            event.prevent_default()
            self._to_field(bool(self._asked.field) and self.focused is None)
        elif self.focused is None:
            event.stop()
            self._press(event.character or event.key, event.key)

    def _press(self, character: str, key: str) -> None:
        values = [choice.value for choice in self._asked.choices]
        if key in ("down", "up", "j", "k") and values:
            at = values.index(self._chosen) if self._chosen in values else (-1 if key in ("down", "j") else 0)
            self._choose(self._asked.choices[(at + (1 if key in ("down", "j") else -1)) % len(values)], go_on=False)
        elif character == "y" and self._asked.yes:
            self._yes()
        elif character in ("n", "q"):
            self.close(None)
        elif character == "v" and self._asked.view:
            self.close(VIEW)
        else:
            for choice in self._asked.choices:
                if choice.key == character:
                    self._choose(choice, go_on=True)

    def _choose(self, choice: Choice, *, go_on: bool) -> None:
        self._chosen = choice.value
        self._wrong = ""
        if go_on and choice.wants_text:
            self._to_field(True)
        self._draw()

    def _yes(self) -> None:
        field = self.query("#text")
        answer = Answer(self._chosen, field.first(Input).value if field else "")
        if self._asked.choices and not answer.value:
            self._wrong = "Choose one first."
        else:
            self._wrong = (self._check(answer) or "") if self._check else ""
        if self._wrong:
            self._draw()
        else:
            self.close(answer)


def refusals(
    refused: Sequence[tuple[int, str]], names: Mapping[int, str], glyph: str, width: int = 70
) -> list[tuple[str, str]]:
    """The lines that say how many are not taken and why: by reason, the most frequent first, some by name."""
    reasons: dict[str, list[int]] = {}
    for number, reason in refused:
        reasons.setdefault(reason, []).append(number)
    lines = [("risk-look", f"{glyph} {len(refused):,} will not be taken:")]
    often = sorted(reasons.items(), key=lambda each: -len(each[1]))
    for reason, numbers in often[:REASONS]:
        lines.append(("foreground", f"  {len(numbers):>4,}  {cut_end(visible(reason), width - 8)}"))
        known = [cut_path(visible(names[each]), width - 8) for each in numbers if each in names][:NAMES]
        rest = len(numbers) - len(known)
        lines += [("dim", f"        {name}") for name in known]
        if known and rest:
            lines.append(("dim", f"        and {rest:,} more"))
    if len(often) > REASONS:
        lines.append(("dim", f"  and {sum(len(each) for _, each in often[REASONS:]):,} for other reasons"))
    return lines
