"""Files that were compared and are kept for another look: few, and not too many lines together."""

from typing import TYPE_CHECKING, NamedTuple

from qatui.domain.blanks import Blanks

if TYPE_CHECKING:
    from qatui.domain.diff import Document

MOST = 8
"""Documents kept, and
"""
MOST_LINES = 200_000
"""lines in all of them, of both sides; 100,000 take some 40 MiB."""
LEAST = 2
"""Documents kept however long they are: the one at hand and the next."""


class Key(NamedTuple):
    """Which of the files was compared, and how."""

    at: int
    blanks: Blanks


class Kept:
    """The documents of those files that were looked at last."""

    def __init__(self) -> None:
        self._documents: dict[Key, Document] = {}
        """In the order of the last look."""

    def __contains__(self, key: Key) -> bool:
        return key in self._documents

    def look(self, key: Key) -> "Document | None":
        """The document, which from now on is the one looked at last; None: it is not kept."""
        document = self._documents.pop(key, None)
        if document is not None:
            self._documents[key] = document
        return document

    def keep(self, key: Key, document: "Document", at_hand: Key) -> None:
        """Keep it, and let go of what nobody looked at for longest; never of it, nor of what is at hand."""
        self._documents.pop(key, None)
        self._documents[key] = document
        for oldest in [each for each in self._documents if each not in (key, at_hand)]:
            if len(self._documents) <= MOST and (len(self._documents) <= LEAST or self.lines <= MOST_LINES):
                break
            del self._documents[oldest]

    @property
    def lines(self) -> int:
        """Of both sides of all that are kept."""
        return sum(len(each.new) + (len(each.old) if each.old is not None else 0) for each in self._documents.values())
