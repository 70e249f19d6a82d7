"""A line of the queue has exactly its width, whatever stands in it; what differs in a name stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from qatui.domain.candidate import QueueRow, Risk, State
from qatui.domain.marks import HIDDEN
from qatui.render.glyphs import ASCII, UNICODE
from qatui.tui.widgets import queue_row
from tests.conftest import NOW


def row(path: str = "tests/test_a.py", **values: object) -> QueueRow:
    fields: dict[str, object] = {
        "id": 1, "path": path, "title": "a", "state": State.PENDING, "risk": Risk.UNKNOWN, "score": None,
        "priority": 0, "revision": 1, "content_hash": "0", "new_file": True, "added": 3, "removed": 0,
        "assignee": None, "created_at": NOW, "deferred_until": None, "verdict_by": None, "verdict_reason": None,
        "state_reason": "",
    }  # fmt: skip
    return QueueRow(**{**fields, **values})  # type: ignore[arg-type]


def look(width: int, *, cursor: bool = False, marked: bool = False) -> queue_row.Look:
    return queue_row.Look(queue_row.lay_out(width), "dark", UNICODE, cursor, marked, NOW)


@given(
    st.text(min_size=1, max_size=200), st.text(max_size=80), st.integers(60, 250), st.sampled_from(State),
    st.sampled_from(Risk), st.none() | st.text(min_size=1, max_size=40), st.integers(0, 10**9),
)  # fmt: skip
def test_a_line_fills_its_columns(
    path: str, title: str, width: int, state: State, risk: Risk, assignee: str | None, added: int
) -> None:
    made = row(path, title=title, state=state, risk=risk, assignee=assignee, added=added, removed=added)
    strip = queue_row.draw(made, look(width))
    assert strip.cell_length == width
    assert not HIDDEN.search(strip.text.replace("\u2026", ""))


@given(st.integers(50, 300))
def test_columns_fit_and_state_and_test_always_stay(width: int) -> None:
    columns = queue_row.lay_out(width)
    names = [column.name for column in columns]
    assert {"state", "test"} <= set(names)
    assert sum(column.width + 1 for column in columns) + queue_row.GUTTER - 1 == width


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (200, ["risk", "state", "test", "title", "size", "age", "who"]),
        (120, ["risk", "state", "test", "size", "age", "who"]),
        (79, ["risk", "state", "test", "size", "age"]),
        (60, ["risk", "state", "test"]),
        (44, ["state", "test"]),
    ],
)
def test_columns_drop_by_rank(width: int, names: list[str]) -> None:
    assert [column.name for column in queue_row.lay_out(width)] == names


def test_head_and_lines_align() -> None:
    columns = queue_row.lay_out(120)
    head = queue_row.head(columns, "dark").text
    line = queue_row.draw(row(assignee="kim", state=State.IN_REVIEW), look(120)).text
    assert head.index("state") == line.index("in review")
    assert head.index("test") == line.index("tests/")
    assert head.index("who") == line.index("@kim")


def test_cursor_mark_and_missing() -> None:
    drawn = queue_row.draw(row(), look(80, cursor=True, marked=True)).text
    assert drawn.startswith(UNICODE.cursor + UNICODE.mark)
    assert UNICODE.cut in queue_row.draw(None, look(80)).text


@pytest.mark.parametrize(
    ("path", "width", "cut"),
    [
        ("tests/api/test_a.py", 40, "tests/api/test_a.py"),
        ("tests/api/v1/refunds/test_refunds.py", 30, "…/v1/refunds/test_refunds.py"),
        ("tests/api/test_a_very_long_name_indeed.py", 20, "test_a…ame_indeed.py"),
        ("pkg/algorithms/centrality/tests/test_covering.py", 40, "…/centrality/tests/test_covering.py"),
        ("pkg/algorithms/centrality/tests/test_covering.py", 33, "…/centrality/…/test_covering.py"),
        ("pkg/algorithms/centrality/tests/test_covering.py", 28, "…/centrali…/test_covering.py"),
        ("pkg/algorithms/centrality/tests/test_covering.py", 20, "…/test_covering.py"),
        ("averylongfolder/test_refunds.py", 24, "averylo…/test_refunds.py"),
    ],
)
def test_names_are_cut_in_the_middle(path: str, width: int, cut: str) -> None:
    made = queue_row.cut_path(path, width)
    assert made == cut
    assert cell_len(made) <= width


@given(st.text(alphabet="ab/c漢字_é", max_size=80), st.integers(2, 60))
def test_a_cut_path_fits(path: str, width: int) -> None:
    assert cell_len(queue_row.cut_path(path, width, ASCII.cut)) <= width
    assert cell_len(queue_row.cut_end(path, width, ASCII.cut)) <= width
    assert cell_len(queue_row.cut_middle(path, width, ASCII.cut)) <= width
