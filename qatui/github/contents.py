"""Files of a branch, read and written without a clone (https://docs.github.com/en/rest/repos/contents)."""

import base64
import binascii
import hashlib

from msgspec import Struct

from qatui.errors import StrangeAnswer
from qatui.github.protocol import Repo, Request, Write, get, given, look, path, send

LARGEST = 1_000_000
"""Bytes of a file at most that an answer carries."""


class Content(Struct, frozen=True):
    """A file with its bytes."""

    path: str
    sha: str
    """The blob's name: what `put` must be told to replace it."""
    size: int
    type: str
    encoding: str = ""
    content: str = ""

    @property
    def data(self) -> bytes:
        """The file's bytes; raises StrangeAnswer for what has none: a submodule, a file of more than 1 MB."""
        try:
            if self.type == "file" and self.encoding == "base64":
                return base64.b64decode(self.content)
        except binascii.Error:
            pass
        raise StrangeAnswer(
            f"GitHub sent no bytes of {self.path}: it is no plain file, or larger than 1 MB.", "Read it with git."
        )


class Entry(Struct, frozen=True):
    """What is in a folder."""

    name: str
    path: str
    sha: str
    type: str
    """file, dir, submodule or symlink."""


class Blob(Struct, frozen=True):
    """A file that was written."""

    path: str
    sha: str


class WrittenCommit(Struct, frozen=True):
    """The commit that wrote it."""

    sha: str
    html_url: str = ""


class Written(Struct, frozen=True):
    """What came of writing a file."""

    content: Blob
    commit: WrittenCommit | None = None
    """None where the file was found to be so already."""


def file(repo: Repo, name: str, ref: str | None = None) -> Request[Content]:
    """A file with its bytes, on a branch, tag or commit; default: the default branch."""
    return get(f"read {name} of {repo}", path("/repos/{}/contents/{/}", repo, name), Content, ref=ref)


def folder(repo: Repo, name: str, ref: str | None = None) -> Request[list[Entry]]:
    """What is in a folder, `""` being the root; at most 1,000 entries."""
    place = path("/repos/{}/contents/{/}", repo, name) if name else path("/repos/{}/contents/", repo)
    return get(f"see what is in {name or 'the root'} of {repo}", place, list[Entry], ref=ref)


def blob_sha(data: bytes) -> str:
    """git's name of a file's bytes (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).

    >>> blob_sha(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def put(repo: Repo, name: str, data: bytes, *, message: str, branch: str, sha: str | None = None) -> Write[Written]:
    """Commit a file to a branch in place of the blob `sha`, None for a new one; done where it has these bytes already.

    Raises Conflict where another blob is there by now: read it, and decide again.
    """
    fields = given(message=message, content=base64.b64encode(data).decode(), branch=branch, sha=sha)
    request = send("PUT", f"write {name} in {repo}", path("/repos/{}/contents/{/}", repo, name), Written, fields)
    wanted = blob_sha(data)

    def found(now: Content) -> Written | None:
        return Written(Blob(now.path, now.sha)) if now.sha == wanted else None

    seen = look(file(repo, name, branch), found, may_be_absent=True)
    return Write(request, seen, perhaps_done=frozenset({409, 422}))
