"""A desk at the embedded GitHub, which all tests of a file share, each with a repository of its own there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qatui.store.database import Database
from tests.hosted import Hosted, hosted
from tests.lookalike import Lookalike, lookalike


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


@pytest.fixture
def shop(server: Lookalike, tmp_path: Path, db: Database) -> Iterator[Hosted]:
    with hosted(server, tmp_path, db) as made:
        yield made
