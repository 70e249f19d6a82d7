"""A screen whose keys come from the one table: a title line, a second line, what was just said, a footer of keys."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink
from qatui.tui import keymap
from qatui.tui.keymap import Act
from qatui.tui.widgets.lines import Line, Piece

if TYPE_CHECKING:
    from qatui.tui.keyed_app import KeyedApp

TAB_GAP = 3
SAID_SECONDS = 6.0
"""How long it stays on the screen what was just said; an error stays twice as long."""


class KeyedScreen(Screen[None]):
    """Base of all full screens, with a store behind them or without."""

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
    def keyed_app(self) -> "KeyedApp":
        """The app."""
        return cast("KeyedApp", self.app)

    @property
    def keymap(self) -> keymap.Keymap:
        """The table with the person's own keys."""
        return self.keyed_app.keymap

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return self.keyed_app.glyphs

    # Lines

    def compose(self) -> ComposeResult:
        """Title and second line above, the screen's own parts, keys below."""
        yield Line(id="title")
        yield Line(gap=TAB_GAP, id="tabs")
        yield from self.compose_body()
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

    def title_pieces(self) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """Where am I: to the left, and to the right."""
        raise NotImplementedError

    def tab_pieces(self) -> list[Piece]:
        """What the second line says while nothing was just said."""
        raise NotImplementedError

    def key_pieces(self) -> list[Piece]:
        """The footer: keys that work now; what cannot be done recedes."""
        acts = [act for act in self.keymap.of(self.NAME) if act.rank and act.id != "app.help"]
        return [
            Piece(act.label, "dim" if self.why_not(act) else "foreground", rank=act.rank, key=self.keymap.first(act.id))
            for act in acts
            if self.keymap.keys(act.id)
        ]

    def help_piece(self) -> list[Piece]:
        """The way back, and the way to all keys, which never goes."""
        back = [Piece("back", rank=2, key=self.keymap.first("app.back"))] if len(self.app.screen_stack) > 1 else []
        return [*back, Piece("keys", key=self.keymap.first("app.help"))]

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
        if self.is_typing:
            self.typing_key(event)
            return
        if self.keyed_app.turns.unheard(event):
            event.stop()
            return
        name = keymap.key_name(event.key, event.character)
        act = self.keymap.find(self.NAME, name)
        if act is not None:
            event.stop()
            event.prevent_default()
            self.pressed = event.time
            self.run_act(act)
        elif event.key == "ctrl+c" and not self.get_selected_text():
            event.stop()
            self.interrupted()
        elif why := self.keymap.elsewhere(self.NAME, name):
            self.say(why, "risk-look")

    @property
    def is_typing(self) -> bool:
        """Whether keys are text now."""
        return False

    def typing_key(self, event: events.Key) -> None:
        """A key that the text being typed does not take; nothing unless a screen wants it."""

    def interrupted(self) -> None:
        """Ctrl-C where nothing is selected that it could copy."""
        self.say(f"{self.keymap.first('app.quit')} leaves; everything is saved already")

    def run_act(self, act: Act) -> None:
        """Do what the action says, or say why not."""
        reason = self.why_not(act)
        if reason is not None:
            self.say(f"{act.label}: {reason}", "risk-look")
            return
        getattr(self, f"do_{act.verb}")()
        self.keyed_app.acted(act.id)

    def act(self, action_id: str) -> None:
        """Do an action chosen by name, as the palette does."""
        self.pressed = time.monotonic()
        self.run_act(self.keymap.acts[action_id])

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done now; None: it can."""
        return None

    # Actions of every screen

    def do_palette(self) -> None:
        """Every action by name."""
        self.app.action_command_palette()

    def do_help(self) -> None:
        """Every key."""
        from qatui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.keymap, self.NAME))

    def do_quit(self) -> None:
        """Leave."""
        self.app.exit()

    def do_theme(self) -> None:
        """The next theme."""
        self.keyed_app.next_theme()

    def do_back(self) -> None:
        """One screen back."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
