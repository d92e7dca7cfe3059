"""Provenance of a content: which line of a weave each of its lines is, and in what form.

A content that is a state of the document is looked up; any other is aligned to the state that has
most of it, what is left over to the dead and not yet written lines of the same gap, and what is
still left to the missing lines of that gap in another form (:mod:`byline.attribution.rewritten`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from byline.attribution.align import Block, align, align_from_end, weigh, without_weak_islands
from byline.attribution.fate import Fates
from byline.attribution.rewritten import find_rewritten
from byline.attribution.weave import ALIVE, NOBODY, Weave
from byline.attribution.weave_views import Window
from byline.frozen import dataclass
from byline.patch import Match

STRANGER = 0
"""In place of a line id: no line of the weave. (Id 0 is the head of the order, never a line.)"""

MAX_MIRRORED = 20_000
"""Longer contents are aligned from one end only."""

WIDEST = 12
"""So many lines beside a gap at most are looked at again with it."""

MAX_STATES = 4
"""So many states at most are compared with one gap."""

Aligner = Callable[[Sequence[str], Sequence[str]], list[Block]]


class Provenance:
    """The answer for one content.

    ``ids`` has a line id, or STRANGER, for each line; ``forms`` says of a line (by index) that it is
    ``reformatted`` or ``edited``; ``suspended`` are lines (by index) of a run that vanished without a record
    and is not back as a whole.
    """

    __slots__ = ("forms", "ids", "suspended")

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
        self.forms: dict[int, Match] = {}
        self.suspended: set[int] = set()


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far a document's edits had come when a content was committed.

    ``done``: so many of its first edits were completed by then. ``possible``: so many may have been, as
    clocks differ a little; what later ones wrote is not in the content. None: no later ones are known of.
    """

    done: int
    possible: int | None = None


def provenances(
    weave: Weave,
    lines: Sequence[str],
    horizon: Horizon,
    fates: Fates | None = None,
    *,
    with_undone: bool = False,
) -> tuple[Provenance, ...]:
    """Find each of ``lines`` in the weave: one answer, or two where equal lines leave open which is which.

    A line that an edit done by then undid, leaving nothing or the earlier text in its place, is dead: it is
    not found again, since a person may have typed it anew (rules 14 and 16 of ``attribution.md``), unless
    ``with_undone``.
    """
    search = _Search(weave, lines, horizon, fates or Fates(weave), 0 if with_undone else horizon.done)
    return search.answers()


