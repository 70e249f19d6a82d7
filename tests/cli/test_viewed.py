"""`viewed` lists and marks hunks; `show` tells how much is viewed."""

from collections.abc import Callable

import pytest

from qatui.domain.proposal import Proposal
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.review import open_candidate
from tests.cli.conftest import Call, Ran
from tests.conftest import Project, seed

As = Callable[[Desk, str], Desk]
PATH = "tests/test_users.py"
BASE = "".join(f"line {number}\n" for number in range(1, 21))
FIRST = BASE.replace("line 3\n", "new 3\n").replace("line 9\nline 10\n", "").replace("line 20\n", "line 20\na\nb\n")


@pytest.fixture
def number(desk: Desk, project: Project) -> int:
    """A candidate with three hunks: 2, 2 and 2 lines."""
    project.commit({PATH: BASE})
    (made,) = seed(desk, {PATH: FIRST})
    return made


def test_hunks_are_listed_and_marked(call: Call, number: int) -> None:
    assert call("viewed", number) == Ran(
        0,
        f"{number}  {PATH}  rev 1  viewed 0 %, 0 of 3 hunks\n"
        "  [ ]  1  line 3          +1 −1\n"
        "  [ ]  2  old lines 9-10  +0 −2\n"
        "  [ ]  3  lines 19-20     +2 −0\n",
        "",
    )
    ran = call("viewed", number, "--hunk", 3, "--hunk", 1)
    assert ran.out.splitlines()[0].endswith("viewed 66 %, 2 of 3 hunks")
    assert [line[:6] for line in ran.out.splitlines()[1:]] == ["  [x] ", "  [ ] ", "  [x] "]
    assert call("viewed", number).out == ran.out
    assert "viewed 33 %, 1 of 3 hunks" in call("viewed", number, "--hunk", 1, "--undo").out
    assert "viewed 100 %, 3 of 3 hunks" in call("viewed", number, "--all").out
    assert "viewed 0 %, 0 of 3 hunks" in call("viewed", number, "--all", "--undo").out


def test_a_changed_hunk_comes_back_unviewed(call: Call, desk: Desk, number: int, project: Project) -> None:
    call("viewed", number, "--all")
    ingest(desk, [Proposal(PATH, f"first\n{FIRST.replace('new 3', 'newer 3')}".encode(), PATH)], source="again")
    hunks = call("viewed", number, "--json").data["hunks"]
    assert [(each["new_line"], each["viewed"]) for each in hunks] == [(1, False), (4, False), (10, True), (20, True)]
    project.commit({PATH: f"first\n{BASE}"})
    hunks = call("viewed", number, "--json").data["hunks"]
    assert [each["viewed"] for each in hunks] == [False, True, True]


def test_json(call: Call, desk: Desk, number: int, as_reviewer: As) -> None:
    data = call("viewed", number, "--hunk", 2, "--json").data
    of_second = data["hunks"][1]
    assert data == {
        "schema": 1,
        "candidate": number,
        "revision": 1,
        "content_hash": call("show", number, "--json").data["candidate"]["content_hash"],
        "percent": 33,
        "hunks": data["hunks"],
    }
    assert {key: of_second[key] for key in of_second if key != "key"} == {
        "number": 2,
        "old_line": 9,
        "old_count": 2,
        "new_line": 9,
        "new_count": 0,
        "viewed": True,
    }
    assert len(of_second["key"]) == 64
    shown = call("show", number, "--json").data
    assert shown["viewed"] == {"percent": 33, "hunks": data["hunks"]}
    assert shown["seen"] == []
    open_candidate(as_reviewer(desk, "sam"), number)
    assert call("show", number, "--json").data["seen"] == []
    open_candidate(desk, number)
    assert call("show", number, "--json").data["seen"] == [{"revision": 1, "at": "2026-11-18T11:06:40Z"}]


def test_show_says_how_much(call: Call, desk: Desk, number: int) -> None:
    assert "\nyou       viewed 0 %, 0 of 3 hunks\n" in call("show", number).out
    call("viewed", number, "--hunk", 2)
    open_candidate(desk, number)
    assert "\nyou       viewed 33 %, 1 of 3 hunks, saw revision 1 last\n" in call("show", number).out


def test_what_is_wrong(call: Call, number: int) -> None:
    for args, words in (
        ((99,), "There is no candidate 99 in this repository"),
        ((number, "--hunk", 4), f"Candidate {number} has no hunk 4"),
        ((number, "--hunk", 0), f"Candidate {number} has no hunk 0"),
        ((number, "--hunk", 1, "--all"), "--hunk and --all exclude each other"),
        ((number, "--undo"), "Which hunks?"),
        ((number, "--hunk", "x"), "'x' is not a valid integer"),
    ):
        ran = call("viewed", *args)
        assert (ran.code, ran.out) == (2, "")
        assert words in ran.err
    assert call("viewed", number).out.startswith(f"{number}  {PATH}  rev 1  viewed 0 %")
