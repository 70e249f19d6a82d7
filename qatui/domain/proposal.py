"""What comes in before it is a candidate: a proposed file, or the reason why it was not taken.

Paths are hostile: `check_path` lets through only what every git on every file system takes for a plain file
in a test folder. The disguises of `.git` are those git itself knows
(https://github.com/git/git/blob/master/path.c `is_ntfs_dotgit`, utf8.c `is_hfs_dotgit`).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from qatui.domain.marks import HIDDEN, mark_of

MAX_BYTES = 2 * 1024 * 1024
"""Larger contents are refused: nobody reviews them line by line."""
MAX_PATH_BYTES = 4096
MAX_PART_BYTES = 255
"""What file systems take (limits.h PATH_MAX, NAME_MAX)."""
MAX_PARTS = 64
"""Deeper paths are nobody's test; every folder of a path is looked up on base."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed test file, with what its source said of it; None where it said nothing."""

    path: str
    """Target path in the repository, not checked yet."""
    content: bytes
    place: str
    """Where it came from, for messages: a file, or a line of a manifest."""
    title: str | None = None
    generator: dict[str, str] | None = None
    """Any of `name`, `model`, `run`."""
    endpoint: dict[str, str] | None = None
    """`method` and `path`."""
    plan_item: str | None = None
    """Marker id, `#issue` or exact text."""
    completes: bool = False
    """Whether merging it completes the plan item."""
    priority: int | None = None
    labels: tuple[str, ...] = ()
    replaces: str | None = None
    """Id or path of the candidate it takes the place of."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken: where it stands, and why, as a sentence's end."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """A candidate that is superseded because a manifest said so."""

    id: int
    path: str
    by: str
    """Path of the candidate that takes its place."""
    approved_by: str | None
    """Whose approval it takes away."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of proposals: candidate ids, and what was refused as (place, reason)."""

    new: tuple[int, ...] = ()
    revised: tuple[int, ...] = ()
    unchanged: tuple[int, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    same_as_base: int = 0
    """Files that are on base as they were proposed: nothing to review, and no candidate of them."""
    superseded: tuple[Replaced, ...] = ()
    """Candidates that are gone by it."""

    @property
    def taken(self) -> tuple[int, ...]:
        """Ids of the candidates that changed or came to be."""
        return self.new + self.revised

    @property
    def seen(self) -> int:
        """How many proposals there were."""
        return len(self.taken) + len(self.unchanged) + len(self.refused) + self.same_as_base

    def __add__(self, other: "Intake") -> "Intake":
        return Intake(
            self.new + other.new,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
            self.same_as_base + other.same_as_base,
            self.superseded + other.superseded,
        )


def check_content(content: bytes) -> str | None:
    """Why bytes cannot be a candidate's content, None where they can. Not UTF-8 is no reason."""
    if len(content) > MAX_BYTES:
        return too_large(len(content))
    if b"\0" in content:
        return "it is binary (it holds a NUL byte)"
    return None


def too_large(size: int) -> str:
    """The words for a content of `size` bytes."""
    return f"it is larger than 2 MB ({size:,} bytes)"


def folders_of(path: str) -> list[str]:
    """The folders that `path` lies in, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def folded(path: str) -> str:
    """A path as file systems compare names that know no case and one form of each letter (macOS, Windows).

    The canonical caseless match of Unicode, section 3.13 (https://www.unicode.org/versions/latest/core-spec/chapter-3/).
    """
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def taken_for(name: str, other: str, where: str) -> str:
    """Why a file or folder `name` cannot be beside `other`, which is `where`."""
    return f"macOS and Windows cannot tell {name} from {other}, which is {where}"


def check_path(path: str, test_roots: Sequence[str]) -> str | None:
    """Why `path` cannot be a candidate's target, None where it can."""
    return _malformed(path) or _forbidden(path) or _unportable(path) or _outside(path, tuple(test_roots))


def _malformed(path: str) -> str | None:
    """What is wrong with the path as such, on any file system."""
    if not path:
        return "the path is empty"
    if hidden := HIDDEN.search(path):
        if 0xD800 <= ord(hidden[0]) <= 0xDFFF:
            return "the path is not UTF-8"
        return f"the path holds the hidden character {mark_of(hidden[0])}"
    if "\\" in path:
        return "the path holds a backslash; folders are parted by /"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "the path is absolute; it must start at the top of the repository"
    parts = path.split("/")
    if ".." in parts:
        return "the path holds `..`"
    if "." in parts or "" in parts:
        return "the path holds `.` or an empty part"
    if len(path.encode()) > MAX_PATH_BYTES:
        return f"the path is longer than {MAX_PATH_BYTES} bytes"
    if any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        return f"a part of the path is longer than {MAX_PART_BYTES} bytes"
    if len(parts) > MAX_PARTS:
        return f"the path is deeper than {MAX_PARTS} folders"
    return None


def _forbidden(path: str) -> str | None:
    """Whether a part is git's own folder or settings, or GitHub's, under any name a file system takes for it."""
    for part in path.split("/"):
        plain = part.partition(":")[0].rstrip(" .").casefold()
        if plain in (".git", "git~1"):
            return "the path goes into .git"
        if plain in (".github", "github~1"):
            return "the path goes into .github"
        if plain.startswith(".git") or _GIT_SHORT.match(plain):
            return f"{part} is a name for git alone"
    return None


_GIT_SHORT = re.compile(r"(gitatt|gitign|gitmod)~[1-4]$|(gi7d29|gi250a|gi7eba)~[1-9]$")
"""Short names that NTFS makes of .gitattributes, .gitignore and .gitmodules (path.c `is_ntfs_dotgitmodules` ...)."""


def _unportable(path: str) -> str | None:
    """Whether Windows has no such file: a clone there could not check the branch out.

    https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
    """
    for part in path.split("/"):
        if sign := _NO_SIGN.search(part):
            return f"the path holds {sign[0]}, which Windows takes in no name"
        if part.endswith((" ", ".")):
            return f"a name that ends in a {'blank' if part.endswith(' ') else 'dot'} loses it on Windows"
        if _DEVICE.fullmatch(part):
            return f"{part} is the name of a device on Windows"
    return None


_NO_SIGN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE | re.DOTALL)


def _outside(path: str, test_roots: tuple[str, ...]) -> str | None:
    """Whether the path lies in none of the team's test folders."""
    parts = path.split("/")
    if any(_matches(root, parts) for root in _compiled(test_roots)):
        return None
    shown = ", ".join(test_roots[:4]) + (" …" if len(test_roots) > 4 else "")
    return f"the path lies outside the test folders ({shown}); see test_roots in qatui.yaml"


_Segment = str | re.Pattern[str] | None
"""A literal name, a pattern for one name, or None for `**`."""


@lru_cache(maxsize=16)
def _compiled(test_roots: tuple[str, ...]) -> tuple[tuple[_Segment, ...], ...]:
    return tuple(_segments(root) for root in test_roots)


def _segments(root: str) -> tuple[_Segment, ...]:
    """A root as what each part must be; without a wildcard it is a folder (or a file) as it stands."""
    names = [name for name in root.split("/") if name not in ("", ".")]
    made: list[_Segment] = []
    for name in names:
        if name == "**":
            made.append(None)
        elif any(sign in name for sign in "*?["):
            made.append(re.compile(translate(name)))
        else:
            made.append(name)
    if all(isinstance(each, str) for each in made):
        return (*made, None)
    if made[-1] is None:  # `tests/**` is what lies in tests, not tests itself
        made.append(re.compile(""))
    return tuple(made)


def _matches(segments: tuple[_Segment, ...], parts: Sequence[str]) -> bool:
    """Whether the parts are what the segments say: every way at once, so that no pattern takes long."""
    at = _past_any({0}, segments)
    for part in parts:
        after = set()
        for position in at:
            if position == len(segments):
                continue
            segment = segments[position]
            if segment is None:
                after.add(position)
            elif segment == part if isinstance(segment, str) else segment.match(part):
                after.add(position + 1)
        at = _past_any(after, segments)
    return len(segments) in at


def _past_any(positions: set[int], segments: tuple[_Segment, ...]) -> set[int]:
    """The positions, and those behind a `**` that stands for nothing."""
    found = set(positions)
    for position in sorted(positions):
        while position < len(segments) and segments[position] is None:
            position += 1
            found.add(position)
    return found
