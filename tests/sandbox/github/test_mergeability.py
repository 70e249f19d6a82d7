"""What git says of a merge: made, a conflict, or that it could not tell, which is remembered by nobody."""

from pathlib import Path

import pytest

from qatui.sandbox.github import bare
from qatui.sandbox.github.mergeability import merged_tree
from tests.conftest import run_git
from tests.lookalike import push


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A bare repository whose branches `ours` and `theirs` change one file in two places; `other` against `ours`."""
    directory = tmp_path / "repository.git"
    run_git(tmp_path, "init", "-q", "--bare", "-b", "main", str(directory))
    lines = [f"line {n}\n" for n in range(30)]
    push(directory, "main", {"file": "".join(lines)})
    push(directory, "ours", {"file": "".join(["first\n", *lines[1:]])})
    push(directory, "theirs", {"file": "".join([*lines[:-1], "last\n"])})
    push(directory, "other", {"file": "".join(["another\n", *lines[1:]])})
    return directory


def test_trouble_is_no_conflict(repository: Path) -> None:
    ours, theirs = (run_git(repository, "rev-parse", each) for each in ("ours", "theirs"))
    blob = run_git(repository, "rev-parse", f"{theirs}:file")
    there = repository / "objects" / blob[:2] / blob[2:]
    away = there.rename(repository / "away")
    with pytest.raises(bare.GitFailed):
        merged_tree(repository, ours, theirs)
    away.rename(there)
    tree = merged_tree(repository, ours, theirs)
    assert tree is not None
    merged = run_git(repository, "cat-file", "blob", f"{tree}:file").splitlines()
    assert (merged[0], merged[-1]) == ("first", "last")


def test_a_conflict_and_strangers_have_no_tree(repository: Path) -> None:
    ours, other = (run_git(repository, "rev-parse", each) for each in ("ours", "other"))
    assert merged_tree(repository, ours, other) is None
    tree = run_git(repository, "rev-parse", f"{ours}^{{tree}}")
    stranger = run_git(
        repository, "-c", "user.name=S", "-c", "user.email=s@example.test", "commit-tree", "-m", "stranger", tree
    )
    assert merged_tree(repository, ours, stranger) is None
