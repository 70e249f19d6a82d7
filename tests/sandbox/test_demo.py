"""The demo workspace: made whole, the same everywhere, and nobody's own things are touched."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qatui.domain.candidate import QueueRow, State
from qatui.domain.plan_items import Item, items
from qatui.domain.plan_match import matching
from qatui.domain.query import parse
from qatui.errors import Locked, UsageError
from qatui.flows.desk import Desk
from qatui.flows.review import look
from qatui.sandbox.demo import COLLEAGUE, MARKER, Demo, make_demo
from qatui.store import candidates, events
from qatui.store.database import Database, open_database
from qatui.wiring import Start, open_desk
from tests.conftest import NOW, move_in, run_git

MAIN = "7406000"
"""Of main when the demo is made; another one means that the demo's history, or a file of it, was changed."""


def desk_for(root: Path, db: Database) -> Desk:
    return open_desk(Start(root), db)


def make(directory: Path, count: int | None = None) -> Demo:
    return make_demo(directory, count, desk_for, now=lambda: NOW)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A demo that tests only look at."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        move_in(tmp_path_factory.mktemp("home"), monkeypatch)
        return make(tmp_path_factory.mktemp("made") / "demo")


@pytest.fixture
def small(tmp_path: Path) -> Demo:
    """A demo of its own, for a test that changes it."""
    return make(tmp_path / "demo", 5)


@pytest.fixture
def seat(made: Demo) -> Iterator[Desk]:
    """A desk in the demo that tests only look at."""
    db = open_database(f"sqlite:///{made.database}")
    yield replace(desk_for(made.repository, db), now=lambda: NOW)
    db.close()


def everything(desk: Desk) -> list[QueueRow]:
    with desk.db.read() as connection:
        return candidates.queue_page(connection, desk.repository_id, parse("is:all"), limit=1000)


def by_path(desk: Desk) -> dict[str, int]:
    return {row.path: row.id for row in everything(desk)}


def test_whole_workspace(made: Demo, seat: Desk) -> None:
    rows = everything(seat)
    assert made.new
    assert len(rows) == made.candidates >= 40
    assert {row.state for row in rows} == {State.PENDING, State.IN_REVIEW}
    assert seat.base.branch == "main"
    assert seat.team.repository == "acme/payments-api"
    assert seat.reviewer == "you@acme.test"
    assert len(seat.team.checklist) == 5
    assert sum(item.required for item in seat.team.checklist) == 2
    assert "wrong-layer" in seat.team.reasons()
    assert run_git(made.repository, "status", "--porcelain") == ""
    assert (made.repository / "docs" / "test-plan.md").read_text().count("- [x]") >= 5


def test_history_is_the_same_everywhere(made: Demo, tmp_path: Path) -> None:
    other = make(tmp_path / "other", 0)
    log = ["log", "--format=%H %an %cs %s", "main"]
    assert run_git(made.remote, *log) == run_git(other.remote, *log)
    assert run_git(made.remote, "rev-parse", "main").startswith(MAIN)
    assert len(run_git(made.remote, *log).splitlines()) == 9
    assert len({line.split()[1] for line in run_git(made.remote, *log).splitlines()}) == 2


