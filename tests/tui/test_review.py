"""The review screen on a real desk: from candidate to candidate, verdicts, comments, warnings, the place kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from textual.pilot import Pilot

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.flows import review as reviewing
from qatui.flows.claims import claim
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.render import palette
from qatui.settings.types import User
from qatui.store import bookmarks, candidates, reviews
from qatui.tui.screens.queue import QueueScreen
from qatui.tui.screens.review import ReviewScreen
from qatui.tui.widgets.diff_head import DiffHead
from qatui.tui.widgets.lines import Line
from qatui.tui.widgets.side_pane import SidePane
from tests.conftest import Project, seed
from tests.tui.conftest import Build, drive, keys, press, settle

Walker = Pilot[Exception]

BASE = "".join(f"def test_{at}(client):\n    assert client.get('/{at}').status == 200\n\n" for at in range(30))
PROPOSED = BASE.replace("'/3').status == 200", "'/v2/3').status in (200, 201)").replace(
    "    assert client.get('/20').status == 200\n",
    "    r = client.get('/20')\n\tassert r.json()['名前'] == '日本語 😀'\r\n",
)
NEW = "def test_admin(client):\n\n\n\n    access = 'user\u202e \u2066# only admins\u2069 \u2066'\n    assert access\n"


@pytest.fixture
def shelf(project: Project, team_desk: Desk) -> tuple[Desk, list[int]]:
    """Three candidates in the order of the queue: a changed file, a new one with hidden characters, a long one."""
    commit = project.commit({"tests/test_all.py": BASE})
    desk = replace(team_desk, base=replace(team_desk.base, commit=commit))
    long = "x = '" + "a" * 300 + "'\n" + "".join(f"def test_{at}(): assert True\n" for at in range(80))
    ids = seed(desk, {"tests/test_all.py": PROPOSED}, priority=3, title="All answer", author="gpt-x")
    ids += seed(desk, {"tests/api/test_admin.py": NEW}, priority=2, title="Admins", author="gpt-x")
    ids += seed(desk, {"tests/api/test_long.py": long}, priority=1, title="Long", author="gpt-y")
    return desk, ids


def at_review(pilot: Walker) -> ReviewScreen:
    """The screen on top, which is a review."""
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    return screen


def line(pilot: Walker, name: str) -> str:
    """A line of the screen as it reads."""
    widget = pilot.app.screen.query_one(name, Line)
    return widget.render_line(0).text if widget.display else ""


def shown(pilot: Walker) -> str:
    """The diff as it reads."""
    view = at_review(pilot).diff
    return "\n".join(strip.text.rstrip() for strip in view.render_lines(view.scrollable_content_region.reset_offset))


def said(pilot: Walker) -> str:
    """What was just said."""
    piece = at_review(pilot)._said
    return piece.text if piece is not None else ""


def state(desk: Desk, number: int) -> State:
    with desk.db.read() as connection:
        return candidates.get_many(connection, desk.repository_id, [number])[number].state


Shelf = tuple[Desk, list[int]]


def test_enter_opens_and_puts_in_review(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        assert at_review(pilot).at_hand() == ids[0]
        assert state(desk, ids[0]) is State.IN_REVIEW
        title = line(pilot, "#title")
        assert "tests/test_all.py" in title
        assert "1 of 3" in title
        assert "change 1/2" in title
        assert "in review" in line(pilot, "#tabs")
        assert "'/v2/3').status in (200, 201)" in shown(pilot)
        assert pilot.app.screen.query_one(DiffHead).render_line(0).text.count("│") == 1
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, QueueScreen)

    drive(build(desk), walk)


def test_blanks_count_as_the_person_wants_for_every_candidate(build: Build, project: Project, team_desk: Desk) -> None:
    commit = project.commit({"tests/test_all.py": BASE, "tests/test_more.py": BASE})
    desk = replace(team_desk, base=replace(team_desk.base, commit=commit))
    other = BASE.replace("    assert", "\tassert").replace("'/3'", "'/v2/3'")
    seed(desk, {"tests/test_all.py": other, "tests/test_more.py": other})

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        assert "change 1/30" in line(pilot, "#title")
        await press(pilot, "b", "b")
        assert "-w" in line(pilot, "#title")
        assert "blanks are no change" in said(pilot)
        assert at_review(pilot).diff.hunk[1] == 1
        await press(pilot, "J")
        assert at_review(pilot).diff.hunk[1] == 1, "the next one too"
        await press(pilot, "b", "b")
        assert at_review(pilot).diff.hunk[1] == 30

    drive(build(desk), walk)


def test_next_and_previous_keep_the_ways_of_showing(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter", "vertical_line", "plus", "J")
        assert at_review(pilot).at_hand() == ids[1]
        assert "2 of 3" in line(pilot, "#title")
        await press(pilot, "J", "J")
        assert at_review(pilot).at_hand() == ids[2]
        assert "last candidate" in said(pilot)
        await press(pilot, "K", "K", "K")
        assert at_review(pilot).at_hand() == ids[0]
        assert "first candidate" in said(pilot)
        assert not at_review(pilot).diff.paired
        assert at_review(pilot).diff.context == 10
        await press(pilot, "J", "escape")
        screen = pilot.app.screen
        assert isinstance(screen, QueueScreen)
        assert screen.lines.cursor == ids[1]

    drive(build(desk), walk)


def test_verdicts_go_on_to_the_next_and_at_the_end_back(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf
    for number in ids:
        reviewing.answer(desk, [number], "negative", True)

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter", "J", "a")
        assert state(desk, ids[1]) is State.APPROVED
        assert at_review(pilot).at_hand() == ids[2]
        await press(pilot, "r", "1", "enter", "y")
        assert state(desk, ids[2]) is State.REJECTED
        assert at_review(pilot).at_hand() == ids[0]
        await press(pilot, "z")
        assert state(desk, ids[2]) is State.IN_REVIEW
        assert at_review(pilot).at_hand() == ids[2]
        await press(pilot, "a", "a")
        assert state(desk, ids[2]) is State.APPROVED
        assert state(desk, ids[0]) is State.APPROVED
        assert isinstance(pilot.app.screen, QueueScreen)

    drive(build(desk), walk)


def test_a_verdict_is_for_what_was_on_the_screen(build: Build, shelf: Shelf) -> None:
    """A key that went down before this candidate came into sight decides nothing."""
    desk, ids = shelf
    reviewing.answer(desk, [ids[0]], "negative", True)

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        screen = at_review(pilot)
        screen.pressed = screen._since - 1
        screen.do_approve()
        await settle(pilot)
        assert state(desk, ids[0]) is State.IN_REVIEW
        assert "press again" in said(pilot)

    drive(build(desk), walk)


def test_a_verdict_that_is_not_taken_leads_back(
    build: Build, shelf: Shelf, as_reviewer: Callable[[Desk, str], Desk]
) -> None:
    """Somebody claimed it in the same moment: one is told so, and is there again."""
    desk, ids = shelf
    reviewing.answer(desk, [ids[0]], "negative", True)

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        claim(as_reviewer(desk, "kim"), [ids[0]])
        await press(pilot, "a")
        assert state(desk, ids[0]) is State.IN_REVIEW
        assert at_review(pilot).at_hand() == ids[0]
        assert "claimed by @kim" in said(pilot)

    drive(build(desk), walk)


def test_what_refuses_approval_is_said(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter", "a")
        assert state(desk, ids[0]) is State.IN_REVIEW
        assert "A negative case is there" in said(pilot)
        await press(pilot, "t", "1", "escape", "a")
        assert state(desk, ids[0]) is State.APPROVED

    drive(build(desk), walk)


def test_hidden_characters_are_warned_of_and_shown(build: Build, shelf: Shelf) -> None:
    desk, _ = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        assert line(pilot, "#warnings") == ""
        await press(pilot, "J")
        assert "direction of line 5" in line(pilot, "#warnings")
        assert "‹U+202E›" in shown(pilot)
        assert "new file" in pilot.app.screen.query_one(DiffHead).render_line(0).text

    drive(build(desk), walk)


def test_a_base_that_moved_is_warned_of(build: Build, project: Project, shelf: Shelf) -> None:
    desk, _ = shelf
    commit = project.commit({"tests/test_all.py": "# other\n" + BASE})
    moved = replace(desk, base=replace(desk.base, commit=commit))

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        assert "base moved" in line(pilot, "#warnings")
        assert commit[:7] in pilot.app.screen.query_one(DiffHead).render_line(0).text
        assert "# other" in shown(pilot) or at_review(pilot).diff.hunk[1] == 3

    drive(build(moved), walk)


def test_the_teams_settings_are_warned_of(build: Build, team_desk: Desk) -> None:
    seed(team_desk, {"tests/qatui.yaml": "base: main\n"}, path="qatui.yaml")

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        assert "team's settings" in line(pilot, "#warnings")

    drive(build(team_desk), walk)


def test_changes_folds_and_long_lines(build: Build, shelf: Shelf) -> None:
    desk, _ = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter", "right_square_bracket")
        assert "change 2/2" in line(pilot, "#title")
        await press(pilot, "right_square_bracket")
        assert "no change below" in said(pilot)
        await press(pilot, "left_square_bracket", "left_square_bracket")
        assert "no change above" in said(pilot)
        await press(pilot, "enter")
        assert "no folded lines" in said(pilot)
        await press(pilot, "g", "enter")
        assert "def test_0(client)" in shown(pilot)
        await press(pilot, "plus", "plus", "plus", "plus")
        assert "whole file, no step further" in said(pilot)
        assert "unchanged" not in shown(pilot)
        await press(pilot, "minus", "minus", "minus", "minus", "minus")
        assert "1 unchanged line around changes, no step further" in said(pilot)
        await press(pilot, "J", "J")
        assert "aaa" in shown(pilot)
        before = shown(pilot)
        await press(pilot, "right", "right")
        assert shown(pilot) != before
        await press(pilot, "left", "left")
        assert shown(pilot) == before
        await press(pilot, "G", "k", "j", "ctrl+u", "ctrl+d")
        assert "test_79" in shown(pilot)

    drive(build(desk), walk)


def test_a_comment_on_the_line_stands_below_it(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter", "g", "c")
        assert "no line is here" in said(pilot)
        await press(pilot, "right_square_bracket", "c", *"why", "ctrl+s")
        assert "robin@example.test: why" in shown(pilot)
        assert "1 comment" in line(pilot, "#tabs")
        with desk.db.read() as connection:
            found = reviews.comments(connection, [ids[0]])[ids[0]]
        assert [(each.side, each.line, each.body) for each in found] == [("new", 11, "why")]

    drive(build(desk), walk)


def test_a_comment_stays_with_the_revision_it_was_begun_on(build: Build, shelf: Shelf) -> None:
    """While one writes, intake brings a revision: its line of that number is another."""
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter", "right_square_bracket", "c", *"why")
        ingest(desk, [Proposal("tests/test_all.py", b"# new\n" + PROPOSED.encode(), "again")], source="again")
        await press(pilot, "ctrl+s")
        assert "it stays with revision 1" in said(pilot)
        with desk.db.read() as connection:
            found = reviews.comments(connection, [ids[0]])[ids[0]]
        assert [(each.revision, each.side, each.line) for each in found] == [(1, "new", 62)]
        assert "why" not in shown(pilot)
        assert "rev 1 · line 62" in str(cast(Any, pilot.app.screen.query_one(SidePane).query_one("Static")).render())

    drive(build(desk), walk, (160, 45))


def test_a_comment_of_an_older_revision_stands_in_the_pane_only(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf
    reviewing.comment(desk, [ids[0]], "about the old text\x1b[31m", side="new", line=11)
    from qatui.store.schema import candidate

    with desk.db.write() as connection:
        connection.execute(candidate.update().where(candidate.c.id == ids[0]).values(revision=2, version=9))

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        assert "about the old text" not in shown(pilot)
        pane = pilot.app.screen.query_one(SidePane)
        assert pane.display
        text = str(cast(Any, pane.query_one("Static")).render())
        assert "about the old text␛[31m" in text
        assert "rev 1 · line 11" in text

    drive(build(desk), walk, (160, 45))


def test_the_pane_comes_and_goes(build: Build, shelf: Shelf) -> None:
    desk, _ = shelf

    def pane(pilot: Walker) -> tuple[bool, bool]:
        found = pilot.app.screen.query_one(SidePane)
        return bool(found.display), found.has_class("over")

    async def wide(pilot: Walker) -> None:
        seen = []
        for key in ("enter", "p", "p"):
            await press(pilot, key)
            seen.append(pane(pilot))
        assert seen == [(True, False), (False, False), (True, False)]
        await pilot.resize_terminal(90, 30)
        pilot.app.theme = "light"
        await settle(pilot)
        assert pane(pilot) == (True, True)
        drawn = cast(Any, pilot.app.screen.query_one(SidePane).query_one("Static")).content
        papers = {str(each.style).rpartition(" on ")[2] for each in drawn.spans}
        assert papers == {palette.TOKENS["light"]["panel"]}

    async def narrow(pilot: Walker) -> None:
        seen = []
        for key in ("enter", "p", "escape"):
            await press(pilot, key)
            seen.append(pane(pilot))
        assert seen == [(False, True), (True, True), (False, True)]
        assert at_review(pilot)

    drive(build(desk), wide, (160, 45))
    drive(build(desk), narrow, (80, 24))


def test_a_start_comes_back_to_candidate_and_line(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf

    async def leave(pilot: Walker) -> None:
        await press(pilot, "enter", "J", "j", "j", "j")
        await pilot.pause(0.6)
        await settle(pilot)
        with desk.db.read() as connection:
            place = bookmarks.recall(connection, desk.repository_id, desk.reviewer, "place")
        assert place == {"screen": "review", "candidate": ids[1], "side": "new", "line": 3}

    async def again(pilot: Walker) -> None:
        await settle(pilot)
        assert at_review(pilot).at_hand() == ids[1]
        assert at_review(pilot).diff.place == ("new", 3)
        await press(pilot, "escape")
        await settle(pilot)
        with desk.db.read() as connection:
            place = bookmarks.recall(connection, desk.repository_id, desk.reviewer, "place")
        assert place == {"screen": "queue", "candidate": ids[1]}

    drive(build(desk), leave)
    drive(build(desk), again)


def test_what_somebody_else_does_is_seen(build: Build, shelf: Shelf, as_reviewer: Callable[[Desk, str], Desk]) -> None:
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        decide(as_reviewer(desk, "kim"), [ids[0]], Action.REJECT, reason="duplicate")
        for _ in range(40):
            await pilot.pause(0.05)
            await settle(pilot)
            if "rejected by @kim" in line(pilot, "#tabs"):
                break
        assert "rejected by @kim: duplicate" in line(pilot, "#tabs")
        assert at_review(pilot).at_hand() == ids[0]

    drive(build(desk), walk)


def test_a_question_can_lead_to_a_candidate(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        await press(pilot, "enter")
        at_review(pilot).view(ids[2])
        await settle(pilot)
        assert at_review(pilot).at_hand() == ids[2]
        at_review(pilot).view(999)
        assert at_review(pilot).at_hand() == ids[2]

    drive(build(desk), walk)


def test_a_candidate_outside_of_the_list_comes_first(build: Build, shelf: Shelf) -> None:
    desk, ids = shelf

    async def walk(pilot: Walker) -> None:
        pilot.app.push_screen(ReviewScreen(ids[1:], ids[0]))
        await settle(pilot)
        assert at_review(pilot).at_hand() == ids[0]
        assert "1 of 3" in line(pilot, "#title")

    drive(build(desk), walk)


SIZES = [(80, 24), (120, 36), (160, 45), (200, 60)]


@pytest.fixture
def told(shelf: Shelf) -> Desk:
    """The shelf with something said and ticked."""
    desk, ids = shelf
    reviewing.answer(desk, [ids[0]], "clean", True)
    reviewing.comment(desk, [ids[0]], "Both 200 and 201? Say which one the plan wants, and why.", side="new", line=11)
    reviewing.comment(desk, [ids[0]], "Ask Kim about 日本語.")
    return desk


@pytest.mark.svg
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_changed_file(snap_compare: Any, build: Build, told: Desk, size: tuple[int, int]) -> None:
    """Two sides (stacked at 80), words that differ, the tab and CR marks, the comment; the pane from 140."""
    assert snap_compare(build(told), terminal_size=size, run_before=keys("enter"))


@pytest.mark.svg
@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_themes(snap_compare: Any, build: Build, told: Desk, theme: Any) -> None:
    """Everything legible; added, removed and changed told by sign too."""
    assert snap_compare(build(told, User(theme=theme)), terminal_size=(160, 45), run_before=keys("enter"))


@pytest.mark.svg
def test_ascii(snap_compare: Any, build: Build, told: Desk) -> None:
    """No sign outside of ASCII but in the text itself and its marks."""
    assert snap_compare(build(told, User(glyphs="ascii")), terminal_size=(120, 36), run_before=keys("enter"))


@pytest.mark.svg
def test_without_colours(snap_compare: Any, build: Build, told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Greys only."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(build(told), terminal_size=(120, 36), run_before=keys("enter"))


@pytest.mark.svg
@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
def test_new_file(snap_compare: Any, build: Build, told: Desk, size: tuple[int, int]) -> None:
    """One column; the warning about hidden characters; the marks where they stand."""
    assert snap_compare(build(told), terminal_size=size, run_before=keys("enter", "J"))


@pytest.mark.svg
def test_long_line(snap_compare: Any, build: Build, told: Desk) -> None:
    """A line that goes on ends with a sign for it."""
    assert snap_compare(build(told), terminal_size=(80, 24), run_before=keys("enter", "J", "J"))


@pytest.mark.svg
def test_pane_over(snap_compare: Any, build: Build, told: Desk) -> None:
    """The pane over the diff: checklist, comments, revisions."""
    assert snap_compare(build(told), terminal_size=(80, 24), run_before=keys("enter", "p"))


@pytest.mark.svg
def test_empty_file(snap_compare: Any, build: Build, team_desk: Desk) -> None:
    """An empty file says that it is."""
    seed(team_desk, {"tests/test_nothing.py": ""})
    assert snap_compare(build(team_desk), terminal_size=(80, 24), run_before=keys("enter"))
