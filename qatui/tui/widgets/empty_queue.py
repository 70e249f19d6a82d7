"""What stands in place of the list while it has no lines: why, and what to press next."""

from collections.abc import Mapping

from textual.widgets import Static

from qatui.domain import query
from qatui.domain.candidate import State
from qatui.tui.keymap import Keymap


class EmptyQueue(Static):
    """A few sentences."""

    def __init__(self) -> None:
        super().__init__("reading the queue …", id="empty", markup=False)

    def explain(self, keymap: Keymap, text: str, counts: Mapping[State, int]) -> None:
        """Say why the filter `text` shows nothing, with `counts` of all candidates by state."""
        if not sum(counts.values()):
            self.update(
                "Nothing was taken in yet.\n\n"
                f"{keymap.first('app.palette')} ingest   takes tests in from a folder or a manifest\n"
                "qatui ingest PATH   does the same in a shell"
            )
        elif text.strip() in ("", query.DEFAULT):
            self.update(
                "Nothing is left to judge.\n\n"
                f"{keymap.first('app.publish')} publish what was approved   "
                f"{keymap.first('queue.filter')} is:all shows everything   {keymap.first('candidate.undo')} undo"
            )
        else:
            self.update(f"Nothing matches {text}\n\n{keymap.first('queue.filter')} another filter, such as is:open")
