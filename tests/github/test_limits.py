"""What headers say of limits; waits in milliseconds."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.moments import DAY
from qatui.github.limits import LONGEST, Budget, Limited, budget, limited, retry_after
from tests.conftest import NOW


def date(moment: int) -> str:
    """As HTTP writes it."""
    return formatdate(moment / 1000, usegmt=True)


def left(remaining: int, reset: int, **more: str) -> dict[str, str]:
    """The five headers; `reset` in milliseconds."""
    told = {"limit": "5000", "remaining": str(remaining), "used": "1", "reset": str(reset // 1000), "resource": "core"}
    return {f"x-ratelimit-{name}": text for name, text in told.items()} | more


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "60"}, 60_000),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": date(NOW + 90_000)}, 90_000),
        ({"retry-after": date(NOW - 90_000)}, 0),
        # A clock that is an hour wrong here changes nothing: both moments are the server's.
        ({"retry-after": date(NOW + 3_690_000), "date": date(NOW + 3_600_000)}, 90_000),
        ({"retry-after": "99999999999"}, LONGEST),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "٣"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], wait: int | None) -> None:
    """GITHUB.md, Rate limits: `retry-after` (seconds or a date)."""
    assert retry_after(headers, NOW) == wait


def test_a_budget_is_counted_from_the_answers_own_date() -> None:
    """GITHUB.md, Rate limits: reset in UTC epoch seconds."""
    assert budget(left(7, NOW + 60_000), NOW) == Budget("core", 5000, 7, 61_000)
    skewed = left(0, NOW + 3_660_000, date=date(NOW + 3_600_000))
    assert budget(skewed, NOW) == Budget("core", 5000, 0, 61_000)
    assert budget(left(1, NOW + 90 * DAY), NOW) == Budget("core", 5000, 1, LONGEST)
    assert budget({"x-ratelimit-limit": "5000"}, NOW) is None
    assert budget(left(1, NOW, **{"x-ratelimit-reset": "never"}), NOW) is None


@pytest.mark.parametrize(
    ("status", "headers", "message", "found"),
    [
        (429, {}, "", Limited(True, "core", None)),
        (403, {"retry-after": "30"}, "", Limited(True, "core", 30_000)),
        (403, {}, "You have exceeded a secondary rate limit.", Limited(True, "core", None)),
        (403, left(17, NOW), "You have exceeded a secondary rate limit.", Limited(True, "core", None)),
        (403, left(0, NOW + 9_000), "API rate limit exceeded for user ID 1.", Limited(False, "core", 10_000)),
        (429, left(0, NOW + 9_000), "", Limited(False, "core", 10_000)),
        # Spent and hasty at once: what it says counts.
        (403, left(0, NOW + 9_000, **{"retry-after": "2"}), "secondary rate limit", Limited(True, "core", 2_000)),
        (403, left(0, NOW + 9_000, **{"x-ratelimit-resource": "search"}), "", Limited(False, "search", 10_000)),
        (403, left(4_000, NOW), "Resource not accessible by personal access token", None),
        (403, {}, "", None),
        (200, left(0, NOW), "", None),
        (404, {"retry-after": "1"}, "rate limit", None),
    ],
)
def test_what_is_a_limit(status: int, headers: dict[str, str], message: str, found: Limited | None) -> None:
    """GITHUB.md, Rate limits: a secondary 403 may have remaining > 0.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    assert limited(status, headers, message, NOW) == found


words = st.one_of(
    st.text(), st.integers().map(str), st.just(date(NOW)), st.text(st.sampled_from("0123456789,:; GMT+-"))
)


@given(st.sampled_from([200, 403, 429]), words, words, words, words, words)
def test_any_header_is_judged(status: int, after: str, limit: str, remaining: str, reset: str, when: str) -> None:
    headers = {
        "retry-after": after,
        "x-ratelimit-limit": limit,
        "x-ratelimit-remaining": remaining,
        "x-ratelimit-reset": reset,
        "date": when,
    }
    found = limited(status, headers, after, NOW)
    assert found is None or found.wait is None or 0 <= found.wait <= LONGEST
