"""Revisions of candidates as the sides of a comparison."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from qatui.domain.blanks import Blanks
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.errors import NotFound, UsageError
from qatui.flows import comparing
from qatui.flows.comparing import Comparison, Where, open_first
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.pairs import Pair
from qatui.flows.review import comment, look, open_candidate
from qatui.flows.threads import resolve
from tests.conftest import Project, seed

As = Callable[[Desk, str], Desk]
PATH = "tests/test_users.py"


@pytest.fixture
def number(desk: Desk) -> int:
    """A candidate of three revisions, the second of which was seen and the first rejected."""
    (made,) = seed(desk, {PATH: "one\n"})
    decide(desk, [made], Action.REJECT, reason="flaky")
    ingest(desk, [Proposal(PATH, b"two\n", PATH)], source="again")
    open_candidate(desk, made)
    ingest(desk, [Proposal(PATH, b"three\n", PATH)], source="again")
    return made


@pytest.fixture
def where(desk: Desk, project: Project) -> Where:
    """The clone's folder."""
    return Where(project.root, lambda: desk)


def texts(comparison: Comparison) -> tuple[bytes | None, bytes | None]:
    """What both sides say."""
    (pair,) = comparison.pairs
    assert isinstance(pair, Pair)
    old, new = (None if each is None else each.read() for each in (pair.old, pair.new))
    return old, new


def test_two_revisions_in_either_order_and_the_newest(where: Where, number: int) -> None:
    assert texts(comparing.two(where, f"{number}@1", f"{number}@3")) == (b"one\n", b"three\n")
    assert texts(comparing.two(where, f"{number}@3", f"{number}@1")) == (b"three\n", b"one\n")
    assert texts(comparing.two(where, f"{number}@2", str(number))) == (b"two\n", b"three\n")
    same = comparing.two(where, str(number), f"{number}@3")
    assert texts(same) == (b"three\n", b"three\n")
    assert (same.old, same.many) == (f"candidate {number} rev 3 by generator", False)


def test_a_base_that_moved_is_taken_out(where: Where, desk: Desk, project: Project) -> None:
    project.commit({PATH: "a\nb\nc\nd\n"})
    desk = replace(desk, base=desk.repository.base())
    (number,) = seed(desk, {PATH: "a\nb\nc\nmine\n"})
    project.commit({PATH: "new\na\nb\nc\nd\n"})
    desk = replace(desk, base=desk.repository.base())
    ingest(desk, [Proposal(PATH, b"new\na\nb\nc\nyours\n", PATH)], source="again")
    found = comparing.two(where, f"{number}@1", f"{number}@2")
    assert found.old == f"candidate {number} rev 1 by generator, on the base of rev 2"
    assert texts(found) == (b"new\na\nb\nc\nmine\n", b"new\na\nb\nc\nyours\n")


def test_since(where: Where, number: int) -> None:
    for since, old in (("1", b"one\n"), ("2", b"two\n"), ("seen", b"two\n"), ("rejected", b"one\n"), ("3", b"three\n")):
        assert texts(comparing.candidate(where, str(number), since)) == (old, b"three\n")
    assert texts(comparing.candidate(where, f"{number}@2", "1")) == (b"one\n", b"two\n")
    assert texts(comparing.candidate(where, f"{number}@2", "rejected")) == (b"one\n", b"two\n")
    for wrong in ("last", "-1", "1.0", "٣", "9" * 19, ""):
        with pytest.raises(UsageError, match="is no revision"):
            comparing.candidate(where, str(number), wrong)
    with pytest.raises(NotFound, match=f"Candidate {number} has no revision 9") as caught:
        comparing.candidate(where, str(number), "9")
    assert caught.value.hint == "There are revisions 1 to 3."


def test_one_revision_against_base_has_the_comments_that_stand_in_it(where: Where, desk: Desk, number: int) -> None:
    comment(desk, [number], "on one", line=1, revision=1)
    comment(desk, [number], "on three", line=1)
    comment(desk, [number], "on base", line=2, side="old")
    comment(desk, [number], "settled", line=1)
    resolve(desk, [number], look(desk, number).comments[-1].id)

    def said(name: str) -> list[str]:
        opened = open_first(comparing.candidate(where, name), Blanks.SHOW)
        assert opened is not None
        assert opened.document is not None
        return [each.body for each in opened.document.comments]

    assert said(str(number)) == ["on three", "on base"]
    assert said(f"{number}@1") == ["on one", "on base"]
    assert said(f"{number}@2") == ["on base"]
    assert comparing.candidate(where, f"{number}@1").new == f"candidate {number} rev 1 by generator"


def test_a_revision_against_something_else(where: Where, desk: Desk, number: int, project: Project) -> None:
    (other,) = seed(desk, {"tests/test_new.py": "other\n"})
    assert texts(comparing.two(where, f"{number}@1", str(other))) == (b"one\n", b"other\n")
    assert texts(comparing.two(where, f"{number}@2", "README.md")) == (b"two\n", b"# payments\n")
    project.git("branch", "99@1")
    assert comparing.two(where, "99@1", "HEAD").many, "no candidate, so a revision of git"
    (project.root / f"{number}@1").write_text("a path\n")
    assert texts(comparing.two(where, f"{number}@1", "README.md"))[0] == b"a path\n"


def test_what_is_not_there(where: Where, number: int) -> None:
    with pytest.raises(NotFound, match=f"Candidate {number} has no revision 4"):
        comparing.two(where, f"{number}@4", "README.md")
    with pytest.raises(NotFound, match=f"Candidate {number} has no revision 0"):
        comparing.candidate(where, f"{number}@0")
    with pytest.raises(NotFound, match="There is no path, candidate or revision 99@1"):
        comparing.two(where, "99@1", "README.md")
    with pytest.raises(NotFound, match="There is no candidate 99"):
        comparing.candidate(where, "99@1")
    with pytest.raises(UsageError, match="is no candidate's id"):
        comparing.candidate(where, f"{number}@x")
