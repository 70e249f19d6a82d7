"""A workstation on a real desk, driven by keys; pictures of it in the top-level `snapshots`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.location import PyTestLocation
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from qatui.flows.desk import Desk
from qatui.settings.types import ChecklistItem, Person, Team, User
from qatui.tui.app import Workstation
from qatui.tui.keyed_app import KeyedApp
from qatui.tui.parts import Parts, Seat
from tests.conftest import NOW, Project, seed

SNAPSHOTS = Path(__file__).parents[2] / "snapshots"
TEAM = Team(
    repository="acme/payments-api",
    checklist=(
        ChecklistItem(id="negative", text="A negative case is there", required=True),
        ChecklistItem(id="clean", text="Data is cleaned up"),
        ChecklistItem(id="named", text="Named by intent"),
    ),
    people={"robin@example.test": Person(), "kim": Person(role="maintainer")},
)


def _dirname(cls: type[SVGImageExtension], *, test_location: PyTestLocation) -> str:
    """One folder of pictures for each test file."""
    return str(SNAPSHOTS / Path(test_location.filepath).stem)


SVGImageExtension.dirname = classmethod(_dirname)


@pytest.fixture(autouse=True)
def fixed_dates(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits have the same ids in every run; the terminal is a good one."""
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setenv(name, f"{NOW // 1000} +0000")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


@pytest.fixture
def team_desk(desk: Desk) -> Desk:
    """The desk of a team with a checklist and people."""
    return replace(desk, team=TEAM)


class Clock:
    """Monotonic seconds that a test can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


Build = Callable[..., Workstation]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Makes a workstation on a desk: with a glimpse, as every start but the first has one."""

    def make(desk: Desk, user: User | None = None, **parts: Any) -> Workstation:
        def log(text: str) -> Path:
            file = tmp_path / "qatui.log"
            file.write_text(text)
            return file

        given: dict[str, Any] = {
            "glimpse": lambda: Seat(desk.db, desk.repository_id, desk.reviewer),
            "open_desk": lambda _db: desk,
            "log": log,
            "user": user or User(),
            "now": desk.now,
            "clock": Clock(),
        }
        return Workstation(Parts(**{**given, **parts}))

    return make


async def settle(pilot: Pilot[Exception]) -> None:
    """Until no worker runs and nothing waits to be drawn."""
    quiet = 0
    while quiet < 2:
        await pilot.pause()
        quiet = 0 if list(pilot.app.workers) else quiet + 1
        await pilot.app.workers.wait_for_complete()
    for each in pilot.app.screen.query(Input):
        each.cursor_blink = False
    for area in pilot.app.screen.query(TextArea):
        area.cursor_blink = False


async def press(pilot: Pilot[Exception], *keys: str) -> None:
    """Press keys one by one, each a second later and after what the one before it began."""
    clock = cast("KeyedApp", pilot.app).turns.clock
    for key in keys:
        if isinstance(clock, Clock):
            clock.ahead += 1.0
        await pilot.press(key)
        await settle(pilot)


Walk = Callable[[Pilot[Exception]], Coroutine[Any, Any, None]]


def drive(app: KeyedApp, walk: Walk, size: tuple[int, int] = (120, 36)) -> None:
    """Run the app without a terminal, and walk through it once it is settled."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await walk(pilot)

    asyncio.run(run())


def keys(*pressed: str) -> Callable[[Pilot[Exception]], Awaitable[None]]:
    """For a picture: settle, then press."""

    async def before(pilot: Pilot[Exception]) -> None:
        await settle(pilot)
        await press(pilot, *pressed)

    return before


def body(name: str, cases: int = 1) -> str:
    """A test file with a number of cases."""
    return "import pytest\n\n" + "\n".join(
        f"\ndef test_{name}_{case}(client):\n"
        f"    response = client.get('/v1/{name}/{case}')\n"
        "    assert response.status_code == 200\n"
        for case in range(1, cases + 1)
    )


NAMES = ("refunds", "orders_create", "orders_cancel", "auth_tokens", "users", "webhooks_retry", "currencies")


def by_ssh(project: Project, address: str) -> None:
    """Let the remote have an address on another host, and be reached there: by an ssh that is none."""
    ssh = project.root.parent / "ssh"
    ssh.write_text(f"#!/bin/sh\nexec git upload-pack '{project.remote}'\n")
    ssh.chmod(0o755)
    project.git("config", "core.sshCommand", str(ssh))
    project.git("config", "ssh.variant", "simple")
    project.git("remote", "set-url", "origin", address)


def many(desk: Desk, count: int) -> list[int]:
    """So many pending candidates, oldest first."""
    ids = []
    for at in range(count):
        name = NAMES[at % len(NAMES)]
        path = f"tests/api/{name}/v{at % 3}/test_{name}_{at:03}.py"
        moment = NOW - (count - at) * 3_600_000
        ids += seed(desk, {path: body(name, 1 + at % 4)}, created_at=moment, title=f"{name} answers {at}")
    return ids


@pytest.fixture
def scene(project: Project, team_desk: Desk) -> Desk:
    """A queue with something of every kind: changed files, verdicts, claims, deferrals, hostile names."""
    from qatui.domain.lifecycle import Action
    from qatui.domain.moments import DAY
    from qatui.flows import claims, review
    from qatui.flows.decide import decide

    desk = team_desk
    changed = (
        "def test_list(client):\n    r = client.get('/v2/orders')\n"
        "    assert r.status_code == 200\n    assert r.json()\n"
    )
    first = seed(desk, {"tests/test_orders.py": changed}, priority=2, title="Orders are listed", author="gpt-x")
    ids = many(desk, 16)
    long_name = "tests/integration/payments/settlement/test_partial_refund_is_booked_to_the_original_account.py"
    seed(desk, {long_name: body("settlement", 30)}, created_at=NOW - 2 * DAY, title="<b>x</b>")
    hostile = "tests/api/test_\u202egnp.py"  # intake would refuse it
    seed(desk, {"tests/api/png.py": body("hidden")}, path=hostile, created_at=NOW - 2 * DAY, title="<b>x</b>")
    for number in ids[:3]:
        review.answer(desk, [number], "negative", True)
    decide(desk, ids[:2], Action.APPROVE)
    decide(desk, [ids[3]], Action.REJECT, reason="asserts-nothing", note="checks only that the call returns")
    decide(desk, [ids[4]], Action.DEFER, until=NOW + 3 * DAY)
    claims.claim(desk, [ids[5]])
    claims.assign(desk, [ids[6]], "kim")
    review.comment(desk, first, "Why version 2?\nThe plan says 1.")
    return desk
