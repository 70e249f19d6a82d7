"""Money as whole minor units (cents), so that nothing is ever rounded by accident."""

MINOR_DIGITS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}


def show(amount: int, currency: str) -> str:
    """`12.50 EUR`, `1250 JPY`, `1.250 KWD`.

    >>> show(1250, "EUR")
    '12.50 EUR'
    """
    digits = MINOR_DIGITS[currency]
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d} {currency}" if digits else f"{sign}{whole} {currency}"


def split(amount: int, parts: int) -> list[int]:
    """`amount` in `parts` shares that differ by one unit at most and add up to it; the larger ones first."""
    if parts < 1:
        raise ValueError("at least one part")
    share, rest = divmod(amount, parts)
    return [share + 1] * rest + [share] * (parts - rest)


def tax(net: int, percent: int) -> int:
    """Tax on `net`, half a unit rounded up."""
    return (net * percent * 2 + 100) // 200
