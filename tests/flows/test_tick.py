"""The test plan after a merge, over the embedded GitHub: by git, by its API, straight or by the standing branch."""

import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import update

from qatui.domain.proposal import Proposal
from qatui.errors import ExitCode
from qatui.flows import sync as syncing
from qatui.flows.ingest import ingest
from qatui.flows.outbox import drain, jobs
from qatui.flows.plan_work import BRANCH
from qatui.flows.sync import Synced
from qatui.settings.types import PlanSettings
from qatui.store import publications
from qatui.store.schema import outbox
from tests.conftest import run_git
from tests.flows.test_merge import rule
from tests.hosted import Hosted

PLAN = "docs/test-plan.md"
TEXT = """# Plan\r
\r
- [ ] partial refunds <!-- qa:7K3F9X -->\r
* [X] refunds of refunds\r
- [ ] orders (closes #1)\r
- [ ] see #PR_NUMBER\r
- [ ] a part\r
"""


@pytest.fixture
def plan(shop: Hosted) -> Hosted:
    """A shop whose team has a test plan on main, one of whose items has the issue #1."""
    shop.push("main", {PLAN: TEXT})
    run_git(shop.desk.repository.root, "fetch", "-q", "origin")
    with shop.http() as http:
        assert http.post(f"{shop.path}/issues", json={"title": "orders", "body": ""}).json()["number"] == 1
    shop.team(plan=PlanSettings(files=(PLAN,)))
    return shop


def completing(shop: Hosted, items: dict[str, tuple[str, bool]]) -> tuple[int, ...]:
    """Publish tests that complete plan items, or do a part of them; the candidates."""
    proposals = [
        Proposal(f"tests/test_{name}.py", f"# {name}\n".encode(), name, plan_item=item, completes=completes)
        for name, (item, completes) in items.items()
    ]
    taken = ingest(shop.again(), proposals, source="test")
    assert taken.refused == ()
    return shop.publish(*taken.new).published


def text(shop: Hosted, branch: str = "main") -> str:
    """The plan as it is there."""
    return run_git(shop.bare, "show", f"{branch}:{PLAN}") + "\n"


def heads(shop: Hosted) -> list[str]:
    """Subjects of main's newest commits."""
    return run_git(shop.bare, "log", "-2", "--format=%s", "main").splitlines()


def words(found: Synced) -> list[str]:
    """What the tick jobs said."""
    return [ran.words for ran in found.jobs if ran.job.kind == "tick"]


