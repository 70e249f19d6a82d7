"""What each stage takes."""

import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """The longest that each stage took at one go, in seconds of the processor, git's own included."""

    def __init__(self) -> None:
        self.took: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Whatever is done inside, once."""
        began = _spent()
        yield
        self.took[name] = max(self.took[name], _spent() - began)


def _spent() -> float:
    """Seconds of the processor that this process took, and what ran for it and has ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
