"""Between two revisions only what the author did is a difference, whatever base did meanwhile."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qatui.domain.interdiff import Carried, Carrying
from qatui.domain.lines import Lines, split
from qatui.domain.three_way import three_way
from tests.domain.aligned import hunks_of
from tests.domain.joining import join


def carried(base: Lines, older: Lines, new_base: Lines, newer: Lines) -> Carried:
    """The left side for `newer`."""
    carrying = Carrying(three_way(base, older, new_base, hunks_of(base, older), hunks_of(base, new_base)))
    return carrying.onto([hunks_of(split(way.data), newer) for way in carrying.ways])


def lines(words: str) -> Lines:
    """A line for each word."""
    return split("".join(f"{word}\n" for word in words.split()).encode())


def differences(left: Lines, right: Lines) -> list[tuple[str, str]]:
    """What each hunk takes away and puts in."""
    return [
        (" ".join(left.lines[hunk.old_start : hunk.old_end]), " ".join(right.lines[hunk.new_start : hunk.new_end]))
        for hunk in hunks_of(left, right)
    ]


def between(base: str, older: str, new_base: str, newer: str) -> list[tuple[str, str]]:
    """The differences that are shown."""
    found = carried(lines(base), lines(older), lines(new_base), lines(newer))
    return differences(split(found.data), lines(newer))


@pytest.mark.parametrize(
    ("base", "older", "new_base", "newer", "shown"),
    [
        ("a b c d", "a b c d mine", "a b c d", "a b c d yours", [("mine", "yours")]),
        ("a b c d e", "a b c d mine", "a2 b c d e", "a2 b c d mine", []),
        ("a b c d e", "a b c d mine", "a2 b c d e", "a2 b c d yours", [("mine", "yours")]),
        ("a b c d e", "a b c d mine", "a2 b c d e", "a b c d yours", [("mine", "yours")]),
        ("a b c d e", "a b c d mine", "b c d e", "b c d mine more", [("", "more")]),
        ("a b c", "a b c x", "new1 new2 new3 a b c", "new1 mine new3 a b c x", [("new2", "mine")]),
        ("a b c", "a b c mine", "a b c base", "a b c mine base", []),
        ("a b c", "a b c mine", "a b c base", "a b c base mine", []),
        ("a b c", "a b c mine", "a b c base", "a b c base yours", [("mine", "yours")]),
        ("a b c", "a b2 c", "a b3 c", "a b4 c", [("b2", "b4")]),
        ("a b c", "a b2 c", "a b c2", "a b2 c2 d", [("", "d")]),
        ("a b c", "a b2 c", "a b2 c", "a b2 c d", [("", "d")]),
        ("", "x y", "z", "x y w", [("", "w")]),
        ("a b c d", "a b2 c d", "", "a b2 c e", [("d", "e")]),
    ],
    ids=[
        "base stood still", "only base moved", "both", "the newer one left base's change out", "base took a line away",
        "the author changed what base put in", "both at the end, mine first", "both at the end, base's first",
        "both at the end, and mine changed", "all changed one line", "they meet", "the same change",
        "base has the file now", "base has it no more",
    ],
)  # fmt: skip
def test_what_is_shown(base: str, older: str, new_base: str, newer: str, shown: list[tuple[str, str]]) -> None:
    assert between(base, older, new_base, newer) == shown


def test_what_base_did_is_told_by_its_lines() -> None:
    base, older = lines("a b c d e f g"), lines("a b c d e f mine")
    found = carried(base, older, lines("a1 a2 b d e f g"), lines("a1 a2 b d e f yours"))
    assert found.data == b"a1\na2\nb\nd\ne\nf\nmine\n"
    assert found.taken == (range(2), range(3, 3))
    assert carried(base, older, base, lines("x")).taken == ()


def test_a_last_line_without_an_end_is_not_glued_to_the_next() -> None:
    base, older, newest = split(b"a\nb\n"), split(b"a\nb\nmine"), split(b"a\nb\nbase\n")
    found = carried(base, older, newest, split(b"a\nb\nmine\nbase\n"))
    assert found.data == b"a\nb\nmine\nbase\n"
    assert carried(base, older, base, older).data == b"a\nb\nmine"


BYTES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\n", b"\xff\0\n", b"d", b"a"]), max_size=6).map(b"".join)


@given(BYTES, BYTES, BYTES, BYTES)
@settings(max_examples=150)
def test_whatever_the_texts(base: bytes, older: bytes, new_base: bytes, newer: bytes) -> None:
    """A revision that did not change shows nothing, and what base took over is lines of the left side."""
    first, second, third, fourth = map(split, (base, older, new_base, newer))
    assert carried(first, second, third, second) == Carried(older, ())
    assert carried(first, second, first, fourth) == Carried(older, ())
    found = carried(first, second, third, fourth)
    assert all(0 <= span.start <= span.stop <= len(split(found.data)) for span in found.taken)
    carrying = Carrying(three_way(first, second, third, hunks_of(first, second), hunks_of(first, third)))
    assert carrying.ways[0].data == older
    for way in carrying.ways:
        assert carried(first, second, third, split(way.data)).data == way.data


@dataclass(frozen=True)
class Story:
    """A base that changed in places, of which the newer revision took some over; the author changed others."""

    base: list[str]
    older: list[str]
    new_base: list[str]
    newer: list[str]
    did: list[tuple[str, str]]
    """What the author did from the older to the newer one."""


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Places lie apart, so that there is one right answer; each line says something else."""
    base: list[str] = []
    older: list[str] = []
    new_base: list[str] = []
    newer: list[str] = []
    did = []
    for place in range(draw(st.integers(1, 6))):
        was = [f"was{place}"] * draw(st.booleans())
        now = [f"now{place}.{number}" for number in range(draw(st.integers(0, 2)))]
        match draw(st.sampled_from(["base, taken", "base, left", "author", "older", "nobody"])):
            case "base, taken":
                texts = was, was, now, now
            case "base, left":
                texts = was, was, now, was
            case "author":
                texts = was, was, was, now
                if was != now:
                    did.append((" ".join(was), " ".join(now)))
            case "older":
                texts = was, now, was, now
            case _:
                texts = was, was, was, was
        apart = [f"apart{place}", f"and{place}"]
        for made, text in zip((base, older, new_base, newer), texts, strict=True):
            made += [*text, *apart]
    return Story(base, older, new_base, newer, did)


@given(stories())
@settings(max_examples=200)
def test_what_the_author_did_is_shown_and_nothing_else(story: Story) -> None:
    shown = between(" ".join(story.base), " ".join(story.older), " ".join(story.new_base), " ".join(story.newer))
    assert shown == story.did


def test_the_left_side_is_the_older_revision_with_changes_of_base_only() -> None:
    """Taking base's lines out again gives the older one back."""
    base, older = lines("a b c d e f"), lines("a b c d mine f")
    found = carried(base, older, lines("a new b c d e f"), lines("a new b c d yours f"))
    left = split(found.data)
    assert [left.lines[at] for span in found.taken for at in span] == ["new"]
    kept = [line for at, line in enumerate(left.lines) if not any(at in span for span in found.taken)]
    assert join(Lines(kept, True)) == join(older)
