"""Where proposed files would land in the base: what stands there, and what stands in the way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qatui.domain.proposal import folded, folders_of, taken_for
from qatui.workspace import attributes
from qatui.workspace.attributes import AS_IT_IS, Treatment
from qatui.workspace.repository import Entry, Repository

FILE = "100644"
"""Mode of a plain file, as git writes it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A target path at a commit."""

    oid: str | None
    """Blob that stands there; None: nothing does."""
    obstacle: str | None
    """Why no file can be put there, as a sentence's end."""
    mode: str = FILE
    """Mode of the file that stands there, which its next version keeps (100755: executable)."""
    treatment: Treatment = AS_IT_IS
    """What git does to the file before it stores it, as far as it was asked."""
    holds: str | None = None
    """Hash of the approved content that stands there already, where that was looked at."""
    moved_to: str = ""
    """Where the file stands that was there before, with its very bytes, where that was looked at."""


def spots(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, Spot]:
    """What is at each of `paths`, which must be well-formed, and whether a file can be put there at all."""
    folders = {folder for path in paths for folder in folders_of(path)}
    there = repository.entries(commit, folders.union(paths))
    names = _names(repository, commit, paths, there)
    return {path: _spot(path, there, names) for path in paths}


def whereabouts(repository: Repository, commit: str, oids: Collection[str]) -> dict[str, str]:
    """Where files with these bytes stand at a commit: the first path of each blob that is there."""
    found: dict[str, str] = {}
    for row in repository.git("ls-tree", "-r", "-z", commit).out.split(b"\0")[:-1]:
        head, _, raw = row.partition(b"\t")
        oid = head.decode().split(" ")[2]
        if oid in oids:
            found.setdefault(oid, raw.decode("utf-8", "surrogateescape"))
    return found


@dataclass(frozen=True, slots=True)
class Ground:
    """The target paths of a publication at its base."""

    spots: Mapping[str, Spot]
    there: Mapping[str, Entry]
    """What base has of these paths, their folders and the .gitattributes files in them."""


def survey(repository: Repository, commit: str, paths: Sequence[str], *, judging: bool = False) -> Ground:
    """What stands at `paths`, and what the user's git would do to each file, or why it cannot store it.

    With `judging` the names beside them are looked at as well, as in `spots`.
    """
    folders = {folder for path in paths for folder in folders_of(path)}
    named = {f"{folder}/{attributes.FILE}" for folder in folders} | {attributes.FILE}
    there = repository.entries(commit, folders.union(paths, named))
    treated = attributes.treatments(repository, paths, there)
    names = _names(repository, commit, paths, there) if judging else {}
    found = {path: _spot(path, there, names) for path in paths}
    spots = {
        path: replace(spot, obstacle=spot.obstacle or treated[path].obstacle, treatment=treated[path])
        for path, spot in found.items()
    }
    return Ground(spots, there)


_FOLDER, _LINKS = "040000", ("120000", "160000")


def _names(repository: Repository, commit: str, paths: Sequence[str], there: Mapping[str, Entry]) -> dict[str, str]:
    """What stands where `paths` leave what there is on base, by the name that some file systems know it by."""
    folders = {new.rpartition("/")[0] for path in paths if (new := _first_new(path, there))}
    return {folded(name): name for name in repository.beside(commit, folders)} if folders else {}


def _first_new(path: str, there: Mapping[str, Entry]) -> str | None:
    """The first folder on the way to `path` that base has not, or `path` itself; None where base has it."""
    return next((each for each in (*folders_of(path), path) if each not in there), None)


def _spot(path: str, there: Mapping[str, Entry], names: Mapping[str, str]) -> Spot:
    for folder in folders_of(path):
        mode = there[folder].mode if folder in there else _FOLDER
        if mode in _LINKS:
            return Spot(None, f"the path goes through {folder}, a symbolic link or submodule on base")
        if mode != _FOLDER:
            return Spot(None, f"{folder} is a file on base, no folder")
    if new := _first_new(path, there):
        other = names.get(folded(new))
        return Spot(None, taken_for(new, other, "on base") if other else None)
    mode, oid = there[path]
    if mode in _LINKS:
        return Spot(None, "the path is a symbolic link or submodule on base")
    if mode == _FOLDER:
        return Spot(None, "the path is a folder on base")
    return Spot(oid, None, mode)
