"""Pairs of texts to compare: real files in two versions, real files edited as people edit, long ones, hostile ones.

All are made from the sources of Python and of installed packages, and from a seed: the same where the same is
installed. What pip brings along in another version than is installed beside it makes the first of the real pairs.
"""

import importlib.util
import keyword
import re
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

PACKAGES = ("pygments", "textual", "rich", "sqlalchemy", "click", "httpx", "starlette", "pytest", "hypothesis")
"""Whose sources are edited, as far as they are installed; Python's own come first."""
EDITED = b"was_edited"
_NAME = re.compile(rb"[A-Za-z_]\w{3,}")
_LEAST, _MOST = 60, 3_000
"""Lines of a file that is edited."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, and what they are."""

    name: str
    """A file and what was done to it, such as `json/decoder.py: renamed, moved`."""
    old: bytes
    new: bytes

    @property
    def path(self) -> str:
        """The file's name."""
        return self.name.partition(":")[0]


def real_pairs(count: int = 200, seed: int = 1) -> list[Pair]:
    """Different texts in pairs: a third at most are two versions of a file, the rest edited files."""
    draw = Random(seed)
    found = draw.sample(versions(), min(len(versions()), count // 3))
    files = [each for each in sources() if _LEAST <= _text(each).count(b"\n") <= _MOST]
    while len(found) < count:
        pair = edited(draw.choice(files), draw)
        if pair.old != pair.new:
            found.append(pair)
    return found


def long_pair(lines: int, hunks: int, seed: int = 1) -> Pair:
    """`lines` real lines, one after the other from many files, changed in so many places that lie evenly.

    Changed lines have `EDITED` in them, the first change is of lines that were there.
    """
    draw = Random(seed)
    old: list[bytes] = []
    for each in draw.sample(sources(), len(sources())):
        if _text(each).isascii():  # some that are measured beside qatui refuse anything that is not UTF-8
            old += _text(each).split(b"\n")
        if len(old) >= lines:
            break
    while len(old) < lines:
        old += old[: lines - len(old)]
    del old[lines:]
    new: list[bytes] = []
    every = max(1, lines // hunks)
    for start in range(0, lines, every):
        part = old[start : start + every]
        new += _one_hunk(part, draw, draw.randrange(4) if start else 2)
    return Pair(f"long_{lines}.py: {hunks} hunks", b"\n".join([*old, b""]), b"\n".join([*new, b""]))


def _one_hunk(part: list[bytes], draw: Random, how: int) -> list[bytes]:
    """The lines with one to three of the middle ones left out (0), with as many before them (1), or changed."""
    at, count = len(part) // 2, draw.randint(1, 3)
    middle, marked = part[at : at + count], b"%s = %d" % (EDITED, draw.randrange(10**6))
    if how == 0:
        middle = []
    elif how == 1:
        middle = [b"    " + marked] * count + middle
    else:
        middle = [line[: len(line) // 2] + marked + line[len(line) // 2 + 5 :] for line in middle]
    return [*part[:at], *middle, *part[at + count :]]


def hostile_pairs() -> list[Pair]:
    """A line of 1 MB, 30,000 lines that are much the same, 50,000 lines rewritten."""
    draw = Random(1)
    words = [b"%s = %d;" % (name, draw.randrange(1_000)) for name in draw.choices(_names(), k=70_000)]
    long = b"".join(words)[:1_000_000]
    middle = len(long) // 2
    repeated = [draw.choice((b"    return None", b"", b"    }", b"    pass")) for _ in range(30_000)]
    again = [line for line in repeated if draw.random() > 0.1]
    again = [b"    return 0" if draw.random() < 0.05 else line for line in again]
    rewritten = [b"value_%d = call_%d(%d)" % (number, number % 97, number) for number in range(50_000)]
    other = [b"result_%d = other_%d[%d]" % (number, number % 89, 3 * number) for number in range(50_000)]
    return [
        Pair("long_line.js: 1 MB", long + b"\n", long[:middle] + b"changed = 1;" + long[middle + 40 :] + b"\n"),
        Pair("repeated.py: 30,000 lines", b"\n".join(repeated) + b"\n", b"\n".join(again) + b"\n"),
        Pair("rewritten.py: 50,000 lines", b"\n".join(rewritten) + b"\n", b"\n".join(other) + b"\n"),
    ]


@cache
def sources() -> list[Path]:
    """Python files of Python and of the packages, in an order that does not depend on the machine's folders."""
    standard = Path(sysconfig.get_paths()["stdlib"])
    left_out = {"site-packages", "test", "tests", "idlelib", "lib2to3"}
    found = [each for each in _files(standard) if not left_out & set(each.relative_to(standard).parts)]
    for name in PACKAGES:
        if (folder := _folder(name)) is not None:
            found += _files(folder)
    return found


@cache
def versions() -> list[Pair]:
    """Files that pip brings along and that are installed in another version as well."""
    pip = _folder("pip")
    if pip is None:
        return []
    vendored = pip / "_vendor"
    found = []
    for each in _files(vendored):
        installed = pip.parent / each.relative_to(vendored)
        if installed.is_file() and (old := _text(each)) != (new := _text(installed)):
            found.append(Pair(f"{each.relative_to(vendored)}: versions", old, new))
    return found


def edited(file: Path, draw: Random) -> Pair:
    """A file as it is, and after one to six edits."""
    old = _text(file)
    lines, done = old.split(b"\n"), []
    for _ in range(draw.randint(1, 6)):
        edit = draw.choice(EDITS)
        lines = edit(lines, draw)
        done.append(edit.__name__.strip("_"))
    return Pair(f"{file.parent.name}/{file.name}: {', '.join(done)}", old, b"\n".join(lines))


# Edits. Each takes the lines of a text, without their ends, and gives those of the edited one.


def _changed(lines: list[bytes], draw: Random) -> list[bytes]:
    """A word of some lines becomes another one."""
    made = list(lines)
    for at in draw.sample(range(len(lines)), min(len(lines), draw.randint(1, 5))):
        if found := _NAME.findall(made[at]):
            made[at] = made[at].replace(draw.choice(found), draw.choice(_names()), 1)
    return made


def _added(lines: list[bytes], draw: Random) -> list[bytes]:
    """Lines of another file come in."""
    others = _text(draw.choice(sources()[:400])).split(b"\n")
    at, start = draw.randrange(len(lines)), draw.randrange(len(others))
    return [*lines[:at], *others[start : start + draw.randint(1, 12)], *lines[at:]]


def _removed(lines: list[bytes], draw: Random) -> list[bytes]:
    at = draw.randrange(len(lines))
    return [*lines[:at], *lines[at + draw.randint(1, 12) :]]


def _renamed(lines: list[bytes], draw: Random) -> list[bytes]:
    """A name becomes another one wherever it stands."""
    text = b"\n".join(lines)
    counts = Counter(name for name in _NAME.findall(text) if not keyword.iskeyword(name.decode()))
    several = sorted(name for name, count in counts.items() if 3 <= count <= 40)
    if not several:
        return lines
    name = draw.choice(several)
    renamed = re.sub(rb"\b%s\b" % name, draw.choice((name + b"_value", b"new_" + name, name[:3])), text)
    return renamed.split(b"\n")


def _moved(lines: list[bytes], draw: Random) -> list[bytes]:
    """A function or a class goes elsewhere."""
    parts = _parts(lines)
    if len(parts) < 3:
        return lines
    part = parts.pop(draw.randrange(1, len(parts)))
    parts.insert(draw.randrange(1, len(parts) + 1), part)
    return [line for each in parts for line in each]


def _copied(lines: list[bytes], draw: Random) -> list[bytes]:
    """A function or a class comes once more, under another name and with a small change."""
    parts = _parts(lines)
    if len(parts) < 2:
        return lines
    at = draw.randrange(1, len(parts))
    first, *rest = parts[at]
    name = _NAME.findall(first)[-1] if _NAME.search(first) else b"def"
    copy = [first.replace(name, name + b"_again"), *_changed(rest, draw)] if rest else [first]
    parts.insert(at + 1, copy)
    return [line for each in parts for line in each]


def _indented(lines: list[bytes], draw: Random) -> list[bytes]:
    """Some lines go into a condition."""
    at = draw.randrange(len(lines))
    end = at + draw.randint(3, 30)
    blanks = lines[at][: len(lines[at]) - len(lines[at].lstrip(b" "))]
    inside = [b"    " + line if line else line for line in lines[at:end]]
    return [*lines[:at], blanks + b"if enabled:", *inside, *lines[end:]]


def _wrapped(lines: list[bytes], draw: Random) -> list[bytes]:
    """A long line becomes several, as a formatter does it."""
    long = [at for at, line in enumerate(lines) if len(line) > 60 and line.count(b", ") > 1]
    if not long:
        return lines
    at = draw.choice(long)
    line = lines[at]
    blanks = line[: len(line) - len(line.lstrip(b" "))] + b"    "
    first, *rest = line.split(b", ")
    wrapped = [first + b",", *(blanks + each + b"," for each in rest[:-1]), blanks + rest[-1]]
    return [*lines[:at], *wrapped, *lines[at + 1 :]]


def _shuffled(lines: list[bytes], draw: Random) -> list[bytes]:
    """Some neighbours change places, as sorted imports do."""
    at = draw.randrange(len(lines))
    end = at + draw.randint(2, 8)
    return [*lines[:at], *sorted(lines[at:end]), *lines[end:]]


Edit = Callable[[list[bytes], Random], list[bytes]]
EDITS: tuple[Edit, ...] = (
    _changed, _added, _removed, _renamed, _moved, _copied, _indented, _wrapped, _shuffled,
)  # fmt: skip


def _parts(lines: Sequence[bytes]) -> list[list[bytes]]:
    """The text cut before each function and class that is not indented; what stands before the first comes first."""
    parts: list[list[bytes]] = [[]]
    for line in lines:
        if line.startswith((b"def ", b"class ", b"async def ")):
            parts.append([])
        parts[-1].append(line)
    return parts


@cache
def _names() -> list[bytes]:
    return sorted({*_NAME.findall(_text(sources()[0])), *_NAME.findall(_text(sources()[1]))})


@cache
def _text(file: Path) -> bytes:
    return file.read_bytes()


def _folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.rglob("*.py"), key=lambda each: each.relative_to(folder).parts))
