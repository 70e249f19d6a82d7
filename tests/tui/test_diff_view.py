"""The diff widget: what it draws, how little it draws per step, where it stays, and what never gets out of it."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from qatui.domain.diff import Document
from qatui.domain.lines import Drawn, Lines, draw
from qatui.domain.marks import HIDDEN
from qatui.domain.moved import find_moved
from qatui.domain.review import Comment, Side
from qatui.flows.compare import compare
from qatui.render import palette, text
from qatui.render.glyphs import ASCII, UNICODE, Glyphs
from qatui.render.notes import wrap
from qatui.render.painter import Painter
from qatui.render.text import SLICE, Text, overlay
from qatui.tui import themes
from qatui.tui.widgets.diff_view import DiffView


class Shown(App[None]):
    """A diff and nothing else."""

    def __init__(self, document: Document | None, glyphs: Glyphs = UNICODE, *, cursor: bool = True) -> None:
        super().__init__()
        for theme in themes.themes():
            self.register_theme(theme)
        self.theme = "dark"
        self._document = document
        self._view = DiffView(cursor=cursor, glyphs=glyphs)

    def compose(self) -> ComposeResult:
        yield self._view

    def on_mount(self) -> None:
        self._view.show(self._document)


Walk = Callable[[DiffView, Pilot[None]], Coroutine[Any, Any, None]]


def drive(document: Document | None, walk: Walk, size: tuple[int, int] = (160, 40), **options: Any) -> None:
    async def run() -> None:
        app = Shown(document, **options)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await walk(app.query_one(DiffView), pilot)

    asyncio.run(run())


def screen(view: DiffView) -> list[str]:
    """The rows on screen, as text."""
    region = view.scrollable_content_region.reset_offset
    strips = view.render_lines(region)
    assert {strip.cell_length for strip in strips} == {region.width}
    for strip in strips:
        assert not HIDDEN.search(strip.text), strip.text
    return [strip.text.rstrip() for strip in strips]


def document(old: str | None, new: str, *comments: Comment, path: str = "tests/test_x.py") -> Document:
    return compare(path, None if old is None else old.encode(), new.encode(), comments)


def numbered(count: int, changed: Sequence[int] = (), word: str = "line") -> str:
    return "".join(f"{'other' if at in changed else word} {at + 1}\n" for at in range(count))


def remark(line: int | None, body: str, side: Side | None = "new") -> Comment:
    return Comment(1, 1, 1, side if line is not None else None, line, body, "robin", 0)


EDITED = document(numbered(200), numbered(200, (50, 120)))


def test_two_sides() -> None:
    """Numbers, signs and texts stand in columns; the sides are parted."""
    pair = document("a = 1\nb = 2\nc = 3\nimport os\n", "a = 1\nb = 22\nc = 3\nx = 5\ny(6)\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert view.paired
        assert view.middle == 59
        rows = screen(view)
        assert rows[0] == "   1   a = 1".ljust(59) + "│   1   a = 1"
        assert rows[1] == "▌  2 ~ b = 2".ljust(59) + "│   2 ~ b = 22"
        assert sorted(rows[3:6]) == [
            "".ljust(59) + "│   4 + x = 5",
            "".ljust(59) + "│   5 + y(6)",
            "   4 − import os".ljust(59) + "│",
        ]
        assert rows[6] == ""

    drive(pair, walk, (120, 12))


def test_one_below_the_other_when_narrow() -> None:
    pair = document("a = 1\nb = 2\n", "a = 1\nb = 22\nc = 3\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert not view.paired
        assert view.middle is None
        assert screen(view)[:4] == [
            "   1   1   a = 1",
            "▌  2     − b = 2",
            "       2 + b = 22",
            "       3 + c = 3",
        ]
        view.switch_layout()
        await pilot.pause()
        assert "│" in screen(view)[0]
        view.switch_layout()
        await pilot.pause()
        assert "│" not in screen(view)[0]

    drive(pair, walk, (80, 12))


def test_a_new_file_has_one_column() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert not view.paired
        assert view.hunk == (1, 1)
        assert screen(view)[:2] == ["▌  1 + x = 1", "   2 + y = 2 … no newline at end"]

    drive(document(None, "x = 1\ny = 2"), walk)


@pytest.mark.parametrize("old", [None, ""])
def test_an_empty_file_says_so(old: str | None) -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert screen(view)[1] == "  the file is empty"
        assert (view.place, view.line, view.hunk) == (None, None, (0, 0))
        view.move(1)
        assert not view.next_hunk()
        assert not view.hunk_before()
        assert not view.unfold()
        view.end()
        view.sideways(1)

    drive(document(old, ""), walk)


def test_emptied_and_equal_files() -> None:
    async def emptied(view: DiffView, pilot: Pilot[None]) -> None:
        assert "− a" in screen(view)[0]

    async def equal(view: DiffView, pilot: Pilot[None]) -> None:
        assert len(screen(view)[0].split("│")) == 2
        assert view.hunk == (0, 0)

    drive(document("a\n", ""), emptied)
    drive(document("a\nb\n", "a\nb\n"), equal)


def test_nothing_is_shown_before_there_is_something() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert set(screen(view)) == {""}
        assert view.place is None
        view.move(3)
        view.page(1)
        view.top()
        view.show(EDITED)
        await pilot.pause()
        assert "lines unchanged" in screen(view)[0]
        view.show(None)
        await pilot.pause()
        assert set(screen(view)) == {""}

    drive(None, walk)


def test_folds_open_and_context_grows() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        rows = screen(view)
        assert "── 47 lines unchanged ──" in rows[0]
        assert view.place == ("new", 50)
        assert not view.unfold()
        view.top()
        on_fold = view.line
        assert on_fold is None
        assert view.unfold()
        await pilot.pause()
        assert "line 1" in screen(view)[0]
        assert view.place == ("new", 0)
        assert view.line == ("new", 1)
        view.next_hunk()
        view.next_hunk()
        assert view.hunk == (2, 2)
        here = view.place
        steps = 0
        while view.change_context(1):
            steps += 1
            assert view.place == here
        assert (steps, view.context) == (3, None)
        await pilot.pause()
        assert not any("unchanged" in row for row in screen(view))
        while view.change_context(-1):
            steps -= 1
        assert (steps, view.context) == (-1, 1)
        assert view.place == here

    drive(EDITED, walk)


def test_hunks_are_walked_and_the_ends_are_told() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert view.hunk == (1, 2)
        assert view.next_hunk()
        assert view.place == ("new", 120)
        assert not view.next_hunk()
        assert view.hunk_before()
        assert view.place == ("new", 50)
        assert not view.hunk_before()

    drive(EDITED, walk)


def test_the_first_change_is_in_sight_at_once() -> None:
    """Also far down, also in a whole file of 20,000 lines."""
    far = document(numbered(20_000), numbered(20_000, (15_000,)))

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert any("other 15001" in row for row in screen(view))
        while view.change_context(1):
            pass
        await pilot.pause()
        assert any("other 15001" in row for row in screen(view))
        view.top()
        await pilot.pause()
        assert "line 1" in screen(view)[0]
        view.end()
        await pilot.pause()
        assert "line 20000" in screen(view)[-1]

    drive(far, walk)


def test_a_step_draws_two_rows_or_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of a step does not grow with the text, nor with the screen."""
    drawn: list[int] = []
    paint = Painter.paint

    def counted(self: Painter, number: int, current: bool = False, at: int = 0) -> list[Segment]:
        drawn.append(number)
        return paint(self, number, current, at)

    monkeypatch.setattr(Painter, "paint", counted)
    long = document(numbered(20_000), numbered(20_000, range(100, 19_000, 20)))

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        while view.change_context(1):
            pass
        view.top()
        await pilot.pause()
        for _ in range(60):
            drawn.clear()
            view.move(1)
            await pilot.pause()
            assert len(drawn) <= 4
        drawn.clear()
        view.page(1)
        await pilot.pause()
        assert len(drawn) <= view.size.height // 2 + 4

    drive(long, walk, (160, 40))


