"""The alignment is git's, exact, and deaf to every configuration."""

import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Hunk
from qatui.errors import GitError, GitKilled, GitTimeout, NoGit
from qatui.workspace import align as align_module
from qatui.workspace.align import align, align_many, count_changes
from tests.conftest import Project, unmeasured
from tests.pairs import real_pairs


def split(data: bytes) -> list[bytes]:
    """Lines with their ends; only `\\n` ends one."""
    return [line for line in data.replace(b"\n", b"\n\0cut").split(b"\0cut") if line]


def patched(old: bytes, new: bytes, hunks: tuple[Hunk, ...]) -> bytes:
    """`old` with every hunk's lines taken from `new`."""
    before, after = split(old), split(new)
    out: list[bytes] = []
    at = 0
    for hunk in hunks:
        out += before[at : hunk.old_start]
        out += after[hunk.new_start : hunk.new_end]
        at = hunk.old_end
    return b"".join(out + before[at:])


PIECES = st.sampled_from(
    [
        b"a\n",
        b"b\n",
        b"\n",
        b"a\r\n",
        b"\0\n",
        b"\x85\n",
        b"\x0c\n",
        b"@@ -1 +1 @@\n",
        b"diff --git old/7 new/7\n",
        b"c",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map(b"".join)


@settings(max_examples=25)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
def test_hunks_lead_from_old_to_new_and_count_the_changes(pairs: list[tuple[bytes, bytes]]) -> None:
    found = [align(old, new) for old, new in pairs[:1]] + align_many(pairs)[1:]
    for (old, new), hunks in zip(pairs, found, strict=True):
        assert patched(old, new, hunks) == new
        assert all(hunk.old_count or hunk.new_count for hunk in hunks)
        for before, after in pairwise(hunks):
            assert after.old_start - before.old_end == after.new_start - before.new_end > 0
    assert count_changes(pairs) == [
        (sum(hunk.new_count for hunk in hunks), sum(hunk.old_count for hunk in hunks)) for hunks in found
    ]


@pytest.mark.parametrize(
    ("old", "new", "hunks"),
    [
        (b"", b"", ()),
        (b"a\n", b"a\n", ()),
        (b"", b"a\nb", (Hunk(0, 0, 0, 2),)),
        (b"a\nb\n", b"", (Hunk(0, 2, 0, 0),)),
        (b"a\nb\nc\n", b"a\nc\n", (Hunk(1, 1, 1, 0),)),
        (b"a\nc\n", b"a\nb\nc\n", (Hunk(1, 0, 1, 1),)),
        (b"a\nb\n", b"a\nb", (Hunk(1, 1, 1, 1),)),
        (b"a\n", b"a\r\n", (Hunk(0, 1, 0, 1),)),
        (b"\0a\nb\n", b"\0a\nB\n", (Hunk(1, 1, 1, 1),)),
        (b"a\x0cb\x85\n", b"a\x0cB\x85\n", (Hunk(0, 1, 0, 1),)),
    ],
)
def test_hunks_count_from_nought(old: bytes, new: bytes, hunks: tuple[Hunk, ...]) -> None:
    assert align(old, new) == hunks


def test_counts_of_new_files_need_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert count_changes([(None, b""), (None, b"a"), (None, b"a\nb\n"), (b"x\n", b"x\n")]) == [
        (0, 0),
        (1, 0),
        (2, 0),
        (0, 0),
    ]


def test_one_git_process_counts_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "started"
    (tmp_path / "bin").mkdir()
    spy = tmp_path / "bin" / "git"
    spy.write_text(f'#!/bin/sh\necho started >> "{log}"\nexec {shutil.which("git")} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", str(spy.parent), prepend=os.pathsep)
    pairs = [(b"a\nb\n", f"a\n{number}\n".encode()) for number in range(40)]
    assert count_changes([*pairs, (None, b"n\n"), (b"same", b"same")]) == [(1, 1)] * 40 + [(1, 0), (0, 0)]
    assert log.read_text() == "started\n"


@pytest.mark.parametrize("place", ["global", "xdg", "environment", "repository"])
def test_no_configuration_can_hide_a_difference(
    place: str, project: Project, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attributes = "* -diff text eol=lf diff=blind\n"
    config = (
        "[core]\n\tautocrlf = true\n\tattributesFile = {0}\n\twhitespace = cr-at-eol\n"
        "[diff]\n\texternal = true\n\tcontext = 9\n\talgorithm = minimal\n\tnoprefix = false\n\tmnemonicPrefix = true\n"
        '[diff "blind"]\n\ttextconv = echo same #\n\tcommand = true\n[color]\n\tui = always\n'
    )
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "attributes").write_text(attributes)
    written = config.format(evil / "attributes")
    if place == "global":
        (home / ".gitconfig").write_text(written)
    elif place == "xdg":
        monkeypatch.setenv("XDG_CONFIG_HOME", str(evil))
        (evil / "git").mkdir()
        (evil / "git" / "config").write_text(written)
        (evil / "git" / "attributes").write_text(attributes)
        monkeypatch.delenv("GIT_CONFIG_GLOBAL")
        (home / ".gitconfig").unlink()
    elif place == "environment":
        monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.attributesFile={evil / 'attributes'}'")
        monkeypatch.setenv("GIT_EXTERNAL_DIFF", "true")
        monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=5")
    else:
        monkeypatch.setattr("tempfile.tempdir", str(project.root))
        (project.root / ".git" / "config").write_text(written)
        (project.root / ".gitattributes").write_text(attributes)
    assert align(b"a\nb\nc\nd\n", b"a\nb\nC\nd\n") == (Hunk(2, 1, 2, 1),)
    assert align(b"a\r\n", b"a\n") == (Hunk(0, 1, 0, 1),)
    assert count_changes([(b"\0\n", b"\0\0\n")]) == [(1, 1)]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    align(b"a\n", b"b\n")
    assert list(tmp_path.iterdir()) == []


def test_an_added_function_is_one_hunk() -> None:
    """Histogram keeps a function whole where other alignments pair its last lines with the next one's."""
    body = "def {0}():\n    start()\n    {0}_work()\n    finish()\n\n\n"
    old = body.format("a") + body.format("b")
    new = body.format("a") + body.format("new") + body.format("b")
    assert align(old.encode(), new.encode()) == (Hunk(6, 0, 6, 6),)


def test_hunks_are_not_much_more_than_the_least() -> None:
    """Of real files all together, and of nearly each alone: Histogram pays a few lines for hunks that read well."""
    pairs = [(pair.old, pair.new) for pair in real_pairs(200)]
    shown = changed_lines(align_many(pairs))
    minimal = ["--minimal" if each == "--histogram" else each for each in align_module._DIFF]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align_module, "_DIFF", tuple(minimal))
        least = changed_lines(align_many(pairs))
    assert all(least)
    assert sum(shown) <= 1.2 * sum(least)
    assert sum(ours > 1.2 * fewest for ours, fewest in zip(shown, least, strict=True)) <= len(pairs) / 50


def changed_lines(found: list[tuple[Hunk, ...]]) -> list[int]:
    """How many lines each pair deletes and inserts: the changed rows where they stand one below the other."""
    return [sum(hunk.old_count + hunk.new_count for hunk in hunks) for hunks in found]


BLANKS_PAIRS = [
    (b"a b\n", b"a  b\n", {Blanks.CHANGE, Blanks.ALL}),
    (b"a b \n", b"a b\n", {Blanks.CHANGE, Blanks.ALL}),
    (b"a b\r\n", b"a b\n", {Blanks.CHANGE, Blanks.ALL}),
    (b" a\n", b"  a\n", {Blanks.CHANGE, Blanks.ALL}),
    (b"a\n", b"  a\n", {Blanks.ALL}),
    (b"ab\n", b"a b\n", {Blanks.ALL}),
    (b"a\n", b"a", {Blanks.CHANGE, Blanks.ALL}),
    # git is not asked about blank lines: it would leave them out.
    (b"a\nb\n", b"a\n\nb\n", set()),
]


@pytest.mark.parametrize(("old", "new", "equal"), BLANKS_PAIRS)
def test_blanks_are_compared_as_asked(old: bytes, new: bytes, equal: set[Blanks]) -> None:
    assert {blanks for blanks in Blanks if not align(old, new, blanks)} == equal


def test_what_stops_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "git"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoGit):
        align(b"a", b"b")
    for script, error in (
        ("echo fatal: no >&2; exit 128", GitError),
        ("kill -9 $$", GitKilled),
        ("exec /bin/sleep 60", GitTimeout),
    ):
        fake.write_text(f"#!/bin/sh\n{script}\n")
        fake.chmod(0o755)
        monkeypatch.setattr(align_module, "SECONDS", 0.5 if error is GitTimeout else 30)
        with pytest.raises(error) as told:
            align(b"a", b"b")
        assert type(told.value) is error
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(GitError, match="laid out"):
        align(b"a", b"b")


def test_the_way_to_the_first_screen_loads_no_gitpython() -> None:
    code = "import sys, qatui.flows.compare as c; c.compare('t.py', b'a', b'b'); print('git' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=unmeasured(), capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
