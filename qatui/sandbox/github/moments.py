"""Moments as clients write them."""

from datetime import UTC, datetime


def seconds(text: str) -> int | None:
    """Seconds since 1970 of an ISO 8601 date, in UTC where it names no zone; None for what is none or before 1970."""
    try:
        found = datetime.fromisoformat(text)
        value = int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
    return value if value >= 0 else None