def test_history_does_not_follow_the_users_configuration(home: Path, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (hooks / "post-checkout").chmod(0o755)
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    (template / "pre-push").write_text("#!/bin/sh\nexit 1\n")
    config = home / ".gitconfig"
    text = config.read_text() + (
        f"[core]\n\tautocrlf = true\n\texcludesFile = {tmp_path}/ignored\n[commit]\n\tgpgSign = true\n"
        f"[init]\n\tdefaultBranch = trunk\n\ttemplateDir = {template.parent}\n"
    )
    config.write_text(text)
    (tmp_path / "ignored").write_text("*.py\n")
    demo = make(tmp_path / "demo", 1)
    assert run_git(demo.remote, "rev-parse", "main").startswith(MAIN)
    assert config.read_text() == text
    assert not (demo.repository / ".git" / "hooks" / "pre-push").exists()
    assert run_git(demo.repository, "config", "commit.gpgSign") == "false"


def test_ages_are_spread_over_days(seat: Desk) -> None:
    ages = {(NOW - row.created_at) // 3_600_000 for row in everything(seat)}
    assert ages == {0, 5, 27, 52, 98, 146}


def test_origins_are_told(seat: Desk) -> None:
    found = by_path(seat)
    origin = look(seat, found["tests/api/test_refunds_partial.py"]).origin
    assert origin is not None
    assert origin.generator == {"name": "cover-bot", "model": "claude-y", "run": "run-121"}
    assert origin.endpoint == {"method": "POST", "path": "/orders/{id}/refunds"}
    assert (origin.plan_item, origin.completes, origin.labels) == ("7K3F9X", True, ("refunds",))
    plan = seat.repository.read(seat.base.commit, "docs/test-plan.md")
    assert plan is not None
    for number in found.values():
        told = look(seat, number).origin
        assert told is not None
        assert told.plan_item is None or isinstance(matching(items(plan), told.plan_item), Item), told


def test_one_candidate_is_behind_base(seat: Desk) -> None:
    moved = [path for path, number in by_path(seat).items() if look(seat, number).base_moved]
    assert moved == ["tests/test_users.py"]


def test_one_candidate_was_mended(seat: Desk) -> None:
    dossier = look(seat, by_path(seat)["tests/test_auth.py"])
    assert [revision.number for revision in dossier.revisions] == [1, 2]
    assert b"assert answer.status == 401" in dossier.content


def test_modified_files_have_several_hunks(made: Demo, seat: Desk, tmp_path: Path) -> None:
    modified = [row for row in everything(seat) if not row.new_file]
    assert len(modified) >= 6
    clone = shutil.copytree(made.repository, tmp_path / "clone", symlinks=True)
    for path in ("tests/test_orders.py", "tests/test_refunds.py", "web/tests/cart.test.ts"):
        (row,) = (row for row in modified if row.path == path)
        (clone / path).write_bytes(look(seat, row.id).content)
        hunks = run_git(clone, "diff", "-U0", "--", path).count("\n@@ ")
        assert hunks >= 3, path


def test_a_colleague_was_there(seat: Desk) -> None:
    found = by_path(seat)
    dossiers = {path: look(seat, number) for path, number in found.items()}
    assert [path for path, each in dossiers.items() if each.candidate.assignee] == ["tests/api/test_error_shape.py"]
    (note,) = dossiers["tests/test_orders.py"].comments
    assert (note.author, note.line) == (COLLEAGUE, 24)
    line = dossiers["tests/test_orders.py"].content.decode().splitlines()[23]
    assert "quantity" in line
    ready = [p for p, each in dossiers.items() if all(t.done for t in each.checklist if t.item.required)]
    assert len(ready) >= 15
    with seat.db.read() as connection:
        assert events.newest(connection, seat.repository_id) > len(found)


def test_the_first_screen_has_something_to_reject_and_a_fast_lane(seat: Desk) -> None:
    with seat.db.read() as connection:
        rows = candidates.queue_page(connection, seat.repository_id, parse(""), limit=9)
    assert rows[0].path == "tests/test_refunds.py"
    assert not rows[0].new_file
    done = [all(t.done for t in look(seat, row.id).checklist if t.item.required) for row in rows]
    assert done == [False] * 3 + [True] * 6


@pytest.mark.parametrize("count", [0, 5, 40, 500])
def test_as_many_as_asked_for(tmp_path: Path, count: int) -> None:
    seen: list[tuple[int, int | None]] = []
    demo = make_demo(tmp_path / "d", count, desk_for, progress=lambda done, total: seen.append((done, total)))
    db = open_database(f"sqlite:///{demo.database}")
    desk = desk_for(demo.repository, db)
    assert len(everything(desk)) == count == demo.candidates
    assert not seen or seen[-1] == (count, count)
    assert seen == sorted(seen)
    db.close()


def test_opened_again_as_it_was_left(small: Demo) -> None:
    from qatui.domain.lifecycle import Action
    from qatui.flows.decide import decide

    db = open_database(f"sqlite:///{small.database}")
    desk = desk_for(small.repository, db)
    number = everything(desk)[0].id
    assert decide(desk, [number], Action.REJECT, reason="asserts-nothing").done == (number,)
    again = make(small.directory)
    assert again == Demo(small.directory, small.candidates, new=False)
    assert look(desk, number).candidate.state is State.REJECTED
    db.close()


def test_another_size_is_refused(small: Demo) -> None:
    with pytest.raises(UsageError, match=f"made with {small.candidates} candidates, not 7"):
        make(small.directory, 7)


def test_strange_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / MARKER).write_text("{}")
    for name, words in (("file", "is no folder"), ("full", "is not empty"), ("foreign", "is no demo's")):
        with pytest.raises(UsageError, match=words):
            make(tmp_path / name)
    with pytest.raises(UsageError, match="0 to 100,000"):
        make(tmp_path / "new", 100_001)
    with pytest.raises(UsageError, match="0 to 100,000"):
        make(tmp_path / "new", -1)
    with pytest.raises(UsageError, match="cannot be made"):
        make(tmp_path / "file" / "below")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "foreign", "full"]


