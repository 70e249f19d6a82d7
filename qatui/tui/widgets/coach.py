"""The coach: two lines above the footer that take room of their own, so that nothing is ever covered."""

from textual.app import ComposeResult
from textual.containers import Vertical

from qatui.domain.marks import visible
from qatui.render.glyphs import Glyphs
from qatui.tui.coach import STEPS, Course
from qatui.tui.keymap import Keymap
from qatui.tui.widgets.lines import Line, Piece

PAPER = "panel"


class Coach(Vertical):
    """The steps with their ticks, and what to press for the next one."""

    DEFAULT_CSS = "Coach { height: 2; display: none; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """The steps, and the words."""
        yield Line(paper=PAPER, id="coach-steps")
        yield Line(gap=1, paper=PAPER, id="coach-words")

    def show(self, course: Course, keymap: Keymap, *, at_queue: bool) -> None:
        """Draw where the person is in the course, or nothing."""
        self.display = course.shown
        if not course.shown:
            return
        hide = [Piece("hides", "dim", rank=2, key=keymap.first("app.back"))] if at_queue else []
        self.query_one("#coach-steps", Line).show(self._steps(course), hide)
        self.query_one("#coach-words", Line).show(_words(course, keymap))

    def _steps(self, course: Course) -> list[Piece]:
        pieces = [Piece("first steps", "accent", "bold", rank=1)]
        for step in STEPS:
            if step.id in course.done:
                pieces.append(Piece(f"{self._glyphs.mark} {step.label}", "risk-good"))
            elif step is course.current:
                pieces.append(Piece(f"{self._glyphs.into} {step.label}", "foreground", "bold"))
            else:
                pieces.append(Piece(f"{self._glyphs.dot} {step.label}", "dim"))
        return pieces


def _words(course: Course, keymap: Keymap) -> list[Piece]:
    """What to press next; at the end what came of it."""
    if words := course.words:
        return [
            Piece("", key=keymap.first(word[1:-1]) or word[1:-1]) if word.startswith("{") else Piece(word)
            for word in words
        ]
    at = course.ending
    if at is None:
        return [Piece("Done: that is all there is to it.")]
    if at.pull is None:
        return [Piece("Pushed", "risk-good"), Piece(visible(at.branch), flags="bold"), Piece(visible(at.record), "dim")]
    number = Piece(f"#{at.pull}", flags="bold")
    if at.state == "merged":
        return [Piece("Merged", "risk-good"), number, Piece(f"· {visible(at.plan) or 'the test plan is being ticked'}")]
    return [Piece("Closed", "risk-look"), number, Piece("not merged: its tests want another verdict")]
