"""Rows as cells: as a slow and obvious renderer draws them, in columns that hold, and nothing hidden but in folds."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment

from qatui.domain.diff import Document, Hunk, Kind, Rows
from qatui.domain.intraline import differing
from qatui.domain.lines import draw
from qatui.domain.marks import HIDDEN
from qatui.domain.moved import find_moved
from qatui.domain.review import Side
from qatui.render.glyphs import ASCII, UNICODE, Glyphs
from qatui.render.painter import Painter
from qatui.render.palette import TOKENS
from qatui.render.part import Layout, Look
from qatui.render.text import Text
from qatui.syntax.highlight import Highlighter
from tests.render.reference import documented, painted, units, width_of

LINES = st.lists(
    st.one_of(
        st.text(alphabet="ab (日é\u0301😀\u202e\u200d\x00\x1b\rשא👍🏽\t", max_size=60),
        st.sampled_from(["", "x = 1", "x = 2", "日" * 30, "\t" * 9, "word " * 20, "TOKEN = 'ghp_" + "a1" * 20 + "'"]),
    ),
    max_size=12,
)


@st.composite
def documents(draw: st.DrawFn, *, ended: bool = False) -> Document:
    """Two texts of which the second is the first with some lines put in, left out and edited."""
    old = draw(LINES)
    new = [
        edited
        for line in old
        for edited in draw(st.sampled_from([(line,), (line,), (line,), (), (line + "!",), ("new", line), (line[3:],)]))
    ]
    ends = ("\n",) if ended else ("\n", "")
    before = None if draw(st.integers(0, 9)) == 0 else "\n".join(old) + (draw(st.sampled_from(ends)) if old else "")
    after = "\n".join(new) + (draw(st.sampled_from(ends)) if new else "")
    return documented(None if before is None else before.encode(), after.encode())


LOOKS = st.builds(
    Look,
    theme=st.just("dark"),
    glyphs=st.just(UNICODE),
    width=st.integers(40, 130),
    layout=st.sampled_from(["split", "unified"]),
    codes=st.booleans(),
    unmasked=st.booleans(),
)


def painter_of(document: Document, look: Look, context: int | None = None) -> tuple[Painter, Rows]:
    colours: Mapping[Side, Highlighter] = {"new": Highlighter("a.py", document.new.lines)}
    if document.old is not None:
        colours = {**colours, "old": Highlighter("a.py", document.old.lines)}
    rows = Rows(document, paired=look.layout == "split", context=context)
    return Painter(document, rows, colours, {}, look), rows


def text_of(segments: list[Segment]) -> str:
    return "".join(each.text for each in segments)


def compare_with_reference(document: Document, look: Look, context: int | None) -> None:
    painter, rows = painter_of(document, look, context)
    for number, row in enumerate(rows):
        lines = [text_of(each) for each in painter.lines(number)]
        for line in lines:
            assert cell_len(line) == width_of(line) == look.width
            assert not HIDDEN.search(line)
        if row.kind is Kind.FOLD:
            assert f" {row.count:,} lines unchanged " in lines[0]
            continue
        pair = rows.pair_of(row)
        alike = (
            pair is not None
            and document.old is not None
            and bool(differing(document.old.lines[pair[0]], document.new.lines[pair[1]]))
        )
        if alike and not look.wrap and not look.left:
            continue  # the middle of its lines may be left out
        assert lines == painted(document, row, look, painter.digits, alike)


@given(documents(), LOOKS, st.sampled_from([0, 1, 3, None]))
def test_wrapped_rows_are_what_the_obvious_renderer_draws(document: Document, look: Look, context: int | None) -> None:
    if document.old is None:
        look = replace(look, layout="unified")
    compare_with_reference(document, replace(look, wrap=True), context)


@given(documents(ended=True), LOOKS, st.integers(0, 70))
def test_cut_rows_are_what_the_obvious_renderer_draws(document: Document, look: Look, left: int) -> None:
    if document.old is None:
        look = replace(look, layout="unified")
    compare_with_reference(document, replace(look, left=left), 3)


@given(documents(), LOOKS)
def test_the_lines_stand_where_the_heights_say(document: Document, look: Look) -> None:
    """Also with folds: what a row takes is what the table of heights has for it."""
    painter, rows = painter_of(document, replace(look, wrap=True), 1)
    top = 0
    for number in range(len(rows)):
        lines = list(painter.lines(number))
        assert painter.height(number) == painter.heights.height(number) == len(lines)
        for at, line in enumerate(lines):
            assert painter.heights.at(top + at) == (number, at)
            assert text_of(painter.paint(number, False, at)) == text_of(line)
        assert painter.heights.top(number) == top
        top += len(lines)
    assert painter.heights.total == top


@given(documents(), LOOKS)
def test_wrapped_lines_hide_nothing(document: Document, look: Look) -> None:
    """Every line of both texts is there, whole, in order."""
    look = replace(look, wrap=True, layout="split")
    if document.old is None:
        return
    painter, rows = painter_of(document, look)
    left = painter.halves[0]
    for number, row in enumerate(rows):
        columns: dict[Side, str] = {"old": "", "new": ""}
        for segments in painter.lines(number):
            cells = text_of(segments)
            bar = cells.index("│")
            assert cell_len(cells[:bar]) == left
            columns["old"] += cells[painter.gutter : bar]
            columns["new"] += cells[bar + 1 + painter.gutter :]
        for side, line in (("old", row.old), ("new", row.new)):
            if line is not None:
                key: Side = "old" if side == "old" else "new"
                whole = "".join(units(document, key, line, look))
                assert columns[key].replace(" ", "").startswith(whole.replace(" ", ""))


MOVED = (
    "import a\n\ndef moves_about(one, two):\n    return one * two + 1\n\n" + "x = 1\n" * 9,
    "import a\n\n" + "x = 1\n" * 9 + "def moves_about(one, two):\n    return one * two + 1\n\n",
)


@pytest.mark.parametrize("layout", ["split", "unified"])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_moved_lines_have_their_own_sign_and_say_where_they_went(layout: Layout, glyphs: Glyphs) -> None:
    document = documented(MOVED[0].encode(), MOVED[1].encode())
    assert document.old is not None
    document = replace(document, moved=find_moved(document.old, document.new, document.hunks))
    painter, rows = painter_of(document, Look("dark", glyphs, 100, layout=layout))
    went = next(number for number, row in enumerate(rows) if row.old == 2)
    came = next(number for number, row in enumerate(rows) if row.new == 11)
    assert f"{glyphs.left} def moves_about" in text_of(painter.paint(went))
    assert "to line 12" in text_of(painter.paint(went))
    assert f"{glyphs.came} def moves_about" in text_of(painter.paint(came))
    assert "from line 3" in text_of(painter.paint(came))
    assert painter.elsewhere(went) == ("new", 11)
    assert painter.elsewhere(came) == ("old", 2)
    assert "to line 13" not in text_of(painter.paint(went + 1)), "the first line of a block says it"
    assert "to line 13" in text_of(painter.paint(went + 1, True)), "and any with the cursor on it"
    assert painter.elsewhere(0) is None
    papers = {segment.style.bgcolor.name for segment in painter.paint(came) if segment.style and segment.style.bgcolor}
    assert TOKENS["dark"]["moved-line"] in papers


def test_what_only_blanks_change_has_a_quiet_sign() -> None:
    document = replace(documented(b"a\nb\nc\n", b"a\nb\nc\n"), unlike=(1,))
    painter, _ = painter_of(document, Look("dark", UNICODE, 60))
    assert [text_of(painter.paint(number)).split()[1] for number in range(3)] == ["a", "·", "c"]
    unified, _ = painter_of(document, Look("dark", UNICODE, 60, layout="unified"))
    assert text_of(unified.paint(1)).split() == ["2", "2", "·", "b"]


def test_a_fold_says_that_blanks_differ_in_it() -> None:
    document = replace(documented(b"a\n" * 20 + b"b\n", b"a\n" * 20 + b"c\n"), unlike=(3, 4))
    painter, _ = painter_of(document, Look("dark", UNICODE, 80), 3)
    assert "17 lines unchanged, 2 of them but for blanks" in text_of(painter.paint(0))


def test_quiet_hunks_keep_their_signs_without_colours() -> None:
    document = documented(b"a\nb\n", b"a\n\nb\n")
    document = replace(document, hunks=(Hunk(1, 0, 1, 1, quiet=True),))
    painter, _ = painter_of(document, Look("dark", UNICODE, 60))
    segments = painter.paint(1)
    assert "+" in text_of(segments)
    papers = {each.style.bgcolor.name for each in segments if each.text == "+ " and each.style and each.style.bgcolor}
    assert papers == {TOKENS["dark"]["background"]}


def test_a_line_of_1_mb_is_drawn_where_it_is_looked_at() -> None:
    document = documented(None, b"x" * 1_000_000 + b"end\n")
    painter, _ = painter_of(document, Look("dark", UNICODE, 80, layout="unified", wrap=True))
    assert painter.height(0) == -(-1_000_003 // painter.text_width)
    assert text_of(painter.paint(0, False, painter.height(0) - 1)).rstrip().endswith("xend")


def test_blanks_that_go_on_behind_what_is_drawn_are_not_the_end_of_the_line() -> None:
    document = documented(None, b"a" + b" " * 3_000 + b"b\n")
    painter, _ = painter_of(document, Look("dark", UNICODE, 80, layout="unified"))
    assert "·" not in text_of(painter.paint(0))
    assert draw("a  ").text == "a··"


def test_masks_and_codes_are_ways_of_looking() -> None:
    document = documented(None, b"k = 'ghp_" + b"a1" * 20 + b"'\x1b\n")
    shown = {
        (codes, unmasked): text_of(
            painter_of(document, Look("dark", UNICODE, 100, layout="unified", codes=codes, unmasked=unmasked))[0].paint(
                0
            )
        )
        for codes in (False, True)
        for unmasked in (False, True)
    }
    assert "ghp_••••••••" in shown[False, False]
    assert "a1a1" not in shown[True, False]
    assert "a1a1" in shown[False, True]
    assert "␛" in shown[False, True]
    assert "‹U+001B›" in shown[True, True]


@pytest.mark.parametrize("width", [40, 47, 48, 49, 60])
def test_a_mask_that_is_longer_than_its_secret_counts(width: int) -> None:
    document = documented(None, b"password = 'abcd'; password = 'efgh'\n")
    painter, _ = painter_of(document, Look("dark", UNICODE, width, layout="unified", wrap=True))
    assert len(list(painter.lines(0))) == painter.heights.height(0)
    assert "".join(text_of(each)[painter.gutter :] for each in painter.lines(0)).rstrip().endswith("••••••••'")


@pytest.mark.parametrize("wrap", [False, True])
def test_what_changes_inside_a_secret_is_marked_on_its_mask(*, wrap: bool) -> None:
    document = documented(b"password = 'alpha-beta-gamma'\n", b"password = 'alpha-BETA-gamma'\n")
    painter, _ = painter_of(document, Look("dark", UNICODE, 60, wrap=wrap))
    masks = [each for each in painter.paint(0) if "•" in each.text]
    papers = [TOKENS["dark"]["removed-span"], TOKENS["dark"]["added-span"]]
    assert [(each.text, each.style and each.style.bgcolor and each.style.bgcolor.name) for each in masks] == [
        ("••••••••", paper) for paper in papers
    ]


def test_a_change_in_a_secret_that_is_scrolled_into_or_hidden_behind_the_cut_is_marked() -> None:
    document = documented(b"password = 'alpha-beta-gamma'; x = 1\n", b"password = 'alpha-BETA-gamma'; x = 1\n")
    look = Look("dark", UNICODE, 60)
    paper = TOKENS["dark"]["removed-span"]
    painter, _ = painter_of(document, replace(look, left=15))
    assert [each.text for each in painter.paint(0) if each.style and each.style.bgcolor.name == paper] == ["•••••"]  # type: ignore[union-attr]


def test_with_blanks_left_out_one_column_is_as_tall_as_the_line_that_it_shows() -> None:
    """Where blanks do not count the old line of an equal row may be longer; unified, nobody sees it."""
    old, new = b"x = [" + b" " * 200 + b"1]\na\n", b"x = [1]\nb\n"
    document = replace(documented(old, new), hunks=(Hunk(1, 1, 1, 1),), unlike=(0,))
    layouts: tuple[Layout, ...] = ("unified", "split")
    for layout in layouts:
        painter, rows = painter_of(document, Look("dark", UNICODE, 61, layout=layout, wrap=True))
        assert painter.heights.total == sum(painter.height(number) for number in range(len(rows)))
    assert painter.heights.height(0) > 3


@pytest.mark.parametrize(
    "secret", ["://user:" + "S3cr3tPassw0rd" * 60 + "@host/", " eyJ" + "hbGciOiJIUzI1NiJ9" * 70 + ".e30aaaaaa"]
)
def test_a_line_that_is_cut_hides_what_the_whole_line_hides(secret: str) -> None:
    line = "x = 1; " * 90 + secret + " " + "y" * 3_000
    document = documented(None, line.encode() + b"\n")
    shown = {}
    for wrap in (False, True):
        painter, _ = painter_of(document, Look("dark", UNICODE, 1_000, layout="unified", wrap=wrap))
        shown[wrap] = text_of(painter.paint(0))[:700]
    assert shown[False] == shown[True]
    assert "•" in shown[False]


def test_how_tall_lines_are_is_found_once_for_a_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, folds, notes: what a key changes in how a long text is shown leaves its lines as they are."""
    asked: list[int] = []
    height = Text._height

    def counted(self: Text, number: int, width: int) -> int:
        asked.append(number)
        return height(self, number, width)

    monkeypatch.setattr(Text, "_height", counted)
    document = documented(b"a = 1\n" + b"long \t" * 30 + b"\n", b"a = 2\n" + b"long \t" * 30 + b"\n")
    look = Look("dark", UNICODE, 61, wrap=True)
    before = Painter(document, Rows(document, paired=True), {}, {}, look)
    total, first = before.heights.total, len(asked)
    again = Painter(document, Rows(document, paired=True, context=None), {}, {}, replace(look, by="character"), before)
    assert (again.heights.total, len(asked)) == (total, first)
    for other in (replace(look, codes=True), replace(look, unmasked=True), replace(look, width=45)):
        painter = Painter(document, Rows(document, paired=True), {}, {}, other, again)
        assert painter.heights.total == Painter(document, Rows(document, paired=True), {}, {}, other).heights.total
    assert len(asked) == 7 * first


def test_a_line_is_masked_by_its_own_side() -> None:
    """The same line, inside a private key in one text only."""
    body = b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n"
    document = documented(b"-----BEGIN PRIVATE KEY-----\n" + body, body)
    painter, rows = painter_of(document, Look("dark", UNICODE, 160))
    number = next(number for number, row in enumerate(rows) if row.kind is Kind.EQUAL)
    old, new = text_of(painter.paint(number)).split("│")
    assert "MIIE" not in old
    assert "MIIE" in new


def test_a_line_has_the_colours_of_its_own_side() -> None:
    """The same line, inside a string in one text only."""
    document = documented(b'"""\nx = 1\n', b"x = 1\n")
    painter, rows = painter_of(document, Look("dark", UNICODE, 160))
    number = next(number for number, row in enumerate(rows) if row.kind is Kind.EQUAL)
    segments = painter.paint(number)
    colours = [str(each.style) for each in segments if "1" in each.text and "=" not in each.text.rstrip("1")]
    old, new = (
        [str(segment.style) for segment in segments[half] if segment.text.strip() in ("x = 1", "x", "1")]
        for half in (slice(0, len(segments) // 2), slice(len(segments) // 2, None))
    )
    assert colours
    assert old != new
