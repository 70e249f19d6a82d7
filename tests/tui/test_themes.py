"""Contrast is computed, not believed; signs are one cell wide."""

from typing import get_args

import pytest
from rich.cells import cell_len

from qatui.render import glyphs
from qatui.render.palette import INKS, PAPERS, SPANS, TOKENS, ink
from qatui.settings.types import Theme
from qatui.tui.themes import themes


def luminance(colour: str) -> float:
    """Relative luminance: https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_a_person_can_choose_each_palette_and_no_other() -> None:
    assert set(get_args(Theme)) == set(TOKENS)


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", TOKENS)
def test_every_ink_is_legible_on_every_paper(theme: str) -> None:
    tokens = TOKENS[theme]
    least = 7.0 if theme == "contrast" else 4.5
    low = {
        (name, paper): round(contrast(tokens[name], tokens[paper]), 2)
        for name in INKS
        for paper in PAPERS
        if contrast(tokens[name], tokens[paper]) < least
    }
    low |= {
        ("foreground", paper): round(contrast(tokens["foreground"], tokens[paper]), 2)
        for paper in SPANS
        if contrast(tokens["foreground"], tokens[paper]) < least
    }
    assert not low


def test_themes_have_the_same_tokens() -> None:
    assert len({frozenset(tokens) for tokens in TOKENS.values()}) == 1
    assert {theme.name for theme in themes()} == set(TOKENS)


def test_ink_is_colour_on_paper() -> None:
    style = ink("dark", "risk-high", "panel", "bold")
    assert style.bold
    assert style.color is not None
    assert style.color.name == TOKENS["dark"]["risk-high"]


@pytest.mark.parametrize("chosen", [glyphs.UNICODE, glyphs.ASCII], ids=["unicode", "ascii"])
def test_signs_are_one_cell_wide(chosen: glyphs.Glyphs) -> None:
    assert all(cell_len(sign) == 1 for sign in chosen)


def test_ascii_is_ascii() -> None:
    assert all(sign.isascii() for sign in glyphs.ASCII)


@pytest.mark.parametrize(
    ("setting", "environ", "wanted"),
    [
        ("auto", {"TERM": "xterm-256color", "LANG": "de_DE.UTF-8"}, glyphs.UNICODE),
        ("auto", {"TERM": "linux", "LANG": "de_DE.UTF-8"}, glyphs.ASCII),
        ("auto", {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, glyphs.ASCII),
        ("auto", {}, glyphs.UNICODE),
        ("unicode", {"TERM": "linux"}, glyphs.UNICODE),
        ("ascii", {}, glyphs.ASCII),
    ],
)
def test_which_signs(setting: str, environ: dict[str, str], wanted: glyphs.Glyphs) -> None:
    assert glyphs.choose(setting, environ) is wanted  # type: ignore[arg-type]
