"""The workstation: one app, its screens, and what all of them share."""

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual.types import CSSPathType

from qatui.domain.marks import visible
from qatui.tui import errands, messages
from qatui.tui.backend import Backend
from qatui.tui.child import SYNCED
from qatui.tui.coach import Course
from qatui.tui.keyed_app import KeyedApp
from qatui.tui.parts import Parts
from qatui.tui.screens.frame import Frame
from qatui.tui.screens.queue import QueueScreen

if TYPE_CHECKING:
    from qatui.domain.review import Side


class Workstation(KeyedApp, inherit_bindings=False):
    """The app; it returns the error that ended it, None when the person did."""

    # The other screens bring their own when they are first shown: each file costs the first frame a little.
    CSS_PATH: ClassVar[CSSPathType | None] = ["styles/frame.tcss", "styles/queue.tcss", "styles/dialogs.tcss"]

    def __init__(self, parts: Parts) -> None:
        """Raises ConfigError when the reviewer's `keys:` mean nothing."""
        super().__init__(parts.user, parts.clock)
        self.backend = Backend(self, parts, self.tell)
        self.place = ""
        """Repository and base branch, for the title line."""
        self.hosted = False
        """Whether the repository is at a host, where pull requests are."""
        self.synced: int | None = None
        """When the last sync of this reviewer ended, milliseconds since 1970."""
        self.progress = ""
        """How far a child process is."""
        self.tab_counts: dict[str, int] = {}
        self.unfinished: int | None = None
        """Publications that came to no end and nobody is at; None: not looked for yet."""
        self.course = Course(shown=parts.coach)
        self.warned_of = 0
        """Which publish of this session went on when the person wanted to leave, from 1."""

    def get_default_screen(self) -> Frame:
        """The queue."""
        return QueueScreen()

    def on_mount(self) -> None:
        """Open the store behind the first frame."""
        self.backend.start()
        with suppress(RuntimeError, ValueError):  # only the main thread hears signals
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)

    def on_unmount(self) -> None:
        """Give back what is held."""
        self.backend.close()

    def show_screen(self, name: str, *, ask: bool = False) -> None:
        """Go to a screen by its name in the keymap; with `ask` the Publish screen asks its question at once."""
        from qatui.tui.screens.publish import PublishScreen

        if isinstance(self.screen, PublishScreen) and name == "publish":
            return
        while isinstance(self.screen, Frame) and self.screen.NAME != "queue":
            self.pop_screen()
        if name == "publish":
            self.push_screen(PublishScreen(ask=ask))

    def open_candidate(self, candidate_id: int, place: "tuple[Side, int] | None" = None) -> None:
        """Review a candidate, and the others of the queue from there; `place` is a side and a line from 0."""
        from qatui.tui.screens.review import ReviewScreen

        queue = self.screen_stack[0]
        assert isinstance(queue, QueueScreen)
        self.push_screen(ReviewScreen(queue.lines.ids, candidate_id, place, queue.come_back))

    def tell(self, message: messages.Told) -> None:
        """The app hears it, then every screen."""
        messages.post_copies(message, [self, *(screen for screen in self.screen_stack if isinstance(screen, Frame))])

    def say(self, text: str, token: str = "foreground") -> None:
        """Say something on the screen that is seen."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Frame):
                screen.say(text, token)
                return

    def show_coach(self, shown: bool) -> None:
        """Show the first steps, or send the coach away."""
        self.course.shown = shown
        self.course_changed()
        self.look_for_pushed()

    def course_changed(self) -> None:
        """Keep how far the person is, and draw it on every screen."""
        self.backend.keep("coach", self.course.kept())
        for screen in self.screen_stack:
            if isinstance(screen, Frame):
                screen.refresh_lines()

    def acted(self, action_id: str) -> None:
        """An action ran."""
        if self.course.ran(action_id):
            self.course_changed()

    def look_for_pushed(self) -> None:
        """The course ends on what was published, from whatever place, once its pull request has come to its end."""
        if self.course.shown and not self.course.is_over and self.backend.desk is not None:
            self.backend.ask(self, "pushed", errands.newest_pushed)

    def on_opened(self, message: messages.Opened) -> None:
        """The course goes on where it was."""
        self.course.recall(message.bookmarks.get("coach"))
        synced = message.bookmarks.get(SYNCED)
        self.synced = synced if isinstance(synced, int) else None

    def on_connected(self, message: messages.Connected) -> None:
        """The repository is known."""
        self.place, self.hosted = visible(message.place), message.hosted
        self.look_for_unfinished()
        if self.backend.desk is not None and (copy := self.backend.desk.db.backup) is not None:
            self.say(f"the database was upgraded; {visible(str(copy))} is it as it was")
        self.look_for_pushed()

    def on_store_changed(self, message: messages.StoreChanged) -> None:
        """Perhaps a branch was pushed."""
        self.look_for_pushed()
        self.look_for_unfinished()

    def look_for_unfinished(self) -> None:
        """Publications that were killed half-way, or whose remote was away."""
        if self.backend.desk is not None:
            self.backend.ask(self, "unfinished", errands.left_unfinished)

    def on_left_unfinished(self, message: messages.LeftUnfinished) -> None:
        """Count them in the tab; those found at the start are told."""
        begun, self.unfinished = self.unfinished is None, message.count
        if begun and message.count:
            what = "1 publication is" if message.count == 1 else f"{message.count:,} publications are"
            self.say(f"{what} unfinished · {self.keymap.first('app.publish')} finishes", "risk-look")
        if isinstance(self.screen, Frame):
            self.screen.refresh_lines()

    def on_pushed(self, message: messages.Pushed) -> None:
        """The course ends on it, or goes on with its pull request."""
        if self.course.reached(message.ending):
            self.course_changed()

    def on_progressed(self, message: messages.Progressed) -> None:
        """A child goes on."""
        self.progress = visible(message.text)[:40]

    def on_wrote(self, message: messages.Wrote) -> None:
        """Say what was done and how to take it back, and what was refused and why."""
        if self.course.wrote(message.verb, message.outcome):
            self.course_changed()
        marked, queue = 0, self.screen
        if isinstance(queue, QueueScreen) and message.turn == messages.UNDO:
            marked = len(queue.lines.marks.difference(message.outcome.done))
        key = self.keymap.first(f"candidate.{message.turn}") if message.turn else ""
        self.say(*told(message, f"{key} {message.turn}" if key else "", marked))

    def on_synced(self, message: messages.Synced) -> None:
        """Say what changed at GitHub, and when that was looked at."""
        self.synced = self.backend.now()
        self.look_for_pushed()
        self.say(f"{message.verb}: {visible(message.words)}", "risk-look" if message.needs_person else "foreground")

    def on_failed(self, message: messages.Failed) -> None:
        """Say what was not done and what to do next."""
        self.say(visible(message.words), "risk-high")


def told(message: messages.Wrote, turn: str, marked: int = 0) -> tuple[str, str]:
    """The words and the ink for what became of a verb.

    `turn` is the key that turns it round, `marked` how many are marked still.
    """
    outcome = message.outcome
    verb = visible(message.verb)
    words = []
    if outcome.done or not (outcome.already or outcome.refused):
        whom = _name(message, outcome.done[0]) if len(outcome.done) == 1 else f"{len(outcome.done):,}"
        words.append(f"{verb} {whom}" if message.counted else verb)
    if outcome.already:
        whom = _name(message, outcome.already[0]) if len(outcome.already) == 1 else f"{len(outcome.already):,}"
        words.append(f"already {verb} {whom}")
    if outcome.refused:
        number, reason = outcome.refused[0]
        count = len(outcome.refused)
        whom = _name(message, number) if count == 1 else f"{count:,}"
        more = f", and {count - 1:,} more" if count > 1 else ""
        words.append(f"not {'taken' if outcome.done else verb} {whom}: {visible(reason)}{more}")
    if marked:
        words.append(f"{marked:,} stay{'s' if marked == 1 else ''} marked")
    if message.note:
        words.append(visible(message.note))
    if outcome.done and turn:
        words.append(turn)
    return " · ".join(words), "risk-look" if outcome.refused else "foreground"


def _name(message: messages.Wrote, number: int) -> str:
    """The file's name of a candidate, as far as it was read."""
    return visible(message.names[number].rpartition("/")[2]) if number in message.names else "1"
