"""The items of a test plan: which lines of a Markdown file GitHub shows as a task-list item, and where their bytes are.

Which lines those are, a CommonMark parser says (the rules: GitHub Flavored Markdown Spec 0.29, 5.3 Task list items,
https://github.github.com/gfm/#task-list-items-extension-). Where things stand, only the bytes say: the file is
never decoded as a whole, so whatever it holds, no offset can be wrong.
"""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from qatui.domain.code_spans import first_line_without_code

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MARKER = re.compile(rb"(?<=[ \t])<!-- qa:([0-9A-HJKMNP-TV-Z]{6}) -->(?![^ \t])")
"""An item's id in its line: six characters of Crockford's base 32."""


@dataclass(frozen=True, slots=True)
class Item:
    """One task-list item. Offsets count bytes from the file's start, a byte order mark included."""

    number: int
    """From 1, in the order of the file."""
    line: int
    """The line its box stands on, from 1."""
    offset: int
    """Where the character between the brackets stands."""
    end: int
    """Where its text ends on that line, links to issues and pull requests included: blanks and marker come after."""
    checked: bool
    text: str
    """The rest of its line as it is written, without blanks around it; bytes that are not UTF-8 as U+FFFD."""
    title: str
    """`text` without marker and without links at its end: what it says."""
    section: tuple[str, ...]
    """The headings it stands under, the widest first."""
    depth: int
    """How many list items it lies in."""
    marker: str | None
    """Its id. None also where its line bears two."""
    issues: tuple[int, ...]
    """Issues it is linked to: `(closes #12)` at its end, or nothing but `#12`."""
    pulls: tuple[int, ...]
    """Pull requests it is linked to: `(#34)` at its end."""
    mentions: tuple[int, ...]
    """Every `#N` on its line that is neither code nor HTML."""


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Let nobody look for garbage where all that is made is kept: looking takes half of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@lru_cache(maxsize=4)
@_no_collecting()
def items(data: bytes) -> tuple[Item, ...]:
    """The items of a Markdown file, in its order."""
    start = len(_BOM) if data.startswith(_BOM) else 0
    lines = list(_lines(data, start))
    first = _after_front_matter(data, lines)
    source = "\n" * first + _parsable(data[lines[first][0] :] if first < len(lines) else b"")
    found: list[Item] = []
    headings: list[tuple[int, str]] = []
    depth = -1
    tokens = _parser().parse(source)
    for index, token in enumerate(tokens):
        if token.type == "list_item_open":
            depth += 1
            if tokens[index + 1].type == "paragraph_open":
                paragraph = tokens[index + 2]
                place = lines[_first_line(paragraph)]
                if box := _box(data[slice(*place)], paragraph.content):
                    section = tuple(text for _, text in headings)
                    found.append(_item(data, place[0] + box, place[1], paragraph, len(found) + 1, section, depth))
        elif token.type == "list_item_close":
            depth -= 1
        elif token.type == "heading_open" and token.level == 0:
            rank = int(token.tag[1:])
            headings = [heading for heading in headings if heading[0] < rank]
            headings.append((rank, _readable(tokens[index + 1].content)))
    return tuple(found)


_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_DEEPEST = 200
"""Containers in each other; a list and its item are two. GitHub's cmark-gfm takes a hundred lists, MAX_LIST_DEPTH."""


