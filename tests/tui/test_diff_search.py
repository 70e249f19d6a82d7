"""Search in the diff: what is marked, where each key goes, what is told, and that typed text never acts."""

import time
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from rich.segment import Segment
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Document, Hunk
from qatui.domain.lines import Lines
from qatui.flows.compare import compare
from qatui.flows.desk import Desk
from qatui.render.painter import Painter
from qatui.tui.screens.reading import ReadingScreen
from qatui.tui.widgets.diff_view import DiffView
from qatui.tui.widgets.lines import Line
from qatui.tui.widgets.search_line import SearchLine
from tests.conftest import seed
from tests.tui.conftest import Build, drive, keys, press, settle
from tests.tui.test_diff_app import app_on, compared, line, the_screen
from tests.tui.test_diff_app import changed as changed
from tests.tui.test_diff_app import folders as folders
from tests.tui.test_diff_view import document, numbered, screen
from tests.tui.test_diff_view import drive as drive_view
from tests.tui.test_snapshots import Compare

Walker = Pilot[Exception]


def told(pilot: Walker) -> str:
    """What the search line says of the matches."""
    found = pilot.app.screen.query(SearchLine)
    shown = found.first().query_one("#search-says", Line) if found and found.first().display else None
    return shown.render_line(0).text.strip() if shown is not None else ""


def marked(view: DiffView) -> list[tuple[str, bool]]:
    """What is turned round on the screen, and whether it is the match that was gone to."""
    strips = view.render_lines(view.scrollable_content_region.reset_offset)
    ways = [
        [(each.text, each.style and each.style.reverse, each.style and each.style.underline) for each in strip]
        for strip in strips
    ]
    return [
        ("".join(text for text, _, _ in run), bool(underlined))
        for each in ways
        for (turned, underlined), run in groupby(each, key=itemgetter(1, 2))
        if turned
    ]


# The view


