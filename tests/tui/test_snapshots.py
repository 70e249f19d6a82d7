"""Pictures of the screens. Look at them before accepting: `pytest -m svg --snapshot-update`."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.domain.query import Query
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.publish import publish
from qatui.flows.review import answer
from qatui.settings.types import User
from qatui.store import candidates, publications
from qatui.workspace.repository import discover
from tests.conftest import Project
from tests.tui.conftest import Build, by_ssh, keys
from tests.written import hub, whole

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
    by_ssh(project, "git@git.example.test:acme/payments-api.git")
    desk = replace(scene, repository=discover(project.root))
    assert snap_compare(build(desk), terminal_size=size, run_before=keys("2"))


def test_publish_asks(snap_compare: Compare, build: Build, scene: Desk, project: Project) -> None:
    """The consequence in numbers; the default is No."""
    by_ssh(project, "git@git.example.test:acme/payments-api.git")
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("P"))


PULL = {
    "number": 12, "node_id": "P", "state": "open", "title": "t", "html_url": "", "updated_at": "",
    "head": {"ref": "b", "sha": "a" * 40}, "base": {"ref": "main", "sha": "b" * 40},
    "mergeable": True, "mergeable_state": "blocked",
}  # fmt: skip


def _github(path: str) -> object:
    """A base that wants much, and a pull request that waits."""
    if path.endswith("/rules/branches/main"):
        reviews = {"required_approving_review_count": 2, "require_code_owner_review": True}
        checks = {"required_status_checks": [{"context": "ci/test"}, {"context": "lint"}]}
        return [
            {"type": "pull_request", "parameters": {**reviews, "allowed_merge_methods": ["squash"]}},
            {"type": "required_status_checks", "parameters": checks},
            {"type": "required_signatures"},
        ]
    if path.endswith("/branches/main"):
        return {"name": "main", "commit": {"sha": "b" * 40}, "protected": True}
    return PULL if path.endswith("/pulls/12") else {"login": "robin", "id": 1} if path == "/user" else whole()


def _with_pulls(desk: Desk, project: Project) -> Desk:
    """Three publications: open, merged, closed."""
    with desk.db.read() as connection:
        ids = candidates.queue_ids(connection, desk.repository_id, Query(frozenset({State.PENDING})))[:3]
    for number, (each, pull_state) in enumerate(zip(ids, ("closed", "merged", "open"), strict=True), 10):
        answer(desk, [each], "negative", True)
        assert decide(desk, [each], Action.APPROVE).done
        made = publish(desk, [each]).publications[-1]
        values = {"pull_number": number, "pull_state": pull_state, "push_url": "https://git.example.test/acme/pay.git"}
        with desk.db.write() as connection:
            url = f"https://git.example.test/acme/pay/pull/{number}"
            publications.change(connection, made.id, {**values, "pull_url": url}, desk.now())
    by_ssh(project, "git@git.example.test:acme/pay.git")
    return replace(desk, repository=discover(project.root))


@pytest.mark.parametrize(
    ("size", "pressed"),
    [((80, 24), ("2",)), ((120, 36), ("2",)), ((200, 60), ("2", "j"))],
    ids=["next-80x24", "next-120x36", "open-200x60"],
)
def test_publish_to_github(
    snap_compare: Compare, build: Build, scene: Desk, project: Project, size: tuple[int, int], pressed: tuple[str, ...]
) -> None:
    """What the base asks for and who can satisfy it; a pull request with its address and what it waits for."""
    desk = _with_pulls(scene, project)
    app = build(desk, open_hub=lambda _: hub(_github))
    assert snap_compare(app, terminal_size=size, run_before=keys(*pressed))


@pytest.mark.parametrize("size", SIZES[:2], ids=lambda size: f"{size[0]}x{size[1]}")
def test_help(snap_compare: Compare, build: Build, scene: Desk, size: tuple[int, int]) -> None:
    """Every key of the queue with what it does and its id."""
    assert snap_compare(build(scene), terminal_size=size, run_before=keys("question_mark"))


def test_palette(snap_compare: Compare, build: Build, scene: Desk) -> None:
    """The actions whose words have the letters, each with its key and id."""
    assert snap_compare(build(scene), terminal_size=(80, 24), run_before=keys("colon", *"mark"))
