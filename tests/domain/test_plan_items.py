"""The items of a plan are those that GitHub shows, and their bytes are where they are said to be."""

import re
import time

import pytest
from hypothesis import given

from qatui.domain.plan_items import Item, items
from tests.domain.plans import DRAWN, VARIANTS, Change, Expected, shared_plans, varied

SHARED_PLANS = shared_plans()

# What stands before the text of an expected item: its line, and `x` where it is ticked.
CASES: dict[str, tuple[str, str]] = {
    "bullets": ("- [ ] a\n* [x] b\n+ [X] c\n", "1 a, 2x b, 3x c"),
    "numbers": ("1. [ ] a\n2. [x] b\n\n1) [ ] c\n123456789. [ ] d\n", "1 a, 2x b, 4 c, 5 d"),
    "ten digits are no list": ("1234567890. [ ] a\n", ""),
    "nested": ("- [ ] a\n  - [x] b\n    1. [ ] c\n- [ ] d\n", "1 a, 2x b, 3 c, 4 d"),
    "a list in a list on one line": ("- - [ ] a\n- 1. [x] b\n", "1 a, 2x b"),
    "quoted": ("> - [ ] a\n>> * [x] b\n> > 1. [ ] c\n", "1 a, 2x b, 3 c"),
    "a list in a quote in a list": ("- > - [ ] a\n", "1 a"),
    "wide": ("-  [ ] a\n*    [x] b\n+\t[ ] c\n-\t\t[ ] code\n", "1 a, 2x b, 3 c"),
    "too wide is code": ("-     [ ] a\n", ""),
    "more blanks before the text": ("- [ ]   a  \n- [x]\tb\n", "1 a, 2x b"),
    "other blanks in the box": ("- [\t] a\n- [  ] b\n- [\u00a0] c\n", "1 a"),
    "loose": ("- [ ] a\n\n- [x] b\n\n\n- [ ] c\n", "1 a, 3x b, 6 c"),
    "after a blank line": ("-\n  [ ] a\n\n-\n\n  [ ] b\n", "2 a"),
    "a second paragraph": ("- a\n\n  [ ] b\n", ""),
    "a second line": ("- a\n  [ ] b\n- [ ] c\n  [x] d\n", "3 c"),
    "a lazy line": ("- [ ] a\nb\n> - [x] c\nd\n", "1 a, 3x c"),
    "a box over two lines": ("+ [\n] a\n- [ ] b\n", "1 , 3 b"),
    "text on the next line": ("* [ ]\n  a\n* [x]  \n  b\n", "1 , 3x "),
    "nothing after it": ("- [ ]\n- [ ] \n- [x]\t\n\n- [ ]\n\n  a\n", ""),
    "no box": ("- []a\n- [] a\n- [-] a\n- [/] a\n- [ ]a\n- [x](url)\n- [x][ref]\n- (x) a\n", ""),
    "escaped": ("- \\[ ] a\n- [ \\] b\n- \\[x\\] c\n", ""),
    "links and references": ("- [x]: url\n- [a]: url\n  [ ] b\n", "3 b"),
    "no list": ("[ ] a\n\n> [x] b\n\n-[ ] c\n1.[ ] d\n", ""),
    "in a paragraph": ("a\n- [ ] b\n\na\n1. [ ] c\n\na\n2. [ ] d\n", "2 b, 5 c"),
    "fences": ("```\n- [ ] a\n```\n- [ ] b\n~~~ text\n- [ ] c\n```\n- [ ] d\n~~~\n- [x] e\n", "4 b, 10x e"),
    "longer fences": ("````\n- [ ] a\n```\n- [ ] b\n````\n- [ ] c\n", "6 c"),
    "a fence in an item": ("- [ ] a\n  ```\n  - [ ] b\n  ```\n- [ ] c\n", "1 a, 5 c"),
    "a fence in a quote ends with it": ("> ```\n> - [ ] a\n\n- [ ] b\n", "4 b"),
    "a fence never closed": ("- [ ] a\n\n```\n- [ ] b\n", "1 a"),
    "a fence first": ("- ```\n  [ ] a\n  ```\n", ""),
    "indented code": ("a\n\n    - [ ] b\n\n\t- [ ] c\n", ""),
    "indented in a list": ("- [ ] a\n\n    - [ ] b\n\n      - [ ] c\n", "1 a, 3 b, 5 c"),
    "a paragraph goes on": ("a\n    - [ ] b\n", ""),
    "comments": ("<!--\n- [ ] a\n\n- [ ] b\n-->\n- [ ] c\n<!-- - [ ] d -->\n", "6 c"),
    "a comment in an item": ("- [ ] a\n  <!--\n  - [ ] b\n  -->\n- [ ] c\n", "1 a, 5 c"),
    "a comment that opens in a line": ("a <!--\n- [ ] b -->\n", "2 b -->"),
    "HTML": ("<div>\n- [ ] a\n</div>\n\n<details>\n<summary>s</summary>\n\n- [ ] b\n\n</details>\n", "8 b"),
    "pre": ("<pre>\n\n- [ ] a\n\n</pre>\n- [ ] b\n", "6 b"),
    "HTML first": ("- <b>x</b> [ ] a\n- <!-- c -->\n  [ ] b\n", ""),
    "HTML with an odd separator": ("<div\x1c>\n- [ ] a\n", "2 a"),
    "tables": ("| [ ] a | b |\n|---|---|\n| - [ ] c | d |\n\n- [ ] e | f\n  --- | ---\n", ""),
    "headings": ("- # [ ] a\n- [ ] b\n  ===\n- [x] c\n  ---\n", ""),
    "a rule": ("- [ ] a\n---\n- [ ] b\n* * *\n- [ ] c\n", "1 a, 3 b, 5 c"),
    "a quote first": ("- > [ ] a\n", ""),
    "an image, code, bold": ("- ![ ] a\n- `[ ] b`\n- **[ ] c**\n- [ ] **d**\n- [x] `e`\n", "4 **d**, 5x `e`"),
    "front matter": ("---\ntodo:\n- [ ] a\n\n- [ ] b\n---\n- [ ] c\n", "7 c"),
    "front matter that ends in dots": ("---  \n- [ ] a\n...\n- [ ] b\n", "4 b"),
    "front matter never closed": ("---\n\n- [ ] a\n", "3 a"),
    "no front matter": ("\n---\n- [ ] a\n---\n\n--- x\n- [ ] b\n---\n", "3 a, 7 b"),
    "no front matter with four": ("----\n- [ ] a\n----\n", "2 a"),
    "odd blanks are no blanks": (
        "- \u00a0[ ] a\n- \x0b[ ] b\n- \u2028[ ] c\n- [ ]\u00a0d\n- [ ] \u00a0\n- [ ]\x0be\n",
        "5 , 6 e",
    ),
    "no end": ("- [ ] a", "1 a"),
    "nothing": ("", ""),
    "NUL": ("- [ ] a\0b\n\0\n\n- [x] \0\n", "1 a\0b, 4x \0"),
    "ten deep": (
        "".join(f"{'  ' * depth}- [ ] {depth}\n" for depth in range(40)),
        ", ".join(f"{n + 1} {n}" for n in range(40)),
    ),
}


