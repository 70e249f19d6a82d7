"""One line of the queue as a strip: columns that drop by rank, names cut in the middle."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from qatui.domain import moments
from qatui.domain.candidate import Risk, State
from qatui.domain.marks import visible
from qatui.domain.text import handle
from qatui.render.glyphs import Glyphs
from qatui.render.palette import ink

if TYPE_CHECKING:
    from qatui.domain.candidate import QueueRow

GUTTER = 3
"""Cells in front of the columns: cursor, mark, blank."""
NAME_MIN = 28
"""A column is dropped rather than leave the test's name less."""
RISK_WORDS = {Risk.HIGH: "high", Risk.LOOK: "look", Risk.GOOD: "good", Risk.UNKNOWN: ""}
RISK_INKS = {Risk.HIGH: "risk-high", Risk.LOOK: "risk-look", Risk.GOOD: "risk-good", Risk.UNKNOWN: "dim"}
STATE_INKS = {
    State.PENDING: "dim",
    State.IN_REVIEW: "accent",
    State.APPROVED: "risk-good",
    State.PUBLISHED: "risk-good",
    State.MERGED: "risk-good",
    State.REJECTED: "risk-high",
    State.HELD: "risk-look",
}
"""Other states are drawn dim; the word says which it is."""
STATE_WORDS = {State.AWAITING_REVISION: "awaiting"}
"""Shorter than the state's own name, where that is too long for its column."""


class Column(NamedTuple):
    """A column: its name in the table's head, its width, and when it goes."""

    name: str
    width: int
    rank: int
    """The highest goes first; 0 never goes."""
    right: bool = False


COLUMNS = (
    Column("risk", 6, 4),
    Column("state", 10, 0),
    Column("test", 0, 0),
    Column("title", 0, 9),
    Column("size", 12, 5, right=True),
    Column("age", 4, 6, right=True),
    Column("who", 12, 7),
)


