"""The part of a changed line that really changed, where a removed and an added line are one line reworded."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from byline.review.model import DiffLine
from byline.text import safe_line
from byline_tui.widgets.diff_layout import MAX_LINE

MIN_SHARED = 0.4
"""The share of the longer line that both must have in common at their ends to be called one line."""


def changed_parts(lines: Sequence[DiffLine]) -> dict[int, tuple[int, int]]:
    """Per index of a hunk's line: start and end (in its safe text) of what differs from its partner.

    Partners are the first removed and the first added line of a block, the second ones, and so on.
    Work is linear: only common beginnings and ends are looked at.
    """
    parts: dict[int, tuple[int, int]] = {}
    for removed, added in _blocks(lines):
        for old, new in zip(removed, added, strict=False):
            found = _differing(lines[old].content, lines[new].content)
            if found is not None:
                parts[old], parts[new] = found
    return parts


def _blocks(lines: Sequence[DiffLine]) -> Iterator[tuple[list[int], list[int]]]:
    removed: list[int] = []
    added: list[int] = []
    for at, (line, following) in enumerate(zip_longest(lines, lines[1:])):
        if line.kind == "removed":
            removed.append(at)
        elif line.kind == "added":
            added.append(at)
        ends = (
            following is None
            or following.kind == "context"
            or (line.kind, following.kind) == ("added", "removed")
        )
        if ends:
            if removed and added:
                yield removed, added
            removed, added = [], []


def _differing(old: str, new: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    if max(len(old), len(new)) > MAX_LINE:
        return None
    old, new = safe_line(old), safe_line(new)
    shortest = min(len(old), len(new))
    start = 0
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    indent = len(old) - len(old.lstrip())
    if max(start - indent, 0) + end < MIN_SHARED * (max(len(old), len(new)) - indent):
        return None
    return (start, len(old) - end), (start, len(new) - end)
