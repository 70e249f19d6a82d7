"""The threads of a candidate as `show` prints them: where each stands now, and what it was said of."""

from collections.abc import Iterable

from qatui.cli import output
from qatui.domain.anchors import Standing, Thread
from qatui.domain.marks import visible_lines
from qatui.domain.moments import iso
from qatui.domain.review import Comment
from qatui.domain.text import handle

EXCERPT = 6
"""Lines at most that are shown of what a comment was made on; the rest is counted."""


def print_threads(threads: Iterable[Thread]) -> None:
    """Each thread with its answers; where its lines are not what they were, what they said."""
    for each in threads:
        settled = f", resolved by {handle(each.root.resolved_by)}" if each.root.resolved_by else ""
        _print(each.root, f"on revision {each.root.revision}{_place(each.root)}{_now(each)}{settled}")
        if each.anchor.standing is not Standing.HERE:
            excerpt = each.anchor.excerpt
            for line in excerpt[:EXCERPT]:
                output.line(f"    > {line}")
            if len(excerpt) > EXCERPT:
                output.line(f"    > {len(excerpt) - EXCERPT} more lines")
        _print_body(each.root)
        for answer in each.replies:
            _print(answer, f"answers {each.root.id}")
            _print_body(answer)


def _print(comment: Comment, place: str) -> None:
    output.line(f"  {comment.id}  {handle(comment.author)} at {iso(comment.at)}, {place}")


def _print_body(comment: Comment) -> None:
    for line in visible_lines(comment.body).split("\n"):
        output.line(f"    {line}")


def _place(comment: Comment) -> str:
    """What it was made on, counted as the reader does."""
    if comment.side is None:
        return ""
    return f", {comment.side} {'file' if comment.span is None else _lines(comment.span)}"


def _now(thread: Thread) -> str:
    """Where it went, if it went."""
    anchor, was = thread.anchor, thread.root.span
    if anchor.standing is Standing.OUTDATED:
        return ", outdated"
    moved = f", now {_lines(anchor.lines)}" if anchor.lines is not None and anchor.lines != was else ""
    return f"{moved}, changed since" if anchor.standing is Standing.CHANGED else moved


def _lines(span: range) -> str:
    return f"line {span.start + 1}" if len(span) == 1 else f"lines {span.start + 1}-{span.stop}"
