"""What is known of the candidate under the cursor, in two lines above its diff."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from qatui.domain import moments
from qatui.domain.candidate import Candidate, State
from qatui.domain.lines import split
from qatui.domain.marks import bidi_lines, visible
from qatui.domain.text import handle
from qatui.render.glyphs import Glyphs
from qatui.tui.widgets.lines import Line, Piece

if TYPE_CHECKING:
    from qatui.domain.candidate import QueueRow
    from qatui.flows.review import Dossier


class Facts(Vertical):
    """Two lines: which candidate, and what stands in the way of a verdict or led to one."""

    DEFAULT_CSS = "Facts { height: 2; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._looked = b""
        """The content that was last looked through for what turns the direction of lines."""
        self._turned: list[int] = []

    def compose(self) -> ComposeResult:
        """The two lines."""
        yield Line(id="which")
        yield Line(id="standing")

    def show(self, row: "QueueRow | None", dossier: "Dossier | None", now: int) -> None:
        """Draw what the list's line says at once, and the rest when the dossier has come."""
        if dossier is not None and (row is None or dossier.candidate.id != row.id):
            dossier = None
        which, below = self.query_one("#which", Line), self.query_one("#standing", Line)
        if row is None:
            which.show([])
            below.show([])
            return
        which.show([Piece(visible(row.path), "foreground", "bold")], _which(row, dossier))
        state, *rest = standing(row, dossier, self._glyphs)
        below.show([state, *self._warnings(dossier), *rest], told(dossier))

    def _warnings(self, dossier: "Dossier | None") -> list[Piece]:
        """What must not be overlooked where a verdict can be given without opening the candidate."""
        if dossier is None:
            return []
        if self._looked is not dossier.content:
            self._looked, self._turned = dossier.content, bidi_lines(split(dossier.content).lines)
        if not self._turned:
            return []
        more = f" and {len(self._turned) - 1:,} more" if len(self._turned) > 1 else ""
        words = f"{self._glyphs.warning} hidden characters turn the direction of line {self._turned[0] + 1:,}{more}"
        return [Piece(words, "risk-high", "bold")]


def _which(row: "QueueRow", dossier: "Dossier | None") -> list[Piece]:
    pieces = [Piece(f"rev {row.revision}", "dim", rank=2)]
    if row.new_file:
        pieces.append(Piece("new file", "added", rank=3))
    if dossier is not None:
        pieces.append(Piece(f"by {visible(dossier.candidate.author)}", "dim", rank=4))
    pieces.append(Piece(f"#{row.id}", "dim", rank=1))
    return pieces


def standing(row: "QueueRow | Candidate", dossier: "Dossier | None", glyphs: Glyphs) -> list[Piece]:
    """The state and what led to it; then what a verdict would run into."""
    words = row.state.words
    if isinstance(row, Candidate):
        by, reason = (row.verdict.by, row.verdict.reason) if row.verdict else (None, None)
    else:
        by, reason = row.verdict_by, row.verdict_reason
    if by and row.state not in (State.PENDING, State.IN_REVIEW):
        words += f" by {visible(handle(by))}"
    if reason and row.state in (State.REJECTED, State.AWAITING_REVISION):
        words += f": {visible(reason)}"
    if row.deferred_until is not None and row.state is State.DEFERRED:
        words += f" until {moments.minute(row.deferred_until)}"
    pieces = [Piece(words, "accent")]
    if row.state_reason:
        pieces.append(Piece(visible(row.state_reason), "risk-look", rank=3))
    if dossier is None:
        return pieces
    verdict = dossier.candidate.verdict
    if verdict is not None and verdict.note:
        pieces.append(Piece(f"“{visible(verdict.note)}”", "dim", rank=6))
    if dossier.base_moved:
        pieces.append(Piece(f"{glyphs.warning} base moved since", "risk-look", rank=2))
    if dossier.checklist:
        done = sum(each.done for each in dossier.checklist)
        required = sum(each.item.required and not each.done for each in dossier.checklist)
        words = f"checklist {done}/{len(dossier.checklist)}" + (f", {required} required open" if required else "")
        pieces.append(Piece(words, "risk-look" if required else "risk-good", rank=4))
    if dossier.comments:
        count = len(dossier.comments)
        pieces.append(Piece(f"{count} comment{'s' if count > 1 else ''}", "link", rank=5))
    return pieces


def told(dossier: "Dossier | None") -> list[Piece]:
    """What the manifest said."""
    if dossier is None or dossier.origin is None:
        return []
    origin, pieces = dossier.origin, []
    if origin.endpoint:
        words = f"{origin.endpoint.get('method', '')} {origin.endpoint.get('path', '')}".strip()
        pieces.append(Piece(visible(words), "link", rank=7))
    if origin.plan_item:
        pieces.append(Piece(f"item {visible(origin.plan_item)}", "link", rank=8))
    if origin.generator:
        pieces.append(Piece(visible(origin.generator.get("name", "")), "dim", rank=9))
    return pieces
