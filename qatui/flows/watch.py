"""`ingest --watch`: take in what is new or changed in folders and manifests, until told to stop.

By looking again and again, which works on every file system: a file is taken once it looked the same twice, a
manifest's line once it ends. What was taken or refused is left alone until it changes.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path

from qatui.domain.proposal import Intake, Proposal, Refusal
from qatui.domain.text import storable
from qatui.errors import UsageError
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.workspace.manifests import Mark, new_lines, read_manifest
from qatui.workspace.sources import Found, Signature, read, signature, walk

EVERY_SECONDS = 0.5
"""Between two looks; twice this, and the intake itself, are within two seconds."""
LOOKS_A_DESK = 20
"""After so many looks that found nothing the settings are looked up anew all the same: ten seconds."""


@dataclass(slots=True)
class Folder:
    """A folder, whose tree mirrors the target paths; with `only`, a single file in it."""

    folder: Path
    only: str | None = None
    settled: dict[str, Signature] = field(default_factory=dict)
    """What was handed on already, as it was then."""
    growing: dict[str, Signature] = field(default_factory=dict)
    """What was new at the last look."""
    said: set[Refusal] = field(default_factory=set)
    """What was no file at the last look."""
    gone: bool = False
    """Whether it was not there at the last look."""

    @property
    def name(self) -> str:
        """What the log calls it."""
        return str(self.folder / self.only if self.only else self.folder)

    def forget(self) -> None:
        """Hand everything on again."""
        self.settled.clear()
        self.said.clear()

    def look(self) -> Iterator[Proposal | Refusal] | None:
        """What is ready now, None where nothing is, as while the folder is gone."""
        ready: list[Found | Refusal] = []
        growing: dict[str, Signature] = {}
        said: set[Refusal] = set()
        self.gone = True
        with suppress(UsageError):
            for each in self._there():
                if isinstance(each, Refusal):
                    said.add(each)
                    if each not in self.said:
                        ready.append(each)
                elif self.settled.get(each.path) != each.signature:
                    growing[each.path] = each.signature
                    if self.growing.get(each.path) == each.signature:
                        ready.append(each)
            self.gone = False
        self.growing, self.said = growing, said
        return self._read(ready) if ready else None

    def _there(self) -> Iterator[Found | Refusal]:
        if self.only is None:
            yield from walk(self.folder)
        elif about := signature(self.folder / self.only):
            yield Found(self.only, about)
        else:
            raise UsageError(f"There is no file {self.name}.")

    def _read(self, ready: Sequence[Found | Refusal]) -> Iterator[Proposal | Refusal]:
        for each in ready:
            if isinstance(each, Found):
                self.settled[each.path] = each.signature
            yield read(self.folder, each)


@dataclass(slots=True)
class Manifest:
    """A manifest that grows line by line."""

    path: Path
    taken: Mark = field(default_factory=Mark)
    """How far it was handed on already."""
    gone: bool = False
    """Whether it was not there at the last look."""

    @property
    def name(self) -> str:
        """What the log calls it."""
        return str(self.path)

    def forget(self) -> None:
        """Hand everything on again."""
        self.taken = Mark()

    def look(self) -> Iterator[Proposal | Refusal] | None:
        """The whole lines that are new, None where there are none, as while the manifest is gone."""
        self.gone = True
        with suppress(UsageError):
            start, end = new_lines(self.path, self.taken)
            self.gone, self.taken = False, end
            if end.at != start.at:
                return self._read(start, end)
        return None

    def _read(self, start: Mark, end: Mark) -> Iterator[Proposal | Refusal]:
        with suppress(UsageError):  # gone since
            yield from read_manifest(self.path, start, end.at)


def watch(
    open_desk: Callable[[], Desk],
    targets: Sequence[Folder | Manifest],
    *,
    stopped: Callable[[], bool],
    heard: Callable[[Intake], None],
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Look at `targets` and take in what is ready, until `stopped`.

    `heard` is told of each intake, `say` once that a target is gone, and once that it is back.

    Stopped during an intake, it finishes the transaction and leaves the rest. A watch lives long, so the desk is
    opened anew before intakes, for base and settings as they are then; other settings may let in what was refused.
    """
    desk = open_desk()
    for look in count(1):
        if stopped():
            return
        ready = [(target, proposals) for target in targets if (proposals := _look(target, say)) is not None]
        if ready or look % LOOKS_A_DESK == 0:
            team, desk = desk.team, open_desk()
            if desk.team != team:
                for target in targets:
                    target.forget()
        for target, proposals in ready:
            coming = takewhile(lambda _: not stopped(), proposals)
            heard(ingest(desk, coming, source=storable(target.name)))
        if not stopped():
            sleep(EVERY_SECONDS)


def _look(target: Folder | Manifest, say: Callable[[str], None]) -> Iterator[Proposal | Refusal] | None:
    """What is ready in a target; says so where it went or came back since the last look."""
    was = target.gone
    ready = target.look()
    if target.gone != was:
        say(f"{target.name} is gone; waiting until it is back" if target.gone else f"{target.name} is back")
    return ready
