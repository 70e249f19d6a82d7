"""Files, folders and pipes that are compared: links, what cannot be read, what never ends."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from qatui.errors import NotFound, QatuiError, UsageError
from qatui.workspace import versions
from qatui.workspace.versions import LINK, PLAIN, PROGRAM, File, Folder, find, walk

as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")


def test_a_file_has_its_name_mode_size_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a\xff\r\n")
    found = find("a.py", tmp_path)
    assert isinstance(found, File)
    assert (found.name, found.path, found.mode, found.size, found.read()) == ("a.py", "a.py", PLAIN, 4, b"a\xff\r\n")
    (tmp_path / "a.py").chmod(0o755)
    again = find(str(tmp_path / "a.py"), Path("/"))
    assert isinstance(again, File)
    assert again.mode == PROGRAM


def test_a_folder_and_nothing(tmp_path: Path) -> None:
    assert find(".", tmp_path) == Folder(".", tmp_path)
    assert find("/dev/null", tmp_path) is None


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a\n")
    (tmp_path / "to").symlink_to("a")
    found = find("to", tmp_path)
    assert isinstance(found, File)
    assert (found.mode, found.read()) == (PLAIN, b"a\n")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    found = find("pipe", tmp_path)
    assert isinstance(found, File)
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"through\n" * 20_000,))
    writer.start()
    assert found.read() == b"through\n" * 20_000
    writer.join()
    assert replace(found, name="other").read() == b"through\n" * 20_000, "it is kept: the pipe is empty now"
    assert (found.mode, found.path, found.size) == (None, "", None)


def test_a_pipe_of_a_shell_is_found_by_its_number(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x\n")
    os.close(writing)
    found = find(f"/dev/fd/{reading}", tmp_path)
    assert isinstance(found, File)
    assert found.read() == b"x\n"
    os.close(reading)


def test_what_never_ends_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "LARGEST", 2 * 1024 * 1024)
    (tmp_path / "big").write_bytes(b"x" * 2 * 1024 * 1024 + b"x")
    found = find("big", tmp_path)
    assert isinstance(found, File)
    with pytest.raises(UsageError, match=r"^big is larger than 2 MB\.$"):
        found.read()


def test_what_is_no_file_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to("gone/away")
    (tmp_path / "circle").symlink_to("circle")
    said = {}
    for name in ("/dev/zero", "missing", "nowhere", "circle", "a\0b"):
        with pytest.raises((NotFound, UsageError)) as caught:
            find(name, tmp_path)
        assert caught.value.hint
        said[name] = caught.value.message
    assert said == {
        "/dev/zero": "/dev/zero is a device: it cannot be compared.",
        "missing": "There is no missing.",
        "nowhere": "nowhere is a link to gone/away, where there is nothing.",
        "circle": "circle cannot be read: Too many levels of symbolic links.",
        "a\0b": "A path cannot hold a NUL character.",
    }


def test_a_name_exists_also_where_it_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to("gone")
    names = ("nowhere", "-", "/dev/null", ".", "missing", "a\0b", "")
    assert [versions.exists(name, tmp_path) for name in names] == [True, True, True, True, False, False, False]


def test_a_folder_is_walked_whole_and_links_are_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "a\udcff").write_bytes(b"a\n")
    (tmp_path / "in" / "to").symlink_to("deep/a\udcff")
    (tmp_path / "in" / "folder").symlink_to("deep")
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "in" / "nowhere").symlink_to("gone")
    os.mkfifo(tmp_path / "in" / "pipe")
    found = dict(walk(Folder("in", tmp_path / "in")))
    trouble = found.pop("pipe")
    assert isinstance(trouble, QatuiError)
    assert trouble.message == "in/pipe is a pipe: in a folder only files are compared."
    files = {path: each for path, each in found.items() if isinstance(each, File)}
    assert {path: (each.mode, each.read()) for path, each in files.items()} == {
        "deep/a\udcff": (PLAIN, b"a\n"),
        "to": (PLAIN, b"a\n"),
        "folder": (LINK, b"deep"),
        "up": (LINK, b".."),
        "nowhere": (LINK, b"gone"),
    }
    assert files["to"].name == "in/to"


@as_user
def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut" / "a").write_bytes(b"a")
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "a").chmod(0)
    (tmp_path / "shut").chmod(0)
    found = dict(walk(Folder("x", tmp_path)))
    trouble, file = found["shut"], found["a"]
    assert isinstance(trouble, QatuiError)
    assert trouble.message == "x/shut cannot be read: Permission denied."
    assert isinstance(file, File)
    with pytest.raises(UsageError, match=r"^x/a cannot be read: Permission denied\.$"):
        file.read()
    (tmp_path / "shut").chmod(0o755)


def test_a_folder_that_went_away_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^gone cannot be read: No such file or directory\.$") as gone:
        list(walk(Folder("gone", tmp_path / "gone")))
    assert "permissions" not in gone.value.hint
