"""Writes beside something that is nearly the same: lost or said once more they happen once, and never not at all."""

from collections.abc import Iterator
from typing import Any

import pytest

from qatui import errors
from qatui.github import pulls
from qatui.github.client import GitHub
from qatui.github.protocol import Repo, Write
from tests.conftest import Clock, run_git
from tests.lookalike import Lookalike, lookalike

REPO = Repo("acme", "payments-api")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


def client(server: Lookalike, login: str = "robin", **options: Any) -> GitHub:
    """Somebody's client, whose clock moves by its own sleeps."""
    clock = Clock()
    return GitHub(
        server.url, server.token(login), now=clock, sleep=lambda each: clock.forward(round(each * 1000)), **options
    )


@pytest.fixture
def robin(server: Lookalike) -> Iterator[GitHub]:
    with client(server) as made:
        yield made


def fail_next(server: Lookalike, fault: str, method: str, path: str) -> None:
    """Let the next such request below acme/payments-api meet a fault."""
    with server.http() as http:
        asked = {"fault": fault, "method": method, "path": f"/repos/acme/payments-api{path}"}
        assert http.post("/_qatui/faults", json=asked).status_code == 201


def opening(server: Lookalike, branch: str, text: str) -> Write[pulls.Pull]:
    """A pull request for a new commit of a branch; always the same words."""
    tip = server.push(branch, {f"tests/{branch}.py": text})
    return pulls.create_pull(REPO, title="Tests: 1 of x", head=branch, head_sha=tip, base="main", body="b")


@pytest.mark.parametrize("lost", [True, False])
def test_a_closed_pull_request_of_other_commits_is_not_ours(server: Lookalike, robin: GitHub, lost: bool) -> None:
    branch = f"republished-{lost}".lower()
    first = robin.write(opening(server, branch, "1\n"))
    robin.write(pulls.update_pull(REPO, first.number, state="closed"))
    make = opening(server, branch, "2\n")
    if lost:
        fail_next(server, "502", "POST", "/pulls")
    second = robin.write(make, again=not lost)
    assert (second.number != first.number, second.state) == (True, "open")
    robin.write(pulls.update_pull(REPO, second.number, state="closed"))
    assert robin.write(make, again=True).number == second.number  # somebody closed exactly that one


def test_a_merged_pull_request_is_ours_at_the_very_commit_only(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Pull requests: create gives 422 with no commits between."""
    make = opening(server, "ended", "1\n")
    first = robin.write(make)
    assert robin.write(pulls.merge(REPO, first.number, sha=first.head.sha, method="merge")).merged
    assert robin.write(make).number == first.number
    main = run_git(server.bare, "rev-parse", "main")
    run_git(server.bare, "update-ref", "refs/heads/ended", main)
    behind = pulls.create_pull(REPO, title="Tests: 1 of x", head="ended", head_sha=main, base="main", body="b")
    with pytest.raises(errors.Invalid, match="No commits between"):
        robin.write(behind)
