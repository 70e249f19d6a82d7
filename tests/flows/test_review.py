"""Opening, looking, commenting, answering, waking."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from qatui.domain.candidate import Outcome, State
from qatui.domain.lifecycle import Action
from qatui.domain.moments import DAY
from qatui.domain.proposal import Proposal
from qatui.domain.review import BODY_LIMIT
from qatui.errors import NotFound, UsageError
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.review import answer, checklists, comment, look, open_candidate, wake_due
from qatui.settings.types import ChecklistItem, Team
from qatui.store import content, events, intake
from qatui.store.database import ROWS_A_WRITE, Connection, Database
from qatui.store.reviews import Origin
from qatui.workspace.repository import Repository
from tests.conftest import NOW, Clock, Project, seed
from tests.flows.rows import get, put

As = Callable[[Desk, str], Desk]
CHECKLIST = (
    ChecklistItem(id="body", text="Is the body asserted?", required=True),
    ChecklistItem(id="style", text="Is it named by intent?"),
)
USERS = "tests/test_users.py"


def rebased(desk: Desk) -> Desk:
    """The desk as the next start would make it."""
    return replace(desk, base=desk.repository.base())


def test_a_dossier_is_everything(desk: Desk) -> None:
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    (number,) = seed(desk, {USERS: b"caf\xe9 \xff\n"})
    told = Origin({"name": "gpt"}, {"method": "GET", "path": "/users"}, "7K3F9X", True, ("smoke",), None)
    with desk.db.write() as connection:
        intake.put_origins(connection, {number: told})
    comment(desk, [number], "why?")
    answer(desk, [number], "style", True)
    dossier = look(desk, number)
    assert dossier.candidate == get(desk, number)
    assert dossier.content == b"caf\xe9 \xff\n"
    assert dossier.base == b"def test_users(client):\n    assert client.get('/users').json() == []\n"
    assert not dossier.base_moved
    assert [each.number for each in dossier.revisions] == [1]
    assert [each.body for each in dossier.comments] == ["why?"]
    assert [(each.item.id, each.done, each.by) for each in dossier.checklist] == [
        ("body", False, None),
        ("style", True, desk.reviewer),
    ]
    assert dossier.origin == told
    assert dossier.candidate.state is State.PENDING


def test_a_new_file_has_no_base_and_no_origin(desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_new.py": ""})
    dossier = look(desk, number)
    assert (dossier.base, dossier.content, dossier.origin, dossier.base_moved) == (None, b"", None, False)


def test_opening_makes_in_review_once(desk: Desk) -> None:
    (number,) = seed(desk, {USERS: "x\n"})
    assert open_candidate(desk, number).candidate.state is State.IN_REVIEW
    assert open_candidate(desk, number).candidate.version == 2
    with desk.db.read() as connection:
        logged = events.log(connection, desk.repository_id)
        assert [event.action for event in logged] == ["open", "ingest"]
        assert events.last_to_undo(connection, desk.repository_id, desk.reviewer) is None
    decide(desk, [number], Action.APPROVE)
    assert open_candidate(desk, number).candidate.state is State.APPROVED


def test_opening_keeps_what_the_reviewer_saw(desk: Desk, clock: Clock, as_reviewer: As) -> None:
    (number,) = seed(desk, {USERS: "x\n"})
    look(desk, number)
    assert look(desk, number).seen == {}
    assert open_candidate(desk, number).seen == {}
    clock.forward(1)
    assert open_candidate(desk, number).seen == {1: NOW}
    ingest(desk, [Proposal(USERS, b"y\n", USERS)], source="again")
    assert open_candidate(desk, number).seen == {1: NOW}
    assert look(desk, number).seen == {1: NOW, 2: NOW + 1}
    assert look(as_reviewer(desk, "sam"), number).seen == {}


def test_two_windows_open_it_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = seed(desk, {USERS: "x\n"}, state="in_review")
    write = type(desk.db).write

    def door(self: object) -> object:
        monkeypatch.undo()
        open_candidate(desk, number)
        return write(self)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.db), "write", door)
    assert open_candidate(desk, number).seen == {}
    assert look(desk, number).seen == {1: NOW}


def test_opening_what_somebody_decided_meanwhile_changes_nothing(
    desk: Desk, as_reviewer: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = seed(desk, {USERS: "x\n"})
    write = type(desk.db).write

    def door(self: object) -> object:
        monkeypatch.undo()
        decide(as_reviewer(desk, "sam"), [number], Action.APPROVE)
        return write(self)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.db), "write", door)
    assert open_candidate(desk, number).candidate.state is State.APPROVED


@pytest.mark.parametrize("number", [0, -1, 5, 2**63])
def test_an_unknown_candidate(desk: Desk, number: int) -> None:
    for reading in (look, open_candidate):
        with pytest.raises(NotFound, match=f"no candidate {number} in this"):
            reading(desk, number)


def test_base_moved_since_the_revision_came_in(desk: Desk, project: Project) -> None:
    number, new = seed(desk, {USERS: "x\n", "tests/test_new.py": "x\n"})
    project.commit({USERS: "other\n", "tests/test_new.py": "there now\n"})
    moved = rebased(desk)
    assert look(moved, number).base_moved
    assert look(moved, number).base == b"other\n"
    assert look(moved, new).base_moved


def test_base_moved_since_the_verdict(desk: Desk, project: Project) -> None:
    (number,) = seed(desk, {USERS: "x\n"})
    project.commit({USERS: "other\n"})
    desk = rebased(desk)
    decide(desk, [number], Action.APPROVE)
    assert not look(desk, number).base_moved
    project.commit({USERS: None})
    assert look(rebased(desk), number).base_moved
    # A verdict on other content says nothing of this one.
    put(desk, number, verdict_hash="0" * 64)
    assert look(desk, number).base_moved
    # What is merged moved base itself.
    put(desk, number, state="merged")
    assert not look(rebased(desk), number).base_moved


def test_deferred_candidates_wake_in_time(desk: Desk, clock: Clock) -> None:
    one, two, three = seed(desk, {f"tests/test_{name}.py": name for name in "abc"})
    decide(desk, [one], Action.DEFER, until=NOW + DAY)
    decide(desk, [two], Action.DEFER, until=NOW + 2 * DAY)
    before = get(desk, one)
    assert wake_due(desk) == 0
    assert get(desk, one) == before
    clock.forward(DAY)
    assert wake_due(desk) == 1
    now = get(desk, one)
    assert (now.state, now.deferred_until, now.verdict) == (State.PENDING, None, None)
    assert now.state_reason == "deferred until 2026-11-19 11:06"
    assert get(desk, two).state is State.DEFERRED
    assert get(desk, three).version == 1
    with desk.db.read() as connection:
        (woken, *_) = events.log(connection, desk.repository_id, candidate_id=one)
    assert (woken.action, woken.actor) == ("wake", "qatui")


def test_waking_many_and_none_twice(desk: Desk, clock: Clock) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}" for number in range(ROWS_A_WRITE + 1)})
    decide(desk, ids, Action.DEFER, until=NOW + 1)
    clock.forward(1)
    assert wake_due(desk) == len(ids)
    assert wake_due(desk) == 0


def test_two_wake_at_once(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = seed(desk, {USERS: "x\n"})
    decide(desk, [number], Action.DEFER, until=NOW + 1)
    clock.forward(1)
    write = type(desk.db).write

    def door(self: object) -> object:
        monkeypatch.undo()
        assert wake_due(desk) == 1
        return write(self)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.db), "write", door)
    assert wake_due(desk) == 0
    assert get(desk, number).version == 3


def test_comments_on_candidate_and_line(desk: Desk) -> None:
    one, two = seed(desk, {USERS: "a\nb", "tests/test_new.py": "a\nb\nc\n"})
    assert comment(desk, [one, two], " both \n").done == (one, two)
    assert comment(desk, [one], "last", line=2).done == (one,)
    assert comment(desk, [one], "base", side="old", line=2).done == (one,)
    assert [(each.side, each.line, each.body, each.revision) for each in look(desk, one).comments] == [
        (None, None, "both", 1),
        ("new", 2, "last", 1),
        ("old", 2, "base", 1),
    ]
    with desk.db.read() as connection:
        newest = events.log(connection, desk.repository_id, candidate_id=one)[0]
        assert events.last_to_undo(connection, desk.repository_id, desk.reviewer) is None
    assert newest.after == {"comment": 4, "revision": 1, "side": "old", "line": 2}


def test_a_line_that_is_not_there(desk: Desk) -> None:
    one, two, empty = seed(desk, {USERS: "a\nb", "tests/test_new.py": "a\nb\nc\n", "tests/test_empty.py": ""})
    outcome = comment(desk, [one, two, empty, 99], "x", line=3)
    assert outcome.done == (two,)
    assert outcome.refused == (
        (one, "revision 1 has no line 3 (it has 2)"),
        (empty, "revision 1 has no line 3 (it has 0)"),
        (99, "no such candidate"),
    )
    old = comment(desk, [one, two], "x", side="old", line=3)
    assert old.refused == (
        (one, "the file on base has no line 3 (it has 2)"),
        (two, "the file on base has no line 3 (it has 0)"),
    )
    assert comment(desk, [one], "x", line=0).done == ()


def test_a_comment_stays_with_the_revision_that_was_read(desk: Desk) -> None:
    (one,) = seed(desk, {USERS: "a\nb\n"})
    ingest(desk, [Proposal(USERS, b"new\na\nb\n", USERS)], source="again")
    assert comment(desk, [one], "b?", line=2, revision=1).done == (one,)
    assert comment(desk, [one], "on the whole", revision=1).done == (one,)
    assert comment(desk, [one], "base", side="old", line=2, revision=1).done == (one,)
    assert comment(desk, [one], "x", line=3, revision=1).refused == ((one, "revision 1 has no line 3 (it has 2)"),)
    assert comment(desk, [one], "x", line=3, revision=7).refused == ((one, "it has no revision 7"),)
    assert comment(desk, [99], "x", revision=1).refused == ((99, "no such candidate"),)
    assert {(each.body, each.revision, each.line) for each in look(desk, one).comments} == {
        ("b?", 1, 2),
        ("on the whole", 1, None),
        ("base", 1, 2),
    }


def test_a_comment_on_a_range_a_file_and_an_answer(desk: Desk) -> None:
    one, two = seed(desk, {USERS: "a\nb\nc\n", "tests/test_new.py": "a\n"})
    assert comment(desk, [one, two], "range", line=2, last=3).refused == ((two, "revision 1 has no line 2 (it has 1)"),)
    assert comment(desk, [one], "range", line=2, last=4).refused == ((one, "revision 1 has no line 4 (it has 3)"),)
    assert comment(desk, [one], "one line", line=2, last=2).done == (one,)
    assert comment(desk, [one, two], "the file", side="new").done == (one, two)
    on_base = comment(desk, [one, two], "base", side="old")
    assert (on_base.done, on_base.refused) == ((one,), ((two, "there is no such file on base"),))
    first, line, *_ = look(desk, one).comments
    assert comment(desk, [one, two], "because", reply_to=first.id).refused == ((two, f"it has no comment {first.id}"),)
    answer = look(desk, one).comments[-1]
    comment(desk, [one], "to the answer", reply_to=answer.id)
    assert comment(desk, [one], "x", reply_to=999).refused == ((one, "it has no comment 999"),)
    proposed, base = look(desk, one).candidate.content_hash, content.hash_of(look(desk, one).base or b"")
    assert [(e.side, e.line, e.last, e.reply_to, e.content_hash) for e in look(desk, one).comments] == [
        ("new", 2, 3, None, proposed),
        ("new", 2, None, None, proposed),
        ("new", None, None, None, proposed),
        ("old", None, None, None, base),
        (None, None, None, first.id, None),
        (None, None, None, first.id, None),
    ]
    assert line.span == range(1, 2)
    with desk.db.read() as connection:
        newest, *_, oldest, _ = events.log(connection, desk.repository_id, candidate_id=one)
        assert content.get(connection, base) == look(desk, one).base
    assert newest.after is not None
    assert oldest.after is not None
    assert (newest.after["reply_to"], oldest.after["last"]) == (first.id, 3)


def test_nobody_waits_while_lines_are_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = seed(desk, {USERS: "a\nb\n", "tests/test_new.py": "a\nb\nc\n"})
    get_content = content.get

    def look_up(connection: Connection, name: str) -> bytes:
        with closing(Database(desk.db.url, busy_seconds=0)) as other, other.write():
            pass
        return get_content(connection, name)

    monkeypatch.setattr(content, "get", look_up)
    assert comment(desk, ids, "x", line=2).done == tuple(ids)


def test_a_line_of_content_that_came_after_it_was_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number, other = seed(desk, {USERS: "a\nb\n", "tests/test_new.py": "a\nb\nc\n"})
    write = type(desk.db).write

    def door(self: object) -> object:
        monkeypatch.undo()
        put(desk, number, content_hash=get(desk, other).content_hash, revision=2)
        return write(self)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.db), "write", door)
    outcome = comment(desk, [number, other], "x", line=2)
    assert outcome.done == (other,)
    assert outcome.refused == ((number, "its content changed since you looked (now revision 2)"),)


@pytest.mark.parametrize(
    ("body", "given", "words"),
    [
        ("", {}, "empty"),
        (" \n\t", {}, "empty"),
        ("x" * (BODY_LIMIT + 1), {}, "65,537 characters"),
        ("x", {"last": 2}, "last line .2. is without a first one"),
        ("x", {"line": 3, "last": 2}, "is before the first .3."),
        ("x", {"line": 3, "reply_to": 1}, "stands where its thread does"),
        ("x", {"side": "old", "reply_to": 1}, "stands where its thread does"),
    ],
)
def test_a_comment_that_says_nothing(desk: Desk, body: str, given: dict[str, object], words: str) -> None:
    (number,) = seed(desk, {USERS: "x\n"})
    with pytest.raises(UsageError, match=words):
        comment(desk, [number], body, **given)  # type: ignore[arg-type]
    assert look(desk, number).comments == ()


def test_the_longest_comment_and_a_merged_candidate(desk: Desk) -> None:
    one, two = seed(desk, {USERS: "x\n", "tests/test_new.py": "x\n"})
    put(desk, two, state="merged")
    outcome = comment(desk, [one, two], "x" * BODY_LIMIT)
    assert outcome.done == (one,)
    assert outcome.refused == ((two, "it is merged"),)


def test_answers_for_many(desk: Desk, clock: Clock, as_reviewer: As) -> None:
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}" for number in range(ROWS_A_WRITE + 3)})
    assert answer(desk, [*ids, 999], "body", True).done == tuple(ids)
    clock.forward(9)
    again = answer(as_reviewer(desk, "sam"), ids[:1], "body", True)
    assert again == Outcome(already=(ids[0],))
    (first, _) = look(desk, ids[0]).checklist
    assert (first.done, first.by, first.at) == (True, desk.reviewer, NOW)
    assert answer(desk, ids[:1], "body", False).done == (ids[0],)
    assert answer(desk, ids[:1], "body", False) == Outcome(already=(ids[0],))
    assert not look(desk, ids[0]).checklist[0].done
    assert look(desk, ids[-1]).checklist[0].done
    with desk.db.read() as connection:
        told = [event.after for event in events.log(connection, desk.repository_id, candidate_id=ids[0])]
    assert told[:-1] == [{"item": "body", "done": False}, {"item": "body", "done": True}]


def test_answers_for_many_cost_a_few_statements_a_chunk(desk: Desk) -> None:
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}" for number in range(2 * ROWS_A_WRITE)})
    said: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert answer(desk, ids, "body", True).done == tuple(ids)
        assert answer(desk, ids, "body", False).done == tuple(ids)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(said) <= 4 * 12
    assert not look(desk, ids[-1]).checklist[0].done


def test_answers_where_nothing_is_decided_any_more(desk: Desk) -> None:
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    (number,) = seed(desk, {USERS: "x\n"})
    put(desk, number, state="published")
    outcome = answer(desk, [number], "body", True)
    assert outcome.refused == ((number, "it is published; close or merge its pull request first"),)


def test_checklists_of_many_need_neither_git_nor_content(desk: Desk) -> None:
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}" for number in range(ROWS_A_WRITE + 1)})
    answer(desk, ids[-1:], "body", True)
    with desk.db.write() as connection:
        connection.exec_driver_sql("UPDATE content SET data = 'damaged'")
    far = replace(desk, repository=Repository(Path("/nowhere"), Path("/nowhere/.git")))
    listed = checklists(far, [ids[-1], *ids, 999])
    assert [each.id for each, _ in listed] == [ids[-1], *ids[:-1]]
    assert [[item.done for item in ticked] for _, ticked in listed[:2]] == [[True, False], [False, False]]


def test_an_unknown_item(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no review checklist"):
        answer(desk, [1], "body", True)
    desk = replace(desk, team=Team(checklist=CHECKLIST))
    with pytest.raises(UsageError, match="“boddy” is no item") as caught:
        answer(desk, [1], "boddy", True)
    assert caught.value.hint == "Did you mean body? There are: body, style"
    with pytest.raises(UsageError) as caught:
        answer(desk, [1], "zzz", True)
    assert caught.value.hint == "There are: body, style"
