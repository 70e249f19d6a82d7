"""`list`, `status`, `show`, `log`."""

import json
from dataclasses import replace

import pytest

from qatui.domain.lifecycle import Action
from qatui.domain.moments import DAY
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.review import comment
from qatui.store import intake, outbox
from qatui.store.reviews import Origin
from tests.cli.conftest import Call
from tests.conftest import Project, seed
from tests.flows.rows import put

SETTINGS = """\
checklist:
  - {id: body, text: "Is the body asserted?", required: true}
  - {id: style, text: "Is it named by intent?"}
"""


def test_an_empty_queue_says_so(call: Call) -> None:
    for args, words in (
        (["list"], "Nothing waits for review.\n"),
        (["list", "refunds"], "No candidate matches.\n"),
        (["log"], "Nothing happened yet.\n"),
    ):
        ran = call(*args)
        assert (ran.code, ran.out, ran.err) == (0, "", words)
        assert call("-q", *args).err == ""
    assert call("list", "--json").data == {"schema": 1, "query": "", "total": 0, "candidates": []}


def test_list_shows_rows_in_the_queue_s_order(call: Call, desk: Desk) -> None:
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "y\n"})
    put(desk, two, path="tests/test_\x1b[2Jb.py", priority=5, assignee="sam", score=31, score_rank=31, risk=0)
    lines = call("list").out.splitlines()
    assert [line.split() for line in lines] == [
        ["id", "state", "risk", "score", "test", "size", "age", "who"],
        [str(two), "pending", "high", "31", "tests/test_␛[2Jb.py", "+1", "−0", *lines[1].split()[7:9], "@sam"],
        [str(one), "pending", "–", "–", "tests/test_a.py", "+1", "−0", *lines[2].split()[7:9], "·"],
    ]


