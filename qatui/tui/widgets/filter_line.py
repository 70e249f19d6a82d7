"""The filter line: what the queue shows, typed; and beside it what is to be said of that."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from qatui.domain import query
from qatui.tui.widgets.lines import Line, Piece

LEAST = 18
"""Cells that the filter keeps beside what is said of it."""

WAY_OUT = " · esc: as before"


class FilterLine(Horizontal):
    """Each key filters; Enter keeps the filter, Esc takes back what was typed. A mistake changes nothing, and stays."""

    DEFAULT_CSS = """
    FilterLine { height: 1; padding: 0 1; }
    FilterLine #filter-sign { width: 2; color: $accent; }
    FilterLine #filter { width: 1fr; }
    """

    @dataclass
    class Typed(Message):
        """The filter means something else now."""

        text: str

    class Left(Message):
        """Typing is over."""

    class Mistaken(Message):
        """What is typed means nothing, or something again."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = query.DEFAULT
        """The filter that means something, last."""
        self._before = query.DEFAULT
        self._wrong = ""

    def compose(self) -> ComposeResult:
        """The sign, the text, what is said."""
        yield Static("/", id="filter-sign", markup=False)
        yield Input(self.shown, id="filter", select_on_focus=False, compact=True)
        yield Line(id="filter-says")

    @property
    def _input(self) -> Input:
        return self.query_one("#filter", Input)

    def begin(self, text: str) -> str:
        """Show a filter of before; one that means nothing by now gives way to the default. Which it is."""
        try:
            query.parse(text)
        except query.QueryError:
            text = query.DEFAULT
        self.shown = text
        self._input.value = text
        return text

    def type(self) -> None:
        """Typing begins, with another word."""
        self._before = self.shown
        if self.shown:
            self._input.value = f"{self.shown} "
        self._input.cursor_position = len(self._input.value)
        self.screen.set_focus(self._input)

    def say(self, pieces: Sequence[Piece]) -> None:
        """Say this beside the filter, unless something is wrong with it."""
        if self._wrong:
            pieces = [Piece(self._wrong, "risk-high")]
        says = self.query_one("#filter-says", Line)
        says.styles.width = max(0, min(2 + sum(piece.width + 2 for piece in pieces), self.size.width - LEAST))
        says.show([], pieces)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != event.input.value:
            return  # typed on since
        try:
            query.parse(event.value)
        except query.QueryError as error:
            self._wrong = str(error)
        else:
            self._wrong = ""
            if event.value.strip() != self.shown:
                self.shown = event.value.strip()
                self.post_message(self.Typed(self.shown))
        self.post_message(self.Mistaken())

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave()

    def _leave(self) -> None:
        """Typing is over, unless what is typed means nothing: then it says once more why, and the way out."""
        if self._wrong:
            self._wrong = f"{self._wrong.removesuffix(WAY_OUT)}{WAY_OUT}"
            self.post_message(self.Mistaken())
            return
        self._input.value = self.shown
        self.post_message(self.Left())

    def on_key(self, event: events.Key) -> None:
        """Esc takes back what was typed, down leaves it."""
        if event.key in ("escape", "down"):
            event.stop()
            if event.key == "escape":
                self._wrong = ""
                self._input.value = self._before
                self.post_message(self.Left())
            else:
                self._leave()
