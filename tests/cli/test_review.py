"""Verdicts, claims, comments, checklist, undo and redo by command."""

import re
from collections.abc import Callable

import pytest

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.domain.moments import iso
from qatui.domain.proposal import Proposal
from qatui.flows.claims import claim
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.store import content
from tests.cli.conftest import Call, Ran
from tests.conftest import Project, seed
from tests.flows.rows import get, put

As = Callable[[Desk, str], Desk]
Terminal = Callable[[str], None]
CHECKLIST = """\
checklist:
  - {id: body, text: "Is the body asserted?", required: true}
  - {id: named, text: "Is it named by intent?"}
"""
FILES: dict[str, str | bytes] = {f"tests/test_{name}.py": f"# {name}\n" for name in "abc"}


def states(desk: Desk, ids: list[int]) -> list[str]:
    """Where they are."""
    return [get(desk, number).state.value for number in ids]


def test_one_and_many(call: Call, desk: Desk) -> None:
    ids = seed(desk, FILES)
    one = call("approve", ids[0])
    assert (one.code, one.out, one.err) == (0, f"approved {ids[0]} tests/test_a.py\n", "")
    assert call("reject", *ids, "--reason", "flaky", "--note", "sleeps").out == "rejected 3\n"
    assert call("defer", *ids[1:]).out == "deferred 2\n"
    assert states(desk, ids) == ["rejected", "deferred", "deferred"]
    verdict = get(desk, ids[0]).verdict
    assert verdict is not None
    assert (verdict.reason, verdict.note, verdict.by) == ("flaky", "sleeps", "robin@example.test")


def test_what_is_refused_is_named_and_the_exit_code_says_so(call: Call, desk: Desk, as_reviewer: As) -> None:
    ids = seed(desk, FILES)
    claim(as_reviewer(desk, "sam"), ids[:1])
    ran = call("approve", *ids)
    assert (ran.code, ran.out) == (1, "approved 2\n")
    assert ran.err == f"refused {ids[0]} tests/test_a.py: claimed by @sam\n"
    again = call("approve", "--json", *ids)
    assert again.code == 1
    assert again.err == ""
    assert again.data == {
        "schema": 1,
        "done": [],
        "already": ids[1:],
        "refused": [{"id": ids[0], "reason": "claimed by @sam"}],
        "group": None,
        "dry_run": False,
    }


def test_what_is_so_already_is_done(call: Call, desk: Desk, terminal: Terminal) -> None:
    """A script may run again: exit 0, and said as what it is; also where a person is asked first."""
    ids = seed(desk, FILES)
    call("approve", *ids[:2])
    assert call("approve", ids[0]) == Ran(0, f"already approved {ids[0]} tests/test_a.py\n", "")
    new = f"approved {ids[2]} tests/test_c.py\nalready approved 2\n"
    assert call("approve", *ids, "--dry-run").out == f"would be {new}"
    assert call("approve", *ids) == Ran(0, new, "")
    terminal("")
    assert call("approve", "--query", "is:approved") == Ran(0, "already approved 3\n", "")
    assert call("release", *ids) == Ran(0, "already released 3\n", "")
    ran = call("approve", *ids, "--json")
    assert (ran.code, ran.data["already"], ran.data["group"]) == (0, ids, None)


def test_many_refusals_are_counted_and_json_keeps_all(call: Call, desk: Desk, as_reviewer: As) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}" for number in range(8)})
    claim(as_reviewer(desk, "sam"), ids)
    err = call("approve", *ids).err.splitlines()
    assert err[0] == f"refused {ids[0]} tests/test_0.py: claimed by @sam"
    assert (len(err), err[-1]) == (6, "refused 3 more: claimed by @sam")
    assert [each["id"] for each in call("approve", *ids, "--json").data["refused"]] == ids


def test_dry_run_writes_nothing(call: Call, desk: Desk) -> None:
    ids = seed(desk, FILES)
    assert call("approve", ids[0], "--dry-run").out == f"would be approved {ids[0]} tests/test_a.py\n"
    assert call("reject", *ids, "--reason", "flaky", "--dry-run").out == "would be rejected 3\n"
    ran = call("defer", "--query", "", "--dry-run", "--json")
    assert (ran.data["done"], ran.data["dry_run"]) == (ids, True)
    assert states(desk, ids) == ["pending"] * 3


