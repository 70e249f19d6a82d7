"""What went wrong behind the screens: as a message, a bug's traceback in the log, and whether all is saved."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from qatui.errors import QatuiError, StoreBusy, StoreError
from qatui.tui import messages

Kind = Literal["read", "watch", "keep", "write"]
"""What a person asked to see, looking for changes, keeping the person's place, what the person wanted written."""


class Trouble:
    """Keeps which kinds of work fail now."""

    def __init__(self, log: Callable[[str], Path]) -> None:
        self._log = log
        self._logged: dict[str, str] = {}
        """Traceback -> where it is, in words."""
        self._failing: set[Kind] = set()

    @property
    def is_saved(self) -> bool:
        """Whether what was written last is in the store, and the store can be used."""
        return not self._failing

    def of(self, kind: Kind, verb: str, error: Exception) -> messages.Failed | None:
        """The words for an error, None where they were said: what nobody asked for is tried again and again."""
        known = kind in self._failing
        if kind != "read" and (isinstance(error, StoreError) or not isinstance(error, QatuiError)):
            self._failing.add(kind)
            if known and kind != "write":
                return None
        if not isinstance(error, QatuiError):
            return messages.Failed(verb, f"This is a bug in qatui: {type(error).__name__}.", self._keep(error))
        # The other hints of the store are for a start: what to set, which package to add.
        hinted = not isinstance(error, StoreError) or isinstance(error, StoreBusy)
        return messages.Failed(verb, error.message, error.hint if hinted else "")

    def over(self, kind: Kind) -> bool:
        """Work of this kind is done; whether it failed before."""
        failed = kind in self._failing
        self._failing.discard(kind)
        return failed

    def _keep(self, error: Exception) -> str:
        """Write a bug's traceback to the log, once; where it is."""
        text = "".join(traceback.format_exception(error))
        if text not in self._logged:
            try:
                self._logged[text] = f"The traceback is in {self._log(text)}."
            except OSError:
                self._logged[text] = "The log folder cannot be written."
        return self._logged[text]
