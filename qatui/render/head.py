"""What is to be told of a file besides its lines: its names, its mode, the ends of its lines."""

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells
from rich.segment import Segment

from qatui.domain.diff import Document
from qatui.domain.lines import Lines
from qatui.domain.marks import visible
from qatui.domain.secrets import without_secrets
from qatui.render.cells import fitted
from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink
from qatui.render.part import Look

_MODES = {"100644": "plain file", "100755": "executable", "120000": "symbolic link", "160000": "submodule"}
"""https://git-scm.com/book/en/v2/Git-Internals-Git-Objects names them."""


def facts(document: Document) -> list[str]:
    """What changed beside the lines, and what to know about those that are shown; each in a few words."""
    told = []
    old, new = document.old_mode, document.new_mode
    if document.deleted:
        told.append("deleted" + _unless_plain(old))
    elif document.old is None:
        told.append("new file" + _unless_plain(new))
    elif old is not None and new is not None and old != new:
        told.append(f"{_named(old)} became {_named(new)}")
    if document.old_path not in (None, document.path):
        told.append("renamed")
    if document.old is not None and not document.deleted:
        told += _ends(document.old, document.new)
    if document.unlike:
        differ = "differs" if len(document.unlike) == 1 else "differ"
        told.append(f"{_lines(len(document.unlike))} {differ} in blanks only")
    if document.moved is not None and document.moved.blocks:
        told.append(f"{_lines(sum(block.count for block in document.moved.blocks))} moved")
    return told


def size(document: Document, glyphs: Glyphs) -> str:
    """How many lines came and went, as `+3 −1`; a new file came whole."""
    hunks = [hunk for hunk in document.hunks if not hunk.quiet]
    added, removed = sum(hunk.new_count for hunk in hunks), sum(hunk.old_count for hunk in hunks)
    return f"{glyphs.plus}{added:,} {glyphs.minus}{removed:,}"


def head(document: Document, look: Look, names: tuple[str | None, str | None] | None) -> Iterator[list[Segment]]:
    """The lines above a printed diff: what the file is called, what the sides are called, what else is to be told.

    `names` are those of the two sides; None: they have none but the file's own.
    """
    theme, glyphs = look.theme, look.glyphs
    paper = ink(theme, "dim", "panel")
    counts = size(document, glyphs)
    renamed = document.old_path not in (None, document.path)
    before = f"{_shown(document.old_path or '')} {glyphs.into} " if renamed else ""
    title = _broken(f"{before}{_shown(document.path)}", look.width - len(counts) - 3, glyphs)
    for number, line in enumerate(title):
        words = fitted(
            [Segment(f" {line}", ink(theme, "foreground", "panel", "bold"))], look.width - len(counts) - 1, paper
        )
        yield fitted([*words, Segment("" if number else counts, paper)], look.width, paper)
    if names is not None:
        yield from _sides(look, *names)
    told = facts(document)
    told += sorted({_shown(each.why_plain) for each in document.colours.values() if each.why_plain})
    for line in _broken(f" {glyphs.dot} ".join(told), look.width - 2, glyphs) if told else []:
        yield fitted([Segment(f" {line}", paper)], look.width, paper)


def _shown(name: str) -> str:
    """A name as it may be printed: on one line, whatever is in it."""
    return visible(without_secrets(name))


def _broken(shown: str, width: int, glyphs: Glyphs) -> list[str]:
    """Lines of at most `width` cells, at blanks where that can be; those that go on say so: none looks like a row."""
    lines: list[str] = []
    lead = ""
    while cell_len(lead + shown) > width:
        fits = len(chop_cells(shown, max(2, width - len(lead)))[0])
        blank = shown.rfind(" ", fits // 2, fits + 1)
        at = blank if blank > 0 else fits
        lines.append(lead + shown[:at])
        lead, shown = f"{glyphs.wrapped} ", shown[at:]
        if not shown:
            return lines
    return [*lines, lead + shown]


def _sides(look: Look, old: str | None, new: str | None) -> Iterator[list[Segment]]:
    """The names of the two sides, with the signs of what is theirs."""
    for name, sign, token in ((old, look.glyphs.minus, "removed"), (new, look.glyphs.plus, "added")):
        for number, line in enumerate(_broken(_shown(name), look.width - 4, look.glyphs) if name is not None else ()):
            lead = " " if number else sign
            style = ink(look.theme, token, "panel")
            yield fitted([Segment(f" {lead} {line}", style)], look.width, style)


def _ends(old: Lines, new: Lines) -> list[str]:
    """How lines end now and did not before: with CR LF, or the last one with nothing."""
    told = []
    before, after = _ending(old), _ending(new)
    if before and after and before != after:
        told.append(f"line ends: {before} became {after}")
    if old.lines and new.lines and old.ended != new.ended:
        told.append("has a newline at its end now" if new.ended else "has no newline at its end any more")
    return told


def _ending(text: Lines) -> str:
    """How the lines of a text end, in words; empty: it has none."""
    with_cr = sum(line.endswith("\r") for line in text.lines)
    if not text.lines:
        return ""
    return "LF" if not with_cr else "CR LF" if with_cr >= len(text) - (not text.ended) else "mixed"


def _named(mode: str) -> str:
    return f"{_MODES.get(mode, 'mode')} ({visible(mode)})"


def _unless_plain(mode: str | None) -> str:
    return "" if mode in (None, "100644") else f", {_named(mode or '')}"


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"