def test_what_is_merged_is_ticked_and_names_the_pull_request(plan: Hosted) -> None:
    items = {"a": ("7K3F9X", True), "b": ("refunds of refunds", True), "c": ("see #PR_NUMBER", True)}
    completing(plan, {**items, "d": ("a part", False)})
    before = run_git(
        plan.desk.repository.root, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/remotes"
    )
    plan.merge(2)
    found = plan.synced()
    expected = (
        TEXT.replace("[ ] partial refunds <!", "[x] partial refunds (#2) <!")
        .replace("refunds of refunds", "refunds of refunds (#2)")
        .replace("[ ] see #PR_NUMBER", "[x] see #2")
    )
    assert text(plan) == expected
    assert (words(found), found.exit_code) == (["ticked 3 items on main"], ExitCode.DONE)
    assert heads(plan)[0] == "docs: tick 3 items of the test plan (#2)"
    assert run_git(plan.bare, "log", "-1", "--format=%an <%ae>", "main") == "Robin Reviewer <robin@example.test>"
    root = plan.desk.repository.root
    assert run_git(root, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/remotes") == before
    assert run_git(root, "status", "--porcelain") == ""
    tip = run_git(plan.bare, "rev-parse", "main")
    assert plan.synced().jobs == ()
    with plan.desk.db.write() as connection:  # as after a death before it was noted
        connection.execute(update(outbox).where(outbox.c.kind == "tick").values(state="waiting"))
    (ran,) = drain(plan.desk, hub=plan.hub)
    assert (ran.words, run_git(plan.bare, "rev-parse", "main")) == ("it was ticked already", tip)


@pytest.mark.parametrize("item", ["#1", "orders"])
def test_an_issue_decides_over_its_item(plan: Hosted, item: str) -> None:
    completing(plan, {"a": (item, True)})
    plan.merge(2)
    assert words(plan.synced()) == ["ticked 1 item on main"], "the merge closed it"
    assert "- [x] orders (closes #1) (#2)\r\n" in text(plan)


def test_an_issue_that_stays_open_keeps_its_item_open(plan: Hosted) -> None:
    completing(plan, {"a": ("orders", True), "b": ("a part", True)})
    plan.merge(2)
    with plan.http() as http:
        http.patch(f"{plan.path}/issues/1", json={"state": "open"})
    found = plan.synced()
    assert words(found) == ["ticked 1 item on main; “orders” is not ticked: the merge did not close #1"]
    assert found.exit_code is ExitCode.NEEDS_PERSON
    assert "- [ ] orders (closes #1)\r\n- [ ] see #PR_NUMBER\r\n- [x] a part (#2)\r\n" in text(plan)


def test_a_part_ticks_nothing(plan: Hosted) -> None:
    completing(plan, {"a": ("a part", False)})
    plan.merge(2)
    found = plan.synced()
    assert (found.jobs, text(plan)) == ((), TEXT)


def test_what_cannot_be_found_is_told(plan: Hosted) -> None:
    plan.team(plan=PlanSettings(files=(PLAN, "docs/gone.md")))
    completing(plan, {"a": ("no such item", True)})
    plan.merge(2)
    found = plan.synced()
    assert words(found) == ["docs/gone.md is not on main; “no such item” is not ticked: no item has this text"]
    assert (found.exit_code, text(plan)) == (ExitCode.NEEDS_PERSON, TEXT)


def test_a_plan_that_moves_at_the_push_is_read_again(plan: Hosted) -> None:
    completing(plan, {"a": ("a part", True)})
    plan.merge(2)
    root = plan.desk.repository.root
    once = root / "once"
    other = run_git(plan.bare, "commit-tree", "-p", "main", "-m", "meanwhile", tree_with(plan, TEXT + "- [ ] new\r\n"))
    hook = root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\ntest -e {once} || git -C {plan.bare} update-ref refs/heads/main {other}\ntouch {once}\n"
    )
    hook.chmod(0o755)
    assert words(plan.synced()) == ["ticked 1 item on main"]
    assert text(plan) == TEXT.replace("[ ] a part", "[x] a part (#2)") + "- [ ] new\r\n"
    assert run_git(plan.bare, "rev-parse", "main^") == other
    assert once.exists()


def tree_with(shop: Hosted, content: str) -> str:
    """A tree like main's with another plan."""
    blob = run_git(shop.bare, "hash-object", "-w", "--stdin", data=content.encode())
    inner = run_git(shop.bare, "mktree", data=f"100644 blob {blob}\ttest-plan.md\n".encode())
    rows = [row for row in run_git(shop.bare, "ls-tree", "main").splitlines() if not row.endswith("\tdocs")]
    return run_git(shop.bare, "mktree", data="\n".join([*rows, f"040000 tree {inner}\tdocs", ""]).encode())


def test_a_protected_base_gets_one_standing_pull_request(plan: Hosted) -> None:
    rule(plan, pull_request=True)
    completing(plan, {"a": ("a part", True)})
    plan.merge(2)
    found = plan.synced()
    assert words(found) == ["ticked 1 item on qatui/plan; main is protected, so somebody has to merge #3"]
    assert found.exit_code is ExitCode.NEEDS_PERSON
    assert text(plan) == TEXT
    assert text(plan, BRANCH) == TEXT.replace("[ ] a part", "[x] a part (#2)")
    completing(plan, {"b": ("7K3F9X", True)})
    plan.merge(4)
    assert words(plan.synced()) == ["ticked 1 item on qatui/plan; main is protected, so somebody has to merge #3"]
    both = TEXT.replace("[ ] a part", "[x] a part (#2)").replace("[ ] partial refunds", "[x] partial refunds (#4)")
    assert text(plan, BRANCH) == both
    plan.merge(3, method="squash")
    assert text(plan) == both
    completing(plan, {"c": ("see #PR_NUMBER", True)})
    plan.merge(5)
    assert words(plan.synced()) == ["ticked 1 item on qatui/plan; main is protected, so somebody has to merge #6"]
    assert text(plan, BRANCH) == both.replace("[ ] see #PR_NUMBER", "[x] see #5")
    assert run_git(plan.bare, "rev-list", "--count", f"main..{BRANCH}") == "1", "it began anew on main"


def test_a_base_whose_hook_refuses_gets_a_pull_request_too(plan: Hosted) -> None:
    completing(plan, {"a": ("a part", True)})
    plan.merge(2)
    hook = plan.desk.repository.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ngrep -q refs/heads/main && { echo 'no direct pushes'; exit 1; }\nexit 0\n")
    hook.chmod(0o755)
    assert words(plan.synced()) == ["ticked 1 item on qatui/plan; main is protected, so somebody has to merge #3"]


