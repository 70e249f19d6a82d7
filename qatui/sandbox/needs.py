"""What a look-alike needs of the machine."""

from pathlib import Path

from qatui.errors import UsageError
from qatui.workspace.program import version

OLDEST_GIT = (2, 38)
"""The first git that merges without a checkout (`git merge-tree --write-tree`)."""


def require_git(directory: Path) -> None:
    """Raise UsageError where git is too old for a look-alike; asked from `directory`."""
    told, numbers = version(directory)
    if numbers < OLDEST_GIT:
        wanted = "Install git {}.{} or newer.".format(*OLDEST_GIT)
        raise UsageError(f"Merging without a checkout needs a newer git than {told}.", wanted)
