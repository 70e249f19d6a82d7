"""The queue by its keys: moving, marking, filtering, deciding; and that a verdict goes to what the person saw."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action
from qatui.flows import claims
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.settings.types import Team, User
from qatui.store import bookmarks
from qatui.store.candidates import get_many
from qatui.tui.app import Workstation
from qatui.tui.screens import verdicts
from qatui.tui.screens.frame import Frame
from qatui.tui.screens.queue import QueueScreen
from qatui.tui.widgets.diff_view import DiffView
from qatui.tui.widgets.lines import Line
from tests.conftest import seed
from tests.tui.conftest import Build, Clock, drive, many, press, settle

Driving = Pilot[Exception]


def queue(pilot: Driving) -> QueueScreen:
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, QueueScreen)
    return screen


def said(pilot: Driving) -> str:
    screen = pilot.app.screen
    assert isinstance(screen, Frame)
    return screen._said.text if screen._said else ""


def line(pilot: Driving, name: str) -> str:
    return pilot.app.screen.query_one(f"#{name}", Line).render_line(0).text


def state(desk: Desk, number: int) -> Candidate:
    with desk.db.read() as connection:
        return get_many(connection, desk.repository_id, [number])[number]


@pytest.fixture
def plain(desk: Desk) -> Desk:
    """A desk whose team has no checklist."""
    return replace(desk, team=Team(repository="acme/payments-api"))


def test_rows_title_and_preview(build: Build, plain: Desk) -> None:
    ids = many(plain, 5)

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)
        assert list(screen.lines.ids) == ids
        assert "acme/payments-api · main" in line(pilot, "title")
        assert "0 of 5 done, 5 left" in line(pilot, "title")
        assert "saved" in line(pilot, "title")
        document = screen.query_one(DiffView).document
        assert document is not None
        assert document.path == state(plain, ids[0]).path

    drive(build(plain), walk)


def test_moving_stays_within_and_shows_what_is_under_the_cursor(build: Build, plain: Desk) -> None:
    ids = many(plain, 30)

    async def walk(pilot: Driving) -> None:
        lines = queue(pilot).lines
        for pressed, index in (("k", 0), ("j", 1), ("down", 2), ("G", 29), ("j", 29), ("g", 0)):
            await press(pilot, pressed)
            assert lines.index == index, pressed
        await press(pilot, "ctrl+d", "pagedown")
        assert lines.index == 2 * (lines.room.height // 2)
        await press(pilot, "ctrl+u", "pageup")
        assert lines.index == 0
        await press(pilot, "G")
        assert lines.scroll_offset.y == 30 - lines.room.height
        assert queue(pilot).dossier is not None
        assert queue(pilot).dossier.candidate.id == ids[29]  # type: ignore[union-attr]

    drive(build(plain), walk)


def test_approve_goes_on_and_undo_comes_back(build: Build, plain: Desk) -> None:
    ids = many(plain, 4)

    async def walk(pilot: Driving) -> None:
        lines = queue(pilot).lines
        await press(pilot, "j", "a")
        assert state(plain, ids[1]).state is State.APPROVED
        assert lines.cursor == ids[2]
        assert said(pilot) == "approved test_orders_create_001.py · z undo"
        assert "1 of 4 done, 3 left" in line(pilot, "title")
        await press(pilot, "z")
        assert state(plain, ids[1]).state is State.PENDING
        assert lines.cursor == ids[1]
        assert said(pilot) == "taken back: approved test_orders_create_001.py · Z redo"
        await press(pilot, "Z")
        assert state(plain, ids[1]).state is State.APPROVED
        await press(pilot, "z", "z")
        assert said(pilot) == "nothing is left to take back"

    drive(build(plain), walk)


def test_enter_and_escape_change_no_verdict(build: Build, plain: Desk) -> None:
    ids = many(plain, 3)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "r", "1", "enter", "enter", "escape")
        await press(pilot, "space", "space", "a", "enter", "escape", "s", "enter", "escape")
        assert all(state(plain, number).verdict is None for number in ids)

    drive(build(plain), walk)


def test_reject_with_reason_and_note(build: Build, plain: Desk) -> None:
    ids = many(plain, 3)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "r", "y")
        assert len(pilot.app.screen_stack) == 2, "no reason was chosen yet"
        await press(pilot, "3", *"yes y", "enter", "y")
        verdict = state(plain, ids[0]).verdict
        assert verdict is not None
        assert (verdict.reason, verdict.note) == ("duplicate", "yes y")
        await press(pilot, "r", "6", "enter", "y")
        assert state(plain, ids[1]).verdict is None, "“other” wants a note"
        await press(pilot, "n")
        assert len(pilot.app.screen_stack) == 1

    drive(build(plain), walk)


def test_defer(build: Build, plain: Desk) -> None:
    ids = many(plain, 3)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "s", "2", "y")
        assert state(plain, ids[0]).deferred_until == plain.now() + 3 * 86_400_000
        await press(pilot, "s", "4", *"2h", "enter", "y")
        assert state(plain, ids[1]).deferred_until == plain.now() + 7_200_000

    drive(build(plain), walk)


def test_a_key_that_cannot_says_why(build: Build, plain: Desk) -> None:
    ids = many(plain, 2)
    claims.assign(plain, [ids[0]], "kim")

    async def walk(pilot: Driving) -> None:
        await press(pilot, "a")
        assert said(pilot) == "approve: claimed by @kim"
        assert state(plain, ids[0]).verdict is None
        await press(pilot, "t")
        assert "no checklist" in said(pilot)

    drive(build(plain), walk)


def test_marks_bulk_and_what_is_not_taken(build: Build, plain: Desk) -> None:
    ids = many(plain, 6)
    claims.assign(plain, [ids[1]], "kim")

    async def walk(pilot: Driving) -> None:
        lines = queue(pilot).lines
        await press(pilot, "v", "j", "j", "v")
        assert lines.marks == set(ids[:3])
        await press(pilot, "i")
        assert lines.marks == set(ids[3:])
        await press(pilot, "asterisk")
        assert lines.marks == set(ids)
        await press(pilot, "asterisk")
        assert not lines.marks
        await press(pilot, "g", "space", "space", "space")
        assert lines.marked() == ids[:3]
        assert "3 marked" in line(pilot, "filter-says")
        await press(pilot, "a", "n")
        assert all(state(plain, number).verdict is None for number in ids), "the default is No"
        await press(pilot, "a", "v")
        assert lines.cursor == ids[1]
        await press(pilot, "a", "y")
        assert [state(plain, number).state for number in ids[:3]] == [State.APPROVED, State.PENDING, State.APPROVED]
        assert lines.marks == {ids[1]}
        await press(pilot, "z")
        assert state(plain, ids[0]).verdict is None
        assert state(plain, ids[2]).verdict is None

    drive(build(plain), walk)


def test_letters_are_inert_while_typing_and_the_filter_filters(build: Build, plain: Desk) -> None:
    ids = many(plain, 14)
    wanted = [number for number in ids if "users" in state(plain, number).path]

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)
        await press(pilot, "slash", *"users")
        assert list(screen.lines.ids) == wanted
        assert pilot.app.is_running
        assert all(state(plain, number).verdict is None for number in ids)
        await press(pilot, "enter", "a")
        assert state(plain, wanted[0]).state is State.APPROVED
        await press(pilot, "slash", *"is:aproved")
        assert "did you mean is:approved?" in line(pilot, "filter-says")
        assert screen.filter == "is:open users is", "what was shown before the mistake stays"
        await press(pilot, "enter")
        assert "did you mean is:approved? · esc: as before" in line(pilot, "filter-says"), "Enter takes no mistake"
        assert screen.query_one("#filter", Input).value == "is:open users is:aproved"
        await press(pilot, "escape")
        assert screen.query_one("#filter", Input).value == "is:open users"
        await press(pilot, "slash", *"nowhere")
        assert "Nothing matches" in str(screen.query_one("#empty", Static).content)
        assert len(screen.lines.ids) == 0
        await press(pilot, "escape")
        assert list(screen.lines.ids) == wanted[1:]

    drive(build(plain), walk)


def test_cursor_and_marks_survive_a_refresh(build: Build, plain: Desk, as_reviewer: Callable[..., Desk]) -> None:
    ids = many(plain, 20)
    other = as_reviewer(plain, "kim")

    async def walk(pilot: Driving) -> None:
        lines = queue(pilot).lines
        await press(pilot, *["j"] * 9, "space")
        assert lines.cursor == ids[10]
        decide(other, ids[:4], Action.APPROVE)
        queue(pilot).backend.poll()
        await settle(pilot)
        assert list(lines.ids) == ids[4:]
        assert lines.cursor == ids[10]
        assert lines.marks == {ids[9]}
        assert "4 of 20 done" in line(pilot, "title")
        decide(other, [ids[10]], Action.APPROVE)
        queue(pilot).backend.poll()
        await settle(pilot)
        assert lines.cursor == ids[11], "the candidate is gone: the one in its place"

    drive(build(plain), walk)


def test_a_verdict_goes_to_what_was_under_the_cursor_when_the_key_went_down(build: Build, plain: Desk) -> None:
    ids = many(plain, 5)

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)
        before = time.monotonic()
        decide(plain, [ids[0]], Action.DEFER, until=plain.now() + 1000)
        screen.backend.poll()
        await settle(pilot)
        assert screen.lines.cursor == ids[1], "the list moved under the cursor"
        screen.pressed = before
        assert screen.targets().ids == [ids[0]]
        screen.pressed = time.monotonic()
        assert screen.targets().ids == [ids[1]]

    drive(build(plain), walk)


def test_a_verdict_binds_to_its_candidate_while_the_store_is_slow(build: Build, plain: Desk) -> None:
    """Somebody holds the store: three keys, a refresh and moves later each verdict is where its key went down."""
    ids = many(plain, 8)
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with plain.db.write():
            held.set()
            free.wait(20)

    holder = threading.Thread(target=hold)

    async def walk(pilot: Driving) -> None:
        holder.start()
        assert held.wait(10)
        for pressed in ("a", "j", "a", "G"):
            await pilot.press(pressed)
        assert queue(pilot).backend.unsaved == 2
        assert "saving 2" in line(pilot, "title")
        assert all(state(plain, number).verdict is None for number in ids)
        free.set()
        holder.join()
        await settle(pilot)
        given = [number for number in ids if state(plain, number).state is State.APPROVED]
        assert given == [ids[0], ids[2]]
        assert "saved" in line(pilot, "title")

    drive(build(plain), walk)


def test_new_content_since_the_look_is_refused(build: Build, plain: Desk) -> None:
    ids = many(plain, 2)

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)
        screen.backend.decide(ids[:1], Action.APPROVE, expected={ids[0]: "0" * 64})
        await settle(pilot)
        assert "not approved test_refunds_000.py: its content changed since you looked" in said(pilot)
        assert state(plain, ids[0]).verdict is None

    drive(build(plain), walk)


def test_a_restart_comes_back_to_candidate_filter_and_marks(build: Build, plain: Desk) -> None:
    ids = many(plain, 30)

    async def first(pilot: Driving) -> None:
        await press(pilot, "slash", *"-flaky", "enter", "G", "k", "k", "space")

    drive(build(plain), first)
    with plain.db.read() as connection:
        kept = bookmarks.recall(connection, plain.repository_id, plain.reviewer, "place")
    assert kept == {"screen": "queue", "candidate": ids[28]}

    async def second(pilot: Driving) -> None:
        screen = queue(pilot)
        assert screen.filter == "is:open -flaky"
        assert screen.lines.cursor == ids[28]
        assert screen.lines.marks == {ids[27]}

    drive(build(plain), second)


def test_assign_claim_release(build: Build, team_desk: Desk) -> None:
    ids = many(team_desk, 3)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "w", "y")
        assert state(team_desk, ids[0]).assignee == team_desk.reviewer
        await press(pilot, "w", "y")
        assert state(team_desk, ids[0]).assignee is None
        await press(pilot, "w", "3", "enter", "y")
        assert state(team_desk, ids[0]).assignee is None, "to whom?"
        await press(pilot, "enter", *"kim", "enter", "y")
        assert state(team_desk, ids[0]).assignee == "kim"
        await press(pilot, "z")
        assert state(team_desk, ids[0]).assignee is None

    drive(build(team_desk), walk)


def test_checklist_opens_the_way_to_approve(build: Build, team_desk: Desk) -> None:
    ids = many(team_desk, 2)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "a")
        assert "1 required open" in said(pilot)
        await press(pilot, "t", "j", "space", "space", "k", "1", "9", "escape", "a")
        assert state(team_desk, ids[0]).state is State.APPROVED

    drive(build(team_desk), walk)


def test_a_comment_and_its_draft(build: Build, team_desk: Desk) -> None:
    ids = many(team_desk, 2)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "C", *"half", "escape")
        await press(pilot, "C", *" done", "enter", *"a", "ctrl+s")
        assert queue(pilot).dossier is not None
        assert [each.body for each in queue(pilot).dossier.comments] == ["half done\na"]  # type: ignore[union-attr]
        await press(pilot, "C")
        assert pilot.app.screen.query_one("#body").text == ""  # type: ignore[attr-defined]
        await press(pilot, "ctrl+s", "escape")
        assert state(team_desk, ids[0]).verdict is None

    drive(build(team_desk), walk)


def test_copies(build: Build, plain: Desk) -> None:
    ids = many(plain, 2)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "y")
        assert pilot.app.clipboard == state(plain, ids[0]).path
        await press(pilot, "Y")
        assert pilot.app.clipboard == str(ids[0])

    drive(build(plain), walk)


def test_open_goes_to_the_review_screen(build: Build, plain: Desk) -> None:
    ids = many(plain, 2)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "enter")
        assert getattr(pilot.app.screen, "NAME", "") == "review"
        assert state(plain, ids[0]).state is State.IN_REVIEW

    drive(build(plain), walk)


def test_palette_and_theme(build: Build, plain: Desk) -> None:
    ids = many(plain, 2)
    app: Workstation = build(plain)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "colon", *"candidate.approve", "enter")
        assert state(plain, ids[0]).state is State.APPROVED
        for name in ("light", "contrast", "dark"):
            await press(pilot, "ctrl+p", *"next theme", "enter")
            assert app.theme == name

    drive(app, walk)


def test_a_hundred_thousand_lines(build: Build, plain: Desk) -> None:
    """Only what is seen is drawn or read; marking all and going to the end do not look at every line."""
    ids = many(plain, 3)

    async def walk(pilot: Driving) -> None:
        screen = queue(pilot)
        lines = screen.lines
        every = [*ids, *range(10_000, 110_000)]
        missing: list[int] = []
        screen.backend.load_rows = lambda asker, ids: missing.extend(ids)  # type: ignore[method-assign]
        lines.show(every, lines.rows)
        lines.go(len(every) - 1)
        lines.mark_all()
        await pilot.pause()
        assert len(lines.marks) == len(every)
        assert 0 < len(set(missing)) <= 200
        assert len(lines._strips) <= 2 * lines.room.height

    drive(build(plain), walk)


def test_help_scrolls_and_goes(build: Build, plain: Desk) -> None:
    ids = many(plain, 2)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "question_mark", "j", "j", "k")
        page = pilot.app.screen.query_one(".page")
        assert page.scroll_offset.y == 1
        await press(pilot, "a", "escape")
        assert len(pilot.app.screen_stack) == 1
        assert state(plain, ids[0]).verdict is None

    drive(build(plain), walk, (80, 24))


def test_the_checklist_of_many_is_answered_at_once(build: Build, team_desk: Desk) -> None:
    ids = many(team_desk, 3)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "asterisk", "a")
        assert "Approve 0 of 3" in shown(pilot)
        await press(pilot, "escape", "t")
        assert "of 3 tests" in shown(pilot)
        await press(pilot, *"123", "escape")
        await press(pilot, "a", "y")
        assert all(state(team_desk, number).state is State.APPROVED for number in ids)

    def shown(pilot: Driving) -> str:
        return str(pilot.app.screen.query_one("#question", Static).content)

    drive(build(team_desk), walk)


def test_one_mark_elsewhere_is_asked_about_by_name(build: Build, plain: Desk) -> None:
    ids = many(plain, 4)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "space", "j", "a")
        assert "Approve test_refunds_000.py?" in asked(pilot)
        assert "the cursor is on another" in asked(pilot)
        assert all(state(plain, number).verdict is None for number in ids)
        await press(pilot, "y")
        assert state(plain, ids[0]).state is State.APPROVED
        assert said(pilot) == "approved test_refunds_000.py · z undo"
        assert queue(pilot).lines.cursor == ids[2], "the cursor was not on it"
        await press(pilot, "space", "k", "a")
        assert state(plain, ids[2]).state is State.APPROVED, "the mark is where the cursor is"

    drive(build(plain), walk)


def asked(pilot: Driving) -> str:
    return str(pilot.app.screen.query_one("#question", Static).content)


def test_what_is_refused_stays_marked_and_is_told(build: Build, plain: Desk) -> None:
    ids = many(plain, 4)
    claims.assign(plain, ids[:2], "kim")

    async def walk(pilot: Driving) -> None:
        await press(pilot, "asterisk", "a", "y")
        assert said(pilot) == "approved 2 · 2 stay marked · z undo"
        assert queue(pilot).lines.marks == set(ids[:2])
        await press(pilot, "escape")
        assert queue(pilot).lines.marks == set()
        assert said(pilot) == "2 no longer marked"

    drive(build(plain), walk)


def test_a_mark_goes_with_the_verdict_of_somebody_else(
    build: Build, plain: Desk, as_reviewer: Callable[..., Desk]
) -> None:
    ids = many(plain, 5)
    kim = as_reviewer(plain, "kim")

    async def walk(pilot: Driving) -> None:
        await press(pilot, "space", "space", "space", "slash", *"nowhere", "enter")
        assert queue(pilot).lines.marks == set(ids[:3]), "the filter hides them, no more"
        await press(pilot, "slash", *["backspace"] * 8, "enter")
        decide(kim, [ids[1]], Action.REJECT, reason="duplicate")
        queue(pilot).backend.poll()
        await settle(pilot)
        assert queue(pilot).lines.marks == {ids[0], ids[2]}
        assert "2 marked" in line(pilot, "filter-says")

    drive(build(plain), walk)
    with plain.db.read() as connection:
        kept = bookmarks.recall(connection, plain.repository_id, plain.reviewer, "marks")
    assert kept == [ids[0], ids[2]]


def test_the_verdict_of_somebody_else_under_the_cursor_is_told_and_waited_for(
    build: Build, plain: Desk, as_reviewer: Callable[..., Desk]
) -> None:
    ids = many(plain, 5)
    kim = as_reviewer(plain, "kim")
    app = build(plain)
    clock = app.turns.clock
    assert isinstance(clock, Clock)

    async def walk(pilot: Driving) -> None:
        decide(kim, [ids[0]], Action.REJECT, reason="duplicate")
        queue(pilot).backend.poll()
        await settle(pilot)
        assert said(pilot) == "test_refunds_000.py is rejected by @kim: duplicate; the cursor is on another now"
        clock.ahead -= 60
        await press(pilot, "a")
        assert state(plain, ids[1]).verdict is None
        assert said(pilot) == "approve: the test under the cursor is another now; press again"
        clock.ahead += 60
        await press(pilot, "a")
        assert state(plain, ids[1]).state is State.APPROVED

    drive(app, walk)


def test_hidden_characters_are_a_warning_where_a_verdict_can_be_given(build: Build, plain: Desk) -> None:
    many(plain, 2)
    turned = "def test_admin():\n    access = 'user\u202e \u2066# only admins\u2069 \u2066'\n    assert access\n"
    seed(plain, {"tests/api/test_admin.py": turned})

    async def walk(pilot: Driving) -> None:
        assert "hidden" not in line(pilot, "standing")
        await press(pilot, "G")
        assert "▲ hidden characters turn the direction of line 2" in line(pilot, "standing")
        await press(pilot, "asterisk", "a")
        assert "1 with hidden characters" in asked(pilot)
        assert "tests/api/test_admin.py" in asked(pilot)
        await press(pilot, "escape", "r")
        assert "hidden characters" not in asked(pilot), "who rejects needs no warning"

    drive(build(plain), walk)


def test_more_than_a_question_can_look_into_is_told(build: Build, plain: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    many(plain, 5)
    monkeypatch.setattr(verdicts, "LOOKED_INTO", 3)
    monkeypatch.setattr(verdicts, "READ_AT_ONCE", 2)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "asterisk", "a")
        assert "hidden characters were not looked for in 2 of them" in asked(pilot)

    drive(build(plain), walk)


def test_dead_keys_say_why(build: Build, plain: Desk) -> None:
    many(plain, 2)
    app = build(plain, User(keys={"app.quit": "f10", "queue.invert": ","}))

    async def walk(pilot: Driving) -> None:
        for pressed, words in (
            ("ctrl+c", "f10 leaves; everything is saved already"),
            ("q", "quit: your key for it is f10"),
            ("i", "invert: your key for it is ,"),
            ("J", "next: only in a review"),
        ):
            await press(pilot, pressed)
            assert said(pilot) == words
        await press(pilot, "enter", "space")
        assert said(pilot) == "mark: only in the queue"
        await press(pilot, "escape", "2", "z")
        assert said(pilot) == "undo: only in the queue"
        await press(pilot, "1", "r", "ctrl+c")
        assert said_below(pilot) == "esc closes this, then f10 leaves"

    def said_below(pilot: Driving) -> str:
        piece = queue(pilot)._said
        return piece.text if piece else ""

    drive(app, walk)


def test_a_dialog_leaves_what_it_asks_about_in_sight(build: Build, plain: Desk) -> None:
    many(plain, 8)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "space", "space", "space", "r")
        box = pilot.app.screen.query_one(".box").region
        rows = queue(pilot).lines.region
        assert box.y >= rows.y + 3, "the marked rows are above it"
        assert (box.x, box.width, box.bottom) == (0, 120, 36)

    drive(build(plain), walk)


def test_undo_names_what_it_cannot_take_back(build: Build, plain: Desk, as_reviewer: Callable[..., Desk]) -> None:
    ids = many(plain, 3)
    kim = as_reviewer(plain, "kim")

    async def walk(pilot: Driving) -> None:
        await press(pilot, "a")
        decide(kim, [ids[0]], Action.REJECT, reason="duplicate")
        queue(pilot).backend.poll()
        await settle(pilot)
        await press(pilot, "z")
        assert said(pilot).startswith("not taken back: approved test_refunds_000.py: has moved on since: now rejected")
        assert said(pilot).endswith("again: the one before it")

    drive(build(plain), walk)
