"""What encloses the lines of a diff: named above it, gone to by a key, and unfolded."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from qatui.domain.diff import Kind
from qatui.render.glyphs import ASCII
from qatui.tui.widgets.diff_head import DiffHead
from qatui.tui.widgets.diff_view import DiffView
from tests.tui.conftest import drive, keys, press
from tests.tui.test_diff_app import app_on, compared, head, line, the_screen
from tests.tui.test_diff_view import document, numbered, screen
from tests.tui.test_diff_view import drive as drive_view
from tests.tui.test_snapshots import Compare

Walker = Pilot[Exception]

OLD = "import x\n\n\nclass TestRefunds:\n" + "".join(
    f"    def test_{number}(self, client):\n"
    + "".join(f"        assert client.get('/{number}/{at}')\n" for at in range(12))
    + "\n"
    for number in range(6)
)
NEW = OLD.replace("'/4/9'", "'/v2/4/9'").replace("'/1/11'", "'/v2/1/11'")


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """A class of long tests, two of which changed."""
    (tmp_path / "old.py").write_text(OLD)
    (tmp_path / "new.py").write_text(NEW)
    return tmp_path


def test_the_first_line_in_sight_is_told_what_it_is_in(nested: Path) -> None:
    async def walk(pilot: Walker) -> None:
        view = the_screen(pilot).diff
        await press(pilot, "+", "+", "+", "g")
        assert head(pilot).endswith("new.py"), "nothing is around the first line"
        seen = set()
        for _ in range(12):
            await press(pilot, "ctrl+d")
            top = view._row(view.scroll_offset.y)
            assert top is not None
            number, at = divmod((top.old or top.new or 0) - 4, 14)
            around = (
                ""
                if number < 0
                else "class TestRefunds" + (f" ▸ def test_{number}(self, client)" if 0 < at < 13 else "")
            )
            assert head(pilot).rpartition("new.py")[2].strip() == around
            seen.add(around)
        assert len(seen) > 4

    drive(app_on(compared(nested, "old.py", "new.py")), walk, (100, 24))


def test_narrow_the_inner_one_stays_and_hostile_names_are_marks() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.end()
        await pilot.pause()
        assert view.inside == ["class A", "def b␛[31m(x)"]
        above = DiffHead(ASCII)
        await pilot.app.mount(above)
        above.show(None, "new", None, "new file")
        above.stand_in(["class TestAlpha", "def test_beta(client)"])
        seen = []
        for width in (70, 45, 34, 24):
            above.styles.width = width
            await pilot.pause()
            seen.append(above.render_line(0).text.strip())
        assert seen[0].endswith("class TestAlpha > def test_beta(client)")
        assert seen[1] == "+ new  new file       def test_beta(client)"
        assert "~" in seen[2]
        assert seen[3] == "+ new  new file"

    text = "class A:\n    def b\x1b[31m(x):\n" + "        y\n" * 40
    drive_view(document(None, text), walk, (80, 12))


def test_to_the_beginning_of_what_is_around(nested: Path) -> None:
    async def walk(pilot: Walker) -> None:
        view = the_screen(pilot).diff
        await press(pilot, "]")
        changed = view.place
        assert changed == ("new", NEW[: NEW.index("/v2/4/9")].count("\n"))
        await press(pilot, "(")
        assert view.place == ("new", NEW[: NEW.index("def test_4")].count("\n"))
        assert any("def test_4" in row for row in screen(view)), "its fold is open"
        await press(pilot, "(")
        assert view.place == ("new", 3)
        await press(pilot, "(")
        assert view.place == ("new", 3)
        assert "no function or class is around this line" in line(pilot, "tabs")

    drive(app_on(compared(nested, "old.py", "new.py")), walk)


def test_of_a_line_that_went_the_old_text_tells() -> None:
    pair = document("def a():\n    x\n    y\n", "z\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.top()
        while view.place != ("old", 2):
            before = view.place
            view.move(1)
            assert view.place != before
        assert view.to_enclosing()
        assert view.line in (("old", 1), ("new", 1))
        assert not view.to_enclosing()

    drive_view(pair, walk)
    drive_view(None, nothing)


async def nothing(view: DiffView, pilot: Pilot[None]) -> None:
    """Without a document."""
    assert not view.to_enclosing()
    assert view.inside == []


def folds(view: DiffView) -> list[tuple[int, int]]:
    """Of each fold its first line, from 1, and how many it hides."""
    assert view._rows is not None
    return [(row.new + 1, row.count) for row in view._rows if row.kind is Kind.FOLD and row.new is not None]


def test_some_lines_of_a_fold_are_shown_at_each_end_that_touches_others() -> None:
    pair = document(numbered(200), numbered(200, (50, 120)))

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert not view.unfold_some()
        assert folds(view) == [(1, 47), (55, 63), (125, 76)]
        view.top()
        assert view.unfold_some()
        assert folds(view) == [(1, 37), (55, 63), (125, 76)]
        view.end()
        assert view.unfold_some()
        assert folds(view) == [(1, 37), (55, 63), (135, 66)]
        view.top()
        view.next_hunk()
        for left in ([(65, 43)], [(75, 23)], [(85, 3)], []):
            while view.line is not None and left != []:
                view.move(1)
            assert view.unfold_some()
            await pilot.pause()
            assert folds(view)[1:-1] == left
        assert view.place == ("new", 86), "on what it showed last"
        assert view.line is not None

    drive_view(pair, walk)
    drive_view(None, no_fold)


async def no_fold(view: DiffView, pilot: Pilot[None]) -> None:
    """Without a document."""
    assert not view.unfold_some()
    assert view.unfold_enclosing() is None


def test_of_a_fold_is_shown_what_belongs_to_the_functions_beside_it(nested: Path) -> None:
    async def walk(pilot: Walker) -> None:
        view = the_screen(pilot).diff
        await press(pilot, ")")
        assert "no folded lines here" in line(pilot, "tabs")
        await press(pilot, "=")
        assert "no folded lines here" in line(pilot, "tabs")
        before = folds(view)
        assert before == [(1, 27), (35, 33), (75, 14)]
        await press(pilot, "j", "j", "j", "j", ")")
        assert folds(view) == [(1, 27), (46, 15), (75, 14)], "to the end of test_2, and test_4 from its first line"
        assert view.place == ("new", 45)
        await press(pilot, ")")
        assert "nothing in this fold is of a function beside it" in line(pilot, "tabs")
        await press(pilot, "enter")
        assert folds(view) == [(1, 27), (75, 14)]
        await press(pilot, "g", ")")
        assert folds(view) == [(1, 18), (75, 14)], "nothing is above; test_1 from its first line"
        await press(pilot, "-")
        assert folds(view) == [(1, 29), (33, 37), (73, 16)], "another context begins anew"

    drive(app_on(compared(nested, "old.py", "new.py")), walk)


@pytest.mark.svg
@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_inside(snap_compare: Compare, nested: Path, size: tuple[int, int]) -> None:
    """Above the diff the class and the test that its first line is in; narrow the test alone."""
    app = app_on(compared(nested, "old.py", "new.py"))
    assert snap_compare(app, run_before=keys("]", "(", "ctrl+d"), terminal_size=size)
