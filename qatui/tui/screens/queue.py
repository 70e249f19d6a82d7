"""The queue: list above, the candidate under the cursor below, decisions possible right here."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from qatui.domain import lifecycle, query
from qatui.domain.candidate import GONE, OPEN, State
from qatui.domain.lifecycle import Action
from qatui.domain.review import open_required
from qatui.tui import messages
from qatui.tui.keymap import Act
from qatui.tui.screens.frame import Frame
from qatui.tui.widgets.facts import Facts
from qatui.tui.widgets.lines import Line, Piece, Rule
from qatui.tui.widgets.queue_list import QueueHead, QueueList

if TYPE_CHECKING:
    from qatui.flows.review import Dossier

AGE_SECONDS = 30.0
"""How often the ages are drawn anew."""


class QueueScreen(Frame):
    """The list, its filter, and the preview."""

    NAME = "queue"

    def __init__(self) -> None:
        super().__init__()
        self.filter = query.DEFAULT
        """The filter whose candidates the list shows."""
        self._before_filter = query.DEFAULT
        self._wanted: int | None = None
        """Candidate to put the cursor on when it is found: where the person was before the start."""
        self._loaded = False
        self._counts: Mapping[State, int] = {}
        self._dossier: Dossier | None = None
        self._kept: dict[str, Any] = {}

    def compose_body(self) -> ComposeResult:
        """Filter, list, preview, and rules between."""
        with Horizontal(id="filter-line"):
            yield Static("/", id="filter-sign", markup=False)
            yield Input(self.filter, id="filter", select_on_focus=False, compact=True)
            yield Line(id="filter-says")
        yield Rule(self.glyphs.rule)
        yield QueueHead()
        yield QueueList(self.glyphs)
        yield Static(id="empty", markup=False)
        yield Rule(self.glyphs.rule)
        with Vertical(id="preview"):
            yield Facts(self.glyphs)

    def on_mount(self) -> None:
        """The list has the keys from the start."""
        super().on_mount()
        self.lines.focus()
        self.set_interval(AGE_SECONDS, self._tick)

    @property
    def lines(self) -> QueueList:
        """The list."""
        return self.query_one(QueueList)

    # Loading

    def on_opened(self, message: messages.Opened) -> None:
        """The store is there: back to where the person was."""
        marks = message.bookmarks
        self._kept = dict(marks)
        self.filter = str(marks.get("filter") or query.DEFAULT)
        try:
            query.parse(self.filter)
        except query.QueryError:
            self.filter = query.DEFAULT
        self.query_one("#filter", Input).value = self.filter
        self.lines.marks = {each for each in marks.get("marks") or () if isinstance(each, int)}
        self._wanted = (marks.get("place") or {}).get("candidate")
        self.lines.now = self.backend.now()
        self.refresh_lines()
        self._load(page=True)

    def _load(self, *, page: bool = False) -> None:
        self.backend.load_queue(self, self.filter, [] if page else self.lines.in_sight(), page=page)

    def on_page_loaded(self, message: messages.PageLoaded) -> None:
        """The first lines, unless the person's place is further down."""
        ids = [row.id for row in message.rows]
        if message.query == self.filter and (self._wanted is None or self._wanted in ids):
            self._show(ids, {row.id: row for row in message.rows})

    def on_queue_loaded(self, message: messages.QueueLoaded) -> None:
        """Every id of the filter."""
        if message.query != self.filter:
            return
        self._counts = message.counts
        self._loaded = True
        self.station.tab_counts["queue"] = sum(message.counts[state] for state in OPEN)
        waiting = message.counts[State.APPROVED] + message.counts[State.HELD]
        self.station.tab_counts["publish"] = waiting
        self._show(message.ids, message.rows)
        self._wanted = None

    def _show(self, ids: Sequence[int], rows: Mapping[int, Any]) -> None:
        self.lines.now = self.backend.now()
        self.lines.show(ids, rows, cursor=self._wanted if self._wanted in ids else None)
        if self._wanted in rows:
            self._wanted = None
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

    def _tick(self) -> None:
        self.lines.tick(self.backend.now())

    # The candidate under the cursor

    def on_queue_list_cursor_moved(self) -> None:
        """Show it below, and keep the place."""
        row = self.lines.rows.get(self.lines.cursor) if self.lines.cursor is not None else None
        self.query_one(Facts).show(row, self._dossier, self.backend.now())
        if row is not None:
            self.backend.look(self, row.id)
        self._keep()
        self.refresh_lines()

    def on_dossier_loaded(self, message: messages.DossierLoaded) -> None:
        """The candidate whole."""
        self._dossier = message.dossier
        row = self.lines.rows.get(self.lines.cursor) if self.lines.cursor is not None else None
        self.query_one(Facts).show(row, self._dossier, self.backend.now())
        self.refresh_lines()

    def _keep(self) -> None:
        """Keep cursor, filter and marks, each when it changed."""
        if not self._loaded:
            return
        now = {
            "place": {"screen": "queue", "candidate": self.lines.cursor},
            "filter": self.filter,
            "marks": sorted(self.lines.marks),
        }
        for name, value in now.items():
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

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done to the candidate at hand."""
        if act.scope == "candidate" and act.verb not in ("undo", "redo") and self.lines.cursor is None:
            return "no candidate is here"
        dossier, desk = self._dossier, self.backend.desk
        if act.needs is None or self.lines.marks or dossier is None or desk is None:
            return None
        if dossier.candidate.id != self.lines.cursor or act.needs is Action.OPEN:
            return None
        given = lifecycle.Circumstances(desk.reviewer, desk.team.self_approve, open_required(dossier.checklist))
        return lifecycle.why_not(dossier.candidate, act.needs, given)

    # Actions: moving, marking, filtering

    def do_down(self) -> None:
        self.lines.step(1)

    def do_up(self) -> None:
        self.lines.step(-1)

    def do_page_down(self) -> None:
        self.lines.step(max(1, self.lines.room.height // 2))

    def do_page_up(self) -> None:
        self.lines.step(-max(1, self.lines.room.height // 2))

    def do_top(self) -> None:
        self.lines.go(0)

    def do_end(self) -> None:
        self.lines.go(len(self.lines.ids) - 1)

    def do_refresh(self) -> None:
        self._load()

    # Verdicts

    def targets(self) -> tuple[list[int], dict[int, str]]:
        """The ids a verdict takes, and the content the person saw of each: the marked, else the one at hand."""
        marked = self.lines.marked()
        if marked:
            return marked, {each: self.lines.rows[each].content_hash for each in marked if each in self.lines.rows}
        row = self.lines.row_at(self.pressed)
        return ([row.id], {row.id: row.content_hash}) if row else ([], {})

    def do_approve(self) -> None:
        ids, expected = self.targets()
        self.backend.decide(ids, Action.APPROVE, expected=expected)
        self.lines.advance(ids)

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.refresh_lines()
