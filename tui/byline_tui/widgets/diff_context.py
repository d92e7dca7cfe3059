"""More context around the hunks of a diff, from the file as it is afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from byline.review.model import DiffLine, ReviewedFile, ReviewedHunk

STEP = 10
"""Lines that are unfolded at once."""

ALL = 1 << 30


@dataclass(frozen=True, slots=True)
class Widened:
    """A file with wider hunks. ``spans`` has for each the first and last of the hunks it was made of."""

    file: ReviewedFile
    spans: tuple[tuple[int, int], ...]


def first_lines(hunk: ReviewedHunk) -> tuple[int, int]:
    """The numbers of a hunk's first line on the old and on the new side (of an empty side: the next one)."""
    return hunk.old_start + (hunk.old_count == 0), hunk.new_start + (hunk.new_count == 0)


def hidden_above(file: ReviewedFile, at: int) -> int:
    """How many lines are folded between a hunk and the one before it, or the file's beginning."""
    _, first = first_lines(file.hunks[at])
    if at == 0:
        return max(first - 1, 0)
    before = file.hunks[at - 1]
    return max(first - first_lines(before)[1] - before.new_count, 0)


def with_context(file: ReviewedFile, lines: Sequence[str], wider: Mapping[int, tuple[int, int]]) -> Widened:
    """Unfold as many lines above and below each hunk (by its index) as ``wider`` says; hunks that meet join.

    ``lines`` are those of the file as it is afterwards.
    """
    hunks: list[ReviewedHunk] = []
    spans: list[tuple[int, int]] = []
    for at, hunk in enumerate(file.hunks):
        gap = hidden_above(file, at)
        above = min(wider.get(at, (0, 0))[0], gap)
        below = min(wider.get(at - 1, (0, 0))[1], gap) if at else 0
        if at and above + below >= gap and (gap or above or below):
            hunks[-1] = _joined(_below(hunks[-1], lines, gap), hunk)
            spans[-1] = (spans[-1][0], at)
            continue
        if at and below:
            hunks[-1] = _below(hunks[-1], lines, below)
        hunks.append(_above(hunk, lines, above))
        spans.append((at, at))
    if hunks:
        last = hunks[-1]
        rest = len(lines) - (first_lines(last)[1] + last.new_count - 1)
        wanted = wider.get(len(file.hunks) - 1, (0, 0))[1]
        hunks[-1] = _below(last, lines, max(min(wanted, rest), 0))
    return Widened(replace(file, hunks=tuple(hunks)), tuple(spans))


def _above(hunk: ReviewedHunk, lines: Sequence[str], count: int) -> ReviewedHunk:
    if not count:
        return hunk
    old, new = first_lines(hunk)
    more = tuple(_context(lines, old - count, new - count, count))
    return ReviewedHunk(
        old - count, hunk.old_count + count, new - count, hunk.new_count + count, hunk.heading,
        more + hunk.lines,
    )  # fmt: skip


def _below(hunk: ReviewedHunk, lines: Sequence[str], count: int) -> ReviewedHunk:
    if not count:
        return hunk
    old, new = first_lines(hunk)
    more = tuple(_context(lines, old + hunk.old_count, new + hunk.new_count, count))
    return ReviewedHunk(
        old, hunk.old_count + count, new, hunk.new_count + count, hunk.heading, hunk.lines + more
    )


def _joined(one: ReviewedHunk, other: ReviewedHunk) -> ReviewedHunk:
    old, new = first_lines(one)
    return ReviewedHunk(
        old, one.old_count + other.old_count, new, one.new_count + other.new_count, one.heading,
        one.lines + other.lines,
    )  # fmt: skip


def _context(lines: Sequence[str], old: int, new: int, count: int) -> Iterator[DiffLine]:
    for step in range(count):
        if 0 < new + step <= len(lines):
            yield DiffLine("context", old + step, new + step, lines[new + step - 1], None)
