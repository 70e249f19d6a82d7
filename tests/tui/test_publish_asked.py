"""The question before publishing: exactly what it showed is published, or it is put again with what changed."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.settings.types import Team
from qatui.tui.dialogs.question import Question
from qatui.tui.screens.publish import PublishScreen
from tests.conftest import Project, run_git, seed
from tests.tui.conftest import Build, drive, many, press, settle
from tests.tui.test_publish import shown
from tests.tui.test_queue import line, said, state

Driving = Pilot[Exception]


@pytest.fixture
def plain(desk: Desk) -> Desk:
    """A desk whose remote is a folder, and whose team has no checklist."""
    return replace(desk, team=Team())


def facts(pilot: Driving) -> str:
    """What the question says."""
    assert isinstance(pilot.app.screen, Question)
    return "\n".join(words for _, words in pilot.app.screen._asked.facts)


def test_what_is_approved_while_it_is_asked_is_not_published(build: Build, plain: Desk) -> None:
    ids = many(plain, 3)
    decide(plain, ids[:2], Action.APPROVE)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "P")
        assert "2 commits on the new branch" in facts(pilot)
        decide(plain, ids[2:], Action.APPROVE)
        await press(pilot, "y")
        assert said(pilot).startswith("published 2 ")
        assert [state(plain, each).state for each in ids] == [State.PUBLISHED, State.PUBLISHED, State.APPROVED]
        assert "P publishes 1 test" in line(pilot, "says")

    drive(build(plain), walk)


def test_a_base_that_moves_while_it_is_asked_is_told_and_asked_again(
    build: Build, plain: Desk, project: Project
) -> None:
    (one,) = many(plain, 1)
    decide(plain, [one], Action.APPROVE)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "P")
        before = project.git("rev-parse", "origin/main")[:10]
        assert f"from main@{before}, pushed to {project.remote}" in facts(pilot)
        project.commit({"README": "more\n"})
        after = project.git("rev-parse", "origin/main")[:10]
        await press(pilot, "y")
        assert state(plain, one).state is State.APPROVED
        assert f"not published yet: the base is main@{after} by now" in facts(pilot)
        assert f"from main@{after}" in facts(pilot)
        await press(pilot, "y")
        assert state(plain, one).state is State.PUBLISHED

    drive(build(plain), walk)
    (branch,) = run_git(project.remote, "for-each-ref", "--format=%(refname)", "refs/heads/qatui").split()
    assert run_git(project.remote, "rev-parse", f"{branch}~1") == run_git(project.remote, "rev-parse", "main")


def test_what_is_held_is_judged_by_the_base_as_the_remote_has_it(build: Build, plain: Desk, project: Project) -> None:
    ids = seed(plain, {"tests/test_users.py": "u = 1\n", "tests/test_orders.py": "o = 1\n"})
    decide(plain, ids, Action.APPROVE)
    other = project.root.parent / "colleague"
    run_git(project.root.parent, "clone", "-q", str(project.remote), str(other))
    (other / "tests/test_users.py").write_text("u = 2\n")
    (other / "tests/test_orders.py").write_text("o = 1\n")
    run_git(other, "commit", "-q", "-a", "-m", "theirs")
    run_git(other, "push", "-q", "origin", "HEAD:main")

    async def walk(pilot: Driving) -> None:
        await press(pilot, "2")
        assert "to hold  tests/test_users.py: base changed since the verdict" in shown(pilot)
        assert "there    1 test, merged by others" in shown(pilot)
        assert "1 test on the base already: P takes in" in line(pilot, "says")
        await press(pilot, "P")
        assert "1 test on the base already, as approved: merged" in facts(pilot)
        await press(pilot, "y")
        assert [state(plain, each).state for each in ids] == [State.HELD, State.MERGED]

    drive(build(plain), walk)


def test_the_preview_has_the_files_and_the_empty_lines_of_a_commit(build: Build, plain: Desk) -> None:
    (one,) = many(plain, 1)
    decide(plain, [one], Action.APPROVE)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "2")
        rows = shown(pilot).split("\n")
        at = next(number for number, row in enumerate(rows) if row.startswith("commit "))
        assert rows[at + 1].strip() == "", "between subject and trailers"
        assert f"file     {state(plain, one).path}" in rows

    drive(build(plain), walk)


def test_a_publish_goes_on_while_its_screen_is_left(build: Build, plain: Desk, project: Project) -> None:
    (one,) = many(plain, 1)
    decide(plain, [one], Action.APPROVE)
    gate = Path(project.root.parent, "gate")
    os.mkfifo(gate)
    hook = project.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ncat '{gate}' >/dev/null\n")
    hook.chmod(0o755)

    async def until(pilot: Driving, words: str) -> None:
        for _ in range(400):
            if isinstance(pilot.app.screen, PublishScreen) and words in line(pilot, "says"):
                return
            await pilot.pause(0.02)
        raise AssertionError(line(pilot, "says"))

    async def walk(pilot: Driving) -> None:
        await press(pilot, "P")
        await pilot.press("y")
        await until(pilot, "publishing …")
        await pilot.press("1")
        await pilot.pause()
        await pilot.press("2")
        await until(pilot, "publishing …")
        await pilot.press("P")
        await pilot.pause()
        assert "it is under way" in said(pilot)
        gate.write_text("go on\n")
        await settle(pilot)
        assert state(plain, one).state is State.PUBLISHED

    drive(build(plain), walk)
