"""Where a reviewer stands, what the base is, and what it holds under odd names."""

import shlex
import subprocess
from pathlib import Path

import pytest

from qatui.errors import ExitCode, GitError, NotFound
from qatui.workspace.repository import Entry, discover, key_of
from tests.conftest import Project, run_git

ODD = ["tests/a b.py", 'tests/"q"\\.py', "tests/tab\tnew\nline.py", "tests/ünï☃.py", "tests/-x.py", "tests/*.py",
       "tests/:(glob)x", "tests/byte\udcff.py"]  # fmt: skip


def test_a_clone_is_found_from_its_folders(project: Project) -> None:
    for start in (project.root, project.root / "tests", project.root / ".git"):
        found = discover(start)
        assert (found.root, found.git_dir) == (project.root, project.root / ".git")


def test_a_worktree_shares_the_git_directory(project: Project, tmp_path: Path) -> None:
    project.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "work")
    found = discover(tmp_path / "tree")
    assert (found.root, found.git_dir) == (tmp_path / "tree", project.root / ".git")
    assert found.key() == discover(project.root).key()
    assert found.base() == discover(project.root).base()


def test_a_bare_repository_is_one_too(project: Project) -> None:
    found = discover(project.remote)
    assert (found.root, found.git_dir) == (project.remote, project.remote)
    assert found.base().branch == "main"
    assert found.key() == str(project.remote)


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is in no git repository"):
        discover(tmp_path)


def test_a_repository_of_another_user_with_the_command_that_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "a clone"
    run_git(tmp_path, "init", "-q", str(root))
    monkeypatch.chdir(root)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(NotFound, match=f"git does not trust {root}: it belongs to another user") as caught:
        discover(Path())
    subprocess.run(shlex.split(caught.value.hint), check=True)
    assert discover(Path()).root == root


def test_a_broken_configuration_is_no_missing_repository(project: Project) -> None:
    with (project.root / ".git/config").open("a") as config:
        config.write("[bad\n")
    with pytest.raises(GitError, match=r"git cannot read the repository at .*: fatal: bad config line \d+") as caught:
        discover(project.root)
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_folder_with_a_line_end_in_its_name(tmp_path: Path) -> None:
    root = tmp_path / "a\nb"
    run_git(tmp_path, "init", "-q", str(root))
    assert discover(root).root == root


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("git@github.com:Acme/Payments-api.git", "github.com/acme/payments-api"),
        ("github.com:acme/api", "github.com/acme/api"),
        ("ssh://git@github.com/acme/api.git", "github.com/acme/api"),
        ("ssh://git@ghe.example.com:2222/acme/api.git/", "ghe.example.com/acme/api"),
        ("https://github.com/acme/api", "github.com/acme/api"),
        ("https://me:tok@GitHub.com/acme/api.git", "github.com/acme/api"),
        ("https://ghe.example.com:8443/acme/api.git", "ghe.example.com/acme/api"),
        ("http://127.0.0.1:4040/acme/api.git", "127.0.0.1:4040/acme/api"),
        ("http://localhost:4040/acme/api.git", "localhost:4040/acme/api"),
        ("git://host/group/sub/name.git", "host/group/sub/name"),
        ("ssh://git@[::1]:22/a/b.git", "[::1]:22/a/b"),
        ("file:///srv/git/a.git", "/srv/git/a.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("/srv/with:colon/a.git", "/srv/with:colon/a.git"),
        ("https://me:t@k@host/a/b.git", "host/a/b"),
        ("../a.git", "/top/a.git"),
        ("a.git", "/top/clone/a.git"),
    ],
)
def test_the_key_of_an_address(url: str, key: str) -> None:
    assert key_of(url, Path("/top/clone")) == key


def test_two_addresses_of_one_repository_have_one_key(project: Project) -> None:
    repository = discover(project.root)
    project.git("remote", "set-url", "origin", "git@github.com:a/b.git")
    assert repository.key() == "github.com/a/b"
    project.git("remote", "set-url", "--push", "origin", "git@github.com:fork/b.git")
    assert repository.key() == "github.com/a/b"
    assert repository.remote_url("origin") == "git@github.com:fork/b.git"
    assert repository.remote_url("origin", push=False) == "git@github.com:a/b.git"
    assert repository.remote_url("nope") is None


