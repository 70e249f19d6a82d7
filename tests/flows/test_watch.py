"""Taking in what comes: what a look finds ready, and the watch over real files."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from qatui.domain.proposal import Intake, Proposal, Refusal
from qatui.flows.desk import Desk
from qatui.flows.watch import LOOKS_A_DESK, Folder, Manifest, watch
from qatui.store import candidates
from qatui.wiring import Start, open_desk
from tests.conftest import Project


def put(file: Path, data: str) -> None:
    """Write a file, with a time of change of its own however coarse the disk's clock is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(data)
    if file.stat().st_mtime_ns == before:
        os.utime(file, ns=(before + 1_000_000, before + 1_000_000))


def never(words: str) -> None:
    """Nothing goes and comes back here."""
    raise AssertionError(words)


def names(ready: Iterator[Proposal | Refusal] | None) -> list[str] | None:
    """Paths of proposals, reasons of refusals."""
    return None if ready is None else [each.path if isinstance(each, Proposal) else each.reason for each in ready]


def test_a_file_is_ready_when_it_stops_growing(tmp_path: Path) -> None:
    """Seen twice alike it is ready, once; changed, it is ready again when that is over."""
    folder = Folder(tmp_path)
    assert folder.look() is None
    put(tmp_path / "tests/a", "1")
    assert folder.look() is None
    put(tmp_path / "tests/a", "12")
    assert folder.look() is None
    put(tmp_path / "tests/b", "1")
    assert names(folder.look()) == ["tests/a"]
    assert names(folder.look()) == ["tests/b"]
    assert folder.look() is None
    put(tmp_path / "tests/a", "21")
    assert folder.look() is None
    assert names(folder.look()) == ["tests/a"]
    assert folder.look() is None


def test_a_refusal_is_said_once(tmp_path: Path) -> None:
    """A link is refused at once and not again, until it was away."""
    folder = Folder(tmp_path)
    (tmp_path / "link").symlink_to("x")
    assert names(folder.look()) == ["it is a symbolic link"]
    assert folder.look() is None
    (tmp_path / "link").unlink()
    assert folder.look() is None
    (tmp_path / "link").symlink_to("x")
    assert names(folder.look()) == ["it is a symbolic link"]


def test_the_folder_may_go_and_come_back(tmp_path: Path) -> None:
    """While it is gone nothing is ready; what comes with it is."""
    folder = Folder(tmp_path / "in")
    put(tmp_path / "in/tests/a", "1")
    folder.look()
    assert names(folder.look()) == ["tests/a"]
    shutil.rmtree(tmp_path / "in")
    assert folder.look() is None
    put(tmp_path / "in/tests/b", "1")
    assert folder.look() is None
    assert names(folder.look()) == ["tests/b"]


def test_gone_between_look_and_read(tmp_path: Path) -> None:
    """It is refused; and taken when it is there again."""
    folder = Folder(tmp_path)
    put(tmp_path / "a", "1")
    folder.look()
    ready = folder.look()
    (tmp_path / "a").unlink()
    assert names(ready) == ["it cannot be read: No such file or directory"]
    put(tmp_path / "a", "123")
    assert folder.look() is None
    assert names(folder.look()) == ["a"]


def test_a_single_file(tmp_path: Path) -> None:
    """Only it, whatever else is in its folder."""
    folder = Folder(tmp_path, only="tests/a")
    put(tmp_path / "tests/b", "1")
    assert folder.look() is None
    put(tmp_path / "tests/a", "1")
    assert folder.look() is None
    assert names(folder.look()) == ["tests/a"]
    assert folder.name == f"{tmp_path}/tests/a"


def test_a_manifest_by_whole_lines(tmp_path: Path) -> None:
    """A line counts when it ends, once; written anew, all of it counts."""
    file = tmp_path / "m.jsonl"
    manifest = Manifest(file)
    assert manifest.look() is None
    line = json.dumps({"path": "tests/a", "content": ""})
    file.write_text(line[:9])
    assert manifest.look() is None
    file.write_text(line)
    assert manifest.look() is None
    file.write_text(f"{line}\n{{")
    assert names(manifest.look()) == ["tests/a"]
    assert manifest.look() is None
    file.write_text(f"{line}\n{{\n")
    (refusal,) = list(manifest.look() or [])
    assert refusal.place == f"{file} line 2"
    file.write_text("")
    assert manifest.look() is None
    file.write_text(line.replace("tests/a", "tests/b") + "\n")
    assert names(manifest.look()) == ["tests/b"]
    ready = manifest.look()
    assert ready is None
    file.unlink()
    assert manifest.look() is None


def test_a_manifest_gone_between_look_and_read(tmp_path: Path) -> None:
    """Nothing comes of it, and nothing breaks."""
    file = tmp_path / "m.jsonl"
    file.write_text(json.dumps({"path": "a", "content": ""}) + "\n")
    manifest = Manifest(file)
    ready = manifest.look()
    file.unlink()
    assert names(ready) == []


@pytest.fixture
def opened(project: Project, desk: Desk) -> Callable[[], Desk]:
    """Opens the desk anew."""
    return partial(open_desk, Start(project.root), desk.db)


def no_sleep(_seconds: float) -> None:
    """No time passes between two looks."""


