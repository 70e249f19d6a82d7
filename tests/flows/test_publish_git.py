"""Publishing with the user's own git: its filters, signatures, hooks and addresses, and what of the clone changes."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qatui.domain.candidate import State
from qatui.domain.publishing import Tree
from qatui.errors import ExitCode
from qatui.flows.desk import Desk
from qatui.flows.gathering import Wanted, gather
from qatui.flows.publish import plan, publish
from qatui.store import candidates, publications
from qatui.workspace.repository import discover
from tests.conftest import NOW, Project, run_git
from tests.flows.test_publish import BRANCH, approved, only, state, text_of
from tests.workspace.test_attributes import executable, without_lfs
from tests.workspace.test_signing import random_signer, ssh_key

FILES: dict[str, str | bytes] = {"tests/test_orders.py": "updated\r\n", "tests/new/test_a.up": b"a\n"}


def at(desk: Desk, place: Path) -> Desk:
    """The same desk in another clone or worktree."""
    repository = discover(place)
    return replace(desk, repository=repository, base=repository.base())


def in_the_clone(desk: Desk, project: Project) -> Desk:
    return desk


def in_a_worktree(desk: Desk, project: Project) -> Desk:
    place = project.root.parent / "linked"
    project.git("worktree", "add", "-q", "-b", "mine", str(place), "main")
    return at(desk, place)


def in_a_shallow_clone(desk: Desk, project: Project) -> Desk:
    for number in range(3):
        project.commit({"more": f"{number}"})
    place = project.root.parent / "shallow"
    run_git(place.parent, "clone", "-q", "--depth", "1", f"file://{project.remote}", str(place))
    assert (place / ".git/shallow").is_file()
    return at(desk, place)


def with_submodules(desk: Desk, project: Project) -> Desk:
    library = project.root.parent / "library"
    run_git(library.parent, "clone", "-q", str(project.remote), str(library))
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib")
    project.commit({})
    (project.root / "lib/README.md").write_text("changed in the submodule\n")
    project.git("config", "submodule.recurse", "true")
    project.git("config", "push.recurseSubmodules", "check")
    return at(desk, project.root)


def unsettle(root: Path) -> None:
    """Something of the person's own in every place."""
    (root / "README.md").write_text("# stashed\n")
    run_git(root, "stash", "-q")
    run_git(root, "fetch", "-q", "origin", "main")
    run_git(root, "pack-refs", "--all")
    (root / "README.md").write_text("# not staged\n")
    (root / "tests/test_users.py").write_text("staged\n")
    run_git(root, "add", "tests/test_users.py")
    (root / "tests/test_users.py").write_text("staged, and changed since\n")
    (root / "notes.txt").write_text("untracked\n")


