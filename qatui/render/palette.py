"""The colours: every one is a token with a job, and each job has a word or a glyph beside it.

Contrast is at least 4.5:1 for every token on the background, on a panel and on the selection, 7:1 in `contrast`
(WCAG 2.1 AA and AAA, https://www.w3.org/TR/WCAG21/#contrast-minimum); a test computes it.
"""

from functools import cache

from rich.style import Style

INKS = (
    "foreground",
    "dim",
    "risk-high",
    "risk-look",
    "risk-good",
    "added",
    "removed",
    "changed",
    "moved",
    "finding",
    "link",
    "accent",
    "syntax-keyword",
    "syntax-string",
    "syntax-number",
    "syntax-definition",
    "syntax-builtin",
)
"""Tokens that text is drawn in."""
PAPERS = ("background", "panel", "selection", "added-line", "removed-line", "moved-line")
"""Tokens that text is drawn on."""
SPANS = ("added-span", "removed-span")
"""Papers of the changed part of a line, for `foreground` text only."""

TOKENS: dict[str, dict[str, str]] = {
    "dark": {
        "foreground": "#dce1e8",
        "dim": "#9aa5b4",
        "risk-high": "#ff8f87",
        "risk-look": "#e6b455",
        "risk-good": "#62d58a",
        "added": "#62d58a",
        "removed": "#ff8f87",
        "changed": "#86b8ff",
        "moved": "#5fd0d6",
        "finding": "#d8abff",
        "link": "#86b8ff",
        "accent": "#5fd0d6",
        "syntax-keyword": "#c9a3f5",
        "syntax-string": "#d9c27c",
        "syntax-number": "#ef9f76",
        "syntax-definition": "#82b7ff",
        "syntax-builtin": "#6fd0d0",
        "background": "#12161c",
        "panel": "#1c222b",
        "selection": "#26364b",
        "added-line": "#14281d",
        "removed-line": "#311a1c",
        "moved-line": "#1a2537",
        "added-span": "#1d5534",
        "removed-span": "#6f2a2e",
    },
    "light": {
        "foreground": "#1b2027",
        "dim": "#4f5965",
        "risk-high": "#a51d17",
        "risk-look": "#704900",
        "risk-good": "#0b5a24",
        "added": "#0b5a24",
        "removed": "#a51d17",
        "changed": "#0a489f",
        "moved": "#00545c",
        "finding": "#5e2ba8",
        "link": "#0a489f",
        "accent": "#00545c",
        "syntax-keyword": "#6a23a8",
        "syntax-string": "#6b4a00",
        "syntax-number": "#9a3412",
        "syntax-definition": "#0a489f",
        "syntax-builtin": "#00545c",
        "background": "#ffffff",
        "panel": "#f0f2f5",
        "selection": "#d3e4fb",
        "added-line": "#e3f6e8",
        "removed-line": "#fdeae8",
        "moved-line": "#e6effc",
        "added-span": "#a9e6ba",
        "removed-span": "#ffc2bd",
    },
    "contrast": {
        "foreground": "#ffffff",
        "dim": "#d4d4d4",
        "risk-high": "#ffb9b4",
        "risk-look": "#ffd75e",
        "risk-good": "#7dffa6",
        "added": "#7dffa6",
        "removed": "#ffb9b4",
        "changed": "#a9d1ff",
        "moved": "#6ff3ff",
        "finding": "#e6c8ff",
        "link": "#a9d1ff",
        "accent": "#6ff3ff",
        "syntax-keyword": "#e6c8ff",
        "syntax-string": "#ffe08a",
        "syntax-number": "#ffc29e",
        "syntax-definition": "#a9d1ff",
        "syntax-builtin": "#8ff5ff",
        "background": "#000000",
        "panel": "#101010",
        "selection": "#00337f",
        "added-line": "#00250c",
        "removed-line": "#330005",
        "moved-line": "#001d40",
        "added-span": "#00561f",
        "removed-span": "#7a0012",
    },
}
"""Theme -> token -> colour."""

EIGHT_BIT: dict[str, dict[str, int]] = {
    "dark": {
        "background": 233,
        "panel": 235,
        "added-line": 234,
        "removed-line": 234,
        "moved-line": 17,
        "added-span": 22,
        "removed-span": 52,
    },
    "light": {"panel": 255, "syntax-number": 88},
    "contrast": {
        "panel": 233,
        "added-line": 233,
        "removed-line": 233,
        "moved-line": 17,
        "added-span": 22,
        "removed-span": 88,
    },
}
"""Theme -> token -> which of xterm's 256 colours, where the nearest one is too strong, too weak, or another's too."""


@cache
def ink(theme: str, token: str, paper: str = "background", flags: str = "") -> Style:
    """The style of text in `token` on `paper`; `flags` as Rich writes them: `bold`, `reverse` ..."""
    tokens = TOKENS[theme]
    style = Style.parse(f"{flags} {tokens[token]} on {tokens[paper]}").copy()  # Rich has one for all that look the same
    _JOBS[id(style)] = style, (token, paper)
    return style


def job_of(style: Style) -> tuple[str, str]:
    """The token and the paper's token that `ink` made a style of: several tokens may have the same colour."""
    return _JOBS[id(style)][1]


_JOBS: dict[int, tuple[Style, tuple[str, str]]] = {}
"""By the identity of styles, which are kept so that none takes another's."""
