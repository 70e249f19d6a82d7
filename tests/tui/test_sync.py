"""The key R: a sync by the headless command as a child, seen through the store."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qatui.store import bookmarks
from qatui.store.database import Database
from qatui.tui.child import MERGED, SYNCED, Child
from qatui.tui.dialogs.question import Question
from qatui.tui.messages import Failed, Synced
from tests.hosted import Hosted, hosted
from tests.lookalike import Lookalike, lookalike
from tests.tui.conftest import Build, drive, press
from tests.tui.test_publish import Driving, shown
from tests.tui.test_queue import line, said


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


@pytest.fixture
def shop(server: Lookalike, tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    """A shop whose store and token a child uses too."""
    monkeypatch.setenv("QATUI_DATABASE", db.url.removeprefix("sqlite:///"))
    monkeypatch.setenv("QATUI_API_URL", server.url)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", server.token("robin"))
    with hosted(server, tmp_path, db) as made:
        yield made


def test_r_syncs_and_says_what_changed(build: Build, shop: Hosted) -> None:
    result = shop.published({"tests/test_a.py": "a = 1\n"})
    shop.merge(1)

    async def walk(pilot: Driving) -> None:
        assert "● saved" in line(pilot, "title")
        await press(pilot, "R")
        assert said(pilot) == "synced: 1 merged"
        assert "● synced just now" in line(pilot, "title")
        await press(pilot, "2", "j")
        assert "merged" in shown(pilot)
        await press(pilot, "R")
        assert said(pilot) == "synced: nothing new"

    child = [sys.executable, "-m", "qatui", "-C", str(shop.desk.repository.root)]
    drive(build(shop.again(), child=child), walk)
    assert shop.states(result.published) == ["merged"]


def test_m_asks_and_merges_what_is_open(build: Build, shop: Hosted) -> None:
    first, second = (shop.published({f"tests/test_{name}.py": f"{name} = 1\n"}) for name in "ab")
    number = second.publications[-1].pull_number

    async def walk(pilot: Driving) -> None:
        await press(pilot, "2", "M")
        assert said(pilot) == "merge: no open pull request is chosen", "there are two"
        await press(pilot, "j", "M")
        assert isinstance(pilot.app.screen, Question)
        await press(pilot, "n")
        assert shop.states(second.published) == ["published"]
        await press(pilot, "M", "y")
        assert said(pilot) == "merged: 1 test"
        assert f"#{number} merged" in shown(pilot)
        await press(pilot, "M")
        assert said(pilot) == "merge: no open pull request is chosen", "it is merged"

    child = [sys.executable, "-m", "qatui", "-C", str(shop.desk.repository.root)]
    drive(build(shop.again(), child=child), walk)
    assert shop.states(second.published) == ["merged"]
    assert shop.states(first.published) == ["published"]


def test_the_title_says_how_long_ago_the_last_sync_was(build: Build, shop: Hosted) -> None:
    desk = shop.desk
    with desk.db.write() as connection:
        bookmarks.keep(connection, desk.repository_id, desk.reviewer, SYNCED, desk.now() - 5 * 60_000, desk.now())

    async def walk(pilot: Driving) -> None:
        assert "● synced 5 m ago" in line(pilot, "title")

    drive(build(desk), walk)


def told(**values: object) -> dict[str, object]:
    """What a sync prints."""
    return {"publications": [], "merged": [], "closed": [], "jobs": [], "remarks": [], "errors": [], **values}


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({}, 0, "nothing new"),
        ({"merged": [1, 2], "closed": [3]}, 1, "2 merged · 1 closed, to decide again"),
        ({"merged": [1], "jobs": [{"words": "ticked 1 item on main"}]}, 0, "1 merged · ticked 1 item on main"),
        ({"publications": [
            {"needs_person": True, "words": "it conflicts with main", "pull_request": {"number": 4, "state": "open"}},
            {"needs_person": True, "words": "closed", "pull_request": {"number": 5, "state": "closed"}},
            {"needs_person": False, "words": "it can be merged", "pull_request": {"number": 6, "state": "open"}},
        ]}, 1, "#4: it conflicts with main"),
    ],
)  # fmt: skip
def test_what_a_sync_said_is_one_line(values: dict[str, object], status: int, words: str) -> None:
    found = ended(told(**values), status)
    assert isinstance(found, Synced)
    assert (found.words, found.needs_person) == (words, status == 1)


@pytest.mark.parametrize(
    ("values", "status", "words"),
    [
        ({"merged": [1], "jobs": [{"job": "merge:1", "words": "merged into main"}]}, 0, "1 test"),
        ({"merged": [1, 2], "jobs": [{"job": "tick:1", "words": "ticked 1 item on main"}]}, 0,
         "2 tests · ticked 1 item on main"),
        ({"jobs": [{"job": "merge:1", "words": "1 approving review is missing"}]}, 1, "1 approving review is missing"),
        ({"refused": [{"id": 1, "reason": "it is @kim's"}]}, 1, "it is @kim's"),
    ],
)  # fmt: skip
def test_what_a_merge_said_is_one_line(values: dict[str, object], status: int, words: str) -> None:
    found = ended(told(**values), status, MERGED)
    assert isinstance(found, Synced)
    assert (found.verb, found.words, found.needs_person) == ("merged", words, status == 1)


def test_what_went_wrong_is_told_as_that() -> None:
    error = {"code": "bad_token", "message": "The token is wrong.", "hint": "Log in again."}
    found = ended(told(errors=[error]), 3)
    assert isinstance(found, Failed)
    assert "The token is wrong." in found.words
    found = ended(told(jobs=[{"words": "the remote hung up"}]), 3)
    assert isinstance(found, Failed)
    assert "the remote hung up" in found.words


def ended(told: dict[str, object], status: int, verb: str = SYNCED) -> object:
    """The message for a child that printed this and ended so."""
    import asyncio
    import json

    async def run() -> object:
        words = json.dumps(json.dumps(told))
        child = Child([sys.executable, "-c", f"import sys; print({words}); sys.exit({status})"])
        async for _ in child.progress():
            pass
        return child.result(verb)

    return asyncio.run(run())
