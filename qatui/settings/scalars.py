"""One written word -> the type that is wanted: for settings files and for the environment."""

import re
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from qatui.domain.nearest import nearest

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What no text of the settings may hold: the end of a line, or a control character."""

_BOOLEANS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


class Wrong(Exception):
    """The word is not of the wanted type."""

    def __init__(self, wanted: str, hint: str = "") -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.hint = hint


def read(text: str, type_: Any, *, plain: bool = True) -> Any:
    """`text` as a str, a bool, an int, one of a Literal, or any of these or None; raises Wrong.

    `plain` is False for a text in quotes, which is never a number or a boolean.
    """
    type_ = without_none(type_)
    if type_ is str:
        if CONTROL.search(text):
            raise Wrong("a text of one line without control characters")
        return text
    if get_origin(type_) is Literal:
        if text in get_args(type_):
            return text
        near = nearest(text, get_args(type_))
        raise Wrong(name(type_), f"Did you mean “{near}”?" if near else "")
    if type_ is bool:
        if plain and text in ("true", "false"):
            return text == "true"
        meant = _BOOLEANS.get(text.lower())
        raise Wrong(name(type_), f"Write {meant}, without quotes." if meant else "")
    if plain and _DECIMAL.fullmatch(text):
        return int(text)
    raise Wrong(name(type_))


def name(type_: Any) -> str:
    """What a single value of this type is called in a refusal."""
    if get_origin(type_) is Literal:
        return " or ".join(f"“{one}”" for one in get_args(type_))
    return {str: "a text", bool: "true or false", int: "a whole number in decimal digits"}[type_]


def is_optional(type_: Any) -> bool:
    """Whether None is one of its values."""
    return get_origin(type_) in (Union, UnionType) and NoneType in get_args(type_)


def without_none(type_: Any) -> Any:
    """The type that an optional one wraps; another one as it is."""
    return next(one for one in get_args(type_) if one is not NoneType) if is_optional(type_) else type_


def short(text: str) -> str:
    """`text` cut to what a message can carry."""
    return text if len(text) <= 60 else f"{text[:59]}…"
