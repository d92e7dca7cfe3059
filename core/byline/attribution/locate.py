"""Find the place of a hunk in a document: where it says, else by its own lines, nearest first."""

from collections.abc import Sequence

from byline.attribution.align import WEAK_ALNUM, align
from byline.attribution.edit import Search, old_side
from byline.patch import Hunk
from byline.patch.hunk_body import hunk_body

Placed = tuple[int, int, list[str]]
"""``(position, count, lines)``: at 0-based ``position``, ``count`` lines become ``lines``. One for each run
of touched lines: the context between them stays what it is."""

MAX_FUZZ = 2
NEARBY = 40
"""How many lines around its recorded place a hunk that does not fit is looked for."""
CIRCLES = (64, 1024, 8192)
"""How far from its recorded place, in lines, a hunk is looked for; one after the other."""


def place_as_recorded(hunks: Sequence[Hunk], lines: Sequence[str]) -> list[Placed] | None:
    """The hunks at their recorded line numbers, if every line they expect stands there."""
    placed: list[Placed] = []
    for hunk in hunks:
        expected = old_side(hunk)
        position = _recorded(hunk)
        if not 0 <= position <= len(lines) or list(lines[position : position + len(expected)]) != expected:
            return None
        placed += runs_of(hunk, position)
    return placed


def place_by_context(hunks: Sequence[Hunk], lines: Sequence[str], search: Search) -> list[Placed] | None:
    """The hunks where their own context and removed lines stand, each after the one before it.

    Of several places that is taken which is nearest to the recorded one (shifted as the hunk before it
    was), or the first; or none, as ``search`` says. Up to two outer context lines on either side may have
    changed since; then the place must be the only one. None if any hunk has no place.
    """
    placed: list[Placed] = []
    for runs in place_each(hunks, lines, search):
        if runs is None:
            return None
        placed += runs
    return placed


def place_each(hunks: Sequence[Hunk], lines: Sequence[str], search: Search) -> list[list[Placed] | None]:
    """Like :func:`place_by_context`, but None only for the hunks that have no place."""
    placed: list[list[Placed] | None] = []
    shift = 0
    floor = 0
    for hunk in hunks:
        recorded = _recorded(hunk)
        wanted = recorded + shift if search == "recorded" else floor if search == "first" else None
        found = _place(hunk, lines, wanted, floor)
        if found is None:
            placed.append(None)
            continue
        position, floor = found
        shift = position - recorded
        placed.append(runs_of(hunk, position))
    return placed


def region_seen(hunk: Hunk, lines: Sequence[str], shift: int) -> tuple[int, int] | None:
    """The live lines that a hunk's context and removed lines stand for, as position and count.

    A hunk shows how the file read there when the edit was made. Looked for around the recorded place
    (moved by ``shift``); at least half of the lines with letters must agree.
    """
    expected = old_side(hunk)
    lettered = sum(_says_something(line) for line in expected)
    if not lettered:
        return None
    wanted = _recorded(hunk) + shift
    low = max(wanted - NEARBY, 0)
    high = min(wanted + len(expected) + NEARBY, len(lines))
    if low >= high:
        return None
    blocks = align(expected, lines[low:high])
    agreed = sum(_says_something(line) for i, _, size in blocks for line in expected[i : i + size])
    if 2 * agreed < lettered or not agreed:
        return None
    first, last = blocks[0], blocks[-1]
    count = last[1] + last[2] - first[1]
    # Lines far apart agree by chance: what lies between them was not all changed around one hunk.
    return (low + first[1], count) if count <= 2 * len(expected) + MAX_FUZZ else None


def _recorded(hunk: Hunk) -> int:
    return hunk.old_start - 1 if hunk.old_count else hunk.old_start


def _says_something(line: str) -> bool:
    return sum(map(str.isalnum, line)) > WEAK_ALNUM


def _place(hunk: Hunk, lines: Sequence[str], wanted: int | None, floor: int) -> tuple[int, int] | None:
    """Where a hunk begins, if all its context stood there, and where what was found of it ends."""
    expected = old_side(hunk)
    lead, trail = _context_ends(hunk, expected)
    for fuzz in range(MAX_FUZZ + 1):
        front, back = min(fuzz, lead), min(fuzz, trail)
        if fuzz and (front, back) == (min(fuzz - 1, lead), min(fuzz - 1, trail)):
            return None
        core = expected[front : len(expected) - back]
        if not any(any(map(str.isalnum, line)) for line in core) and (fuzz or wanted is not None):
            return None
        target = None if wanted is None else wanted + front
        places = _places(core, lines, floor, target, only_nearest=fuzz == 0)
        if places and (len(places) == 1 or (fuzz == 0 and target is not None)):
            position = min(places, key=lambda place: (abs(place - (target or 0)), place))
            return position - front, position + len(core)
        if places:
            return None
    return None


def runs_of(hunk: Hunk, position: int) -> list[Placed]:
    """The runs of touched lines of a hunk that begins at ``position``."""
    runs: list[Placed] = []
    at = start = position
    fresh: list[str] = []
    for mark, content in [*hunk_body(hunk), (" ", "")]:
        if mark == "-":
            at += 1
        elif mark == "+":
            fresh.append(content.removesuffix("\r"))
        else:
            if at > start or fresh:
                runs.append((start, at - start, fresh))
            at += 1
            start, fresh = at, []
    return runs


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


def _places(
    core: Sequence[str], lines: Sequence[str], floor: int, target: int | None, *, only_nearest: bool
) -> list[int]:
    """The positions from ``floor`` on at which ``core`` stands.

    Around ``target``, if there is one: in growing circles, of which the first that has a place will do
    when the nearest is wanted, and no farther than the last of :data:`CIRCLES`.
    """
    if not core:
        return []
    if target is None:
        return _places_in(core, lines, floor, len(lines))
    for radius in CIRCLES if only_nearest else CIRCLES[-1:]:
        low, high = max(target - radius, floor), min(target + len(core) + radius, len(lines))
        places = _places_in(core, lines, low, high)
        if places:
            return places
        if low == floor and high == len(lines):
            break
    return []


def _places_in(core: Sequence[str], lines: Sequence[str], low: int, high: int) -> list[int]:
    """The positions of ``core`` within ``lines[low:high]``, found by its longest line first."""
    window = list(lines[low:high])
    wanted = list(core)
    key = max(range(len(wanted)), key=lambda index: len(wanted[index]))
    places: list[int] = []
    at = key
    while True:
        try:
            at = window.index(wanted[key], at)
        except ValueError:
            return places
        if window[at - key : at - key + len(wanted)] == wanted:
            places.append(low + at - key)
        at += 1
