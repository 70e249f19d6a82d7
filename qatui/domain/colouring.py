"""Which stretches of a line have a colour, as whoever draws it asks for them; `qatui.syntax.highlight` answers."""

from typing import Protocol

Stretches = list[tuple[int, int, str]]
"""Coloured stretches of a line: (start, end, style) in its own characters, in order."""


class Colouring(Protocol):
    """The colours of one text's lines, which may be found while they are being drawn."""

    version: int
    """Counts corrections of lines that were coloured provisionally."""
    why_plain: str | None
    """Why nothing is coloured, or some lines are not, in words; None: everything is, or will be."""

    @property
    def provisional(self) -> bool:
        """Whether lines were coloured provisionally and wait for `advance`."""

    def line(self, number: int) -> Stretches:
        """The coloured stretches of a line."""

    def prepare(self, number: int) -> bool:
        """Colour a line before it is asked for; whether there was something to do."""

    def advance(self) -> bool:
        """Go on for some milliseconds; whether there is more to do."""

    def finish(self) -> None:
        """Colour everything for good."""
