"""Requests drawn by hypothesis from GitHub's description: good ones, nearly good ones, and hostile ones.

What a request names (a number, a commit, a login) is mostly something that exists, so that it gets past the first
404; `Known` says what does, by the names of parameters and keys.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from tests.openapi import Operation, Parameter, Schema, read_document

Known = Mapping[str, list[Any]]
"""Values that exist, by the name of the parameter or key that takes them."""
Draw = Callable[[st.SearchStrategy[Any]], Any]

HOSTILE_TEXT: tuple[str, ...] = (
    "",
    " ",
    "\0",
    "a\0b",
    "\x1b[31mred\x1b]0;title\x07",
    "a\r\nX-Evil: 1",
    "\n",
    "-",
    "--",
    "-n",
    "--upload-pack=touch evil",
    "--output=evil",
    ".",
    "..",
    "../../../../etc/passwd",
    "/etc/passwd",
    ".git/config",
    "a//b",
    "a/",
    "HEAD",
    "FETCH_HEAD",
    "@",
    "@{-1}",
    "main@{1}",
    "main:README.md",
    "main^{tree}",
    "main~1",
    ":/begin",
    ":(glob)**",
    "^main",
    "refs/heads/main",
    "refs/heads/../main",
    "refs/pull/1/head",
    "heads",
    "heads/",
    "a.lock",
    "a..b",
    "main..",
    "...",
    "main...main",
    "0" * 40,
    "f" * 40,
    "9" * 400,
    "-1",
    "1.5",
    "1e999",
    "NaN",
    "\u202e\u200bx",
    "\ufeff",
    "\ud800",
    "😀" * 300,
    "é" * 300,
    "x" * 70_000,
    "%2F..%2F",
    "%00",
    "%",
    "#&?=;+",
    "'\"`$(touch evil);|<>*[]{}\\",
    "http://",
    "file:///etc/passwd",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-11-20T11:00:00+99:99",
)

HOSTILE_NUMBERS: tuple[str, ...] = (
    "0", "-1", "+1", " 1", "1.0", "1e3", "0x1", "1_0", "²", "١", "9" * 15, "9" * 16, "9" * 400, "9" * 4400,
)  # fmt: skip
"""Texts that are no number, or that only some readers take for one."""

HOSTILE_RAW: tuple[str, ...] = (
    "%00",
    "%FF",
    "%ED%A0%80",
    "%",
    "%zz",
    "%2F",
    "%2E%2E",
    "%2e%2e%2fx",
    "a%0Ab",
    "..",
    ";",
    "~",
)
"""Segments of a path as bytes on the wire."""

HOSTILE_BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"a"',
    b"\xff\xfe{}",
    b'{"a": NaN}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"title": "a", "title": 1, "body": "b", "body": 2}',
    b"title=a&body=b",
)

HOSTILE_JSON: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308,
    [], {}, [[]], [None], [{}], {"": None}, ["a"] * 300, {"login": None}, {"name": 1}, {"date": "now"},
)  # fmt: skip

LONGEST = 5_000
"""Characters of a parameter; beyond 4,300 digits Python makes no number of a text."""
TEXT = st.sampled_from(HOSTILE_TEXT) | st.text(max_size=20)
ODD = st.sampled_from(HOSTILE_JSON) | TEXT

WHOLE = (1, 2, 3, 5, 100, 0, -1, 101, 2**31, 2**53 + 1, 2**63, 10**30)
PLAIN: Mapping[str, tuple[Any, ...]] = {
    "date-time": ("2026-11-20T11:00:00Z", "2020-01-01T00:00:00Z", "2030-06-30T12:00:00+02:00"),
    "uri": ("https://ci.example.test/1", "http://127.0.0.1:9/hook"),
    "email": ("ada@example.test",),
}
HEADERS: tuple[tuple[str, str], ...] = (
    ("accept", "application/vnd.github.diff"),
    ("accept", "application/vnd.github.patch"),
    ("accept", "application/vnd.github.sha"),
    ("accept", "application/vnd.github.raw+json"),
    ("accept", "application/vnd.github.object+json"),
    ("accept", "text/html;q=2,,;"),
    ("if-none-match", "*"),
    ("if-none-match", '"\xff'),
    ("if-modified-since", "yesterday"),
    ("if-modified-since", "Fri, 20 Nov 2026 11:00:00 GMT"),
    ("x-github-api-version", "2022-11-28"),
    ("content-type", "text/plain"),
    ("range", "bytes=-1"),
)


@dataclass(frozen=True, repr=False)
class Asked:
    """One request as it goes over the wire, but for who sends it."""

    method: str
    path: str
    """Percent-encoded."""
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __repr__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"{self.method} {self.path[:300]}{query[:300]} {dict(self.headers)} {self.body[:2000]!r}"


def rare(draw: Draw, one_in: int) -> bool:
    """True once in so many; a failing example shrinks towards False."""
    return bool(draw(st.integers(1, one_in)) == one_in)


@cache
def _schemas() -> dict[str, Schema]:
    document = read_document()
    assert document is not None
    schemas: dict[str, Schema] = document["components"]["schemas"]
    return schemas


def draw_value(draw: Draw, schema: Schema, name: str, known: Known, odd: int) -> Any:
    """A value for a key or parameter called `name`; one in `odd` is no value for it at all."""
    while "$ref" in schema:
        schema = _schemas()[schema["$ref"].rpartition("/")[2]]
    if rare(draw, odd):
        return draw(ODD)
    if schema.get("nullable") and rare(draw, 6):
        return None
    kind = schema.get("type")
    if "properties" in schema or kind == "object":
        return _draw_object(draw, schema, known, odd)
    if kind == "array":
        most = 150 if rare(draw, 40) else 3
        one = draw_value(draw, schema["items"], name, known, odd)
        return [one, *[draw_value(draw, schema["items"], name, known, odd) for _ in range(draw(st.integers(0, 2)))]][
            : draw(st.integers(0, most))
        ]
    if name in known and not rare(draw, 6):
        return draw(st.sampled_from(known[name]))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    for arms in ("oneOf", "anyOf"):
        if arms in schema:
            return draw_value(draw, draw(st.sampled_from(schema[arms])), name, known, odd)
    if kind == "boolean":
        return draw(st.booleans())
    if kind in ("integer", "number"):
        return draw(st.sampled_from(WHOLE))
    if schema.get("format") in PLAIN:
        return draw(st.sampled_from(PLAIN[schema["format"]]))
    return draw(TEXT)


def _draw_object(draw: Draw, schema: Schema, known: Known, odd: int) -> dict[str, Any]:
    made = {}
    required = schema.get("required", ())
    for key, one in schema.get("properties", {}).items():
        if not rare(draw, 25) if key in required else rare(draw, 3):
            made[key] = draw_value(draw, one, key, known, odd)
    if rare(draw, 20) or not schema.get("properties"):
        made[draw(TEXT)] = draw(ODD)
    return made


def _draw_segment(draw: Draw, parameter: Parameter, known: Known, odd: int) -> str:
    if rare(draw, odd):
        if draw(st.booleans()):
            return draw(st.sampled_from(HOSTILE_RAW))  # type: ignore[no-any-return]
        of_number = parameter.schema.get("type") == "integer"
        value = draw(st.sampled_from(HOSTILE_NUMBERS) if of_number else TEXT)
    else:
        value = draw(st.sampled_from(known[parameter.name]))
    safe = "/" if parameter.slashes and not rare(draw, 4) else ""
    return quote(str(value)[:LONGEST].encode("utf-8", "surrogatepass"), safe=safe)


def _draw_query(draw: Draw, operation: Operation, known: Known, odd: int) -> str:
    pairs = []
    for parameter in operation.parameters:
        if parameter.place == "query" and (parameter.required or rare(draw, 4)):
            if parameter.schema.get("type") == "integer" and rare(draw, odd):
                value = draw(st.sampled_from(HOSTILE_NUMBERS))
            else:
                value = draw_value(draw, parameter.schema, parameter.name, known, odd)
            pairs.append((parameter.name, str(value).lower() if isinstance(value, bool) else str(value)[:LONGEST]))
    if rare(draw, 30):
        pairs.append((draw(TEXT)[:LONGEST], draw(TEXT)[:LONGEST]))
    text = urlencode(
        [(name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass")) for name, value in pairs]
    )
    return text + draw(st.sampled_from(("&", "&%FF=%FF", "&a", "&per_page=1&per_page=2"))) if rare(draw, 30) else text


@st.composite
def requests(draw: Draw, operation: Operation, known: Known, odd: int = 10) -> Asked:
    """A request for the operation; one part in `odd` of it is not what the description says."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", _draw_segment(draw, parameter, known, 2 * odd))
    query = _draw_query(draw, operation, known, odd)
    headers = (draw(st.sampled_from(HEADERS)),) if rare(draw, 8) else ()
    body = b""
    if rare(draw, 3 * odd):
        body = draw(st.sampled_from(HOSTILE_BODIES))
    elif operation.body is not None and (operation.body_required or not rare(draw, 4)):
        body = json.dumps(draw_value(draw, operation.body, "", known, 2 * odd)).encode()
    method = "HEAD" if operation.method == "GET" and rare(draw, 20) else operation.method
    return Asked(method, f"/api/v3{path}" if rare(draw, 20) else path, query, headers, body)