class _Search:
    """Where the lines of one content are in a weave."""

    def __init__(
        self, weave: Weave, lines: Sequence[str], horizon: Horizon, fates: Fates, undone_by: int
    ) -> None:
        self._weave = weave
        self._lines = lines
        self._fates = fates
        self._done = horizon.done
        self._undone_by = undone_by
        self._last = weave.last_state_before(horizon.possible) if horizon.possible is not None else None

    def answers(self) -> tuple[Provenance, ...]:
        weave, lines = self._weave, self._lines
        number = weave.state_reading(lines, self._done, self._last)
        if number is not None:
            return (self._checked(Provenance(weave.state_lines(number))),)
        number = weave.nearest_state(lines, self._done, self._last, self._window)
        state = weave.state_lines(number)
        first = self._completed(number, state, align)
        if len(lines) > MAX_MIRRORED:
            return (first,)
        second = self._completed(number, state, align_from_end)
        return (first,) if first.ids == second.ids else (first, second)

    @cached_property
    def _window(self) -> Window:
        return self._weave.window(self._lines)

    def _between(self, first: int, last: int) -> list[int]:
        """The lines that stand between two lines (or STRANGER: an end) and may be in the content, in the
        total order, of all that ever were.
        """
        weave, until = self._weave, self._last
        if first and last and weave.place[first] >= weave.place[last]:
            return []
        return [
            line
            for line in weave.between(first, last)
            if (weave.killer[line] != NOBODY or weave.owner[line] == NOBODY)
            and (until is None or weave.born[line] <= until)
        ]

    def _is_unique(self, text: str) -> bool:
        """Whether a text stands once in the content and once in the weave."""
        return self._weave.times[text] == 1 and self._window.count(text) == 1

    def _completed(self, number: int, state: Sequence[int], aligner: Aligner) -> Provenance:
        """The content aligned to a state, and what that leaves open filled in."""
        weave, lines = self._weave, self._lines
        found = [STRANGER] * len(lines)
        blocks = without_weak_islands(aligner([weave.text[line] for line in state], lines), lines)
        for old, new, size in blocks:
            found[new : new + size] = state[old : old + size]
        self._fill_gaps(number, found, [*_gaps(found), *_holes(blocks, len(state), len(lines))], aligner)
        result = self._checked(Provenance(found))
        if STRANGER in result.ids:
            _find_forms(weave, lines, result, state)
        return result

    def _checked(self, result: Provenance) -> Provenance:
        """Without the lines that are dead, and those of which only a part came back."""
        result.ids = _without_undone(self._weave, self._fates, result.ids, self._undone_by)
        _drop_suspended(self._weave, self._fates, result)
        return result

    def _fill_gaps(
        self, number: int, found: list[int], gaps: Sequence[tuple[int, int]], aligner: Aligner
    ) -> None:
        """Find leftover lines among the weave's other lines between the same neighbours.

        ``gaps`` are the neighbours between which lines are left over, of the content or of the state. What
        stands beside them may be another state's too, unless its text is the only one of its kind: a
        partial commit has lines of several states.
        """
        done = -1
        for left, right in sorted(set(gaps)):
            if left < done:
                continue
            first, last = self._widened(found, left, right)
            first = max(first, done)
            if last == first + 1:
                continue
            candidates = self._between(
                found[first] if first >= 0 else STRANGER, found[last] if last < len(found) else STRANGER
            )
            done = last
            if candidates:
                found[first + 1 : last] = self._fitted(number, candidates, (first + 1, last), found, aligner)

    def _widened(self, found: Sequence[int], left: int, right: int) -> tuple[int, int]:
        """The gap with what stands beside it, as far as lines that can be told from all others."""
        lines = self._lines
        for _ in range(WIDEST):
            if left >= 0 and found[left] and not self._is_unique(lines[left]):
                left -= 1
        while left >= 0 and not found[left]:
            left -= 1
        for _ in range(WIDEST):
            if right < len(lines) and (not found[right] or not self._is_unique(lines[right])):
                right += 1
        while right < len(lines) and not found[right]:
            right += 1
        return left, right

    def _fitted(
        self,
        number: int,
        candidates: Sequence[int],
        span: tuple[int, int],
        found: Sequence[int],
        aligner: Aligner,
    ) -> list[int]:
        """The lines of a span among the candidates: those of the state that has most of them, then others."""
        weave = self._weave
        gap = self._lines[span[0] : span[1]]
        most, best = -1, list(found[span[0] : span[1]])
        for state in self._states_within(number, candidates, gap, best):
            alive = [line for line in candidates if weave.stood(line, state)]
            blocks = aligner([weave.text[line] for line in alive], gap)
            worth = sum(weigh(gap[new : new + size]) for _, new, size in blocks)
            # Where several are as good, the other end's alignment takes the other one.
            if worth > most or (worth == most and aligner is align_from_end):
                most, best = worth, [STRANGER] * len(gap)
                for old, new, size in without_weak_islands(blocks, gap):
                    best[new : new + size] = alive[old : old + size]
        index = {line: at for at, line in enumerate(candidates)}
        for left, right in list(_gaps(best)):
            start = index[best[left]] + 1 if left >= 0 else 0
            end = index[best[right]] if right < len(gap) else len(candidates)
            rest, others = gap[left + 1 : right], candidates[start:end]
            blocks = aligner([weave.text[line] for line in others], rest)
            for old, new, size in without_weak_islands(blocks, rest):
                best[left + 1 + new : left + 1 + new + size] = others[old : old + size]
        return best

    def _states_within(
        self, number: int, candidates: Sequence[int], gap: Sequence[str], found: Sequence[int]
    ) -> list[int]:
        """The states that the lines of a gap may be of: the nearest, then those that agree with them more."""
        weave = self._weave
        open_texts = {text for text, line in zip(gap, found, strict=True) if not line}
        here = set(found)
        states = [number]
        for line in candidates:
            if weave.stood(line, number):
                state = weave.born[line] - 1 if line not in here else number
            elif weave.text[line] in open_texts:
                state = weave.born[line] if weave.born[line] > number else weave.died[line] - 1
            else:
                continue
            if state not in states and state >= 0 and len(states) < MAX_STATES:
                states.append(state)
        return states


def _holes(blocks: Sequence[Block], old_size: int, new_size: int) -> Iterator[tuple[int, int]]:
    """The neighbours (the ends count) between which a content lacks lines of a state it is aligned to."""
    if not old_size:
        return
    if not blocks or blocks[0][:2] != (0, 0):
        yield -1, 0
    for (old, new, size), (next_old, next_new, _) in pairwise(blocks):
        if next_new == new + size and next_old != old + size:
            yield next_new - 1, next_new
    if not blocks or (blocks[-1][0] + blocks[-1][2], blocks[-1][1] + blocks[-1][2]) != (old_size, new_size):
        yield new_size - 1, new_size


def _without_undone(weave: Weave, fates: Fates, found: list[int], known_edits: int) -> list[int]:
    if max(map(weave.killer.__getitem__, found), default=ALIVE) < 0:
        return found
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
        for index, line in enumerate(result.ids if weave.vanished else ())
        if line in weave.vanished and weave.owner[line] != NOBODY
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


def _gaps(found: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The runs of strangers, each as the index of the found line before (or -1) and after (or the length)."""
    at, size = 0, len(found)
    for _ in range(found.count(STRANGER)):
        try:
            first = at = found.index(STRANGER, at)
        except ValueError:
            return
        while at < size and not found[at]:
            at += 1
        yield first - 1, at


def _find_forms(weave: Weave, lines: Sequence[str], result: Provenance, state: Sequence[int]) -> None:
    """Find leftover lines among the missing lines of their gap in another form, then blanks between those."""
    here, place = set(result.ids), weave.place
    missing = [line for line in state if line not in here]
    places = [place[line] for line in missing]
    for left, right in list(_gaps(result.ids)):
        start = bisect_right(places, place[result.ids[left]]) if left >= 0 else 0
        end = bisect_left(places, place[result.ids[right]]) if right < len(lines) else len(places)
        block = missing[start:end]
        fresh = lines[left + 1 : right]
        for entry in find_rewritten([weave.text[line] for line in block], fresh):
            sources = [block[index] for index in entry.old]
            owners = {weave.owner[line] for line in sources}
            same = weave.text[sources[0]] == fresh[entry.new]
            # A line that is the same and was not found says too little to be taken for another form.
            if len(owners) == 1 and not same:
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
