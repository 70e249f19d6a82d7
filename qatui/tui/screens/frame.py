"""What every screen of the workstation has: the repository and who sits there, the tabs, the coach, the backend."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.widgets import Input, Static

from qatui.domain.moments import ago
from qatui.domain.text import handle
from qatui.tui import messages
from qatui.tui.child import SYNCED
from qatui.tui.keymap import Act
from qatui.tui.screens.keyed import TAB_GAP, KeyedScreen
from qatui.tui.widgets.coach import Coach
from qatui.tui.widgets.lines import Line, Piece

if TYPE_CHECKING:
    from qatui.tui.app import Workstation
    from qatui.tui.backend import Backend


class Frame(KeyedScreen):
    """Base of the workstation's screens."""

    @property
    def station(self) -> "Workstation":
        """The app."""
        return cast("Workstation", self.app)

    @property
    def backend(self) -> "Backend":
        """The verbs."""
        return self.station.backend

    # Lines

    def compose(self) -> ComposeResult:
        """Title and tabs above, the screen's own parts, the coach, keys below."""
        yield Line(id="title")
        yield Line(gap=TAB_GAP, id="tabs")
        yield from self.compose_body()
        yield Coach(self.glyphs)
        yield Line(id="keys")
        yield Static(id="said", markup=False)

    def refresh_lines(self) -> None:
        """Draw title, tabs, coach and footer anew."""
        super().refresh_lines()
        if self.is_mounted:
            self.query_one(Coach).show(self.station.course, self.keymap, at_queue=self.NAME == "queue")

    def title_pieces(self) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """Where am I, and who; screens put their progress between."""
        return [Piece("qatui", "accent", "bold"), Piece(self.station.place, "foreground", rank=2)], self.who_pieces()

    def who_pieces(self) -> list[Piece]:
        """Whether everything is saved, and who sits here."""
        saving = self.backend.unsaved
        if not self.backend.is_saved:
            state = Piece(f"{self.glyphs.warning} not saved", "risk-high", "bold")
        elif saving:
            state = Piece(f"{self.glyphs.busy} saving {saving}", "risk-look", rank=3)
        else:
            synced = self.station.synced
            words = "saved" if synced is None else f"synced {ago(synced, self.backend.now())}"
            state = Piece(f"{self.glyphs.saved} {words}", "risk-good", rank=3)
        pieces = [Piece(self.station.progress, "accent", rank=1)] if self.station.progress else []
        pieces.append(state)
        if self.backend.reviewer:
            pieces.append(Piece(handle(self.backend.reviewer), "dim", rank=4))
        return pieces

    def tab_pieces(self) -> list[Piece]:
        """The screens there are, with what waits in each."""
        pieces = []
        for name, act_id in (("queue", "app.queue"), ("publish", "app.publications")):
            act = self.station.keymap.acts[act_id]
            count = self.station.tab_counts.get(name)
            here = name == self.NAME
            words = f"{act.label} {count:,}" if count is not None else act.label
            if name == "publish" and self.station.unfinished:
                words += f" {self.glyphs.dot} {self.station.unfinished:,} unfinished"
            token, flags = ("foreground", "bold underline") if here else ("dim", "")
            pieces.append(Piece(words, token, flags, key=self.station.keymap.first(act_id)))
        return pieces

    # Keys

    @property
    def is_typing(self) -> bool:
        """Whether a text input has the focus."""
        return isinstance(self.focused, Input)

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done now; None: it can."""
        return "nothing runs" if act.id == "app.stop" and self.backend.child is None else None

    # Actions of every screen

    def do_quit(self) -> None:
        """Leave; while a publish runs only when asked a second time."""
        if not self.backend.publishing or self.station.warned_of == self.backend.publishes:
            super().do_quit()
            return
        self.station.warned_of = self.backend.publishes
        again = f"{self.keymap.first('app.quit')} again stops it; the next publish finishes it"
        self.say(f"publishing goes on {self.glyphs.dot} {again}", "risk-look")

    def do_coach(self) -> None:
        """The first steps, or no more of them."""
        self.station.show_coach(not self.station.course.shown)

    def do_stop(self) -> None:
        """End the child process."""
        if self.backend.child is not None:
            self.backend.child.cancel()

    def do_queue(self) -> None:
        """To the queue."""
        self.station.show_screen("queue")

    def do_publications(self) -> None:
        """To the publications."""
        self.station.show_screen("publish")

    def do_publish(self) -> None:
        """To what would be published, with the question."""
        self.station.show_screen("publish", ask=True)

    def do_refresh(self) -> None:
        """Read everything again."""
        raise NotImplementedError

    def sync(self) -> None:
        """Bring publications to where their pull requests are, where there can be any; a child process does it."""
        if self.station.hosted and not self.backend.run_child(["--json", "sync"], SYNCED):
            self.say("a sync or an intake runs already", "risk-look")

    # What the backend tells; screens take what concerns them

    def on_wrote(self, message: messages.Wrote) -> None:
        """Something is saved."""
        self.refresh_lines()

    def on_failed(self, message: messages.Failed) -> None:
        """Something is not saved."""
        self.refresh_lines()

    def on_connected(self, message: messages.Connected) -> None:
        """The repository is known."""
        self.refresh_lines()

    def on_progressed(self, message: messages.Progressed) -> None:
        """A child goes on."""
        self.refresh_lines()