def test_opening_draws_a_screen_and_not_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    paint = Painter.paint

    def counted(self: Painter, number: int, current: bool = False, at: int = 0) -> list[Segment]:
        drawn.append(number)
        return paint(self, number, current, at)

    monkeypatch.setattr(Painter, "paint", counted)

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert len(set(drawn)) <= view.size.height
        assert len(drawn) <= 3 * view.size.height

    drive(document(numbered(20_000), numbered(20_000, range(0, 20_000, 3))), walk)


def test_the_cursor_stays_in_sight_and_on_its_line() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        while view.change_context(1):
            pass
        view.top()
        for _ in range(60):
            view.move(1)
        await pilot.pause()
        assert view.place == ("new", 60)
        top = view.scroll_offset.y
        assert top + 2 <= 60 <= top + view.size.height - 1
        view.scroll_to(y=150, animate=False)
        await pilot.pause()
        assert view.place == ("new", 150)
        await pilot.resize_terminal(90, 30)
        await pilot.pause()
        assert view.place is not None
        assert view.place[1] >= 150
        assert any(row.startswith("▌") for row in screen(view))
        view.page(-1)
        assert view.place[1] == 150 - 15
        view.move(-10_000)
        assert view.place == ("new", 0)

    drive(EDITED, walk)