def told(found: tuple[Item, ...]) -> str:
    return ", ".join(f"{item.line}{'x' * item.checked} {item.text}" for item in found)


def as_expected(found: tuple[Item, ...]) -> tuple[Expected, ...]:
    return tuple(Expected(item.line, item.offset, item.checked, item.text) for item in found)


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_hard_cases(text: str, expected: str) -> None:
    assert told(items(text.encode())) == expected


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_line_ends_do_not_matter(text: str, expected: str, end: str) -> None:
    found = items(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
    assert told(found) == expected
    assert [item.number for item in found] == list(range(1, len(found) + 1))


@pytest.mark.skipif(not SHARED_PLANS, reason="the workshop's shared folder is absent: plans/items.jsonl")
@pytest.mark.parametrize("change", VARIANTS.values(), ids=VARIANTS)
def test_real_plans_have_the_items_github_shows(change: Change) -> None:
    assert sum(len(plan.items) for plan in SHARED_PLANS) > 1000
    for plan in SHARED_PLANS:
        plan = varied(plan, change)
        assert as_expected(items(plan.data)) == plan.items, plan.name


@given(DRAWN)
def test_the_bytes_are_where_they_are_said_to_be(data: bytes) -> None:
    for number, item in enumerate(items(data), 1):
        assert item.number == number
        assert data[item.offset - 1 : item.offset] == b"["
        assert re.match(rb"([ \t]|x|X)\][ \t\v\f\r\n]|\r?\n|\r", data[item.offset :])
        assert item.checked == (data[item.offset : item.offset + 1] in (b"x", b"X"))
        assert item.line == len(re.findall(rb"\r\n|\n|\r", data[: item.offset])) + 1
        line = re.split(rb"[\r\n]", data[item.offset :])[0]
        assert item.text == line[2:].decode("utf-8", "replace").strip()
        assert item.offset <= item.end <= item.offset + len(line)


@given(DRAWN)
def test_line_ends_and_marks_of_order_change_nothing_for_drawn_files(data: bytes) -> None:
    plain = re.sub(rb"\r\n|\r", b"\n", data)
    expected = told(items(plain))
    assert told(items(plain.replace(b"\n", b"\r\n"))) == expected
    assert told(items(plain.replace(b"\n", b"\r"))) == expected
    assert told(items(b"\xef\xbb\xbf" + plain)) == expected


def test_sections_and_depth() -> None:
    first = "- [ ] a\n# One\n- [ ] b\n  - [ ] c\n## Two `x` é #\n> # no\n\n- x\n  # no\n  1. > - [ ] d\n\n"
    found = items(f"{first}Three\n=====\n- [ ] e\n".encode())
    assert [(item.text, item.section, item.depth) for item in found] == [
        ("a", (), 0),
        ("b", ("One",), 0),
        ("c", ("One",), 1),
        ("d", ("One", "Two `x` é"), 2),
        ("e", ("Three",), 0),
    ]


@pytest.mark.parametrize(
    ("line", "title", "marker", "issues", "pulls", "mentions"),
    [
        ("a <!-- qa:7K3F9X -->", "a", "7K3F9X", (), (), ()),
        ("a (closes #12) (#34) <!-- qa:7K3F9X -->  ", "a", "7K3F9X", (12,), (34,), (12, 34)),
        ("a <!-- qa:7K3F9X --> (#34)", "a", "7K3F9X", (), (34,), (34,)),
        ("a <!-- qa:7K3F9X --> b", "a b", "7K3F9X", (), (), ()),
        ("a <!-- qa:7K3F9X --> <!-- qa:7K3F9Y -->", "a", None, (), (), ()),
        ("a <!-- qa:7K3F9X --> <!-- qa:7K3F9X -->", "a", "7K3F9X", (), (), ()),
        ("`a <!-- qa:7K3F9X -->`", "`a <!-- qa:7K3F9X -->`", None, (), (), ()),
        ("`a` <!-- qa:7K3F9X -->", "`a`", "7K3F9X", (), (), ()),
        ("a<!-- qa:7K3F9X -->", "a<!-- qa:7K3F9X -->", None, (), (), ()),
        ("a <!-- qa:7K3F9X-->", "a <!-- qa:7K3F9X-->", None, (), (), ()),
        ("a <!-- qa:7K3F9L -->", "a <!-- qa:7K3F9L -->", None, (), (), ()),
        ("a <!-- qa:7K3F9XX -->", "a <!-- qa:7K3F9XX -->", None, (), (), ()),
        ("a <!-- qa:7k3f9x -->", "a <!-- qa:7k3f9x -->", None, (), (), ()),
        ("a \\<!-- qa:7K3F9X -->", "a \\<!-- qa:7K3F9X -->", None, (), (), ()),
        ("#12", "#12", None, (12,), (), (12,)),
        ("#12 <!-- qa:7K3F9X -->", "#12", "7K3F9X", (12,), (), (12,)),
        ("see #12, o/r#13, a&#14; and #015", "see #12, o/r#13, a&#14; and #015", None, (), (), (12,)),
        ("a `(closes #12)`", "a `(closes #12)`", None, (), (), ()),
        ("a `b (closes #12)\n  c`", "a `b (closes #12)", None, (), (), ()),
        ("a [b](#12)", "a [b](#12)", None, (), (), ()),
        ("a (closes #12) b", "a (closes #12) b", None, (), (), (12,)),
        ("a (Closes #12)", "a (Closes #12)", None, (), (), (12,)),
        ("a (#PR_NUMBER)", "a (#PR_NUMBER)", None, (), (), ()),
    ],
)
def test_what_an_item_is_linked_to(
    line: str,
    title: str,
    marker: str | None,
    issues: tuple[int, ...],
    pulls: tuple[int, ...],
    mentions: tuple[int, ...],
) -> None:
    (item,) = items(f"- [ ] {line}\n".encode())
    got = (item.title, item.marker, item.issues, item.pulls, item.mentions)
    assert got == (title, marker, issues, pulls, mentions)


HOSTILE = {
    "quotes": b"> " * 20000,
    "lists": b"- " * 20000 + b"[ ] a",
    "deep": b"".join(b"  " * depth + b"- [ ] a\n" for depth in range(250)),
    "brackets": b"- [ ] #1 " + b"[" * 20000,
    "ticks": b"- [ ] #1 " + b"` `` " * 5000,
    "comments": b"- [ ] #1 " + b"<!--" * 5000,
    "links": b"- [ ] " + b" (#1)" * 10000,
    "markers": b"- [ ]" + b" <!-- qa:7K3F9X -->" * 3000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_plans_are_read_quickly(data: bytes) -> None:
    start = time.process_time()
    items(data)
    assert time.process_time() - start < 3


def test_a_plan_of_ten_thousand_items_is_read_in_a_second() -> None:
    lines = [f"- [ ] Item {n} of `the plan` (closes #{n}) <!-- qa:7K3F9X -->\n" for n in range(1, 10001)]
    start = time.process_time()
    assert len(items("".join(lines).encode())) == 10000
    assert time.process_time() - start < 3  # 0.6 s on the slowest machine so far
