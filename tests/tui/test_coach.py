"""The coach: each step is done by the real key, the course is kept, and nothing is ever covered."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.publish import publish
from qatui.sandbox.demo import make_demo
from qatui.sandbox.demo_github import serving_beside
from qatui.settings.types import User
from qatui.store import bookmarks
from qatui.store.candidates import by_path
from qatui.store.database import Database, open_database
from qatui.tui.app import Workstation
from qatui.tui.coach import MERGE, STEPS, Course, Ending
from qatui.tui.dialogs.question import Question
from qatui.tui.keymap import Keymap
from qatui.tui.parts import Parts
from qatui.tui.screens.frame import Frame
from qatui.tui.screens.publish import PublishScreen
from qatui.tui.screens.queue import QueueScreen
from qatui.tui.screens.review import ReviewScreen
from qatui.tui.widgets.coach import Coach
from qatui.tui.widgets.diff_view import DiffView
from qatui.tui.widgets.lines import Line
from qatui.tui.widgets.queue_list import QueueList
from qatui.wiring import Start, open_desk, open_hub
from tests.conftest import NOW, run_git
from tests.tui.conftest import Clock


def current(course: Course) -> str:
    return course.current.id if course.current else ""


def of(count: int) -> Outcome:
    return Outcome(tuple(range(1, count + 1)))


def test_steps_are_done_in_any_order_and_once() -> None:
    course = Course(shown=True)
    assert current(course) == "open"
    assert course.wrote("rejected", of(1))
    assert not course.wrote("rejected", of(1))
    assert not course.wrote("approved", of(1)), "one is not many"
    assert not course.wrote("rejected", Outcome(refused=((1, "claimed"),)))
    assert course.ran("queue.open")
    assert not course.ran("queue.mark")
    assert current(course) == "look"
    assert course.ran("diff.next_hunk")
    assert course.wrote("approved", of(2))
    assert course.reached(Ending("qatui/1", "text.md"))
    assert not course.reached(Ending("qatui/1", "text.md"))
    assert (current(course), course.words, course.is_over) == ("", (), False)
    assert course.reached(Ending("qatui/1", "text.md", 7, "open")), "a token came later"
    assert course.words == MERGE


def test_a_pull_request_is_followed_to_its_end() -> None:
    course = Course(shown=True, done={"open", "look", "reject", "bulk"})
    at = Ending("qatui/1", "", pull=7, state="open")
    assert course.reached(at)
    assert (current(course), course.words, course.is_over) == ("publish", MERGE, False)
    assert course.reached(at._replace(state="merged"))
    assert (current(course), course.is_over) == ("", False), "the plan is not ticked yet"
    assert course.reached(at._replace(state="merged", plan="ticked 1 item on main"))
    assert course.is_over
    assert Course().reached(at._replace(state="closed"))


def test_a_bookmark_keeps_the_course() -> None:
    course = Course(shown=True)
    course.ran("queue.open")
    again = Course()
    again.recall(course.kept())
    assert again == course


@pytest.mark.parametrize("value", [None, 3, [], {"shown": 1, "done": "open"}, {"done": ["open", "fly", 7]}])
def test_a_strange_bookmark_does_no_harm(value: object) -> None:
    course = Course()
    course.recall(value)
    assert not course.shown
    assert course.done <= {"open"}


def test_every_act_it_names_is_in_the_table_and_has_a_key() -> None:
    keymap = Keymap()
    for step in STEPS:
        assert not step.act or step.act in keymap.acts
    for word in (word for words in (*(step.words for step in STEPS), MERGE) for word in words):
        if word.startswith("{"):
            assert keymap.first(word[1:-1]), word


Open = Callable[[], Desk]
Walk = Callable[[Workstation, Pilot[Exception]], Coroutine[None, None, None]]

READY = {"tests/api/test_orders_create.py", "tests/api/test_orders_cancel.py"}
"""Good candidates: a colleague ticked what is required."""


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens the desk of a demo, anew for each start of the workstation."""

    def desk_for(root: Path, db: Database) -> Desk:
        return replace(open_desk(Start(root), db), now=lambda: NOW)

    demo = make_demo(tmp_path / "demo", None, desk_for, now=lambda: NOW)
    return lambda: desk_for(demo.repository, open_database(f"sqlite:///{demo.database}"))


def run(
    desk: Desk,
    walk: Walk,
    size: tuple[int, int] = (80, 24),
    *,
    coach: bool = True,
    keys: dict[str, str] | None = None,
) -> None:
    """Walk through the workstation, once the queue is seen and git was asked."""

    root = desk.repository.root
    hub = cache(lambda: open_hub(Start(root), desk))

    async def running() -> None:
        parts = Parts(
            lambda: None,
            lambda _db: desk,
            lambda _: Path(),
            [sys.executable, "-m", "qatui", "-C", str(root)],
            user=User(keys=keys or {}),
            clock=Clock(),
            open_hub=lambda _: hub(),
            coach=coach,
        )
        app = Workstation(parts)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.backend.desk is not None and bool(app.screen.query_one(QueueList).rows))
            await walk(app, pilot)
            await app.workers.wait_for_complete()

    asyncio.run(running())
    if (opened := hub()) is not None:
        opened.github.close()


async def until(pilot: Pilot[Exception], true: Callable[[], bool]) -> None:
    """Let the app work until something holds; a second has passed by then."""
    clock = cast("Workstation", pilot.app).turns.clock
    assert isinstance(clock, Clock)
    clock.ahead += 1.0
    for _ in range(1000):
        await pilot.pause()
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to hold")


