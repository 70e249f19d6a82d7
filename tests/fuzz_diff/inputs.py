"""Pairs of texts that no editor writes: real files with damage, and what is known to be hard on each stage.

Everything comes from a `Random`, so that an input can be made again from its number.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from tests.pairs import EDITS, edited, sources, versions

LARGEST = 200_000
"""Bytes of a text; more takes longer in every stage, and shows nothing else."""
LONGEST = 10_000
"""Lines of a text: printing takes as long as there is to print; what 50,000 lines take is measured beside others."""
ENDS = (b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\r", b"\0", b"\x0b", b"\x0c", b"\xe2\x80\xa8", b"\xc2\x85")
"""What some take for the end of a line."""
NOT_UTF8 = (
    b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xed\xb2\x80", b"\xf4\x90\x80\x80", b"\xe2\x80", b"\xf0\x9f\x98",
    b"\x80" * 7, b"\xfe\xff\0a\0b", b"\xef\xbb\xbf",
)  # fmt: skip
SEQUENCES = (
    b"\x1b]8;;https://example.test\x1b\\here\x1b]8;;\x1b\\", b"\x1b]52;c;ZXZpbA==\x07", b"\x1b]0;title\x07",
    b"\x1b[2J\x1b[H", b"\x1b[?1049h", b"\x1b[31mred\x1b[0m", b"\x1bP+q544e\x1b\\", b"\x1bc", b"\x1b_x\x1b\\",
    b"\x9b31m", b"\xc2\x9b31m", b"\xc2\x9d0;t\xc2\x9c", b"\x07\x08\x7f", b"\x1b[8;1;1t", b"\x1b]1337;File=:AA==\x07",
)  # fmt: skip
"""Escape sequences of terminals; see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html"""
CHARACTERS = (
    "\u202e\u2066\u2069\u202c\u200f\u061c", "\u200b\u200c\u200d\u2060\ufeff\u00ad", "\u00a0\u2003\u3000\u202f",
    "e" + "\u0301" * 40, "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f1e9\U0001f1ea\U0001f1eb",
    "\u260e\ufe0f\u260e\ufe0e", "漢字かな", "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627",
    "ｆｕｌｌ", "\u0440\u0430\u0443\u0440al", "\U000e0041\U000e007f", "\u0915\u094d\u0937\u093f", "\u1100\u1161\u11a8",
    "\u1160\u3164\uffa0", "\ufff9a\ufffab\ufffb", "\ufdfa", "\U0001f468\U0001f3fd\u200d\U0001f9b0",
    "\U0001f1e9", "\u200d", "\ufe0f",
)  # fmt: skip
"""Several by several rules: direction, no width, double width, joined, combined, looking alike."""
SECRETS = (
    "ghp_", "github_pat_11", "AKIA", "xoxb-", "eyJhbGciOi", "sk_live_", "glpat-", "AIza", "npm_", "password = '",
    "-----BEGIN RSA PRIVATE KEY-----\n", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "https://user:", "Bearer ", "ya29.",
)  # fmt: skip
"""How secrets begin."""
OPENERS = (
    '"""', "'''", "/*", "/**", "<!--", "{{", "${", "#{", "`", '"', "'", "<<EOF\n", "=begin\n", "(*", "{-", "[[", "[=[",
    "<?php ", "<script>", "<style>", "<a b='", "/", "%(", "%w[", "q{", "@\"", "r#\"", "\\", "~~~\n", "```\n", "f'{",
    "$(", "<![CDATA[", "#if ", "--[[", "|", "!", "&a *a ", "? ", "- ", ": ", "::", "=> ", "->", "0x", "1e", "1_", "a.",
)  # fmt: skip
"""What begins something long in one language or another."""


@dataclass(frozen=True, slots=True)
class Input:
    """Two texts to compare, under a path that chooses the lexer; an old text of None: a new file."""

    what: str
    path: str
    old: bytes | None
    new: bytes


def make(draw: Random) -> Input:
    """An input: a third are real files with damage."""
    if draw.random() < 0.34:
        pair = draw.choice(versions()) if versions() and draw.random() < 0.3 else edited(draw.choice(sources()), draw)
        old, new, what = _cut(pair.old), _cut(pair.new), "real"
        path = pair.path if draw.random() < 0.7 else f"t.{draw.choice(endings())}"
    else:
        kind = draw.choice(TEXTS)
        what, path = kind.__name__.strip("_"), f"t.{draw.choice(endings())}"
        old = _cut(kind(draw))
        new = old if draw.random() < 0.9 else _cut(draw.choice(TEXTS)(draw))
    for _ in range(draw.randint(0, 4)):
        new = mutated(new, draw)
    if draw.random() < 0.3:
        old = mutated(old, draw)
    return Input(what, path, None if draw.random() < 0.03 else old, new)


def descendant(parent: Input, draw: Random) -> Input:
    """A slow input made a little different, to find a slower one."""
    old, new = parent.old, parent.new
    if old is not None and draw.random() < 0.6:
        old = mutated(old, draw)
    path = parent.path if draw.random() < 0.8 else f"t.{draw.choice(endings())}"
    return Input(f"{parent.what.removesuffix('+')}+", path, old, mutated(new, draw) if draw.random() < 0.8 else new)


def mutated(data: bytes, draw: Random) -> bytes:
    """One damage or edit."""
    return _cut(draw.choice(MUTATIONS)(data, draw))


def _cut(data: bytes) -> bytes:
    """As much of a text as may be."""
    return b"\n".join(data[:LARGEST].split(b"\n", LONGEST)[:LONGEST])


@cache
def endings() -> list[str]:
    """Of the files of every language that can be coloured."""
    from pygments.lexers import get_all_lexers

    found = {pattern for _, _, patterns, _ in get_all_lexers(plugins=False) for pattern in patterns}
    return sorted(each[2:] for each in found if each.startswith("*.") and each[2:].isalnum())


# Texts


def _size(draw: Random) -> int:
    """Mostly small, sometimes as large as may be."""
    return int(10 ** draw.uniform(0.5, 5.4 if draw.random() < 0.1 else 4))


def _repeat(pieces: Sequence[bytes], draw: Random) -> bytes:
    """Pieces, drawn again and again up to a size."""
    size = _size(draw)
    few = draw.sample(pieces, min(len(pieces), draw.randint(1, 6)))
    length = sum(map(len, few)) / len(few)
    return b"".join(draw.choices(few, k=1 + int(size / max(1, length))))


def _ended(pieces: Sequence[bytes], draw: Random) -> bytes:
    """The same, with ends of lines among them."""
    return _repeat([*pieces, *draw.sample(ENDS, 3)], draw)


def _long_line(draw: Random) -> bytes:
    words = [b"word", b"other_word", b" ", b", ", b"(", b")", b";", b"1", b"\t", "é".encode(), "漢".encode()]
    return b"begin\n" + _repeat(words, draw) + b"\nend\n"


def _repeated_lines(draw: Random) -> bytes:
    return _repeat([b"    return None\n", b"\n", b"}\n", b"    }\n", b"  \n", b"\t\n", b"a\r\n", b"x = 1\n"], draw)


def _mixed_ends(draw: Random) -> bytes:
    return _repeat([*ENDS, b"a", b"b", b" "], draw)


def _random_bytes(draw: Random) -> bytes:
    return draw.randbytes(min(_size(draw), 50_000))


def _not_utf8(draw: Random) -> bytes:
    return _ended([*NOT_UTF8, b"abc", "é".encode()], draw)


def _escapes(draw: Random) -> bytes:
    return _ended([*SEQUENCES, b"text"], draw)


def _characters(draw: Random) -> bytes:
    return _ended([each.encode() for each in (*CHARACTERS, "abc ")], draw)


def _any_characters(draw: Random) -> bytes:
    """From anywhere in Unicode, most of them assigned."""
    start = draw.choice((0, 0x80, 0x300, 0x590, 0x900, 0x1100, 0x2000, 0x3000, 0xA000, 0xF900, 0x1F000, 0xE0000))
    codes = range(start, start + 0x400)
    found = [chr(code) for code in codes if unicodedata.category(chr(code)) != "Cs"]
    return "".join(draw.choices([*found, "\n", "a"], k=min(_size(draw), 60_000))).encode()


def _combining(draw: Random) -> bytes:
    """Marks over marks on one character."""
    return (
        "a" + draw.choice(("\u0301", "\u20dd", "\u0489", "\ufe0f", "\u200d\U0001f469")) * (_size(draw) // 2)
    ).encode()


def _tokens(draw: Random) -> bytes:
    """One or two beginnings again and again, on one line or on many."""
    return _repeat([each.encode() for each in draw.sample(OPENERS, 2)] + draw.choices([b"\n", b" ", b"a"], k=1), draw)


def _pieces(draw: Random) -> bytes:
    """A few signs again and again: what makes regular expressions try every way."""
    signs = bytes(range(0x20, 0x7F))
    pieces = [bytes(draw.choices(signs, k=draw.randint(1, 4))) for _ in range(draw.randint(1, 3))]
    return _repeat(pieces, draw) + draw.choice((b"", b"\n", b"!", b"\0"))


def _nested(draw: Random) -> bytes:
    opener, closer = draw.choice(
        ((b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"<a>", b"</a>"), (b"/*", b"*/"), (b"{\n", b"}\n"))
    )
    deep = _size(draw) // (len(opener) + len(closer)) + 1
    return opener * deep + draw.choice((b"", b"x", b"\n")) + closer * draw.choice((0, deep // 2, deep))


def _secrets(draw: Random) -> bytes:
    """Beginnings of secrets, whole ones, and what looks like one for very long."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-."
    body = "".join(draw.choices(letters, k=draw.choice((4, 16, 36, 40, 200, 5_000))))
    return _ended([*(each.encode() for each in SECRETS), body.encode(), b" ", b"=", body[:20].encode()], draw)


def _blanks(draw: Random) -> bytes:
    return _repeat([b" ", b"\t", b"\n", b"   \n", b"a \t\n", b"\r", "\u00a0".encode(), "\u3000\n".encode()], draw)


def _nothing(draw: Random) -> bytes:
    return draw.choice(
        (b"", b"\n", b"\0", b"\r", b"\xef\xbb\xbf", b"a", b"\n\n", b"\r\n", b"\\ No newline at end of file\n")
    )


def _like_a_diff(draw: Random) -> bytes:
    """What git's own output looks like."""
    return _ended(
        [b"@@ -1 +1 @@\n", b"diff --git old/0 new/0\n", b"--- a\n", b"+++ b\n", b"\\ No newline\n", b"+a\n"], draw
    )


def _all_rewritten() -> Input:
    """Every line is another one that is like it, in many words."""
    old = b"".join(b"%s%d\n" % (b"abc def %d " % (number * 7) * 32, number) for number in range(3_000))
    return Input("all rewritten", "t.py", old, old.replace(b"def", b"dex"))


def _all_hidden() -> Input:
    return Input("all hidden", "t.py", b"a\n", "\u202e".encode() * 300_000 + b"\n")


def _heap() -> Input:
    """One letter under marks."""
    return Input("heap", "t.py", b"a\n", b"a" + "\u0301".encode() * 200_000 + b"\n")


LARGE: tuple[Callable[[], Input], ...] = (_all_rewritten, _all_hidden, _heap)
"""Inputs beyond `LARGEST` that once were slow: the loop begins with them."""


Text = Callable[[Random], bytes]
TEXTS: tuple[Text, ...] = (
    _long_line, _repeated_lines, _mixed_ends, _random_bytes, _not_utf8, _escapes, _characters, _any_characters,
    _combining, _tokens, _tokens, _pieces, _pieces, _nested, _secrets, _secrets, _blanks, _nothing, _like_a_diff,
)  # fmt: skip


# Mutations


def _range(data: bytes, draw: Random) -> tuple[int, int]:
    start = draw.randint(0, len(data))
    return start, min(len(data), start + int(10 ** draw.uniform(0, 3.5)))


def _flip(data: bytes, draw: Random) -> bytes:
    made = bytearray(data)
    for _ in range(draw.randint(1, 10)):
        if made:
            made[draw.randrange(len(made))] = draw.randrange(256)
    return bytes(made)


def _delete(data: bytes, draw: Random) -> bytes:
    start, end = _range(data, draw)
    return data[:start] + data[end:]


def _double(data: bytes, draw: Random) -> bytes:
    """A part again, or very often."""
    start, end = _range(data, draw)
    return data[:end] + data[start:end] * draw.choice((1, 2, 10, 1_000)) + data[end:]


def _exchange(data: bytes, draw: Random) -> bytes:
    start, end = _range(data, draw)
    other, last = _range(data[end:], draw)
    other, last = end + other, end + last
    return data[:start] + data[other:last] + data[end:other] + data[start:end] + data[last:]


def _insert(data: bytes, draw: Random) -> bytes:
    pieces = (*ENDS, *NOT_UTF8, *SEQUENCES, *(each.encode() for each in (*CHARACTERS, *SECRETS, *OPENERS)))
    at = draw.randint(0, len(data))
    return data[:at] + draw.choice(pieces) * draw.choice((1, 1, 3, 500)) + data[at:]


def _other_text(data: bytes, draw: Random) -> bytes:
    at = draw.randint(0, len(data))
    return data[:at] + draw.choice(TEXTS)(draw) + data[at:]


def _other_ends(data: bytes, draw: Random) -> bytes:
    """Every line, or some of them, ends otherwise."""
    end = draw.choice((*ENDS, b"", b" "))
    if draw.random() < 0.5:
        return data.replace(b"\n", end)
    return b"".join(line + (end if draw.random() < 0.3 else b"\n") for line in data.split(b"\n"))


def _in_most_lines(data: bytes, draw: Random) -> bytes:
    """Most lines become other ones that are like them."""
    made = []
    for line in data.split(b"\n"):
        for _ in range(draw.randint(0, 3)):
            at = draw.randint(0, len(line))
            line = line[:at] + draw.choice((b"", b"x", b" new ", b"(1)", b"\xcc\x81")) + line[at + draw.randint(0, 3) :]
        made.append(line)
    return b"\n".join(made)


def _other_blanks(data: bytes, draw: Random) -> bytes:
    return data.replace(
        *draw.choice(((b" ", b"  "), (b"  ", b" "), (b"    ", b"\t"), (b"\n", b" \n"), (b"\n", b"\n\n")))
    )


def _edit(data: bytes, draw: Random) -> bytes:
    """As a person would."""
    return b"\n".join(draw.choice(EDITS)(data.split(b"\n"), draw))


Mutation = Callable[[bytes, Random], bytes]
MUTATIONS: tuple[Mutation, ...] = (
    _flip, _delete, _double, _exchange, _insert, _insert, _other_text, _other_ends, _other_blanks, _in_most_lines,
    _edit, _edit, _edit,
)  # fmt: skip
