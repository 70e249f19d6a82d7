"""A diff as lines of text, for a pipe or a terminal's scroll-back: the rows of the screen, wrapped, with or without
colours.

In colours each line is painted on the theme's own paper over its whole width, for the contrast of the inks is known
on that paper only, and nobody knows the terminal's. Without colours a line ends with its last sign.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style

from qatui.domain.diff import CONTEXT, Document, Rows
from qatui.render.head import facts, head
from qatui.render.notes import note_lines, note_width
from qatui.render.painter import Painter
from qatui.render.palette import EIGHT_BIT, job_of
from qatui.render.part import Look

Colours = Literal["truecolor", "256", "16"]
"""What a terminal can show; with 16 the colours are the person's own, and so is the paper."""

_SIXTEEN = {
    "added-line": "32",
    "removed-line": "31",
    "moved-line": "36",
    "added-span": "32;7",
    "removed-span": "31;7",
    "added": "32",
    "removed": "31",
    "changed": "34",
    "moved": "36",
    "finding": "35",
    "dim": "2",
    "accent": "36",
}
"""Token -> SGR parameters with 16 colours: the paper's where there is one, else the ink's."""


def print_document(
    document: Document,
    look: Look,
    colours: Colours | None,
    *,
    context: int | None = CONTEXT,
    names: tuple[str | None, str | None] | None = None,
) -> Iterator[str]:
    """The lines of a diff, without their ends; none where the texts are the same and nothing else is to be told, and
    of such texts only what is told.

    `colours`: None for not a single control character. `context` as in `Rows`; `names` are those of the two sides.
    Lines are never cut, whatever the look says, and a new file has no sides.
    """
    if not document.hunks and not facts(document):
        return
    layout = look.layout if document.old is not None else "unified"
    look = replace(look, layout=layout, left=0, wrap=True)
    if colours is not None:
        for highlighter in document.colours.values():
            highlighter.finish()
    draw = _plain if colours is None else _Pen(look.theme, colours).line
    yield from map(draw, head(document, look, names))
    if not document.hunks and not document.comments:
        return
    paired = layout == "split"
    notes = note_lines(document.comments, note_width(look.width, paired=paired))
    counts = {key: len(lines) for key, lines in notes.items()}
    rows = Rows(document, paired=paired, context=context, notes=counts)
    painter = Painter(document, rows, document.colours if colours is not None else {}, notes, look)
    for number in range(len(rows)):
        yield from map(draw, painter.lines(number))


def _plain(segments: Iterable[Segment]) -> str:
    return "".join([each.text for each in segments]).rstrip(" ")


class _Pen:
    """Writes segments with SGR sequences (ECMA-48, 8.3.117), the shortest way it knows."""

    def __init__(self, theme: str, colours: Colours) -> None:
        self._theme = theme
        self._colours = colours
        self._known: dict[int, tuple[Style | None, str]] = {}
        """Sequences by the identity of styles, which are kept so that none takes another's."""

    def line(self, segments: list[Segment]) -> str:
        """A line, which ends as it began: with nothing set."""
        if self._colours == "16":
            while segments and segments[-1].text.isspace():
                segments.pop()
        known = self._known
        parts: list[str] = []
        last = ""
        for text, style, _ in segments:
            found = known.get(id(style))
            if found is None:
                found = known[id(style)] = (style, self._sequence(style))
            if found[1] != last:
                last = found[1]
                parts.append(last)
            parts.append(text)
        parts.append("\x1b[0m")
        return "".join(parts)

    def _sequence(self, style: Style | None) -> str:
        if style is None:
            return "\x1b[0m"
        token, under = job_of(style)
        ink = self._code(token, style.color, foreground=True)
        paper = self._code(under, style.bgcolor, foreground=False)
        if self._colours == "16":
            ink, paper = "", paper or ink
        return f"\x1b[{';'.join(filter(None, ('0', '1' if style.bold else '', ink, paper)))}m"

    def _code(self, token: str, color: Color | None, *, foreground: bool) -> str:
        """The parameters of an ink or of a paper."""
        if color is None or self._colours == "16":
            return _SIXTEEN.get(token, "")
        if self._colours == "truecolor":
            return ";".join(color.get_ansi_codes(foreground))
        number = EIGHT_BIT[self._theme].get(token, color.downgrade(ColorSystem.EIGHT_BIT).number)
        return f"{38 if foreground else 48};5;{number}"
