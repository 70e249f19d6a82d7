"""A letter that is not the one it looks like is found in code, and prose of any language is left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.confusables import looking_like_ascii


def found(line: str) -> str:
    """The characters of a line that are found, in order."""
    return "".join(line[place] for place in sorted(looking_like_ascii(line)))


@pytest.mark.parametrize(
    ("line", "characters"),
    [
        ("p\u0430ssword = 1", "\u0430"),
        ("if \u0430\u0441\u0441\u0435\u0441s: pass", "\u0430\u0441\u0441\u0435\u0441"),
        ("is_\u0430dmin()", "\u0430"),
        ("\u0441\u043e\u0440\u0443(x)", "\u0441\u043e\u0440\u0443"),
        ("def \u0441\u043e\u0440\u0443(x):  # комментарий", "\u0441\u043e\u0440\u0443"),
        ("return \u0441\u043e\u0440\u0443 + да", "\u0441\u043e\u0440\u0443"),
        ("\u0391\u03a1\u0399_KEY", "\u0391\u03a1\u0399"),
        ("to\u043aen, to\u03baen", "\u043a\u03ba"),
        ("\u03b1dmin", "\u03b1"),
        ("us\u0435r1, us\u0435r2", "\u0435\u0435"),
        ("\u13e2\u13aa\u13da\u13da", "\u13e2\u13aa\u13da\u13da"),
        ("\u0585penssl", "\u0585"),
        ("h\u0251sh, \u0261it", "\u0251\u0261"),
        ("\uff45xit(\U0001d41a\U0001d41dmin)", "\uff45\U0001d41a\U0001d41d"),
        ("\ufb01le, \u017fum, \u212aelvin, \u2169", "\ufb01\u017f\u212a\u2169"),
        ("x \uff1d 1\uff1b", "\uff1d\uff1b"),
        ("if a \ua78a\ua78a b", ""),
        ("a = 1\u037e b", "\u037e"),
        ("a\u2044b \u2215 c \u29f8 d", "\u2044\u2215\u29f8"),
        ("environment\u01c3=ENV_PROD", "\u01c3"),
        ("a\u2010b", "\u2010"),
        ("a\u2223b \u01c0\u01c0 c", "\u2223\u01c0\u01c0"),
        ("dict\ua789 x", "\ua789"),
        ("\U0001d7d9\U0001d7d8", "\U0001d7d9\U0001d7d8"),
    ],
)
def test_look_alikes_in_code_are_found(line: str, characters: str) -> None:
    assert found(line) == characters


@pytest.mark.parametrize(
    "line",
    [
        "Русский: а в сахаре - соль, и у нас есть REST, а GraphQL нет; все рос, сор и хор.",
        "# нет, это не ошибка: о чём речь?",
        "Українська: є і ще у Івана об'єкт, а це - Київ",
        "Ελληνικά: ο άνθρωπος και η γάτα, το νερό",
        "Հայերեն լեզու, և հո",
        "עברית: שלום עולם",
        "العربية: السلام عليكم",
        "日本語の第１０回ＡＰＩ設計、（注１）「はい」！？",
        "中文：你好，世界！结果＝正确；",
        "한국어: 안녕하세요",
        "हिन्दी भाषा",
        "ภาษาไทย น้ำ",
        "Français : l’été, « déjà vu » — œuvre…",
        "Deutsch: Straße, größer, „Zitat“",
        "Türkçe: kısa, ığdır, İstanbul",
        "Tiếng Việt: được",
        "Español: ¿qué?, 1.º, 2.ª",
        "μs, Ω, Δt, σ² ≤ 3·10⁻⁵, α = 0.05, λx.x, π/2, −5 °C, 3×4",
        "½ kg, № 5, ™, ①, →, │, x², H₂O, 10 ℃, …, ‼",
    ],
)
def test_prose_is_left_alone(line: str) -> None:
    assert found(line) == ""


@given(st.text())
def test_only_what_is_not_ascii_is_found(line: str) -> None:
    places = looking_like_ascii(line)
    assert all(not line[place].isascii() for place in places)
    if line.isascii():
        assert not places


@given(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1), st.sampled_from(["WIDE", "MATH"]))
def test_a_name_that_python_reads_as_ascii_is_found_whole(name: str, how: str) -> None:
    if how == "WIDE":
        other = "".join(chr(ord(each) - 0x21 + 0xFF01) for each in name)
    else:
        other = "".join(chr((0x1D400 if each.isupper() else 0x1D41A) + (ord(each) | 32) - 97) for each in name)
    assert unicodedata.normalize("NFKC", other) == name
    assert found(f"{other} = 1") == other


def test_a_line_of_only_look_alikes_costs_no_more_than_its_length() -> None:
    assert len(looking_like_ascii("\u0430 " * 100_000)) == 100_000
    assert len(looking_like_ascii("\u0430a" * 100_000)) == 100_000
