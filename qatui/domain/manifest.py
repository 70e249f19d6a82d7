"""One line of a manifest: a JSON object that announces a candidate.

{"path": "tests/test_refunds.py", "content": "def test_...", "title": "Refunds", "priority": 2}
{"path": "tests/test_orders.py", "file": "out/orders.py", "generator": {"name": "gen", "model": "m1"}}
"""

import json
import re
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from qatui.domain.nearest import nearest
from qatui.domain.proposal import Proposal, Refusal

Short = Annotated[str, Meta(min_length=1, max_length=200)]
Long = Annotated[str, Meta(min_length=1, max_length=4096)]


class _Generator(Struct, forbid_unknown_fields=True):
    """Who made it."""

    name: Short | UnsetType = UNSET
    model: Short | UnsetType = UNSET
    run: Short | UnsetType = UNSET


class _Endpoint(Struct, forbid_unknown_fields=True):
    """What it tests."""

    method: Annotated[str, Meta(pattern=r"^[A-Za-z]{1,20}$")]
    path: Long


class _Line(Struct, forbid_unknown_fields=True):
    """The object, as it must be."""

    path: str
    content: str | None = None
    file: Long | None = None
    title: Annotated[str, Meta(max_length=500)] | None = None
    generator: _Generator | None = None
    endpoint: _Endpoint | None = None
    plan_item: Long | None = None
    completes: bool = False
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] | None = None
    labels: Annotated[list[Short], Meta(max_length=50)] = []
    replaces: Annotated[int, Meta(ge=1, le=2**63 - 1)] | Long | None = None


_KEYS = {
    "": _Line.__struct_fields__,
    "generator": _Generator.__struct_fields__,
    "endpoint": _Endpoint.__struct_fields__,
}
_DECODER = msgspec.json.Decoder(_Line)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `\$\.?(.*)`)?", re.DOTALL)
_AT = re.compile(r"(.*) - at `\$\.(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*?)`(?: - at `\$\.(.*)`)?")
_TYPES = re.compile(r"`([a-z]+(?: \| [a-z]+)*)`")
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Announced:
    """A line that is in order: the proposal, and the file its content is still to be read from (None: it is there)."""

    proposal: Proposal
    file: str | None


def parse_line(line: bytes, place: str) -> Announced | Refusal:
    """What one line announces, or why it does not, with the key and what is wanted; `place` names the line."""
    try:
        told = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        return Refusal(place, _wrong_value(str(error)))
    except UnicodeDecodeError as error:
        return Refusal(
            place, f"it is no UTF-8 text (byte {error.object[error.start]:#04x}); give such content by `file`"
        )
    except (msgspec.DecodeError, RecursionError) as error:
        return Refusal(place, _malformed(str(error), line))
    if key := _said_twice(line):
        return Refusal(place, f"{key}: is there twice")
    if (told.content is None) == (told.file is None):
        both = "both" if told.file is not None else "neither"
        return Refusal(place, f"it must have `content` or `file`; it has {both}")
    if told.generator is not None and not _given(told.generator):
        return Refusal(place, "generator: wants at least one of name, model, run")
    proposal = _proposal(told, place)
    if key := _with_control(proposal):
        return Refusal(place, f"{key}: holds a control character")
    return Announced(proposal, told.file)


def _proposal(told: _Line, place: str) -> Proposal:
    return Proposal(
        path=told.path,
        content=(told.content or "").encode(),
        place=place,
        title=" ".join((told.title or "").split()) or None,
        generator=_given(told.generator) if told.generator else None,
        endpoint={"method": told.endpoint.method.upper(), "path": told.endpoint.path} if told.endpoint else None,
        plan_item=told.plan_item,
        completes=told.completes,
        priority=told.priority,
        labels=tuple(dict.fromkeys(told.labels)),
        replaces=str(told.replaces) if told.replaces is not None else None,
    )


def _said_twice(line: bytes) -> str | None:
    """A key that an object of the line has more than once: msgspec would silently take the last."""
    twice: list[str] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            twice.extend(key for key in keys if keys.count(key) > 1)

    json.loads(line, object_pairs_hook=look)
    return twice[0] if twice else None


def _given(generator: _Generator) -> dict[str, str]:
    return {key: value for key, value in msgspec.structs.asdict(generator).items() if value is not UNSET}


def _with_control(proposal: Proposal) -> str | None:
    """The key of a text that holds a control character: such words end up in commits and pull requests."""
    texts = {
        "title": proposal.title or "",
        "generator": "".join((proposal.generator or {}).values()),
        "endpoint": "".join((proposal.endpoint or {}).values()),
        "plan_item": proposal.plan_item or "",
        "labels": "".join(proposal.labels),
        "replaces": proposal.replaces or "",
    }
    return next((key for key, text in texts.items() if _CONTROL.search(text)), None)


def _wrong_value(words: str) -> str:
    """msgspec's words as ours: the key first, then what is wanted."""
    if unknown := _UNKNOWN.fullmatch(words):
        name, inside = unknown[1], unknown[2] or ""
        keys = _KEYS[inside]
        near = nearest(name, keys)
        hint = f"did you mean {near}?" if near else "there are " + ", ".join(keys)
        return f"{inside + '.' if inside else ''}{name[:100]}: there is no such key; {hint}"
    if missing := _MISSING.fullmatch(words):
        return f"{missing[2] + '.' if missing[2] else ''}{missing[1]}: is missing"
    at = _AT.fullmatch(words)
    key, wanted = (f"{at[2]}: ", at[1]) if at else ("", words)
    if "regex" in wanted:
        wanted = "wants letters, such as GET"
    wanted = _TYPES.sub(lambda found: " or ".join(_WORDS.get(name, name) for name in found[1].split(" | ")), wanted)
    return key + wanted.replace("Expected", "wants")


def _malformed(words: str, line: bytes) -> str:
    """Why a line is no JSON; msgspec calls a lone half of a surrogate pair truncated, or malformed."""
    if _SURROGATE.search(line) and ("surrogate" in words or "truncated" in words):
        return "an escape \\ud800 to \\udfff stands alone; give such content by `file`"
    return f"it is no JSON object on one line: {words.removeprefix('JSON is ')}"
