"""Data on standard output."""

import io
import json
import sys

import pytest

from qatui.cli import output, printing
from qatui.domain.marks import visible
from qatui.domain.secrets import MASK
from qatui.render import glyphs


def test_json_is_one_ascii_line_with_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit({"title": "a\x1b[2J\u202eé\n", "n": 1})
    out, err = capsys.readouterr()
    assert (out.isascii(), out.count("\n"), "\x1b" in out, err) == (True, 1, False, "")
    assert json.loads(out) == {"schema": 1, "title": "a\x1b[2J\u202eé\n", "n": 1}


def test_a_line_shows_what_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    output.line("a\x1b[2J\u202eb\nc")
    output.line()
    assert capsys.readouterr().out == "a␛[2J‹U+202E›b␊c\n\n"


def test_a_table_is_aligned_by_cells(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([["id", "title", "size"], ["7", "日本", "1"], ["12", "a\tb", "100"]], right=[0, 2])
    assert capsys.readouterr().out.splitlines() == [
        "id  title  size",
        " 7  日本      1",
        "12  a␉b     100",
    ]


def test_no_blanks_at_the_end_and_nothing_for_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([["a", "b"], ["aaa", ""]])
    output.table([])
    assert capsys.readouterr().out == "a    b\naaa\n"


def test_surrogates_of_undecodable_paths(capsys: pytest.CaptureFixture[str]) -> None:
    output.line("a\udcffb")
    assert capsys.readouterr().out == "a�b\n"


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("latin-1", "é→ü", b"\xe9>\xfc\n"),
        ("ascii", "é", b"<U+00E9>\n"),
        ("ascii", "\u05e9\u05dc", b"<U+05E9><U+05DC>|\n"),
        ("ascii", "\u05e9\u05dd", b"<U+05E9><U+05DD>|\n"),
        ("ascii", "a\u202eb", b"a<U+202E>b\n"),
        ("ascii", "p\u0430y", b"p<<U+0430>>y\n"),
        ("ascii", "\x1b[2J\x7f", b"^[[2J^?\n"),
        ("ascii", "\udcff", b"<U+FFFD>\n"),
        ("ascii", "\U0001f469", b"<U+1F469>\n"),
        ("utf-8", "é→\U0001f469", "é→\U0001f469\n".encode()),
    ],
)
def test_what_the_stream_cannot_write_is_its_code_or_a_sign(
    encoding: str, text: str, written: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    output.line(text)
    output.table([[text]])
    output.pieces([f"{visible(text)}\n"])
    stream.flush()
    assert stream.buffer.getvalue() == written * 3


def test_no_sign_of_ours_is_a_riddle_in_ascii() -> None:
    signs = {*"".join(glyphs.UNICODE), *map(chr, range(0x2400, 0x2420)), *MASK, "‹", "›", "�", "␡", "⍽", "⡇", "→"}
    for sign in signs:
        written = printing.encodable(sign, "ascii")
        assert written.isascii()
        assert written.isprintable()
        assert "?" not in written or sign == "␡"
    assert {printing.encodable(sign, "ascii") for sign in "−…│↳·•"} == {*"-~|\\.*"}
