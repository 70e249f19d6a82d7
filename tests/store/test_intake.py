"""What intake asks of the paths that are taken, on either database."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qatui.domain.query import parse
from qatui.store import candidates, intake
from qatui.store.database import Connection
from tests.store.conftest import Shelf, make_shelf

PATHS = ("tests/a/b.py", "tests/a/c.py", "tests/a-b", "tests/a.py", "tests/a0", "tests/A/x", "tests/ä/x", "tests/z")


@pytest.fixture
def linguistic(server_url: Callable[..., str]) -> Iterator[Shelf]:
    """A store on a server whose texts stand in the order of a dictionary, where `/` hardly counts."""
    try:
        url = server_url("--template=template0", "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8")
    except subprocess.CalledProcessError:
        pytest.skip("this server knows no dictionaries")
    made = make_shelf(url)
    yield made
    made.db.close()


def ask(shelf: Shelf, name: str, *paths: str) -> set[str]:
    """The answer of a question to the store."""
    with shelf.db.read() as connection:
        found: set[str] = getattr(intake, name)(connection, shelf.id, paths)
    return found


def check_neighbours(shelf: Shelf) -> None:
    """Files and folders are told apart, and from names that only begin alike."""
    for path in PATHS:
        shelf.add(path)
    shelf.add("tests/gone/x", state="superseded")
    assert ask(shelf, "files_among", "tests/z", "tests/a", "tests/a/b.py", "tests/gone/x") == {
        "tests/z",
        "tests/a/b.py",
    }
    wanted = ("tests", "tests/a", "tests/A", "tests/ä", "tests/a/b.py", "tests/a-", "tests/gone", "test", "tests/z")
    assert ask(shelf, "folders_among", *wanted) == {"tests", "tests/a", "tests/A", "tests/ä"}
    assert ask(shelf, "folders_among") == ask(shelf, "files_among") == set()
    with shelf.db.read() as connection:
        assert intake.file_inside(connection, shelf.id, "tests/a", []) == "tests/a/b.py"
        assert intake.file_inside(connection, shelf.id, "tests/a", ["tests/a/b.py"]) == "tests/a/c.py"
        assert intake.file_inside(connection, shelf.id, "tests/a", ["tests/a/b.py", "tests/a/c.py"]) is None


def test_neighbours(shelf: Shelf) -> None:
    check_neighbours(shelf)


@pytest.mark.postgres
def test_neighbours_where_texts_are_sorted_otherwise(linguistic: Shelf) -> None:
    check_neighbours(linguistic)
    with linguistic.db.read() as connection:
        found = candidates.queue_ids(connection, linguistic.id, parse("Ä/X"))
    assert len(found) == 1


def test_neighbours_are_looked_up_in_the_index(tmp_path: Path, statements: list[str]) -> None:
    """Not by reading every row: the questions are asked with the lock held."""
    shelf = make_shelf(f"sqlite:///{tmp_path}/qatui.db")
    with shelf.db.read() as connection:
        del statements[:]
        intake.files_among(connection, shelf.id, ["tests/a"])
        intake.folders_among(connection, shelf.id, ["tests/a"])
        intake.file_inside(connection, shelf.id, "tests/a", [])
        asked = [each for each in statements if each.startswith("SELECT")]
        plans = [_plan(connection, each) for each in asked]
    shelf.db.close()
    assert len(plans) == 3
    for plan in plans:
        assert "candidate USING INDEX sqlite_autoindex_candidate_1 (repository_id=? AND path" in plan


def _plan(connection: Connection, statement: str) -> str:
    values = ("[]",) * statement.count("?")
    return " ".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
