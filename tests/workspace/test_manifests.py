"""Reading manifests that somebody else wrote."""

import io
import json
import os
import threading
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest

from qatui.domain.proposal import MAX_BYTES, Proposal, Refusal
from qatui.errors import UsageError
from qatui.workspace import manifests
from qatui.workspace.manifests import Mark, manifest_source, new_lines, read_manifest


def line(path: str, content: str = "x") -> bytes:
    """One object."""
    return json.dumps({"path": path, "content": content}).encode()


def summary(rows: object) -> list[str]:
    """Paths of proposals, places of refusals."""
    return [each.path if isinstance(each, Proposal) else f"!{each.place.split()[-1]}" for each in rows]  # type: ignore[attr-defined]


def test_lines(tmp_path: Path) -> None:
    """BOM, CRLF, blank lines and a last line without an end; the numbers count every line."""
    file = tmp_path / "m.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + line("a") + b"\r\n\r\n  \n" + b"{oops\n" + line("b"))
    source = manifest_source("m.jsonl", tmp_path)
    rows = list(source.proposals)
    assert (source.name, source.total) == (str(file), 3)
    assert summary(rows) == ["a", "!4", "b"]
    assert isinstance(rows[1], Refusal)
    assert rows[1].place == f"{file} line 4"
    assert isinstance(rows[2], Proposal)
    assert rows[2].place == f"{file} line 5"


def test_content_from_files(tmp_path: Path) -> None:
    """Files lie beside the manifest; nothing leads out, nothing is followed."""
    folder = tmp_path / "in"
    (folder / "out").mkdir(parents=True)
    (folder / "out" / "a.py").write_bytes(b"\xff1\r\n")
    (folder / "big.py").write_bytes(b"a" * (MAX_BYTES + 1))
    (folder / "link.py").symlink_to("out/a.py")
    (folder / "linked").symlink_to("out")
    (tmp_path / "secret").write_bytes(b"s")
    os.mkfifo(folder / "pipe")
    names = [
        "out/a.py",
        "none.py",
        "../secret",
        str(tmp_path / "secret"),
        "link.py",
        "linked/a.py",
        "pipe",
        "out",
        "big.py",
    ]
    told = [{"path": f"tests/{number}", "file": name} for number, name in enumerate(names)]
    (folder / "m.jsonl").write_text("\n".join(json.dumps(each) for each in told))
    rows = list(read_manifest(folder / "m.jsonl"))
    assert rows[0] == Proposal("tests/0", b"\xff1\r\n", f"{folder}/m.jsonl line 1")
    assert [each.reason for each in rows if isinstance(each, Refusal)] == [
        "file: none.py: it cannot be read: No such file or directory",
        "file: ../secret: it lies outside of its folder",
        f"file: {tmp_path}/secret: it lies outside of its folder",
        "file: link.py: it is a symbolic link",
        "file: linked/a.py: it is a symbolic link",
        "file: pipe: it is no regular file (a pipe, a socket or a device)",
        "file: out: it is a folder",
        "file: big.py: it is larger than 2 MB (2,097,153 bytes)",
    ]


def test_long_line_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused by its number, and the next is read; the longest that is read is read whole."""
    monkeypatch.setattr(manifests, "MAX_LINE_BYTES", 100)
    monkeypatch.setattr(manifests, "_PIECE", 30)
    fits = line("a", "y" * (99 - len(line("a", "")))) + b"\n"
    assert len(fits) == 100
    long = [line("b", "z" * size) + b"\n" for size in (200, 83, 84, 101 - len(line("b", "")))]
    file = tmp_path / "m.jsonl"
    file.write_bytes(fits + b"".join(long) + line("c") + b"\n" + b"d" * 300)
    assert summary(read_manifest(file)) == ["a", "!2", "!3", "!4", "!5", "c", "!7"]
    assert manifest_source("m.jsonl", tmp_path).total == 7


def test_largest_content_fits_however_escaped(tmp_path: Path) -> None:
    """2 MB of control characters, six bytes each."""
    content = "\x01" * MAX_BYTES
    (tmp_path / "m.jsonl").write_bytes(line("tests/a", content) + b"\n")
    (only,) = read_manifest(tmp_path / "m.jsonl")
    assert isinstance(only, Proposal)
    assert only.content == content.encode()


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads it; how many lines there are is not known; files lie in the working folder."""
    (tmp_path / "a.py").write_bytes(b"1")
    text = line("a") + b"\n" + b'{"path": "b", "file": "a.py"}\n{'
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    source = manifest_source("-", tmp_path)
    rows = list(source.proposals)
    assert (source.name, source.total) == ("standard input", None)
    assert rows[:2] == [Proposal("a", b"x", "line 1"), Proposal("b", b"1", "line 2")]
    assert isinstance(rows[2], Refusal)
    assert rows[2].place == "line 3"


def test_pipe_is_read_once(tmp_path: Path) -> None:
    """As `--manifest <(command)` gives one."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(line("a") + b"\n",))
    writer.start()
    source = manifest_source("pipe", tmp_path)
    assert source.total is None
    assert summary(source.proposals) == ["a"]
    writer.join()


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_no_manifest(tmp_path: Path, name: str) -> None:
    """Missing, or a folder: one sentence, before anything is taken."""
    with pytest.raises(UsageError, match="cannot be read"):
        list(manifest_source(name, tmp_path).proposals)


def test_new_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only whole lines count; the numbers go on; written anew, it is read from the start."""
    monkeypatch.setattr(manifests, "_PIECE", 7)
    file = tmp_path / "m.jsonl"
    file.write_bytes(line("a") + b"\n" + line("b")[:10])
    start, first = new_lines(file, Mark())
    assert (start, first.at, first.lines) == (Mark(), len(line("a")) + 1, 1)
    assert summary(read_manifest(file, start, first.at)) == ["a"]
    assert new_lines(file, first) == (first, first)
    file.write_bytes(line("a") + b"\n" + line("b") + b"\n{\n")
    start, second = new_lines(file, first)
    assert (start, second.at, second.lines) == (first, file.stat().st_size, 3)
    rows = list(read_manifest(file, start, second.at))
    assert summary(rows) == ["b", "!3"]
    file.write_bytes(line("z") + b"\n" + line("y") + b"\n" + line("x") + b"\n")
    start, third = new_lines(file, second)
    assert (start, third.lines) == (Mark(), 3)
    file.write_bytes(line("z") + b"\n")
    assert new_lines(file, third)[0] == Mark()


def test_a_line_that_does_not_end_is_looked_through_once(tmp_path: Path) -> None:
    """It is neither kept in memory nor looked through again while it grows."""
    file = tmp_path / "m.jsonl"
    size = 16 * 1024 * 1024
    file.write_bytes(line("a") + b"\n" + b"x" * size)
    tracemalloc.start()
    _, mark = new_lines(file, Mark())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < size / 4
    with file.open("r+b") as stream:
        stream.seek(size // 2)
        stream.write(b"\n")  # where it was looked already
        stream.seek(0, os.SEEK_END)
        stream.write(b"x")
    assert new_lines(file, mark)[1].at == mark.at
    with file.open("ab") as stream:
        stream.write(b"\n" + line("b"))
    assert new_lines(file, mark)[1].at == len(line("a")) + 1 + size + 2
