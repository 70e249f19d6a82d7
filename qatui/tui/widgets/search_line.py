"""The search line of a diff: the text that is looked for, typed, and beside it how often it is there."""

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from qatui.render.glyphs import Glyphs
from qatui.tui.widgets.lines import Line, Piece


class SearchLine(Horizontal):
    """Each key marks what it finds. Enter goes to the first match and leaves the text there, Esc ends the search."""

    DEFAULT_CSS = """
    SearchLine { height: 1; padding: 0 1; }
    SearchLine #search-sign { width: 2; color: $accent; }
    SearchLine #search { width: 1fr; }
    """

    @dataclass
    class Typed(Message):
        """The text is another."""

        text: str

    @dataclass
    class Left(Message):
        """Typing is over, with this text; an empty one ends the search."""

        text: str

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """The sign, the text, what is said."""
        yield Static("/", id="search-sign", markup=False)
        yield Input(id="search", compact=True)
        yield Line(id="search-says")

    def on_mount(self) -> None:
        """It comes when it is wanted."""
        self.say(0, 0, "")
        self.type()

    @property
    def _input(self) -> Input:
        return self.query_one("#search", Input)

    def type(self) -> None:
        """Typing begins; the text of before is there, and gives way to what is typed."""
        self.display = True
        self._input.select_all()
        self.screen.set_focus(self._input)

    def end(self) -> None:
        """The search is over."""
        self._input.value = ""
        self.display = False

    def say(self, place: int, count: int, around: str) -> None:
        """Say which match this is, from 1 (0: none was gone to), of how many; `around`: which end was gone round."""
        if not self._input.value:
            piece = Piece("a capital makes capitals count", "dim")
        elif not count:
            piece = Piece("not found", "risk-look", "bold")
        else:
            words = f"{place:,}/{count:,}" if place else f"{count:,} match{'' if count == 1 else 'es'}"
            piece = Piece(f"{around} {self._glyphs.dot} {words}" if around else words, "foreground", "bold")
        says = self.query_one("#search-says", Line)
        says.styles.width = 2 + piece.width
        says.show([], [piece])

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value == event.input.value:  # else more was typed since
            self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(event.value))

    def on_key(self, event: events.Key) -> None:
        """Esc ends it."""
        if event.key == "escape":
            event.stop()
            self.post_message(self.Left(""))
