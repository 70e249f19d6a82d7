"""The queue: list above, the candidate under the cursor below, decisions possible right here."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input

from qatui.domain import query
from qatui.domain.candidate import GONE, OPEN, State
from qatui.domain.marks import visible
from qatui.tui import messages
from qatui.tui.keymap import Act
from qatui.tui.screens.marking import MarkingFrame
from qatui.tui.widgets.empty_queue import EmptyQueue
from qatui.tui.widgets.filter_line import FilterLine
from qatui.tui.widgets.lines import Piece, Rule
from qatui.tui.widgets.preview import Preview
from qatui.tui.widgets.queue_list import QueueHead, QueueList

if TYPE_CHECKING:
    from qatui.tui.dialogs.question import Answer

TAKEN_SECONDS = 0.5
"""How long no verdict is taken after the cursor was moved by somebody else's."""
AGE_SECONDS = 30.0
"""How often the ages are drawn anew."""


class QueueScreen(MarkingFrame):
    """The list, its filter, and the preview."""

    NAME = "queue"

    def __init__(self) -> None:
        super().__init__()
        self.filter = query.DEFAULT
        """The filter whose candidates the list shows."""
        self._wanted: int | None = None
        """Candidate to put the cursor on when it is found: where the person was before the start."""
        self._typed = False
        """The filter changed: the cursor begins at the top unless its candidate is found."""
        self._reopened: int | None = None
        """Candidate that the person reviewed before the start: its review opens again."""
        self._loaded = False
        self._taken_at = float("-inf")
        """When somebody else's verdict moved the cursor (monotonic seconds)."""
        self._listed_at = float("-inf")
        """When the list of a typed filter came on the screen."""
        self._counts: Mapping[State, int] = {}
        self._kept: dict[str, Any] = {}

    def compose_body(self) -> ComposeResult:
        """Filter, list, preview, and rules between."""
        yield FilterLine()
        yield Rule(self.glyphs.rule)
        yield QueueHead()
        yield QueueList(self.glyphs)
        yield EmptyQueue()
        yield Rule(self.glyphs.rule)
        yield Preview(self.glyphs)

    def on_mount(self) -> None:
        """The list has the keys from the start."""
        self.lines.display = False
        self.set_interval(AGE_SECONDS, self._tick)

    # Loading

    def on_opened(self, message: messages.Opened) -> None:
        """The store is there: back to where the person was."""
        self._kept = dict(message.bookmarks)
        self.filter = self.query_one(FilterLine).begin(str(self._kept.get("filter") or query.DEFAULT))
        self.lines.marks = {each for each in self._kept.get("marks") or () if isinstance(each, int)}
        place = self._kept.get("place") or {}
        self._wanted = place.get("candidate")
        self._reopened = self._wanted if place.get("screen") == "review" else None
        self.backend.load_page(self, self.filter)

    def _load(self) -> None:
        sight = self.lines.in_sight()
        if self._wanted is not None:
            sight.append(self._wanted)
        self.backend.load_queue(self, self.filter, sight, self.lines.marks)

    def on_page_loaded(self, message: messages.PageLoaded) -> None:
        """The first lines, unless the person's place is further down; the rest once they are seen."""
        if message.query != self.filter:
            return
        ids = [row.id for row in message.rows]
        if ids and (self._wanted is None or self._wanted in ids):
            self._show(ids, {row.id: row for row in message.rows})
            self.call_after_refresh(self._load)
        else:
            self._load()

    def on_queue_loaded(self, message: messages.QueueLoaded) -> None:
        """Every id of the filter."""
        if message.query != self.filter:
            return
        self._counts = message.counts
        self._loaded = True
        self.station.tab_counts["queue"] = sum(message.counts[state] for state in OPEN)
        self.station.tab_counts["publish"] = message.counts[State.APPROVED]
        if message.over:
            self.lines.unmark(message.over)
            self.marked()
        self._tell_if_taken(message)
        self._show(message.ids, message.rows)
        again, self._wanted, self._reopened = self._reopened, None, None
        if again is not None and again in message.ids:
            place = self._kept["place"]
            self.station.open_candidate(again, (place["side"], place["line"]))

    def _tell_if_taken(self, message: messages.QueueLoaded) -> None:
        """Somebody else's verdict takes the line under the cursor out of the list: say so before another is there."""
        from qatui.tui.widgets.facts import standing

        here = self.lines.cursor
        row = message.rows.get(here) if here is not None and not self._typed else None
        if row is None or row.id in message.ids or not row.verdict_by or row.verdict_by == self.backend.reviewer:
            return
        became = standing(row, None, self.glyphs)[0].text
        self.say(f"{visible(row.path.rpartition('/')[2])} is {became}; the cursor is on another now", "risk-look")
        self._taken_at = self.station.turns.clock()

    def come_back(self, candidate_id: int) -> None:
        """The review of a candidate was left: the cursor goes there."""
        self._kept.pop("place", None)
        if candidate_id in self.lines.ids:
            self.lines.go(self.lines.ids.index(candidate_id))

    def on_screen_resume(self) -> None:
        """This is again where the person is: what changed under the other screen is read."""
        self._keep()
        if self.row is not None and self.backend.desk is not None:
            self.backend.look(self, self.row.id)

    def _show(self, ids: Sequence[int], rows: Mapping[int, Any]) -> None:
        self.lines.now = self.backend.now()
        self.lines.show(ids, rows, cursor=self._wanted if self._wanted in ids else None, from_top=self._typed)
        if self._typed:
            self._typed, self._listed_at = False, time.monotonic()
        if self._wanted in rows:
            self._wanted = None
        empty = self.query_one(EmptyQueue)
        if self.lines.display is not bool(ids):
            empty.display, self.lines.display = not ids, bool(ids)
            if ids and self.focused is None:
                self.lines.focus()
        if not ids:
            empty.explain(self.station.keymap, self.filter, self._counts)
        self.call_after_refresh(self.backend.rows_shown)
        self.refresh_lines()

    def on_queue_list_rows_missing(self, message: QueueList.RowsMissing) -> None:
        """Lines came into sight that were not read."""
        self.backend.load_rows(self, message.ids)

    def on_rows_loaded(self, message: messages.RowsLoaded) -> None:
        """They are here."""
        self.lines.update_rows(message.rows)

    def on_store_changed(self, message: messages.StoreChanged) -> None:
        """Read again what is seen."""
        self._load()

    def on_connected(self, message: messages.Connected) -> None:
        """Now the candidate under the cursor can be read."""
        if self.row is not None:
            self.backend.look(self, self.row.id)

    def on_wrote(self, message: messages.Wrote) -> None:
        """What was decided is no longer marked; what was taken back is under the cursor again."""
        if message.turn == messages.UNDO and not self.lines.marks.isdisjoint(message.outcome.done):
            self.lines.unmark(message.outcome.done)
            self.marked()
        elif message.turn == messages.REDO and message.outcome.done:
            self._wanted = message.outcome.done[0]

    def _tick(self) -> None:
        self.lines.tick(self.backend.now())

    # The candidate under the cursor

    def on_queue_list_cursor_moved(self) -> None:
        """Show it below, and keep the place."""
        row = self.row
        self._draw_facts()
        if row is None:
            self.query_one(Preview).show(None)
        elif self.backend.desk is not None and self.is_current:
            self.backend.look(self, row.id)
        self._keep()
        self.refresh_lines()

    def on_dossier_loaded(self, message: messages.DossierLoaded) -> None:
        """The candidate whole; meanwhile the next is made ready."""
        if message.dossier.candidate.id != self.lines.cursor:
            return
        self.dossier = message.dossier
        self._draw_facts()
        self.query_one(Preview).show(message.document)
        self.refresh_lines()
        if self.lines.index + 1 < len(self.lines.ids):
            self.backend.preload(self.lines.ids[self.lines.index + 1])

    def _draw_facts(self) -> None:
        self.query_one(Preview).tell(self.row, self.dossier, self.backend.now())

    def _keep(self) -> None:
        """Keep cursor and filter, each when it changed."""
        if self._loaded:
            self._keep_one("place", {"screen": "queue", "candidate": self.lines.cursor})
            self._keep_one("filter", self.filter)

    def _keep_one(self, name: str, value: Any) -> None:
        if self._kept.get(name) != value:
            self._kept[name] = value
            self.backend.keep(name, value)

    # Lines

    def title_pieces(self) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """Where am I and how far."""
        left, right = super().title_pieces()
        if not self._counts:
            return left, right
        left_over = sum(self._counts[state] for state in OPEN)
        total = sum(number for state, number in self._counts.items() if state not in GONE)
        words = f"{total - left_over:,} of {total:,} done, {left_over:,} left"
        return [*left, Piece(words, "foreground", "bold" if left_over else "")], right

    def refresh_lines(self) -> None:
        """The filter line says where the cursor is, what is marked, and what is wrong with the filter."""
        super().refresh_lines()
        if not self.is_mounted:
            return
        says = []
        if self.lines.in_range:
            says.append(Piece(f"range: {self.station.keymap.first('queue.range')} ends it", "accent", rank=2))
        if self.lines.marks:
            shown, every = len(self.lines.marked()), len(self.lines.marks)
            words = f"{shown:,} marked" if shown == every else f"{shown:,} of {every:,} marked in sight"
            says.append(Piece(f"{self.glyphs.mark} {words}", "accent", "bold", rank=1))
        if self.lines.ids:
            says.append(Piece(f"{self.lines.index + 1:,} / {len(self.lines.ids):,}", "dim", rank=3))
        self.query_one(FilterLine).say(says)

    def key_pieces(self) -> list[Piece]:
        """While the filter is typed, other keys work."""
        if isinstance(self.focused, Input):
            return [
                Piece("keep the filter", key="enter"),
                Piece("as before", key="esc"),
                Piece("is:open is:approved,held -word word", "dim", rank=1),
            ]
        return super().key_pieces()

    def run_act(self, act: Act) -> None:
        """Do what the action says, unless it would hit a line that the person has not seen."""
        early = self._too_early(act)
        if early is None:
            super().run_act(act)
        else:
            self.say(f"{act.label}: {early}; press again", "risk-look")

    def _too_early(self, act: Act) -> str | None:
        if act.scope in ("queue", "candidate") and act.verb not in ("filter", "ingest", "undo", "redo"):
            if self._typed:
                return "the list of this filter is still being read"
            if self.pressed < self._listed_at:
                return "the list of this filter has only come"
        taken = self.station.turns.clock() < self._taken_at + TAKEN_SECONDS
        if taken and act.needs is not None and not self.lines.marked():
            return "the test under the cursor is another now"
        return None

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done now."""
        if act.scope == "queue" and act.verb in ("open", "mark", "range", "all", "invert") and not self.lines.ids:
            return "no candidate is here"
        if act.verb == "all" and not self._loaded:
            return "the queue is still being read"
        return super().why_not(act)

    def marked(self) -> None:
        """The marks changed: keep them, and draw how many there are."""
        self._keep_one("marks", sorted(self.lines.marks))
        self.refresh_lines()

    def do_back(self) -> None:
        """Nothing lies behind the queue; an open range ends, else all marks go, else the coach."""
        if self.lines.in_range:
            self.lines.end_range()
            self.refresh_lines()
        elif self.lines.marks:
            self.say(f"{len(self.lines.marks):,} no longer marked")
            self.lines.unmark(self.lines.marks)
            self.marked()
        elif self.station.course.shown:
            self.station.show_coach(False)
            self.say(f"{self.station.keymap.first('app.palette')} and then coach: the first steps again")

    def do_refresh(self) -> None:
        """Read everything again, and sync where something is remote."""
        self._load()
        self.sync()

    # The filter

    def do_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).type()

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        """Each key filters; the old list stays until the new one is there."""
        self.filter = message.text
        self._typed = True
        self.backend.load_page(self, self.filter)

    def on_filter_line_mistaken(self) -> None:
        """Say what is wrong, or no longer."""
        self.refresh_lines()

    def on_filter_line_left(self) -> None:
        """Back to the list."""
        self.set_focus(None)
        self.lines.focus()
        self._keep()
        self.refresh_lines()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.refresh_lines()

    # Opening, intake

    def do_open(self) -> None:
        """Open the candidate under the cursor."""
        row = self.lines.row_at(self.pressed)
        if row is not None:
            self.station.open_candidate(row.id)

    def do_ingest(self) -> None:
        """Take candidates in; a child process does it."""
        from qatui.tui.dialogs.intake import intake_question

        def answered(answer: "Answer | None") -> None:
            if answer is not None and not self.backend.ingest(answer.text.strip()):
                self.say("an intake runs already", "risk-look")

        self.app.push_screen(intake_question(), answered)
