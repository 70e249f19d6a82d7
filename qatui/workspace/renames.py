"""Which files of a folder another folder has under another name: git's own judgement, as it is for commits."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from qatui.errors import UsageError
from qatui.workspace.versions import LINK, File

MOST = 300
"""Files on a side, and
"""
MOST_BYTES = 16 * 1024 * 1024
"""bytes of all, up to which contents that are alike are looked for; beyond, contents that are the same."""
_DIFF = (
    "diff", "--no-index", "--raw", "-z", "-M", "--diff-filter=R", "--text", "--no-ext-diff", "--no-textconv",
    "--no-color", "old", "new",
)  # fmt: skip


def find_renames(lost: Sequence[File], come: Sequence[File]) -> dict[str, str]:
    """The path of each of `come` that has the content, or much of it, of one of `lost` -> that one's path.

    Only plain files are looked at; those that cannot be read, or are empty, are no renames. Raises GitError.
    """
    olds, news = _plain(lost), _plain(come)
    few = max(len(olds), len(news)) <= MOST and sum(each.size or 0 for each in (*olds, *news)) <= MOST_BYTES
    return _alike(olds, news) if few else _same(olds, news)


def _plain(files: Iterable[File]) -> list[File]:
    return [each for each in files if each.mode != LINK and each.size]


def _same(olds: Sequence[File], news: Sequence[File]) -> dict[str, str]:
    """Renames of which not a byte changed: only files of a size that both sides have are read."""
    sizes = {each.size for each in olds} & {each.size for each in news}
    by_content = {digest: each.path for each in olds if each.size in sizes and (digest := _digest(each))}
    found: dict[str, str] = {}
    for each in news:
        if each.size in sizes and (path := by_content.pop(_digest(each), None)) is not None:
            found[each.path] = path
    return found


def _digest(file: File) -> bytes:
    try:
        return hashlib.sha256(file.read()).digest()
    except UsageError:
        return b""


def _alike(olds: Sequence[File], news: Sequence[File]) -> dict[str, str]:
    """Renames as git finds them, from copies in a private folder: the names alone are kept, for git looks at them."""
    from qatui.workspace.align import isolated_git

    if not olds or not news:
        return {}
    with tempfile.TemporaryDirectory(prefix="qatui-renames-") as name:
        folder = Path(name).resolve()
        for side, files in (("old", olds), ("new", news)):
            for number, each in enumerate(files):
                place = folder / side / f"{side}{number}"
                place.mkdir(parents=True)
                _copy(each, place / os.path.basename(each.path))
        raw = isolated_git(_DIFF, folder)
    fields = raw.split(b"\0")[:-1]
    pairs = zip(fields[1::3], fields[2::3], strict=True)  # a head, the old and the new path
    return {news[_number(new)].path: olds[_number(old)].path for old, new in pairs}


def _copy(file: File, place: Path) -> None:
    try:
        place.write_bytes(file.read())
    except UsageError:
        place.touch()


def _number(path: bytes) -> int:
    return int(path.split(b"/")[1][3:])
