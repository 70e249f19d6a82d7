"""A git that is killed while it holds a lock on one of our refs keeps nobody from going on."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qatui.errors import GitError, GitKilled, Unreachable
from qatui.workspace.branches import Author, File, write_commits
from qatui.workspace.locks import STALE_SECONDS, moving
from qatui.workspace.remote import Remote
from qatui.workspace.repository import Repository, discover
from tests.conftest import NOW, Project

REF = "refs/qatui/publications/1"


def write(repository: Repository) -> list[str]:
    commits = [("one\n", [File("tests/a.py", "100644", b"a\n")])]
    return write_commits(repository, REF, repository.base().commit, commits, Author("R", "r@example.test", NOW))


def fetch(repository: Repository) -> list[str]:
    url = repository.remote_url("origin")
    assert url is not None
    return [Remote(repository, url).fetch_base("main").commit]


def put_deadly_hook(project: Project) -> Path:
    """Let git be killed while it holds its locks (githooks: reference-transaction, prepared)."""
    hook = project.root / ".git/hooks/reference-transaction"
    hook.write_text('#!/bin/sh\ntest "$1" = prepared && kill -9 $PPID\n')
    hook.chmod(0o755)
    return hook


@pytest.mark.parametrize(("work", "error"), [(write, GitKilled), (fetch, Unreachable)])
def test_what_a_killed_git_leaves_is_taken_away(
    project: Project, work: Callable[[Repository], list[str]], error: type[Exception]
) -> None:
    repository, hook = discover(project.root), put_deadly_hook(project)
    with pytest.raises(error, match=r"was killed \(signal 9\)"):
        work(repository)
    assert list((project.root / ".git/refs").rglob("*.lock")) == []
    hook.unlink()
    (commit,) = work(repository)
    assert project.git("cat-file", "-t", commit) == "commit"


def test_a_lock_that_another_holds_is_left_until_nobody_can(project: Project) -> None:
    repository = discover(project.root)
    lock = project.root / f".git/{REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(GitError, match="failed"):
        write(repository)
    with pytest.raises(GitKilled), moving(repository, REF):
        raise GitKilled("ours died waiting for it")
    assert lock.exists()
    old = time.time() - STALE_SECONDS - 1
    os.utime(lock, (old, old))
    assert len(write(repository)) == 1
    assert not lock.exists()