def ids_of(desk: Desk, paths: set[str]) -> list[int]:
    """Ids of the candidates with those paths."""
    with desk.db.read() as connection:
        return [each.id for each in by_path(connection, desk.repository_id, sorted(paths)).values()]


def seen(app: Workstation) -> str:
    """The coach's lines as they are drawn on the screen that has the keys; empty when it is not shown."""
    if not isinstance(app.screen, Frame) or not app.screen.query_one(Coach).display:
        return ""
    return "\n".join(line.render_line(0).text for line in app.screen.query_one(Coach).query(Line))


def test_the_whole_course_by_its_keys(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = opened()

    async def walk(app: Workstation, pilot: Pilot[Exception]) -> None:
        assert "▸ open" in seen(app)
        assert "enter opens the candidate" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: "▸ look" in seen(app))
        await pilot.press("]")
        await until(pilot, lambda: "▸ reject" in seen(app))
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.dossier is not None)
        await pilot.press("r", "1", "enter", "y")
        await until(pilot, lambda: "▸ approve many" in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, QueueScreen))
        lines = app.screen.query_one(QueueList)
        ready = set(ids_of(desk, READY))
        await until(pilot, lambda: ready <= set(lines.ids))
        for number in ready:
            lines.go(lines.ids.index(number))
            await pilot.press("space")
        assert lines.marks == ready
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("y")
        await until(pilot, lambda: "▸ publish" in seen(app))
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("y")
        await until(pilot, lambda: "M merges it" in seen(app))
        assert "▸ publish" in seen(app)
        await until(pilot, lambda: isinstance(app.screen, PublishScreen) and app.screen._to_merge() is not None)
        await pilot.press("M")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("y")
        await until(pilot, lambda: "Merged #7" in seen(app))
        await until(pilot, lambda: "ticked 1 item on main" in seen(app))
        assert "✓ publish" in seen(app)
        plan = run_git(desk.repository.root.parent / "remote.git", "show", "main:docs/test-plan.md")
        assert "  - [x] a paid order is refused, and stays paid (closes #3) (#7) <!-- qa:5M3RDF -->" in plan

    with serving_beside(desk.repository.root.parent) as served:
        monkeypatch.setenv("QATUI_DATABASE", str(desk.repository.root.parent / "qatui.db"))
        monkeypatch.setenv("QATUI_API_URL", served.api_url)
        monkeypatch.setenv("GH_ENTERPRISE_TOKEN", served.token)
        run(desk, walk)


def test_the_course_goes_on_after_a_start_and_hides_on_escape(opened: Open) -> None:
    async def first(app: Workstation, pilot: Pilot[Exception]) -> None:
        await pilot.press("enter")
        await until(pilot, lambda: "▸ look" in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, QueueScreen))
        assert "▸ look" in seen(app)

    async def second(app: Workstation, pilot: Pilot[Exception]) -> None:
        await until(pilot, lambda: "▸ look" in seen(app))
        await pilot.press("v", "escape")
        assert "▸ look" in seen(app), "escape ends a range first"
        await pilot.press("escape")
        assert seen(app) == ""

    async def third(app: Workstation, pilot: Pilot[Exception]) -> None:
        await until(pilot, lambda: not app.course.shown)
        assert seen(app) == ""
        await pilot.press("escape")
        assert seen(app) == ""
        assert isinstance(app.screen, Frame)
        app.screen.act("app.coach")
        await until(pilot, lambda: "▸ look" in seen(app))

    for walk in (first, second, third):
        run(opened(), walk)


def test_only_the_demo_shows_it_unasked(opened: Open) -> None:
    async def walk(app: Workstation, pilot: Pilot[Exception]) -> None:
        assert seen(app) == ""
        assert isinstance(app.screen, Frame)
        app.screen.act("app.coach")
        await until(pilot, lambda: "▸ open" in seen(app))
        app.screen.act("app.coach")
        assert seen(app) == ""

    run(opened(), walk, coach=False)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60), (60, 20)])
def test_it_covers_nothing_and_fits(opened: Open, size: tuple[int, int]) -> None:
    async def walk(app: Workstation, pilot: Pilot[Exception]) -> None:
        for _ in STEPS:
            coach = app.screen.query_one(Coach).region
            for other in (app.screen.query_one(DiffView), app.screen.query_one("#keys")):
                assert not coach.overlaps(other.region)
            assert coach.bottom == size[1] - 1
            assert app.screen.query_one(DiffView).size.height >= 4
            head, words = seen(app).split("\n")
            step = app.course.current
            assert step is not None
            assert f"▸ {step.label}" in head
            if size[0] >= 80:
                assert "esc hides" in head
                assert "…" not in words
            app.course.done.add(step.id)
            app.course_changed()
            await pilot.pause()

    run(opened(), walk, size)


def test_it_names_the_persons_own_keys(opened: Open) -> None:
    async def walk(app: Workstation, pilot: Pilot[Exception]) -> None:
        assert "f5 opens the candidate" in seen(app)

    run(opened(), walk, keys={"queue.open": "f5"})


def test_a_push_from_elsewhere_ends_it_too(opened: Open) -> None:
    desk = opened()

    async def walk(app: Workstation, pilot: Pilot[Exception]) -> None:
        await until(pilot, lambda: "Pushed" in seen(app))
        assert "✓ publish" not in seen(app).split("\n")[1]

    assert len(decide(desk, ids_of(desk, READY), Action.APPROVE).done) == 2
    assert publish(desk).published
    with desk.db.write() as connection:
        done = {"shown": True, "done": ["open", "look", "reject", "bulk"]}
        bookmarks.keep(connection, desk.repository_id, desk.reviewer, "coach", done, NOW)
    run(desk, walk)
