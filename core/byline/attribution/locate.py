"""Find the place of a hunk in a document: where it says, else by its own lines, nearest first."""

from collections.abc import Sequence

from byline.attribution.edit import new_side, old_side
from byline.patch import Hunk

Placed = tuple[int, int, list[str]]
"""``(position, count, lines)``: at 0-based ``position``, ``count`` lines become ``lines``."""

MAX_FUZZ = 2


def place_as_recorded(hunks: Sequence[Hunk], lines: Sequence[str]) -> list[Placed] | None:
    """The hunks at their recorded line numbers, if every line they expect stands there."""
    placed: list[Placed] = []
    for hunk in hunks:
        expected = old_side(hunk)
        position = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        if not 0 <= position <= len(lines) or list(lines[position : position + len(expected)]) != expected:
            return None
        placed.append((position, len(expected), new_side(hunk)))
    return placed


def place_by_context(hunks: Sequence[Hunk], lines: Sequence[str], *, numbered: bool) -> list[Placed] | None:
    """The hunks where their own context and removed lines stand, each after the one before it.

    With ``numbered`` the place nearest to the recorded one (shifted as the hunk before it was) is
    taken, without it only a single place will do. Up to two outer context lines on either side may have
    changed since; then the place must be the only one. None if any hunk has no place.
    """
    placed: list[Placed] = []
    shift = 0
    floor = 0
    for hunk in hunks:
        recorded = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        found = _place(hunk, lines, recorded + shift if numbered else None, floor)
        if found is None:
            return None
        position, count, fresh, lead = found
        shift = position - lead - recorded
        floor = position + count
        placed.append((position, count, fresh))
    return placed


def _place(
    hunk: Hunk, lines: Sequence[str], wanted: int | None, floor: int
) -> tuple[int, int, list[str], int] | None:
    """One hunk's place as position, count, new lines, and the context lines dropped in front."""
    expected, fresh = old_side(hunk), new_side(hunk)
    lead, trail = _context_ends(hunk, expected)
    for fuzz in range(MAX_FUZZ + 1):
        front, back = min(fuzz, lead), min(fuzz, trail)
        if fuzz and (front, back) == (min(fuzz - 1, lead), min(fuzz - 1, trail)):
            return None
        core = expected[front : len(expected) - back]
        if not any(any(map(str.isalnum, line)) for line in core):
            return None
        places = _places(core, lines, floor)
        if places and (len(places) == 1 or (fuzz == 0 and wanted is not None)):
            target = (wanted or 0) + front
            position = min(places, key=lambda place: (abs(place - target), place))
            return position, len(core), fresh[front : len(fresh) - back], front
        if places:
            return None
    return None


def _context_ends(hunk: Hunk, expected: Sequence[str]) -> tuple[int, int]:
    """How many lines of unchanged context a hunk begins and ends with."""
    removed = [line.line_number for line in hunk.lines if line.kind == "removed"]
    added = [line.line_number for line in hunk.lines if line.kind == "added"]
    old_first = hunk.old_start + (hunk.old_count == 0)
    new_first = hunk.new_start + (hunk.new_count == 0)
    fresh = len(expected) - len(removed) + len(added)
    leads = [numbers[0] - first for numbers, first in ((removed, old_first), (added, new_first)) if numbers]
    trails = []
    if removed:
        trails.append(old_first + len(expected) - 1 - removed[-1])
    if added:
        trails.append(new_first + fresh - 1 - added[-1])
    return max(min(leads, default=0), 0), max(min(trails, default=0), 0)


def _places(core: Sequence[str], lines: Sequence[str], floor: int) -> list[int]:
    """Every position from ``floor`` on at which ``core`` stands, found by its least common line first."""
    wanted = list(core)
    key = max(range(len(wanted)), key=lambda index: len(wanted[index]))
    first, last = floor + key, len(lines) - len(wanted) + key
    rare = wanted[key]
    return [
        index - key
        for index in range(first, last + 1)
        if lines[index] == rare and list(lines[index - key : index - key + len(wanted)]) == wanted
    ]
