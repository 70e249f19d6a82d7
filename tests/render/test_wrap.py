"""Where long lines are broken: by a plain count of cells, and without counting what need not be counted."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from qatui.domain.lines import Drawn, draw, split
from qatui.render import text, wrap
from qatui.render.wrap import starts_of


def by_hand(drawn: Drawn, width: int) -> list[int]:
    """The same, by character: a mark that fits on a screen line is one of them."""
    whole = {each.start: each.end for each in drawn.marks if cell_len(drawn.text[each.start : each.end]) <= width}
    starts, cells, at = [0], 0, 0
    while at < len(drawn.text):
        end = whole.get(at, at + 1)
        size = cell_len(drawn.text[at:end])
        if cells and cells + size > width:
            starts.append(at)
            cells = 0
        cells, at = cells + size, end
    return starts


LINES = st.lists(
    st.sampled_from(["a", "bc def", " ", "\t", "漢", "漢字", "é", "e\u0301", "\u202e", "\x1b", "\xa0", "שלום", "\r"]),
    max_size=40,
).map("".join)


@given(LINES, st.integers(1, 30), st.booleans())
def test_lines_are_broken_where_a_count_by_hand_breaks_them(line: str, width: int, codes: bool) -> None:
    drawn = draw(line, codes=codes)
    assert list(starts_of(drawn, width)) == by_hand(drawn, width)


def test_of_ascii_no_character_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: Counter[str] = Counter()
    monkeypatch.setattr(wrap, "get_character_cell_size", lambda each: measured.update(each))
    drawn = draw("\t" + "word " * 200)
    assert list(starts_of(drawn, 70)) == by_hand(drawn, 70)
    assert list(starts_of(draw("word \u202e" * 200), 70))[1] > 50
    assert not measured


def test_what_is_not_ascii_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: Counter[str] = Counter()

    def measure(character: str) -> int:
        measured.update(character)
        return get_character_cell_size(character)

    monkeypatch.setattr(wrap, "get_character_cell_size", measure)
    assert len(starts_of(draw("漢" * 500), 9)) == 125
    assert measured == {"漢": 500}


@pytest.mark.parametrize("line", ["\t" + "word " * 100, "é" * 500, "word \u202e" * 700], ids=["tab", "accents", "long"])
def test_where_a_line_is_broken_is_found_once_for_all_its_screen_lines(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the heights of all rows and each screen line that is painted ask for it."""
    asked: list[Drawn] = []

    def ask(drawn: Drawn, width: int) -> Sequence[int]:
        asked.append(drawn)
        return starts_of(drawn, width)

    monkeypatch.setattr(text, "starts_of", ask)
    side = text.Text(split(f"{line}\n".encode()), None, {})
    assert list(side.tall(0, 1, 40)) == [(0, len(side.laid(0, 40)[1]))]
    side.laid(0, 40)
    assert len(asked) == 1


def test_marks_of_one_kind_beside_each_other_are_painted_as_one() -> None:
    line = "\u202e" * 300 + " x\x1b\x1b \t\t"
    side = text.Text(split(f"{line}\n".encode()), None, {})
    drawn = side.drawn(0)
    painted = side.segments("dark", 0, drawn, 0, len(drawn.text), "background", "background", ())
    assert "".join(each.text for each in painted) == drawn.text
    assert [each.text for each in painted] == ["‹U+202E›" * 300, " x", "␛␛", drawn.text[-8:]]
