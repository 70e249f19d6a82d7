"""The signs beside colours: every one a single cell wide, with an ASCII set for poor terminals."""

from collections.abc import Mapping
from typing import Literal, NamedTuple


class Glyphs(NamedTuple):
    """One set of signs."""

    high: str = "▲"
    look: str = "◆"
    good: str = "●"
    unknown: str = "–"
    cursor: str = "▌"
    mark: str = "✓"
    plus: str = "+"
    minus: str = "−"
    left: str = "«"
    """A line that went elsewhere."""
    came: str = "»"
    """A line that came from elsewhere."""
    wrapped: str = "↳"
    cut: str = "…"
    rule: str = "─"
    bar: str = "│"
    dot: str = "·"
    saved: str = "●"
    busy: str = "○"
    ticked: str = "☑"
    open: str = "☐"
    into: str = "▸"
    warning: str = "▲"


UNICODE = Glyphs()
ASCII = Glyphs(
    high="^",
    look="*",
    good="o",
    unknown="-",
    cursor=">",
    mark="x",
    minus="-",
    left="<",
    came=">",
    wrapped="\\",
    cut="~",
    rule="-",
    bar="|",
    dot=".",
    saved="o",
    busy=".",
    ticked="x",
    open="_",
    into=">",
    warning="!",
)


def choose(setting: Literal["auto", "unicode", "ascii"], environ: Mapping[str, str]) -> Glyphs:
    """The set to draw with: `auto` is ASCII on the Linux console and where the locale is not UTF-8."""
    if setting != "auto":
        return ASCII if setting == "ascii" else UNICODE
    if environ.get("TERM") == "linux":
        return ASCII
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "UTF-8"
    return UNICODE if "utf" in locale.lower() else ASCII
