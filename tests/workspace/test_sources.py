"""Reading folders and files that somebody else wrote."""

import os
import socket
from pathlib import Path

import pytest

from qatui.domain.proposal import MAX_BYTES, Proposal, Refusal
from qatui.errors import UsageError
from qatui.workspace.sources import (
    Found,
    file_source,
    folder_source,
    path_in_clone,
    read,
    read_below,
    signature,
    walk,
)

as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")


def put(folder: Path, name: str, data: bytes = b"x\n") -> Path:
    """A file below a folder."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def test_tree_mirrors_the_targets(tmp_path: Path) -> None:
    """Every file, in the order of the names' bytes, whatever order the disk has; bytes as they are."""
    names = ["tests/b.py", "tests/a.py", "tests/a/z.py", "spec/x.py", "tests/B.py", "tests/é.py", "tests/.hidden"]
    for name in names:
        put(tmp_path, name, name.encode() + b"\xff\r\n")
    source = folder_source(tmp_path)
    proposals = [each for each in source.proposals if isinstance(each, Proposal)]
    assert [each.path for each in proposals] == [
        "spec/x.py",
        "tests/.hidden",
        "tests/B.py",
        "tests/a/z.py",
        "tests/a.py",
        "tests/b.py",
        "tests/é.py",
    ]
    assert all(each.content == each.path.encode() + b"\xff\r\n" for each in proposals)
    assert proposals[0].place == f"{tmp_path}/spec/x.py"
    assert (source.name, source.total) == (str(tmp_path), 7)


def test_what_tools_leave_is_not_looked_into(tmp_path: Path) -> None:
    """Version control and caches are silent; other hidden folders are not."""
    for name in (".git/config", ".GIT/x", "tests/__pycache__/a.pyc", ".pytest_cache/x", ".hg/x", ".svn/x"):
        put(tmp_path, name)
    put(tmp_path, "tests/.git/config")
    put(tmp_path, ".venv/x")
    assert [each.path for each in walk(tmp_path) if isinstance(each, Found)] == [".venv/x"]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """Links (to files, folders, nowhere), pipes and sockets, each with its reason, none followed, none waited for."""
    put(tmp_path, "secret")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "file").symlink_to(tmp_path / "secret")
    (folder / "folder").symlink_to(tmp_path)
    (folder / "nowhere").symlink_to("nothing")
    os.mkfifo(folder / "pipe")
    here = os.getcwd()
    os.chdir(folder)  # a socket's address is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
    finally:
        os.chdir(here)
    link, special = "it is a symbolic link", "it is no regular file (a pipe, a socket or a device)"
    for name, reason in (("file", link), ("folder", link), ("pipe", special), ("socket", special)):
        assert read_below(folder, name) == reason
    refused = {each.place: each.reason for each in folder_source(folder).proposals if isinstance(each, Refusal)}
    assert refused == {
        f"{folder}/file": link,
        f"{folder}/folder": link,
        f"{folder}/nowhere": link,
        f"{folder}/pipe": special,
        f"{folder}/socket": special,
    }


def test_large_file_is_not_read(tmp_path: Path) -> None:
    """A sparse terabyte costs nothing; the limit itself is taken."""
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    put(tmp_path, "limit", b"a" * MAX_BYTES)
    put(tmp_path, "over", b"a" * (MAX_BYTES + 1))
    huge, limit, over = folder_source(tmp_path).proposals
    assert huge == Refusal(f"{tmp_path}/huge", "it is larger than 2 MB (1,099,511,627,776 bytes)")
    assert isinstance(limit, Proposal)
    assert len(limit.content) == MAX_BYTES
    assert over == Refusal(f"{tmp_path}/over", "it is larger than 2 MB (2,097,153 bytes)")


def test_a_file_that_says_it_is_empty_is_bounded_too() -> None:
    """What the kernel makes up has no size; it is read up to the limit."""
    data = read_below(Path("/proc/self"), "status")
    assert isinstance(data, bytes)
    assert b"Pid:" in data
    said = read_below(Path("/dev"), "zero")
    assert said == "it is no regular file (a pipe, a socket or a device)"


