"""The demo: a whole workspace to try everything on, thrown away without regret.

D/payments-api/     the clone that a reviewer stands in
D/remote.git/       its bare remote
D/github/           the GitHub that has it, founded when it is served first
D/inbox/            what the generators sent: a folder for each batch, with a manifest
D/qatui.db          the store; the reviewer's own one is never opened
D/qatui-demo.json   that it is a demo, and that it was made to its end
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import IO

from qatui.domain.moments import DAY, HOUR
from qatui.domain.proposal import Proposal, Refusal
from qatui.errors import Locked, Refused, UsageError
from qatui.flows.claims import claim
from qatui.flows.desk import Desk, clock
from qatui.flows.ingest import ingest
from qatui.flows.review import answer, comment
from qatui.sandbox import demo_github
from qatui.sandbox.demo_bulk import bulk
from qatui.sandbox.demo_candidates import BATCHES, Sample, load_samples, representative
from qatui.sandbox.demo_repository import make_clone, make_remote, move_base
from qatui.store.candidates import by_path
from qatui.store.database import Database, open_database
from qatui.workspace.manifests import manifest_source

MOST = 100_000
"""Candidates that a demo may have."""
MARKER = "qatui-demo.json"
COLLEAGUE = "mira@acme.test"
"""She claimed one candidate, commented on another, and ticked what is required for the good ones."""
NIGHTLY = "nightly@acme.test"
"""Who took the candidates in."""
_PARTS = (
    "payments-api",
    demo_github.REMOTE,
    "inbox",
    "qatui.db",
    "qatui.db-wal",
    "qatui.db-shm",
    demo_github.FOLDER,
    demo_github.LOG,
)
_BULK_AGE = 7 * DAY

OpenDesk = Callable[[Path, Database], Desk]
"""The desk for a clone and a store: what wiring makes of them."""
Progress = Callable[[int, int], None]
"""Called with how many candidates are made and how many there will be."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo on disk."""

    directory: Path
    candidates: int
    """How many it was made with."""
    new: bool
    """False: it was there already, and is as it was left."""

    @property
    def repository(self) -> Path:
        """The clone."""
        return self.directory / "payments-api"

    @property
    def remote(self) -> Path:
        """The bare repository that it pushes to."""
        return self.directory / demo_github.REMOTE

    @property
    def inbox(self) -> Path:
        """What the generators sent."""
        return self.directory / "inbox"

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.directory / "qatui.db"


@contextmanager
def opened_demo(
    directory: Path,
    candidates: int | None,
    open_desk: OpenDesk,
    *,
    now: Callable[[], int] = clock,
    progress: Progress | None = None,
) -> Iterator[Demo]:
    """The demo in `directory`, this process's alone while the context lasts; made now unless it is there.

    `candidates` is how many, None for the hand-written ones. One that was not made to its end is made anew. Raises
    UsageError for a folder that holds something else or cannot be written, and for a demo of another size; Locked
    while another process has it.
    """
    if candidates is not None and not 0 <= candidates <= MOST:
        raise UsageError(f"A demo has 0 to {MOST:,} candidates, not {candidates:,}.")
    directory = Path(os.path.abspath(directory))
    with ExitStack() as held:
        try:
            _check_folder(directory)
            directory.mkdir(parents=True, exist_ok=True)
            marker = held.enter_context(_marker(directory / MARKER))
            made_with = _made_with(marker)
            if made_with is not None:
                demo = _existing(Demo(directory, made_with, new=False), candidates)
            else:
                demo = _make(directory, candidates, marker, open_desk, now(), progress)
        except OSError as error:
            raise UsageError(
                f"The demo cannot be made in {directory}: {error.strerror}.", "Name another folder with --dir."
            ) from error
        yield demo


def make_demo(
    directory: Path,
    candidates: int | None,
    open_desk: OpenDesk,
    *,
    now: Callable[[], int] = clock,
    progress: Progress | None = None,
) -> Demo:
    """The demo in `directory`, as `opened_demo` gives it, and given back."""
    with opened_demo(directory, candidates, open_desk, now=now, progress=progress) as demo:
        return demo


def _make(
    directory: Path,
    candidates: int | None,
    marker: IO[str],
    open_desk: OpenDesk,
    now: int,
    progress: Progress | None,
) -> Demo:
    """Make every part, from nothing; the marker last."""
    for name in _PARTS:
        _remove(directory / name)
    every = load_samples()
    count = len({sample.path for sample in every}) if candidates is None else candidates
    samples = representative(every, count)
    demo = Demo(directory, count, new=True)
    make_remote(demo.remote)
    clone = make_clone(demo.remote, demo.repository)
    with closing(open_database(f"sqlite:///{demo.database}")) as db:
        desk = open_desk(demo.repository, db)
        done = 0
        for source, moment, proposals in _batches(demo, samples, now):

            def tell(taken: int, before: int = done) -> None:
                if progress:
                    progress(min(before + taken, count), count)

            intake = ingest(
                replace(desk, reviewer=NIGHTLY, now=_standing(moment)), proposals, source=source, progress=tell
            )
            _no_refusal(intake.refused)
            done += intake.seen
        _leave_traces(replace(desk, reviewer=COLLEAGUE, now=_standing(now - HOUR)), samples)
    move_base(demo.remote, clone)
    json.dump({"schema": 1, "candidates": count}, marker)
    marker.flush()
    return demo


