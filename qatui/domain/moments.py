"""Time as whole milliseconds since 1970-01-01 UTC, which SQLite, PostgreSQL and JSON all keep exactly."""

import re
from datetime import UTC, datetime, timedelta

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LAST = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the latest that can be written as a date."""
UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def iso(moment: int) -> str:
    """`2026-11-20T08:49:41Z`: seconds, UTC, as GitHub writes it."""
    return datetime.fromtimestamp(moment // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date(moment: int) -> str:
    """`2026-11-20`, UTC."""
    return iso(moment)[:10]


def minute(moment: int) -> str:
    """`2026-11-20 08:49`, UTC, in a sentence."""
    return iso(moment)[:16].replace("T", " ")


def age(since: int, now: int) -> str:
    """`now`, `5 m`, `3 h`, `2 d`, `6 w`, `3 y`: at most four cells."""
    span = max(0, now - since)
    for limit, size, unit in (
        (HOUR, MINUTE, "m"),
        (DAY, HOUR, "h"),
        (14 * DAY, DAY, "d"),
        (365 * DAY, 7 * DAY, "w"),
    ):
        if span < limit:
            return f"{span // size} {unit}" if span >= size else "now"
    return f"{span // (365 * DAY)} y"


def ago(since: int, now: int) -> str:
    """`just now`, `5 m ago`."""
    span = age(since, now)
    return "just now" if span == "now" else f"{span} ago"


def parse_until(text: str, now: int) -> int:
    """A later moment: `4h`, `3d`, `2w`, `2026-11-30` or `2026-11-30T09:00` (UTC).

    Raises ValueError, with what is accepted, for anything else and for what is not after `now`.
    """
    text = text.strip()
    if found := re.fullmatch(r"(\d{1,4})\s*([mhdw])", text):
        moment = now + int(found[1]) * UNITS[found[2]]
    else:
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"“{text}” is no time: write 4h, 3d, 2w or a date such as 2026-11-30") from None
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        moment = (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    if moment <= now:
        raise ValueError(f"“{text}” is not later than now")
    return moment