def test_gone_since_it_was_found(tmp_path: Path) -> None:
    """Read after it vanished, or became a link or a folder: refused, with what it is now."""
    found = Found("tests/a", (1, 1, 1))
    assert read(tmp_path, found) == Refusal(f"{tmp_path}/tests/a", "it cannot be read: No such file or directory")
    (tmp_path / "tests" / "a").mkdir(parents=True)
    assert read(tmp_path, found) == Refusal(f"{tmp_path}/tests/a", "it is a folder")
    (tmp_path / "tests").rename(tmp_path / "other")
    (tmp_path / "tests").symlink_to("other")
    assert read(tmp_path, found) == Refusal(f"{tmp_path}/tests/a", "it is a symbolic link")


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "a\0b"])
def test_never_outside(tmp_path: Path, name: str) -> None:
    """Only what lies below."""
    assert read_below(tmp_path, name) == "it lies outside of its folder"


def test_same_name_twice_in_a_path(tmp_path: Path) -> None:
    """A folder may be called as the file in it."""
    put(tmp_path, "a/a", b"1")
    assert read_below(tmp_path, "a/a") == b"1"


@as_user
def test_unreadable_is_refused(tmp_path: Path) -> None:
    """No right to read: the reason says so, for a file and for a folder."""
    put(tmp_path, "file").chmod(0)
    (tmp_path / "folder").mkdir(mode=0)
    assert list(folder_source(tmp_path).proposals) == [
        Refusal(f"{tmp_path}/file", "it cannot be read: Permission denied"),
        Refusal(f"{tmp_path}/folder", "it cannot be read: Permission denied"),
    ]


def test_folder_that_vanishes_during_the_walk(tmp_path: Path) -> None:
    """The walk goes on; what could not be looked into is named."""
    put(tmp_path, "a/x")
    put(tmp_path, "b/x")
    walking = walk(tmp_path)
    assert isinstance(next(walking), Found)
    (tmp_path / "b" / "x").unlink()
    (tmp_path / "b").rmdir()
    (said,) = walking
    assert said == Refusal(f"{tmp_path}/b", "it cannot be read: No such file or directory")


def test_no_folder(tmp_path: Path) -> None:
    """The folder itself must be there."""
    with pytest.raises(UsageError, match=r"cannot be read: No such file"):
        folder_source(tmp_path / "none")


def test_name_that_is_no_text(tmp_path: Path) -> None:
    """Any bytes are a name on Linux; it is handed on, for the path rules to refuse."""
    put(tmp_path, os.fsdecode(b"a\xff.py"))
    (only,) = folder_source(tmp_path).proposals
    assert isinstance(only, Proposal)
    assert only.path == "a\udcff.py"


def test_file_of_the_clone(tmp_path: Path) -> None:
    """A file is for the path it has in the clone, also when reached through a link to the clone."""
    put(tmp_path, "clone/tests/a.py", b"1")
    (tmp_path / "alias").symlink_to("clone")
    for way in ("clone", "alias"):
        source = file_source(tmp_path / way / "tests" / "a.py", tmp_path / "clone")
        assert [(each.path, each.content) for each in source.proposals if isinstance(each, Proposal)] == [
            ("tests/a.py", b"1")
        ]
        assert source.total == 1


def test_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Where it points does not matter."""
    put(tmp_path, "real.py")
    (tmp_path / "a.py").symlink_to("real.py")
    (only,) = file_source(tmp_path / "a.py", tmp_path).proposals
    assert only == Refusal(f"{tmp_path}/a.py", "it is a symbolic link")


def test_file_outside_the_clone(tmp_path: Path) -> None:
    """It says no target path; the hint says what does."""
    (tmp_path / "clone").mkdir()
    with pytest.raises(UsageError) as caught:
        path_in_clone(put(tmp_path, "a.py"), tmp_path / "clone")
    assert "outside of the clone" in str(caught.value)
    assert "folder" in caught.value.hint
    with pytest.raises(UsageError) as caught:
        path_in_clone(put(tmp_path, "a.jsonl"), tmp_path / "clone")
    assert "--manifest" in caught.value.hint


def test_signature(tmp_path: Path) -> None:
    """Another size, another time, another file: another signature; none for what is no file."""
    file = put(tmp_path, "a", b"1")
    first = signature(file)
    assert first is not None
    assert first[0] == 1
    put(tmp_path, "a", b"12")
    assert signature(file) != first
    assert signature(tmp_path) is None
    assert signature(tmp_path / "none") is None