def test_list_as_json_is_the_documented_object(call: Call, desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_users.py": "x\n"})
    decide(desk, [number], Action.REJECT, reason="flaky")
    (row,) = call("--json", "list", "is:all").data["candidates"]
    assert row == {
        "id": number,
        "path": "tests/test_users.py",
        "title": "test_users",
        "state": "rejected",
        "state_reason": "",
        "risk": None,
        "score": None,
        "priority": 0,
        "revision": 1,
        "content_hash": "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac",
        "new_file": False,
        "added": 1,
        "removed": 2,
        "assignee": None,
        "deferred_until": None,
        "verdict_by": "robin@example.test",
        "verdict_reason": "flaky",
        "created_at": "2026-11-18T11:06:40Z",
    }


def test_list_filters_and_limits(call: Call, desk: Desk) -> None:
    ids = seed(desk, {f"tests/test_{name}.py": name for name in "abc"})
    decide(desk, ids[:1], Action.APPROVE)
    decide(desk, ids[1:2], Action.REJECT, reason="flaky")

    def found(*args: str) -> list[int]:
        return [row["id"] for row in call("list", "--json", *args).data["candidates"]]

    assert found() == ids[2:]
    assert found("--state", "approved", "--state", "rejected") == ids[:2]
    assert found("is:all", "test_B") == ids[1:2]
    assert found("--limit", "1", "is:all") == ids[:1]
    assert found("--limit", "0", "is:all") == ids
    assert found("is:all", "--", "-test_a") == ids[1:]
    cut = call("list", "is:all", "--limit", "2")
    assert (len(cut.out.splitlines()), cut.err) == (3, "2 of 3; --limit 0 shows all\n")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("list", "is:opn"), "is:opn is no state; did you mean is:open?"),
        (("list", "--state", "zzz"), "is:zzz is no state"),
        (("list", "--limit", "-1"), "-1 is not in the range"),
        (("list", "--limit", "9" * 30), "is not in the range"),
        (("show", "x"), "'x' is not a valid integer"),
        (("show", "7"), "There is no candidate 7"),
        (("show", "9" * 30), "There is no candidate 9999"),
        (("show", "-1"), "No such option"),
        (("log", "7"), "There is no candidate 7"),
        (("show",), "Missing argument"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(call: Call, args: tuple[str, ...], words: str) -> None:
    ran = call(*args)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    as_json = call("--json", *args)
    assert as_json.code == 2
    assert words in json.loads(as_json.err)["error"]["message"]


def test_status(call: Call, desk: Desk) -> None:
    ids = seed(desk, {f"tests/test_{name}.py": name for name in "abc"})
    decide(desk, ids[:1], Action.APPROVE)
    assert call("status").out.splitlines() == [
        "1 of 3 done, 2 left",
        f"base main@{desk.base.commit[:7]}, you are robin@example.test",
        "pending   2",
        "approved  1",
    ]
    with desk.db.write() as connection:
        outbox.add(connection, desk.repository_id, "push", "k", {}, actor="r", credential="user:r", now=1)
    assert call("status").out.splitlines()[-1] == "outbox: 1 waiting"
    data = call("status", "--json").data
    assert (data["done"], data["left"], data["total"], data["jobs"]) == (1, 2, 3, {"waiting": 1})
    assert (data["states"]["pending"], data["states"]["merged"]) == (2, 0)
    assert data["base"] == {"branch": "main", "commit": desk.base.commit}
    assert data["reviewer"] == "robin@example.test"


def test_status_and_list_wake_what_is_due(call: Call, desk: Desk) -> None:
    (number,) = seed(desk, {"tests/test_a.py": "x\n"})
    decide(desk, [number], Action.DEFER, until=desk.now() + DAY)
    # Long past for the real clock of the command.
    put(desk, number, deferred_until=1000)
    assert call("status").out.startswith("0 of 1 done, 1 left\n")
    assert call("show", number).out.splitlines()[2].endswith("pending (deferred until 1970-01-01 00:00)")


def test_show_is_one_candidate_whole(call: Call, desk: Desk, project: Project) -> None:
    project.commit({"qatui.yaml": SETTINGS})
    (number,) = seed(desk, {"tests/test_users.py": "evil \u202e\x1b[2J\n\tend\n"})
    told = Origin(
        {"name": "gpt", "run": "7"}, {"method": "GET", "path": "/users"}, "7K3", True, ("a", "b"), "tests/o.py"
    )
    with desk.db.write() as connection:
        intake.put_origins(connection, {number: told})
    put(desk, number, title="Users\x07", assignee=desk.reviewer)
    call("checklist", number, "style")
    comment(desk, [number], "two\nlines \x1b")
    comment(desk, [number], "here", line=2)
    decide(desk, [number], Action.DEFER, until=desk.now() + 900 * DAY, note="later")
    ran = call("show", number, "--content")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    for words in (
        f"{number}  tests/test_users.py\n",
        "title      Users␇\n",
        "state      deferred\n",
        "risk       –, score –\n",
        "size       +2 −2, changes a file\n",
        "who        robin@example.test\n",
        "verdict    deferred until 2029-05-06T11:06:40Z by robin@example.test at 2026-11-18T11:06:40Z\n",
        "note       later\n",
        "generator  gpt 7\n",
        "endpoint   GET /users\n",
        "plan item  7K3 (completes it)\n",
        "labels     a, b\n",
        "replaces   tests/o.py\n",
        "revisions\n  1  ",
        "checklist 1/2\n  [ ] body: Is the body asserted? (required)\n  [x] style: Is it named by intent?  robin",
        "on revision 1\n    two\n    lines ␛\n",
        "on revision 1, new line 2\n    here\n",
        "\nevil ‹U+202E›␛[2J\n    end\n",
    ):
        assert words in ran.out
    assert "changed since" not in ran.out
    assert call("show", number, "--json").data["origin"] == {
        "generator": {"name": "gpt", "run": "7"},
        "endpoint": {"method": "GET", "path": "/users"},
        "plan_item": "7K3",
        "completes": True,
        "labels": ["a", "b"],
        "replaces": "tests/o.py",
    }


def test_show_as_json(call: Call, desk: Desk, project: Project) -> None:
    project.commit({"qatui.yaml": SETTINGS})
    (number,) = seed(desk, {"tests/test_users.py": b"caf\xe9\n"})
    decide(desk, [number], Action.REJECT, reason="other", note="why")
    comment(desk, [number], "hm")
    data = call("show", "--json", number, "--content").data
    assert data["candidate"]["verdict"] == {
        "kind": "rejected",
        "by": "robin@example.test",
        "at": "2026-11-18T11:06:40Z",
        "content_hash": data["candidate"]["content_hash"],
        "base_oid": data["candidate"]["base_oid"],
        "reason": "other",
        "note": "why",
    }
    assert data["base"] == {
        "branch": "main",
        "commit": project.git("rev-parse", "origin/main"),
        "exists": True,
        "moved": False,
    }
    assert data["origin"] is None
    assert [each["number"] for each in data["revisions"]] == [1]
    assert [(each["id"], each["required"], each["done"]) for each in data["checklist"]] == [
        ("body", True, False),
        ("style", False, False),
    ]
    assert [(each["body"], each["line"]) for each in data["comments"]] == [("hm", None)]
    assert (data["content"], data["content_exact"]) == ("caf�\n", False)
    assert "content" not in call("show", "--json", number).data


def test_show_says_that_base_moved(call: Call, desk: Desk, project: Project) -> None:
    number, new = seed(desk, {"tests/test_users.py": "x\n", "tests/test_new.py": ""})
    put(desk, new, customized=True, author="kim", score=98)
    assert "score 98" in call("show", new).out
    project.commit({"tests/test_users.py": "moved\n"})
    assert (
        call("show", number).out.splitlines()[1]
        == "! the file on base changed since this revision came in; look at it again"
    )
    decide(replace(desk, base=desk.repository.base()), [number], Action.REJECT, reason="flaky")
    assert "(flaky) by robin" in call("show", number).out
    project.commit({"tests/test_users.py": "again\n"})
    assert "changed since the verdict" in call("show", number).out
    assert call("show", "--json", number).data["base"]["moved"]


def test_log(call: Call, desk: Desk, project: Project) -> None:
    project.commit({"qatui.yaml": SETTINGS})
    one, two = seed(desk, {"tests/test_a.py": "x\n", "tests/test_b.py": "x\n"})
    call("checklist", one, "body")
    call("checklist", one, "body", "--untick")
    call("comment", one, "-m", "hm")
    call("comment", one, "-m", "hm", "--line", 1)
    call("reject", one, two, "--reason", "flaky")
    call("undo")
    *rows, first = [line.split() for line in call("log", one).out.splitlines()]
    assert first[1:] == [str(one), "ingest", "pending", "tests/test_a.py", "robin@example.test", "(seed)"]
    assert [row[1:-2] for row in rows] == [
        [str(one), "undo", "rejected", "→", "pending"],
        [str(one), "reject", "pending", "→", "rejected"],
        [str(one), "comment", "new", "line", "1"],
        [str(one), "comment"],
        [str(one), "checklist", "unticked", "body"],
        [str(one), "checklist", "ticked", "body"],
    ]
    assert {tuple(row[-2:]) for row in rows} == {("tests/test_a.py", "robin@example.test")}
    assert len(call("log").out.splitlines()) == 10
    assert len(call("log", "--limit", 1).out.splitlines()) == 1
    assert len(call("log", "--limit", 0).out.splitlines()) == 10
    events = call("log", "--json").data["events"]
    assert [event["action"] for event in events][:2] == ["undo", "undo"]
    newest = events[0]
    assert (newest["candidate"], newest["path"], newest["actor"]) == (two, "tests/test_b.py", "robin@example.test")
    assert (newest["before"]["state"], newest["after"]["state"]) == ("rejected", "pending")
    assert newest["group"] == events[1]["group"]
