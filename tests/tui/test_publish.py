"""Publishing from the screen: asked first, done in the background, told with the place of the record."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.settings.types import Team
from qatui.store import publications
from qatui.tui.screens.publish import PublishScreen, describe, describe_plan
from qatui.tui.widgets.text_pane import TextPane, wrap
from tests.conftest import Project
from tests.tui.conftest import Build, drive, many, press, settle
from tests.tui.test_queue import line, said, state

Driving = Pilot[Exception]


@pytest.fixture
def plain(desk: Desk) -> Desk:
    """A desk whose team has no checklist."""
    return replace(desk, team=Team(repository="acme/payments-api"))


def shown(pilot: Driving) -> str:
    pane = pilot.app.screen.query_one("#shown", TextPane)
    return "\n".join("".join(text for _, text in each) for each in pane._given)


def test_publish_asks_and_does_it(build: Build, plain: Desk, project: Project) -> None:
    ids = many(plain, 4)
    decide(plain, ids[:2], Action.APPROVE)

    async def walk(pilot: Driving) -> None:
        assert "Publish 2" in line(pilot, "tabs")
        await press(pilot, "P")
        assert isinstance(pilot.app.screen_stack[1], PublishScreen)
        assert len(pilot.app.screen_stack) == 3, "the question"
        await press(pilot, "n")
        assert all(state(plain, number).state is State.APPROVED for number in ids[:2])
        assert "publishes 2 tests" in line(pilot, "says")
        assert "Reviewed-by: Robin Reviewer" in shown(pilot)
        await press(pilot, "P", "y")
        assert all(state(plain, number).state is State.PUBLISHED for number in ids[:2])
        assert said(pilot).startswith("published 2 · pull request text in ")
        assert Path(said(pilot).rpartition(" in ")[2]).is_file()
        assert "nothing is approved" in line(pilot, "says")
        await press(pilot, "j")
        assert "pushed" in shown(pilot)
        assert state(plain, ids[0]).path in shown(pilot)
        await press(pilot, "k", "G", "g", "ctrl+d", "ctrl+u", "R")
        assert pilot.app.screen.query_one("#publications", TextPane).index == 0
        await press(pilot, "P")
        assert "nothing is approved and unpublished" in said(pilot)
        await press(pilot, "F")
        assert "only where git wants somebody to type" in said(pilot)
        await press(pilot, "escape")
        assert len(pilot.app.screen_stack) == 1

    drive(build(plain), walk)
    assert project.git("ls-remote", "--heads", str(project.remote)).count("refs/heads/qatui/") == 1


def test_what_is_held_is_named_with_its_reason(build: Build, plain: Desk, project: Project) -> None:
    from qatui.workspace.repository import discover
    from tests.conftest import seed

    ids = seed(plain, {"tests/test_users.py": "def test_users():\n    pass\n"})
    decide(plain, ids, Action.APPROVE)
    project.commit({"tests/test_users.py": "def test_other():\n    pass\n"})
    moved = replace(plain, base=discover(project.root).base())

    async def walk(pilot: Driving) -> None:
        await press(pilot, "2")
        assert "nothing can be published: 1 approved, but held or refused" in line(pilot, "says")
        assert "held  tests/test_users.py: " in shown(pilot)
        await press(pilot, "1")
        assert len(pilot.app.screen_stack) == 1
        await press(pilot, "2", "2")
        assert len(pilot.app.screen_stack) == 2

    drive(build(moved), walk)


def test_git_that_fails_is_told(build: Build, plain: Desk, project: Project) -> None:
    ids = many(plain, 2)
    decide(plain, ids[:1], Action.APPROVE)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "P")
        hook = project.remote / "hooks" / "pre-receive"
        hook.write_text("#!/bin/sh\necho no; exit 1\n")
        hook.chmod(0o755)
        await press(pilot, "y")
        await settle(pilot)
        assert "not published" in said(pilot)
        assert state(plain, ids[0]).state is not State.PUBLISHED

    drive(build(plain), walk)
    with plain.db.read() as connection:
        (left,) = publications.every(connection, plain.repository_id)
        parts = publications.parts(connection, left.id)
    assert "Pull request" in str(describe(left, parts, ""))


def test_a_plan_without_commits_says_so(plain: Desk) -> None:
    from qatui.flows.publish import plan
    from qatui.tui.glyphs import UNICODE

    assert "Nothing approved waits" in str(describe_plan(plan(plain), {}, UNICODE))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 10, ["short"]),
        ("one two three", 8, ["one two", "three"]),
        ("  one two three", 8, ["  one", "  two", "  three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("漢字漢字", 4, ["漢字", "漢字"]),
    ],
)
def test_long_lines_wrap(text: str, width: int, lines: list[str]) -> None:
    assert [part[0][1] for part in wrap([("dim", text)], width)] == lines
