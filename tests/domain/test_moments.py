"""Moments as people read and write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.moments import DAY, HOUR, LAST, MINUTE, UNITS, age, date, iso, parse_until
from tests.conftest import NOW


def test_as_git_hub_writes_them() -> None:
    assert iso(0) == "1970-01-01T00:00:00Z"
    assert iso(NOW + 999) == "2026-11-18T11:06:40Z"
    assert date(NOW) == "2026-11-18"
    assert iso(LAST) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (-5, "now"),
        (0, "now"),
        (MINUTE - 1, "now"),
        (MINUTE, "1 m"),
        (HOUR - 1, "59 m"),
        (HOUR, "1 h"),
        (DAY - 1, "23 h"),
        (DAY, "1 d"),
        (14 * DAY - 1, "13 d"),
        (14 * DAY, "2 w"),
        (365 * DAY - 1, "52 w"),
        (365 * DAY, "1 y"),
        (40 * 365 * DAY, "40 y"),
    ],
)
def test_ages(span: int, words: str) -> None:
    assert age(NOW, NOW + span) == words
    assert len(words) <= 4


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30m", NOW + 30 * MINUTE),
        ("4h", NOW + 4 * HOUR),
        (" 3 d ", NOW + 3 * DAY),
        ("2w", NOW + 14 * DAY),
        ("9999w", NOW + 9999 * 7 * DAY),
        ("2026-11-30", 1_795_996_800_000),
        ("2026-11-30T09:00", 1_795_996_800_000 + 9 * HOUR),
        ("2026-11-30T09:00Z", 1_795_996_800_000 + 9 * HOUR),
        ("2026-11-30T09:00+02:00", 1_795_996_800_000 + 7 * HOUR),
        ("2026-11-30 09:00:00.250", 1_795_996_800_000 + 9 * HOUR + 250),
    ],
)
def test_later_moments(text: str, moment: int) -> None:
    assert parse_until(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "4", "h", "12345h", "-3d", "1.5h", "3 days", "2026-13-01", "2026-02-30"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time: write 4h, 3d, 2w or a date such as 2026-11-30"):
        parse_until(text, NOW)


@pytest.mark.parametrize("text", ["0h", "2026-11-18", "1970-01-01", "0001-01-01"])
def test_what_is_over(text: str) -> None:
    with pytest.raises(ValueError, match="is not later than now"):
        parse_until(text, NOW)


@given(st.text(max_size=30).filter(lambda text: not any(each.isdecimal() for each in text)))
def test_anything_else_typed_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="is no time: write 4h"):
        parse_until(text, NOW)


@given(st.integers(0, 9999), st.sampled_from("mhdw"), st.integers(0, LAST))
def test_a_span_is_counted_from_now(number: int, unit: str, now: int) -> None:
    if number:
        assert parse_until(f"{number}{unit}", now) == now + number * UNITS[unit]


@given(st.integers(0, LAST // 1000 - 1), st.integers(0, LAST))
def test_what_is_written_can_be_read(seconds: int, now: int) -> None:
    moment = seconds * 1000
    if moment > now:
        assert parse_until(iso(moment), now) == moment
