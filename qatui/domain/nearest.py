"""What a person meant by a name that there is not."""

from collections.abc import Collection, Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that is most like `name`, None where none is.

    >>> nearest("aproved", ["approved", "rejected"])
    'approved'
    """
    from difflib import get_close_matches  # needed only where something is wrong already

    return next(iter(get_close_matches(name, list(known), 1)), None)


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The hint for a name that is none of `known`, which are few.

    >>> did_you_mean("flakey", ["flaky", "other"])
    'Did you mean flaky? There are: flaky, other'
    """
    near = nearest(name, known)
    return (f"Did you mean {near}? " if near else "") + f"There are: {', '.join(known)}"
