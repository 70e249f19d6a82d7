"""Comments stand below their line, those on several lines below the last."""

from qatui.domain.review import Comment
from qatui.render.notes import note_lines


def test_what_they_stand_below() -> None:
    one = Comment(1, 7, 1, "new", 3, "one", "kim", 0)
    several = Comment(2, 7, 1, "new", 1, "several", "kim", 0, last=3)
    base = Comment(3, 7, 1, "old", 3, "base", "kim", 0)
    whole = Comment(4, 7, 1, None, None, "whole", "kim", 0)
    file = Comment(5, 7, 1, "new", None, "file", "kim", 0)
    assert note_lines([one, several, base, whole, file], 40) == {
        ("new", 2): ["kim: one", "kim: several"],
        ("old", 2): ["kim: base"],
    }
