"""Colours by window are the colours of the whole in the end; what cannot be lexed stays plain; nothing hangs."""

import inspect
import random
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Keyword

from qatui.domain.colouring import Stretches
from qatui.syntax import highlight
from qatui.syntax.colours import LONG_LINE, Colours
from qatui.syntax.highlight import NEAR, STEP, Highlighter
from qatui.syntax.languages import lexer_for
from qatui.syntax.lexing import Token
from tests.syntax import lexed

PYTHON = (inspect.getsource(textwrap) + inspect.getsource(subprocess)).split("\n")
ENDINGS = [
    "py", "js", "ts", "tsx", "go", "java", "rb", "rs", "c", "cpp", "cs", "php", "sh", "json", "yaml", "toml", "html",
    "xml", "sql", "feature", "md", "lua", "kt", "swift", "scala", "pl", "hs", "ex", "erl", "clj", "r", "jl", "tf",
    "css", "scss", "vue", "ini", "diff", "graphql", "proto", "html.j2", "robot", "ps1", "groovy", "dart", "vim", "tex",
    "pas",
]  # fmt: skip


def colours(path: str, lines: Sequence[str]) -> list[Stretches]:
    shown = Highlighter(path, lines)
    return [shown.line(number) for number in range(len(lines))]


def settle(shown: Highlighter) -> None:
    """Lex on to the end."""
    while shown.advance():
        pass


def words(line: str, spans: Stretches) -> list[tuple[str, str]]:
    return [(line[start:end], style) for start, end, style in spans]


def whole(path: str, lines: Sequence[str]) -> list[Stretches]:
    """The reference: Pygments over the whole text at once."""
    lexer = lexer_for(path)
    assert lexer is not None
    return lexed.whole(lexer.get_tokens_unprocessed("\n".join([*lines, ""])), lines)


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
        ("a.html.j2", "<p>{% if x %}</p>", ("if", "keyword")),
        ("Makefile", "all:", ("all", "definition")),
    ],
)
def test_languages(path: str, line: str, word: tuple[str, str]) -> None:
    assert word in words(line, colours(path, [line])[0])


@pytest.mark.parametrize("path", ["noending", "a.unheard", "dir.py/file"])
def test_unknown_languages_stay_plain_and_say_so(path: str) -> None:
    shown = Highlighter(path, ["def x(): pass"])
    assert shown.line(0) == []
    assert not shown.advance()
    assert not shown.prepare(0)
    shown.finish()
    assert shown.why_plain == f"no language is known for {path.rpartition('/')[2]}"


@pytest.mark.parametrize("path", ["a.py", "a.html.j2", "a.unheard"])
def test_no_lines(path: str) -> None:
    shown = Highlighter(path, [])
    assert not shown.advance()
    assert not shown.prepare(0)


def test_in_order_the_windows_are_the_whole() -> None:
    assert len(PYTHON) > 5 * STEP
    assert colours("x.py", PYTHON) == whole("x.py", PYTHON)


def test_backwards_the_windows_are_the_whole_once_corrected() -> None:
    shown = Highlighter("x.py", PYTHON)
    shown.line(len(PYTHON) - 1)
    waiting = [shown.provisional]
    settle(shown)
    assert [*waiting, shown.provisional] == [True, False]
    assert shown.version == 1
    expected = whole("x.py", PYTHON)
    for number in reversed(range(len(PYTHON))):
        assert shown.line(number) == expected[number]


@given(st.sampled_from(ENDINGS), st.integers(0, 2**32), st.lists(st.integers(0, 399), max_size=6))
def test_in_any_order_the_windows_are_the_whole_in_the_end(ending: str, seed: int, asked: list[int]) -> None:
    chosen = random.Random(seed)
    words = ["def", "class", "/*", "*/", '"', "'", "(", ")", "{", "}", "<a", ">", "{%", "%}", "#", "//", "--", "\t"]
    words += [
        "if",
        "x",
        "é",
        "0x1f",
        ":",
        "- ",
        "= 1",
        ";",
        '"""',
        "<?php",
        "?>",
        "`",
        "${",
        "\\",
        "=begin",
        "=end",
        " ",
    ]
    lines = [" ".join(chosen.choices(words, k=chosen.randrange(5))) for _ in range(400)]
    shown = Highlighter(f"a.{ending}", lines)
    for number in asked:
        shown.line(number)
        shown.prepare(number + STEP)
    settle(shown)
    assert shown.why_plain is None
    assert [shown.line(number) for number in range(400)] == whole(f"a.{ending}", lines)


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
    lines = ["x = 1", "y = '" + "a" * 1_000_000 + "'", "z = '" + "a" * (LONG_LINE - 6) + "'", "def f(): pass"]
    found = colours("a.py", lines)
    assert found[1] == []
    assert found[2] == [(4, LONG_LINE, "string")]
    assert ("def", "keyword") in words(lines[3], found[3])
    assert Highlighter("a.py", lines).why_plain == "lines of more than 4,000 characters are not coloured"


