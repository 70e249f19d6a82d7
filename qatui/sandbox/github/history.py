"""Which commits lead to one, and how two lie to each other. Commits never change: answers about them are kept."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qatui.sandbox.github import bare, mergeability

_KEPT = 256


@dataclass(frozen=True, slots=True)
class Filter:
    """Which commits are asked for."""

    path: str | None = None
    """Only those that change this file or folder."""
    authors: tuple[str, ...] | None = None
    """Addresses, any of them; empty: nobody's."""
    committers: tuple[str, ...] | None = None
    since: int | None = None
    """Seconds since 1970, by the date of the committer."""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How `head` lies to `base`."""

    merge_base: str
    ahead: tuple[str, ...]
    """The commits that head has and base lacks, oldest first."""
    behind_by: int

    @property
    def status(self) -> str:
        """identical, ahead, behind or diverged."""
        if self.ahead:
            return "diverged" if self.behind_by else "ahead"
        return "behind" if self.behind_by else "identical"


@lru_cache(_KEPT)
def commits(directory: Path, sha: str, wanted: Filter) -> tuple[str, ...]:
    """The ids of the commits that lead to `sha`, newest first."""
    if wanted.authors == () or wanted.committers == ():
        return ()
    options = ["--fixed-strings", "--regexp-ignore-case"]
    options += [f"--author=<{each}>" for each in wanted.authors or ()]
    options += [f"--committer=<{each}>" for each in wanted.committers or ()]
    options += [] if wanted.since is None else [f"--max-age={wanted.since}"]
    options += [] if wanted.until is None else [f"--min-age={wanted.until}"]
    paths = [] if wanted.path is None else [wanted.path]
    return tuple(bare.text(directory, "rev-list", *options, sha, "--", *paths).split())


def compare(directory: Path, base: str, head: str) -> Comparison | None:
    """How two commits lie to each other, None where they share no history."""
    fork = mergeability.fork_point(directory, base, head)
    if fork is None:
        return None
    ahead = mergeability.commits_between(directory, base, head)
    return Comparison(fork, ahead, len(mergeability.commits_between(directory, head, base)))
