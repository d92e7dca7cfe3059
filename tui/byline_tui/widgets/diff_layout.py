"""The rows of a review's diff: what stands in which row, who wrote it, and the ways from row to row."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from byline.review.authors import Who, who_of
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline.text import TAB_WIDTH

RowKind = Literal["file", "note", "hunk", "line", "gap"]

MAX_LINE = 2000
"""Characters of a line that are shown; what is longer ends in an ellipsis."""


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in a row. ``hunk`` and ``index`` (of a line in its hunk, or a note) count from 0."""

    kind: RowKind
    file: int
    hunk: int = -1
    index: int = 0


class DiffLayout:
    """Rows over the files of a review. Built in a worker: one pass over the lines.

    ``counts`` has the touched lines per contributor, ``counts_of_file`` the same per file, and ``sizes``
    the added and removed lines of each file.
    """

    def __init__(self, files: Sequence[ReviewedFile]) -> None:
        self.files = files
        self.counts: Counter[Who] = Counter()
        self.counts_of_file: list[Counter[Who]] = []
        self.sizes: list[tuple[int, int]] = []
        self.file_starts: list[int] = []
        self.hunk_starts: list[int] = []
        self.longest = 0
        self.largest_number = 0
        self._blocks: list[Row] = []
        self._starts: list[int] = []
        self._whos: list[Who] = []
        self._who_of_row = array("l")
        numbers: dict[Who, int] = {}
        for at, file in enumerate(files):
            if at:
                self._block(Row("gap", at), 1)
            self.file_starts.append(len(self._who_of_row))
            self.counts_of_file.append(Counter())
            kinds: Counter[str] = Counter()
            self._block(Row("file", at), 1)
            self._block(Row("note", at), len(notes_of(file)))
            for number, hunk in enumerate(file.hunks):
                self.hunk_starts.append(len(self._who_of_row))
                self._block(Row("hunk", at, number), 1)
                self._starts.append(len(self._who_of_row))
                self._blocks.append(Row("line", at, number))
                self._lines(hunk, numbers)
                kinds.update(line.kind for line in hunk.lines)
            self.sizes.append((kinds["added"], kinds["removed"]))
            self.counts.update(self.counts_of_file[at])

    def _block(self, row: Row, count: int) -> None:
        if count:
            self._starts.append(len(self._who_of_row))
            self._blocks.append(row)
            self._who_of_row.extend([0] * count)

    def _lines(self, hunk: ReviewedHunk, numbers: dict[Who, int]) -> None:
        counts = self.counts_of_file[-1]
        for line in hunk.lines:
            self.longest = max(self.longest, _width(line.content))
            if line.credit is None:
                self._who_of_row.append(0)
                continue
            who = who_of(line.credit)
            if who not in numbers:
                self._whos.append(who)
                numbers[who] = len(self._whos)
            counts[who] += 1
            self._who_of_row.append(numbers[who])
        if hunk.lines:
            end = max(hunk.old_start + hunk.old_count, hunk.new_start + hunk.new_count)
            self.largest_number = max(self.largest_number, end)

    def __len__(self) -> int:
        return len(self._who_of_row)

    def row(self, y: int) -> Row:
        """What stands in row ``y``, which must exist."""
        block = bisect_right(self._starts, y) - 1
        row = self._blocks[block]
        return Row(row.kind, row.file, row.hunk, y - self._starts[block])

    def line(self, y: int) -> DiffLine | None:
        """The diff line in row ``y``; None where there is none."""
        if not 0 <= y < len(self):
            return None
        row = self.row(y)
        return self.files[row.file].hunks[row.hunk].lines[row.index] if row.kind == "line" else None

    def who(self, y: int) -> Who | None:
        """Who touched the line in row ``y``; None for context and all other rows."""
        number = self._who_of_row[y] if 0 <= y < len(self) else 0
        return self._whos[number - 1] if number else None

    def begins_run(self, y: int) -> bool:
        """Whether row ``y`` is touched by somebody else than the row above it."""
        return bool(self._who_of_row[y]) and (y == 0 or self._who_of_row[y] != self._who_of_row[y - 1])

    def file_at(self, y: int) -> int:
        """The index of the file that row ``y`` belongs to."""
        return max(bisect_right(self.file_starts, y) - 1, 0)

    def find(self, path: str, line_number: int | None, kind: Literal["added", "removed"]) -> int | None:
        """The row of a touched line (or of its file's heading, without a number); None if not in the diff."""
        for at, file in enumerate(self.files):
            if path not in {file.path, file.old_path}:
                continue
            start = self.file_starts[at]
            if line_number is None:
                return start
            for y in range(start, self._end_of_file(at)):
                line = self.line(y)
                if line is not None and line.kind == kind:
                    number = line.new_number if kind == "added" else line.old_number
                    if number == line_number:
                        return y
            return start
        return None

    def _end_of_file(self, at: int) -> int:
        return self.file_starts[at + 1] if at + 1 < len(self.files) else len(self)

    def next_of(self, starts: Sequence[int], y: int, by: Literal[1, -1]) -> int:
        """The next (or the one before) of these rows, seen from row ``y``; ``y`` where there is none."""
        if by > 0:
            later = bisect_right(starts, y)
            return starts[later] if later < len(starts) else y
        earlier = bisect_left(starts, y) - 1
        return starts[earlier] if earlier >= 0 else y

    def next_change(self, y: int, by: Literal[1, -1]) -> int:
        """The first row of the next (or last) run of lines by one contributor; ``y`` where there is none."""
        at = y + by
        while 0 <= at < len(self):
            if self.begins_run(at):
                return at
            at += by
        return y


def notes_of(file: ReviewedFile) -> list[str]:
    """What is to be said about a file that has no line for it."""
    notes = list(file.notes)
    if file.binary and not any("binary" in note for note in notes):
        notes.insert(0, "binary file")
    if not notes and not file.hunks:
        notes.append("no lines changed")
    return notes


def _width(content: str) -> int:
    if len(content) > MAX_LINE:
        return MAX_LINE
    width = len(content) if content.isascii() else cell_len(content)
    return width + content.count("\t") * (TAB_WIDTH - 1)