def everything(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file below, but git's objects and what is ours: bytes, mode and when it was written."""
    found = {}
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not path.is_symlink() and "objects" not in parts and "qatui" not in parts:
            found[str(path)] = (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
    return found


@pytest.mark.parametrize("where", [in_the_clone, in_a_worktree, in_a_shallow_clone, with_submodules])
@pytest.mark.parametrize("signed", [False, True])
def test_nothing_of_the_clone_changes_outside_of_our_refs(
    desk: Desk, project: Project, where: Callable[[Desk, Project], Desk], signed: bool
) -> None:
    project.commit({".gitattributes": "*.up filter=upper\n*.py text\n"})
    here = where(at(desk, project.root), project)
    root = here.repository.root
    run_git(root, "config", "filter.upper.clean", "tr a-z A-Z")
    if signed:
        random_signer(Project(root, project.remote))
    approved(here, FILES)
    unsettle(root)
    # The remote's base moves on, so that it is fetched.
    other = project.root.parent / "other"
    run_git(other.parent, "clone", "-q", str(project.remote), str(other))
    (other / "unrelated").write_text("x")
    run_git(other, "add", "-A")
    run_git(other, "commit", "-qm", "move")
    run_git(other, "push", "-q", "origin", "main")
    shutil.rmtree(other)
    watched = [folder for folder in project.root.parent.iterdir() if folder.is_dir() and folder != project.remote]
    before = {folder: everything(folder) for folder in watched if folder.name != "store"}
    refs = run_git(root, "for-each-ref")
    result = publish(here)
    assert len(result.published) == 2, result
    assert {folder: everything(folder) for folder in before} == before
    kept = [row for row in run_git(root, "for-each-ref").split("\n") if "refs/qatui/" not in row]
    assert "\n".join(kept) == refs
    assert run_git(project.remote, "show", f"{BRANCH}:tests/new/test_a.up") == "A"
    assert run_git(project.remote, "rev-parse", f"{BRANCH}~2") == run_git(project.remote, "rev-parse", "main")
    assert "refs/qatui/drafts" not in run_git(root, "for-each-ref")


def test_what_a_filter_stores_is_said_and_kept(desk: Desk, project: Project) -> None:
    project.git("config", "filter.upper.clean", "tr a-z A-Z")
    project.commit({".gitattributes": "*.up filter=upper\n*.py text=auto\n"})
    desk = at(desk, project.root)
    files = FILES | {"tests/plain.py": b"x = 1\n"}
    ids = approved(desk, files)
    made = plan(desk)
    for words in ("- Stored: through the filter upper\n", "- Stored: with line ends by text=auto\n"):
        assert made.body.count(words) == 1
    publish(desk)
    assert text_of(desk) == made.body
    with desk.db.read() as connection:
        parts = publications.parts(connection, 1)
        rows = candidates.get_many(connection, desk.repository_id, ids)
    blobs = desk.repository.blobs(part.blob for part in parts if part.blob)
    assert {part.path: blobs[part.blob or ""] for part in parts} == {
        "tests/test_orders.py": b"updated\n", "tests/new/test_a.up": b"A\n", "tests/plain.py": b"x = 1\n",
    }  # fmt: skip
    for part in parts:
        assert run_git(project.remote, "rev-parse", f"{BRANCH}:{part.path}") == part.blob
    assert {part.content_hash for part in parts} == {each.content_hash for each in rows.values()}


def test_what_git_cannot_store_here_is_refused_before_there_is_a_branch(
    desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_lfs(project, monkeypatch)
    project.commit({".gitattributes": "*.bin filter=lfs\n"})
    desk = at(desk, project.root)
    large, plain = approved(desk, {"tests/large.bin": "x\n", "tests/a.py": "a\n"})
    words = "base keeps such files in Git LFS, and git-lfs is not installed here"
    assert plan(desk).refused == ((large, words),)
    result = publish(desk)
    assert (result.refused, result.published) == (((large, words),), (plain,))
    assert state(desk, large) is State.APPROVED
    assert publish(desk).publications == ()


def test_one_file_that_git_refuses_to_store_stops_no_other(desk: Desk, project: Project) -> None:
    words = "BOM is required in 'tests/odd.x' if encoded as UTF-16"
    project.commit({".gitattributes": "*.x working-tree-encoding=UTF-16\n*.py text=auto\n"})
    desk = at(desk, project.root)
    odd, *rest = approved(desk, {"tests/odd.x": "a", "tests/a.py": "a\r\n", "tests/b.py": "b\n"})
    objects = project.git("count-objects")
    ((refused, why),) = plan(desk).refused
    assert (refused, project.git("count-objects")) == (odd, objects), "nothing was written by looking"
    assert why.startswith("git cannot store it as .gitattributes asks: ")
    assert words in why
    assert "LF" not in why, "what git says of another file is no reason"
    result = publish(desk)
    assert (result.refused, sorted(result.published)) == (((odd, why),), sorted(rest))
    assert state(desk, odd) is State.APPROVED
    project.commit({".gitattributes": "*.py text=auto\n"})
    assert publish(at(desk, project.root)).published == (odd,)


def test_of_two_names_that_some_systems_cannot_keep_apart_one_goes_out(desk: Desk, project: Project) -> None:
    words = "macOS and Windows cannot tell tests/{} from tests/{}, which is {}"
    first, second = approved(desk, {"tests/TEST_k.py": "a\n", "tests/test_k.py": "b\n"})
    (base,) = approved(desk, {"tests/Test_new.py": "c\n"})
    project.commit({"tests/test_New.py": "x\n"})
    desk = at(desk, project.root)
    result = publish(desk)
    assert result.published == (first,)
    assert dict(result.refused) == {
        second: words.format("test_k.py", "TEST_k.py", "in the same publication"),
        base: words.format("Test_new.py", "test_New.py", "on base"),
    }


def test_a_filter_runs_once_for_each_file_and_never_for_a_look(desk: Desk, project: Project, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    project.git("config", "filter.crypt.clean", f"echo %f >> {runs}; test %f != tests/odd.x && tr a-z A-Z")
    project.commit({".gitattributes": "*.x filter=crypt\n"})
    desk = at(desk, project.root)
    odd, *rest = approved(desk, {"tests/odd.x": "o\n", "tests/a.x": "a\n", "tests/b.x": "b\n", "tests/c.py": "c\n"})
    made = plan(desk)
    assert (made.refused, made.body.count("- Stored: through the filter crypt")) == ((), 3), "said, not tried"
    assert not runs.exists()
    result = publish(desk)
    ((number, why),) = result.refused
    assert number == odd
    assert why.startswith("git cannot store it as .gitattributes asks: error: external filter")
    assert (sorted(result.published), state(desk, odd)) == (sorted(rest), State.APPROVED)
    ran = runs.read_text().split()
    assert (ran.count("tests/a.x"), ran.count("tests/b.x")) == (1, 1)
    assert run_git(project.remote, "show", f"{BRANCH}:tests/a.x") == "A"


def test_what_a_filter_refuses_is_told_while_gathering_and_its_words_are_heard(desk: Desk, project: Project) -> None:
    project.git("config", "filter.crypt.clean", "echo locked >&2; exit 1")
    project.commit({".gitattributes": "*.x filter=crypt\n"})
    desk = at(desk, project.root)
    (odd,) = approved(desk, {"tests/odd.x": "o\n"})
    with desk.db.read() as connection:
        wanted = Wanted(odd, candidates.get_many(connection, desk.repository_id, [odd])[odd].content_hash)
    heard: list[str] = []
    refused = gather(desk, [wanted], desk.base.commit, Tree(), lambda *_: None, heard.append, foreground=False)
    why = "git cannot store it as .gitattributes asks: locked; error: external filter 'echo locked >&2; exit 1' failed"
    assert refused[odd].startswith(why)
    assert "$ git -c" in heard[0]
    assert "\nlocked" in "\n".join(["", *heard])


def test_a_filter_that_breaks_after_the_decision_fails_the_job_and_names_the_file(desk: Desk, project: Project) -> None:
    project.commit({".gitattributes": "*.py filter=crypt\n"})
    project.git("config", "filter.crypt.clean", "cat")
    project.git("config", "filter.crypt.required", "true")
    desk = at(desk, project.root)
    (number,) = approved(desk, {"tests/a.py": "a\n"})

    def breaks(said: str) -> None:
        if said.startswith("writing"):
            with desk.db.read() as connection:
                (part,) = publications.parts(connection, 1)
            assert part.blob is not None
            (project.root / ".git/objects" / part.blob[:2] / part.blob[2:]).unlink()  # the clone's gc was quicker
            project.git("config", "filter.crypt.clean", "echo locked >&2; exit 1")

    (ran,) = publish(desk, say=breaks).jobs
    assert ran.state == "failed"
    assert "git could not store tests/a.py as .gitattributes asks" in ran.words
    assert run_git(project.remote, "for-each-ref", "refs/heads/qatui") == ""
    project.git("config", "filter.crypt.clean", "cat")
    assert publish(desk).published == (number,)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="makes an SSH key")
def test_commits_are_signed_where_the_persons_git_signs(desk: Desk, project: Project) -> None:
    ssh_key(project)
    approved(desk, {"tests/a.py": "a\n", "tests/b.py": "b\n"})
    made = plan(desk)
    publish(desk)
    assert (only(desk).signed, only(desk).state) == (True, "pushed")
    for commit in run_git(project.remote, "rev-list", f"main..{BRANCH}").split():
        project.git("verify-commit", commit)
    messages = run_git(project.remote, "log", "--reverse", "-z", "--format=%B", f"main..{BRANCH}").split("\0")[:-1]
    assert [text.rstrip("\n") for text in messages] == [each.message.rstrip("\n") for each in made.commits]
    assert run_git(project.remote, "log", "-1", "--format=%ct", BRANCH) == str(NOW // 1000)


@pytest.mark.parametrize("step", ["qatui.flows.commits.keep", "qatui.workspace.remote.Remote.push"])
def test_killed_behind_the_signing_it_is_one_branch_signed_once(
    desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    counted = random_signer(project)
    ids = approved(desk, {"tests/a.py": "a\n", "tests/b.py": "b\n"})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(step, killed)
        with pytest.raises(KeyboardInterrupt):
            publish(desk)
    signed = project.git("rev-parse", "refs/qatui/publications/1")
    assert publish(desk).published == tuple(ids)
    assert counted.read_text().count("x") == 2
    assert run_git(project.remote, "rev-parse", BRANCH) == signed == only(desk).head_commit


def test_signed_elsewhere_and_pushed_it_is_not_signed_again(
    desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another clone of the same repository goes on with what this one pushed and did not conclude."""
    counted = random_signer(project)
    approved(desk, {"tests/a.py": "a\n"})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("qatui.flows.publication.write_record", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(desk)
    place = project.root.parent / "elsewhere"
    run_git(place.parent, "clone", "-q", "--single-branch", str(project.remote), str(place))
    there = at(desk, place)
    random_signer(Project(place, project.remote))
    (done,) = publish(there).publications
    assert (done.state, done.head_commit) == ("pushed", run_git(project.remote, "rev-parse", BRANCH))
    assert counted.read_text().count("x") == 1


def test_a_hook_that_hangs_is_stopped_and_said(desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (number,) = approved(desk, {"tests/a.py": "a\n"})
    executable(project.root / ".git/hooks/pre-push", "sleep 300 & wait")
    monkeypatch.setattr("qatui.workspace.remote.NETWORK_SECONDS", 2.0)
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.words) == ("waiting", "git push took longer than 2 s and was stopped.")
    assert (ran.exit_code, state(desk, number)) == (ExitCode.REMOTE, State.PUBLISHING)
    (project.root / ".git/hooks/pre-push").unlink()
    assert publish(desk).published == (number,)


def published_at(desk: Desk, remote: Path) -> bool:
    """Publish one; whether its branch is in that repository and the job said nothing."""
    approved(desk, {"tests/a.py": "a\n"})
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.words) == ("done", "")
    return run_git(remote, "rev-parse", BRANCH) == only(desk).head_commit


def test_an_address_that_instead_of_makes_is_used_as_it_is(desk: Desk, project: Project) -> None:
    project.git("remote", "set-url", "origin", "qa:remote.git")
    project.git("config", f"url.{project.remote.parent}/.insteadOf", "qa:")
    # git rewrites an address once; ours must not be rewritten again.
    project.git("config", "url./nowhere/.insteadOf", f"{project.remote.parent}/")
    project.git("config", "url./nowhere/.pushInsteadOf", f"{project.remote.parent}/")
    assert published_at(desk, project.remote)


def test_a_push_address_of_its_own_gets_the_branch(desk: Desk, project: Project) -> None:
    fork = project.remote.parent / "fork.git"
    run_git(fork.parent, "clone", "-q", "--bare", str(project.remote), str(fork))
    project.git("remote", "set-url", "--push", "origin", str(fork))
    assert published_at(desk, fork)
    assert run_git(project.remote, "for-each-ref", "refs/heads/qatui") == ""


def test_an_ssh_alias_is_the_persons_ssh_to_know(desk: Desk, project: Project) -> None:
    ssh = executable(
        project.root.parent / "ssh", f'test "$1" = work || exit 9\ncd {project.remote.parent} && exec sh -c "$2"'
    )
    project.git("config", "core.sshCommand", str(ssh))
    project.git("config", "ssh.variant", "simple")
    project.git("remote", "set-url", "origin", "work:remote.git")
    assert published_at(desk, project.remote)
    assert only(desk).push_url == "work:remote.git"


def test_a_wrong_ssh_alias_is_one_sentence(desk: Desk, project: Project) -> None:
    project.git("config", "core.sshCommand", "echo 'ssh: Could not resolve hostname wrk' >&2; exit 255; true")
    project.git("remote", "set-url", "origin", "wrk:acme/shop.git")
    approved(desk, {"tests/a.py": "a\n"})
    (ran,) = publish(desk).jobs
    assert (ran.state, ran.exit_code) == ("waiting", ExitCode.REMOTE)
    assert ran.words.startswith("The remote wrk:acme/shop.git could not be reached: git ls-remote failed")
    assert "\n" not in ran.words
