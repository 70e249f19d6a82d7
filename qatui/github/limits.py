"""What GitHub's headers say of limits and waiting, in milliseconds.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from qatui.domain.moments import DAY

LONGEST = DAY
"""No header makes us wait longer; the real limits are of an hour."""
MARGIN = 1000
"""Added to the end of a limit: it is told in whole seconds."""
_TELLING = re.compile(r"rate limit|abuse detection|submitted too quickly", re.IGNORECASE)


class Budget(NamedTuple):
    """The primary limit of one resource, as the last answer told it."""

    resource: str
    limit: int
    remaining: int
    wait: int
    """Until it is full again, counted from the answer."""


class Limited(NamedTuple):
    """A refusal because of a limit."""

    secondary: bool
    """Too much at once, rather than too much this hour."""
    resource: str
    wait: int | None
    """What GitHub says to wait; None where it says nothing."""


def budget(headers: Mapping[str, str], now: int) -> Budget | None:
    """The `x-ratelimit-*` headers, None where they are missing or nonsense.

    `reset` is counted from the answer's own `Date`, so that a clock that is wrong here costs no waiting.
    """
    limit, remaining, reset = (_number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset"))
    if limit is None or remaining is None or reset is None:
        return None
    there = _date(headers.get("date", ""))
    wait = reset * 1000 - (now if there is None else there)
    return Budget(headers.get("x-ratelimit-resource", "core"), limit, remaining, _bounded(wait + MARGIN))


def retry_after(headers: Mapping[str, str], now: int) -> int | None:
    """How long `retry-after` says to wait: seconds, or an HTTP date; None without it, or for nonsense."""
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None:
        return _bounded(seconds * 1000)
    until = _date(text)
    if until is None:
        return None
    there = _date(headers.get("date", ""))
    return _bounded(until - (now if there is None else there))


def limited(status: int, headers: Mapping[str, str], message: str, now: int) -> Limited | None:
    """Whether an answer refuses because of a limit, and which; None for every other answer.

    A secondary limit comes as 403 or 429, also with requests remaining: `retry-after` or the message tells.
    """
    if status not in (403, 429):
        return None
    wait = retry_after(headers, now)
    told = budget(headers, now)
    spent = told is not None and told.remaining == 0
    if status == 403 and wait is None and not spent and not _TELLING.search(message):
        return None
    resource = told.resource if told else "core"
    if told and spent and "secondary" not in message.lower():
        return Limited(False, resource, told.wait if wait is None else wait)
    return Limited(True, resource, wait)


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None


def _date(text: str) -> int | None:
    try:
        when = parsedate_to_datetime(text)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _bounded(wait: int) -> int:
    return max(0, min(wait, LONGEST))
