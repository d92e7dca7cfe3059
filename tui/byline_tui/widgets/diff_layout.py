"""The rows of a review's diff: what stands in which row, who wrote it, and the ways from row to row."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from rich.cells import cell_len

from byline.review.authors import Who, who_of
from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk
from byline.text import TAB_WIDTH
from byline_tui.diff_shape import Grouping
from byline_tui.widgets.grouping import grouped
from byline_tui.widgets.intraline import MAX_LINE, blocks, partners
from byline_tui.widgets.runs import Runs

RowKind = Literal["file", "note", "hunk", "line", "gap"]

NONE = -1
"""In place of a line's index: that side of the row is empty."""


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in a row. ``hunk`` counts from 0, ``index`` is a note's.

    ``left`` and ``right`` are indexes of lines of the hunk: unified, a removed line is at the left, an added
    one at the right, and context is both; side by side they are what stands there. :data:`NONE` is nothing.
    """

    kind: RowKind
    file: int
    hunk: int = NONE
    index: int = 0
    left: int = NONE
    right: int = NONE


class Authors:
    """Contributors by number, from 1 on; 0 is nobody. The files of one review share it."""

    def __init__(self) -> None:
        self.whos: list[Who] = []
        self._numbers: dict[Who, int] = {}

    def number(self, line: DiffLine) -> int:
        """The number of whoever touched a line; 0 for context."""
        if line.credit is None:
            return 0
        who = who_of(line.credit)
        found = self._numbers.get(who)
        if found is None:
            self.whos.append(who)
            found = self._numbers[who] = len(self.whos)
        return found


class FileRows:
    """The rows of one file, unified or side by side. ``counts`` has touched lines by author's number."""

    def __init__(self, file: ReviewedFile, authors: Authors, *, split: bool, first: bool) -> None:
        self.file = file
        self.hunk_starts: list[int] = []
        self.counts: Counter[int] = Counter()
        self.longest = 0
        self.largest_number = 0
        self.left_who, self.right_who = array("l"), array("l")
        self._left, self._right = array("l"), array("l")
        self._blocks: list[tuple[RowKind, int]] = []
        self._starts: list[int] = []
        kinds: Counter[str] = Counter()
        if not first:
            self._block("gap", 1)
        self.start = len(self._left)
        self._block("file", 1)
        self._block("note", len(notes_of(file)))
        for number, hunk in enumerate(file.hunks):
            self.hunk_starts.append(len(self._left))
            self._block("hunk", 1, number)
            self._starts.append(len(self._left))
            self._blocks.append(("line", number))
            self._lines(hunk, authors, split=split)
            kinds.update(line.kind for line in hunk.lines)
        self.size = kinds["added"], kinds["removed"]

    def _block(self, kind: RowKind, count: int, hunk: int = NONE) -> None:
        if count:
            self._starts.append(len(self._left))
            self._blocks.append((kind, hunk))
            for column, empty in (
                (self._left, NONE),
                (self._right, NONE),
                (self.left_who, 0),
                (self.right_who, 0),
            ):
                column.extend([empty] * count)

    def _lines(self, hunk: ReviewedHunk, authors: Authors, *, split: bool) -> None:
        numbers = [authors.number(line) for line in hunk.lines]
        self.counts.update(number for number in numbers if number)
        for left, right in _paired(hunk.lines) if split else _one_by_one(hunk.lines):
            self._left.append(left)
            self._right.append(right)
            self.left_who.append(numbers[left] if left != NONE else 0)
            self.right_who.append(numbers[right] if right != NONE else 0)
        if hunk.lines:
            self.longest = max(self.longest, *(_width(line.content) for line in hunk.lines))
            end = max(hunk.old_start + hunk.old_count, hunk.new_start + hunk.new_count)
            self.largest_number = max(self.largest_number, end)

    def __len__(self) -> int:
        return len(self._left)

    def row(self, y: int, file: int) -> Row:
        """What stands in row ``y`` of this file, which is the review's file number ``file``."""
        block = bisect_right(self._starts, y) - 1
        kind, hunk = self._blocks[block]
        return Row(kind, file, hunk, y - self._starts[block], self._left[y], self._right[y])


