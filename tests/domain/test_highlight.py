"""Colours by window are the colours of the whole; what cannot be lexed stays plain; nothing hangs."""

import inspect
import subprocess
import sys
import textwrap
from collections.abc import Sequence

import pytest

from qatui.domain import highlight
from qatui.domain.highlight import NEAR, STEP, Highlighter, Spans, ending, lexer_for, style_of

PYTHON = (inspect.getsource(textwrap) + inspect.getsource(subprocess)).split("\n")


def colours(path: str, lines: Sequence[str]) -> list[Spans]:
    shown = Highlighter(path, lines)
    return [shown.line(number) for number in range(len(lines))]


def settle(shown: Highlighter) -> None:
    """Lex on to the end."""
    while shown.advance():
        pass


def words(line: str, spans: Spans) -> list[tuple[str, str]]:
    return [(line[start:end], style) for start, end, style in spans]


def whole(path: str, lines: Sequence[str]) -> list[Spans]:
    """The reference: Pygments over the whole text at once."""
    lexer = lexer_for(ending(path))
    assert lexer is not None
    found: list[Spans] = [[] for _ in lines]
    line = column = 0
    for _, token, value in lexer.get_tokens_unprocessed("\n".join(lines) + "\n"):
        for piece in value.splitlines(keepends=True):
            text = piece.rstrip("\n")
            if text and style_of(token):
                found[line].append((column, column + len(text), style_of(token)))
            line, column = (line + 1, 0) if piece.endswith("\n") else (line, column + len(piece))
    return found


def test_a_line_of_python() -> None:
    line = 'def test_it(client):  # "why"'
    assert words(line, colours("tests/test_x.py", [line])[0]) == [
        ("def", "keyword"),
        ("test_it", "definition"),
        ('# "why"', "comment"),
    ]


@pytest.mark.parametrize(
    ("path", "line", "word"),
    [
        ("a.spec.ts", "const x: number = 1;", ("const", "keyword")),
        ("a_test.go", "func TestIt(t *testing.T) {}", ("func", "keyword")),
        ("ATest.java", "class ATest { String s = null; }", ("ATest", "definition")),
        ("a_spec.rb", "def it; end", ("it", "definition")),
        ("a.json", '{"a": 1}', ("1", "number")),
        ("a.lua", "local x = 1", ("local", "keyword")),
    ],
)
def test_languages(path: str, line: str, word: tuple[str, str]) -> None:
    assert word in words(line, colours(path, [line])[0])


@pytest.mark.parametrize("path", ["noending", "a.unheard", "dir.py/file"])
def test_unknown_languages_stay_plain(path: str) -> None:
    shown = Highlighter(path, ["def x(): pass"])
    assert shown.line(0) == []
    assert not shown.advance()
    assert not shown.prepare(0)


def test_in_order_the_windows_are_the_whole() -> None:
    assert len(PYTHON) > 5 * STEP
    assert colours("x.py", PYTHON) == whole("x.py", PYTHON)


def test_backwards_the_windows_are_the_whole_once_corrected() -> None:
    shown = Highlighter("x.py", PYTHON)
    assert len(PYTHON) > NEAR + 2 * STEP
    shown.line(len(PYTHON) - 1)
    waiting = [shown.provisional]
    settle(shown)
    assert [*waiting, shown.provisional] == [True, False]
    assert shown.version == 1
    expected = whole("x.py", PYTHON)
    for number in reversed(range(len(PYTHON))):
        assert shown.line(number) == expected[number]


def test_a_provisional_start_inside_a_string_is_corrected() -> None:
    lines = ['text = """', *["not = code"] * (2 * NEAR + 50), '"""', "x = 1"]
    shown = Highlighter("x.py", lines)
    last = len(lines) - 5
    before = shown.line(last)
    settle(shown)
    assert before != shown.line(last)
    assert words(lines[last], shown.line(last)) == [("not = code", "string")]


def test_a_comment_over_a_window_is_one_comment() -> None:
    lines = ["/* begin", *["inside"] * (STEP + 20), "end */", "let x = 1;"]
    found = colours("a.js", lines)
    assert all(words(line, spans) == [(line, "comment")] for line, spans in zip(lines[:-1], found, strict=False))
    assert ("let", "keyword") in words(lines[-1], found[-1])


def test_very_long_lines_stay_plain_and_the_rest_does_not() -> None:
    lines = ["x = 1", "y = '" + "a" * 1_000_000 + "'", "def f(): pass"]
    found = colours("a.py", lines)
    assert found[1] == []
    assert ("def", "keyword") in words(lines[2], found[2])


def test_lexers_that_cannot_be_resumed_are_used_for_short_texts_only() -> None:
    assert colours("a.json", ["1"] * highlight.WHOLE)[-1] == [(0, 1, "number")]
    assert colours("a.json", ["1"] * (highlight.WHOLE + 1))[-1] == []


def test_a_step_lexes_a_step_and_not_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line in the middle of 100,000 costs a window."""
    lexed: list[int] = []
    run = highlight._tokens

    def counted(lexer: object, text: str, reached: list[highlight._State], stop: int, limit: int) -> object:
        lexed.append(text.count("\n", reached[0][0], stop))
        return run(lexer, text, reached, stop, limit)

    monkeypatch.setattr(highlight, "_tokens", counted)
    shown = Highlighter("x.py", ["def f(): return 1"] * 100_000)
    shown.line(50_000)
    assert sum(lexed) <= STEP + highlight.ABOVE
    assert shown.prepare(50_000 + STEP)
    assert not shown.prepare(50_000)
    assert sum(lexed) <= 2 * (STEP + highlight.ABOVE)


def test_blocks_out_of_sight_are_forgotten() -> None:
    lines = ["x = 1"] * (STEP * (highlight.KEPT + 5))
    shown = Highlighter("x.py", lines)
    for number in range(0, len(lines), STEP):
        shown.line(number)
    assert len(shown._blocks) == highlight.KEPT
    assert words(lines[0], shown.line(0)) == [("1", "number")]


def test_a_lexer_that_matches_nothing_for_ever_is_pushed_on() -> None:
    from pygments.lexer import RegexLexer
    from pygments.token import Keyword

    class Stuck(RegexLexer):
        tokens = {"root": [(r"x", Keyword), (r"", Keyword)]}  # noqa: RUF012

    text = "ab\nx\n"
    found = list(highlight._tokens(Stuck(), text, [(0, ("root",))], len(text), len(text)))
    assert (3, Keyword, "x") in found


@pytest.mark.parametrize("hostile", ["/*", '"' * 3, "(" * 100, "\\", "'", "{{{", "\udcff\0\x1b", "<!--"])
@pytest.mark.parametrize("path", ["a.py", "a.js", "a.ts", "a.go", "a.java", "a.html"])
def test_unclosed_and_broken_text_is_lexed(path: str, hostile: str) -> None:
    lines = [hostile] * 150
    assert len(colours(path, lines)) == 150


def test_pygments_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, qatui.domain.highlight; print('pygments' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
