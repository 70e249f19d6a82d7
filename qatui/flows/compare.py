"""Two texts and what changed between them, ready to be shown."""

from collections.abc import Sequence

from qatui.domain.diff import Document, Hunk
from qatui.domain.highlight import Highlighter
from qatui.domain.lines import split
from qatui.domain.pairing import paired
from qatui.domain.review import Comment, Side
from qatui.workspace.align import align


def compare(path: str, old: bytes | None, new: bytes, comments: Sequence[Comment] = ()) -> Document:
    """The document of `new` against `old` (None: a new file), with the comments on its lines.

    Waits for git, and colours the lines around the first change: for a thread. Raises GitError.
    """
    before, after = None if old is None else split(old), split(new)
    hunks = align(old or b"", new)
    hunks = paired(hunks, before, after) if before is not None else hunks
    first = hunks[0] if hunks else Hunk(0, 0, 0, 0)
    colours: dict[Side, Highlighter] = {"new": Highlighter(path, after.lines)}
    colours["new"].prepare(first.new_start)
    if before is not None:
        colours["old"] = Highlighter(path, before.lines)
        colours["old"].prepare(first.old_start)
    return Document(path, before, after, hunks, tuple(comments), colours)