@pytest.mark.parametrize("protected", [False, True])
def test_where_git_wants_a_password_the_api_does_it(plan: Hosted, protected: bool) -> None:
    completing(plan, {"a": ("a part", True)})
    plan.merge(2)
    if protected:
        rule(plan, pull_request=True)
    address = plan.github.url.removesuffix("/api/v3")
    run_git(plan.desk.repository.root, "remote", "set-url", "origin", f"{address}/acme/{plan.repository.name}.git")
    found = plan.synced()
    where = BRANCH if protected else "main"
    assert words(found)[0].startswith(f"ticked 1 item on {where}")
    assert text(plan, where) == TEXT.replace("[ ] a part", "[x] a part (#2)")
    assert (text(plan) == TEXT) is protected
    if protected:
        completing_again(plan)


def completing_again(plan: Hosted) -> None:
    """A second publication adds to the standing pull request through the API."""
    root = plan.desk.repository.root
    keep = run_git(root, "remote", "get-url", "origin")
    token = plan.github.token("robin")
    run_git(root, "remote", "set-url", "origin", keep.replace("://", f"://x:{token}@"))
    completing(plan, {"b": ("7K3F9X", True)})
    plan.merge(4)
    run_git(root, "remote", "set-url", "origin", keep)
    assert words(plan.synced()) == ["ticked 1 item on qatui/plan; main is protected, so somebody has to merge #3"]
    assert "- [x] partial refunds (#4) <!--" in text(plan, BRANCH)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="makes an SSH key")
def test_the_commit_goes_to_the_base_and_is_signed_where_git_signs(plan: Hosted, tmp_path: Path) -> None:
    """Also where the person's own branches go elsewhere."""
    completing(plan, {"a": ("a part", True)})
    plan.merge(2)
    root, key, elsewhere = plan.desk.repository.root, tmp_path / "key", tmp_path / "elsewhere.git"
    run_git(tmp_path, "init", "-q", "--bare", str(elsewhere))
    run_git(root, "remote", "set-url", "--push", "origin", str(elsewhere))
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key)), ("commit.gpgSign", "true")):
        run_git(root, "config", name, value)
    assert words(plan.synced()) == ["ticked 1 item on main"]
    assert text(plan) == TEXT.replace("[ ] a part", "[x] a part (#2)")
    assert "\ngpgsig -----BEGIN SSH SIGNATURE-----" in run_git(plan.bare, "cat-file", "commit", "main")
    assert run_git(elsewhere, "for-each-ref") == ""


def test_who_may_not_push_is_told(plan: Hosted) -> None:
    completing(plan, {"a": ("a part", True)})
    plan.merge(2)
    robin = plan.github.world.user("robin")
    assert robin is not None
    plan.repository.collaborators[robin.id] = "read"
    found = plan.synced()
    name = f"acme/{plan.repository.name}"
    assert words(found) == [f"you may not push to {name}: tick by hand what is done"]
    assert (found.exit_code, text(plan), jobs(plan.desk)) == (ExitCode.NEEDS_PERSON, TEXT, [])


def test_what_was_merged_otherwise_than_approved_ticks_nothing_until_it_is_merged(plan: Hosted) -> None:
    first, second = completing(plan, {"a": ("a part", True), "b": ("7K3F9X", True)})
    with plan.desk.db.read() as connection:
        branch = publications.every(connection, plan.desk.repository_id)[0].branch
    plan.push(branch, {"tests/test_a.py": "else = 1\n"})
    plan.merge(2)
    assert words(plan.synced()) == ["ticked 1 item on main"]
    assert plan.states([first, second]) == ["closed", "merged"]
    assert "[ ] a part" in text(plan)
    plan.publish(first)
    plan.merge(3)
    assert words(plan.synced()) == ["ticked 1 item on main"]
    assert "[x] a part (#3)" in text(plan)


def test_what_was_merged_is_ticked_though_the_next_revision_came_before(
    plan: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    completing(plan, {"a": ("a part", True)})
    plan.merge(2)
    with monkeypatch.context() as busy:
        busy.setattr(syncing, "drain", lambda *_, **__: ())
        plan.synced()
    newer = Proposal("tests/test_a.py", b"# newer\n", "a")
    (again,) = ingest(plan.again(), [newer], source="test").revised
    assert plan.states([again]) == ["pending"]
    assert words(plan.synced()) == ["ticked 1 item on main"]
    assert "- [x] a part (#2)\r\n" in text(plan)
