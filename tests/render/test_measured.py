"""Long lines by cells: what is seen through a window, wherever it is, is what a walk from the beginning finds."""

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from qatui.domain.diff import Rows
from qatui.domain.intraline import Spans
from qatui.domain.lines import Drawn, draw
from qatui.render import measured, text
from qatui.render.glyphs import UNICODE
from qatui.render.measured import STRIDE, Measured
from qatui.render.painter import Painter
from qatui.render.part import Look
from tests.render.reference import documented

LINES = st.text(alphabet="ab日é\u0301😀", max_size=40)


@pytest.fixture(params=[1, 3, STRIDE], scope="module")
def stride(request: pytest.FixtureRequest) -> Iterator[None]:
    with patch.object(measured, "STRIDE", request.param):
        yield


@pytest.mark.usefixtures("stride")
@given(LINES, st.integers(0, 50))
def test_a_place_in_cells_is_found_in_characters(line: str, cells: int) -> None:
    at = Measured(Drawn(line)).char_at(cells)
    assert cell_len(line[:at]) <= cells
    assert at == len(line) or cell_len(line[: at + 1]) > cells


@pytest.mark.usefixtures("stride")
@given(LINES, st.integers(0, 60), st.integers(1, 20))
def test_a_window_shows_what_stands_in_its_cells(line: str, left: int, width: int) -> None:
    lead, start, end, used = Measured(Drawn(line)).window(left, width)
    assert used == lead + cell_len(line[start:end]) <= width
    whole = [at for at in range(len(line)) if get_character_cell_size(line[at]) or left == 0]
    inside = [at for at in whole if left <= cell_len(line[:at]) and cell_len(line[: at + 1]) <= left + width]
    assert not inside or set(inside) <= set(range(start, end))
    assert all(left <= cell_len(line[:at]) for at in range(start, end))
    assert lead == 0 or cell_len(line[:start]) == left + lead or start == end


@pytest.mark.usefixtures("stride")
@given(LINES)
def test_the_cells_of_a_line_are_counted(line: str) -> None:
    assert Measured(Drawn(line)).cells == cell_len(line)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of what is drawn, one after the other."""
    lengths: list[int] = []

    def counted(line: str, *, codes: bool = False, masked: Spans = ()) -> Drawn:
        lengths.append(len(line))
        return draw(line, codes=codes, masked=masked)

    monkeypatch.setattr(text, "draw", counted)
    return lengths


@pytest.mark.parametrize("unit", ["let a = 'b'; ", "lét a = 'b'; ", "a\tb\t", "漢字a ", "ghp_" + "a1" * 20 + " "])
def test_a_step_at_the_end_of_a_long_line_draws_nothing_anew(
    unit: str, drawn: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = unit * (100_000 // len(unit))
    document = documented(f"{line}x\n".encode(), f"{line}y\n".encode())
    look = Look("dark", UNICODE, 160)
    painter = Painter(document, Rows(document, paired=True), {}, {}, look)
    painter.look = replace(look, left=painter.reach(0) - painter.text_width)
    assert "".join(each.text for each in painter.paint(0)).rstrip().endswith("y")
    drawn.clear()
    walked: list[str] = []

    def counted(character: str) -> int:
        walked.append(character)
        return get_character_cell_size(character)

    monkeypatch.setattr(measured, "get_character_cell_size", counted)
    for step in (8, 16, 5_000, 50_000, 0):
        painter.look = replace(look, left=painter.reach(0) - painter.text_width - step)
        painter.paint(0)
    assert not drawn
    assert len(walked) < 5 * 2 * 3 * (STRIDE + 160)


def test_steps_to_the_side_draw_a_long_line_a_few_times(drawn: list[int]) -> None:
    document = documented(None, b"a\tb " * 25_000)
    look = Look("dark", UNICODE, 100, layout="unified")
    painter = Painter(document, Rows(document, paired=False), {}, {}, look)
    for left in range(0, 20_000, 8):
        painter.look = replace(look, left=left)
        painter.paint(0)
    assert sum(drawn) < 70_000


def test_how_wide_a_long_line_may_be_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step to the right asks for it."""
    looked: list[int] = []
    is_plain = text._is_plain

    def counted(line: str) -> bool:
        looked.append(len(line))
        return is_plain(line)

    monkeypatch.setattr(text, "_is_plain", counted)
    document = documented(b"a" * 5_000 + b"\n", b"a" * 5_000 + b"b\n")
    painter = Painter(document, Rows(document, paired=True), {}, {}, Look("dark", UNICODE, 160))
    assert [painter.widest([0]) for _ in range(9)] == [5_001] * 9
    assert looked == [5_000, 5_001]


def test_beginnings_of_long_lines_that_stay_drawn_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BEGUN", 10 * text.SLICE)
    document = documented(None, b"a\tb " * 1_000 + b"\n" + b"c\n".join([b"d\te " * 1_000] * 50))
    painter = Painter(document, Rows(document, paired=False), {}, {}, Look("dark", UNICODE, 100, layout="unified"))
    for number in range(50):
        painter.paint(number)
    assert sum(limit for limit, _ in painter._texts["new"]._begun.values()) <= 10 * text.SLICE