def test_a_carriage_return_before_the_end_of_a_line_is_not_lexed() -> None:
    lines = ["#define A 1\r", "int a = 'b'; // c\r", "a\rb\r"]
    assert colours("a.c", lines) == colours("a.c", [line.removesuffix("\r") for line in lines])


def test_what_is_not_streamed_is_shown_at_once_and_corrected() -> None:
    lines = ["{# long", *["<p>not a tag</p>"] * 1_000, "#}", *["<p>{{ x|safe }}</p>"] * 100]
    shown = Highlighter("a.html.j2", lines)
    assert words(lines[1], shown.line(1))[0] == ("p", "keyword")
    shown.line(900)
    waiting = [shown.provisional]
    settle(shown)
    assert [*waiting, shown.provisional] == [True, False]
    assert shown.line(1) == [(0, len(lines[1]), "comment")]
    assert [shown.line(number) for number in range(len(lines))] == whole("a.html.j2", lines)


def test_what_is_not_streamed_is_not_coloured_in_very_long_texts() -> None:
    shown = Highlighter("a.html.j2", ["<p>"] * (highlight.BUFFERED + 1))
    assert shown.line(0) == []
    assert shown.why_plain == "HTML+Django/Jinja is not coloured in texts of more than 20,000 lines"


def test_a_step_reads_a_step_and_not_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line in the middle of 100,000 costs a window."""
    read: list[int] = []
    once = Colours.read

    def counted(self: Colours) -> str | None:
        before = self.reached
        fault = once(self)
        read.append(self.reached - before)
        return fault

    monkeypatch.setattr(Colours, "read", counted)
    shown = Highlighter("x.py", ["def f(): return 1"] * 100_000)
    window = STEP + highlight.ABOVE + highlight.BELOW
    shown.line(50_000)
    assert sum(read) <= window
    assert shown.prepare(50_000 + STEP)
    assert not shown.prepare(50_000)
    assert sum(read) <= 2 * window


def test_provisional_windows_out_of_sight_are_forgotten() -> None:
    lines = ["x = 1"] * (STEP * (highlight.KEPT + 15))
    shown = Highlighter("x.py", lines)
    for number in range(5 * STEP, len(lines), STEP):
        shown.line(number)
    assert len(shown._windows) == highlight.KEPT


def test_colours_take_little_memory() -> None:
    shown = Highlighter("x.py", PYTHON)
    shown.finish()
    assert shown._colours is not None
    held = shown._colours._spans, shown._colours._ends
    assert sum(each.itemsize * len(each) for each in held) < 25 * len(PYTHON)
    assert shown._colours._text == ""


class Broken(RegexLexer):
    name = "Broken"
    tokens = {"root": [(r"boom", lambda _lexer, _match: iter([dict[str, Token]()["state"]])), (r"\w+", Keyword)]}  # noqa: RUF012


class Liar(RegexLexer):
    name = "Liar"
    tokens = {"root": [(r"lie", lambda _lexer, _match: iter([(0, Error, "truth")])), (r"\w+", Keyword)]}  # noqa: RUF012


class Hopeless(RegexLexer):
    name = "Hopeless"
    tokens = {"root": [(r"(a|aa)+!", Error), (r"\w+", Keyword)]}  # noqa: RUF012


class Eager(Lexer):
    """Reads the whole text before it gives anything."""

    name = "Eager"

    def get_tokens_unprocessed(self, text: str) -> Iterator[Token]:
        raise AssertionError(text)


def lexed_by(monkeypatch: pytest.MonkeyPatch, lexer: Any) -> None:
    monkeypatch.setattr(highlight, "lexer_for", lambda _path, _line: lexer)


@pytest.mark.parametrize(
    ("lexer", "bad", "why"),
    [
        (Broken, "boom", "Broken failed (KeyError)"),
        (Liar, "lie", "Liar lost its place"),
        (Hopeless, "a" * 100, "Hopeless takes too long"),
    ],
)
def test_where_a_lexer_fails_the_rest_is_plain_and_says_so(
    monkeypatch: pytest.MonkeyPatch, lexer: type[RegexLexer], bad: str, why: str
) -> None:
    lexed_by(monkeypatch, lexer())
    shown = Highlighter("a", ["fine"] * 300 + [bad] + ["fine"] * 300)
    provisional = shown.line(500)
    settle(shown)
    assert provisional
    assert shown.why_plain == f"{why}: nothing is coloured from line 301 on"
    assert (shown.line(200), shown.line(301), shown.line(500)) == ([(0, 4, "keyword")], [], [])
    assert not shown.provisional


def test_a_lexer_that_fails_at_once_leaves_all_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    lexed_by(monkeypatch, Eager())
    shown = Highlighter("a", ["fine"])
    assert shown.line(0) == []
    assert shown.why_plain == "Eager failed (AssertionError): nothing is coloured from line 1 on"


def test_a_provisional_window_that_takes_too_long_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lexed_by(monkeypatch, Hopeless())
    shown = Highlighter("a", ["fine"] * 1_000 + ["a" * 100])
    assert shown.line(1_000) == []
    assert shown.why_plain == "Hopeless takes too long: nothing is coloured from line 1 on"
    assert not shown.advance()


def test_many_slow_steps_end_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than in the main thread nothing is cut off, but the time is looked at between the steps."""

    class Slow(RegexLexer):
        name = "Slow"
        tokens = {"root": [(r"\w(?=(.*\n)*?!)", Keyword), (r"\s", Error), (r".", Error)]}  # noqa: RUF012

    lexed_by(monkeypatch, Slow())
    monkeypatch.setattr(highlight, "PATIENCE", 0.05)
    shown = Highlighter("a", ["a" * 60] * 2_000)
    other = threading.Thread(target=shown.finish)
    other.start()
    other.join()
    assert shown.why_plain is not None
    assert shown.why_plain.startswith("Slow takes too long")


