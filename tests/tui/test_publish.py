"""Publishing from the screen: asked first, done in the background, told with the place of the record."""

import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.publish import publish
from qatui.settings.types import Team
from qatui.store import publications, schema
from qatui.tui import messages
from qatui.tui.keymap import Act
from qatui.tui.screens.publication_words import describe, describe_plan
from qatui.tui.screens.publish import PublishScreen
from qatui.tui.screens.review import ReviewScreen
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
    plain = replace(plain, team=Team())  # a folder is the remote: there is no host to sync with
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
        assert pilot.app.screen.query_one("#publications", TextPane).index == 1, "at what was just pushed"
        assert "pushed" in shown(pilot)
        assert state(plain, ids[0]).path in shown(pilot)
        await press(pilot, "k", "G", "g", "ctrl+d", "ctrl+u", "R")
        assert pilot.app.screen.query_one("#publications", TextPane).index == 0
        await press(pilot, "P")
        assert "nothing is approved and unpublished" in said(pilot)
        await press(pilot, "enter")
        assert "nothing is held or refused" in said(pilot)
        await press(pilot, "j", "R")
        assert "nothing of it is left to do: pushed" in said(pilot)
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
        assert "base changed since the approval of 1 test: P holds for another look" in line(pilot, "says")
        assert "to hold  tests/test_users.py: " in shown(pilot)
        await press(pilot, "P", "y")
        assert state(moved, ids[0]).state is State.HELD
        assert "1 held: enter opens, a approves again" in line(pilot, "says")
        assert "held  tests/test_users.py: base changed" in shown(pilot)
        await press(pilot, "P")
        assert "1 held: enter opens" in said(pilot), "one sentence, with the way out"
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.at_hand() == ids[0]
        await press(pilot, "a")
        assert state(moved, ids[0]).state is State.APPROVED
        await press(pilot, "2")
        assert "P publishes 1 test" in line(pilot, "says")
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


def test_what_waits_for_a_passphrase_says_so_after_a_restart(build: Build, plain: Desk, project: Project) -> None:
    plain = replace(plain, team=Team())
    decide(plain, many(plain, 1), Action.APPROVE)
    project.git("config", "core.sshCommand", "echo 'Permission denied (publickey).' >&2; exit 255; true")
    project.git("remote", "set-url", "origin", "ssh://git@example.test/a/b.git")
    (ran,) = publish(plain).jobs

    async def walk(pilot: Driving) -> None:
        await press(pilot, "P", "n")
        screen = pilot.app.screen
        assert isinstance(screen, PublishScreen)
        assert screen.why_not(Act("publish.terminal", (), "", "")) is None
        await press(pilot, "j")
        assert f"job      {ran.words} {ran.hint}" in shown(pilot)
        project.git("config", "core.sshCommand", "echo away >&2; exit 255; true")
        publish(plain)
        await press(pilot, "R")
        assert screen.why_not(Act("publish.terminal", (), "", "")) == "only where git wants somebody to type"

    drive(build(plain), walk)


def test_a_plan_without_commits_says_so(plain: Desk) -> None:
    from qatui.flows.publish import plan
    from qatui.render.glyphs import UNICODE

    loaded = messages.PublicationsLoaded([], plan(plain), {}, {}, {})
    assert "Nothing approved waits" in str(describe_plan(loaded, None, UNICODE))


def test_what_a_kill_left_is_told_and_finished(build: Build, plain: Desk, project: Project) -> None:
    """Killed in the push: the job is said to run, by a process that is gone."""
    ids = many(plain, 2)
    decide(plain, ids[:1], Action.APPROVE)

    def killed(step: str) -> None:
        if "push" in step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(plain, say=killed)
    with plain.db.write() as connection:
        gone = {"state": "running", "lease": f"{socket.gethostname()}:999999999:x", "lease_until": 10**15}
        connection.execute(schema.outbox.update().values(gone))

    async def walk(pilot: Driving) -> None:
        assert said(pilot) == "1 publication is unfinished · P finishes"
        assert "1 unfinished" in line(pilot, "tabs")
        await press(pilot, "2")
        assert line(pilot, "says").strip() == "1 unfinished: P finishes"
        await press(pilot, "j", "R")
        assert state(plain, ids[0]).state is State.PUBLISHED
        assert said(pilot) == "finished the publication"
        assert "unfinished" not in line(pilot, "tabs")
        assert "nothing is approved" in line(pilot, "says")

    drive(build(plain), walk, (80, 24))
    assert project.git("ls-remote", "--heads", str(project.remote)).count("refs/heads/qatui/") == 1


def test_the_list_is_as_high_as_it_has_rows_and_paths_keep_their_name(build: Build, plain: Desk) -> None:
    from tests.conftest import seed

    path = "tests/integration/payments/settlement/of/cards/in/europe/and/beyond/it/test_the_split_payments_with_fees.py"
    decide(plain, seed(plain, {path: "def test(): pass\n"}), Action.APPROVE)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "2")
        assert pilot.app.screen.query_one("#publications").size.height == 1
        assert "test_the_split_payments_with_fees.py" in shown_rows(pilot)
        await press(pilot, "P", "y")
        assert pilot.app.screen.query_one("#publications").size.height == 2
        rows = shown_rows(pilot)
        assert re.search(r" …/\S*/beyond/it/test_the_split_payments_with_fees\.py ", rows), "its beginning went"

    drive(build(plain), walk, (80, 24))


def shown_rows(pilot: Driving) -> str:
    """The preview as it is drawn."""
    pane = pilot.app.screen.query_one("#shown", TextPane)
    return "\n".join(strip.text for strip in pane.render_lines(pane.size.region))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 10, ["short"]),
        ("one two three", 8, ["one two", "three"]),
        ("  one two three", 8, ["  one", "  two", "  three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("漢字漢字", 4, ["漢字", "漢字"]),
        ("ab/cde/fg", 7, ["ab/cde/", "fg"]),
    ],
)
def test_long_lines_wrap(text: str, width: int, lines: list[str]) -> None:
    assert [part[0][1] for part in wrap([("dim", text)], width)] == lines
