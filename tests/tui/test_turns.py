"""Bursts: what is typed after a key that opens something goes to what it opens, and a dialog goes once."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from qatui.domain.candidate import Candidate
from qatui.flows.desk import Desk
from qatui.settings.types import Team
from qatui.store import reviews
from qatui.store.candidates import get_many
from qatui.tui.app import Workstation
from qatui.tui.dialogs.question import Question
from qatui.tui.screens.help import HelpScreen
from qatui.tui.screens.queue import QueueScreen
from qatui.tui.turns import QUIET_SECONDS
from tests.tui.conftest import Build, Clock, drive, many, press, settle

Driving = Pilot[Exception]
NAMES = {
    "\r": "enter",
    "\x1b": "escape",
    "\x13": "ctrl+s",
    " ": "space",
    "/": "slash",
    "?": "question_mark",
    ":": "colon",
}


@pytest.fixture
def plain(desk: Desk) -> Desk:
    """A desk whose team has no checklist."""
    return replace(desk, team=Team(repository="acme/payments-api"))


async def burst(pilot: Driving, text: str) -> None:
    """All keys in one read of the terminal, as the driver hands them to the app."""
    driver = pilot.app._driver
    assert driver is not None
    for character in text:
        driver.send_message(events.Key(NAMES.get(character, character), character))
    await settle(pilot)


def queue(pilot: Driving) -> QueueScreen:
    """The screen at the bottom."""
    screen = pilot.app.screen_stack[0]
    assert isinstance(screen, QueueScreen)
    return screen


def found(desk: Desk, ids: list[int]) -> list[Candidate]:
    """The candidates as the store has them."""
    with desk.db.read() as connection:
        every = get_many(connection, desk.repository_id, ids)
    return [every[number] for number in ids]


def verdicts(desk: Desk, ids: list[int]) -> list[int]:
    """Those with a verdict."""
    return [each.id for each in found(desk, ids) if each.verdict is not None]


def test_a_filter_typed_in_a_burst_is_a_filter(build: Build, plain: Desk) -> None:
    ids = many(plain, 14)

    async def walk(pilot: Driving) -> None:
        await burst(pilot, "/auth")
        assert queue(pilot).query_one("#filter", Input).value == "is:open auth"
        assert verdicts(plain, ids) == []

    drive(build(plain), walk)


def test_a_verdict_waits_for_the_list_of_a_filter_just_typed(build: Build, plain: Desk) -> None:
    ids = many(plain, 14)
    wanted = [each.id for each in found(plain, ids) if "auth" in each.path]

    async def walk(pilot: Driving) -> None:
        await burst(pilot, "/auth\ra*r")
        assert verdicts(plain, ids) == [], "what is pressed before the list is there means no line of it"
        assert list(queue(pilot).lines.ids) == wanted
        assert queue(pilot).lines.marks == set()
        assert pilot.app.screen is queue(pilot)
        await press(pilot, "a")
        assert verdicts(plain, ids) == wanted[:1]

    drive(build(plain), walk)


@pytest.mark.parametrize("text", ["ra", "r7always true", "sa", "wa", ":a", "?a", "Pa"])
def test_letters_after_a_key_that_opens_something_are_no_verdict(build: Build, plain: Desk, text: str) -> None:
    ids = many(plain, 4)

    async def walk(pilot: Driving) -> None:
        await burst(pilot, text)
        assert len(pilot.app.screen_stack) == 2
        assert verdicts(plain, ids) == []
        assert queue(pilot).lines.marks == set()

    drive(build(plain), walk)


def test_a_note_typed_in_a_burst_is_the_note(build: Build, plain: Desk) -> None:
    ids = many(plain, 4)

    async def walk(pilot: Driving) -> None:
        await burst(pilot, "r1no assertion, really a copy\ry")
        assert verdicts(plain, ids) == [ids[0]]
        verdict = found(plain, ids)[0].verdict
        assert verdict is not None
        assert (verdict.reason, verdict.note) == ("asserts-nothing", "no assertion, really a copy")

    drive(build(plain), walk)


def test_a_comment_typed_in_a_burst_is_the_comment(build: Build, plain: Desk) -> None:
    ids = many(plain, 4)

    async def walk(pilot: Driving) -> None:
        await burst(pilot, "Ca")
        assert pilot.app.screen.query_one(TextArea).text == "a"
        await press(pilot, "escape")
        await press(pilot, "C")
        await burst(pilot, "nd\x13")
        with plain.db.read() as connection:
            assert [each.body for each in reviews.comments(connection, ids[:1])[ids[0]]] == ["and"]
        assert verdicts(plain, ids) == []

    drive(build(plain), walk)


def test_a_paste_goes_where_the_key_before_it_led(build: Build, plain: Desk) -> None:
    many(plain, 4)

    async def walk(pilot: Driving) -> None:
        driver = pilot.app._driver
        assert driver is not None
        driver.send_message(events.Key("slash", "/"))
        driver.send_message(events.Paste("users"))
        driver.send_message(events.Key("x", "x"))
        await settle(pilot)
        assert queue(pilot).query_one("#filter", Input).value == "is:open usersx"

    drive(build(plain), walk)


CLOSED_TWICE = [
    ("r", "nn"),
    ("r", "qq"),
    ("r1\r", "yy"),
    ("s1", "yy"),
    ("w", "nn"),
    ("w", "yy"),
    ("t", "tt"),
    ("t", "qq"),
    ("r", "\x1b\x1b"),
    ("?", "??"),
    ("?", "qq"),
    ("Chello", "\x13\x13"),
    (":copy id\r", "\r\r"),
    ("r", "na"),
]


@pytest.mark.parametrize("first", ["", "\r"], ids=["queue", "review"])
@pytest.mark.parametrize(("opening", "closing"), CLOSED_TWICE)
def test_a_dialog_goes_once(build: Build, team_desk: Desk, first: str, opening: str, closing: str) -> None:
    ids = many(team_desk, 3)

    async def walk(pilot: Driving) -> None:
        for part in filter(None, (first, opening, closing)):
            await burst(pilot, part)
        assert pilot.app.is_running
        assert len(pilot.app.screen_stack) == (2 if first else 1), "the screen below is still there"
        assert len(verdicts(team_desk, ids)) == (closing == "yy" and opening != "w")

    drive(build(team_desk), walk)


def test_letters_are_heard_again_a_moment_after_a_dialog(build: Build, plain: Desk) -> None:
    ids = many(plain, 4)
    app = build(plain)

    async def walk(pilot: Driving) -> None:
        clock = app.turns.clock
        assert isinstance(clock, Clock)
        await press(pilot, "r", "n")
        clock.ahead -= 60
        await pilot.press("a")
        await settle(pilot)
        assert verdicts(plain, ids) == []
        await pilot.press("down")
        assert queue(pilot).lines.index == 1, "it is letters that may have been meant for the dialog"
        clock.ahead += 60 + QUIET_SECONDS
        await pilot.press("a")
        await settle(pilot)
        assert verdicts(plain, ids) == [ids[1]]

    drive(app, walk)


def test_a_key_pressed_while_the_dialog_is_going_is_not_heard(build: Build, plain: Desk) -> None:
    """When it comes late because the program was busy, what counts is when it was pressed."""
    ids = many(plain, 2)
    app = build(plain)

    async def walk(pilot: Driving) -> None:
        clock, driver = app.turns.clock, app._driver
        assert isinstance(clock, Clock)
        assert driver is not None
        await press(pilot, "r", "n")
        late = events.Key("a", "a")
        late.time -= 5.0
        clock.ahead += 4.0
        driver.send_message(late)
        await settle(pilot)
        assert verdicts(plain, ids) == []

    drive(app, walk)


def run(app: Workstation, walk: Callable[[Pilot[Any]], Coroutine[Any, Any, None]]) -> Exception | None:
    """The app as the command line runs it, but without a terminal."""
    return asyncio.run(app.run_async(headless=True, size=(80, 24), auto_pilot=walk))


def test_a_bug_ends_the_app_with_the_error_and_no_traceback(
    build: Build, plain: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    many(plain, 2)

    def broken(self: QueueScreen) -> None:
        raise ZeroDivisionError("a bug")

    async def walk(pilot: Driving) -> None:
        await settle(pilot)
        await pilot.press("j")

    monkeypatch.setattr(QueueScreen, "do_down", broken)
    ended = run(build(plain), walk)
    assert isinstance(ended, ZeroDivisionError)
    told = capfd.readouterr()
    assert "Traceback" not in told.out + told.err


def test_dialogs_take_no_key_once_they_are_gone(build: Build, plain: Desk) -> None:
    many(plain, 2)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "r")
        dialog = pilot.app.screen
        assert isinstance(dialog, Question)
        dialog.close(None)
        dialog.close(None)
        dialog.on_key(events.Key("n", "n"))
        await settle(pilot)
        assert pilot.app.screen_stack == [queue(pilot)]
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)

    drive(build(plain), walk)
