"""The first look sees what the store's own functions see, or nothing at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from qatui.domain import query
from qatui.flows.desk import Desk
from qatui.store import bookmarks, candidates, first_look
from qatui.store.repositories import remember_clone
from tests.conftest import seed

GIT_DIR, STAMP = "/somewhere/.git", "a stamp"


@pytest.fixture
def file(desk: Desk) -> Path:
    """A store with candidates of several states, priorities and ages, and a clone that was seen before."""
    for number, state in enumerate(("pending", "in_review", "approved", "rejected", "pending", "held")):
        files = {f"tests/{state}_{number}_{priority}.py": f"{number} {priority}\n" for priority in (3, 0, 7)}
        for priority, (path, text) in zip((3, 0, 7), files.items(), strict=True):
            seed(desk, {path: text}, state=state, priority=priority, created_at=desk.now() - number % 2)
    with desk.db.write() as connection:
        remember_clone(connection, GIT_DIR, STAMP, desk.repository_id, desk.reviewer)
    assert desk.db.path is not None
    return desk.db.path


@pytest.mark.parametrize("text", ["", "is:open", "is:all", "is:approved,held", "is:done", "is:merged"])
@pytest.mark.parametrize("limit", [1, 5, 100])
def test_it_sees_the_page_of_the_store(desk: Desk, file: Path, text: str, limit: int) -> None:
    with desk.db.write() as connection:
        if text:
            bookmarks.keep(connection, desk.repository_id, desk.reviewer, "filter", text, desk.now())
        bookmarks.keep(connection, desk.repository_id, desk.reviewer, "place", {"candidate": 3}, desk.now())
    seen = first_look.look(file, GIT_DIR, STAMP, limit)
    assert seen is not None
    assert (seen.repository_id, seen.reviewer) == (desk.repository_id, desk.reviewer)
    assert seen.filter == (text or query.DEFAULT)
    assert seen.bookmarks["place"] == {"candidate": 3}
    with desk.db.read() as connection:
        wanted = query.parse(text or query.DEFAULT)
        assert seen.rows == candidates.queue_page(connection, desk.repository_id, wanted, limit=limit)


def test_words_are_left_to_the_store(desk: Desk, file: Path) -> None:
    with desk.db.write() as connection:
        bookmarks.keep(connection, desk.repository_id, desk.reviewer, "filter", "is:all held", desk.now())
    seen = first_look.look(file, GIT_DIR, STAMP, 5)
    assert seen is not None
    assert seen.rows == []


def test_it_sees_nothing_where_something_stands_in_the_way(desk: Desk, file: Path, tmp_path: Path) -> None:
    assert first_look.look(file, GIT_DIR, "another stamp", 5) is None
    assert first_look.look(tmp_path / "none.db", GIT_DIR, STAMP, 5) is None
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "other.db").write_bytes(b"no database" * 100)
    assert first_look.look(tmp_path / "other.db", GIT_DIR, STAMP, 5) is None
    with desk.db.write() as connection:
        bookmarks.keep(connection, desk.repository_id, desk.reviewer, "filter", "is:nonsense", desk.now())
    assert first_look.look(file, GIT_DIR, STAMP, 5) is None, "a filter that means nothing is the screen's to tell"
    with desk.db.remake() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert first_look.look(file, GIT_DIR, STAMP, 5) is None


def test_it_loads_nothing_heavy() -> None:
    code = "import sys, qatui.store.first_look; print({'sqlalchemy', 'git', 'textual'} & {m for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
