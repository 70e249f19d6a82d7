"""Every key on one page, every action in the palette: what stands where."""

from typing import Literal

import pytest
from textual.command import CommandPalette
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from qatui.flows.desk import Desk
from qatui.settings.types import User
from qatui.tui.keymap import ACTIONS, SCREENS
from tests.tui.conftest import Build, drive, many, press

Driving = Pilot[Exception]


def rows(pilot: Driving) -> list[str]:
    """The help as it is drawn, row by row."""
    page = pilot.app.screen.query_one("#help", Static)
    return [page.render_line(y).text.rstrip() for y in range(page.size.height)]


@pytest.mark.parametrize("width", [80, 99, 100, 200])
def test_each_action_takes_one_row_and_its_id_is_there_where_it_fits(build: Build, team_desk: Desk, width: int) -> None:
    many(team_desk, 1)
    acts = [act for act in ACTIONS if act.scope in SCREENS["queue"]]

    async def walk(pilot: Driving) -> None:
        await press(pilot, "question_mark")
        found = rows(pilot)
        assert found[0].startswith("Keys of this screen: Queue")
        assert "esc closes" in found[0]
        for act in acts:
            (row,) = [each for each in found if f" {act.help}" in each and "…" not in each]
            assert (act.id in row) is (width >= 100)

    drive(build(team_desk), walk, (width, 24))


@pytest.mark.parametrize(("glyphs", "ascii_only"), [("ascii", True), ("unicode", False)])
def test_the_bar_at_the_side_has_no_signs_that_a_console_lacks(
    build: Build, team_desk: Desk, glyphs: Literal["ascii", "unicode"], ascii_only: bool
) -> None:
    many(team_desk, 1)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "question_mark", "j")
        page = pilot.app.screen.query_one(VerticalScroll)
        bar = "".join(segment.text for row in page.vertical_scrollbar.render_lines(page.vertical_scrollbar.size.region)
                      for segment in row)  # fmt: skip
        assert page.show_vertical_scrollbar
        assert bar.isascii() is ascii_only

    drive(build(team_desk, User(glyphs=glyphs)), walk, (80, 24))


def test_the_palette_opens_with_what_acts_and_movement_comes_last(build: Build, team_desk: Desk) -> None:
    many(team_desk, 1)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "colon")
        assert isinstance(pilot.app.screen, CommandPalette)
        shown = pilot.app.screen.query_one(OptionList)
        words = [str(shown.get_option_at_index(at).prompt) for at in range(shown.option_count)]
        moving = [act.help for act in ACTIONS if act.scope == "move"]
        assert "open the candidate under the cursor" in words[0]
        assert all(any(each in word for each in moving) for word in words[-len(moving) :])
        refused = next(at for at, word in enumerate(words) if "stop the intake" in word)
        assert refused == len(words) - len(moving) - 1 or "not now" in words[refused + 1]

    drive(build(team_desk), walk, (120, 50))