def test_a_demo_with_a_part_missing_is_refused(small: Demo) -> None:
    small.database.unlink()
    with pytest.raises(UsageError, match="not whole"):
        make(small.directory)


def test_two_at_once(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    place.mkdir()
    with (place / MARKER).open("w") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)
        with pytest.raises(Locked):
            make(place)
    assert make(place, 1).new


def test_a_refusal_stops_it(tmp_path: Path) -> None:
    from qatui.errors import Refused

    def narrow(root: Path, db: Database) -> Desk:
        desk = desk_for(root, db)
        return replace(desk, team=type(desk.team)(test_roots=("web",)))

    with pytest.raises(Refused, match="outside the test folders"):
        make_demo(tmp_path / "demo", None, narrow)
    assert make(tmp_path / "demo", 5).new


@pytest.mark.parametrize("step", ["make_clone", "ingest", "move_base"])
def test_killed_while_it_is_made(tmp_path: Path, step: str) -> None:
    """SIGKILL in front of a step, in a process of its own; run again it ends as if nothing had been."""
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom qatui.sandbox import demo\n"
        "from qatui.wiring import Start, open_desk\n"
        f"demo.{step} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "demo.make_demo(Path(sys.argv[1]), None, lambda root, db: open_desk(Start(root), db))\n"
    )
    place = tmp_path / "demo"
    killed = subprocess.run([sys.executable, "-c", program, str(place)], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (place / MARKER).read_text() == ""
    demo = make(place)
    assert demo.new
    db = open_database(f"sqlite:///{demo.database}")
    desk = desk_for(demo.repository, db)
    assert len(everything(desk)) == demo.candidates
    assert run_git(demo.remote, "rev-parse", "main").startswith(MAIN)
    assert desk.base.commit.startswith(MAIN)
    db.close()


def test_nothing_of_the_users_is_touched(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tree: Callable[[Path], dict[str, str]]
) -> None:
    own = home / "own.db"
    open_database(f"sqlite:///{own}").close()
    monkeypatch.setenv("QATUI_DATABASE", str(own))
    before = tree(home)
    make(tmp_path / "demo")
    assert tree(home) == before


@pytest.fixture
def tree() -> Callable[[Path], dict[str, str]]:
    """Every file below a folder with the hash of its bytes."""

    def read(folder: Path) -> dict[str, str]:
        files = [Path(top) / name for top, _, names in os.walk(folder) for name in names]
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    return read


def test_manifests_in_the_inbox_can_be_taken_again(made: Demo, seat: Desk) -> None:
    from qatui.flows.ingest import ingest
    from qatui.workspace.manifests import manifest_source

    manifests = sorted((made.directory / "inbox").glob("*/manifest.jsonl"))
    assert len(manifests) == 6
    for manifest in manifests:
        assert all(json.loads(line)["file"] for line in manifest.read_text().splitlines())
        again = ingest(seat, manifest_source(manifest.name, manifest.parent).proposals, source="again")
        assert (again.new, again.revised, again.refused) == ((), (), ())