def test_matches_are_gone_through_on_both_sides_and_round_the_end() -> None:
    pair = document("one cat\nx\nold Cat cat\n", "one cat\nx\nnew dog cat\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert view.next_match(1) is None
        view.look_for("cat")
        await pilot.pause()
        assert view.matches == (0, 4)
        assert marked(view) == [(each, False) for each in ("cat", "cat", "Cat", "cat", "cat")], "one stands on both"
        view.top()
        seen = []
        for _ in range(5):
            around = view.next_match(1)
            await pilot.pause()
            seen.append((view.matches[0], around, marked(view).index(next(each for each in marked(view) if each[1]))))
        assert seen == [(1, False, 1), (2, False, 2), (3, False, 3), (4, False, 4), (1, True, 1)]
        assert view.next_match(-1) is True
        assert view.matches == (4, 4)
        view.look_for("Cat")
        assert view.matches == (0, 1)
        view.look_for("")
        await pilot.pause()
        assert marked(view) == []
        assert view.next_match(1) is None

    drive_view(pair, walk)


def test_a_fold_opens_when_a_match_in_it_is_reached() -> None:
    pair = document(numbered(200), numbered(200, (50, 120)))

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.look_for("line 90")
        await pilot.pause()
        assert "lines unchanged" in "".join(screen(view))
        assert view.matches == (0, 1)
        assert view.next_match(1) is False
        await pilot.pause()
        assert view.place == ("new", 89)
        assert marked(view) == [("line 90", False), ("line 90", True)]
        view.switch_layout()
        await pilot.pause()
        assert marked(view) == [("line 90", True)]
        assert view.matches == (1, 1)

    drive_view(pair, walk)


FAR = "x = '" + "-" * 300 + " needle " + "-" * 300 + "'"


@pytest.mark.parametrize("old", [None, f"{FAR}\n", f"{FAR}!\n", f"{FAR.replace('x', 'y')} changed\n"])
@pytest.mark.parametrize("wrap", [False, True])
def test_a_match_behind_the_edge_comes_into_sight(old: str | None, wrap: bool) -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        if wrap:
            view.switch_wrap()
        view.look_for("needle")
        assert view.next_match(1) is False
        await pilot.pause()
        assert ("needle", True) in marked(view)
        view.look_for("x = ")
        view.top()
        assert view.next_match(1) is False
        await pilot.pause()
        assert ("x = ", True) in marked(view)

    drive_view(document(old, f"first\n{FAR}\n" + "more\n" * 40), walk, (100, 10))


def test_when_other_lines_count_as_changed_the_matches_are_others() -> None:
    old, new = b"one cat\nx\n", b"one  cat\nx cat\n"

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.look_for("cat")
        view.top()
        assert view.next_match(1) is False
        assert view.matches == (1, 3)
        view.show(compare("x.py", old, new, blanks=Blanks.ALL))
        assert view.matches == (0, 2)
        assert view.next_match(-1) is not None
        assert view.matches[0] > 0

    drive_view(compare("x.py", old, new), walk)


def test_a_match_in_a_row_taller_than_the_screen_comes_into_sight() -> None:
    tall = document(None, " ".join(map(str, range(2_000))) + "\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.switch_wrap()
        view.look_for(" 1500 ")
        assert view.next_match(1) is False
        await pilot.pause()
        assert (" 1500 ", True) in marked(view)

    drive_view(tall, walk, (60, 12))


def test_marks_and_masked_secrets_stay_what_they_are() -> None:
    secret = "ghp_" + "a1B2" * 9
    shown = document(None, f"a\tb \u202e c {secret} end\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        before = screen(view)
        for text in ("\t", "b \u202e c", "ghp", secret, "d", "1B2a"):
            view.look_for(text)
            view.next_match(1)
            await pilot.pause()
            assert screen(view) == before, text

    drive_view(shown, walk, (120, 8))


def test_a_step_to_a_match_draws_no_more_than_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at 200,000 lines; and nothing is so slow that a person would think it hangs."""
    drawn: list[int] = []
    paint = Painter.paint

    def counted(self: Painter, number: int, current: bool = False, at: int = 0) -> list[Segment]:
        drawn.append(number)
        return paint(self, number, current, at)

    lines = [f"line {number}" for number in range(200_000)]
    changed = tuple(Hunk(at, 1, at, 1) for at in range(0, 200_000, 200))
    new = [f"other {at}" if at % 200 == 0 else each for at, each in enumerate(lines)]
    long = Document("x", Lines(lines, True), Lines(new, True), changed)
    monkeypatch.setattr(Painter, "paint", counted)

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        began = time.monotonic()
        view.look_for("e")
        assert view.matches[1] == 201_000
        for by in (1, 1, 1, -1, -1, -1, -1):
            drawn.clear()
            assert view.next_match(by) is not None
            assert view.matches[0] > 0
            await pilot.pause()
            assert len(drawn) <= 2 * view.size.height
        assert time.monotonic() - began < 30

    drive_view(long, walk)


# The screens


def test_the_line_tells_and_its_text_is_text(changed: Path) -> None:
    async def walk(pilot: Walker) -> None:
        view = the_screen(pilot).diff
        here = view.place
        await press(pilot, "/")
        assert told(pilot) == "a capital makes capitals count"
        assert "enter to the first match" in line(pilot, "keys")
        await press(pilot, *"JqP")
        assert told(pilot) == "not found"
        assert view.place == here
        await press(pilot, "backspace", "backspace", "backspace", *"'/1")
        assert told(pilot) == "3 matches"
        assert view.place == here, "typing goes nowhere"
        await press(pilot, "enter")
        assert told(pilot) == "2/3"
        assert "q quit" in line(pilot, "keys")
        await press(pilot, "n", "n")
        assert told(pilot) == "from the top · 1/3"
        await press(pilot, "n")
        assert told(pilot) == "2/3"
        await press(pilot, "N", "N")
        assert told(pilot) == "from the end · 3/3"
        await press(pilot, "escape")
        assert told(pilot) == ""
        assert marked(view) == []
        await press(pilot, "n")
        assert "nothing is searched for · / search" in line(pilot, "tabs")
        await press(pilot, "escape")
        assert pilot.app.is_running

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_the_text_of_before_gives_way_and_no_text_ends_it(changed: Path) -> None:
    async def walk(pilot: Walker) -> None:
        await press(pilot, "/", *"client", "enter", "/", "x")
        assert pilot.app.screen.query_one("#search", Input).value == "x"
        assert told(pilot) == "not found"
        await press(pilot, "escape")
        assert told(pilot) == ""
        await press(pilot, "/", "c", "backspace", "enter")
        assert told(pilot) == ""
        assert the_screen(pilot).focused is None
        await press(pilot, "]")
        assert "change 2/3" in line(pilot, "title")

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_keys_in_a_burst_are_text_until_enter(changed: Path) -> None:
    async def walk(pilot: Walker) -> None:
        for key in ("slash", *"qq", "enter", "bracketright"):
            character = {"slash": "/", "enter": "\r", "bracketright": "]"}.get(key, key)
            pilot.app.post_message(events.Key(key, character))
        await settle(pilot)
        assert pilot.app.is_running
        assert told(pilot) == "not found"
        assert "change 2/3" in line(pilot, "title")

    drive(app_on(compared(changed, "old.py", "new.py")), walk)


def test_the_next_file_is_searched_too(folders: Path) -> None:
    async def walk(pilot: Walker) -> None:
        await press(pilot, "/", *"x", "enter")
        assert told(pilot) == "not found"
        await press(pilot, "J")
        assert told(pilot) == "1 match"
        await press(pilot, "n")
        assert told(pilot) == "1/1"

    drive(app_on(compared(folders)), walk)


def test_in_a_review_letters_of_the_search_are_no_verdicts(build: Build, team_desk: Desk) -> None:
    body = "def test_a(client):\n    assert client.get('/a')\n" * 3
    seed(team_desk, {"tests/test_a.py": body})

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter", "/", *"ar", "backspace", "space", "backspace", *"ssert")
        review = pilot.app.screen
        assert isinstance(review, ReadingScreen)
        assert told(pilot) == "3 matches"
        await press(pilot, "enter", "n")
        assert told(pilot) == "2/3"
        assert pilot.app.screen is review, "no dialog"
        await press(pilot, "escape")
        assert pilot.app.screen is review
        assert told(pilot) == ""
        await press(pilot, "escape")
        assert pilot.app.screen is not review

    drive(build(team_desk), walk)


@pytest.mark.svg
@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_search(snap_compare: Compare, changed: Path, size: tuple[int, int]) -> None:
    """Every match turned round, the one gone to underlined; which of how many below."""
    pressed = ("/", *"client", "enter", "n", "n")
    assert snap_compare(app_on(compared(changed, "old.py", "new.py")), run_before=keys(*pressed), terminal_size=size)


@pytest.mark.svg
def test_a_search_without_colours(snap_compare: Compare, changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR: the matches are seen all the same."""
    monkeypatch.setenv("NO_COLOR", "1")
    pressed = ("/", *"get", "enter")
    assert snap_compare(
        app_on(compared(changed, "old.py", "new.py")), run_before=keys(*pressed), terminal_size=(80, 24)
    )
