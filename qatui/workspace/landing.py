"""Where proposed files would land in the base: what stands there, and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from qatui.domain.proposal import folders_of
from qatui.workspace.repository import Repository


@dataclass(frozen=True, slots=True)
class Spot:
    """A target path at a commit."""

    oid: str | None
    """Blob that stands there; None: nothing does."""
    obstacle: str | None
    """Why no file can be put there, as a sentence's end."""


def spots(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, Spot]:
    """What is at each of `paths`, which must be well-formed, and whether a file can be put there at all."""
    folders = sorted({folder for path in paths for folder in folders_of(path)})
    kinds = repository.kinds(commit, [*paths, *folders])
    links = repository.links(commit, paths)
    return {path: _spot(path, kinds, links) for path in paths}


def _spot(path: str, kinds: dict[str, tuple[str, str]], links: set[str]) -> Spot:
    for folder in folders_of(path):
        if folder in links:
            return Spot(None, f"the path goes through {folder}, a symbolic link or submodule on base")
        if kinds.get(folder, ("tree", ""))[0] != "tree":
            return Spot(None, f"{folder} is a file on base, no folder")
    if path in links:
        return Spot(None, "the path is a symbolic link or submodule on base")
    kind, oid = kinds.get(path, ("", ""))
    if kind == "tree":
        return Spot(None, "the path is a folder on base")
    return Spot(oid or None, None)
