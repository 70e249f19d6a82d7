"""One look-alike for all tests of a module: starting it costs more than most of them."""

from collections.abc import Iterator

import pytest

from tests.contract import Contract
from tests.lookalike import Lookalike, lookalike
from tests.sandbox.github.worlds import Worlds, talked


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    """A running look-alike; tests of a module share it, so each makes its own issues and branches."""
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Worlds with something of everything; skips where GitHub's description is absent."""
    contract = Contract.load()
    if contract is None:
        pytest.skip("the workshop's shared folder is absent")
    with talked(tmp_path_factory.mktemp("worlds"), contract) as made:
        yield made
