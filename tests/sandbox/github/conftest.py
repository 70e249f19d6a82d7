"""One look-alike for all tests of a module: starting it costs more than most of them."""

from collections.abc import Iterator

import pytest

from tests.lookalike import Lookalike, lookalike


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    """A running look-alike; tests of a module share it, so each makes its own issues and branches."""
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made
