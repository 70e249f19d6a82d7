"""Characters that look like ASCII, or that a language takes for ASCII, but are others: a name may not be what it reads.

The letters are those of Unicode's table of confusables whose prototype is one ASCII letter, of the scripts that fonts
of terminals have (https://www.unicode.org/reports/tr39/#Confusable_Detection, version 15), and two that only just are
not. What NFKC makes ASCII counts too, whatever it looks like: Python reads identifiers so
(https://docs.python.org/3/reference/lexical_analysis.html#identifiers).

Prose is left alone: a Russian `а` between Russian words, full-width signs between Chinese ones.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

_LETTERS = (
    "ЅІЈАВЕЗКМНОРСТУХЬабгеосрухѕіјѡѴѵҮүһҽӀӏӠԁԌԛԜԝꙄꙇк"  # Cyrillic
    "ͿΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορυϒϜϱϲϳϹϺκ"  # Greek
    "ՍՏՕագզհոռսցքօ"  # Armenian
    "ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏎᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏮᏳᏴꭵꮁꮃꮓꮩꮪꮯ"  # Cherokee
    "ⲅⲎⲒⲔⲘⲚⲞⲟⲢⲣⲤⲥⲦⲨⲬⳊⳌⳐⳒ"  # Coptic
    "ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ"  # Lisu
    "ᐯᑌᑭᑯᑲᒍᒪᒿᕁᕼᕽᖇᖯᖴᗅᗞᗪᗰᗷ"  # Canadian syllabics
)
_GREEK_SYMBOLS = "αγισ"
"""Alike only in some fonts, and common alone in formulas: looked at only beside Latin letters."""
_LATIN = "ɑɡɩɪʏᴄᴏᴑᴜᴠᴡᴢᶃᶌꜱꬲꬵꬽꭇꭈꭎꭒꭚ"
_SIGNS = "ǃ∶꞉⁚⁄∕⁁⟋⧸∖⟍⧵⧹᐀⹀꓿꘎∗⁎٭ǀ∣⏽‐‑⁃˗˂❮˃❯❨❲❩❳❴❵∼⁓˜ꞌˋꞋʺˮ﹍﹎﹏ꝸ⁒˄ˆ"
"""Signs that mean something in code, where the look-alike does not; not those of ordinary typography (–, ’)."""

_CHANGED = ("<wide>", "<font>", "<compat>", "<small>", "<narrow>", "<vertical>")
"""Kinds of decomposition that keep the look, more or less; a superscript or a circled letter is seen to be one."""


class _Like(Enum):
    NOTHING = 0
    LETTER = 1
    """A letter of another script."""
    SYMBOL = 2
    ALWAYS = 3
    """Not a letter of any prose."""
    WIDE = 4
    """Full-width: at home among Chinese, Japanese and Korean."""


class _Likes(dict[str, _Like]):
    """How each character looks, found once."""

    def __missing__(self, character: str) -> _Like:
        if len(self) >= 10_000:
            self.clear()
        like = self[character] = _like(character)
        return like


def _like(character: str) -> _Like:
    if character.isascii():
        return _Like.NOTHING
    if character in _LETTERS:
        return _Like.LETTER
    if character in _GREEK_SYMBOLS:
        return _Like.SYMBOL
    if character in _SIGNS or character in _LATIN:
        return _Like.ALWAYS
    kind, _, rest = unicodedata.decomposition(character).rpartition(">")
    plain = unicodedata.normalize("NFKC", character)
    if not plain.isascii() or not plain.strip() or (kind and f"{kind}>" not in _CHANGED):
        return _Like.NOTHING
    if not plain.isalnum() and len(plain) > 1:
        return _Like.NOTHING  # an ellipsis, a double exclamation mark
    if unicodedata.category(character) == "So" or not rest:
        return _Like.NOTHING  # the sign of a number, of a unit
    return _Like.WIDE if kind == "<wide" else _Like.ALWAYS


_LIKES = _Likes()
_LATIN_LETTER = re.compile(
    "[A-Za-zªºÀ-ÖØ-öø-\u02b8\u1d00-\u1d25\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab64\ufb00-\ufb06Ａ-Ｚａ-ｚ]"
)
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[,;:.!?…«»\"'“”„’()—–-]*[ \t\u00a0][,;:.!?…«»\"'“”„’()—–\- \t\u00a0]*|[-’']")
"""What stands between two words of prose."""


def looking_like_ascii(line: str) -> frozenset[int]:
    """Which characters of a line look like ASCII and are not: their places."""
    if line.isascii():
        return frozenset()
    likes = {_LIKES[character] for character in set(line)}
    if likes == {_Like.NOTHING}:
        return frozenset()
    found = {place for place, character in enumerate(line) if _LIKES[character] is _Like.ALWAYS}
    if _Like.WIDE in likes:
        found.update(_wide(line))
    if _Like.LETTER in likes or _Like.SYMBOL in likes:
        found.update(_letters(line))
    return frozenset(found)


def _wide(line: str) -> Iterator[int]:
    """Full-width letters in words without any of East Asia, and full-width signs beside none."""
    for word in _WORD.finditer(line):
        if not any(map(_is_east_asian, word[0])):
            yield from (place for place in range(*word.span()) if _LIKES[line[place]] is _Like.WIDE)
    for place, character in enumerate(line):
        if _LIKES[character] is _Like.WIDE and not character.isalnum():
            around = line[max(0, place - 1) : place] + line[place + 1 : place + 2]
            if not any(_is_east_asian(each) or _LIKES[each] is _Like.WIDE for each in around):
                yield place


def _is_east_asian(character: str) -> bool:
    """Whether this is a letter or sign of Chinese, Japanese or Korean, not one of their forms of ASCII."""
    return unicodedata.east_asian_width(character) in "WFH" and _LIKES[character] is not _Like.WIDE


def _letters(line: str) -> Iterator[int]:
    """Look-alikes of other scripts: in words with Latin letters too, and words of nothing else that no prose is around.

    Words with only such look-alikes are many in Cyrillic (`а`, `сахар`). They are prose where a word beside them, or
    beside that ..., has a letter that looks like no other.
    """
    doubtful: list[re.Match[str]] = []
    scripts: set[str] = set()
    end = 0
    for word in _WORD.finditer(line):
        if end and not _BETWEEN.fullmatch(line, end, word.start()):
            yield from _undone(doubtful, scripts)
            doubtful, scripts = [], set()
        end = word.end()
        if word[0].isascii():
            continue
        if _LATIN_LETTER.search(word[0]):
            alike = (_Like.LETTER, _Like.SYMBOL)
            yield from (place for place in range(*word.span()) if _LIKES[line[place]] in alike)
            continue
        others = {_LIKES[character] for character in word[0] if character.isalpha()}
        if others == {_Like.LETTER}:
            doubtful.append(word)
        elif _Like.NOTHING in others:
            scripts.update(_script(each) for each in word[0] if _LIKES[each] is _Like.NOTHING and each.isalpha())
    yield from _undone(doubtful, scripts)


def _undone(words: list[re.Match[str]], scripts: set[str]) -> Iterator[int]:
    """The places of words of look-alikes that are of none of the scripts written around them."""
    for word in words:
        letters = [place for place in range(*word.span()) if word.string[place].isalpha()]
        if _script(word.string[letters[0]]) not in scripts:
            yield from letters


@lru_cache(4096)
def _script(character: str) -> str:
    """The script of a letter, by the first word of its name."""
    return unicodedata.name(character, "").partition(" ")[0]
