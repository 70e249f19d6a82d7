"""The blobs of files that git itself changes before it stores them: encodings, line ends, ident; no filters.

git makes them as `git add` does, from a scratch folder in which they and the base's .gitattributes files lie; the
clone gets nothing but the objects. Filters are commands, and such a folder is no place for one: `workspace.filtering`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from qatui.errors import GitError, GitKilled, GitTimeout, NeedsTerminal
from qatui.workspace.attributes import FILE, files_of
from qatui.workspace.landing import Ground
from qatui.workspace.remote import last_words
from qatui.workspace.repository import Repository
from qatui.workspace.scratch import Scratch, listed, open_scratch


class NotStored(GitError):
    """git did not store a file; the message is why."""


def not_stored(path: str, why: str) -> GitError:
    """What ends a job that cannot store one of its files."""
    return GitError(
        f"git could not store {path} as {FILE} asks: {why}",
        f"Mend what {FILE} names for it, or give the job up: qatui outbox drop",
    )


def store(
    repository: Repository,
    ground: Ground,
    files: Iterable[tuple[str, bytes]],
    seconds: float,
    log: Callable[[str], None] | None = None,
) -> dict[str, str]:
    """Have git make the blobs of `files` (path, bytes; none with a filter) on top of the base; blob id of each path.

    Raises GitError naming a file that git does not take, GitTimeout after `seconds`.
    """
    with _filled(repository, ground, files) as filled:
        try:
            filled.add(filled.names, seconds, log)
        except NotStored as error:
            path, why = next(iter(filled.failing(seconds, log).items()), ("a file", error.message))
            raise not_stored(path, why) from error
        rows = filled.scratch.git("ls-files", "--stage", "-z").out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return {path: head.split(" ")[1] for head, _, path in (row.partition("\t") for row in rows)}


def refusals(
    repository: Repository, ground: Ground, files: Iterable[tuple[str, bytes]], seconds: float
) -> dict[str, str]:
    """Which of `files` (none with a filter) git could not make a blob of, each with why; the clone gets nothing.

    What takes too long, or fails for another reason, is no refusal: only storing itself shows that.
    """
    with _filled(repository, ground, files, aside=True) as filled:
        try:
            filled.add(filled.names, seconds)
        except NotStored:
            return filled.failing(seconds)
        except GitError:
            pass
    return {}


@dataclass(frozen=True, slots=True)
class _Filled:
    """A scratch folder with files in it that are not in its index yet."""

    scratch: Scratch
    names: Sequence[str]

    def add(self, names: Sequence[str], seconds: float, log: Callable[[str], None] | None = None) -> None:
        """Have git store some of the files; raises NotStored where it refuses one."""
        try:
            self.scratch.git("update-index", "-z", "--add", "--stdin", data=listed(names), seconds=seconds, log=log)
        except GitError as error:
            if not is_of_the_file(error):
                raise
            raise NotStored(why_not_stored(error)) from error

    def failing(self, seconds: float, log: Callable[[str], None] | None = None) -> dict[str, str]:
        """Each file by itself: git stops at the first that fails, and does not always name it."""
        found: dict[str, str] = {}
        for name in self.names:
            try:
                self.add([name], seconds, log)
            except NotStored as error:
                found[name] = error.message
            except (GitTimeout, GitKilled):
                continue
        return found


@contextmanager
def _filled(
    repository: Repository, ground: Ground, files: Iterable[tuple[str, bytes]], *, aside: bool = False
) -> Iterator[_Filled]:
    with open_scratch(repository, attributes=files_of(ground.there), aside=aside) as scratch:
        names = []
        for path, data in files:
            scratch.write(path, data)
            names.append(path)
        # What base has of them decides too: under text=auto a file stored with CRLF keeps it.
        index(scratch, ground, names)
        yield _Filled(scratch, names)


def index(scratch: Scratch, ground: Ground, names: Iterable[str]) -> None:
    """Put what base has of `names` into the index of a scratch folder."""
    there = ground.there
    known = (f"{there[path].mode} {there[path].oid} 0\t{path}" for path in names if path in there)
    scratch.git("update-index", "-z", "--index-info", data=listed(known))


_OF_THE_FILE = re.compile(r"clean filter '.*' failed|external filter |encod|would be replaced by")
"""What git says (convert.c) where it is the file that it cannot store, or that a filter does not take."""


def is_of_the_file(error: GitError) -> bool:
    """Whether git cannot store this one file; a full disk, a limit or a prompt is no word about it."""
    told = isinstance(error, NeedsTerminal | GitTimeout | GitKilled)
    return not told and _OF_THE_FILE.search(error.said) is not None


def why_not_stored(error: GitError) -> str:
    """git's words without its warnings, which it gives of any file or none."""
    lines = [line for line in error.said.splitlines() if not line.startswith("warning:")]
    return last_words(GitError(error.message, said="\n".join(lines)))
