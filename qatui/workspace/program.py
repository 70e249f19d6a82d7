"""Which git there is."""

import re
from pathlib import Path

from qatui.workspace.git import git

OLDEST = (2, 30)
"""The oldest git that qatui works with."""


def version(directory: Path) -> tuple[str, tuple[int, int]]:
    """What git says of itself, such as `2.39.5`, and its first two numbers. Raises NoGit."""
    told = git(["--version"], cwd=directory).text.removeprefix("git version ")
    found = re.match(r"(\d+)\.(\d+)", told)
    return told, ((int(found[1]), int(found[2])) if found else (0, 0))