def test_a_click_puts_the_cursor_and_a_preview_has_none() -> None:
    async def clicked(view: DiffView, pilot: Pilot[None]) -> None:
        await pilot.click(DiffView, offset=(10, 2))
        assert screen(view)[2].startswith("▌")

    async def preview(view: DiffView, pilot: Pilot[None]) -> None:
        await pilot.click(DiffView, offset=(10, 2))
        assert not any("▌" in row for row in screen(view))
        view.move(1)
        view.page(1)

    drive(EDITED, clicked)
    drive(EDITED, preview, cursor=False)


def test_the_same_texts_again_keep_the_place() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.next_hunk()
        view.move(1)
        here = view.place
        again = compare(EDITED.path, numbered(200).encode(), numbered(200, (50, 120)).encode(), [remark(51, "why?")])
        view.show(again)
        await pilot.pause()
        assert view.place == here
        assert any("robin: why?" in row for row in screen(view))
        view.show(document(numbered(9), numbered(9, (2,))))
        assert view.place == ("old", 2)
        view.show(EDITED, ("old", 121))
        assert view.place == ("new", 121)

    drive(EDITED, walk)


def test_comments_stand_below_their_line_on_their_side() -> None:
    long = "this says a good deal about the line above, so much that it wraps around"
    pair = document(
        "a = 1\nb = 2\n", "a = 1\nb = 3\n", remark(2, long), remark(2, "was\nit?", "old"), remark(None, "-")
    )

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        rows = screen(view)
        assert rows[2].startswith("     │ robin: was")
        assert rows[3].startswith("     │ it?")
        assert rows[4] == " " * 59 + "│     │ robin: this says a good deal about the line"
        assert rows[5] == " " * 59 + "│     │ above, so much that it wraps around"
        view.move(3)
        assert view.line == ("new", 2)
        view.switch_layout()
        await pilot.pause()
        assert any(row.startswith("         │ robin: this says") for row in screen(view))

    drive(pair, walk, (120, 14))


