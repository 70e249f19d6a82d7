"""`plan items`, `plan tick`, `plan untick`: on any file, outside a repository too."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qatui.cli.main import run
from tests.cli.conftest import Ran
from tests.conftest import unmeasured

TEXT = (
    b"# Plan\r\n\r\n- [ ] First <!-- qa:7K3F9X -->\r\n  1) [X] \xc3\xa9 (closes #7)\r\n"
    b"* [ ] twice\r- [ ] twice\n- [ ] 9 \xff"
)
PlanCall = Callable[..., Ran]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.md"
    path.write_bytes(TEXT)
    return path


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> PlanCall:
    """Runs `qatui ARGS...` in a folder that is no repository."""

    def run_command(*args: object) -> Ran:
        capsys.readouterr()
        code = run(["-C", str(tmp_path), *map(str, args)])
        return Ran(int(code), *capsys.readouterr())

    return run_command


def test_items_as_data(call: PlanCall, file: Path) -> None:
    ran = call("plan", "items", "plan.md", "--json")
    assert ran.code == 0
    assert ran.data == {
        "schema": 1,
        "items": [
            {"item": 1, "line": 3, "offset": 13, "checked": False, "text": "First <!-- qa:7K3F9X -->"},
            {"item": 2, "line": 4, "offset": 48, "checked": True, "text": "é (closes #7)"},
            {"item": 3, "line": 5, "offset": 70, "checked": False, "text": "twice"},
            {"item": 4, "line": 6, "offset": 82, "checked": False, "text": "twice"},
            {"item": 5, "line": 7, "offset": 94, "checked": False, "text": "9 \ufffd"},
        ],
    }
    assert [TEXT[item["offset"]] for item in ran.data["items"]] == list(b" X   ")


def test_items_for_people(call: PlanCall, file: Path) -> None:
    ran = call("plan", "items", file)
    assert ran.out.splitlines() == [
        "item  line  done  text",
        "   1     3  ·     First <!-- qa:7K3F9X -->",
        "   2     4  x       é (closes #7)",
        "   3     5  ·     twice",
        "   4     6  ·     twice",
        "   5     7  ·     9 \ufffd",
    ]
    assert ran.err == "1 of 5 done\n"


def test_a_file_without_items(call: PlanCall, tmp_path: Path) -> None:
    (tmp_path / "none.md").write_bytes(b"- [] a\n")
    assert call("plan", "items", "none.md").err == "none.md has no task-list item.\n"
    assert call("plan", "items", "none.md", "--json").data["items"] == []


@pytest.mark.parametrize("item", ["1", "7K3F9X", "qa-7k3f9x", "First", "First <!-- qa:7K3F9X -->"])
def test_tick_and_untick_change_one_byte(call: PlanCall, file: Path, item: str) -> None:
    file.chmod(0o640)
    ran = call("plan", "tick", "plan.md", item, "--json")
    assert (ran.code, ran.data) == (0, {"schema": 1, "file": "plan.md", "item": 1, "line": 3, "changed": True})
    assert file.read_bytes() == TEXT.replace(b"[ ] First", b"[x] First")
    assert file.stat().st_mode & 0o777 == 0o640
    assert call("plan", "untick", file, item).out == "unticked: item 1, line 3: First <!-- qa:7K3F9X -->\n"
    assert file.read_bytes() == TEXT


def test_what_is_so_already_is_not_written(call: PlanCall, file: Path) -> None:
    before = file.stat()
    assert call("plan", "tick", file, "#7").out == "already ticked: item 2, line 4: é (closes #7)\n"
    ran = call("plan", "untick", file, "3", "--json")
    assert (ran.code, ran.data["changed"]) == (0, False)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert file.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("0", "There is no item 0: the plan has 5."),
        ("6", "There is no item 6: the plan has 5."),
        ("twice", "Which item is 'twice'? 2 items have this text, on lines 5 and 6."),
        ("third", "Which item is 'third'? No item has this text."),
        ("123456", "Which item is '123456'? No item has the id 123456 or this text."),
    ],
)
def test_an_item_that_is_not_there(call: PlanCall, file: Path, item: str, said: str) -> None:
    ran = call("plan", "tick", file, item)
    assert ran.code == 2
    assert ran.err.splitlines()[0] == f"qatui: {said}"
    assert file.read_bytes() == TEXT


def test_an_edit_that_would_change_more_is_refused(call: PlanCall, file: Path) -> None:
    file.write_bytes(b"+ [\n] over two lines\n")
    ran = call("plan", "tick", file, "1", "--json")
    assert (ran.code, json.loads(ran.err)["error"]["code"]) == (1, "plan_edit")
    assert file.read_bytes() == b"+ [\n] over two lines\n"


@pytest.mark.parametrize("verb", [("items",), ("tick", "1"), ("untick", "1")])
def test_what_is_no_plan(call: PlanCall, tmp_path: Path, verb: tuple[str, ...]) -> None:
    def said(name: str) -> str:
        ran = call("plan", verb[0], name, *verb[1:])
        assert (ran.code, ran.out) == (2, "")
        return ran.err.splitlines()[0].removeprefix("qatui: ")

    (tmp_path / "folder").mkdir()
    (tmp_path / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (tmp_path / "dangling.md").symlink_to("nowhere.md")
    (tmp_path / "circle.md").symlink_to("circle.md")
    os.mkfifo(tmp_path / "pipe.md")
    with (tmp_path / "huge.md").open("wb") as huge:
        huge.truncate(4 * 1024 * 1024 + 1)
    assert said("nowhere.md") == f"There is no file {tmp_path}/nowhere.md."
    assert said("dangling.md") == f"There is no file {tmp_path}/dangling.md."
    assert said("folder") == f"{tmp_path}/folder is a folder."
    assert said("picture.md") == f"{tmp_path}/picture.md is a binary file, no Markdown."
    assert said("pipe.md") == f"{tmp_path}/pipe.md is no ordinary file."
    assert said("huge.md") == f"{tmp_path}/huge.md is too large for a plan: more than 4 MiB."
    assert said("circle.md").startswith(f"{tmp_path}/circle.md cannot be read: Too many")
    assert said("n" * 300).endswith("cannot be read: File name too long.")


def test_a_symbolic_link_stays_one(call: PlanCall, file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to("plan.md")
    assert call("plan", "tick", "link.md", 1).code == 0
    assert link.is_symlink()
    assert file.read_bytes() == TEXT.replace(b"[ ] First", b"[x] First")


def test_hidden_characters_are_shown_as_marks(call: PlanCall, file: Path) -> None:
    file.write_bytes("- [ ] a\x1b[31m\u202eb\n".encode())
    assert "a␛[31m‹U+202E›b" in call("plan", "items", file).out
    assert call("plan", "items", file, "--json").data["items"][0]["text"] == "a\x1b[31m\u202eb"


def test_no_repository_and_no_store_is_touched(file: Path, tmp_path: Path) -> None:
    """A fresh process: what it loads, and what it leaves in the home folder."""
    code = (
        "import sys; from qatui.cli.main import run; code = run(['plan', 'tick', 'plan.md', '1'])\n"
        "print(int(code), [name for name in ('sqlalchemy', 'git', 'httpx', 'textual', 'yaml') if name in sys.modules])"
    )
    home = tmp_path / "home"
    home.mkdir()
    env = {**unmeasured(), "HOME": str(home), "PATH": "/nonexistent"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr
    assert list(home.iterdir()) == []


def test_many_at_once_lose_no_tick(tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_bytes(b"- [ ] a\n" * 6)
    command = [sys.executable, "-m", "qatui", "plan", "tick", str(file)]
    started = [subprocess.Popen([*command, str(number)], stdout=subprocess.DEVNULL) for number in range(1, 7)]
    assert [process.wait() for process in started] == [0] * 6
    assert file.read_bytes() == b"- [x] a\n" * 6
    assert os.listdir(tmp_path) == ["plan.md"]
