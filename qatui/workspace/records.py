"""The text of a pull request as a file, for who opens it by hand."""

from pathlib import Path

from qatui.errors import Refused
from qatui.files import write_atomically
from qatui.workspace.repository import Repository


def record_path(repository: Repository, branch: str) -> Path:
    """Where the text of a branch's pull request is: in the git directory, which all worktrees share."""
    return repository.git_dir / "qatui" / "pull-requests" / (branch.replace("/", "-") + ".md")


def write_record(path: Path, text: str) -> None:
    """Write a record, all of it or nothing; raises Refused where the folder cannot be written."""
    try:
        write_atomically(path, text.encode("utf-8", "replace"))
    except OSError as error:
        raise Refused(
            f"{path} cannot be written: {error.strerror}.", "Make room or give rights, then: qatui outbox retry"
        ) from error
