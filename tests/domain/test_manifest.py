"""One line of a manifest."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.manifest import Announced, parse_line
from qatui.domain.proposal import Proposal, Refusal

PLACE = "m.jsonl line 3"


def reason(line: bytes | dict[str, Any]) -> str:
    """Why a line is refused."""
    parsed = parse_line(line if isinstance(line, bytes) else json.dumps(line).encode(), PLACE)
    assert isinstance(parsed, Refusal), parsed
    assert parsed.place == PLACE
    return parsed.reason


def test_whole_line() -> None:
    """Every key arrives where it belongs."""
    line = {
        "path": "tests/test_a.py",
        "content": "ünï\n",
        "title": "  Refunds \n twice ",
        "generator": {"name": "g", "model": "m", "run": "r"},
        "endpoint": {"method": "get", "path": "/refunds/{id}"},
        "plan_item": "#12",
        "completes": True,
        "priority": -3,
        "labels": ["a", "b", "a"],
        "replaces": 7,
    }
    assert parse_line(json.dumps(line).encode(), PLACE) == Announced(
        Proposal(
            path="tests/test_a.py",
            content="ünï\n".encode(),
            place=PLACE,
            title="Refunds twice",
            generator={"name": "g", "model": "m", "run": "r"},
            endpoint={"method": "GET", "path": "/refunds/{id}"},
            plan_item="#12",
            completes=True,
            priority=-3,
            labels=("a", "b"),
            replaces="7",
        ),
        None,
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"path": "tests/a", "path": "tests/b", "content": "x"}', "path"),
        (b'{"path": "tests/a", "content": "x", "generator": {"name": "g", "model": "m", "name": "h"}}', "name"),
        (b'{"path": "tests/a", "content": "x", "c\\u006fntent": "y"}', "content"),
    ],
)
def test_a_key_twice_is_no_choice_of_ours(line: bytes, key: str) -> None:
    assert reason(line) == f"{key}: is there twice"


def test_least_line() -> None:
    """path and file are enough; null says nothing."""
    told = b'{"path": "tests/a", "file": "out/a", "title": null, "generator": null, "replaces": null}'
    assert parse_line(told, PLACE) == Announced(Proposal("tests/a", b"", PLACE), "out/a")


def test_generator_may_be_partly_known() -> None:
    """One of its keys is enough."""
    parsed = parse_line(b'{"path":"a","content":"","generator":{"model":"m"},"replaces":"tests/b.py"}', PLACE)
    assert isinstance(parsed, Announced)
    assert parsed.proposal.generator == {"model": "m"}
    assert parsed.proposal.replaces == "tests/b.py"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"content": ""}, "path: is missing"),
        ({"path": 1, "content": ""}, "path: wants text, got a whole number"),
        ({"path": "a"}, "it must have `content` or `file`; it has neither"),
        ({"path": "a", "content": "", "file": "b"}, "it must have `content` or `file`; it has both"),
        ({"path": "a", "pririty": 1}, "pririty: there is no such key; did you mean priority?"),
        (
            {"path": "a", "zzz": 1},
            "zzz: there is no such key; there are path, content, file, title, generator, endpoint, plan_item, "
            "completes, priority, labels, replaces",
        ),
        ({"path": "a", "generator": {"modell": "x"}}, "generator.modell: there is no such key; did you mean model?"),
        ({"path": "a", "generator": "gpt"}, "generator: wants an object or null, got text"),
        ({"path": "a", "content": "", "generator": {}}, "generator: wants at least one of name, model, run"),
        ({"path": "a", "generator": {"name": ""}}, "generator.name: wants text of length >= 1"),
        ({"path": "a", "endpoint": {"path": "/x"}}, "endpoint.method: is missing"),
        ({"path": "a", "endpoint": {"method": "G T", "path": "/x"}}, "endpoint.method: wants letters, such as GET"),
        ({"path": "a", "completes": "yes"}, "completes: wants true or false, got text"),
        ({"path": "a", "completes": 1}, "completes: wants true or false, got a whole number"),
        ({"path": "a", "priority": 1.5}, "priority: wants a whole number or null, got a number"),
        ({"path": "a", "priority": "1"}, "priority: wants a whole number or null, got text"),
        ({"path": "a", "priority": 10**30}, "priority: wants a whole number <= 1000000"),
        ({"path": "a", "labels": "x"}, "labels: wants a list, got text"),
        ({"path": "a", "labels": ["x", 2]}, "labels[1]: wants text, got a whole number"),
        ({"path": "a", "labels": ["x"] * 51}, "labels: wants a list of length <= 50"),
        ({"path": "a", "replaces": 0}, "replaces: wants a whole number >= 1"),
        ({"path": "a", "replaces": 1.0}, "replaces: wants a whole number or text or null, got a number"),
        ({"path": "a", "content": "", "labels": ["x\x1b[2J"]}, "labels: holds a control character"),
        ({"path": "a", "content": "", "title": "x\x07"}, "title: holds a control character"),
        (
            {"path": "a", "content": "", "endpoint": {"method": "GET", "path": "/\n"}},
            "endpoint: holds a control character",
        ),
        (b"[1]", "wants an object, got a list"),
        (b"null", "wants an object, got null"),
        (b'{"path": "a"', "it is no JSON object on one line: Input data was truncated"),
        (b'{"path": "a"} {}', "it is no JSON object on one line: malformed: trailing characters (byte 15)"),
        (b"{'path': 'a'}", "it is no JSON object on one line: malformed: object keys must be strings (byte 1)"),
        (
            b'{"path": "a", "content": "\\ud800"}',
            "an escape \\ud800 to \\udfff stands alone; give such content by `file`",
        ),
        (b'{"path": "\xff"}', "it is no UTF-8 text (byte 0xff); give such content by `file`"),
    ],
)
def test_refused(line: bytes | dict[str, Any], said: str) -> None:
    """The key first, then what is wanted."""
    assert reason(line) == said


def test_deep_nesting_is_refused() -> None:
    """No recursion ends the program."""
    assert reason(b'{"path":' + b"[" * 200_000) == "path: wants text, got a list"
    assert reason(b"[" * 200_000) == "wants an object, got a list"


@given(st.binary(max_size=200))
def test_any_bytes_have_an_answer(line: bytes) -> None:
    """Whatever a line holds, it announces or it is refused with words."""
    parsed = parse_line(line, PLACE)
    assert isinstance(parsed, Announced) or parsed.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        "path",
        "content",
        "file",
        "title",
        "generator",
        "endpoint",
        "plan_item",
        "completes",
        "priority",
        "labels",
        "replaces",
    ]
)


@given(st.dictionaries(KEYS | st.text(max_size=5), JSON, max_size=6))
def test_any_object_has_an_answer(line: dict[str, Any]) -> None:
    """What is announced is what the object said."""
    parsed = parse_line(json.dumps(line).encode(), PLACE)
    if isinstance(parsed, Announced):
        assert parsed.proposal.path == line["path"]
        assert parsed.proposal.content == (line.get("content") or "").encode()
        assert parsed.proposal.priority == line.get("priority")
        assert parsed.file == line.get("file")
    else:
        assert parsed.reason


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_content_is_kept(content: str) -> None:
    """Every text comes through byte for byte, escaped or not."""
    for ascii_only in (True, False):
        line = json.dumps({"path": "tests/a", "content": content}, ensure_ascii=ascii_only).encode()
        parsed = parse_line(line, PLACE)
        assert isinstance(parsed, Announced)
        assert parsed.proposal.content == content.encode()
