"""The text of a pull request as a file, for who opens it by hand."""

import contextlib
import os
import tempfile
from pathlib import Path

from qatui.errors import Refused
from qatui.workspace.repository import Repository


def record_path(repository: Repository, branch: str) -> Path:
    """Where the text of a branch's pull request is: in the git directory, which all worktrees share."""
    return repository.git_dir / "qatui" / "pull-requests" / (branch.replace("/", "-") + ".md")


def write_record(path: Path, text: str) -> None:
    """Write a record, all of it or nothing; raises Refused where the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8", "replace"))
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise Refused(
            f"{path} cannot be written: {error.strerror}.", "Make room or give rights, then: qatui outbox retry"
        ) from error
