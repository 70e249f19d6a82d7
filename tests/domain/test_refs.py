"""Branch names, as git itself judges them."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qatui.domain.refs import why_no_ref


def git_takes(name: str) -> bool:
    """What `git check-ref-format` says of a branch of this name."""
    command = ["git", "check-ref-format", f"refs/heads/{name}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "it is empty"),
        ("-x", "it begins with “-”"),
        ("HEAD", "the name is git's own"),
        ("@", "the name is git's own"),
        ("a b", "it has a blank"),
        ("a\x01", "it has a blank"),
        ("a..b", "it has “..” in it"),
        ("a@{b", "it has “@{” in it"),
        ("a//b", "it has “//” in it"),
        ("/a", "it begins with “/”"),
        ("a/", "it begins with “/”, or ends with “/”"),
        ("a.", "it begins with “/”, or ends"),
        ("a/.b", "a part of it begins with “.”"),
        ("a.lock/b", "ends with “.lock”"),
    ],
)
def test_refused(name: str, why: str) -> None:
    assert why in (why_no_ref(name) or "")


@pytest.mark.parametrize("name", ["main", "release/2.x", "qatui/2026-11-20-7", "é", "a-b_c+d", "no"])
def test_taken(name: str) -> None:
    assert why_no_ref(name) is None
    assert git_takes(name)


@settings(max_examples=60)
@given(st.lists(st.sampled_from([*"ab/.@{}-~^:?*[\\ \x7fé", ".lock", ".."]), min_size=1, max_size=8).map("".join))
def test_as_git_judges(name: str) -> None:
    if name.startswith("-") or name == "@":
        assert why_no_ref(name)
    else:
        assert (why_no_ref(name) is None) == git_takes(name)
