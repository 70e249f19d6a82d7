"""Which rules of a lexer can match at all where the next character is known.

A lexer of Pygments tries the regular expressions of a state one by one, 30 for a name in Python. Most of them can be
ruled out by the first character that they would have to match. What is left over is the same rules in the same order,
so that the tokens are the same.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

Rule = tuple[Any, Any, Any]
"""How Pygments keeps one: a bound `Pattern.match`, what to do with a match, which state comes next."""

COLD = 1_000
"""Tokens in a state before its rules are sifted: working out what they begin with is only worth it in a longer text."""

_KEPT: dict[int, tuple[Any, "Sieves"]] = {}
"""By the identity of a lexer's rules, which several lexers share; kept together, so that no other gets the same."""


def sieves_of(lexer: Any) -> "Sieves":
    """The sieves of a lexer's states."""
    rules = lexer._tokens
    kept = _KEPT.get(id(rules))
    if kept is None:
        kept = _KEPT[id(rules)] = (rules, Sieves(rules))
    return kept[1]


class Sieves(dict[str, "Sieve"]):
    """State -> its sieve. Raises KeyError for a state that the lexer does not have."""

    def __init__(self, rules: dict[str, list[Rule]]) -> None:
        self._rules = rules

    def __missing__(self, state: str) -> "Sieve":
        sieve = self[state] = Sieve(self._rules[state])
        return sieve


class Sieve(dict[str, list[Rule]]):
    """Next character -> the rules of one state that may match there."""

    def __init__(self, rules: list[Rule]) -> None:
        self._rules = rules
        self._asked = 0

    def __missing__(self, character: str) -> list[Rule]:
        self._asked += 1
        if self._asked < COLD:
            return self._rules
        found = self._rules
        if character.isascii():  # elsewhere letters are not simple: what ignores case, what is part of a word
            found = [rule for rule in found if _may_begin(rule[0], character)]
        self[character] = found
        return found


def _may_begin(match: Any, character: str) -> bool:
    """Whether a regular expression may match where the next character is this one; True where that is not known."""
    pattern = getattr(match, "__self__", None)
    if not isinstance(pattern, re.Pattern):
        return True
    begins, empty = _sequence(_parsed(pattern), ord(character), bool(pattern.flags & re.IGNORECASE))
    return begins or empty


@cache
def _parsed(pattern: re.Pattern[str]) -> Any:
    """The syntax tree of a regular expression, as Python's own parser makes it."""
    return import_module("re._parser").parse(pattern.pattern, pattern.flags)


def _sequence(items: Iterable[tuple[Any, Any]], code: int, fold: bool) -> tuple[bool, bool]:
    """Whether a match may begin with a character, and whether it may match nothing before anything else."""
    for kind, value in items:
        begins, empty = _ITEMS.get(str(kind), _anything)(value, code, fold)
        if begins or not empty:
            return begins, False
    return False, True


def _anything(_value: Any, _code: int, _fold: bool) -> tuple[bool, bool]:
    return True, True


def _literal(value: int, code: int, fold: bool) -> tuple[bool, bool]:
    return _in_range(value, value, code, fold), False


def _not_literal(value: int, code: int, fold: bool) -> tuple[bool, bool]:
    return fold or value != code, False


def _any(_value: Any, _code: int, _fold: bool) -> tuple[bool, bool]:
    return True, False


def _nothing(_value: Any, _code: int, _fold: bool) -> tuple[bool, bool]:
    return False, True


def _branch(value: Any, code: int, fold: bool) -> tuple[bool, bool]:
    empty = False
    for branch in value[1]:
        begins, passes = _sequence(branch, code, fold)
        if begins:
            return True, False
        empty = empty or passes
    return False, empty


def _group(value: Any, code: int, fold: bool) -> tuple[bool, bool]:
    _, added, removed, items = value
    return _sequence(items, code, bool((fold or added & re.IGNORECASE) and not removed & re.IGNORECASE))


def _repeat(value: Any, code: int, fold: bool) -> tuple[bool, bool]:
    least, _, items = value
    begins, empty = _sequence(items, code, fold)
    return begins, empty or least == 0


def _ahead(value: Any, code: int, fold: bool) -> tuple[bool, bool]:
    direction, items = value
    if direction < 0:
        return False, True
    begins, empty = _sequence(items, code, fold)
    return False, begins or empty


def _set(items: Any, code: int, fold: bool) -> tuple[bool, bool]:
    inside = any(_in_set(str(kind), value, code, fold) for kind, value in items)
    if str(items[0][0]) == "NEGATE":
        return fold or not inside, False
    return inside, False


def _in_set(kind: str, value: Any, code: int, fold: bool) -> bool:
    if kind == "NEGATE":
        return False
    if kind == "CATEGORY":
        return re.match(_CATEGORIES[str(value)], chr(code)) is not None
    low, high = value if kind == "RANGE" else (value, value)
    return _in_range(low, high, code, fold)


def _in_range(low: int, high: int, code: int, fold: bool) -> bool:
    if not fold:
        return low <= code <= high
    either = ord(chr(code).lower()), ord(chr(code).upper())
    return high > 0x7F or any(low <= each <= high for each in either)


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}

_ITEMS = {
    "LITERAL": _literal,
    "NOT_LITERAL": _not_literal,
    "IN": _set,
    "ANY": _any,
    "BRANCH": _branch,
    "SUBPATTERN": _group,
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "POSSESSIVE_REPEAT": _repeat,
    "ATOMIC_GROUP": lambda items, code, fold: _sequence(items, code, fold),
    "ASSERT": _ahead,
    "ASSERT_NOT": _nothing,
    "AT": _nothing,
}
"""By the parser's name of an item: what a match of it may begin with, and whether it may be empty."""
