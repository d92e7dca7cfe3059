"""Provenance of a content: which line of a weave each of its lines is.

A content that is a state of the document is looked up; any other is aligned to the state it differs
least from, and what is left over to the dead and not yet written lines of the same gap.
"""

from collections.abc import Sequence
from itertools import pairwise

from byline.attribution.align import Block, align
from byline.attribution.weave import ALIVE, NOBODY, Weave

STRANGER = 0
"""In place of a line id: no line of the weave. (Id 0 is the head of the order, never a line.)"""

_WEAK_ALNUM = 3


def provenance(weave: Weave, lines: Sequence[str], known_edits: int) -> list[int]:
    """For each line its id in the weave, or :data:`STRANGER`.

    ``known_edits``: how many edits of the document were done when the content was committed. A line
    that one of them undid, leaving nothing or the earlier text in its place, is dead: it is not found
    again, since a person may have typed it anew (rules 14 and 16 of ``attribution.md``).
    """
    for number in weave.states_reading(lines):
        return _without_undone(weave, weave.state_lines(number), known_edits)
    state = weave.state_lines(weave.nearest_state(lines))
    blocks = _without_weak_islands(align([weave.text[line] for line in state], lines), lines)
    found = [STRANGER] * len(lines)
    for old, new, size in blocks:
        found[new : new + size] = state[old : old + size]
    _fill_gaps(weave, lines, found)
    return _without_undone(weave, found, known_edits)


def _without_undone(weave: Weave, found: list[int], known_edits: int) -> list[int]:
    return [
        STRANGER if line and weave.killer[line] >= 0 and is_undone(weave, line, known_edits) else line
        for line in found
    ]


def is_undone(weave: Weave, line: int, known_edits: int) -> bool:
    """Whether a recorded edit took a recorded line back: put nothing, or what had been there, in its place.

    A line that was *replaced* may still be committed from an index that is one edit stale.
    """
    killer = weave.killer[line]
    if killer < 0 or killer >= known_edits or weave.owner[line] == NOBODY:
        return False
    number = weave.died[line]
    for splice in weave.states[number].splices:
        if line in splice.removed:
            kept = set(splice.removed)
            fresh = [weave.text[new] for new in splice.inserted if new not in kept]
            lost = [old for old in splice.removed if old not in set(splice.inserted)]
            return len(fresh) < len(lost) or _restores(weave, lost, fresh)
    return False


def _restores(weave: Weave, lost: Sequence[int], fresh: Sequence[str]) -> bool:
    """Whether ``fresh`` is what stood in the place of ``lost`` before those lines were written."""
    born = weave.born[lost[0]]
    for splice in weave.states[born].splices:
        if lost[0] in splice.inserted:
            kept = set(splice.inserted)
            return [weave.text[old] for old in splice.removed if old not in kept] == list(fresh)
    return False


def _without_weak_islands(blocks: Sequence[Block], lines: Sequence[str]) -> list[Block]:
    """Drop matches of a brace or blank line that stand alone amid lines that match nothing.

    Such a line says nothing of where it comes from: the text around it was written anew.
    """
    kept: list[Block] = []
    edges = [(0, 0, 0), *blocks, (0, len(lines), 0)]
    for index, block in enumerate(blocks, 1):
        _, new, size = block
        before = new - (edges[index - 1][1] + edges[index - 1][2])
        after = edges[index + 1][1] - (new + size)
        letters = sum(sum(map(str.isalnum, lines[at])) for at in range(new, min(new + size, new + 8)))
        if letters > _WEAK_ALNUM or not before or not after or before + after <= 2 * size + 2:
            kept.append(block)
    return kept


def _fill_gaps(weave: Weave, lines: Sequence[str], found: list[int]) -> None:
    """Find leftover lines among the weave's other lines between the same neighbours."""
    if STRANGER not in found:
        return
    order = list(weave.order())
    place = {line: index for index, line in enumerate(order)}
    matched = [-1, *(index for index, line in enumerate(found) if line), len(lines)]
    for left, right in pairwise(matched):
        if right - left < 2:
            continue
        start = place[found[left]] + 1 if left >= 0 else 0
        end = place[found[right]] if right < len(lines) else len(order)
        candidates = [line for line in order[start:end] if weave.killer[line] != NOBODY]
        if not candidates:
            continue
        gap = lines[left + 1 : right]
        for old, new, size in align([weave.text[line] for line in candidates], gap):
            found[left + 1 + new : left + 1 + new + size] = candidates[old : old + size]


def is_alive(weave: Weave, line: int) -> bool:
    """Whether the line stands in the document as it is now."""
    return weave.killer[line] == ALIVE
