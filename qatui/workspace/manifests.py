"""Reading manifests: one JSON object a line, each with its content or the name of a file beside the manifest."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from qatui.domain.manifest import Announced, parse_line
from qatui.domain.proposal import Proposal, Refusal
from qatui.errors import UsageError
from qatui.workspace.sources import Source, read_below

MAX_LINE_BYTES = 16 * 1024 * 1024
"""Longest line that is read: 2 MB of content stay below it however they are escaped."""
STDIN = "-"

_PIECE = 1 << 20
_TAIL = 64


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a manifest was read: a place behind a line's end; and how far it was looked through for the next one."""

    at: int = 0
    """Byte."""
    lines: int = 0
    """Lines before it."""
    seen: int = 0
    """Byte up to which no other line ends."""
    tail: bytes = b""
    """The last bytes before that: where others stand there now, the manifest was written anew."""


def manifest_source(name: str, directory: Path) -> Source:
    """The lines of a manifest in JSONL, `-` for standard input; its files lie beside it, else in `directory`.

    Raises UsageError where it cannot be opened.
    """
    if name == STDIN:
        return Source("standard input", None, _announced(sys.stdin.buffer, "line", directory))
    path = directory / name
    total = None
    if path.is_file() or not path.exists():  # a pipe can be read only once
        with _open(path) as stream:
            total = _line_count(stream)
    return Source(str(path), total, read_manifest(path))


def read_manifest(path: Path, start: Mark | None = None, end: int | None = None) -> Iterator[Proposal | Refusal]:
    """What the lines say from `start` up to byte `end`. Raises UsageError where the manifest cannot be opened."""
    with _open(path) as stream:
        if start:
            stream.seek(start.at)
        first = start.lines + 1 if start else 1
        yield from _announced(stream, f"{path} line", path.parent, first, end)


def new_lines(path: Path, since: Mark) -> tuple[Mark, Mark]:
    """From where to where there are whole lines now that were not read; the same byte twice where there are none.

    Raises UsageError where the manifest cannot be opened.
    """
    with _open(path) as stream:
        stream.seek(since.seen - len(since.tail))
        if stream.read(len(since.tail)) != since.tail:
            since = Mark()
            stream.seek(0)
        at, lines, seen, tail = since.at, since.lines, since.seen, since.tail
        while piece := stream.read(_PIECE):
            if cut := piece.rfind(b"\n") + 1:
                at = seen + cut
                lines += piece.count(b"\n")
            seen += len(piece)
            tail = (tail + piece[-_TAIL:])[-_TAIL:]
    return since, Mark(at, lines, seen, tail)


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UsageError(f"The manifest {path} cannot be read: {error.strerror}.", "Name a JSONL file.") from error
    with closing(stream):
        yield stream


def _line_count(stream: IO[bytes]) -> int:
    """How many lines are not blank, without keeping a long one."""
    count, said = 0, False
    while piece := stream.readline(_PIECE):
        said = said or bool(piece.strip())
        if piece.endswith(b"\n"):
            count, said = count + said, False
    return count + said


def _announced(
    stream: IO[bytes], place: str, folder: Path, first: int = 1, end: int | None = None
) -> Iterator[Proposal | Refusal]:
    for number, line in enumerate(_lines(stream, end), first):
        where = f"{place} {number}"
        if line is None:
            yield Refusal(where, f"the line is longer than {MAX_LINE_BYTES >> 20} MB")
            continue
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line := line.strip():
            announced = parse_line(line, where)
            yield announced if isinstance(announced, Refusal) else _with_content(announced, folder)


def _lines(stream: IO[bytes], end: int | None) -> Iterator[bytes | None]:
    """Lines up to byte `end`, None for one that is too long to be read."""
    left = sys.maxsize if end is None else end - stream.tell()
    while left > 0 and (line := stream.readline(min(left, MAX_LINE_BYTES + 1))):
        left -= len(line)
        if len(line) <= MAX_LINE_BYTES:
            yield line
            continue
        while left > 0 and line and not line.endswith(b"\n"):
            line = stream.readline(min(left, _PIECE))
            left -= len(line)
        yield None


def _with_content(announced: Announced, folder: Path) -> Proposal | Refusal:
    """The proposal with the bytes of the file that the line names."""
    if announced.file is None:
        return announced.proposal
    place = announced.proposal.place
    data = read_below(folder, announced.file)
    if isinstance(data, str):
        return Refusal(place, f"file: {announced.file}: {data}")
    return replace(announced.proposal, content=data)
