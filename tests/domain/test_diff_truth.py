"""Whatever the texts are and whatever git is told, rows show every byte of both, and equal rows are equal.

git is told a lot here: configuration, attributes and an environment that hide every change from a plain `git diff`.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Document, Kind, Row, Rows
from qatui.domain.diff_json import json_rows
from qatui.domain.intraline import By
from qatui.domain.review import Side
from qatui.flows.compare import compare
from tests import obvious
from tests.conftest import run_git

CONFIG = """
[core]
    autocrlf = true
    eol = crlf
    safecrlf = true
    attributesFile = {attributes}
    whitespace = cr-at-eol,blank-at-eol
    bigFileThreshold = 1
    pager = false
[diff]
    external = true
    algorithm = patience
    context = 9
    interHunkContext = 9
    noprefix = false
    mnemonicPrefix = true
    srcPrefix = new/
    dstPrefix = old/
    suppressBlankEmpty = true
    wsErrorHighlight = all
    colorMoved = zebra
    orderFile = {attributes}
    relative = true
    indentHeuristic = false
[diff "blind"]
    textconv = echo same #
    command = true
    binary = true
[filter "blind"]
    clean = echo same
    smudge = echo same
    required = true
[color]
    ui = always
"""
ATTRIBUTES = "* -text binary -diff diff=blind filter=blind eol=crlf working-tree-encoding=UTF-16\n"


@pytest.fixture(autouse=True)
def hostile(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository to stand in, a home and an environment, in which git is told to see no difference."""
    run_git(tmp_path, "init", "-q")
    for place in (tmp_path, tmp_path / ".git" / "info", home):
        (place / ".gitattributes").write_text(ATTRIBUTES)
        (place / "attributes").write_text(ATTRIBUTES)
    config = CONFIG.format(attributes=home / "attributes")
    for file in (home / ".gitconfig", home / "git" / "config", tmp_path / ".git" / "config"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(config)
    told = {
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_SYSTEM": str(home / ".gitconfig"),
        "GIT_CONFIG_PARAMETERS": "'diff.external=true'",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.autocrlf",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_DIR": str(tmp_path / ".git"),
        "GIT_WORK_TREE": str(tmp_path),
        "GIT_INDEX_FILE": os.devnull,
        "GIT_EXTERNAL_DIFF": "true",
        "GIT_DIFF_OPTS": "--unified=7",
        "GIT_ATTR_SOURCE": "nothing",
        "GIT_DEFAULT_HASH": "nothing",
        "GIT_EXEC_PATH": str(tmp_path),
        "GIT_TRACE": "1",
        "GIT_TRACE2": "1",
        "GIT_PAGER": "false",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


LINE = st.sampled_from(
    [
        *(b"a\n", b"b\n", b"a b\n", b"a  b\n", b" a b\n", b"\ta b \n", b"\n", b" \n", b"\t\n"),
        *(b"a\r\n", b"a b\r\n", b"\r\n", b"a\rb\n", b"\r", b"a\r\r\n"),
        *(b"\0\n", b"a\0b\n", b"\xff\xfe\n", b"\xc3\n", b"\xe2\x80\xa8\n", b"a\xe2\x80\xa8b\n", b"\xef\xbb\xbfa b\n"),
        *(
            b"\x0c\n",
            b"\x0b\n",
            b"\xc2\x85\n",
            b"\x1b[2J\n",
            b"@@ -1 +1 @@\n",
            b"\\ No newline at end of file\n",
            b"last",
        ),
    ]
)
TEXT = st.lists(LINE, max_size=14).map(b"".join)
EDITED = st.tuples(TEXT, TEXT, TEXT, TEXT).map(
    lambda parts: (parts[0] + parts[1] + parts[3], parts[0] + parts[2] + parts[3])
)


def as_bytes(document: Document, side: Side, line: int) -> bytes:
    """A line with its end, as it is in the file."""
    text = document.text(side)
    assert text is not None
    return (text.lines[line] + document.eol(side, line)).encode("utf-8", "surrogateescape")


def shown(document: Document, rows: Rows, side: Side) -> bytes:
    """What the rows show of one side, and what their folds stand for."""
    found = []
    for row in rows:
        first = row.old if side == "old" else row.new
        if first is not None:
            found += [as_bytes(document, side, line) for line in range(first, first + row.count)]
    return b"".join(found)


def every_way(document: Document) -> Iterator[Rows]:
    """The rows of a document in each layout, with some contexts, with folds closed and open."""
    for paired in (True, False):
        for context in (None, 0, 1, 3):
            rows = Rows(document, paired=paired, context=context)
            yield rows
            folds = [(row.new, row.count) for row in rows if row.kind is Kind.FOLD and row.new is not None]
            opened = [(first, first + count) for first, count in folds[::2]]
            opened += [(first + count // 3, first + count // 2) for first, count in folds[1::2]]
            yield Rows(document, paired=paired, context=context, opened=opened)


@settings(max_examples=60)
@given(EDITED, st.sampled_from(Blanks))
@example((b"a\nlast", b"a\n"), Blanks.CHANGE)
@example((b"a", b"a\nb"), Blanks.ALL)
def test_nothing_is_lost_and_equal_rows_are_equal(pair: tuple[bytes, bytes], blanks: Blanks) -> None:
    document = compare("t", *pair, blanks=blanks)
    for rows in every_way(document):
        assert shown(document, rows, "old") == pair[0]
        assert shown(document, rows, "new") == pair[1]
        for row in rows:
            if row.kind in (Kind.EQUAL, Kind.FOLD):
                assert row.unlike == sum(left != right for left, right in against(document, row, blanks))
            else:
                assert row.unlike == 0
        for side in ("old", "new"):
            lines = [
                (number, row.old if side == "old" else row.new) for number, row in enumerate(rows) if row.count == 1
            ]
            told = [(row + at, line + at) for row, line, count in rows.runs(side) for at in range(count)]
            assert told == [(number, line) for number, line in lines if line is not None]


def against(document: Document, row: Row, blanks: Blanks) -> list[tuple[bytes, bytes]]:
    """The lines of both sides that a row, or a fold, calls equal; all that count in them is the same."""
    assert row.old is not None
    assert row.new is not None
    pairs = [
        (as_bytes(document, "old", row.old + at), as_bytes(document, "new", row.new + at)) for at in range(row.count)
    ]
    assert [obvious.taken_as(left, blanks) for left, _ in pairs] == [
        obvious.taken_as(right, blanks) for _, right in pairs
    ]
    return pairs


@settings(max_examples=60)
@given(EDITED, st.sampled_from(Blanks))
def test_the_obvious_aligner_agrees(pair: tuple[bytes, bytes], blanks: Blanks) -> None:
    """No change is missed, no more is called equal than can be, and nobody stops where there is no change."""
    document = compare("t", *pair, blanks=blanks)
    before, after = ([obvious.taken_as(line, blanks) for line in obvious.lines(data)] for data in pair)
    for paired in (True, False):
        rows = Rows(document, paired=paired, context=None)
        equal = sum(row.kind is Kind.EQUAL for row in rows)
        assert equal <= obvious.in_common(before, after)
        assert (equal == len(rows)) == (before == after)
        loud = [row for row in rows if row.kind is not Kind.EQUAL and not rows.is_quiet(row)]
        assert bool(loud) == bool(rows.hunks)
        if blanks is not Blanks.LINES:
            assert len(rows.hunks) == len(document.hunks)
        elif not loud:
            assert [line for line in before if line.strip(b"\r\n")] == [line for line in after if line.strip(b"\r\n")]


def test_a_plain_git_sees_nothing_here(hostile: Path) -> None:
    """So that the other tests show something."""
    (hostile / "a").write_bytes(b"one\n")
    (hostile / "b").write_bytes(b"two\r\n")
    for name in ("GIT_ATTR_SOURCE", "GIT_TRACE", "GIT_TRACE2"):
        os.environ.pop(name)
    done = subprocess.run(["git", "diff", "--no-index", "a", "b"], capture_output=True, check=False)
    assert b"two" not in done.stdout
    assert Rows(compare("t", b"one\n", b"two\r\n"), paired=True).hunks == [0]


@settings(max_examples=40)
@given(EDITED, st.sampled_from(Blanks), st.sampled_from(["word", "character"]))
def test_json_rows_hold_both_texts(pair: tuple[bytes, bytes], blanks: Blanks, by: By) -> None:
    document = compare("t", *pair, blanks=blanks)
    text = json.dumps(list(json_rows(document, by)))
    assert text.isascii()
    rows = json.loads(text)
    for side, data in zip(("old", "new"), pair, strict=True):
        lines = [row[side] for row in rows if row[side] is not None]
        assert [line["line"] for line in lines] == list(range(1, len(lines) + 1))
        joined = "".join(line["text"] + line["eol"] for line in lines)
        assert joined.encode("utf-8", "surrogateescape") == data
    for row in rows:
        present = (row["old"] is not None, row["new"] is not None)
        alone = {"delete": (True, False), "insert": (False, True)}
        assert present == alone.get(row["kind"], (True, True))
        for side in ("old", "new"):
            edges = [place for span in row["spans"][side] for place in span]
            assert all(before < after for before, after in pairwise(edges))
            assert edges == [] or 0 <= edges[0] <= edges[-1] <= len(row[side]["text"])
