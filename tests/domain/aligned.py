"""Hunks without git, for what must hold whatever the alignment: those of difflib."""

from difflib import SequenceMatcher

from qatui.domain.diff import Hunk
from qatui.domain.lines import Lines, split


def hunks_of(old: Lines, new: Lines) -> tuple[Hunk, ...]:
    """What leads from `old` to `new`; a last line with an end is another than one without."""
    codes = SequenceMatcher(None, _whole(old), _whole(new), autojunk=False).get_opcodes()
    return tuple(Hunk(i, j - i, k, m - k) for tag, i, j, k, m in codes if tag != "equal")


def _whole(text: Lines) -> list[str]:
    ends = ["\n"] * len(text)
    if ends and not text.ended:
        ends[-1] = ""
    return [line + end for line, end in zip(text.lines, ends, strict=True)]


def text(*lines: str) -> Lines:
    """Lines that all have an end."""
    return split("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