def _lines(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Where each line starts, and where it ends without its line end: CRLF, LF or CR and nothing else."""
    for found in _LINE_END.finditer(data, start):
        yield start, found.start()
        start = found.end()
    yield start, len(data)


def _after_front_matter(data: bytes, lines: Sequence[tuple[int, int]]) -> int:
    """Index of the first line after YAML front matter; 0 if the file has none.

    https://github.blog/2013-09-27-viewing-yaml-metadata-in-your-documents/
    """
    if data[slice(*lines[0])].rstrip(b" \t") != b"---":
        return 0
    for index, place in enumerate(lines[1:], 1):
        if data[slice(*place)].rstrip(b" \t") in (b"---", b"..."):
            return index + 1
    return 0


# The parser gets one character for each byte, so it cannot stumble over an encoding, and lines stay lines. Python takes
# more characters for blanks than CommonMark does, and the parser replaces NUL: these stand aside while it works.
_ASIDE = {code: 0xE000 + code for code in (0, 0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0xA0)}
_BACK = {aside: code for code, aside in _ASIDE.items()}


def _parsable(data: bytes) -> str:
    return data.decode("latin-1").translate(_ASIDE)


def _readable(parsed: str) -> str:
    """What a stretch that went through the parser says, as text."""
    return _text(parsed.translate(_BACK).encode("latin-1"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    """GitHub's dialect as far as blocks go; made late, for it loads much."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like", {"linkify": False, "maxNesting": _DEEPEST})
    return parser.disable("inline")


@lru_cache(maxsize=1)
def _inline_parser() -> "MarkdownIt":
    """Only what tells code and HTML from words."""
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": True}).enable(["newline", "escape", "backticks", "autolink", "html_inline"])


def _first_line(token: "Token") -> int:
    assert token.map is not None  # every block has one
    return token.map[0]


_BOX = re.compile(r"\[[ \t\n\v\fxX]\][ \t\n\v\f]+[^ \t\n\v\f]")
"""The start of an item's paragraph: one blank or `x` in brackets, blanks, and something after them."""
_CONTAINERS = re.compile(rb"(?:[ \t>*+-]|[0-9]{1,9}[.)])*")
"""What may stand before a paragraph on its first line: signs of lists and quotes, and blanks."""


def _box(line: bytes, paragraph: str) -> int | None:
    """Where in `line`, the paragraph's first, the character between the brackets stands; None: it is no item's."""
    if not _BOX.match(paragraph):
        return None
    at = line.index(b"[")
    return at + 1 if _CONTAINERS.fullmatch(line, 0, at) else None


_BLANKS = b" \t\v\f"
_ALONE = re.compile(r"#([1-9][0-9]{0,9})", re.ASCII)
_MENTION = re.compile(r"(?<![\w/&#])(?<!\]\()#([1-9][0-9]{0,9})(?!\w)", re.ASCII)


def _item(
    data: bytes, offset: int, line_end: int, paragraph: "Token", number: int, section: tuple[str, ...], depth: int
) -> Item:
    start = min(offset + 2, line_end)  # a box may be broken over two lines
    rest = data[start:line_end]
    plain, comments = _seen(rest, paragraph.content)
    markers = [found for found in MARKER.finditer(rest) if found[0].decode() in comments]
    head, tail = rest, b""
    if markers:
        head, tail = rest[: markers[0].start()], rest[markers[0].end() :]
        tail = MARKER.sub(b"", tail).rstrip(_BLANKS)
    elif "\n" in paragraph.content and _ends_in_hard_break(rest):
        head = rest[:-1]
    head = head.rstrip(_BLANKS)
    before, after = _links(head, plain), _links(tail, plain)
    title = _text(before.words + after.words)
    alone = _ALONE.fullmatch(title)
    ids = {found[1].decode() for found in markers}
    return Item(
        number=number,
        line=_first_line(paragraph) + 1,
        offset=offset,
        end=start + len(head),
        checked=data[offset : offset + 1] in b"xX",
        text=_text(rest),
        title=title,
        section=section,
        depth=depth,
        marker=ids.pop() if len(ids) == 1 else None,
        issues=(*((int(alone[1]),) if alone else ()), *before.issues, *after.issues),
        pulls=before.pulls + after.pulls,
        mentions=tuple(int(found[1]) for found in _MENTION.finditer(plain)),
    )


_SPAN = re.compile(rb"[`<\\]")
_BESIDE_CODE = re.compile(rb"[<\\]")


def _seen(rest: bytes, paragraph: str) -> tuple[str, frozenset[str]]:
    """What a reader sees of the item's line, code left out, and the HTML in it."""
    markers = frozenset(found[0].decode() for found in MARKER.finditer(rest))
    without = MARKER.sub(b"", rest) if markers else rest
    if not _SPAN.search(without):
        return _parsable(without), markers
    if not markers and b"#" not in rest:
        return "", frozenset()
    if not _BESIDE_CODE.search(without):
        return first_line_without_code(paragraph[3:]), markers
    (inline,) = _inline_parser().parseInline(paragraph[3:])
    plain: list[str] = []
    html: set[str] = set()
    for token in inline.children or []:
        if token.type in ("softbreak", "hardbreak"):
            break
        if token.type == "html_inline":
            html.add(token.content)
        elif token.type in ("text", "text_special"):
            plain.append(token.content)
    return "".join(plain), frozenset(html)


def _ends_in_hard_break(line: bytes) -> bool:
    """Whether `line`, with another after it, ends in a backslash that breaks it."""
    return (len(line) - len(line.rstrip(b"\\"))) % 2 == 1


class _Linked(NamedTuple):
    words: bytes
    issues: tuple[int, ...]
    pulls: tuple[int, ...]


_LINK = re.compile(rb"[ \t]+\((closes )?#([1-9][0-9]{0,9})\)\Z")
_LONGEST_LINK = 40


def _links(stretch: bytes, plain: str) -> _Linked:
    """`stretch` without the links at its end, and where they lead."""
    issues: list[int] = []
    pulls: list[int] = []
    while found := _LINK.search(stretch, max(0, len(stretch) - _LONGEST_LINK)):
        if found[0].strip().decode() not in plain:
            break
        (issues if found[1] else pulls).append(int(found[2]))
        stretch = stretch[: found.start()]
    return _Linked(stretch, tuple(reversed(issues)), tuple(reversed(pulls)))
