"""Requests and answers as values."""

import doctest
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.errors import StrangeAnswer, UsageError
from qatui.github import contents, protocol, templates
from qatui.github.protocol import (
    GRAPHQL,
    BrokenOff,
    Done,
    Repo,
    Request,
    decode,
    encoded,
    get,
    path,
    same_text,
    send,
    short,
    target,
)

REPO = Repo("acme", "shop")


@pytest.mark.parametrize("module", [protocol, contents, templates])
def test_the_examples(module: object) -> None:
    done = doctest.testmod(module)  # type: ignore[arg-type]
    assert done.failed == 0
    assert done.attempted > 0


@pytest.mark.parametrize("segment", ["", ".", "..", "a//b", "a/../b", "/a", "a/"])
def test_nothing_leads_to_another_address(segment: str) -> None:
    with pytest.raises(UsageError, match="cannot be part of an address"):
        path("/repos/{}/contents/{/}", REPO, segment)
    if "/" not in segment:
        with pytest.raises(UsageError, match="cannot be part of an address"):
            path("/users/{}", segment)


@given(st.text(min_size=1))
def test_a_segment_stays_one(text: str) -> None:
    if text in (".", ".."):
        return
    made = path("/users/{}/x", text)
    assert made.isascii()
    assert made.count("/") == 3
    assert not set(made) & set("?# \\\n\r%00") - {"%", "0"}


@pytest.mark.parametrize("text", ["acme", "acme/", "/shop", "a/b/c/d", "", "//"])
def test_what_is_no_repository(text: str) -> None:
    with pytest.raises(UsageError, match="is no repository at GitHub"):
        Repo.of(text)


def test_a_repository_by_its_key() -> None:
    assert Repo.of("acme/shop") == Repo.of("git.acme.test/acme/shop") == REPO


def test_addresses() -> None:
    request = get("x", "/repos/acme/shop/issues", list[int], labels="a,b c", since=None, page=2)
    assert target("https://api.github.com/", request) == (
        "https://api.github.com/repos/acme/shop/issues?labels=a%2Cb%20c&page=2"
    )
    graphql = send("POST", "x", GRAPHQL, Done, {})
    assert target("https://api.github.com", graphql) == "https://api.github.com/graphql"
    assert target("https://git.acme.test/api/v3", graphql) == "https://git.acme.test/api/graphql"


class Thing(msgspec.Struct):
    """Something with a name."""

    name: str


THING: Request[Thing] = get("read a thing", "/thing", Thing)
THINGS: Request[list[Thing]] = get("read things", "/things", list[Thing], within="things")


def test_keys_that_are_not_used_are_passed_over() -> None:
    assert decode(THING, b'{"name": "a", "more": [1, {"x": null}]}') == Thing("a")
    assert decode(THINGS, b'{"total_count": 1, "things": [{"name": "a"}]}') == [Thing("a")]
    assert decode(send("DELETE", "x", "/x", Done), b"whatever") == Done()


@pytest.mark.parametrize(
    ("request_", "body", "words"),
    [
        (THING, b'{"name": 7}', r"Could not read a thing: .*Expected `str`, got `int` - at `\$\.name`"),
        (THING, b"[]", "Expected `object`, got `array`"),
        (THINGS, b'{"things": [{"name": "a"}, {}]}', r"missing required field `name` - at `\$\[1\]`"),
        (THINGS, b'{"items": []}', "it has no “things”"),
        (THINGS, b"[]", "Expected `object`"),
    ],
)
def test_another_shape_names_the_place(request_: Request[Any], body: bytes, words: str) -> None:
    with pytest.raises(StrangeAnswer, match=words) as caught:
        decode(request_, body)
    assert "api_url" in caught.value.hint


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"name": "a',
        b'[{"na',
        b"<html>",
        b'{"name": "\xff"}',
        b'{"x": ' + b"[" * 100_000,
        b'{"name": "a"} trailing',
    ],
    ids=["empty", "cut", "cut and strange", "html", "bytes", "deep", "more"],
)
def test_what_is_no_json_broke_off(body: bytes) -> None:
    with pytest.raises(BrokenOff):
        decode(THING, body)


@given(st.binary(max_size=60) | st.text(st.sampled_from('{}[]":,name things1.e+-\\u '), max_size=60).map(str.encode))
def test_any_answer_ends_in_a_value_or_one_of_two_errors(body: bytes) -> None:
    with suppress(BrokenOff, StrangeAnswer):
        decode(THING, body)
    with suppress(BrokenOff, StrangeAnswer):
        decode(THINGS, body)


def test_half_a_character_is_refused_before_it_is_sent() -> None:
    with pytest.raises(UsageError, match="no text"):
        encoded(send("POST", "write", "/x", Done, {"body": "\ud800"}))
    assert encoded(THING) is None


def test_words_are_bounded() -> None:
    assert short("a\n  b\tc") == "a b c"
    assert len(short("x" * 100_000)) == 300
    assert short("ab", 2) == "ab"
    assert short("abc", 2) == "a…"


def test_what_github_does_to_a_text() -> None:
    assert same_text("a\nb ", "a\r\nb")
    assert not same_text("a b", "ab")
    assert same_text("", None)