def _batches(
    demo: Demo, samples: Sequence[Sample], now: int
) -> Iterator[tuple[str, int, Iterable[Proposal | Refusal]]]:
    """What came in, the oldest first: a name for the log, the moment, the proposals."""
    more = demo.candidates - len({sample.path for sample in samples})
    if more:
        yield "bulk", now - _BULK_AGE, bulk(more)
    for batch, of_batch in groupby(samples, key=lambda sample: sample.batch):
        manifest = _deliver(demo.inbox / batch, list(of_batch))
        proposals = manifest_source(manifest.name, manifest.parent).proposals
        yield str(manifest.relative_to(demo.directory)), now - BATCHES[batch], proposals


def _deliver(folder: Path, samples: Iterable[Sample]) -> Path:
    """Write a batch as its generator sends it, files and manifest; the manifest."""
    lines = []
    for sample in samples:
        file = folder / sample.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(sample.content)
        lines.append(json.dumps({**sample.line, "file": sample.path}) + "\n")
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(lines), "utf-8")
    return manifest


def _leave_traces(desk: Desk, samples: Iterable[Sample]) -> None:
    """A colleague was there: a claim, a comment on a line, and the required ticks for what she found good."""
    kinds = {sample.path: sample.kind for sample in samples}
    with desk.db.read() as connection:
        found = by_path(connection, desk.repository_id, list(kinds))
    good = [found[path].id for path, kind in kinds.items() if kind == "good" and path != _CLAIMED]
    for item in desk.team.checklist:
        if item.required:
            _no_refusal(answer(desk, good, item.id, True).refused)
    if claimed := found.get(_CLAIMED):
        _no_refusal(claim(desk, [claimed.id]).refused)
    if read := found.get("tests/test_orders.py"):
        words = "Good that the body is read as well. Is `true` refused as a quantity?"
        _no_refusal(comment(desk, [read.id], words, side="new", line=24).refused)


_CLAIMED = "tests/api/test_error_shape.py"


def _no_refusal(refused: Sequence[tuple[object, str]]) -> None:
    """Nothing of the demo's own is ever refused, unless somebody changes it while it is made."""
    if refused:
        raise Refused(f"A part of the demo was refused: {refused[0][0]}: {refused[0][1]}.", "Remove it and try again.")


def _standing(moment: int) -> Callable[[], int]:
    """A clock that stands still at `moment`."""
    return lambda: moment


def _existing(demo: Demo, candidates: int | None) -> Demo:
    """A demo that was made before, whole; raises UsageError for a damaged one or one of another size."""
    if not (demo.repository.is_dir() and demo.remote.is_dir() and demo.database.is_file()):
        raise UsageError(f"The demo in {demo.directory} is not whole any more.", "Remove the folder, or name another.")
    if candidates not in (None, demo.candidates):
        raise UsageError(
            f"The demo in {demo.directory} was made with {demo.candidates:,} candidates, not {candidates:,}.",
            "Leave --candidates out to open it as it is, or name another folder with --dir.",
        )
    return demo


def _check_folder(directory: Path) -> None:
    """Raises UsageError for a folder that holds anything but a demo."""
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is no folder.", "Name another one with --dir.")
    if directory.is_dir() and not (directory / MARKER).is_file() and any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty, and no demo.", "Name an empty or a new folder with --dir.")


@contextmanager
def _marker(file: Path) -> Iterator[IO[str]]:
    """The marker, for this process alone; made empty where there is none, which means: not made to its end."""
    with file.open("a+", encoding="utf-8") as marker:
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(f"Another process has the demo in {file.parent} open.", "End that one first.") from None
        yield marker


def _made_with(marker: IO[str]) -> int | None:
    """How many candidates the demo was made with; None: not made to its end. Raises UsageError for another file."""
    marker.seek(0)
    text = marker.read()
    if not text:
        return None
    try:
        return int(json.loads(text)["candidates"])
    except (ValueError, TypeError, KeyError):
        raise UsageError(f"{marker.name} is no demo's.", "Name another folder with --dir.") from None


def _remove(path: Path) -> None:
    """Take away what a run that was killed left."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
