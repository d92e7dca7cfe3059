"""Rows of a diff or a file in runs by one contributor."""

from typing import Literal


class Runs:
    """Rows of which each says whether it begins a run."""

    def __len__(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def begins_run(self, y: int) -> bool:
        """Whether another contributor wrote row ``y`` than the row above it."""
        raise NotImplementedError

    def next_change(self, y: int, by: Literal[1, -1]) -> int:
        """The first row of the next (or last) run of lines by one contributor; ``y`` where there is none."""
        at = y + by
        while 0 <= at < len(self):
            if self.begins_run(at):
                return at
            at += by
        return y
