"""Look-alikes in which the whole conversation has been held, made once and copied."""

import asyncio
import shutil
from collections.abc import Iterator, Set
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from qatui.sandbox.github import bare
from tests.contract import Contract
from tests.sandbox.github.conversation import Talk, converse, found, open_copy


class Worlds:
    """Look-alikes on copies of a world in which the whole conversation has been held."""

    def __init__(self, template: Path, contract: Contract, runner: asyncio.Runner, heard: Set[str]) -> None:
        self.heard = heard
        """The operations that went well in the conversation."""
        self._template = template
        self._contract = contract
        self._runner = runner
        self._open: dict[str, Talk] = {}
        self._copies = count()

    def fresh(self) -> Talk:
        """A new copy, to write in; the one before is gone."""
        return self._copy("written")

    def untouched(self) -> Talk:
        """A copy for all who only read."""
        return self._open.get("read") or self._copy("read")

    def close(self) -> None:
        """Away with the copies."""
        for name in list(self._open):
            self._drop(name)

    def _copy(self, name: str) -> Talk:
        self._drop(name)
        # Never twice in one folder: what git said of a folder's commits is remembered by its path.
        place = self._template.parent / f"{name}-{next(self._copies)}"
        self._open[name] = open_copy(self._template, place, self._contract, self._runner)
        return self._open[name]

    def _drop(self, name: str) -> None:
        talk = self._open.pop(name, None)
        if talk is not None:
            talk.github.world.close()
            assert not [*talk.github.world.directory.rglob("evil"), *Path().glob("evil")], "a request ran a command"
            shutil.rmtree(talk.github.world.directory)


@contextmanager
def talked(folder: Path, contract: Contract) -> Iterator[Worlds]:
    """Hold the conversation, below a folder."""
    found(folder / "founded")
    with asyncio.Runner() as runner:
        talk = open_copy(folder / "founded", folder / "talked", contract, runner)
        converse(talk)
        for each in talk.github.world.repositories:  # so that there is less to copy
            git = talk.github.world.bare(each)
            bare.run(git, "repack", "-a", "-d", "-k", "-q")
            shutil.rmtree(git / "hooks", ignore_errors=True)
        talk.github.world.close()
        made = Worlds(folder / "talked", contract, runner, talk.heard.keys())
        yield made
        made.close()
