"""Running the lexers of Pygments so that they can be paused and do not hang.

What comes out is what `Lexer.get_tokens_unprocessed` gives for the whole text, one token after the other, with two
differences: no match looks further than REACH characters ahead, and a lexer that matches nothing for ever is pushed on
(https://pygments.org/docs/lexerdevelopment/ describes the lexers).
"""

import copy
import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from qatui.syntax.first_characters import sieves_of

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Token = tuple[int, Any, str]
"""Where a token begins, its type in Pygments, its text."""
Place = tuple[int, Any, int]
"""Where a token begins, its type, and where it ends: both are sure, which an index of Pygments' is not."""

REACH = 65_536
"""Characters that a match may look ahead; a longer token is taken for several."""
IDLE = 100
"""Matches of nothing in a row after which the lexer is pushed on."""
SILENT = 64
"""Tokens in a row that may be left out."""

FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What lexers raise on texts that their authors did not think of."""


def is_streamed(lexer: "Lexer") -> bool:
    """Whether the tokens come while the text is read, instead of after all of it was read."""
    from pygments.lexer import DelegatingLexer, RegexLexer

    if isinstance(lexer, DelegatingLexer):
        return False
    return isinstance(lexer, RegexLexer) or inspect.isgeneratorfunction(type(lexer).get_tokens_unprocessed)


def wanted_tokens(lexer: "Lexer", text: str, wanted: Mapping[Any, object]) -> Iterator[Token | Place]:
    """The tokens of a text but for some of those whose type has nothing true in `wanted`: most of a text is plain.

    Raises one of FAULTS.
    """
    from pygments.lexer import RegexLexer

    if type(lexer).get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed:
        return _regex_tokens(copy.copy(lexer), text, ["root"], wanted)
    return tokens(lexer, text)


def tokens(lexer: "Lexer", text: str) -> Iterator[Token]:
    """The tokens of a text; those without text only mark that time passed. Raises one of FAULTS."""
    from pygments.lexer import DelegatingLexer, RegexLexer

    lexer = copy.copy(lexer)  # some keep what they saw in themselves
    if hasattr(lexer, "xquery_parse_state"):
        lexer.xquery_parse_state = []  # XQuery's: one list for all of its lexers
    own = type(lexer).get_tokens_unprocessed
    if own is DelegatingLexer.get_tokens_unprocessed:
        return _delegated(lexer, text)
    if own is RegexLexer.get_tokens_unprocessed:
        return _regex_tokens(lexer, text, ["root"])
    if isinstance(lexer, RegexLexer):
        _Feed(lexer, text)
    return _own_tokens(lexer, text)


def _own_tokens(lexer: "Lexer", text: str) -> Iterator[Token]:
    """What the lexer gives, and nothing done before the first token is asked for."""
    yield from lexer.get_tokens_unprocessed(text)


class _Feed:
    """Stands in for the rules of a lexer, so that what it does with its tokens is done with ours.

    The loop of `RegexLexer` finds one rule in any state, the one that runs our loop over the whole text; while that
    runs, the lexer has its own rules again: some actions run the lexer on a part of the text.
    """

    def __init__(self, lexer: Any, text: str) -> None:
        self._lexer = lexer
        self._rules = lexer._tokens
        self._text = text
        self._began = False
        lexer._tokens = self

    def __getitem__(self, state: str) -> list[Any]:
        return [(self.match, lambda _lexer, _match, context=None: self.run(state, context), None)]

    def match(self, *_: Any) -> "_Feed | None":
        """The rule matches once."""
        return None if self._began else self

    def end(self) -> int:
        """Where its match ends."""
        return len(self._text)

    def run(self, state: str, context: Any) -> Iterator[Token]:
        """Our loop, from a state or, in an `ExtendedRegexLexer`, a context on."""
        self._began = True
        self._lexer._tokens = self._rules
        if context is None:
            return _regex_tokens(self._lexer, self._text, [state])
        return _context_tokens(self._lexer, self._text, context)


def _regex_tokens(lexer: Any, text: str, stack: list[str], wanted: Mapping[Any, object] | None = None) -> Iterator[Any]:
    """The loop of `RegexLexer`, with the rules sifted by the next character: every Token, or what is `wanted`."""
    from pygments.token import Error, Whitespace, _TokenType

    sieves = sieves_of(lexer)
    sieve = sieves[stack[-1]]
    length, position, idle, silent = len(text), 0, 0, 0
    while position < length:
        for match, action, new_state in sieve[text[position]]:
            found = match(text, position, position + REACH)
            if not found:
                continue
            end = found.end()
            if type(action) is _TokenType:
                if wanted is None:
                    yield position, action, text[position:end]
                elif wanted[action]:
                    yield position, action, end
                    silent = 0
                elif (silent := silent + 1) > SILENT:
                    yield position, Whitespace, position
                    silent = 0
            elif action is not None:
                if wanted is not None:
                    yield position, Whitespace, position
                yield from action(lexer, found)
            if new_state is not None:
                _change(stack, new_state)
                sieve = sieves[stack[-1]]
            break
        else:
            end = position + 1
            if text[position] == "\n":
                stack[:] = ["root"]
                sieve = sieves["root"]
                yield position, Whitespace, "\n"
            else:
                yield position, Error, text[position]
        if end > position:
            idle = 0
        elif (idle := idle + 1) > IDLE:
            end, idle = position + 1, 0
        position = end


def _context_tokens(lexer: Any, text: str, context: Any) -> Iterator[Token]:
    """The loop of `ExtendedRegexLexer`, whose actions move the position and the stack themselves."""
    from pygments.token import Error, Text, _TokenType

    sieves = sieves_of(lexer)
    idle = 0
    while context.pos < context.end:
        before = context.pos
        for match, action, new_state in sieves[context.stack[-1]][text[before]]:
            found = match(text, before, min(context.end, before + REACH))
            if not found:
                continue
            if type(action) is _TokenType:
                yield before, action, found.group()
                context.pos = found.end()
            elif action is not None:
                yield from action(lexer, found, context)
            if new_state is not None:
                _change(context.stack, new_state)
            break
        else:
            if text[before] == "\n":
                context.stack = ["root"]
            yield before, Text if text[before] == "\n" else Error, text[before]
            context.pos += 1
        if context.pos > before:
            idle = 0
        elif (idle := idle + 1) > IDLE:
            context.pos, idle = context.pos + 1, 0


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


def _delegated(lexer: Any, text: str) -> Iterator[Token]:
    """The loop of `DelegatingLexer`: one language first, then the other in what the first left over."""
    from pygments import lexer as pygments_lexer

    rest: list[str] = []
    length = 0
    insertions: list[tuple[int, list[Token]]] = []
    between: list[Token] = []
    for token in tokens(lexer.language_lexer, text):
        _, kind, value = token
        if kind is lexer.needle:
            if between:
                insertions.append((length, between))
                between = []
            rest.append(value)
            length += len(value)
        elif value:
            between.append(token)
        yield 0, kind, ""
    if between:
        insertions.append((length, between))
    yield from pygments_lexer.do_insertions(  # type: ignore[attr-defined]
        insertions, tokens(lexer.root_lexer, "".join(rest))
    )
