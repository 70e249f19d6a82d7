"""What there is in a world, seen by plain SQL and plain git: none of the code under test looks at its own work."""

import hashlib
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.world import World, git

Row = dict[str, Any]
_PULLS = "refs/pull/"
"""Refs that the embedded GitHub makes when it is asked: what is there is seen by its API."""
_FIRST = "refs/heads/main"
"""A branch that nobody touches, at the commit that the world began with."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A world at one moment."""

    tables: dict[str, list[Row]]
    """The store's rows, by table; contents are `lost` unless they are what their hash says."""
    own: dict[str, str]
    """Everything of the clone that is the person's, by path: working tree, index, HEAD, branches, stash, settings."""
    refs: dict[str, str]
    """refs/qatui of the clone."""
    records: dict[str, str]
    """Files that qatui keeps in the git directory."""
    remote: dict[str, str]
    """Every ref of the remote."""
    commits: dict[str, list[str]]
    """Branch at the remote -> its commits, newest first: all of them that is no date and no id."""
    damage: list[str]
    """What is broken in the store or in git."""
    litter: list[str]
    """Lock files and unfinished files."""
    beside: object = None
    """What can be seen at the server that runs beside the verb."""


def look(world: World, beside: object = None, *, thoroughly: bool = False) -> Sight:
    """See a world, and leave it as it is; `thoroughly` lets git check all its objects too."""
    tables, damage = _store(world.store)
    remote = {name: commit for name, commit in _refs(world.remote, "refs").items() if not name.startswith(_PULLS)}
    branches = [name for name in remote if name.startswith("refs/heads/") and name != _FIRST]
    if thoroughly:
        damage += [*_fsck(world.clone), *_fsck(world.remote)]
    own = dict(_files(world.clone, skip=(".git/objects", ".git/refs/qatui", ".git/qatui")))
    return Sight(
        tables=tables,
        own={name: digest for name, digest in own.items() if not _is_litter(name)},
        refs=_refs(world.clone, "refs/qatui"),
        records=dict(_files(world.clone / ".git/qatui")),
        remote=remote,
        commits={name: _commits(world.remote, name) for name in branches},
        damage=damage,
        litter=sorted(_litter(world)),
        beside=beside,
    )


def _store(path: Path) -> tuple[dict[str, list[Row]], list[str]]:
    """The rows, from a copy of the files: what a dead process left in the log is for the product to recover."""
    if not path.exists():
        return {}, []
    with tempfile.TemporaryDirectory(dir=path.parents[4]) as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / path.name)) as db:
            db.row_factory = sqlite3.Row
            damage = [text for (text,) in db.execute("PRAGMA integrity_check") if text != "ok"]
            damage += [
                f"a row of {row[0]} points to none of {row[2]}" for row in db.execute("PRAGMA foreign_key_check")
            ]
            names = [
                name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            tables = {name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in names}  # noqa: S608
    for row in tables.get("content", []):
        whole = hashlib.sha256(zlib.decompress(row.pop("data"))).hexdigest() == row["hash"]
        if not whole:
            damage.append(f"content {row['hash']} is another")
    return tables, damage


def _files(top: Path, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Path and digest of every file below `top`."""
    for folder, folders, files in os.walk(top):
        below = os.path.relpath(folder, top)
        folders[:] = sorted(each for each in folders if os.path.normpath(os.path.join(below, each)) not in skip)
        for file in files:
            data = (Path(folder) / file).read_bytes()
            yield os.path.normpath(os.path.join(below, file)), hashlib.sha256(data).hexdigest()


def _refs(repository: Path, folder: str) -> dict[str, str]:
    rows = git(repository, "for-each-ref", "--format=%(refname) %(objectname)", folder).splitlines()
    return dict(row.rsplit(" ", 1) for row in rows)


def _commits(repository: Path, branch: str) -> list[str]:
    rows = git(repository, "log", "-z", "--first-parent", "--format=%T %an %ae %B", f"{_FIRST}..{branch}")
    return rows.split("\0") if rows else []


def _fsck(repository: Path) -> list[str]:
    try:
        git(repository, "fsck", "--no-dangling", "--no-progress")
    except RuntimeError as error:
        return [str(error)]
    return []


def _is_litter(name: str) -> bool:
    return name.startswith(".git/") and name.endswith(".lock")


def _litter(world: World) -> Iterator[str]:
    """What a process that died left lying; an unfinished object of the remote is the server's own to clear."""
    for top in (world.clone / ".git", world.remote):
        yield from (str(file.relative_to(world.top)) for file in top.rglob("*.lock"))
    for file in (world.clone / ".git/objects/pack").glob("tmp_pack_*"):
        if file.read_bytes()[:12] == _UNFINISHED:
            yield str(file.relative_to(world.top))


_UNFINISHED = b"PACK\0\0\0\2\0\0\0\0"
"""How a pack begins that fast-import did not end. Of others nobody can tell whose they are; `git gc` clears them."""