def test_a_query_wants_a_yes(call: Call, desk: Desk, terminal: Terminal, as_reviewer: As) -> None:
    ids = seed(desk, FILES)
    claim(as_reviewer(desk, "sam"), ids[:1])
    alone = call("approve", "--query", "test_")
    assert (alone.code, alone.out) == (2, "")
    assert "nobody to ask" in alone.err
    terminal("\n")
    no = call("approve", "--query", "test_")
    assert (no.code, no.out) == (1, "")
    assert no.err == (
        f"1 will not be taken:\nrefused {ids[0]} tests/test_a.py: claimed by @sam\n"
        "Approve 2 of 3? [y/N] nothing was done\n"
    )
    assert states(desk, ids[1:]) == ["pending"] * 2
    terminal("y\n")
    yes = call("approve", "--query", "test_")
    assert (yes.code, yes.out) == (0, "approved 2\n")
    assert states(desk, ids[1:]) == ["approved"] * 2


def test_yes_takes_all_that_match(call: Call, desk: Desk) -> None:
    ids = seed(desk, FILES)
    ran = call("reject", "--query", "test_b", "--yes", "--reason", "unsafe", "--json")
    assert (ran.code, ran.data["done"]) == (0, ids[1:2])
    assert call("approve", "--query", "nothing-like-it").out == "approved 0\n"
    assert call("claim", "--query", "test_", "-y").out == "claimed 2\n"


def test_none_that_can_be_taken_is_not_asked_about(call: Call, desk: Desk, terminal: Terminal, as_reviewer: As) -> None:
    decide(as_reviewer(desk, "sam"), seed(desk, FILES), Action.APPROVE)
    terminal("y\n")
    ran = call("approve", "--query", "is:approved")
    assert ran.code == 1
    assert "?" not in ran.err
    assert ran.err.endswith("nothing was done\n")
    assert call("-q", "approve", "--query", "is:approved").err.count("\n") == 4


def test_what_changes_while_the_question_stands_is_refused(
    call: Call, desk: Desk, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "y\n"})
    terminal("")

    def slow_answer(_question: str) -> bool:
        with desk.db.write() as connection:
            (name,) = content.put(connection, [b"new\n"])
        put(desk, one, content_hash=name, revision=2)
        return True

    monkeypatch.setattr("qatui.cli.diagnostics.confirm", slow_answer)
    ran = call("approve", "--query", "")
    assert (ran.code, ran.out) == (1, f"approved {two} tests/test_b.py\n")
    assert "its content changed since you looked (now revision 2)" in ran.err
    assert get(desk, one).state is State.PENDING


def test_claims(call: Call, desk: Desk, terminal: Terminal) -> None:
    ids = seed(desk, FILES)
    assert call("claim", *ids).out == "claimed 3\n"
    assert call("release", ids[0]).out == f"released {ids[0]} tests/test_a.py\n"
    assert call("assign", *ids, "--to", "@kim").out == "assigned 3\n"
    assert [get(desk, number).assignee for number in ids] == ["kim"] * 3
    assert call("release", ids[0]).code == 1
    terminal("n\n")
    ran = call("assign", "--query", "", "--to", "sam")
    assert (ran.code, ran.err) == (1, "Assign: 3 candidates? [y/N] nothing was done\n")
    terminal("yes\n")
    assert call("assign", "--query", "", "--to", "sam").out == "assigned 3\n"


