"""What changed between two texts: hunks, as git found them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hunk:
    """`old_count` lines of the old text from `old_start` on stand against `new_count` of the new; starts from 0."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    @property
    def old_end(self) -> int:
        """First old line after the hunk."""
        return self.old_start + self.old_count

    @property
    def new_end(self) -> int:
        """First new line after the hunk."""
        return self.new_start + self.new_count
