"""Two texts and what changed between them, ready to be shown."""

from collections.abc import Sequence

from qatui.domain.diff import Document
from qatui.domain.highlight import ending, lexer_for
from qatui.domain.lines import split
from qatui.domain.review import Comment
from qatui.workspace.align import align


def compare(path: str, old: bytes | None, new: bytes, comments: Sequence[Comment] = ()) -> Document:
    """The document of `new` against `old` (None: a new file), with the comments on its lines.

    Waits for git, and loads the colours' lexer on first use: for a thread. Raises GitError.
    """
    lexer_for(ending(path))
    return Document(
        path=path,
        old=None if old is None else split(old),
        new=split(new),
        hunks=align(old or b"", new),
        comments=tuple(comments),
    )
