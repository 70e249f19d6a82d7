"""Commits made without a checkout: blobs, trees and commits through one `git fast-import`.

(What git does not store as it is, `workspace.attributes` has stored before; what it signs, `workspace.signing` signs.)

Nothing but objects and one ref under refs/qatui is written; working tree, index, HEAD and stash stay as they are.
The same call makes the same commit ids, so that a run that died is simply run again.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from qatui.workspace.git import git
from qatui.workspace.locks import moving
from qatui.workspace.repository import Repository

WRITE_SECONDS = 300.0
"""Limit of writing one branch; 10,000 files take seconds."""


KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(128 * 1024 * 1024)}
"""fast-import frees and takes the same memory for each delta; glibc gives it back to the kernel in between, which
makes 500 commits three times slower (56,000 page faults instead of 400). Other C libraries ignore this."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a commit, whole."""

    path: str
    mode: str
    data: bytes
    oid: str | None = None
    """The blob, where git has stored it already: then `data` is not looked at."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who and when, for author and committer alike."""

    name: str
    email: str
    at: int
    """Milliseconds since 1970; git keeps seconds."""


def publication_ref(number: int) -> str:
    """Where the commits of a publication are kept in the clone."""
    return f"refs/qatui/publications/{number}"


def drafts_ref(number: int) -> str:
    """Where the commits of a publication are while they are not signed yet."""
    return f"refs/qatui/drafts/{number}"


def drop_ref(repository: Repository, ref: str) -> None:
    """Remove one of our refs."""
    with moving(repository, ref):
        repository.git("update-ref", "-d", ref)


def has_commit(repository: Repository, commit: str) -> bool:
    """Whether the clone holds a commit."""
    return repository.git("cat-file", "-e", f"{commit}^{{commit}}", accept=(0, 1, 128)).status == 0


def blob_id(data: bytes, like: str) -> str:
    """The id of a blob as git names it, in a repository whose ids are like `like`: sha1, or sha256."""
    digest = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return digest(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def is_in(repository: Repository, commit: str, tip: str) -> bool:
    """Whether the history of `tip` has a commit, as far as the clone knows it."""
    # 128: the clone has no such commit
    return repository.git("merge-base", "--is-ancestor", commit, tip, accept=(0, 1, 128)).status == 0


def branch_names(repository: Repository, remote: str) -> set[str]:
    """The clone's own branches, and those it knows of the remote."""
    folders = ("refs/heads/", f"refs/remotes/{remote}/")
    rows = repository.git("for-each-ref", "--format=%(refname)", *folders).text.splitlines()
    return {row.removeprefix(folder) for row in rows for folder in folders if row.startswith(folder)}


def write_commits(
    repository: Repository, ref: str, base: str, commits: Iterable[tuple[str, Iterable[File]]], author: Author
) -> list[str]:
    """Put (message, files) after (message, files) on top of the commit `base`, and `ref` on the last; the commit ids.

    Format: https://git-scm.com/docs/git-fast-import. Messages and paths may hold anything. The stream is a file,
    so git completes it even if we are killed meanwhile, and its size costs no memory.
    """
    with tempfile.TemporaryFile() as stream:
        count = _write_stream(stream, ref, base, commits, author)
        stream.seek(0)
        with moving(repository, ref), clearing(repository):
            out = git(
                ["fast-import", "--quiet", "--force", "--done", "--date-format=raw"],
                cwd=repository.root,
                data=stream,
                env=KEEP_MEMORY,
                seconds=WRITE_SECONDS,
            ).text
    made = out.split()
    assert len(made) == count
    return made


_UNFINISHED = b"PACK\0\0\0\2\0\0\0\0"
"""How a pack begins until fast-import ends it: it holds 0 objects. What other commands unpack says how many."""


@contextmanager
def clearing(repository: Repository) -> Iterator[None]:
    """Remove the unfinished pack that a fast-import leaves which is killed inside: git itself would after weeks."""
    packs = repository.git_dir / "objects" / "pack"
    before = set(packs.glob("tmp_pack_*"))
    try:
        yield
    except BaseException:
        for file in set(packs.glob("tmp_pack_*")) - before:
            with suppress(OSError), file.open("rb") as pack:
                if pack.read(len(_UNFINISHED)) == _UNFINISHED:
                    file.unlink()
        raise


def _write_stream(
    stream: BinaryIO, ref: str, base: str, commits: Iterable[tuple[str, Iterable[File]]], author: Author
) -> int:
    who = f"{author.name} <{author.email}> {author.at // 1000} +0000".encode()
    count = 0
    for count, (message, files) in enumerate(commits, 1):
        stream.write(b"commit %s\nmark :%d\n" % (ref.encode(), count))
        stream.write(b"author %s\ncommitter %s\n" % (who, who))
        _write_data(stream, message.encode("utf-8", "replace"))
        if count == 1:  # the others follow by themselves; said again, git would read every tree back
            stream.write(b"from %s\n" % base.encode())
        for file in files:
            where = (file.oid or "inline").encode()
            stream.write(b"M %s %s %s\n" % (file.mode.encode(), where, _quoted(file.path)))
            if file.oid is None:
                _write_data(stream, file.data)
        stream.write(b"\nget-mark :%d\n" % count)
    stream.write(b"done\n")
    return count


def _write_data(stream: BinaryIO, data: bytes) -> None:
    stream.write(b"data %d\n" % len(data))
    stream.write(data)
    stream.write(b"\n")


def _quoted(path: str) -> bytes:
    """A path in C style quotes, as fast-import reads it back byte for byte."""
    raw = path.encode("utf-8", "surrogateescape")
    plain = (b"\\%03o" % byte if byte < 0x20 or byte >= 0x7F or byte in b'"\\' else b"%c" % byte for byte in raw)
    return b'"' + b"".join(plain) + b'"'
