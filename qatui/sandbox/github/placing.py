"""Where a comment on a pull request's diff goes, and whether the diff has such a place.

https://docs.github.com/rest/pulls/comments#create-a-review-comment-for-a-pull-request
"""

from typing import Literal

from msgspec import Struct, structs

from qatui.sandbox.github import lines
from qatui.sandbox.github.mergeability import base_tip, commits_between, fork_point
from qatui.sandbox.github.records import Pull, Review, ReviewComment
from qatui.sandbox.github.world import World

StartSide = Literal["LEFT", "RIGHT", "side"]
Subject = Literal["line", "file"]


class Place(Struct, kw_only=True):
    """Where a comment is wanted: a line of a file with its side, a range of lines, a position, or the whole file."""

    path: str
    position: int | None = None
    line: int | None = None
    side: lines.Side | None = None
    start_line: int | None = None
    start_side: StartSide | None = None
    subject_type: Subject | None = None


class NoPlace(Exception):
    """The diff has no such place. `field` is the key at fault, str() what is wrong with it."""

    def __init__(self, field: Literal["path", "line", "start_line"], words: str) -> None:
        super().__init__(words)
        self.field = field


def has_commit(world: World, pull: Pull, commit: str) -> bool:
    """Whether a commit, by its full id, is the pull request's."""
    at = world.bare(world.repositories[pull.repository_id])
    return commit == pull.head_sha or commit in commits_between(at, base_tip(world, pull), pull.head_sha)


def comment(world: World, pull: Pull, review: Review, wanted: Place, body: str) -> ReviewComment:
    """A comment for a review, not yet kept. Raises NoPlace where the diff of the review's commit has no such place."""
    commit = review.commit_id
    at = world.bare(world.repositories[pull.repository_id])
    begin = fork_point(at, base_tip(world, pull), commit) or base_tip(world, pull)
    diff = lines.between(at, begin, commit).get(wanted.path)
    if diff is None:
        raise NoPlace("path", "Path could not be resolved")
    now = world.now()
    made = ReviewComment(
        pull_id=pull.id,
        review_id=review.id,
        user_id=review.user_id,
        body=body,
        path=wanted.path,
        commit_id=commit,
        original_commit_id=commit,
        created_at=now,
        updated_at=now,
    )
    if wanted.subject_type == "file":
        made.subject_type = "file"
        return made
    return _on_line(made, diff, wanted)


def _on_line(made: ReviewComment, diff: lines.FileDiff, wanted: Place) -> ReviewComment:
    row = _row(diff, wanted)
    if row is None:
        raise NoPlace("line", "Line could not be resolved")
    by_line = wanted.line is not None
    # A context line is on both sides, and is where it was asked for; a position tells its side itself.
    place = (wanted.side or "RIGHT", wanted.line) if by_line else row.place
    assert place is not None
    made.side, made.line = place
    made.position = row.position
    made.diff_hunk = diff.until(row)
    if by_line and wanted.start_line is not None and wanted.start_line != wanted.line:
        given = wanted.start_side
        start_side = made.side if given is None or given == "side" else given
        first = diff.find(start_side, wanted.start_line)
        if first is None or first.hunk != row.hunk:
            raise NoPlace("start_line", "Start line must be part of the same hunk as the line.")
        if first.position > row.position:
            raise NoPlace("start_line", "Start line must precede the end line.")
        made.start_line, made.start_side = wanted.start_line, start_side
    made.original_line, made.original_start_line = made.line, made.start_line
    made.original_position = made.position
    return made


def _row(diff: lines.FileDiff, wanted: Place) -> lines.Row | None:
    if wanted.line is not None:
        return diff.find(wanted.side or "RIGHT", wanted.line)
    return None if wanted.position is None else diff.at(wanted.position)


def reply(world: World, review: Review, first: ReviewComment, body: str) -> ReviewComment:
    """An answer in the thread that `first` began, where that is now; not yet kept."""
    now = world.now()
    return structs.replace(
        first,
        id=0,
        review_id=review.id,
        user_id=review.user_id,
        body=body,
        in_reply_to_id=first.id,
        resolved_by_id=None,
        created_at=now,
        updated_at=now,
    )
