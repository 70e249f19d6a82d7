"""Which names git and GitHub let a ref have. https://git-scm.com/docs/git-check-ref-format"""

import re

LONGEST = 250
"""In bytes: a ref is a file below refs/, and file systems have limits."""
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
_COMMIT_ID = re.compile(r"refs/(?:heads|tags)/[0-9a-fA-F]{40}")


def well_formed(ref: str) -> bool:
    """Whether a full name, `refs/heads/...`, can be a ref's: by git's rules, and neither too long nor like a commit."""
    try:
        size = len(ref.encode())
    except UnicodeEncodeError:
        return False
    return (
        size <= LONGEST
        and ref.startswith("refs/")
        and ref.count("/") >= 2
        and not _FORBIDDEN.search(ref)
        and not ref.endswith((".", "/"))
        and not any(part.startswith(".") or part.endswith(".lock") for part in ref.split("/"))
        and not _COMMIT_ID.fullmatch(ref)
        and not ref.startswith(("refs/heads/refs/", "refs/heads/-", "refs/tags/-"))
        and ref != "refs/heads/HEAD"
    )


def branch(ref: str) -> str | None:
    """The branch that a full name is for, None for a tag or anything else."""
    return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None
