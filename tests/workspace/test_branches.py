"""Commits without a checkout: the same again and again, any name, any byte, any message."""

import random
import subprocess

import pytest

from qatui.errors import GitError, GitTimeout
from qatui.workspace.branches import Author, File, branch_names, clearing, has_commit, publication_ref, write_commits
from qatui.workspace.repository import discover
from tests.conftest import NOW, Project
from tests.workspace.test_repository import ODD

AUTHOR = Author("Röbin", "r@x", NOW)
REF = publication_ref(3)


def tree_of(project: Project, commit: str) -> dict[str, bytes]:
    """Every file of a commit."""
    listed = subprocess.run(["git", "ls-tree", "-rz", commit], cwd=project.root, capture_output=True, check=True).stdout
    found = {}
    for row in listed.split(b"\0")[:-1]:
        head, _, name = row.partition(b"\t")
        oid = head.split(b" ")[2].decode()
        blob = subprocess.run(["git", "cat-file", "blob", oid], cwd=project.root, capture_output=True, check=True)
        found[name.decode("utf-8", "surrogateescape")] = blob.stdout
    return found


def test_files_are_put_on_top_of_the_base_byte_for_byte(project: Project) -> None:
    base = project.git("rev-parse", "main")
    files = [File(name, "100644", name.encode("utf-8", "surrogateescape") + b"\0\r\n\xff") for name in ODD]
    commits = [
        ("one\n\nbody\n", files[:3]),
        ("two: ünï \x01\n", files[3:]),
        ("three\n", [File("tests/test_users.py", "100755", b"")]),
    ]
    made = write_commits(discover(project.root), REF, base, commits, AUTHOR)
    assert project.git("rev-parse", REF) == made[-1]
    assert project.git("rev-list", "--reverse", f"{base}..{REF}").split("\n") == made
    expected = {**tree_of(project, base), **{file.path: file.data for file in files}, "tests/test_users.py": b""}
    assert tree_of(project, REF) == expected
    assert project.git("ls-tree", REF, "tests/test_users.py").startswith("100755 ")
    assert project.git("log", "-1", "--format=%an|%ae|%ai|%cn|%ci", made[0]) == (
        "Röbin|r@x|2026-11-18 11:06:40 +0000|Röbin|2026-11-18 11:06:40 +0000"
    )
    raw = project.git("cat-file", "commit", made[1])
    assert raw.endswith("\n\ntwo: ünï \x01")
    assert project.git("fsck", "--strict") == ""


def test_the_same_call_makes_the_same_commits(project: Project) -> None:
    base = project.git("rev-parse", "main")
    repository = discover(project.root)

    def write() -> list[str]:
        return write_commits(repository, REF, base, [("m\n", [File("a", "100644", b"a")])], AUTHOR)

    first = write()
    assert write() == first
    project.git("update-ref", REF, base)
    assert write() == first
    other = write_commits(repository, REF, base, [("n\n", [File("a", "100644", b"a")])], AUTHOR)
    assert other != first
    assert project.git("rev-parse", REF) == other[0]


def test_nothing_but_the_ref_is_written(project: Project) -> None:
    def outside() -> dict[str, bytes]:
        folder = project.root / ".git"
        files = (path for path in folder.rglob("*") if path.is_file() and "objects" not in path.parts)
        return {str(path): path.read_bytes() for path in files if "qatui" not in path.parts}

    before = outside()
    base = project.git("rev-parse", "main")
    write_commits(discover(project.root), REF, base, [("m\n", [File("a", "100644", b"a")])], AUTHOR)
    assert outside() == before


def test_many_files_leave_few_objects_lying_around(project: Project) -> None:
    base = project.git("rev-parse", "main")
    commits = [(f"{at}\n", [File(f"tests/x{at}.py", "100644", b"%d" % at)]) for at in range(300)]
    made = write_commits(discover(project.root), REF, base, commits, AUTHOR)
    assert len(set(made)) == 300
    assert len(list((project.root / ".git/objects/pack").glob("*.pack"))) == 1


def test_a_base_that_is_not_there_is_an_error_and_leaves_no_ref(project: Project) -> None:
    repository = discover(project.root)
    assert has_commit(repository, project.git("rev-parse", "main"))
    assert not has_commit(repository, "0" * 39 + "1")
    with pytest.raises(GitError, match="git fast-import failed"):
        write_commits(repository, REF, "0" * 39 + "1", [("m\n", [])], AUTHOR)
    assert project.git("for-each-ref", "refs/qatui") == ""


def test_a_writing_that_is_stopped_leaves_no_pack_behind(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    base, repository = project.git("rev-parse", "main"), discover(project.root)
    # Bytes that cannot be packed small: writing them takes longer than the limit.
    files = [File(f"tests/x{at}", "100644", random.Random(at).randbytes(2_000_000)) for at in range(30)]
    monkeypatch.setattr("qatui.workspace.branches.WRITE_SECONDS", 0.3)
    with pytest.raises(GitTimeout):
        write_commits(repository, REF, base, [("m\n", files)], AUTHOR)
    assert list((project.root / ".git/objects/pack").glob("tmp_*")) == []


def test_only_what_fast_import_left_is_removed(project: Project) -> None:
    packs = project.root / ".git/objects/pack"
    earlier, theirs, ours = (packs / f"tmp_pack_{name}" for name in ("earlier", "theirs", "ours"))
    packs.mkdir(exist_ok=True)
    earlier.write_bytes(b"PACK\0\0\0\2\0\0\0\0")

    def stop() -> None:
        theirs.write_bytes(b"PACK\0\0\0\2\0\0\0\7...")
        ours.write_bytes(b"PACK\0\0\0\2\0\0\0\0...")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), clearing(discover(project.root)):
        stop()
    assert sorted(packs.glob("tmp_*")) == sorted([earlier, theirs])


def test_the_names_of_branches(project: Project) -> None:
    project.git("branch", "feature/a")
    assert branch_names(discover(project.root), "origin") == {"main", "feature/a"}
    project.git("push", "-q", "origin", "main:theirs")
    project.git("fetch", "-q", "origin")
    assert branch_names(discover(project.root), "origin") == {"main", "feature/a", "theirs"}
