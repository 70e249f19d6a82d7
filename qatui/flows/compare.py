"""Two texts and what changed between them, ready to be shown."""

from collections.abc import Sequence
from dataclasses import replace

from qatui.domain.blanks import Blanks, quieted, unlike_lines
from qatui.domain.diff import Document, Hunk
from qatui.domain.lines import Lines, split
from qatui.domain.moved import Moved, find_moved
from qatui.domain.pairing import paired, without_equal
from qatui.domain.review import Comment, Side
from qatui.syntax.highlight import Highlighter
from qatui.workspace.align import align


def compare(
    path: str,
    old: bytes | None,
    new: bytes | None,
    comments: Sequence[Comment] = (),
    *,
    blanks: Blanks = Blanks.SHOW,
    old_path: str | None = None,
    old_mode: str | None = None,
    new_mode: str | None = None,
    coloured: bool = True,
) -> Document:
    """The document of `new` (None: deleted) against `old` (None: a new file), with the comments on its lines.

    `old_path` only where it was another; `coloured`: with highlighters. Waits for git: for a thread. Raises GitError.
    """
    before, after = None if old is None else split(old), split(new or b"")
    hunks, moved, unlike = align(old or b"", new or b"", blanks), None, tuple[int, ...]()
    if before is not None:
        hunks, moved = _read(before, after, hunks, blanks)
        unlike = tuple(unlike_lines(before, after, hunks)) if blanks in (Blanks.CHANGE, Blanks.ALL) else ()
    document = Document(
        path,
        before,
        after,
        hunks,
        tuple(comments),
        old_path=old_path,
        old_mode=old_mode,
        new_mode=new_mode,
        deleted=new is None,
        moved=moved,
        unlike=unlike,
    )
    return with_highlighters(document) if coloured else document


def with_highlighters(document: Document) -> Document:
    """The document with a highlighter for each text, which loads its lexer and goes through its lines once: for a
    thread. Nothing is coloured yet: lines are when they are drawn."""
    colours: dict[Side, Highlighter] = {"new": Highlighter(document.path, document.new.lines)}
    if document.old is not None:
        colours["old"] = Highlighter(document.old_path or document.path, document.old.lines)
    return replace(document, colours=colours)


def _read(before: Lines, after: Lines, hunks: tuple[Hunk, ...], blanks: Blanks) -> tuple[tuple[Hunk, ...], Moved]:
    """The hunks with what is in them: which are quiet, which lines stand against each other, which moved."""
    if blanks is Blanks.LINES:
        hunks = quieted(hunks, before, after)
    hunks = without_equal(paired(hunks, before, after), before, after)
    return hunks, find_moved(before, after, hunks)
