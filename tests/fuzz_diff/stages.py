"""One input through the whole diff engine: what each stage took, and whether what it gave is true.

What must hold is read off the bytes again, row by row and character by character, never by the engine's own means.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from random import Random
from typing import Literal

from qatui.domain.blanks import Blanks
from qatui.domain.diff import Document, Kind, Rows
from qatui.domain.diff_json import json_rows
from qatui.domain.intraline import differing
from qatui.domain.lines import Lines, split
from qatui.domain.three_way import Change, ThreeWayRows, three_way
from qatui.flows.compare import compare
from qatui.workspace.align import align
from tests.domain.joining import join
from tests.fuzz_diff import shown
from tests.fuzz_diff.inputs import Input, mutated
from tests.fuzz_diff.shown import SCREEN
from tests.fuzz_diff.watch import Watch


def run(given: Input, draw_: Random, watch: Watch) -> None:
    """Every stage; raises AssertionError where something does not hold."""
    old, new = given.old, given.new
    with watch.stage("split"):
        before, after = split(old or b""), split(new)
    assert join(before) == (old or b""), "the old lines are not the old bytes"
    assert join(after) == new, "the new lines are not the new bytes"
    with watch.stage("open"):
        document = compare(given.path, old, new)
    for blanks in Blanks:
        with watch.stage("align"):
            hunks = align(old or b"", new, blanks)
        _rows(replace(document, hunks=hunks, moved=None), blanks, watch)
    _rows(document, Blanks.SHOW, watch)
    _moved(document)
    _words(document, watch)
    _as_data(document, given, watch)
    _three(before, after, split(mutated(old or b"", draw_)), watch)
    shown.characters(document, watch)
    shown.colours(document, draw_, watch)
    shown.screens(document, draw_, watch)
    if draw_.random() < 0.3:
        shown.screens(compare(given.path, old, new, blanks=draw_.choice((Blanks.CHANGE, Blanks.ALL))), draw_, watch)
    shown.printed(document, draw_, watch)


# What must hold of rows


def _rows(document: Document, blanks: Blanks, watch: Watch) -> None:
    old = document.old or Lines([], True)
    for paired in (True, False):
        with watch.stage("rows"):
            rows, folded = Rows(document, paired=paired, context=None), Rows(document, paired=paired)
        whole(rows, old, document.new, blanks)
        hidden(folded, old, document.new, blanks)


def whole(rows: Rows, old: Lines, new: Lines, blanks: Blanks = Blanks.SHOW) -> None:
    """Every line of both sides is shown once, in order, and rows of equal lines have equal lines."""
    shown: dict[str, list[int]] = {"old": [], "new": []}
    for row in rows:
        shown["old"] += [row.old] if row.old is not None else []
        shown["new"] += [row.new] if row.new is not None else []
        if row.kind is Kind.EQUAL:
            assert _said(old, row.old, blanks) == _said(new, row.new, blanks), f"not equal: {row}"
    assert shown["old"] == list(range(len(old))), "the rows do not show the old lines in their order"
    assert shown["new"] == list(range(len(new))), "the rows do not show the new lines in their order"


def hidden(rows: Rows, old: Lines, new: Lines, blanks: Blanks = Blanks.SHOW) -> None:
    """What folds hide is equal, and with the other rows it is everything."""
    ends = [0, 0]
    for number, row in enumerate(rows):
        for side, line in enumerate((row.old, row.new)):
            if line is not None:
                assert line == ends[side], f"row {number} shows line {line}, not {ends[side]}"
                ends[side] = line + row.count
        if row.kind is Kind.FOLD:
            assert row.old is not None
            assert row.new is not None
            pairs = zip(range(row.old, row.old + row.count), range(row.new, row.new + row.count), strict=True)
            for one, other in pairs:
                assert _said(old, one, blanks) == _said(new, other, blanks), f"a change is folded away: {row}"
    assert ends == [len(old), len(new)], "the rows end before the texts do"


def _said(text: Lines, number: int | None, blanks: Blanks) -> tuple[str, bool]:
    """What counts of a line, and whether it has an end, if that does."""
    assert number is not None
    line = text.lines[number]
    if blanks in (Blanks.SHOW, Blanks.LINES):
        return line, text.ended or number < len(text) - 1
    return re.sub("[ \t\r]+", "" if blanks is Blanks.ALL else " ", line.rstrip(" \t\r")), True


def _moved(document: Document) -> None:
    """What moved is said once of each line, was taken away there and brought here, and reads the same."""
    if document.moved is None or document.old is None:
        return
    old = {line for hunk in document.hunks for line in range(hunk.old_start, hunk.old_end)}
    new = {line for hunk in document.hunks for line in range(hunk.new_start, hunk.new_end)}
    for block in document.moved.blocks:
        for at in range(block.count):
            left, right = block.old_start + at, block.new_start + at
            assert left in old, f"{block} has line {left}, which did not change"
            assert right in new, f"{block} has line {right}, which did not change"
            old.remove(left)
            new.remove(right)
            assert document.old.lines[left].strip(" \t") == document.new.lines[right].strip(" \t"), (
                f"not alike: {block}"
            )
            assert document.moved.old(left) == document.moved.new(right) == block.id


# What must hold of lines


def _words(document: Document, watch: Watch) -> None:
    """What differs in the pairs: without it both lines are the same."""
    if document.old is None:
        return
    rows = Rows(document, paired=True, context=0)
    shown = (rows.pair_of(row) for row in islice(rows, 20 * SCREEN))
    pairs = [pair for pair in shown if pair is not None][: 4 * SCREEN]
    by: Literal["word", "character"]
    for by in ("word", "character"):
        for start in range(0, len(pairs), SCREEN):
            lines = [(document.old.lines[old], document.new.lines[new]) for old, new in pairs[start : start + SCREEN]]
            with watch.stage(f"differing, by {by}"):
                found = [differing(*each, by=by) for each in lines]
            for each, spans in zip(lines, found, strict=True):
                if spans is not None:
                    rest = [_without(*side) for side in zip(each, spans, strict=True)]
                    assert rest[0] == rest[1], f"outside of {spans} {rest[0][:200]!r} is not {rest[1][:200]!r}"


def _without(line: str, spans: Sequence[tuple[int, int]]) -> str:
    """A line without some stretches, which are in order."""
    kept, at = [], 0
    for start, end in spans:
        assert at <= start < end <= len(line), f"{spans} do not lie in order in {len(line)} characters"
        kept.append(line[at:start])
        at = end
    return "".join([*kept, line[at:]])


# What must hold of other forms


def _as_data(document: Document, given: Input, watch: Watch) -> None:
    """The rows as JSON: both texts can be put together from it, byte for byte."""
    with watch.stage("as data"):
        rows = json.loads(json.dumps(list(json_rows(document))))
    for side, data in (("old", given.old), ("new", given.new)):
        lines = [row[side] for row in rows if row[side] is not None]
        text = "".join(line["text"] + line["eol"] for line in lines)
        assert text.encode("utf-8", "surrogateescape") == (data or b""), f"the {side} texts are not the {side} bytes"
        assert [line["line"] for line in lines] == list(range(1, len(lines) + 1))


def _three(base: Lines, ours: Lines, theirs: Lines, watch: Watch) -> None:
    """Rows of three texts show every line of each, in order; what nobody changed is the same in all."""
    with watch.stage("three texts"):
        hunks = [align(join(base), join(each)) for each in (ours, theirs)]
        rows = list(ThreeWayRows(three_way(base, ours, theirs, *hunks), with_base=True, context=None))
    for text, lines in (
        (base, [row.base for row in rows]),
        (ours, [row.old for row in rows]),
        (theirs, [row.new for row in rows]),
    ):
        assert [each for each in lines if each is not None] == list(range(len(text)))
    for row in rows:
        if row.change is Change.NOBODY:
            said = {
                _said(base, row.base, Blanks.SHOW),
                _said(ours, row.old, Blanks.SHOW),
                _said(theirs, row.new, Blanks.SHOW),
            }
            assert len(said) == 1, f"changed by somebody: {row}"