def lay_out(width: int) -> tuple[Column, ...]:
    """The columns that a line of `width` cells has room for, with their widths; test takes what is left."""
    kept = list(COLUMNS)
    while True:
        fixed = GUTTER - 1 + sum(column.width + 1 for column in kept)
        left = width - fixed
        titled = any(column.name == "title" for column in kept)
        if left >= NAME_MIN * (2.5 if titled else 1) or not any(column.rank for column in kept):
            break
        kept.remove(max(kept, key=lambda column: column.rank))
    title = min(left * 2 // 5, 60) if titled else 0
    sizes = {"test": max(left - title, 8), "title": title}
    return tuple(
        Column(column.name, sizes.get(column.name, column.width), column.rank, column.right) for column in kept
    )


COMMON = frozenset({"tests", "test", "__tests__", "spec", "src"})
"""Folders that are called so everywhere."""
TELLING = 3
"""Cells of a folder's name from which it is worth its place."""


def head(columns: Sequence[Column], theme: str) -> Strip:
    """The names of the columns."""
    style = ink(theme, "dim")
    text = " " * GUTTER + " ".join(_fit(column.name, column.width, column.right) for column in columns)
    return Strip([Segment(text, style)], cell_len(text))


@dataclass(frozen=True, slots=True)
class Look:
    """What a line's picture depends on beside its row."""

    columns: tuple[Column, ...]
    theme: str
    glyphs: Glyphs
    cursor: bool
    marked: bool
    now: int


def draw(row: "QueueRow | None", look: Look) -> Strip:
    """The line of `row`; None: it is being read."""
    paper = "selection" if look.cursor else "background"
    base = ink(look.theme, "foreground", paper)
    segments = [
        Segment(look.glyphs.cursor if look.cursor else " ", ink(look.theme, "accent", paper, "bold")),
        Segment(look.glyphs.mark if look.marked else " ", ink(look.theme, "accent", paper, "bold")),
    ]
    for column in look.columns:
        segments.append(Segment(" ", base))
        if row is None:
            text, style = (look.glyphs.cut if column.name == "test" else ""), ink(look.theme, "dim", paper)
            segments.append(Segment(_fit(text, column.width, False), style))
        else:
            segments.extend(_cell(row, column, look, paper))
    return Strip(segments)


def _cell(row: "QueueRow", column: Column, look: Look, paper: str) -> list[Segment]:
    def plain(text: str, token: str, flags: str = "") -> list[Segment]:
        return [Segment(_fit(text, column.width, column.right), ink(look.theme, token, paper, flags))]

    match column.name:
        case "risk":
            glyph = getattr(look.glyphs, RISK_WORDS[row.risk] or "unknown")
            return plain(f"{glyph} {RISK_WORDS[row.risk]}".rstrip(), RISK_INKS[row.risk])
        case "state":
            return plain(STATE_WORDS.get(row.state, row.state.words), STATE_INKS.get(row.state, "dim"))
        case "test":
            return _name(row.path, column.width, look, paper)
        case "title":
            return plain(cut_end(visible(row.title), column.width, look.glyphs.cut), "dim")
        case "size":
            return _size(row, column.width, look, paper)
        case "age":
            return plain(moments.age(row.created_at, look.now), "dim")
        case _:
            return plain(cut_end(visible(handle(row.assignee)) if row.assignee else look.glyphs.dot, column.width,
                                 look.glyphs.cut), "foreground" if row.assignee else "dim")  # fmt: skip


def _name(path: str, width: int, look: Look, paper: str) -> list[Segment]:
    """The path with its folder receding; under the cursor the name is bold."""
    text = _fit(cut_path(visible(path), width, look.glyphs.cut), width, False)
    cut = text.rfind("/") + 1
    name = ink(look.theme, "foreground", paper, "bold" if look.cursor else "")
    return [Segment(text[:cut], ink(look.theme, "dim", paper)), Segment(text[cut:], name)]


def _size(row: "QueueRow", width: int, look: Look, paper: str) -> list[Segment]:
    style: Style = ink(look.theme, "dim", paper)
    added, removed = f"{look.glyphs.plus}{_short(row.added)}", f"{look.glyphs.minus}{_short(row.removed)}"
    half = width // 2
    return [
        Segment(added.rjust(half), ink(look.theme, "added", paper) if row.added else style),
        Segment(removed.rjust(width - half), ink(look.theme, "removed", paper) if row.removed else style),
    ]


def _short(number: int) -> str:
    """A count in at most five cells."""
    if number < 10_000:
        return str(number)
    return f"{number // 1000}k" if number < 10_000_000 else f"{number // 1_000_000}M"


def _fit(text: str, width: int, right: bool) -> str:
    """`text` in exactly `width` cells."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width)
    return " " * (width - size) + text if right else text + " " * (width - size)


def cut_path(path: str, width: int, sign: str = "…") -> str:
    """A path in at most `width` cells: the name stays, and of the folders those next to it, which tell it from others.

    A folder that is called as in every project says nothing: rather the one before it is kept.
    """
    if cell_len(path) <= width:
        return path
    *folders, name = path.split("/")
    room = width - cell_len(f"{sign}/{name}")
    if not folders or room < 0:
        return cut_middle(name if cell_len(name) >= width else path, width, sign)
    if len(folders) == 1:
        return f"{set_cell_size(folders[0], room).rstrip()}{sign}/{name}"
    kept: list[str] = []
    while folders and cell_len("/".join([folders[-1], *kept, ""])) <= room:
        kept.insert(0, folders.pop())
    telling = next((each for each in reversed(folders) if each not in COMMON), "")
    if all(each in COMMON for each in kept) and telling:
        left = room - cell_len(f"{sign}/")
        if cell_len(telling) + 1 <= left:
            kept = [telling, sign]
        elif left >= TELLING:
            kept = [set_cell_size(telling, left).rstrip() + sign]
    return "/".join([sign, *kept, name])


def cut_middle(text: str, width: int, sign: str = "…") -> str:
    """`text` in at most `width` cells, its middle left out."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return sign[:width]
    head_room = (width - 1) // 3
    tail_room = width - 1 - head_room
    tail = text
    while cell_len(tail) > tail_room:
        tail = tail[max(1, (cell_len(tail) - tail_room) // 2) :]
    return f"{set_cell_size(text, head_room).rstrip()}{sign}{tail}"


def cut_end(text: str, width: int, sign: str = "…") -> str:
    """`text` in at most `width` cells, its end left out."""
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)).rstrip() + sign
