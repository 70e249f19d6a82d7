"""What every screen has: a title line, a tab line, what was just said, a footer of keys; keys from the one table."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input, Static

from qatui.domain.moments import ago
from qatui.domain.text import handle
from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink
from qatui.tui import keymap, messages
from qatui.tui.child import SYNCED
from qatui.tui.keymap import Act
from qatui.tui.widgets.coach import Coach
from qatui.tui.widgets.lines import Line, Piece

if TYPE_CHECKING:
    from qatui.tui.app import Workstation
    from qatui.tui.backend import Backend

TAB_GAP = 3
SAID_SECONDS = 6.0
"""How long it stays on the screen what was just said; an error stays twice as long."""


class Frame(Screen[None]):
    """Base of the full screens."""

    AUTO_FOCUS = ""
    NAME: ClassVar[str]
    """Its name in `keymap.SCREENS`."""

    def __init__(self) -> None:
        super().__init__()
        self._said: Piece | None = None
        self._said_until = 0.0
        self.pressed = 0.0
        """When the key went down whose action runs (monotonic seconds)."""

    @property
    def station(self) -> "Workstation":
        """The app."""
        return cast("Workstation", self.app)

    @property
    def backend(self) -> "Backend":
        """The verbs."""
        return self.station.backend

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return self.station.glyphs

    # Lines

    def compose(self) -> ComposeResult:
        """Title and tabs above, the screen's own parts, keys below."""
        yield Line(id="title")
        yield Line(gap=TAB_GAP, id="tabs")
        yield from self.compose_body()
        yield Coach(self.glyphs)
        yield Line(id="keys")
        yield Static(id="said", markup=False)

    def compose_body(self) -> ComposeResult:
        """The screen's own parts."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Draw the lines."""
        self.refresh_lines()

    def on_screen_resume(self) -> None:
        """Another screen was left: what is drawn may be old."""
        self.refresh_lines()

    def refresh_lines(self) -> None:
        """Draw title, tabs and footer anew."""
        if not self.is_mounted:
            return
        self.query_one("#title", Line).show(*self.title_pieces())
        self._show_tabs()
        self.query_one("#keys", Line).show(self.key_pieces(), self.help_piece())
        self.query_one(Coach).show(self.station.course, self.station.keymap, at_queue=self.NAME == "queue")

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

    def key_pieces(self) -> list[Piece]:
        """The footer: keys that work now; what the candidate at hand refuses recedes."""
        acts = [act for act in self.station.keymap.of(self.NAME) if act.rank and act.id != "app.help"]
        return [
            Piece(
                act.label,
                "dim" if self.why_not(act) else "foreground",
                rank=act.rank,
                key=self.station.keymap.first(act.id),
            )
            for act in acts
            if self.station.keymap.keys(act.id)
        ]

    def help_piece(self) -> list[Piece]:
        """The way back, and the way to all keys, which never goes."""
        keymap = self.station.keymap
        back = [Piece("back", rank=2, key=keymap.first("app.back"))] if len(self.app.screen_stack) > 1 else []
        return [*back, Piece("keys", key=keymap.first("app.help"))]

    def say(self, text: str, token: str = "foreground") -> None:
        """Say what happened, once, beside the tabs; what is longer lies over them for a while."""
        seconds = SAID_SECONDS if token == "foreground" else 2 * SAID_SECONDS
        self._said = Piece(text, token, "" if token == "foreground" else "bold")
        self._said_until = time.monotonic() + seconds
        self._show_tabs()
        self.set_timer(seconds + 0.05, self._forget_said)

    def unsay(self) -> None:
        """What was said is over."""
        self._said = None
        self._show_tabs()

    def _forget_said(self) -> None:
        if time.monotonic() >= self._said_until:
            self.unsay()

    def _show_tabs(self) -> None:
        tabs, said = self.tab_pieces(), self._said
        room = self.size.width - 2 - sum(piece.width + TAB_GAP for piece in tabs)
        beside = said is not None and said.width <= room
        self.query_one("#tabs", Line).show(tabs, [said] if said and beside else [])
        over = self.query_one("#said", Static)
        over.display = said is not None and not beside
        if said is not None and not beside:
            over.update(Text(f" {said.text} ", ink(self.app.theme, said.token, "panel", said.flags)))

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Run the action of a key; while text is being typed no key is one."""
        if isinstance(self.focused, Input):
            self.typing_key(event)
            return
        if self.station.turns.unheard(event):
            event.stop()
            return
        name = keymap.key_name(event.key, event.character)
        act = self.station.keymap.find(self.NAME, name)
        if act is not None:
            event.stop()
            event.prevent_default()
            self.pressed = event.time
            self.run_act(act)
        elif event.key == "ctrl+c" and not self.get_selected_text():
            event.stop()
            self.say(f"{self.station.keymap.first('app.quit')} leaves; everything is saved already")
        elif why := self.station.keymap.elsewhere(self.NAME, name):
            self.say(why, "risk-look")

    def typing_key(self, event: events.Key) -> None:
        """A key that the text being typed does not take; nothing unless a screen wants it."""

    def run_act(self, act: Act) -> None:
        """Do what the action says, or say why not."""
        reason = self.why_not(act)
        if reason is not None:
            self.say(f"{act.label}: {reason}", "risk-look")
            return
        getattr(self, f"do_{act.verb}")()
        self.station.acted(act.id)

    def act(self, action_id: str) -> None:
        """Do an action chosen by name, as the palette does."""
        self.pressed = time.monotonic()
        self.run_act(self.station.keymap.acts[action_id])

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done now; None: it can."""
        return "nothing runs" if act.id == "app.stop" and self.backend.child is None else None

    # Actions of every screen

    def do_palette(self) -> None:
        """Every action by name."""
        self.app.action_command_palette()

    def do_help(self) -> None:
        """Every key."""
        from qatui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.station.keymap, self.NAME))

    def do_coach(self) -> None:
        """The first steps, or no more of them."""
        self.station.show_coach(not self.station.course.shown)

    def do_quit(self) -> None:
        """Leave."""
        self.app.exit()

    def do_theme(self) -> None:
        """The next theme."""
        self.station.next_theme()

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

    def do_back(self) -> None:
        """One screen back."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

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