@pytest.mark.parametrize("ahead", [True, False], ids=["passed in slices", "drawn at once"])
def test_a_long_text_saves_up_no_patience_for_the_thread_that_draws(
    monkeypatch: pytest.MonkeyPatch, *, ahead: bool
) -> None:
    """After 5,000 quick lines the rest may take two seconds more, but nobody waits for them in front of it."""
    lexed_by(monkeypatch, Hopeless())
    if not ahead:
        monkeypatch.setattr(highlight, "NEAR", 5_500)
    shown = Highlighter("a", ["fine"] * 5_000 + ["a" * 100] + ["fine"] * 300)
    longest, more = 0.0, True
    while more:
        start = time.thread_time()
        more = shown.advance() if ahead else bool(shown.line(5_000)) and shown.why_plain is None
        longest = max(longest, time.thread_time() - start)
    assert longest < 3 * highlight.AT_A_TIME
    assert shown.why_plain == "Hopeless takes too long: nothing is coloured from line 5,001 on"


def test_what_is_printed_has_the_patience_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(RegexLexer):
        name = "Slow"
        tokens = {"root": [(r"(?:slow)", lambda _lexer, match: _after(0.1, match)), (r"\w+|\n", Keyword)]}  # noqa: RUF012

    lexed_by(monkeypatch, Slow())
    monkeypatch.setattr(highlight, "AT_A_TIME", 0.06)
    shown = Highlighter("a", ["fine"] * 100 + ["slow"])
    shown.finish()
    assert shown.why_plain is None
    assert shown.line(100) == [(0, 4, "keyword")]


def _after(seconds: float, match: Any) -> Iterator[Token]:
    """A token after so much work."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    yield match.start(), Keyword, match.group()


def test_only_the_main_thread_colours_ahead() -> None:
    shown = Highlighter("a.py", ["x = 1"])
    done: list[bool] = []
    other = threading.Thread(target=lambda: done.append(shown.prepare(0)))
    other.start()
    other.join()
    assert done == [False]
    assert shown.prepare(0)


@pytest.mark.parametrize("hostile", ["/*", '"' * 3, "(" * 100, "\\", "'", "{{{", "\udcff\0\x1b", "<!--"])
@pytest.mark.parametrize("path", ["a.py", "a.js", "a.ts", "a.go", "a.java", "a.html"])
def test_unclosed_and_broken_text_is_lexed(path: str, hostile: str) -> None:
    lines = [hostile] * 150
    assert len(colours(path, lines)) == 150


def test_pygments_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, qatui.syntax.highlight; print('pygments' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
