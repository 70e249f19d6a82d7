"""The review: one candidate's diff, what is known about it, and the next one a key away."""

import time
from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from qatui.domain.marks import bidi_lines, visible
from qatui.domain.review import Side
from qatui.settings.types import TEAM_FILE
from qatui.tui import messages
from qatui.tui.keymap import Act
from qatui.tui.screens.reading import ReadingScreen
from qatui.tui.screens.verdicts import DecidingFrame, Targets
from qatui.tui.widgets.diff_head import DiffHead
from qatui.tui.widgets.diff_view import DiffView
from qatui.tui.widgets.facts import standing, told
from qatui.tui.widgets.lines import Line, Piece, Rule
from qatui.tui.widgets.side_pane import SidePane

PANE_FROM = 140
"""Cells from which the side pane stands beside the diff without being asked for."""
KEEP_SECONDS = 0.4
"""How long the cursor rests before its place is kept."""


class ReviewScreen(ReadingScreen, DecidingFrame):
    """One candidate of a list, in the order that the list had when it was opened."""

    NAME = "review"
    CSS_PATH = "../styles/review.tcss"

    def __init__(
        self,
        ids: Sequence[int],
        candidate_id: int,
        place: tuple[Side, int] | None = None,
        left: Callable[[int], None] | None = None,
    ) -> None:
        """`place` is a side and a line counted from 0 to begin at; `left` hears where the person was at the end."""
        super().__init__()
        self._ids = list(ids) if candidate_id in ids else [candidate_id, *ids]
        self._at = self._ids.index(candidate_id)
        self._place = place
        self._left = left
        self._decided: set[int] = set()
        self._since = 0.0
        """When the content at hand came on the screen (monotonic seconds)."""
        self._turned: list[int] = []
        """Lines, from 0, with characters that turn the direction."""
        self._resting: Timer | None = None
        self._pane_wanted: bool | None = None
        """Whether the person wants the side pane; None: as wide as it is."""

    def compose_body(self) -> ComposeResult:
        """Warnings, the two sides' names, the diff and beside it the pane."""
        yield Line(id="warnings")
        yield DiffHead(self.glyphs)
        with Horizontal(id="body"):
            yield DiffView(glyphs=self.glyphs)
            yield SidePane(self.glyphs)
        yield Rule(self.glyphs.rule)

    def on_mount(self) -> None:
        """Read the candidate."""
        self.query_one("#warnings").display = False
        self._arrange()
        self._open()

    # Which candidate

    def at_hand(self) -> int:
        """Id of the candidate on the screen, or on its way to it."""
        return self._ids[self._at]

    def targets(self) -> Targets:
        """The candidate at hand, if it was on the screen when the key went down."""
        dossier = self.dossier
        if dossier is None or dossier.candidate.id != self.at_hand() or self.pressed < self._since:
            return Targets()
        candidate = dossier.candidate
        return Targets((candidate.id,), {candidate.id: candidate.content_hash}, candidate.path)

    def go_on(self, ids: Sequence[int]) -> None:
        """After a verdict the next candidate without one; after the last, back."""
        self._decided.update(ids)
        left = [
            at for at in (*range(self._at + 1, len(self._ids)), *range(self._at)) if self._ids[at] not in self._decided
        ]
        if left:
            self._go(left[0])
        else:
            self._leave()

    def on_wrote(self, message: messages.Wrote) -> None:
        """What was taken back or not taken is open again: back to it, where it is one."""
        taken_back = message.outcome.done if message.turn == messages.REDO else ()
        again = [*taken_back, *(number for number, _ in message.outcome.refused)]
        self._decided.difference_update(again)
        if len(again) == 1:
            self.view(again[0])

    def view(self, candidate_id: int) -> None:
        """Look at a candidate of the list."""
        if candidate_id in self._ids and candidate_id != self.at_hand():
            self._go(self._ids.index(candidate_id))

    def _go(self, at: int) -> None:
        self._at = at
        self._place = None
        self._open()
        self.refresh_lines()

    def _open(self) -> None:
        self.backend.look(self, self.at_hand(), self.blanks, opening=True)

    def on_dossier_loaded(self, message: messages.DossierLoaded) -> None:
        """Draw it; the old picture stayed until now."""
        dossier = message.dossier
        if dossier.candidate.id != self.at_hand():
            return
        before = self.dossier
        if before is None or (before.candidate.id, before.content) != (dossier.candidate.id, dossier.content):
            self._since = time.monotonic()
            self._turned = bidi_lines(message.document.new.lines)
        self.dossier = dossier
        self.diff.show(message.document, self._place)
        self._place = None
        self.query_one(SidePane).show(dossier, self.backend.now())
        self._arrange()
        self.refresh_lines()
        self._keep()
        if self._at + 1 < len(self._ids):
            self.backend.preload(self._ids[self._at + 1], self.blanks)

    def on_store_changed(self, message: messages.StoreChanged) -> None:
        """Somebody did something, perhaps to this candidate."""
        self.do_refresh()

    def do_refresh(self) -> None:
        """Read the candidate again."""
        self.backend.look(self, self.at_hand(), self.blanks)

    # Where in it

    def on_tall_rows_moved(self) -> None:
        """The cursor moved: draw what tells of it and nothing else, and keep the place once it rests."""
        self._draw_head()
        self.query_one("#title", Line).show(*self.title_pieces())
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(KEEP_SECONDS, self._keep)

    def _keep(self) -> None:
        if self.dossier is None or self.dossier.candidate.id != self.at_hand() or not self.is_current:
            return
        place = self.diff.place or ("new", 0)
        self.backend.keep(
            "place", {"screen": "review", "candidate": self.at_hand(), "side": place[0], "line": place[1]}
        )

    def do_back(self) -> None:
        """To the screen one came from; a search ends first, and a pane that lies over the diff goes."""
        pane = self.query_one(SidePane)
        if self.end_search():
            return
        if pane.display and pane.has_class("over"):
            self.do_pane()
        else:
            self._leave()

    def _leave(self) -> None:
        self._keep()
        if self._left is not None:
            self._left(self.at_hand())
        self.end_search()
        super().do_back()

    # Moving

    def whats_next(self) -> str:
        """After the last change comes the next candidate."""
        return f"{self.keymap.first('review.next')} next candidate"

    def do_next(self) -> None:
        """The next candidate."""
        self._step(1, "this is the last candidate")

    def do_previous(self) -> None:
        """The candidate before."""
        self._step(-1, "this is the first candidate")

    def _step(self, by: int, otherwise: str) -> None:
        if 0 <= self._at + by < len(self._ids):
            self._go(self._at + by)
        else:
            self.say(f"{otherwise} · {self.station.keymap.first('app.back')} back")

    # Ways of showing

    def compare_again(self) -> None:
        """Compare the candidate with the blanks of now."""
        self.do_refresh()

    def do_pane(self) -> None:
        """Show or hide the side pane."""
        self._pane_wanted = not self.query_one(SidePane).display
        self._arrange()

    def do_comment_line(self) -> None:
        """Comment on the line under the cursor."""
        line = self.diff.line
        if line is None:
            self.say("no line is here to comment on", "risk-look")
        else:
            self.comment_on(side=line[0], line=line[1])

    def on_resize(self, event: events.Resize) -> None:
        """The pane goes or comes."""
        self._arrange()

    def _arrange(self) -> None:
        """The pane beside the diff where there is room, over it where there is not and it was asked for."""
        pane = self.query_one(SidePane)
        wide = self.size.width >= PANE_FROM
        pane.display = pane.has_content and wide if self._pane_wanted is None else self._pane_wanted
        pane.set_class(not wide, "over")
        self._draw_head()

    # Lines

    def title_pieces(self) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """Which candidate, where in the list, where in the diff."""
        dossier = self.dossier
        path = visible(dossier.candidate.path) if dossier else ""
        left = [Piece(f"Queue {self.glyphs.into}", "dim", rank=2), Piece(path, "foreground", "bold")]
        right = [Piece(f"{self._at + 1:,} of {len(self._ids):,}", "foreground", rank=1)]
        if dossier is not None:
            right.append(Piece(f"rev {dossier.candidate.revision}", "dim", rank=5))
            right += self.place_pieces()
        return left, [*right, *self.who_pieces()]

    def tab_pieces(self) -> list[Piece]:
        """In place of the tabs what is known of the candidate; what is said lies beside or over it."""
        dossier = self.dossier
        return [] if dossier is None else [*standing(dossier.candidate, dossier, self.glyphs), *told(dossier)]

    def refresh_lines(self) -> None:
        """Draw title, facts, warnings and footer anew; the warnings' line is there only with warnings."""
        super().refresh_lines()
        dossier = self.dossier
        if not self.is_mounted or dossier is None:
            return
        warnings = self.query_one("#warnings", Line)
        pieces = self._warnings()
        warnings.display = bool(pieces)
        warnings.show(pieces)

    def _warnings(self) -> list[Piece]:
        """What the person must not overlook, worst first."""
        dossier, sign = self.dossier, self.glyphs.warning
        assert dossier is not None
        pieces = []
        turned = self._turned
        if turned:
            more = f" and {len(turned) - 1:,} more" if len(turned) > 1 else ""
            pieces.append(
                Piece(
                    f"{sign} hidden characters turn the direction of line {turned[0] + 1:,}{more}", "risk-high", "bold"
                )
            )
        if dossier.candidate.path == TEAM_FILE:
            pieces.append(Piece(f"{sign} changes the team's settings", "risk-high", "bold"))
        if dossier.base_moved:
            pieces.append(
                Piece(f"{sign} base moved since this came in: the diff is against base now", "risk-look", "bold")
            )
        return pieces

    def _draw_head(self) -> None:
        """The names of the two sides."""
        dossier, desk = self.dossier, self.backend.desk
        if dossier is None:
            return
        base = f"base {desk.base.branch}@{desk.base.commit[:7]}" if desk is not None else "base"
        author = visible(dossier.candidate.author)
        proposed = f"proposed rev {dossier.candidate.revision} by {author}"
        old = visible(base) if dossier.base is not None else None
        self.query_one(DiffHead).show(old, proposed, self.diff.middle, "new file: there is none on base")

    def why_not(self, act: Act) -> str | None:
        """Why an action cannot be done here now."""
        if act.id == "review.comment_line" and self.dossier is not None:
            comment = self.station.keymap.acts["candidate.comment"]
            return super().why_not(comment)
        return super().why_not(act)
