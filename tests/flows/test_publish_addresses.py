"""Publishing to the embedded GitHub's own git over HTTP: an old address, a password, rights, a rule for the branch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qatui.errors import ExitCode
from qatui.flows.desk import Desk
from qatui.flows.publish import publish
from qatui.sandbox.github.founding import add_repository, protect
from qatui.sandbox.github.records import Rules
from qatui.store.repositories import repository_id
from qatui.workspace.repository import discover
from tests.conftest import run_git
from tests.flows.test_publish import BRANCH, approved, only
from tests.lookalike import Lookalike, lookalike


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    """One look-alike for the file; each test has a repository of its own."""
    with lookalike(tmp_path_factory.mktemp("github")) as running:
        yield running


def sit_at(desk: Desk, github: Lookalike, tmp_path: Path, name: str, *, former: str = "", login: str = "mira") -> Desk:
    """The desk in a clone of a new repository of mira's, by the address `former` where it had another name."""
    mira = github.world.user("mira")
    assert mira is not None
    made = add_repository(github.world, mira, name)
    bare = github.world.bare(made)
    seedling = tmp_path / "seedling"
    run_git(tmp_path, "init", "-q", "-b", "main", str(seedling))
    run_git(seedling, "commit", "-q", "--allow-empty", "-m", "begin")
    run_git(seedling, "push", "-q", str(bare), "main")
    if former:
        made.former.append(f"mira/{former}")
    who = f"x-access-token:{github.token(login)}@" if login else ""
    url = github.url.replace("http://", f"http://{who}") + f"/mira/{former or name}.git"
    place = tmp_path / "here"
    run_git(tmp_path, "clone", "-q", url, str(place))
    repository = discover(place)
    with desk.db.write() as connection:
        number = repository_id(connection, repository.key(), desk.now())
    return replace(desk, repository_id=number, repository=repository, base=repository.base())


def test_a_renamed_repository_gets_the_branch_by_its_old_address(desk: Desk, github: Lookalike, tmp_path: Path) -> None:
    here = sit_at(desk, github, tmp_path, "after", former="before")
    before = run_git(here.repository.root, "config", "--list", "--local")
    approved(here, {"tests/a.py": "a\n"})
    (done,) = publish(here).publications
    assert (done.state, done.reason) == ("pushed", "")
    after = github.world.repository("mira", "after")
    assert after is not None
    assert run_git(github.world.bare(after), "rev-parse", BRANCH) == done.head_commit
    assert run_git(here.repository.root, "config", "--list", "--local") == before
    assert github.token("mira") not in str(only(here))


def test_who_may_not_push_is_told_so_in_one_sentence(desk: Desk, github: Lookalike, tmp_path: Path) -> None:
    here = sit_at(desk, github, tmp_path, "closed", login="rita")
    approved(here, {"tests/a.py": "a\n"})
    (ran, *_) = publish(here).jobs
    assert ran.exit_code is ExitCode.REMOTE
    assert "denied to rita" in ran.words or "not granted" in ran.words, ran.words
    assert "\n" not in ran.words


def test_without_a_password_it_needs_a_terminal(desk: Desk, github: Lookalike, tmp_path: Path) -> None:
    here = sit_at(desk, github, tmp_path, "asks", login="")
    approved(here, {"tests/a.py": "a\n"})
    (ran, *_) = publish(here).jobs
    assert (ran.state, ran.needs_terminal) == ("waiting", True), ran
    assert "wants a username" in ran.words


def test_a_rule_for_the_branch_itself_is_said_as_the_server_says_it(
    desk: Desk, github: Lookalike, tmp_path: Path
) -> None:
    here = sit_at(desk, github, tmp_path, "ruled")
    ruled = github.world.repository("mira", "ruled")
    assert ruled is not None
    protect(github.world, ruled, ["qatui/*"], Rules(signed_commits=True))
    approved(here, {"tests/a.py": "a\n"})
    (ran, *_) = publish(here).jobs
    assert ran.exit_code is ExitCode.REMOTE
    assert "did not take" in ran.words
    assert "\n" not in ran.words
