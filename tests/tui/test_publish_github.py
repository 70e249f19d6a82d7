"""The Publish screen and GitHub: what the base asks for, the pull request, and a GitHub that is not there."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.hub import Hub
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import Rules
from qatui.store.database import Database
from qatui.tui import browser, messages
from qatui.tui.screens import publish as screen
from qatui.tui.widgets.text_pane import TextPane
from tests.conftest import Project, seed
from tests.hosted import Hosted, hosted
from tests.lookalike import lookalike
from tests.tui.conftest import Build, by_ssh, drive, press, settle
from tests.tui.test_publish import shown
from tests.tui.test_queue import said
from tests.written import hub, whole

Driving = Pilot[Exception]


@pytest.fixture
def shop(tmp_path: Path, db: Database) -> Iterator[Hosted]:
    with lookalike(tmp_path / "world") as github, hosted(github, tmp_path, db) as made:
        yield made


def approve(desk: Desk) -> int:
    (one,) = seed(desk, {"tests/test_new.py": "def test(client):\n    pass\n"})
    decide(desk, [one], Action.APPROVE)
    return one


def row(pilot: Driving, at: int) -> str:
    """A line of the publications."""
    return "".join(text for _, text in pilot.app.screen.query_one("#publications", TextPane)._given[at])


def test_publish_opens_the_pull_request(build: Build, shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop.github.world.lock:
        protect(shop.github.world, shop.repository, ["main"], Rules(required_approvals=1))
    shop.team(repository=None)
    approve(shop.desk)
    pages: list[str] = []

    def opened(url: str) -> bool:
        pages.append(url)
        return True

    monkeypatch.setattr(browser, "open_page", opened)

    async def walk(pilot: Driving) -> None:
        await press(pilot, "2")
        assert "rules    1 approving review by others, not by you." in shown(pilot)
        assert "GitHub   6 requests" in shown(pilot)
        await press(pilot, "o")
        assert "no pull request is chosen" in said(pilot)
        await press(pilot, "P")
        facts = "\n".join(words for _, words in pilot.app.screen._asked.facts)  # type: ignore[attr-defined]
        assert "and a pull request to main" in facts
        assert "1 approving review by others" in facts
        await press(pilot, "y")
        assert said(pilot) == "published 1 · pull request #1"
        assert row(pilot, 1).startswith("open")
        assert row(pilot, 1).endswith(" #1")
        assert "pull     #1 open" in shown(pilot)
        assert "it waits for what main asks for: reviews or checks" in shown(pilot)
        await press(pilot, "o")
        assert said(pilot) == "opened #1 in the browser"
        await press(pilot, "y")
        assert said(pilot) == f"copied {pages[0]}"
        shop.close(1)
        await press(pilot, "R")
        assert "closed: sync takes it in" in shown(pilot)

    drive(build(shop.desk, open_hub=lambda _: shop.hub), walk)
    assert pages == [f"{shop.github.url.removesuffix('/api/v3')}/acme/{shop.repository.name}/pull/1"]


def test_no_key_waits_for_github(build: Build, shop: Hosted) -> None:
    approve(shop.desk)
    answers = threading.Event()

    def slow(_: Desk) -> Hub:
        assert answers.wait(20)
        return shop.hub

    async def walk(pilot: Driving) -> None:
        await pilot.press("2")
        for _ in range(200):
            await pilot.pause(0.05)
            if isinstance(pilot.app.screen, screen.PublishScreen) and "branch   qatui/" in shown(pilot):
                break
        assert "GitHub   asking GitHub …" in shown(pilot)
        await pilot.press("j", "k", "1")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 1, "left while GitHub is asked"
        answers.set()
        await settle(pilot)

    drive(build(shop.desk, open_hub=slow), walk)


def _archived(path: str) -> object:
    return whole(archived=True) if path.endswith("/pay") else None


def test_who_leaves_does_not_wait_for_github(build: Build, shop: Hosted) -> None:
    approve(shop.desk)
    asked, answers = threading.Event(), threading.Event()

    def never(_: Desk) -> Hub:
        asked.set()
        answers.wait()
        raise AssertionError("nobody is there to hear it")

    async def walk(pilot: Driving) -> None:
        await pilot.press("2")
        while not asked.is_set():
            await pilot.pause(0.05)

    drive(build(shop.desk, open_hub=never), walk)
    assert not answers.is_set(), "the program has ended before"
    answers.set()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_archived, "acme/pay is archived: nothing can be published to it."),
        (lambda _: None, "GitHub has no such thing, or does not show it to this token."),
        ("away", "What the base asks for is not known; the pull request waits."),
        ("no token", "no token for git.example.test: the text goes to a file, the pull request waits"),
    ],
)  # fmt: skip
def test_why_the_rules_are_not_known(build: Build, desk: Desk, project: Project, answer: object, words: str) -> None:
    by_ssh(project, "git@git.example.test:acme/pay.git")
    approve(desk)

    def replies(path: str) -> object:
        if answer == "away":
            raise httpx.ConnectError("no route")
        return answer(path) if "/rules/" not in path else []  # type: ignore[operator]

    async def walk(pilot: Driving) -> None:
        await press(pilot, "2")
        assert words in shown(pilot)

    drive(build(desk, open_hub=lambda _: None if answer == "no token" else hub(replies)), walk)


def test_the_browser_is_the_platforms_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    program = tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    program.chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert browser.opener({"DISPLAY": ":0", **path}, "linux") == str(program)
    assert browser.opener(path, "linux") is None, "over ssh a browser would come up in the terminal"
    assert browser.opener({}, "darwin") == "open"
    monkeypatch.setattr(browser, "opener", lambda: str(program))
    for url in ("file:///etc/passwd", "--version", "javascript:x", "https://a.test/\x1b[2J"):
        assert not browser.open_page(url)
    assert browser.open_page("https://git.example.test/acme/pay/pull/1")
    assert told.read_text() == "https://git.example.test/acme/pay/pull/1\n"


def test_a_message_without_a_host_says_nothing() -> None:
    from qatui.tui.screens.publication_words import describe_ahead

    assert describe_ahead(messages.LookedAhead("")) == []