def test_wide_characters_keep_the_columns() -> None:
    pair = document("x = '日本語'\ny = '😀😀'\n\tz\n", "x = '日本'\ny = '😀é'\n\tz = 1\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        for row in screen(view)[:3]:
            assert cell_len(row.split("│")[0]) == view.middle
        view.sideways(1)
        await pilot.pause()
        assert "日" in screen(view)[0]

    drive(pair, walk, (120, 10))
    drive(document(None, "日" * 400 + "\n" + "日" * 400), walk_sideways, (60, 10))


async def walk_sideways(view: DiffView, pilot: Pilot[None]) -> None:
    """Each half of a wide character that is cut is a blank; the end can be reached."""
    assert screen(view)[0].endswith("…")
    for _ in range(200):
        view.sideways(1)
    await pilot.pause()
    assert not screen(view)[0].endswith("…")
    assert "日" in screen(view)[0]
    assert screen(view)[1].endswith("no newline at end") or "…" in screen(view)[1]
    for _ in range(200):
        view.sideways(-1)
    await pilot.pause()
    assert screen(view)[0].endswith("…")


LONG = "    cls.G3_term_nodes = [" + ", ".join(map(str, range(60))) + "]"


def papers(view: DiffView, row: int) -> set[str]:
    """The papers that stretches of a row are drawn on."""
    strip = view.render_lines(view.scrollable_content_region.reset_offset)[row]
    tokens = {color: token for token, color in palette.TOKENS["dark"].items()}
    return {tokens[each.style.bgcolor.name] for each in strip if each.style and each.style.bgcolor}


@pytest.mark.parametrize("size", [(120, 8), (160, 8), (80, 8), (40, 8)])
def test_a_change_behind_the_edge_is_seen(size: tuple[int, int]) -> None:
    """The line keeps its head and goes on before its first change, on both sides at the same place."""
    pair = document(f"{LONG}\n", f"{LONG.replace(' 59]', ' 61]')}\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        rows = screen(view)
        old, new = rows[0].split("│") if view.paired else rows[:2]
        assert "cls" in old
        assert " 59]" in old
        assert " 61]" in new
        assert old.count("…") == new.count("…") == 1
        assert {"removed-span", "added-span"} <= papers(view, 0) | papers(view, 1)
        view.sideways(1)
        await pilot.pause()
        moved = screen(view)[0]
        assert "59]" not in moved, "scrolled, the line is as it is"
        assert {"removed-span", "added-span"} <= papers(view, 0) | papers(view, 1), "the sign tells of the change"

    drive(pair, walk, size)


def test_what_is_put_in_behind_the_edge_is_seen_against_what_was_there() -> None:
    pair = document(f"{LONG}\n", f"{LONG[:-1]}, 'put in']\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        old, new = screen(view)[0].split("│")
        assert "'put in'" in new
        assert old.rstrip().endswith("58, 59]")
        assert new.index("59") == old.index("59")

    drive(pair, walk, (120, 8))


def test_the_sign_of_a_cut_has_the_colour_of_a_change_only_where_one_is_behind_it() -> None:
    both = LONG.replace("[0,", "[7,").replace(" 59]", " 6]")
    pair = document(f"one {LONG}\ntwo {LONG}\n", f"won {LONG}\ntwo {both}\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        def signs(row: int) -> list[str]:
            strip = view.render_lines(view.scrollable_content_region.reset_offset)[row]
            return [str(each.style) for each in strip if each.text == "…"]

        first, second = signs(0), signs(1)
        assert first == [
            str(palette.ink("dark", "accent", "removed-line", "bold")),
            str(palette.ink("dark", "accent", "added-line", "bold")),
        ]
        assert second == [
            str(palette.ink("dark", "foreground", "removed-span", "bold")),
            str(palette.ink("dark", "foreground", "added-span", "bold")),
        ]

    drive(pair, walk, (120, 8))


@pytest.mark.parametrize("line", ["x" * 5_000, "日\t" * 2_500], ids=["plain", "wide"])
def test_a_cut_that_hides_much_says_how_much(line: str) -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        found = re.search(r"^▌  1 \+ (.*?) *… ([\d,]+) more$", screen(view)[0])
        assert found
        assert len(draw(line[: 5_000 - int(found[2].replace(",", ""))]).text) >= len(found[1].rstrip())

    drive(document(None, f"{line}\n"), walk, (120, 8))


@pytest.mark.parametrize(
    "line", ["x" * 50_000 + "end", "日\t" * 2_500 + "end", "\u202e" * 3_000 + "end"], ids=["plain", "wide", "marks"]
)
@pytest.mark.parametrize("old", [None, "short\n"])
def test_the_end_of_a_line_is_one_step_away(line: str, old: str | None) -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.end()
        await pilot.pause()
        begun = screen(view)
        view.to_edge(end=True)
        await pilot.pause()
        assert any(row.endswith("end") for row in screen(view)), "and nothing is behind it"
        view.to_edge(end=False)
        await pilot.pause()
        assert screen(view) == begun

    drive(document(old, f"{line}\n"), walk, (120, 8))


def test_a_fold_has_no_end() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.top()
        before = screen(view)
        view.to_edge(end=True)
        await pilot.pause()
        assert screen(view) == before

    drive(EDITED, walk)
    drive(None, walk)


HOSTILE = [
    "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b5n",
    "access = 'user\u202e \u2066# only admins\u2069 \u2066'",
    "a\u200bb\u00adc\ufeffd",
    "\ttab\rcarriage\x0bvertical\x0cform",
    "\x00\x7f\x85\u2028\u2029",
    "\udcff\udc80",
    "[bold red]markup[/] ${jndi} \\x1b[0m",
    "e\u0301" * 20 + "\u0301" * 30,
    "\u2800\u3164\u00a0",
]


@pytest.mark.parametrize("size", [(160, 30), (80, 24), (40, 12)])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_nothing_of_a_hostile_text_reaches_the_terminal(size: tuple[int, int], glyphs: Glyphs) -> None:
    raw = "\n".join(HOSTILE).encode("utf-8", "surrogateescape")
    body = "\x1b[31mred\u202e\n\x07bell"
    shown = compare("tests/\x1b.py", b"\x1b[0m\n" + raw, raw + b"\n", [remark(2, body)])

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        for _ in range(4):
            text = "\n".join(screen(view))
            assert not re.search(
                r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text
            )
            view.sideways(1)
            view.page(1)
            await pilot.pause()
        assert "‹U+202E›" in text or size[0] < 80

    drive(shown, walk, size, glyphs=glyphs)


@pytest.mark.parametrize(
    "line", ["x" * 1_000_000, "日" * 300_000, "\u202e" * 300_000, "\t" * 300_000, "e\u0301" * 300_000], ids="xwbtc"
)
def test_a_very_long_line_is_drawn_by_its_slice(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def counted(line: str, **options: Any) -> Drawn:
        taken.append(len(line))
        return draw(line, **options)

    monkeypatch.setattr(text, "draw", counted)

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        hidden = re.compile(r"… [\d,]+ more│?$")
        assert hidden.search(screen(view)[0])
        view.sideways(3)
        await pilot.pause()
        assert hidden.search(screen(view)[0])
        assert max(taken) <= 2 * SLICE + 1

    drive(document(line, line + "y"), walk, (160, 10))


@given(st.integers(0, 20), st.integers(0, 20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=3))
def test_pieces_cover_the_window_once(start: int, length: int, starts: list[tuple[int, int]]) -> None:
    layers = [[(min(pair), max(pair))] for pair in starts if pair[0] != pair[1]]
    at = start
    for begin, until, covering in overlay(start, start + length, layers):
        assert begin == at < until
        at = until
        for layer, index in zip(layers, covering, strict=True):
            assert (index is not None) is (layer[0][0] <= begin < layer[0][1])
    assert at == start + length


def test_a_line_is_drawn_as_far_as_it_is_seen() -> None:
    lines = Text(Lines(["a" * 5_000, "\u0301" * 5_000], True), None, {})
    begun, whole = lines.measured_to(0, 100)
    assert (begun.cells, whole) == (SLICE, False)
    begun, whole = lines.measured_to(0, 3_000)
    assert begun.cells >= 3_000
    assert not whole
    assert lines.measured_to(0, 9_000)[1]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("a b c", 3, ["a b", "c"]),
        ("", 5, [""]),
        ("one\n\ntwo", 9, ["one", "", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("日本語 x", 4, ["日本", "語 x"]),
        ("a\tb\x1b", 9, ["a b␛"]),
    ],
)
def test_comments_wrap_by_cells(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_another_theme_draws_anew() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        before = view.render_lines(view.size.region)[5]
        pilot.app.theme = "light"
        await pilot.pause()
        after = view.render_lines(view.size.region)[5]
        assert before.text == after.text
        assert [each.style for each in before] != [each.style for each in after]

    drive(EDITED, walk)


def test_without_colours_greys_and_signs_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        for strip in view.render_lines(view.size.region):
            for segment in strip:
                color = segment.style.color if segment.style else None
                triplet = color.get_truecolor() if color else None
                assert triplet is None or len(set(triplet)) == 1
        assert any("~" in row for row in screen(view))

    drive(EDITED, walk)


def test_without_colours_of_its_own_a_document_is_plain() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert "def" in screen(view)[0]
        assert not any(
            segment.style == palette.ink("dark", "syntax-keyword") for segment in view.render_lines(view.size.region)[0]
        )

    drive(replace(document("def a(): pass\n", "def a(): pass\n"), colours={}), walk)


def test_provisional_colours_are_corrected_in_idle_moments() -> None:
    """Far inside a string, the first guess is code; soon it is a string."""
    new = 'x = """\n' + "not = code\n" * 3_000 + '"""\n'
    pair = document(new.replace('code\n"""', 'code\nchanged\n"""'), new)

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        def strings() -> bool:
            ink = palette.ink("dark", "syntax-string")
            return any(segment.style == ink for segment in view.render_lines(view.size.region)[3])

        assert not strings()
        for _ in range(60):
            if strings():
                break
            await pilot.pause(0.1)
        assert strings()

    drive(pair, walk)


WRAPPED = document(
    numbered(60) + f"short\nlong {'word ' * 60}\n" + numbered(60),
    numbered(60) + f"short\nlong {'word ' * 90}end\n" + numbered(60),
)


def test_long_lines_wrap_on_both_sides_alike() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        height = len(view.render_lines(view.size.region))
        cut = screen(view)
        assert view.switch_wrap()
        await pilot.pause()
        rows = screen(view)
        at = next(number for number, row in enumerate(rows) if "~ long" in row)
        assert rows[at + 1].startswith("▌  ↳   ")
        old, new = ([row.split("│")[side] for row in rows[at : at + 9]] for side in (0, 1))
        assert sum("word" in each for each in old) < sum("word" in each for each in new)
        assert "end" in "".join(new)
        assert view.virtual_size.height == len(cut[:height]) - cut.count("") + sum("↳" in each for each in new)
        view.sideways(1)
        view.to_edge(end=True)
        await pilot.pause()
        assert screen(view) == rows, "there is nothing at the side"
        assert not view.switch_wrap()
        await pilot.pause()
        assert screen(view) == cut

    drive(WRAPPED, walk, (120, 30))


def test_the_cursor_goes_by_rows_and_a_click_finds_them_through_wrapped_lines() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.switch_wrap()
        await pilot.pause()
        assert view.place == ("new", 61)
        view.move(1)
        assert view.place == ("new", 62)
        view.move(-1)
        assert view.place == ("new", 61)
        rows = screen(view)
        at = next(number for number, row in enumerate(rows) if "~ long" in row)
        await pilot.click(DiffView, offset=(10, at + 3))
        assert view.place == ("new", 61)
        assert view.next_hunk() is False
        view.end()
        await pilot.pause()
        assert [row for row in screen(view) if row][-1].startswith("▌")

    drive(WRAPPED, walk, (120, 20))


def test_a_row_taller_than_the_screen_is_read_line_by_line() -> None:
    tall = document(None, "first\n" + " ".join(map(str, range(700))) + "\nlast\n")

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.switch_wrap()
        await pilot.pause()
        seen = set(screen(view))
        view.move(1)
        assert view.place == ("new", 1)
        steps = 0
        while view.place == ("new", 1) and steps < 99:
            seen |= set(screen(view))
            view.move(1)
            await pilot.pause()
            steps += 1
        assert view.place == ("new", 2)
        assert all(any(str(number) in row.split() for row in seen) for number in (0, 350, 699))
        view.move(-1)
        assert view.place == ("new", 1)
        view.page(-1)
        await pilot.pause()
        view.page(-1)
        view.page(-1)
        view.page(-1)
        view.page(-1)
        await pilot.pause()
        assert view.place == ("new", 0)
        view.scroll_to(y=9, animate=False)
        await pilot.pause()
        assert view.place == ("new", 1), "the cursor stays in sight"

    drive(tall, walk, (80, 12))


def test_wrapped_a_step_draws_what_is_new_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of 1 MB costs what is seen of it."""
    drawn: list[tuple[int, int]] = []
    paint = Painter.paint

    def counted(self: Painter, number: int, current: bool = False, at: int = 0) -> list[Segment]:
        drawn.append((number, at))
        return paint(self, number, current, at)

    monkeypatch.setattr(Painter, "paint", counted)

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.switch_wrap()
        await pilot.pause()
        drawn.clear()
        for step in range(5):
            view.page(1)
            await pilot.pause()
            assert len(drawn) <= (step + 1) * 3 * view.size.height
        assert view.virtual_size.height > 10_000

    drive(document(None, "x" * 1_000_000 + "\nb\n"), walk, (80, 24))


def test_marks_as_codes_and_secrets_unmasked() -> None:
    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        assert "␛" in screen(view)[0]
        assert "a1a1" not in screen(view)[1]
        assert view.switch_codes()
        assert view.switch_masks()
        await pilot.pause()
        assert "‹U+001B›" in screen(view)[0]
        assert "a1a1" in screen(view)[1]
        assert not view.switch_codes()
        assert not view.switch_masks()
        await pilot.pause()
        assert "a1a1" not in screen(view)[1]

    drive(document(None, "\x1b\nk = 'ghp_" + "a1" * 20 + "'\n"), walk, (120, 8))


def test_a_move_is_followed_to_its_other_end() -> None:
    block = "def a_function_that_moves(one, two):\n    return one * two\n"
    moved = document(block + numbered(50), numbered(50) + block)
    assert moved.old is not None
    moved = replace(moved, moved=find_moved(moved.old, moved.new, moved.hunks))

    async def walk(view: DiffView, pilot: Pilot[None]) -> None:
        view.top()
        view.move(1)
        assert view.place == ("old", 1)
        assert view.follow_move()
        assert view.place == ("new", 51)
        assert view.follow_move()
        assert view.place == ("old", 1)
        view.move(2)
        assert not view.follow_move()

    drive(moved, walk, (120, 20))
