"""Since another revision: what the author did, not what base did; since my last look, since my rejection."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from qatui.domain.blanks import Blanks
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.errors import NotFound
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.interdiff import Interdiff, between, document, since_rejected, since_seen
from qatui.flows.review import look, open_candidate
from qatui.flows.undo import redo, undo
from tests.conftest import Project, run_git, seed

As = Callable[[Desk, str], Desk]
PATH = "tests/test_orders.py"
BASE = "import pytest\n\n\ndef test_list(client):\n    assert client.get('/orders')\n"
FIRST = f"{BASE}\n\ndef test_mine(client):\n    assert True\n"
SECOND = f"{BASE}\n\ndef test_mine(client):\n    assert client.get('/orders').status == 200\n"


def on_base(desk: Desk, project: Project, text: str | None) -> Desk:
    """The desk of the next start, base having this file."""
    project.commit({PATH: text})
    return replace(desk, base=desk.repository.base())


def revise(desk: Desk, text: str | bytes) -> None:
    """The next revision comes in."""
    data = text.encode() if isinstance(text, str) else text
    assert ingest(desk, [Proposal(PATH, data, PATH)], source="again").revised


def shown(found: Interdiff) -> list[tuple[list[str], list[str]]]:
    """What each hunk takes away and puts in."""
    compared = document(found)
    assert compared.old is not None
    old, new = compared.old.lines, compared.new.lines
    return [(old[each.old_start : each.old_end], new[each.new_start : each.new_end]) for each in compared.hunks]


WHAT_I_DID = [(["    assert True"], ["    assert client.get('/orders').status == 200"])]


def test_a_base_that_moved_is_not_the_authors_change(desk: Desk, project: Project) -> None:
    desk = on_base(desk, project, BASE)
    (number,) = seed(desk, {PATH: FIRST})
    desk = on_base(desk, project, f"import json\n{BASE}")
    revise(desk, f"import json\n{SECOND}")
    found = between(desk, number, 1)
    assert shown(found) == WHAT_I_DID
    assert (found.old.number, found.new.number, found.taken, found.bases_known) == (1, 2, (range(1),), True)
    assert found.names == (
        f"candidate {number} rev 1 by generator, on the base of rev 2",
        f"candidate {number} rev 2 by generator",
    )
    assert between(desk, number, 1, 2) == found
    back = between(desk, number, 2, 1)
    assert [(new, old) for old, new in shown(back)] == WHAT_I_DID
    assert (back.old.number, back.new.number) == (2, 1)


def test_what_the_newer_revision_left_out_is_no_change_either(desk: Desk, project: Project) -> None:
    desk = on_base(desk, project, BASE)
    (number,) = seed(desk, {PATH: FIRST})
    desk = on_base(desk, project, f"import json\n{BASE}")
    revise(desk, SECOND)
    found = between(desk, number, 1)
    assert (shown(found), found.taken, found.left) == (WHAT_I_DID, (), FIRST.encode())
    assert found.names[0] == f"candidate {number} rev 1 by generator"


def test_both_added_at_the_end(desk: Desk, project: Project) -> None:
    desk = on_base(desk, project, BASE)
    (number,) = seed(desk, {PATH: FIRST})
    theirs = "\n\ndef test_theirs(client):\n    assert client.get('/theirs')\n"
    desk = on_base(desk, project, BASE + theirs)
    revise(desk, SECOND.replace(BASE, BASE + theirs))
    assert shown(between(desk, number, 1)) == WHAT_I_DID


def test_a_base_that_came_or_went(desk: Desk, project: Project) -> None:
    desk = on_base(desk, project, None)
    (number,) = seed(desk, {PATH: FIRST})
    desk = on_base(desk, project, BASE)
    revise(desk, SECOND)
    assert shown(between(desk, number, 1)) == WHAT_I_DID
    desk = on_base(desk, project, None)
    revise(desk, f"{SECOND}# end\n")
    assert shown(between(desk, number, 2)) == [([], ["# end"])]
    over = between(desk, number, 1, 3)
    assert (over.left, over.taken) == (FIRST.encode(), ())


def test_a_base_that_this_clone_has_not(desk: Desk, project: Project) -> None:
    """As where somebody else took it in, and base was rewritten since: plain, and said."""
    desk = on_base(desk, project, BASE)
    (number,) = seed(desk, {PATH: FIRST})
    desk = on_base(desk, project, f"import json\n{BASE}")
    revise(desk, f"import json\n{SECOND}")
    lost = run_git(project.root, "hash-object", "--stdin", data=BASE.encode())
    (project.root / ".git/objects" / lost[:2] / lost[2:]).unlink()
    found = between(desk, number, 1)
    assert (found.bases_known, found.left, found.taken) == (False, FIRST.encode(), ())
    assert len(shown(found)) == 2


def test_blanks_and_bytes(desk: Desk) -> None:
    (number,) = seed(desk, {PATH: b"a\xff\nb\n"})
    revise(desk, b"a\xff\nb  \nc")
    found = between(desk, number, 1)
    assert (found.left, found.right) == (b"a\xff\nb\n", b"a\xff\nb  \nc")
    assert len(document(found, Blanks.CHANGE).hunks) == 1
    assert document(found, Blanks.CHANGE).hunks[0].old_count == 0


def test_what_is_not_there(desk: Desk, as_reviewer: As) -> None:
    (number,) = seed(desk, {PATH: "a\n"})
    with pytest.raises(NotFound, match="has no revision 2") as caught:
        between(desk, number, 1, 2)
    assert caught.value.hint == "There is only revision 1."
    revise(desk, "b\n")
    with pytest.raises(NotFound, match="has no revision 7") as caught:
        between(desk, number, 7)
    assert caught.value.hint == "There are revisions 1 to 2."
    with pytest.raises(NotFound, match=f"You have not looked at candidate {number} yet"):
        since_seen(desk, number)
    with pytest.raises(NotFound, match=f"You have not rejected candidate {number}"):
        since_rejected(desk, number)
    for way in (since_seen, since_rejected, lambda desk, number: between(desk, number, 1)):
        with pytest.raises(NotFound, match="no candidate 99 in this"):
            way(desk, 99)


def test_since_my_last_look(desk: Desk, as_reviewer: As) -> None:
    (number,) = seed(desk, {PATH: "one\n"})
    open_candidate(as_reviewer(desk, "sam"), number)
    revise(desk, "two\n")
    open_candidate(desk, number)
    assert shown(since_seen(desk, number)) == []  # I saw nothing else
    revise(desk, "three\n")
    assert shown(since_seen(desk, number)) == [(["two"], ["three"])]
    open_candidate(desk, number)  # this look is what it is asked in
    assert shown(since_seen(desk, number)) == [(["two"], ["three"])]
    assert shown(since_seen(as_reviewer(desk, "sam"), number)) == [(["one"], ["three"])]
    revise(desk, "four\n")
    found = since_seen(desk, number)
    assert (found.old.number, shown(found)) == (3, [(["three"], ["four"])])
    look(desk, number)
    assert since_seen(desk, number) == found


def test_since_my_rejection(desk: Desk, as_reviewer: As) -> None:
    (number,) = seed(desk, {PATH: "one\n"})
    decide(desk, [number], Action.REJECT, reason="flaky")
    assert shown(since_rejected(desk, number)) == []
    revise(desk, "two\n")
    decide(as_reviewer(desk, "sam"), [number], Action.REJECT, reason="flaky")
    revise(desk, "three\n")
    assert shown(since_rejected(desk, number)) == [(["one"], ["three"])]
    decide(desk, [number], Action.REJECT, reason="flaky")
    assert since_rejected(desk, number).old.number == 3
    undo(desk)
    assert since_rejected(desk, number).old.number == 1
    redo(desk)
    assert since_rejected(desk, number).old.number == 3
