"""Provenance of a content: which line of a weave each of its lines is, and in what form.

A content that is a state of the document is looked up; any other is aligned to the state that has
most of it, what is left over to the dead and not yet written lines of the same gap, and what is
still left to the missing lines of that gap in another form (:mod:`byline.attribution.rewritten`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from byline.attribution.align import Block, align
from byline.attribution.fate import Fates
from byline.attribution.locate import WEAK_ALNUM
from byline.attribution.rewritten import find_rewritten
from byline.attribution.tokens import alphanumerics
from byline.attribution.weave import NOBODY, Weave
from byline.patch import Match

STRANGER = 0
"""In place of a line id: no line of the weave. (Id 0 is the head of the order, never a line.)"""


@dataclass(slots=True)
class Provenance:
    """The answer for one content.

    ``ids`` has a line id, or STRANGER, for each line; ``forms`` says of a line (by index) that it is
    ``reformatted`` or ``edited``; ``suspended`` are lines (by index) of a run that vanished without a record
    and is not back as a whole; ``missing`` are the lines of the nearest state that were not found at
    all, in runs that stood together.
    """

    ids: list[int]
    forms: dict[int, Match] = field(default_factory=dict)
    suspended: set[int] = field(default_factory=set)
    missing: list[tuple[int, ...]] = field(default_factory=list)


def provenance(
    weave: Weave,
    lines: Sequence[str],
    known_edits: int,
    fates: Fates | None = None,
    *,
    with_undone: bool = False,
) -> Provenance:
    """Find each of ``lines`` in the weave.

    ``known_edits``: how many edits of the document were done when the content was committed. A line
    that one of them undid, leaving nothing or the earlier text in its place, is dead: it is not found
    again, since a person may have typed it anew (rules 14 and 16 of ``attribution.md``), unless
    ``with_undone``.
    """
    fates = fates or Fates(weave)
    undone_by = 0 if with_undone else known_edits
    for number in weave.states_reading(lines):
        exact = Provenance(_without_undone(weave, fates, weave.state_lines(number), undone_by))
        _drop_suspended(weave, fates, exact)
        return exact
    state = weave.state_lines(weave.nearest_state(lines, known_edits))
    blocks = _without_weak_islands(align([weave.text[line] for line in state], lines), lines)
    found = [STRANGER] * len(lines)
    for old, new, size in blocks:
        found[new : new + size] = state[old : old + size]
    if STRANGER not in found:
        whole = Provenance(
            _without_undone(weave, fates, found, undone_by), missing=_absent_runs(state, found)
        )
        _drop_suspended(weave, fates, whole)
        return whole
    place = {line: index for index, line in enumerate(weave.order())}
    _fill_gaps(weave, lines, found, list(place), place)
    result = Provenance(_without_undone(weave, fates, found, undone_by))
    _drop_suspended(weave, fates, result)
    _find_forms(weave, lines, result, state, place)
    result.missing = _absent_runs(state, result.ids)
    return result


def _absent(state: Sequence[int], found: Sequence[int]) -> list[int]:
    here = set(found)
    return [line for line in state if line not in here]


def _absent_runs(state: Sequence[int], found: Sequence[int]) -> list[tuple[int, ...]]:
    here = set(found)
    runs: list[list[int]] = [[]]
    for line in state:
        if line not in here:
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    return [tuple(run) for run in runs if run]


def _without_undone(weave: Weave, fates: Fates, found: list[int], known_edits: int) -> list[int]:
    return [
        STRANGER if line and weave.killer[line] >= 0 and fates.is_undone(line, known_edits) else line
        for line in found
    ]


def _drop_suspended(weave: Weave, fates: Fates, result: Provenance) -> None:
    """Let go of recorded lines that vanished without a record, unless their whole run is back (rule 14).

    A run is what vanished together from one place. A person may have typed a part of it anew.
    """
    gone = [
        index
        for index, line in enumerate(result.ids)
        if line and weave.killer[line] == NOBODY and weave.owner[line] != NOBODY
    ]
    if not gone:
        return
    here = set(result.ids)
    whole: dict[int, bool] = {}
    for index in gone:
        run = fates.loss(result.ids[index]).lines
        if run[0] not in whole:
            whole[run[0]] = all(other in here for other in run if weave.owner[other] != NOBODY)
        if not whole[run[0]]:
            result.suspended.add(index)
    for index in result.suspended:
        result.ids[index] = STRANGER


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
        letters = alphanumerics(lines[new : min(new + size, new + 8)])
        if letters > WEAK_ALNUM or not before or not after or before + after <= 2 * size + 2:
            kept.append(block)
    return kept


def _gaps(found: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The runs of strangers, each as the index of the found line before (or -1) and after (or the length)."""
    for left, right in pairwise([-1, *(index for index, line in enumerate(found) if line), len(found)]):
        if right - left > 1:
            yield left, right


def _fill_gaps(
    weave: Weave, lines: Sequence[str], found: list[int], order: Sequence[int], place: dict[int, int]
) -> None:
    """Find leftover lines among the weave's other lines between the same neighbours."""
    for left, right in list(_gaps(found)):
        start = place[found[left]] + 1 if left >= 0 else 0
        end = place[found[right]] if right < len(lines) else len(order)
        candidates = [line for line in order[start:end] if weave.killer[line] != NOBODY]
        if candidates:
            gap = lines[left + 1 : right]
            blocks = align([weave.text[line] for line in candidates], gap)
            for old, new, size in _without_weak_islands(blocks, gap):
                found[left + 1 + new : left + 1 + new + size] = candidates[old : old + size]


def _find_forms(
    weave: Weave, lines: Sequence[str], result: Provenance, state: Sequence[int], place: dict[int, int]
) -> None:
    """Find leftover lines among the missing lines of their gap in another form, then blanks between those."""
    missing = _absent(state, result.ids)
    places = [place[line] for line in missing]
    for left, right in list(_gaps(result.ids)):
        start = bisect_right(places, place[result.ids[left]]) if left >= 0 else 0
        end = bisect_left(places, place[result.ids[right]]) if right < len(lines) else len(places)
        block = missing[start:end]
        fresh = lines[left + 1 : right]
        for entry in find_rewritten([weave.text[line] for line in block], fresh):
            sources = [block[index] for index in entry.old]
            owners = {weave.owner[line] for line in sources}
            if len(owners) == 1:
                result.ids[left + 1 + entry.new] = sources[0]
                result.forms[left + 1 + entry.new] = entry.match
        _find_blanks(weave, lines, result, block, range(left + 1, right))


def _find_blanks(
    weave: Weave, lines: Sequence[str], result: Provenance, block: Sequence[int], gap: range
) -> None:
    """A blank line right behind a reformatted one stays its author's if one stood there in the record."""
    for index in gap:
        before = result.ids[index - 1] if index else STRANGER
        if lines[index].strip() or result.ids[index] or result.forms.get(index - 1) != "reformatted":
            continue
        at = block.index(before) + 1 if before in block else len(block)
        if at < len(block) and not weave.text[block[at]].strip():
            result.ids[index] = block[at]
