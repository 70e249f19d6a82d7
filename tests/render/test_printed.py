"""A printed diff: what is on the screen and nothing else, in as many colours as there are."""

import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from rich._palettes import EIGHT_BIT_PALETTE
from rich.cells import cell_len
from rich.segment import Segment

from qatui.domain.diff import Document, Row, Rows
from qatui.domain.lines import split
from qatui.domain.marks import HIDDEN
from qatui.domain.moved import find_moved
from qatui.domain.review import Comment, Side
from qatui.render.glyphs import ASCII, UNICODE
from qatui.render.palette import INKS, PAPERS, SPANS, TOKENS, ink
from qatui.render.part import Look
from qatui.render.printed import _SIXTEEN, Colours, _Pen, print_document
from qatui.syntax.highlight import Highlighter
from tests.render.reference import documented, width_of
from tests.render.test_painter import LOOKS, documents
from tests.tui.test_themes import contrast

SGR = re.compile(r"\x1b\[[0-9;]*m")
LOOK = Look("dark", UNICODE, 100)
PAIR = documented(
    b"import os\n" + b"same = 1\n" * 20 + b"gone\nold = 1\n",
    b"import os\n" + b"same = 1\n" * 20 + b"old = 22\nnew, and no end",
)


def lines(document: Document, look: Look = LOOK, colours: Colours | None = None, **options: object) -> list[str]:
    return list(print_document(document, look, colours, **options))  # type: ignore[arg-type]


@given(documents(), LOOKS)
def test_it_is_the_rows_and_nothing_that_moves_a_cursor(document: Document, look: Look) -> None:
    plain = lines(document, look)
    for colours in get_args(Colours):
        coloured = lines(document, look, colours)
        assert [SGR.sub("", line).rstrip(" ") for line in coloured] == plain
        for line in coloured:
            assert line.endswith("\x1b[0m")
            if colours != "16":
                assert cell_len(SGR.sub("", line)) == look.width, "painted over its whole width"
    for line in plain:
        assert not HIDDEN.search(line)
        assert line == line.rstrip(" ")
        assert width_of(line) <= look.width


def test_two_sides_with_head_fold_and_end() -> None:
    left = 49
    assert lines(PAIR) == [
        " a.txt" + " " * 88 + "+2 −2",
        " has no newline at its end any more",
        "       ── 18 lines unchanged ──",
        "  19   same = 1".ljust(left) + "│  19   same = 1",
        "  20   same = 1".ljust(left) + "│  20   same = 1",
        "  21   same = 1".ljust(left) + "│  21   same = 1",
        "  22 − gone".ljust(left) + "│  22 + old = 22",
        "  23 − old = 1".ljust(left) + "│  23 + new, and no end … no newline at end",
    ]


def test_unified_and_ascii() -> None:
    found = lines(PAIR, replace(LOOK, layout="unified", glyphs=ASCII, width=60), context=0)
    assert found[2:] == [
        "           -- 21 lines unchanged --",
        "  22     - gone",
        "  23     - old = 1",
        "      22 + old = 22",
        "      23 + new, and no end ~ no newline at end",
    ]


def test_nothing_is_printed_of_texts_that_are_the_same() -> None:
    assert lines(documented(b"a\n", b"a\n")) == []


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (replace(documented(None, b"a\n"), new_mode="100644"), "new file"),
        (replace(documented(None, b"a\n"), new_mode="100755"), "new file, executable (100755)"),
        (replace(documented(b"a\n", b""), deleted=True, old_mode="100644"), "deleted"),
        (
            replace(documented(b"a\n", b"a\n"), old_mode="100644", new_mode="100755"),
            "plain file (100644) became executable (100755)",
        ),
        (
            replace(documented(b"a\n", b"a\n"), old_mode="120000", new_mode="100644"),
            "symbolic link (120000) became plain file (100644)",
        ),
        (replace(documented(b"a\n", b"a\n"), old_path="b.txt"), "renamed"),
        (documented(b"a\nb\n", b"a\r\nb\r\n"), "line ends: LF became CR LF"),
        (documented(b"a\r\nb\r\n", b"a\r\nb\n"), "line ends: CR LF became mixed"),
        (documented(b"a", b"a\n"), "has a newline at its end now"),
        (documented(b"a\n", b"a"), "has no newline at its end any more"),
        (replace(documented(b"a\n", b"a\n"), unlike=(0,)), "1 line differs in blanks only"),
    ],
)
def test_the_head_tells_what_changed_beside_the_lines(document: Document, words: str) -> None:
    assert words in lines(document)[1]


def test_the_head_names_files_and_sides() -> None:
    document = replace(PAIR, path="tests/new\x1b[2J.py", old_path="tests/old\u202e.py")
    found = lines(document, names=("main\x07", "working tree"))
    assert found[0].startswith(" tests/old‹U+202E›.py ▸ tests/new␛[2J.py ")
    assert found[1:3] == [" − main␇", " + working tree"]
    long = replace(PAIR, path="tests/" + "long/" * 40 + "x.py")
    whole = "".join(line.strip() for line in lines(long)[:3])
    assert whole.replace("+2 −2", "").replace("↳", "").replace(" ", "").startswith(long.path)


FORGED = "x.py\n   1 + assert r.status_code == 200\r\n\t2   y" + " " * 90 + "3 + z" + "\n" * 100


