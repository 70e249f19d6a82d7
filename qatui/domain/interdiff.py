"""What changed between two revisions, without what the base changed meanwhile and the newer one merely took over.

The older revision is carried onto the newer one's base: where base changed and the newer revision has that change, the
left side has it too, so that it is no difference; where the newer revision left it out, the left side stays as it was.
So the two sides differ in what the author did. Whether a change of base was taken over is told by which text is nearer
to the newer revision's there: by changed lines, then by hunks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qatui.domain.diff import Hunk
from qatui.domain.lines import line_count
from qatui.domain.three_way import Change, Chunk, ThreeWay, piece

_WAYS = 3
"""As the older revision has it; with base's change; with base's change before the revision's, where they meet."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The older revision, with those changes of base that the newer one has."""

    data: bytes
    taken: tuple[range, ...]
    """Its lines, from 0, where base's changes are; a range without lines is where base took some away."""


class Way(NamedTuple):
    """The older revision with every change of base put in in the same way."""

    data: bytes
    spans: tuple[range, ...]
    """Its lines, for each chunk."""


class Carrying:
    """Carries the older revision onto the newer one's base."""

    def __init__(self, compared: ThreeWay) -> None:
        """`compared` are the older base, the older revision (ours) and the newer base (theirs)."""
        self._options = [_options(compared, chunk) for chunk in compared.chunks]
        self.ways = tuple(self._assembled([way] * len(self._options)) for way in range(_WAYS))
        """The texts to align with the newer revision."""

    def onto(self, hunks: Sequence[Sequence[Hunk]]) -> Carried:
        """Choose place by place; `hunks` lead from each of the `ways` to the newer revision."""
        same = next((way for way, each in enumerate(hunks) if not each), None)
        chosen: list[int] = []
        for number, texts in enumerate(self._options):
            costs = [_cost(hunks[way], self.ways[way].spans[number]) for way in range(len(texts))]
            chosen.append(costs.index(min(costs)) if same is None else min(same, len(texts) - 1))
        made = self._assembled(chosen)
        return Carried(made.data, tuple(span for span, way in zip(made.spans, chosen, strict=True) if way))

    def _assembled(self, chosen: Sequence[int]) -> Way:
        pairs = zip(self._options, chosen, strict=True)
        return _assembled([texts[min(way, len(texts) - 1)] for texts, way in pairs])


def _options(compared: ThreeWay, chunk: Chunk) -> list[bytes]:
    """What may stand on the left side for a chunk: first the older revision's text."""
    ours = piece(compared.ours, chunk.ours)
    if chunk.change is Change.THEIRS:
        return [ours, piece(compared.theirs, chunk.theirs)]
    if chunk.change is Change.CONFLICT and (both := _side_by_side(compared, chunk)):
        return [ours, *both]
    return [ours]


def _side_by_side(compared: ThreeWay, chunk: Chunk) -> list[bytes]:
    """Both changes of a conflict, where they only meet and change no line in common; else nothing."""
    edits = [(hunk, False) for hunk in _of(compared.to_ours, chunk)] + [
        (hunk, True) for hunk in _of(compared.to_theirs, chunk)
    ]
    made = []
    for first in (False, True):  # whether what base put in stands before what the revision put in at the same place
        edits.sort(key=lambda edit: (edit[0].old_start, edit[0].old_end, edit[1] is not first))
        at = chunk.base.start
        texts: list[bytes] = []
        for hunk, is_base in edits:
            if hunk.old_start < at:
                return []
            texts.append(piece(compared.base, range(at, hunk.old_start)))
            text = compared.theirs if is_base else compared.ours
            texts.append(piece(text, range(hunk.new_start, hunk.new_end)))
            at = hunk.old_end
        texts.append(piece(compared.base, range(at, chunk.base.stop)))
        made.append(_assembled(texts).data)
    return made


def _of(hunks: Sequence[Hunk], chunk: Chunk) -> Sequence[Hunk]:
    """The hunks of one side that a chunk is made of: no other touches its lines of base."""
    first = bisect_left(hunks, chunk.base.start, key=lambda hunk: hunk.old_start)
    return hunks[first : bisect_right(hunks, chunk.base.stop, key=lambda hunk: hunk.old_start)]


def _assembled(texts: Sequence[bytes]) -> Way:
    """The texts one after the other; one without an end gets it where another follows."""
    last = max((at for at, text in enumerate(texts) if text), default=0)
    whole = [text + b"\n" if at < last and text and not text.endswith(b"\n") else text for at, text in enumerate(texts)]
    spans: list[range] = []
    start = 0
    for text in whole:
        spans.append(range(start, start + line_count(text)))
        start = spans[-1].stop
    return Way(b"".join(whole), tuple(spans))


def _cost(hunks: Sequence[Hunk], span: range) -> tuple[int, int]:
    """How many lines the hunks change that touch these lines, and how many hunks these are."""
    first = bisect_left(hunks, span.start, key=lambda hunk: hunk.old_end)
    touching = hunks[first : bisect_right(hunks, span.stop, key=lambda hunk: hunk.old_start)]
    return sum(hunk.old_count + hunk.new_count for hunk in touching), len(touching)