class DiffLayout(Runs):
    """Rows over the files of a review. Built in a worker: one pass over the lines.

    ``counts`` has the touched lines per contributor, ``counts_of_file`` the same per file, and ``sizes``
    the added and removed lines of each file; ``authors`` and ``rows_of_file`` are for layouts like it.
    """

    def __init__(
        self,
        files: Sequence[ReviewedFile],
        *,
        split: bool = False,
        grouping: Grouping = "session",
        like: "DiffLayout | None" = None,
    ) -> None:
        """``like`` is a layout of other forms of these files: what they have in common is taken from it."""
        self.files = files
        self.split = split
        self.grouping = grouping
        shares = like is not None and like.split == split and len(like.files) == len(files)
        self.authors: Authors = like.authors if like is not None and shares else Authors()
        self.rows_of_file: list[FileRows] = [
            like.rows_of_file[at]
            if like is not None and shares and like.files[at] is file
            else FileRows(file, self.authors, split=split, first=not at)
            for at, file in enumerate(files)
        ]
        self._offsets = [0, *accumulate(len(rows) for rows in self.rows_of_file)]
        places = list(zip(self._offsets, self.rows_of_file, strict=False))
        self.file_starts = [offset + rows.start for offset, rows in places]
        self.hunk_starts = [offset + start for offset, rows in places for start in rows.hunk_starts]
        self.sizes = [rows.size for rows in self.rows_of_file]
        self.longest = max((rows.longest for rows in self.rows_of_file), default=0)
        self.largest_number = max((rows.largest_number for rows in self.rows_of_file), default=0)
        self._group()

    def _group(self) -> None:
        """Tell contributors apart as the grouping says."""
        self._whos: list[Who] = []
        self._groups = array("l", [0])
        numbers: dict[Who, int] = {}
        for who in self.authors.whos:
            group = grouped(who, self.grouping)
            if group not in numbers:
                self._whos.append(group)
                numbers[group] = len(self._whos)
            self._groups.append(numbers[group])
        self.counts_of_file: list[Counter[Who]] = []
        self.counts: Counter[Who] = Counter()
        for rows in self.rows_of_file:
            counts: Counter[Who] = Counter()
            for number, count in rows.counts.items():
                counts[self._whos[self._groups[number] - 1]] += count
            self.counts_of_file.append(counts)
            self.counts.update(counts)

    def __len__(self) -> int:
        return self._offsets[-1]

    def row(self, y: int) -> Row:
        """What stands in row ``y``, which must exist."""
        at = bisect_right(self._offsets, y) - 1
        return self.rows_of_file[at].row(y - self._offsets[at], at)

    def line(self, y: int, *, left: bool = False) -> DiffLine | None:
        """The diff line in row ``y``; None where there is none.

        Side by side there may be two: the right one, or the left one if that is asked for.
        """
        if not 0 <= y < len(self):
            return None
        row = self.row(y)
        if row.kind != "line":
            return None
        first, second = (row.left, row.right) if left else (row.right, row.left)
        return self.files[row.file].hunks[row.hunk].lines[first if first != NONE else second]

    def who(self, y: int, *, left: bool = False) -> Who | None:
        """Who touched the line that :meth:`line` gives; None for context and all other rows."""
        first, second = self._groups_at(y)
        group = (first or second) if left else (second or first)
        return self._whos[group - 1] if group else None

    def who_at(self, y: int) -> tuple[Who | None, Who | None]:
        """Who touched what stands at the left, and at the right, in row ``y``."""
        left, right = self._groups_at(y)
        return self._whos[left - 1] if left else None, self._whos[right - 1] if right else None

    def _groups_at(self, y: int) -> tuple[int, int]:
        """The contributors' numbers of both sides of a row; 0 where nobody touched it."""
        if not 0 <= y < len(self):
            return 0, 0
        at = bisect_right(self._offsets, y) - 1
        rows, y = self.rows_of_file[at], y - self._offsets[at]
        return self._groups[rows.left_who[y]], self._groups[rows.right_who[y]]

    def begins_run(self, y: int) -> bool:
        """Whether row ``y`` is touched by somebody else than the row above it (on either side)."""
        return any(self.begins(y, left=left) for left in (True, False))

    def begins(self, y: int, *, left: bool) -> bool:
        """Whether a run of one contributor's lines begins in row ``y``; side by side, on that side."""
        here, above = self._groups_at(y), self._groups_at(y - 1)
        side = 0 if left else 1
        if self.split:
            return bool(here[side]) and here[side] != above[side]
        return bool(here[side]) and here[side] != (above[0] or above[1])

    def file_at(self, y: int) -> int:
        """The index of the file that row ``y`` belongs to."""
        return max(bisect_right(self.file_starts, y) - 1, 0)

    def find(self, path: str, line_number: int | None, kind: Literal["added", "removed"]) -> int | None:
        """The row of a line (or of its file's heading, without a number); None if not in the diff.

        ``kind`` is the side that the number counts on; a line of context has both.
        """
        for at, file in enumerate(self.files):
            if path not in {file.path, file.old_path}:
                continue
            start = self.file_starts[at]
            if line_number is None:
                return start
            for y in range(start, self._offsets[at + 1]):
                line = self.line(y, left=kind == "removed")
                if line is not None and line_number == (
                    line.new_number if kind == "added" else line.old_number
                ):
                    return y
            return start
        return None

    def next_of(self, starts: Sequence[int], y: int, by: Literal[1, -1]) -> int:
        """The next (or the one before) of these rows, seen from row ``y``; ``y`` where there is none."""
        if by > 0:
            later = bisect_right(starts, y)
            return starts[later] if later < len(starts) else y
        earlier = bisect_left(starts, y) - 1
        return starts[earlier] if earlier >= 0 else y

    def next_with(self, text: str, y: int, by: Literal[1, -1]) -> int | None:
        """The next row with ``text`` in its lines, whatever its case, from row ``y`` on and around."""
        wanted, count = text.lower(), len(self)
        for step in range(count):
            at = (y + by * step) % count
            row = self.row(at)
            if row.kind == "line":
                lines = self.files[row.file].hunks[row.hunk].lines
                if any(wanted in lines[n].content.lower() for n in {row.left, row.right} - {NONE}):
                    return at
            elif row.kind == "file" and wanted in self.files[row.file].path.lower():
                return at
        return None


