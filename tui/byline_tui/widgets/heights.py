"""The heights of many blocks, and which block a line is in: quick to ask and to correct."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

CHUNK = 512


class Heights:
    """Heights of blocks from the top down, summed in chunks.

    A correction costs one chunk's sum and one number per chunk, not one number per block.
    """

    def __init__(self, heights: Sequence[int]) -> None:
        self._heights = list(heights)
        self._sums = [sum(self._heights[at : at + CHUNK]) for at in range(0, len(self._heights), CHUNK)]
        self._starts: list[int] = []
        self._add_up()

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        """The lines of all blocks."""
        return self._starts[-1]

    def start(self, index: int) -> int:
        """The first line of a block; of the one after the last: the total."""
        chunk = index // CHUNK
        return self._starts[chunk] + sum(self._heights[chunk * CHUNK : index])

    def find(self, line: int) -> tuple[int, int]:
        """The block that a line is in, and the line's place in it.

        Raises:
            IndexError: there is no such line.
        """
        if not 0 <= line < self.total:
            raise IndexError(line)
        chunk = bisect_right(self._starts, line) - 1
        left = line - self._starts[chunk]
        for index in range(chunk * CHUNK, len(self._heights)):
            if left < self._heights[index]:
                return index, left
            left -= self._heights[index]
        raise IndexError(line)

    def set(self, index: int, height: int) -> int:
        """Correct a block's height; by how much it grew."""
        grown = height - self._heights[index]
        if grown:
            self._heights[index] = height
            self._sums[index // CHUNK] += grown
            self._add_up()
        return grown

    def _add_up(self) -> None:
        self._starts = list(accumulate(self._sums, initial=0))
