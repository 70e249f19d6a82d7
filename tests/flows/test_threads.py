"""Threads stand where their lines stand now, on base as in what is proposed; any of their comments settles them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from qatui.domain.anchors import ON_THE_WHOLE, Anchor, Standing
from qatui.domain.candidate import Outcome
from qatui.domain.proposal import Proposal
from qatui.errors import StoreError
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.review import comment, look
from qatui.flows.threads import resolve, threads
from qatui.store import content
from qatui.store.schema import comment as comment_table
from qatui.workspace import align
from tests.conftest import NOW, Project, seed
from tests.flows.rows import put

As = Callable[[Desk, str], Desk]
USERS = "tests/test_users.py"


def revise(desk: Desk, text: str) -> None:
    """The next revision comes in."""
    assert ingest(desk, [Proposal(USERS, text.encode(), USERS)], source="again").revised


def anchors(desk: Desk, number: int) -> list[Anchor]:
    """Where the threads stand."""
    return [each.anchor for each in threads(desk, look(desk, number))]


def test_each_comment_is_followed_from_the_revision_it_was_made_on(desk: Desk) -> None:
    (number,) = seed(desk, {USERS: "a\nmine\nb\n"})
    comment(desk, [number], "first", line=2)
    comment(desk, [number], "whole")
    comment(desk, [number], "file", side="new")
    revise(desk, "new\na\nmine\nb\n")
    comment(desk, [number], "second", line=1)
    assert anchors(desk, number) == [
        Anchor(Standing.HERE, range(2, 3), ("mine",)),
        ON_THE_WHOLE,
        ON_THE_WHOLE,
        Anchor(Standing.HERE, range(1), ("new",)),
    ]
    revise(desk, "a\nb\n")
    assert [each.standing for each in anchors(desk, number)] == ["outdated", "here", "here", "outdated"]
    revise(desk, "a\nmine\nb\nnew\n")  # what was outdated is found again: nothing was lost on the way
    assert anchors(desk, number)[0] == Anchor(Standing.HERE, range(1, 2), ("mine",))


def test_a_comment_on_base_goes_with_the_lines_of_base(desk: Desk, project: Project) -> None:
    number, new = seed(desk, {USERS: "x\n", "tests/test_new.py": "x\n"})
    line = "    assert client.get('/users').json() == []"
    comment(desk, [number], "on base", side="old", line=2)
    assert anchors(desk, number) == [Anchor(Standing.HERE, range(1, 2), (line,))]
    project.commit({USERS: f"import x\n\n\ndef test_users(client):\n{line}\n"})
    moved = replace(desk, base=desk.repository.base())
    assert anchors(moved, number) == [Anchor(Standing.HERE, range(4, 5), (line,))]
    project.commit({USERS: None})
    assert anchors(replace(desk, base=desk.repository.base()), number) == [Anchor(Standing.OUTDATED, None, (line,))]
    assert anchors(desk, new) == []


def test_a_comment_on_a_text_that_nobody_kept_stays_at_its_number(desk: Desk) -> None:
    (number,) = seed(desk, {USERS: "x\n"})
    comment(desk, [number], "on base", side="old", line=2)
    with desk.db.write() as connection:
        connection.execute(update(comment_table).values(content_hash=None))
    assert anchors(desk, number) == [Anchor(Standing.HERE, range(1, 2))]
    with desk.db.write() as connection:
        connection.execute(update(comment_table).values(line=9))
    assert anchors(desk, number) == [Anchor(Standing.OUTDATED)]


def test_git_is_asked_once_for_all_and_not_at_all_for_what_is_new(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = seed(desk, {USERS: "a\nb\n"})
    started: list[object] = []
    run = align.isolated_git

    def counted(*args: object) -> bytes:
        started.append(args)
        return run(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(align, "isolated_git", counted)
    for revision in ("a\nb\nc\n", "b\nc\n", "c\nd\n"):
        comment(desk, [number], "x", line=1)
        comment(desk, [number], "x", line=2)
        comment(desk, [number], "x", line=1, side="old")
        assert len(anchors(desk, number)) % 3 == 0
        revise(desk, revision)
    started.clear()
    assert len(anchors(desk, number)) == 9
    assert len(started) == 1
    (other,) = seed(desk, {"tests/test_new.py": "x\n"})
    comment(desk, [other], "x", line=1)
    started.clear()
    assert anchors(desk, other)[0].standing is Standing.HERE
    assert started == []


def test_a_text_that_is_lost_is_said(desk: Desk) -> None:
    (number,) = seed(desk, {USERS: "a\n"})
    comment(desk, [number], "x", line=1)
    revise(desk, "b\n")
    with desk.db.write() as connection:
        connection.exec_driver_sql("UPDATE content SET data = x'00' WHERE hash = ?", (content.hash_of(b"a\n"),))
    with pytest.raises(StoreError, match="is damaged"):
        anchors(desk, number)


def test_settling_a_thread_and_opening_it_again(desk: Desk, as_reviewer: As) -> None:
    one, two = seed(desk, {USERS: "a\n", "tests/test_new.py": "x\n"})
    comment(desk, [one], "why?", line=1)
    (root,) = look(desk, one).comments
    comment(as_reviewer(desk, "sam"), [one], "because", reply_to=root.id)
    answer = look(desk, one).comments[1]
    done = resolve(as_reviewer(desk, "sam"), [one, two, 99], answer.id)
    assert (done.done, done.refused) == ((one,), ((two, f"it has no comment {answer.id}"), (99, "no such candidate")))
    (thread,) = threads(desk, look(desk, one))
    assert (thread.root.resolved_by, thread.root.resolved_at, thread.replies) == ("sam", NOW, (answer,))
    assert resolve(desk, [one], root.id) == Outcome(already=(one,))
    assert resolve(desk, [one], root.id, settled=False).done == (one,)
    assert resolve(desk, [one], root.id, settled=False) == Outcome(already=(one,))
    assert threads(desk, look(desk, one))[0].root.resolved_by is None
    assert resolve(desk, [one], 12345).refused == ((one, "it has no comment 12345"),)
    put(desk, one, state="merged")
    assert resolve(desk, [one], root.id).refused == ((one, "it is merged"),)
