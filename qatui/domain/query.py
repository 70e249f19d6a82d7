"""The queue's filter: words and `is:STATE`, as typed after `/` and given to `--query`.

    is:open refunds         words must all occur in path or title, whatever their case
    is:approved,held        one of several states
    -flaky                  the word must not occur
    is:all                  every state

Without an `is:` the filter is `is:open`.
"""

from dataclasses import dataclass, field

from qatui.domain.candidate import GONE, OPEN, State
from qatui.domain.nearest import nearest

DEFAULT = "is:open"

_GROUPS: dict[str, frozenset[State]] = {
    "open": OPEN,
    "all": frozenset(State),
    "done": frozenset(State) - OPEN - GONE,
    **{state.value: frozenset({state}) for state in State},
}


class QueryError(ValueError):
    """A filter that means nothing; the message says which word and what is meant instead."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed filter."""

    states: frozenset[State]
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    states_said: bool = field(default=True, compare=False)
    """Whether somebody named the states; False: the default, which a verb with states of its own sets aside."""

    @property
    def every_state(self) -> bool:
        """Whether states play no part."""
        return len(self.states) == len(State)


def parse(text: str) -> Query:
    """The filter that `text` means; raises QueryError for an unknown state, and for bytes that are no text."""
    if "\0" in text or not _is_text(text):
        raise QueryError("the filter holds bytes that are no text")
    states: set[State] = set()
    said = False
    words: list[str] = []
    without: list[str] = []
    for token in text.split():
        key, colon, value = token.partition(":")
        if colon and key == "is":
            said = True
            for name in value.split(","):
                states |= _state(name)
        elif token.startswith("-") and len(token) > 1:
            without.append(token[1:])
        else:
            words.append(token)
    return Query(frozenset(states) if said else OPEN, tuple(words), tuple(without), said)


def _is_text(text: str) -> bool:
    """Whether no byte of a command line was left undecoded: no database takes such a string."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _state(name: str) -> frozenset[State]:
    plain = name.lower().replace("-", "_")
    if plain in _GROUPS:
        return _GROUPS[plain]
    near = nearest(plain, _GROUPS)
    hint = f"did you mean is:{near}?" if near else "there are is:" + ", is:".join(_GROUPS)
    raise QueryError(f"is:{name} is no state; {hint}")