def notes_of(file: ReviewedFile) -> list[str]:
    """What is to be said about a file that has no line for it."""
    notes = list(file.notes)
    if file.binary and not any("binary" in note for note in notes):
        notes.insert(0, "binary file")
    if not notes and not file.hunks:
        notes.append("no lines changed")
    return notes


def _one_by_one(lines: Sequence[DiffLine]) -> Iterator[tuple[int, int]]:
    for at, line in enumerate(lines):
        yield (NONE if line.kind == "added" else at), (NONE if line.kind == "removed" else at)


def _paired(lines: Sequence[DiffLine]) -> Iterator[tuple[int, int]]:
    """Left and right of each row side by side: pairs beside each other, the rest in the order of the diff."""
    at = 0
    for removed, added in blocks(lines):
        first, last = (removed or added)[0], (added or removed)[-1]
        yield from ((n, n) for n in range(at, first))
        old = new = 0
        for left, right in [*partners(lines, removed, added), (NONE, NONE)]:
            to_left = removed.index(left, old) if left != NONE else len(removed)
            to_right = added.index(right, new) if right != NONE else len(added)
            for step in range(max(to_left - old, to_right - new)):
                yield (
                    removed[old + step] if old + step < to_left else NONE,
                    added[new + step] if new + step < to_right else NONE,
                )
            if left != NONE:
                yield left, right
            old, new = to_left + 1, to_right + 1
        at = last + 1
    yield from ((n, n) for n in range(at, len(lines)))


def _width(content: str) -> int:
    if len(content) > MAX_LINE:
        return MAX_LINE
    width = len(content) if content.isascii() else cell_len(content)
    return width + content.count("\t") * (TAB_WIDTH - 1)
