"""The blobs of files that go through filters of the user's configuration (git-lfs, git-crypt, a script of the project).

A filter is a command, and may be a file of the project (`clean = python3 tests/tools/fmt.py`). As in
`git add` it finds all that the person's own working tree has: it runs at the top of a folder that links to it. What
candidates bring never lies there: git reads it from a pipe (`git hash-object --path`), under the name it will have.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from qatui.domain.proposal import folders_of
from qatui.errors import GitError
from qatui.workspace.attributes import FILE
from qatui.workspace.landing import Ground
from qatui.workspace.repository import Repository
from qatui.workspace.scratch import Scratch, inside, open_scratch, raw
from qatui.workspace.storing import NotStored, index, is_of_the_file, why_not_stored


def run_filters(
    repository: Repository,
    ground: Ground,
    paths: Sequence[str],
    files: Iterable[tuple[str, bytes]],
    seconds: float,
    log: Callable[[str], None] | None = None,
    *,
    foreground: bool = False,
) -> Iterator[tuple[str, str | NotStored]]:
    """Have git make the blob of each of `files` (path, bytes), whose paths are `paths`; each path with its blob's id.

    NotStored where the filter fails (also one that git could do without: what should have been filtered is not
    published as it is). `foreground` lets it ask at the terminal. Raises GitTimeout where one takes longer than
    `seconds`, NeedsTerminal, GitKilled; GitError for what has nothing to do with the file.
    """
    kept = _kept_crlf(repository, ground, paths)
    with open_scratch(repository) as scratch:
        _lend(repository, scratch.folder, {folder for path in paths for folder in folders_of(inside(path))})
        for path, data in files:
            # One file at a time, so that one pattern fits whatever its name is made of.
            treatment = ground.spots[path].treatment
            rule = f"* {treatment.rule}{' -text' if path in kept else ''}\n"
            (scratch.folder / FILE).write_bytes(raw(rule))
            yield path, _filtered(scratch, path, treatment.filter, data, seconds, log, foreground=foreground)


def _filtered(
    scratch: Scratch,
    path: str,
    name: str,
    data: bytes,
    seconds: float,
    log: Callable[[str], None] | None,
    *,
    foreground: bool,
) -> str | NotStored:
    # Where git does without a filter that failed it says so and ends well: then a prompt would not be seen as one.
    command = ("-c", f"filter.{name}.required=true", "hash-object", "-w", f"--path={path}", "--stdin")
    try:
        done = scratch.git(*command, data=data, seconds=seconds, log=log, foreground=foreground)
    except GitError as error:
        if not is_of_the_file(error):
            raise
        return NotStored(why_not_stored(error))
    failed = re.search(r"external filter .*", done.err)  # a name with = in it cannot be given to -c
    return NotStored(failed[0]) if failed else done.text


def _kept_crlf(repository: Repository, ground: Ground, paths: Sequence[str]) -> set[str]:
    """Those whose CRLF stays, as base has them with CRLF: hash-object looks at no index, where `git add` sees that."""
    asked = [path for path in paths if path in ground.there and ground.spots[path].treatment.keeps_crlf]
    if not asked:
        return set()
    with open_scratch(repository) as scratch:
        index(scratch, ground, asked)
        rows = scratch.git("ls-files", "--eol", "-z").out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    told = (row.partition("\t") for row in rows)
    return {path for state, _, path in told if state.startswith(("i/crlf", "i/mixed"))}


def _lend(repository: Repository, tree: Path, folders: Iterable[str]) -> None:
    """Link to what the person's working tree has, but to no .gitattributes on the way to a file: base's are meant."""
    if repository.root == repository.git_dir:
        return
    ways = ["", *sorted(folders)]
    for way in ways:
        (tree / way).mkdir(exist_ok=True)
    for way in ways:
        with suppress(OSError):  # base has the folder, the working tree has none
            for each in (repository.root / way).iterdir():
                if each.name not in (".git", FILE):
                    with suppress(OSError):  # a folder on the way; or the file system has no links
                        (tree / way / each.name).symlink_to(each)
