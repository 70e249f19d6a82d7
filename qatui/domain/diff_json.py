"""The rows of a diff as data: what `qatui diff --json` prints."""

from collections.abc import Iterator

from qatui.domain.diff import Document, Kind, Row, Rows
from qatui.domain.intraline import By, Spans, differing
from qatui.domain.review import Side


def json_rows(document: Document, by: By = "word") -> Iterator[dict[str, object]]:
    """Every row of both texts in full, one after the other as they are asked for.

    `line` counts from 1. `text` is the line without its end, a byte that is not UTF-8 a lone surrogate (PEP 383):
    with `eol` of the same line it is the file's bytes. `spans` are (from, to) in characters of `text`; a line that
    stands alone has none, it differs as a whole.
    """
    rows = Rows(document, paired=True, context=None)
    for row in rows:
        old, new = _spans(document, rows.pair_of(row), by)
        yield {
            "kind": row.kind.value,
            "old": _line(document, "old", row.old),
            "new": _line(document, "new", row.new),
            "spans": {"old": [list(span) for span in old], "new": [list(span) for span in new]},
            "moved": _moved(document, row),
        }


def _line(document: Document, side: Side, number: int | None) -> dict[str, object] | None:
    text = document.text(side)
    if number is None or text is None:
        return None
    return {"line": number + 1, "text": text.lines[number], "eol": document.eol(side, number)}


def _spans(document: Document, pair: tuple[int, int] | None, by: By) -> tuple[Spans, Spans]:
    """What differs between two lines; of those that are not alike, all."""
    if pair is None or document.old is None:
        return (), ()
    old, new = document.old.lines[pair[0]], document.new.lines[pair[1]]
    found = differing(old, new, by)
    return found if found is not None else (_whole(old), _whole(new))


def _whole(line: str) -> Spans:
    return ((0, len(line)),) if line else ()


def _moved(document: Document, row: Row) -> int | None:
    """The id of the block that a line went away or came with; the new line's, where both did."""
    if document.moved is None or row.kind is Kind.EQUAL:
        return None
    brought = document.moved.new(row.new) if row.new is not None else None
    return brought if brought is not None or row.old is None else document.moved.old(row.old)
