"""Syntax colouring by window: the lines on screen, from lexer states saved on the way.

Pygments lexes 8,000 to 54,000 lines a second, too slow to lex a long text before its end is shown. So lexing
goes on from saved states (where it stood, and the stack of lexer states) every 100 lines. Far from any of them
it starts provisionally some lines above, and `advance` corrects it later.
"""

import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Spans = list[tuple[int, int, str]]
"""Coloured stretches of a line: (start, end, style), in order."""

STEP = 100
"""Lines between saved states."""
NEAR = 300
"""Lines that are lexed at once to get from a saved state to what is wanted."""
ABOVE = 60
"""Lines above what is wanted from which a provisional start is made."""
LOOK_AHEAD = 400
"""Lines behind what is wanted that a match may reach into; a longer token is not seen as one."""
LONG_LINE = 4_000
"""Characters; longer lines stay plain, for one regular expression may take seconds on them."""
WHOLE = 400
"""Lines up to which a text is lexed whole by lexers that cannot be stopped and resumed."""
KEPT = 40
"""Blocks whose colours are kept."""
IDLE = 100
"""Matches of nothing in a row after which the lexer is pushed on."""

_STYLES = (
    ("Comment", "comment"),
    ("Literal.String.Doc", "comment"),
    ("Literal.String", "string"),
    ("Literal.Number", "number"),
    ("Keyword.Constant", "number"),
    ("Keyword", "keyword"),
    ("Operator.Word", "keyword"),
    ("Name.Function", "definition"),
    ("Name.Class", "definition"),
    ("Name.Decorator", "definition"),
    ("Name.Tag", "keyword"),
    ("Name.Attribute", "definition"),
    ("Name.Builtin", "builtin"),
    ("Name.Exception", "builtin"),
)
"""Token type -> style; the first that holds the type wins, others stay plain."""

STYLES = tuple(dict.fromkeys(style for _, style in _STYLES))
"""The names of styles that themes give colours to."""

_COMMON = {
    "py": "python", "pyi": "python", "js": "javascript", "mjs": "javascript", "cjs": "javascript", "jsx": "jsx",
    "ts": "typescript", "tsx": "tsx", "go": "go", "java": "java", "kt": "kotlin", "rb": "ruby", "rs": "rust",
    "c": "c", "h": "c", "cs": "csharp", "php": "php", "sh": "bash", "json": "json", "yaml": "yaml", "yml": "yaml",
    "toml": "toml", "html": "html", "xml": "xml", "sql": "sql", "feature": "gherkin", "md": "markdown",
}  # fmt: skip
"""Endings that several lexers claim, or that are common enough to be found without a search."""


@cache
def lexer_for(ending: str) -> "Lexer | None":
    """The lexer of files with this ending (without the dot, lower case), None: there is none."""
    from pygments.lexers import get_all_lexers, get_lexer_by_name
    from pygments.util import ClassNotFound

    alias = _COMMON.get(ending)
    if alias is None:
        for _, aliases, patterns, _ in get_all_lexers(plugins=False):
            if aliases and any(fnmatch.fnmatch(f"a.{ending}", pattern) for pattern in patterns):
                alias = aliases[0]
                break
    try:
        return get_lexer_by_name(alias) if alias else None
    except ClassNotFound:
        return None