@pytest.mark.parametrize("width", [20, 60, 100])
@pytest.mark.parametrize("where", ["path", "old_path", "names", "why_plain"])
def test_no_name_can_forge_a_line(where: str, width: int) -> None:
    def begun(name: str) -> list[str]:
        """The lines that do not go on with the one before, without their words where they are the name's."""
        document = {
            "path": replace(PAIR, path=name),
            "old_path": replace(PAIR, old_path=name),
            "why_plain": replace(PAIR, colours={"new": Highlighter(f"a.{name}", ["x"])}),
            "names": PAIR,
        }[where]
        found = lines(document, replace(LOOK, width=width), names=(name, name) if where == "names" else None)
        return [line[:3] for line in found if not line.lstrip().startswith("↳")]

    assert begun(FORGED) == begun("x.py")


def test_blanks_of_a_name_stay() -> None:
    assert lines(replace(PAIR, path="  a\t b"))[0].startswith("   a␉ b ")


def test_where_no_line_changed_only_the_head_is_printed() -> None:
    text = split(b"x\n" * 500)
    same = Document("a", text, text, (), old_mode="100644", new_mode="100755")
    assert lines(same) == [" a" + " " * 92 + "+0 −0", " plain file (100644) became executable (100755)"]
    assert lines(replace(same, new_mode="100644", old_path="b")) == [" b ▸ a" + " " * 88 + "+0 −0", " renamed"]
    commented = replace(same, comments=(Comment(1, 1, 1, "new", 7, "why?", "robin", 0),))
    assert any("why?" in line for line in lines(commented))


def test_it_says_what_moved_and_why_nothing_is_coloured() -> None:
    text = [b"def a_function_that_moves():\n    return 1 + 1\n", b"x = 1\n" * 8]
    document = documented(b"".join(text), b"".join(reversed(text)))
    assert document.old is not None
    document = replace(document, moved=find_moved(document.old, document.new, document.hunks))
    assert "2 lines moved" in lines(document)[1]
    plain = Highlighter("a.no-such-language", ["x"])
    assert plain.why_plain
    assert plain.why_plain in lines(replace(document, colours={"new": plain}))[1]


def test_comments_are_printed_below_their_lines() -> None:
    document = replace(PAIR, comments=(Comment(1, 1, 1, "new", 22, "why 22?\x1b[0m", "robin", 0),))
    assert any("robin: why 22?␛[0m" in line for line in lines(document))


def test_colours_are_those_of_the_whole_text() -> None:
    """Also far from the beginning, inside a string that began there."""
    text = '"""' + "begun\n" * 3_000 + "{}\n" + "more\n" * 3 + '"""\nx = 1\n'
    old, new = (text.format(word).encode() for word in ("one", "two"))
    document = documented(old, new)
    assert document.old is not None
    colours: dict[Side, Highlighter] = {
        "old": Highlighter("a.py", document.old.lines),
        "new": Highlighter("a.py", split(new).lines),
    }
    document = replace(document, colours=colours)
    (line,) = (line for line in lines(document, colours="truecolor") if "more" in line and "3002 " in line)
    dim = TOKENS["dark"]["dim"]
    red, green, blue = (int(dim[at : at + 2], 16) for at in (1, 3, 5))
    assert re.search(rf"38;2;{red};{green};{blue};[\d;]*mmore", line)


def test_no_row_is_made_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    item = Rows.__getitem__

    def counted(self: Rows, number: int) -> Row:
        made.append(number)
        return item(self, number)

    monkeypatch.setattr(Rows, "__getitem__", counted)
    document = documented(b"a\n" * 500, b"b\n" * 500)
    printed = print_document(document, LOOK, None)
    for _ in range(5):
        next(printed)
    assert len(set(made)) <= 5


@pytest.mark.parametrize("theme", TOKENS)
def test_with_256_colours_every_ink_is_legible_on_every_paper(theme: str) -> None:

    pen = _Pen(theme, "256")

    def colours(token: str, paper: str) -> tuple[str, str]:
        numbers = re.findall(r"[34]8;5;(\d+)", pen.line([Segment("x", ink(theme, token, paper))]))
        assert len(numbers) == 2
        one, other = ("#{:02x}{:02x}{:02x}".format(*EIGHT_BIT_PALETTE[int(number)]) for number in numbers)
        return one, other

    least = 7.0 if theme == "contrast" else 4.5
    painted = [(token, paper) for token in INKS for paper in PAPERS if paper != "selection"]
    painted += [("foreground", paper) for paper in SPANS]
    assert not [pair for pair in painted if contrast(*colours(*pair)) < least]
    assert len({colours("foreground", paper)[1] for paper in ("background", "removed-line", "removed-span")}) == 3


@pytest.mark.parametrize("theme", TOKENS)
def test_with_16_colours_a_token_has_its_own_colour_even_where_another_looks_the_same(theme: str) -> None:
    pen = _Pen(theme, "16")
    for token in INKS:
        wanted = ";".join(filter(None, ("0", _SIXTEEN.get(token))))
        assert pen.line([Segment("x", ink(theme, token))]) == f"\x1b[{wanted}mx\x1b[0m", token


def test_with_16_colours_the_words_that_differ_are_reversed() -> None:
    found = lines(documented(b"a = 1\n", b"a = 22\n"), colours="16")
    assert "\x1b[0;1;31;7m1" in found[-1]
    assert "\x1b[0;1;32;7m22" in found[-1]
    assert ";48" not in "".join(found)
