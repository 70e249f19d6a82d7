"""What is compared becomes one document with all that is known of the two files."""

import pytest

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Kind, Rows
from qatui.flows.compare import compare


def test_a_file_that_was_renamed_and_made_executable() -> None:
    found = compare("new.py", b"a\n", b"a\n", old_path="old.py", old_mode="100644", new_mode="100755")
    assert (found.path, found.old_path, found.old_mode, found.new_mode) == ("new.py", "old.py", "100644", "100755")
    assert found.hunks == ()
    assert not found.deleted


def test_a_file_that_is_new_or_gone() -> None:
    new, gone = compare("t.py", None, b"a\nb"), compare("t.py", b"a\nb", None)
    assert (new.old, new.moved, new.deleted) == (None, None, False)
    assert [row.kind for row in Rows(new, paired=False)] == [Kind.INSERT] * 2
    assert gone.deleted
    assert len(gone.new) == 0
    assert [row.kind for row in Rows(gone, paired=True)] == [Kind.DELETE] * 2


@pytest.mark.parametrize(
    ("blanks", "unlike", "quiet"),
    [
        (Blanks.SHOW, (), [False, False]),
        (Blanks.CHANGE, (0,), [False]),
        (Blanks.ALL, (0,), [False]),
        (Blanks.LINES, (), [False, True]),
    ],
)
def test_blanks_that_do_not_count_are_known(blanks: Blanks, unlike: tuple[int, ...], quiet: list[bool]) -> None:
    found = compare("t", b"a b\nc\nd\n", b"a  b\nc\n\nd\n", blanks=blanks)
    assert found.unlike == unlike
    assert [hunk.quiet for hunk in found.hunks] == quiet


def test_what_moved_is_found() -> None:
    block = b"def moved_about():\n    return 'a good deal of text'\n"
    rest = b"".join(b"line_%d = %d\n" % (number, number) for number in range(20))
    found = compare("t.py", block + rest, rest + block)
    assert found.moved is not None
    assert [(each.old_start, each.new_start, each.count) for each in found.moved.blocks] == [(0, 20, 2)]