def ending(path: str) -> str:
    """The ending of a file's name, by which its lexer is chosen."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


@cache
def style_of(token: Any) -> str:
    """The style of a Pygments token type; empty: plain."""
    name = str(token).removeprefix("Token.") + "."
    return next((style for prefix, style in _STYLES if name.startswith(f"{prefix}.")), "")


class Highlighter:
    """The colours of one text's lines, a block of STEP lines at a time."""

    def __init__(self, path: str, lines: Sequence[str]) -> None:
        self.version = 0
        """Counts corrections of lines that were coloured provisionally."""
        self._lexer = lexer_for(ending(path)) if lines else None
        self._blocks: dict[int, list[Spans]] = {}
        self._provisional: set[int] = set()
        self._count = len(lines)
        if self._lexer is None:
            return
        self._text = "\n".join([line if len(line) <= LONG_LINE else "" for line in lines]) + "\n"
        self._starts = [0, *accumulate(len(line) + 1 if len(line) <= LONG_LINE else 1 for line in lines)]
        self._resumable = _is_resumable(self._lexer)
        self._states: list[_State] = [(0, ("root",))]
        """Per block, a state at or before its beginning, as far as the text was lexed."""
        if not self._resumable and self._count > WHOLE:
            self._lexer = None

    def line(self, number: int) -> Spans:
        """The coloured stretches of a line, in its own characters."""
        if self._lexer is None:
            return []
        block, at = divmod(number, STEP)
        if block not in self._blocks:
            self._lex(block)
        return self._blocks[block][at]

    @property
    def provisional(self) -> bool:
        """Whether lines were coloured provisionally and wait for `advance`."""
        return bool(self._provisional)

    def prepare(self, number: int) -> bool:
        """Colour a line before it is asked for; whether there was something to do."""
        if self._lexer is None or number // STEP in self._blocks or not 0 <= number < self._count:
            return False
        self._lex(number // STEP)
        return True

    def advance(self) -> bool:
        """Lex the next STEP lines, correcting what was provisional; whether there is more to do."""
        if self._lexer is None or not self._resumable:
            return False
        block = len(self._states) - 1
        if block * STEP >= self._count:
            return False
        found = self._lex_block(block)
        if block in self._provisional:
            self._provisional.discard(block)
            self._keep(block, found)
            self.version += 1
        return len(self._states) * STEP - STEP < self._count

    def _lex(self, block: int) -> None:
        """Lex a block: from a saved state, or on the way from the last one, or provisionally."""
        if not self._resumable:
            assert self._lexer is not None
            spans = self._collect(self._lexer.get_tokens_unprocessed(self._text), 0, self._count)
            for first in range(0, self._count, STEP):
                self._blocks[first // STEP] = spans[first : first + STEP]
            return
        last = len(self._states) - 1
        if (block - last) * STEP <= NEAR:
            for number in range(last, block):
                self._lex_block(number)
            self._keep(block, self._lex_block(block))
            return
        line = block * STEP - ABOVE
        state, self._provisional = (self._starts[line], ("root",)), self._provisional | {block}
        self._keep(block, self._run(state, block)[0])

    def _lex_block(self, block: int) -> list[Spans]:
        """Lex a block whose state is saved, and save the next one's."""
        spans, state = self._run(self._states[block], block)
        if block + 1 == len(self._states):
            self._states.append(state)
        return spans

    def _keep(self, block: int, spans: list[Spans]) -> None:
        while len(self._blocks) >= KEPT:
            oldest = next(iter(self._blocks))
            del self._blocks[oldest]
            self._provisional.discard(oldest)
        self._blocks[block] = spans

    def _run(self, state: "_State", block: int) -> tuple[list[Spans], "_State"]:
        """The colours of a block, lexed from `state`, and a state at or before the block's end."""
        assert self._lexer is not None
        first, last = block * STEP, min(block * STEP + STEP, self._count)
        stop = self._starts[last]
        limit = self._starts[min(last + LOOK_AHEAD, self._count)]
        reached = [state]
        spans = self._collect(_tokens(self._lexer, self._text, reached, stop, limit), first, last)
        return spans, reached[0]

    def _collect(self, tokens: Iterable[tuple[int, Any, str]], first: int, last: int) -> list[Spans]:
        """The spans of the lines from `first` to before `last`."""
        starts = self._starts
        spans: list[Spans] = [[] for _ in range(last - first)]
        line = first
        for start, token, value in tokens:
            style = style_of(token)
            end = start + len(value)
            if not style or end <= starts[first]:
                continue
            while line < last and starts[line + 1] <= start:
                line += 1
            at = line
            while at < last and starts[at] < end:
                begin, finish = max(start, starts[at]), min(end, starts[at + 1] - 1)
                if begin < finish:
                    spans[at - first].append((begin - starts[at], finish - starts[at], style))
                at += 1
        return spans


_State = tuple[int, tuple[str, ...]]
"""Where a lexer stands in the text, and its stack of states."""


def _is_resumable(lexer: "Lexer") -> bool:
    from pygments.lexer import RegexLexer

    return type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed


def _tokens(lexer: Any, text: str, reached: list[_State], stop: int, limit: int) -> Iterator[tuple[int, Any, str]]:
    """The tokens from the state `reached[0]` on up to `stop`, where the last state not behind it is left there.

    The loop of `RegexLexer.get_tokens_unprocessed` (https://pygments.org/docs/lexerdevelopment/), which cannot
    be resumed; no match looks behind `limit`, and one that matches nothing for ever is passed over.
    """
    from pygments.token import Error, Text, _TokenType

    rules = lexer._tokens
    position, stack = reached[0][0], list(reached[0][1])
    idle = 0
    while position < stop:
        reached[0] = (position, tuple(stack))
        before = position
        for match, action, new_state in rules[stack[-1]]:
            found = match(text, position, limit)
            if not found:
                continue
            if type(action) is _TokenType:
                yield position, action, found.group()
            elif action is not None:
                yield from action(lexer, found)
            position = found.end()
            if new_state is not None:
                _change(stack, new_state)
            break
        else:
            if text[position] == "\n":
                stack = ["root"]
            yield position, Text if text[position] == "\n" else Error, text[position]
            position += 1
        idle = idle + 1 if position == before else 0
        if idle > IDLE:
            position += 1
    if position == stop:
        reached[0] = (position, tuple(stack))


def _change(stack: list[str], new_state: "int | str | tuple[str, ...]") -> None:
    """Go to another state, as a rule says: names to enter, `#push`, `#pop`, or how many to leave."""
    if isinstance(new_state, int):
        del stack[max(1, len(stack) + new_state) :]
        return
    for each in (new_state,) if isinstance(new_state, str) else new_state:
        if each == "#pop":
            del stack[max(1, len(stack) - 1) :]
        else:
            stack.append(stack[-1] if each == "#push" else each)
