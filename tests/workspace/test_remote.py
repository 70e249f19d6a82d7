"""A remote by its address: looking, fetching the base, making a branch, and nothing else."""

from pathlib import Path

import pytest

from qatui.errors import ExitCode, GitError, NoGit, Unreachable
from qatui.workspace.remote import Remote, last_words
from qatui.workspace.repository import discover
from tests.conftest import Project, run_git


@pytest.fixture
def remote(project: Project) -> Remote:
    return Remote(discover(project.root), str(project.remote))


def outside(project: Project) -> dict[str, bytes]:
    """Every file of the git directory but objects and our own refs."""
    files = (path for path in (project.root / ".git").rglob("*") if path.is_file() and "objects" not in path.parts)
    return {str(path): path.read_bytes() for path in files if "qatui" not in path.parts}


def move_on(project: Project, tmp_path: Path) -> str:
    """A commit, a tag and a branch that the clone has not heard of."""
    other = tmp_path / "other"
    run_git(tmp_path, "clone", "-q", str(project.remote), str(other))
    (other / "new").write_text("x")
    run_git(other, "add", "-A")
    run_git(other, "commit", "-qm", "on")
    run_git(other, "tag", "v1")
    run_git(other, "push", "-q", "origin", "main", "v1", "main:work")
    return run_git(other, "rev-parse", "HEAD")


def test_heads(project: Project, remote: Remote, tmp_path: Path) -> None:
    tip = move_on(project, tmp_path)
    assert remote.heads() == {"main": tip, "work": tip}
    assert remote.heads("work") == {"work": tip}
    assert remote.heads("nope") == {}


def test_fetching_the_base_moves_only_our_own_ref(project: Project, remote: Remote, tmp_path: Path) -> None:
    project.git("config", "fetch.prune", "true")
    project.git("config", "fetch.writeCommitGraph", "true")
    project.git("update-ref", "refs/remotes/origin/gone", "HEAD")
    before = outside(project)
    tip = move_on(project, tmp_path)
    assert (remote.fetch_base("main").branch, remote.fetch_base("main").commit) == ("main", tip)
    kept = project.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/qatui")
    seen = project.git("rev-parse", "refs/remotes/origin/main")
    assert kept.split("\n") == [f"refs/qatui/base/origin/main {tip}", f"refs/qatui/seen/origin/main {seen}"]
    assert outside(project) == before
    assert discover(project.root).base().commit == tip
    with pytest.raises(Unreachable, match="couldn't find remote ref"):
        remote.fetch_base("nope")


def test_what_was_fetched_of_one_remote_is_not_the_base_of_another(
    project: Project, remote: Remote, tmp_path: Path
) -> None:
    first = project.git("rev-parse", "main")
    project.git("remote", "add", "upstream", str(project.remote))
    project.git("update-ref", "refs/remotes/upstream/main", first)
    tip = move_on(project, tmp_path)
    assert remote.fetch_base("main").commit == tip
    repository = discover(project.root)
    assert [repository.base("main", name).commit for name in ("origin", "upstream")] == [tip, first]
    assert remote.fetch_base("main", "upstream").commit == tip
    assert repository.base("main", "upstream").commit == tip


def test_the_base_that_was_fetched_last_counts_whoever_fetched_it(
    project: Project, remote: Remote, tmp_path: Path
) -> None:
    first, repository = project.git("rev-parse", "main"), discover(project.root)
    tip = move_on(project, tmp_path)
    project.git("fetch", "-q", "origin")
    # The remote's branch is put back, to an older commit: what is there now counts, not the newest date.
    run_git(project.remote, "update-ref", "refs/heads/main", first)
    assert remote.fetch_base("main").commit == first
    assert repository.base().commit == first
    run_git(project.remote, "update-ref", "refs/heads/main", tip)
    assert remote.fetch_base("main").commit == tip
    run_git(project.remote, "update-ref", "refs/heads/main", first)
    project.git("fetch", "-q", "origin", "+main:refs/remotes/origin/main")
    assert repository.base().commit == first
    # Without a remote-tracking branch ours is all there is.
    project.git("update-ref", "-d", "refs/remotes/origin/main")
    assert remote.fetch_base("main").commit == first
    assert repository.base("main").commit == first
    assert remote.fetch_base("main").commit == first


def test_a_push_makes_the_branch_and_moves_nothing_here(project: Project, remote: Remote) -> None:
    project.git("config", "push.followTags", "true")
    project.git("tag", "-am", "t", "v9")
    before = outside(project)
    commit = project.git("rev-parse", "HEAD")
    remote.push(commit, "qatui/x")
    assert run_git(project.remote, "for-each-ref", "--format=%(refname)") == "refs/heads/main\nrefs/heads/qatui/x"
    assert outside(project) == before


def test_a_push_never_moves_a_branch(project: Project, remote: Remote) -> None:
    first = project.git("rev-parse", "HEAD")
    remote.push(first, "x")
    second = project.commit({"y": "y"}, push=False)
    with pytest.raises(GitError, match="git push failed"):
        remote.push(second, "x")
    assert run_git(project.remote, "rev-parse", "x") == first


def test_whether_a_branch_holds_our_commit(project: Project, remote: Remote, tmp_path: Path) -> None:
    first = project.git("rev-parse", "HEAD")
    tip = move_on(project, tmp_path)
    assert remote.holds(first, "work", tip, "refs/qatui/looks/1")
    ours = project.commit({"y": "y"}, push=False)
    assert not remote.holds(ours, "work", tip, "refs/qatui/looks/1")
    assert project.git("for-each-ref", "refs/qatui") == ""


def test_a_remote_that_is_not_there(project: Project) -> None:
    remote = Remote(discover(project.root), "https://me:s3cret@127.0.0.1:9/a.git")
    with pytest.raises(Unreachable, match=r"The remote https://127\.0\.0\.1:9/a\.git could not be reached") as caught:
        remote.heads()
    assert "s3cret" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_an_address_that_looks_like_an_option(project: Project) -> None:
    with pytest.raises(Unreachable):
        Remote(discover(project.root), "--upload-pack=touch pwned").heads()
    assert not (project.root / "pwned").exists()


def test_a_missing_git_is_no_remote_that_cannot_be_reached(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoGit) as caught:
        remote.heads()
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\nb\nc\nd\ne", "b; c; d; e"),
        ("x" * 300, "x" * 200),
        ("hint: fetch first\nremote:   \nremote: no \u202e\nTo /r.git\nerror: failed to push some refs to '/r.git'",
         "remote: no ‹U+202E›"),
        ("error: failed to push some refs to '/r.git'", "git push failed (1): error"),
    ],
)  # fmt: skip
def test_why_a_push_was_refused(said: str, shown: str) -> None:
    assert last_words(GitError("git push failed (1): error", said=said)) == shown