def test_comments(call: Call, desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_users.py": "a\nb\n"})
    assert call("comment", number, "-m", "hm").out == f"commented on {number} tests/test_users.py\n"
    assert call("comment", number, "-m", "hm", "--line", 2, "--side", "old").code == 0
    ran = call("comment", number, "-m", "hm", "--line", 9)
    assert (ran.code, ran.err) == (1, f"refused {number} tests/test_users.py: revision 1 has no line 9 (it has 2)\n")
    found = call("show", number, "--json").data["comments"]
    assert [(each["side"], each["line"]) for each in found] == [(None, None), ("old", 2)]


def test_threads(call: Call, desk: Desk) -> None:
    number, other = seed(desk, {"tests/test_users.py": "a\nfirst\nsecond\nb\n", "tests/test_new.py": "x\n"})
    assert call("comment", number, "-m", "why?", "--line", 2, "--to", 3).code == 0
    first = call("show", number, "--json").data["comments"][0]["id"]
    assert call("comment", number, "-m", "because", "--reply-to", first).code == 0
    call("comment", number, "-m", "the file", "--side", "new")
    assert call("comment", other, "-m", "x", "--reply-to", first).err.endswith(f"it has no comment {first}\n")
    assert call("comment", other, "--resolve", first).err.endswith(f"it has no comment {first}\n")
    assert call("comment", number, "--resolve", first).out == f"resolved a thread of {number} tests/test_users.py\n"
    again = call("comment", number, "--resolve", first + 1)
    assert again == Ran(0, f"already resolved a thread of {number} tests/test_users.py\n", "")
    at = "2026-01-02T03:04:05Z"
    told = re.sub(r"(?<= at )[0-9T:-]+Z", at, call("show", number).out)
    assert told.endswith(
        "\ncomments\n"
        f"  {first}  robin@example.test at {at}, on revision 1, new lines 2-3, resolved by robin@example.test\n"
        "    why?\n"
        f"  {first + 1}  robin@example.test at {at}, answers {first}\n"
        "    because\n"
        f"  {first + 2}  robin@example.test at {at}, on revision 1, new file\n"
        "    the file\n"
    )
    log = [line.split()[2:-2] for line in call("log", number).out.splitlines()]
    assert log[:4] == [
        ["resolve", "comment", str(first)],
        ["comment"],
        ["comment", "answers", str(first)],
        ["comment", "new", "line", "2-3"],
    ]
    assert call("comment", number, "--unresolve", first).out.startswith("opened a thread again of")
    assert call("comment", number, "--unresolve", first).out.startswith("already opened a thread again of")
    assert "resolved" not in call("show", number).out
    assert call("log", number, "--limit", 1).out.split()[2:7] == ["resolve", "comment", f"{first},", "open", "again"]


def test_comments_go_with_their_lines(call: Call, desk: Desk) -> None:
    path = "tests/test_users.py"
    long = ["gone 0", "gone \x1b[2J", *(f"gone {number}" for number in range(2, 8))]
    (number,) = seed(desk, {path: "\n".join(["a", "first", "second", "b", *long, ""])})
    for line, last in ((2, 2), (2, 3), (1, 1), (5, 12)):
        call("comment", number, "-m", f"on {line}", "--line", line, "--to", last)
    ingest(desk, [Proposal(path, b"new\na\nfirst\nsecond \xff\x1b!\nb\n", path)], source="again")
    now = [each["now"] for each in call("show", number, "--json").data["comments"]]
    assert now == [
        {"standing": "here", "line": 3, "last": None, "excerpt": ["first"]},
        {"standing": "changed", "line": 3, "last": None, "excerpt": ["first", "second"]},
        {"standing": "here", "line": 2, "last": None, "excerpt": ["a"]},
        {"standing": "outdated", "line": None, "last": None, "excerpt": long},
    ]
    told = call("show", number).out
    assert ", on revision 1, new line 2, now line 3\n    on 2\n" in told
    assert ", on revision 1, new lines 2-3, now line 3, changed since\n    > first\n    > second\n    on 2\n" in told
    assert (
        ", on revision 1, new lines 5-12, outdated\n    > gone 0\n    > gone ␛[2J\n    > gone 2\n    > gone 3\n"
        "    > gone 4\n    > gone 5\n    > 2 more lines\n    on 5\n"
    ) in told


def test_the_checklist(call: Call, desk: Desk, project: Project) -> None:
    ids = seed(desk, FILES)
    assert call("checklist", ids[0]).out == "The team has no review checklist: set `checklist:` in qatui.yaml.\n"
    project.commit({"qatui.yaml": CHECKLIST})
    assert call("approve", ids[0]).err.endswith("checklist: 1 required open (Is the body asserted?)\n")
    assert call("checklist", *ids, "body").out == "answered 3\n"
    assert call("checklist", *ids, "body").code == 0
    assert call("checklist", ids[0], "named", "--tick").code == 0
    assert call("checklist", ids[1], "body", "--untick").code == 0
    assert call("checklist", *ids[:2]).out.splitlines() == [
        f"{ids[0]}  tests/test_a.py",
        "checklist 2/2",
        "  [x] body: Is the body asserted? (required)  robin@example.test",
        "  [x] named: Is it named by intent?  robin@example.test",
        f"{ids[1]}  tests/test_b.py",
        "checklist 0/2",
        "  [ ] body: Is the body asserted? (required)",
        "  [ ] named: Is it named by intent?",
    ]
    lists = call("checklist", "--query", "test_c", "--json").data["checklists"]
    assert [(each["candidate"], [item["done"] for item in each["checklist"]]) for each in lists] == [
        (ids[2], [True, False])
    ]
    assert call("approve", *ids).out == "approved 2\n"


def test_undo_and_redo(call: Call, desk: Desk) -> None:
    ids = seed(desk, FILES)
    assert call("undo").out == "Nothing to undo.\n"
    nothing = call("redo", "--json")
    assert (nothing.code, nothing.data["verb"], nothing.data["done"]) == (0, None, [])
    call("approve", *ids)
    assert call("undo").out == "undone (approve) 3\n"
    assert states(desk, ids) == ["pending"] * 3
    assert call("redo", "--json").data["verb"] == "approve"
    put(desk, ids[0], state="published")
    ran = call("undo")
    assert (ran.code, ran.out) == (1, "undone (approve) 2\n")
    assert ran.err == f"refused {ids[0]} tests/test_a.py: has moved on since: now published\n"


def test_defer_until(call: Call, desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    assert call("defer", number, "--until", "9000-01-01").code == 0
    until = get(desk, number).deferred_until
    assert until is not None
    assert iso(until) == "9000-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("approve",), "Which candidates?"),
        (("approve", "1", "--query", "x"), "Give ids or --query, not both"),
        (("approve", "77"), "There is no candidate 77"),
        (("approve", "1", "77", "78"), "There is no candidate 77, 78"),
        (("approve", "one"), "'one' is not a valid integer"),
        (("approve", "9" * 40), "There is no candidate 9"),
        (("approve", "--query", "is:zzz", "-y"), "is:zzz is no state"),
        (("approve", "1", "--note", "x" * 70_000), "The note has 70,000 characters"),
        (("reject", "1"), "A rejection needs a reason"),
        (("reject", "1", "--reason", "flakey"), "“flakey” is no reject reason"),
        (("reject", "1", "--reason", "flakey", "--dry-run"), "“flakey” is no reject reason"),
        (("reject", "1", "--reason", "other"), "needs a note"),
        (("defer", "1", "--until", "soon"), "“soon” is no time"),
        (("defer", "1", "--until", "2001-01-01"), "not later than now"),
        (("defer", "1", "--until", "9999-12-31T23:00-09:00"), "too far away"),
        (("claim", "77"), "There is no candidate 77"),
        (("assign", "1"), "Missing option '--to'"),
        (("assign", "1", "--to", "a b"), "is no name of a person"),
        (("comment", "1"), "The comment is empty"),
        (("comment", "1", "-m", " "), "The comment is empty"),
        (("comment", "1", "-m", "x", "--to", "3"), "The last line (3) is without a first one"),
        (("comment", "1", "-m", "x", "--line", "4", "--to", "3"), "The last line (3) is before the first (4)"),
        (("comment", "1", "-m", "x", "--reply-to", "4", "--line", "3"), "An answer stands where its thread does"),
        (("comment", "1", "--reply-to", "4"), "The comment is empty"),
        (("comment", "1", "--resolve", "4", "-m", "x"), "--resolve and --unresolve go with no other option"),
        (("comment", "1", "--resolve", "4", "--unresolve", "4"), "--resolve and --unresolve go with no other option"),
        (("comment", "1", "--unresolve", "4", "--side", "old"), "--resolve and --unresolve go with no other option"),
        (("comment", "1", "--resolve", "9" * 20), "is not in the range"),
        (("comment", "1", "-m", "x", "--line", "0"), "0 is not in the range"),
        (("comment", "1", "-m", "x", "--side", "both"), "is not one of"),
        (("checklist",), "Which candidates?"),
        (("checklist", "body"), "Which candidates?"),
        (("checklist", "--tick"), "Which item?"),
        (("checklist", "1", "2", "--tick"), "Which item?"),
        (("checklist", "x", "body"), "“x” is no id"),
        (("checklist", "9" * 20, "body"), "is no id"),
        (("checklist", "1", "body"), "The team has no review checklist"),
        (("claim", "--query", "", "--json"), "nobody to ask"),
    ],
)
def test_wrong_usage_changes_nothing(call: Call, desk: Desk, args: tuple[str, ...], words: str) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    assert number == 1
    ran = call(*args)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert get(desk, 1).version == 1
