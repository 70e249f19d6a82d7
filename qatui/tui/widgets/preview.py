"""The candidate under the cursor, below the queue: its facts and its diff."""

from typing import TYPE_CHECKING

from textual.containers import Vertical

from qatui.render.glyphs import Glyphs

if TYPE_CHECKING:
    from qatui.domain.candidate import QueueRow
    from qatui.domain.diff import Document
    from qatui.flows.review import Dossier


class Preview(Vertical):
    """Empty in the first frame: what draws a diff is loaded and built once that is on the screen."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="preview")
        self._glyphs = glyphs
        self._row: QueueRow | None = None
        self._dossier: Dossier | None = None
        self._document: Document | None = None
        self._now = 0
        self._built = False

    def on_mount(self) -> None:
        """Build the rest behind the first frame."""
        self.call_after_refresh(self._build)

    async def _build(self) -> None:
        from qatui.tui.widgets.diff_view import DiffView
        from qatui.tui.widgets.facts import Facts

        await self.mount(Facts(self._glyphs), DiffView(cursor=False, glyphs=self._glyphs))
        self._built = True
        self.tell(self._row, self._dossier, self._now)
        self.show(self._document)

    def tell(self, row: "QueueRow | None", dossier: "Dossier | None", now: int) -> None:
        """Draw the facts; `now` is for ages, in milliseconds since 1970."""
        from qatui.tui.widgets.facts import Facts

        self._row, self._dossier, self._now = row, dossier, now
        if self._built:
            self.query_one(Facts).show(row, dossier, now)

    def show(self, document: "Document | None") -> None:
        """Draw another diff, or none."""
        from qatui.tui.widgets.diff_view import DiffView

        self._document = document
        if self._built:
            self.query_one(DiffView).show(document)
