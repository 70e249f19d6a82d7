"""`qatui diff` between revisions of a candidate."""

from qatui.domain.proposal import Proposal
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.review import open_candidate
from tests.cli.conftest import Call
from tests.conftest import Project, seed

PATH = "tests/test_users.py"


def test_since_another_revision(call: Call, desk: Desk) -> None:
    (number,) = seed(desk, {PATH: "same\nvalue one\n"})
    open_candidate(desk, number)
    ingest(desk, [Proposal(PATH, b"same\nvalue two\n", PATH)], source="again")
    printed = call("diff", f"{number}@1", f"{number}@2", "--unified", "--width", 80)
    assert printed.code == 0
    assert f"candidate {number} rev 1 by generator" in printed.out
    for since in ("1", "seen"):
        assert call("diff", number, "--since", since, "--unified", "--width", 80) == printed
    rows = call("diff", number, "--since", "seen", "--json").data["rows"]
    assert [(row["kind"], row["old"]["text"], row["new"]["text"]) for row in rows] == [
        ("equal", "same", "same"),
        ("replace", "value one", "value two"),
    ]
    assert call("diff", number, "--since", "seen", "--exit-code").code == 1
    assert call("diff", number, "--since", "2", "--exit-code").code == 0
    assert "two" in call("diff", f"{number}@2", "--width", 80).out
    assert "two" not in call("diff", f"{number}@1", "--width", 80).out


def test_what_is_wrong(call: Call, desk: Desk, project: Project) -> None:
    (number,) = seed(desk, {PATH: "one\n"})
    for args, words in (
        (("--since", "seen"), f"You have not looked at candidate {number} yet"),
        (("--since", "rejected"), f"You have not rejected candidate {number}"),
        (("--since", "2"), f"Candidate {number} has no revision 2"),
        (("--since", "yesterday"), "“yesterday” is no revision"),
        (("README.md", "--since", "1"), "--since is for one candidate"),
    ):
        ran = call("diff", number, *args)
        assert (ran.code, ran.out) == (2, "")
        assert words in ran.err
    assert "is no candidate's id" in call("diff", "README.md", "--since", "1").err
