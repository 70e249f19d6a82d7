"""Pictures of the screens. Look at them before accepting: `pytest -m svg --snapshot-update`."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from qatui.flows.desk import Desk
from qatui.settings.types import User
from qatui.workspace.repository import discover
from tests.conftest import Project
from tests.tui.conftest import Build, keys

pytestmark = pytest.mark.svg

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 36), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_queue(snap_compare: Compare, build: Build, scene: Desk, size: tuple[int, int]) -> None:
    """List above, diff below; columns aligned; the long name cut in the middle; the hidden character a mark."""
    assert snap_compare(build(scene), terminal_size=size, run_before=keys())


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_queue_themes(snap_compare: Compare, build: Build, scene: Desk, theme: str) -> None:
    """The same in the other themes: everything legible, the cursor's line seen at once."""
    app = build(scene, User(theme=theme))  # type: ignore[arg-type]
    assert snap_compare(app, terminal_size=(120, 36), run_before=keys("space", "j"))


def test_queue_ascii(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """No sign outside of ASCII but in names; cursor `>`, mark `x`, rules of dashes."""
    app = build(scene, User(glyphs="ascii"))
    assert snap_compare(app, terminal_size=(80, 24), run_before=keys("space", "j"))


def test_queue_without_colours(
    snap_compare: Compare, build: Build, scene: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR: greys only; state, marks and changes are told by words and signs."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("space", "j"))


def test_queue_every_state(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """is:all typed into the filter: each state by its word; the filter has the cursor, the footer its keys."""
    pressed = ("slash", *(["backspace"] * 8), *"is:all")
    assert snap_compare(build(scene), terminal_size=(120, 36), run_before=keys(*pressed))


def test_wrong_filter(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """The mistake is told in words beside the filter; the list is as before."""
    pressed = ("slash", *(["backspace"] * 5), *"aproved")
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys(*pressed))


def test_nothing_yet(snap_compare: Compare, build: Build, team_desk: Desk) -> None:
    """An empty store: what to do first."""
    assert snap_compare(build(team_desk), terminal_size=(80, 24), run_before=keys())


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
def test_reject(snap_compare: Compare, build: Build, scene: Desk, size: tuple[int, int]) -> None:
    """The reasons by digit, the note; `y` decides, Enter does not."""
    assert snap_compare(build(scene), terminal_size=size, run_before=keys("r", "1"))


def test_approve_many(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """How many are taken, which not and why, by reason; the default is No."""
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("asterisk", "a"))


def test_defer(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """Another time is typed; what is wrong with it is said."""
    pressed = ("s", "4", *"soon", "enter", "y")
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys(*pressed))


def test_assign(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """Claiming is chosen already."""
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("w"))


def test_checklist(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """One ticked; the required one bears its star."""
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("t", "2"))


def test_comment(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """Several lines; the keys below."""
    pressed = ("C", *"asserts", "space", *"nothing", "enter", *"really")
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys(*pressed))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_publish(snap_compare: Compare, build: Build, scene: Desk, project: Project, size: tuple[int, int]) -> None:
    """Left what would be next, right branch, commits and pull request as they will read."""
    project.git("remote", "set-url", "origin", "https://git.example.test/acme/payments-api.git")
    desk = replace(scene, repository=discover(project.root))
    assert snap_compare(build(desk), terminal_size=size, run_before=keys("2"))


def test_publish_asks(snap_compare: Compare, build: Build, scene: Desk, project: Project) -> None:
    """The consequence in numbers; the default is No."""
    project.git("remote", "set-url", "origin", "https://git.example.test/acme/payments-api.git")
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("P"))


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
def test_help(snap_compare: Compare, build: Build, scene: Desk, size: tuple[int, int]) -> None:
    """Every key of the queue with what it does and its id."""
    assert snap_compare(build(scene), terminal_size=size, run_before=keys("question_mark"))


def test_palette(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """The actions whose words have the letters, each with its key and id."""
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("colon", *"mark"))
