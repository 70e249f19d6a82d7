"""Data on standard output."""

import json
import sys

import pytest

from qatui.cli import output


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


def test_what_the_stream_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    output.line("é→")
    output.table([["→é"]])
    stream.flush()
    assert stream.buffer.getvalue() == b"\xe9?\n?\xe9\n"