def test_watch(opened: Callable[[], Desk], project: Project, tmp_path: Path) -> None:
    """Every target in turn, against the base as it is then, until it is stopped."""
    put(tmp_path / "in/tests/a", "1")
    (tmp_path / "m.jsonl").write_text(json.dumps({"path": "tests/m", "content": ""}) + "\n")
    heard: list[Intake] = []

    def hear(intake: Intake) -> None:
        heard.append(intake)
        if len(heard) == 2:
            put(tmp_path / "in/tests/a", "2")
        if len(heard) == 3:
            project.commit({"tests/now_on_base": "3\n"})
            put(tmp_path / "in/tests/now_on_base", "3\n")

    targets: list[Folder | Manifest] = [Folder(tmp_path / "in"), Manifest(tmp_path / "m.jsonl")]
    watch(opened, targets, stopped=lambda: len(heard) == 4, heard=hear, say=never, sleep=no_sleep)
    assert [(len(each.new), len(each.revised), each.same_as_base) for each in heard] == [
        (1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1),
    ]  # fmt: skip


def test_what_grows_comes_in_once(opened: Callable[[], Desk], desk: Desk, tmp_path: Path) -> None:
    """A file that is longer at each look comes in whole, when it no longer is; a manifest's line when it ends."""
    slow, growing = tmp_path / "in/tests/slow.py", tmp_path / "m.jsonl"
    put(slow, "")
    growing.write_text("")
    text = json.dumps({"path": "tests/m.py", "content": "m"}) + "\n"
    pieces = iter(text)
    heard: list[Intake] = []

    def write_on(_seconds: float) -> None:
        if piece := next(pieces, ""):
            put(slow, slow.read_text() + "1\n")
            put(growing, growing.read_text() + piece)

    targets: list[Folder | Manifest] = [Folder(tmp_path / "in"), Manifest(growing)]
    watch(opened, targets, stopped=lambda: len(heard) == 2, heard=heard.append, say=never, sleep=write_on)
    assert [(len(each.new), each.seen) for each in heard] == [(1, 1), (1, 1)]
    with desk.db.read() as connection:
        found = candidates.by_path(connection, desk.repository_id, ["tests/slow.py", "tests/m.py"])
    assert [(each.revision, each.added) for each in found.values()] == [(1, 1), (1, len(text))]


def test_other_settings_let_in_what_was_refused(opened: Callable[[], Desk], project: Project, tmp_path: Path) -> None:
    """The team's settings are those of base as it is then, also when nothing new comes; the refused come in."""
    put(tmp_path / "in/qa/a.py", "1")
    put(tmp_path / "in/tests/b.py", "1")
    (tmp_path / "m.jsonl").write_text(json.dumps({"path": "qa/m.py", "content": ""}) + "\n")
    heard: list[Intake] = []
    looks = 0

    def wait(_seconds: float) -> None:
        nonlocal looks
        looks += 1
        assert looks < 3 * LOOKS_A_DESK
        if looks == 5:
            project.commit({"qatui.yaml": "test_roots: [qa, tests]\n"})

    targets: list[Folder | Manifest] = [Folder(tmp_path / "in"), Manifest(tmp_path / "m.jsonl")]
    watch(opened, targets, stopped=lambda: len(heard) == 4, heard=heard.append, say=never, sleep=wait)
    told = [(len(each.new), len(each.unchanged), len(each.refused)) for each in heard]
    assert sorted(told[:2]) == [(0, 0, 1), (1, 0, 1)]
    assert sorted(told[2:]) == [(1, 0, 0), (1, 1, 0)]


def test_stopped_in_the_middle(opened: Callable[[], Desk], tmp_path: Path) -> None:
    """What was read comes in whole, the rest does not; and the end is told as well."""
    for number in range(10):
        put(tmp_path / f"tests/{number}", f"{number}")
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 8

    heard: list[Intake] = []
    watch(opened, [Folder(tmp_path)], stopped=stopped, heard=heard.append, say=never, sleep=no_sleep)
    assert len(heard) == 1
    assert 0 < len(heard[0].new) < 10


def test_what_is_gone_and_back_is_said_once(opened: Callable[[], Desk], tmp_path: Path) -> None:
    """Of a folder, of a file and of a manifest; what comes with them is taken."""
    folder, mine, lines = tmp_path / "in", tmp_path / "mine/tests/m.py", tmp_path / "m.jsonl"
    said: list[str] = []
    heard: list[Intake] = []
    looks = 0

    def fill(body: str) -> None:
        put(folder / "tests/a.py", body)
        put(mine, body)
        lines.write_text(json.dumps({"path": "tests/l.py", "content": body}) + "\n")

    def wait(_seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            shutil.rmtree(folder)
            mine.unlink()
            lines.unlink()
        if looks == 6:
            assert said == [f"{each} is gone; waiting until it is back" for each in (folder, mine, lines)]
            fill("2")

    fill("1")
    targets: list[Folder | Manifest] = [Folder(folder), Folder(tmp_path / "mine", only="tests/m.py"), Manifest(lines)]
    watch(opened, targets, stopped=lambda: looks == 10, heard=heard.append, say=said.append, sleep=wait)
    assert said[3:] == [f"{each} is back" for each in (folder, mine, lines)]
    assert sum(len(each.new) for each in heard) == sum(len(each.revised) for each in heard) == 3