def test_a_relative_address_is_one_key_from_everywhere(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.git("remote", "set-url", "origin", f"../{project.remote.name}")
    project.git("worktree", "add", "-q", str(tmp_path / "some/where/tree"), "-b", "work")
    monkeypatch.chdir(project.root / "tests")
    keys = {
        discover(start).key() for start in (Path(), project.root, project.root / ".git", tmp_path / "some/where/tree")
    }
    monkeypatch.chdir("/")
    assert {*keys, discover(project.root).key()} == {str(project.remote)}


def test_without_a_remote_the_key_is_the_git_directory(project: Project) -> None:
    project.git("remote", "remove", "origin")
    assert discover(project.root).key() == str(project.root / ".git")


def test_the_base_is_what_the_remote_says(project: Project) -> None:
    repository = discover(project.root)
    main = project.git("rev-parse", "main")
    assert (repository.base().branch, repository.base().commit) == ("main", main)
    project.git("push", "-q", "origin", "main:trunk")
    project.git("fetch", "-q", "origin")
    project.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert repository.base().branch == "trunk"
    assert repository.base("main").branch == "main"
    with pytest.raises(NotFound, match="has no branch nope to review against"):
        repository.base("nope")


def test_a_git_that_fails_is_no_answer(project: Project) -> None:
    repository = discover(project.root)
    with (project.root / ".git/config").open("a") as config:
        config.write("[broken\n")
    for ask in (repository.base, repository.key, lambda: repository.remote_url("origin")):
        with pytest.raises(GitError, match="fatal: bad config"):
            ask()


def test_a_remote_without_an_address_has_none(project: Project) -> None:
    project.git("config", "remote.foreign.vcs", "hg")
    repository = discover(project.root)
    assert (repository.remote_url("foreign"), repository.remote_url("nobody")) == (None, None)


def test_local_commits_are_not_the_base_where_there_is_a_remote(project: Project) -> None:
    main = project.git("rev-parse", "main")
    project.commit({"x": "1"}, push=False)
    assert discover(project.root).base().commit == main


def test_a_folder_of_branches_is_no_branch(project: Project) -> None:
    repository = discover(project.root)
    for name in ("refs/heads/release/1.0", "refs/remotes/origin/release/1.0", "refs/qatui/base/origin/release/1.0"):
        project.git("update-ref", name, "main")
    with pytest.raises(NotFound, match="has no branch release to review against"):
        repository.base("release")
    assert repository.base("release/1.0").branch == "release/1.0"


def test_without_a_remote_the_base_is_a_branch_of_the_clone(project: Project) -> None:
    project.git("remote", "remove", "origin")
    project.git("branch", "-m", "main", "own")
    assert discover(project.root).base().branch == "own"
    project.git("branch", "master")
    assert discover(project.root).base().branch == "master"


def test_an_empty_repository_has_no_base(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", str(tmp_path / "r"))
    with pytest.raises(NotFound, match="has no commit to review against"):
        discover(tmp_path / "r").base()


def test_where_no_branch_can_be_the_base_those_there_are_are_named(project: Project) -> None:
    project.git("checkout", "-q", "--detach")
    for at in range(9):
        project.git("branch", f"b{at}")
    project.git("branch", "-D", "main")
    project.git("remote", "remove", "origin")
    with pytest.raises(NotFound, match=r"has no branch main or master to review against; there are: b0, .*, b7 …\.$"):
        discover(project.root).base()
    project.git("checkout", "-q", "b4")
    assert discover(project.root).base().branch == "b4"


def test_odd_names_are_found_and_read(project: Project) -> None:
    blobs = [project.git("hash-object", "-w", "--stdin", data=name.encode("utf-8", "surrogateescape")) for name in ODD]
    rows = b"".join(
        f"100644 {blob}\t{name}".encode("utf-8", "surrogateescape") + b"\0"
        for blob, name in zip(blobs, ODD, strict=True)
    )
    project.git("update-index", "-z", "--index-info", data=rows)
    project.git("commit", "-qm", "odd")
    repository = discover(project.root)
    commit = project.git("rev-parse", "HEAD")
    assert repository.oids(commit, [*ODD, "nope", "tests"]) == dict(zip(ODD, blobs, strict=True))
    assert repository.entries(commit, [*ODD, "nope", "tests/nope/x"]) == {
        name: Entry("100644", blob) for name, blob in zip(ODD, blobs, strict=True)
    }
    for name in ODD:
        assert repository.read(commit, name) == name.encode("utf-8", "surrogateescape")
    assert repository.read(commit, "nope") is None


def test_entries_tell_folders_links_and_modes(project: Project) -> None:
    (project.root / "tests/link").symlink_to("../README.md")
    (project.root / "tests/test_users.py").chmod(0o755)
    commit = project.commit({"tests/deep/er/x.py": "x"})
    found = discover(project.root).entries(
        commit, ["tests", "tests/deep", "tests/deep/er/x.py", "tests/link", "tests/link/x", "tests/test_users.py"]
    )
    assert {name: entry.mode for name, entry in found.items()} == {
        "tests": "040000",
        "tests/deep": "040000",
        "tests/deep/er/x.py": "100644",
        "tests/link": "120000",
        "tests/test_users.py": "100755",
    }
    assert discover(project.root).entries(commit, []) == {}


def test_a_file_is_no_link_and_no_folder(project: Project) -> None:
    for name in ("tests/link", "tests/li\nnk"):
        (project.root / name).symlink_to("../README.md")
    (project.root / "tests/test_users.py").chmod(0o755)
    commit = project.commit({"tests/new\nline": "x"})
    repository = discover(project.root)
    asked = ["tests", "tests/link", "tests/li\nnk", "tests/test_users.py", "tests/new\nline", "nope"]
    assert list(repository.oids(commit, asked)) == ["tests/test_users.py", "tests/new\nline"]
    assert repository.read(commit, "tests/link") is None


def test_all_paths_and_all_remotes(project: Project) -> None:
    repository = discover(project.root)
    before = repository.paths(project.git("rev-parse", "main"))
    after = repository.paths(project.commit({"tests/d/new\nline": "x"}))
    assert set(after) - set(before) == {"tests/d/new\nline"}
    assert "tests/test_users.py" in before
    project.git("remote", "add", "upstream", "x")
    assert repository.remotes() == ["origin", "upstream"]


def test_many_blobs_come_in_one_go(project: Project) -> None:
    repository = discover(project.root)
    oids = [project.git("hash-object", "-w", "--stdin", data=data) for data in (b"", b"a\n", b"\0\n\0", b"x" * 70_000)]
    assert list(repository.blobs([*oids, oids[0]]).values()) == [b"", b"a\n", b"\0\n\0", b"x" * 70_000]
    assert repository.blobs([]) == {}
    with pytest.raises(GitError, match="git has no object 000000000000"):
        repository.blobs(["0" * 40])
