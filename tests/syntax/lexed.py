"""What Pygments itself makes of a text, and texts made of a lexer's own words."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pygments.lexer import Lexer, RegexLexer

from qatui.domain.colouring import Stretches
from qatui.syntax.colours import style_of
from qatui.syntax.lexing import Token

COMMON = [*"()[]{}<>+-*/%=!&|^~?:;,.@#$\\\"'`_ ", "/*", "*/", "//", "--", "<!--", "-->", '"""', "'''", "{{", "}}", "{%"]
COMMON += ["%}", "<%", "%>", "<?", "?>", "${", "#{", "::", "->", "=>", "\t", "  ", "\n", "\n", "\n    ", "\n  - ", "é"]
COMMON += ["\U0001f600", "0x1f", "1.5e3", "42", "a", "Z", "x1", "\\n", "<<EOF", "EOF", "#!", "\x00", "\udcff", "\u2028"]


def whole(found: Iterable[Token], lines: Sequence[str]) -> list[Stretches]:
    """The tokens of the whole text, one behind the other, as stretches of its lines."""
    spans: list[Stretches] = [[] for _ in lines]
    line = column = 0
    for _, token, value in found:
        for at, text in enumerate(value.split("\n")):
            if at:
                line, column = line + 1, 0
            style = style_of(token)
            if text and style:
                if spans[line] and spans[line][-1][1:] == (column, style):
                    spans[line][-1] = (spans[line][-1][0], column + len(text), style)
                else:
                    spans[line].append((column, column + len(text), style))
            column += len(text)
    return spans


def text_for(lexer: Lexer, seed: str, count: int) -> str:
    """Words of the language, signs of all languages and blanks, in a random order; it ends with the end of a line."""
    chosen = random.Random(seed)
    words = sorted(_words(lexer)) or COMMON
    kinds = chosen.choices([words, COMMON, [" "], ["\n"]], [45, 35, 10, 10], k=count)
    return "".join(chosen.choice(kind) for kind in kinds) + "\n"


def _words(lexer: Lexer) -> set[str]:
    """What looks like words and signs in the lexer's regular expressions."""
    found: set[str] = set()
    for pattern in _patterns(lexer):
        found.update(re.findall(r"[A-Za-z_$@#%][\w-]{1,20}", pattern))
        found.update(re.findall(r"(?:\\[^\w]|[^\w\s\\\[\](){}|?*+.^$])+", pattern.replace("\\\\", "")))
    return {word.replace("\\", "") for word in found} - {""}


def _patterns(lexer: Any) -> Iterator[str]:
    if isinstance(lexer, RegexLexer):
        rules = [rule for state in lexer._tokens.values() for rule in state]  # type: ignore[attr-defined]
        yield from (rule[0].__self__.pattern for rule in rules)
    for part in vars(lexer).values():
        if isinstance(part, Lexer):
            yield from _patterns(part)
