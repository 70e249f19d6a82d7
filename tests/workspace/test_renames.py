"""Files that have another name in the other folder."""

from pathlib import Path

import pytest

from qatui.workspace import renames
from qatui.workspace.renames import find_renames
from qatui.workspace.versions import File, Folder, walk

MANY = "".join(f"line {number}\n" for number in range(60))


def files(folder: Path, contents: dict[str, str]) -> list[File]:
    for name, text in contents.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return [each for _, each in walk(Folder(str(folder), folder)) if isinstance(each, File)]


def test_same_and_alike_are_found_others_are_not(tmp_path: Path) -> None:
    old = files(tmp_path / "old", {"a.py": MANY, "in/b.py": MANY.replace("line", "row"), "c": "short\n", "empty": ""})
    changed = MANY.replace("line", "row").replace("row 7\n", "row seven\n")
    new = files(tmp_path / "new", {"moved/a.py": MANY, "b2.py": changed, "d": "other\n", "void": ""})
    assert find_renames(old, new) == {"moved/a.py": "a.py", "b2.py": "in/b.py"}


def test_of_the_same_contents_the_same_name_is_it(tmp_path: Path) -> None:
    old = files(tmp_path / "old", {"1/x.py": MANY, "1/y.py": MANY})
    new = files(tmp_path / "new", {"2/y.py": MANY, "2/x.py": MANY})
    assert find_renames(old, new) == {"2/x.py": "1/x.py", "2/y.py": "1/y.py"}


def test_of_very_many_only_the_same_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renames, "MOST", 1)
    old = files(tmp_path / "old", {"a": MANY, "b": MANY.replace("7", "8")})
    new = files(tmp_path / "new", {"c": MANY, "d": MANY.replace("7", "eight")})
    assert find_renames(old, new) == {"c": "a"}


def test_what_went_away_meanwhile_is_no_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = files(tmp_path / "old", {"a": MANY})
    new = files(tmp_path / "new", {"b": MANY})
    (tmp_path / "old" / "a").unlink()
    assert find_renames(old, new) == {}
    monkeypatch.setattr(renames, "MOST", 0)
    assert find_renames(old, new) == {}
