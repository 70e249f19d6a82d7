"""A comparison as text for people and as JSON for programs, written file by file as they are compared."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from qatui.cli import diagnostics, output
from qatui.domain.blanks import Blanks
from qatui.domain.diff import CONTEXT, Document
from qatui.domain.diff_json import json_rows
from qatui.domain.intraline import By
from qatui.domain.marks import visible
from qatui.errors import QatuiError
from qatui.flows.comparing import Comparison
from qatui.flows.pairs import Pair, Trouble, compare_pair
from qatui.render.part import Look
from qatui.render.printed import Colours, print_document

_SNIFFED = 8000
"""Bytes at whose beginning git looks for a NUL to call a file binary."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to compare, and how to print."""

    blanks: Blanks
    by: By
    context: int | None
    """Unchanged lines around each change; None: not said."""
    as_text: bool
    """Whether binary files too are printed line by line."""
    coloured: bool = False


@dataclass
class Ended:
    """What became of it."""

    differs: bool = False
    trouble: QatuiError | None = None
    """The last file that could not be compared."""


def differs(document: Document) -> bool:
    """Whether there is any difference that was not left out by an option."""
    return (
        any(not hunk.quiet for hunk in document.hunks)
        or document.old is None
        or document.deleted
        or document.old_path is not None
        or (document.old_mode != document.new_mode and None not in (document.old_mode, document.new_mode))
    )


def print_text(comparison: Comparison, wanted: Wanted, look: Look, colours: Colours | None, *, first: bool) -> Ended:
    """Print the files one below the other; `first`: nothing stands above them.

    Raises QatuiError where the only file cannot be compared; of many it is said, and the others are printed.
    """
    ended = Ended()
    for pair in comparison.pairs:
        try:
            document = _document(pair, wanted)
        except QatuiError as error:
            if not comparison.many:
                raise
            ended.trouble = error
            diagnostics.fail(error, as_json=False)
            continue
        assert isinstance(pair, Pair)
        lines = _lines(pair, document, wanted, look, colours)
        if (line := next(lines, None)) is None:
            continue
        ended.differs = ended.differs or differs(document)
        output.pieces((f"{line}\n" if first else f"\n{line}\n",))
        output.pieces(f"{line}\n" for line in lines)
        output.flush()
        first = False
    return ended


def _document(pair: Pair | Trouble, wanted: Wanted) -> Document:
    if isinstance(pair, Trouble):
        raise pair.error
    return compare_pair(pair, wanted.blanks, coloured=wanted.coloured)


def _lines(pair: Pair, document: Document, wanted: Wanted, look: Look, colours: Colours | None) -> Iterator[str]:
    """The lines of a file's diff; of a binary one only what is told of it."""
    names = pair.old.name if pair.old is not None else None, pair.new.name if pair.new is not None else None
    told = any(name not in (None, pair.path, pair.renamed_from) for name in names)
    if not wanted.as_text and document.hunks and (sizes := _binary(document)):
        what = " and ".join(visible(name) for name in names if name is not None)
        yield f"{what}: binary, {sizes}; --text prints it all the same"
        return
    context = CONTEXT if wanted.context is None else wanted.context
    yield from print_document(document, look, colours, context=context, names=names if told else None)


def _binary(document: Document) -> str:
    """How large the versions of a binary file are, in words; empty for text, as git tells them apart."""
    texts = [each for each in (document.old, None if document.deleted else document.new) if each is not None]
    if not any("\0" in "\n".join(each.lines[:_SNIFFED])[:_SNIFFED] for each in texts):
        return ""
    sizes = [sum(len(line.encode("utf-8", "surrogateescape")) + 1 for line in each.lines) for each in texts]
    return " and ".join(f"{size - (not text.ended):,} bytes" for size, text in zip(sizes, texts, strict=True))


def print_json(comparison: Comparison, wanted: Wanted) -> Ended:
    """One JSON object: the rows of the two files, or `files` for folders and trees, each with its rows."""
    ended = Ended()
    if comparison.many:
        output.pieces(_files(comparison, wanted, ended))
    else:
        pair = next(comparison.pairs, None)
        document = _document(pair, wanted) if pair is not None else None
        ended.differs = document is not None and differs(document)
        output.pieces(chain((f'{{"schema": {output.SCHEMA}, "rows": ',), _rows(document, wanted), ("}\n",)))
    output.flush()
    return ended


def _files(comparison: Comparison, wanted: Wanted, ended: Ended) -> Iterator[str]:
    yield f'{{"schema": {output.SCHEMA}, "files": ['
    parted = "\n"
    for pair in comparison.pairs:
        try:
            document = _document(pair, wanted)
        except QatuiError as error:
            ended.trouble = error
            diagnostics.fail(error, as_json=True)
            continue
        assert isinstance(pair, Pair)
        ended.differs = ended.differs or differs(document)
        about = {
            "old": None if pair.old is None else pair.old.path,
            "new": None if pair.new is None else pair.new.path,
            "old_mode": document.old_mode,
            "new_mode": document.new_mode,
        }
        yield f'{parted}{json.dumps(about)[:-1]}, "rows": '
        yield from _rows(document, wanted)
        yield "}"
        parted = ",\n"
    yield "]}\n"


def _rows(document: Document | None, wanted: Wanted) -> Iterator[str]:
    rows = json_rows(document, wanted.by) if document is not None else iter(())
    parted = "[\n"
    for row in rows if wanted.context is None else _around(rows, wanted.context):
        yield parted + json.dumps(row)
        parted = ",\n"
    yield "]" if parted != "[\n" else "[]"


def _around(rows: Iterator[Mapping[str, Any]], context: int) -> Iterator[Mapping[str, Any]]:
    """The rows of changes, and as many equal ones around each."""
    before: deque[Mapping[str, Any]] = deque(maxlen=context)
    after = 0
    for row in rows:
        if row["kind"] != "equal":
            yield from before
            before.clear()
            after = context
        elif after:
            after -= 1
        else:
            before.append(row)
            continue
        yield row
