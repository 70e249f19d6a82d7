"""Files are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from qatui.files import edit_atomically, write_atomically


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("old")
    file.chmod(0o640)
    before = file.stat().st_ino
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.stat().st_ino != before
    assert os.listdir(tmp_path) == ["f"]


def test_a_new_file_has_the_mode_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a" / "b" / "f", b"x")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "b" / "f").stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_write_that_fails_leaves_the_old_bytes_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    file.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, b"new")
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["f"]


def test_an_edit_says_whether_it_changed_anything(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"a")
    before = file.stat().st_ino
    assert edit_atomically(file, lambda data: data) is False
    assert file.stat().st_ino == before
    assert edit_atomically(file, lambda data: data + b"b") is True
    assert file.read_bytes() == b"ab"


def test_an_edit_is_made_anew_where_others_write_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"a")

    def change(data: bytes) -> bytes:
        if data == b"a":
            file.write_bytes(b"b")
        return data + b"!"

    assert edit_atomically(file, change)
    assert file.read_bytes() == b"b!"


def test_an_edit_that_is_refused_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"a")
    with pytest.raises(ZeroDivisionError):
        edit_atomically(tmp_path / "f", lambda data: bytes(1 // 0))
    assert (tmp_path / "f").read_bytes() == b"a"
    assert edit_atomically(tmp_path / "f", lambda data: b"free again")
