"""Construct: replay the recorded edits of one document into a weave.

A document is one file of one checkout, followed through renames. Its base is the first edit's own
before-state where the record carries one, else the version nearest in time at which that edit applies
as recorded. Later edits that do not apply to what the replay knows tell that something unrecorded
happened: a version at which they do apply is observed first; else they are placed by their own lines.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf
from operator import attrgetter

from byline.attribution.edit import Edit, Version, new_side, old_side
from byline.attribution.locate import Placed, place_as_recorded, place_by_context, place_each, region_seen
from byline.attribution.order import CausalOrder
from byline.attribution.unplaced import unapplied
from byline.attribution.weave import NOBODY, Weave
from byline.frozen import dataclass
from byline.patch import Hunk

_TIME = attrgetter("time_ms")

MAX_VERSIONS = 200
"""How many contents of a file, those next to it in time, an edit without a before-state is tried on."""

CLOCK_TOLERANCE_MS = 120_000
"""An edit completed later than this after the committer time is no candidate (``attribution.md``)."""


@dataclass(frozen=True, slots=True)
class Document:
    """What was constructed: the weave, whose owners and killers are indices into ``edits``.

    ``unplaced`` has, for edits that the replay could not place wholly, the hunks that have no place.
    """

    edits: tuple[Edit, ...]
    weave: Weave
    unplaced: Mapping[int, tuple[Hunk, ...]]
    base_assumed: bool


def construct(edits: Sequence[Edit], versions: Sequence[Version]) -> Document:
    """Replay ``edits``, given in order of time, over the ``versions`` of the file known from commits.

    Args:
        edits: the edits of one document, deduplicated; contents they carry may correct their order.
        versions: contents of the file at commits, in any order; may be empty.
    """
    return Construction().document(edits, versions)


class Construction:
    """One document for one commit after another: what their replays have in common is replayed once.

    The answers are those of :func:`construct`. A replay goes on where the last one stopped, or is taken back
    to where the two part: work grows with how far apart in time the commits are that follow each other.
    """

    def __init__(self) -> None:
        self._order = CausalOrder()
        self._replay = _Replay()

    def document(self, edits: Sequence[Edit], versions: Sequence[Version]) -> Document:
        """As :func:`construct`. The document holds until this is called again."""
        replay = self._replay
        ordered = self._order.of(edits)
        replay.begin(ordered, sorted(versions, key=_TIME))
        replay.finish()
        return Document(tuple(ordered), replay.weave or Weave(()), dict(replay.unplaced), replay.base_assumed)

    def weight(self) -> int:
        """How many lines the weave and the contents that the edits carry have, together."""
        weave = self._replay.weave
        return self._replay.weight + (len(weave.text) if weave is not None else 0)


@dataclass(frozen=True, slots=True)
class _Step:
    """How a replay was before an edit: after so many states of the weave (0: there was none) and moves of
    edits to and from the unplaced ones.

    ``looked`` are times (ms): versions from the first to the second had a say in the step.
    """

    states: int
    moves: int
    base_assumed: bool
    time_ms: int


class _Replay:
    def __init__(self) -> None:
        self._edits: list[Edit] = []
        self._versions: list[Version] = []
        self.weave: Weave | None = None
        self.unplaced: dict[int, tuple[Hunk, ...]] = {}
        self._moves: list[tuple[int, tuple[Hunk, ...] | None]] = []
        """For each change of ``unplaced`` what an edit had there before, to be taken back."""
        self.base_assumed = False
        self._time_ms = 0
        self._steps: list[_Step] = []
        self._looks: list[tuple[int, float, float]] = []
        """Edits that versions had a say in: their index, and from when to when (ms) the versions were."""
        self._finished_from: _Step | None = None
        self.weight = 0

    def begin(self, edits: list[Edit], versions: list[Version]) -> None:
        """Replay edits; what was replayed before and is the same is kept."""
        self._take_back(min(self._same_edits(edits), self._same_versions(versions)))
        self._edits, self._versions = edits, versions
        for index in range(len(self._steps), len(edits)):
            self._steps.append(self._now())
            self.weight += _carried(edits[index])
            try:
                self.apply(index)
            except BaseException:
                self._take_back(index)
                raise

    def _same_edits(self, edits: list[Edit]) -> int:
        """How many of the first edits are those that were replayed."""
        known = min(len(edits), len(self._steps))
        if edits[:known] == self._edits[:known]:
            return known
        return next(index for index in range(known) if edits[index] != self._edits[index])

    def _same_versions(self, versions: list[Version]) -> int:
        """How many of the edits have been replayed with versions that these do not differ from."""
        shared = min(len(versions), len(self._versions))
        if self._versions[:shared] == versions[:shared]:
            # Most often the one history goes on where the other ends.
            return self._unlooked([v.time_ms for v in (*versions[shared:], *self._versions[shared:])])
        old = [version.key() for version in self._versions]
        new = [version.key() for version in versions]
        if old == new or not self._looks:
            return len(self._steps)
        gone, come = set(old).difference(new), set(new).difference(old)
        if [key for key in old if key not in gone] != [key for key in new if key not in come]:
            return self._looks[0][0]
        times = [version.time_ms for key, version in zip(old, self._versions, strict=True) if key in gone]
        times += [version.time_ms for key, version in zip(new, versions, strict=True) if key in come]
        return self._unlooked(times)

    def _unlooked(self, times: Sequence[int]) -> int:
        """How many of the first edits no version of these times had a say in."""
        if times and self._looks:
            low, high = min(times), max(times)
            for index, since, until in self._looks:
                if since <= high and low <= until and any(since <= time <= until for time in times):
                    return index
        return len(self._steps)

    def _now(self) -> _Step:
        states = len(self.weave.states) if self.weave is not None else 0
        return _Step(states, len(self._moves), self.base_assumed, self._time_ms)

    def _take_back(self, edits: int) -> None:
        """Be as after so many edits."""
        if self._finished_from is not None:
            self._restore(self._finished_from)
            self._finished_from = None
        if edits < len(self._steps):
            self._restore(self._steps[edits])
            for edit in self._edits[edits : len(self._steps)]:
                self.weight -= _carried(edit)
            del self._steps[edits:]
            while self._looks and self._looks[-1][0] >= edits:
                self._looks.pop()

    def _restore(self, step: _Step) -> None:
        self.base_assumed = step.base_assumed
        self._restore_unplaced(step.moves)
        self._time_ms = step.time_ms
        if self.weave is not None:
            if step.states:
                self.weave.take_back(step.states)
            else:
                self.weave = None

    def _restore_unplaced(self, moves: int) -> None:
        """Have ``unplaced`` be as after so many moves, in the order of the edits."""
        came_back = False
        while len(self._moves) > moves:
            index, before = self._moves.pop()
            if before is None:
                del self.unplaced[index]
            else:
                self.unplaced[index] = before
                came_back = True
        if came_back:
            self.unplaced = dict(sorted(self.unplaced.items()))

    def _set_aside(self, index: int, hunks: tuple[Hunk, ...]) -> None:
        """Have these hunks of an edit be without a place."""
        self._moves.append((index, self.unplaced.get(index)))
        self.unplaced[index] = hunks

    def _look(self, since: float, until: float) -> None:
        """Note that versions of these times have a say in the edit that is being replayed."""
        self._looks.append((len(self._steps) - 1, since, until))

    def apply(self, index: int) -> None:
        edit = self._edits[index]
        before = edit.before if edit.before is not None else _before(edit)
        if before is not None:
            self._see(before)
            placed = self._placed_in(edit, before)
        else:
            placed = self._find(index, edit) if edit.hunks else None
            if placed is None and self.weave is None:
                placed = self._find_some(index, edit)
        if placed is None:
            if not self._write_whole(index, edit):
                self._set_aside(index, edit.hunks)
            return
        self._time_ms = edit.origin.time_ms
        self._write(index, placed)

    def finish(self) -> None:
        """Where no edit found a base, take it from what came of them: from the first commit that has it.

        That is so in a file's first commit, and where the agent's clock is a little ahead of git's.
        """
        if self.weave is not None or not self.unplaced:
            return
        self._finished_from = self._now()
        first_ms = self._edits[min(self.unplaced)].origin.time_ms - CLOCK_TOLERANCE_MS
        for version in self._later(first_ms):
            if unapplied(self.unplaced, version.lines)[0]:
                self.base_assumed = True
                self._see(version.lines)
                return

    def _placed_in(self, edit: Edit, before: Sequence[str]) -> list[Placed] | None:
        """The edit's hunks in its own before-state; where they contradict it, ``after`` decides."""
        numbered = edit.search == "recorded" and edit.hunks
        placed = place_as_recorded(edit.hunks, before) if numbered else None
        if edit.after is not None and (placed is None or _after(before, placed) != list(edit.after)):
            return [(0, len(before), list(edit.after))]
        return placed if placed is not None else place_by_context(edit.hunks, before, edit.search)

    def _write_whole(self, index: int, edit: Edit) -> bool:
        """A whole-file write with no before-state: what it leaves as it was it did not write."""
        if edit.after is None:
            return False
        if self.weave is None:
            nearest = self._nearest(edit.origin.time_ms)
            self.weave = Weave(nearest[0].lines if nearest else ())
        self.weave.begin_state(index)
        self.weave.splice(0, len(self.weave.live), edit.after)
        return True

    def _see(self, lines: Sequence[str]) -> None:
        """Note that the file read ``lines``; what edits without a place left there is theirs."""
        late, rest = unapplied(self.unplaced, lines) if self.unplaced else ([], lines)
        self._read(rest)
        if late:
            for index in {index for index, _ in late}:
                self._moves.append((index, self.unplaced.pop(index)))
        for index, runs in reversed(late):
            self._write(index, runs)
        if late:
            self._read(lines)

    def _read(self, lines: Sequence[str]) -> None:
        if self.weave is None:
            self.weave = Weave(lines)
        else:
            self.weave.observe(lines)

    def _write(self, index: int, runs: Sequence[Placed]) -> None:
        assert self.weave is not None  # noqa: S101 - whoever found a place made one
        self.weave.begin_state(index)
        write = self.weave.rewrite if self._edits[index].window else self.weave.splice
        for position, count, lines in reversed(runs):
            write(position, count, lines)

    def _find(self, index: int, edit: Edit) -> list[Placed] | None:
        """Where an edit without a before-state applies; observes the version it applies to if need be."""
        if edit.search == "recorded" and _expects_nothing(edit.hunks):
            # A created file: whatever stood there before is gone.
            self._see(())
            return [(0, 0, [line.content.removesuffix("\r") for line in edit.hunks[0].lines])]
        if self.weave is None:
            return self._find_base(edit)
        current = self.weave.live_lines()
        if edit.search == "recorded" and (placed := place_as_recorded(edit.hunks, current)) is not None:
            return placed
        # A version that lacks recorded lines may be a partial commit, which says nothing of the work tree:
        # it is looked at only when all else fails.
        since = self._nearest(edit.origin.time_ms, self._time_ms)
        whole = self._with_all_recorded(since)
        return (
            self._find_in(whole, edit)
            or place_by_context(edit.hunks, current, edit.search)
            or self._find_some(index, edit)
            or self._find_in(since, edit)
        )

    def _find_base(self, edit: Edit) -> list[Placed] | None:
        """Where the first edit of a document applies; the version it applies to is the base."""
        versions = self._nearest(edit.origin.time_ms)
        if (placed := self._find_in(versions, edit)) is not None:
            return placed
        for version in versions:
            placed = place_by_context(edit.hunks, version.lines, edit.search)
            if placed is not None:
                self.base_assumed = True
                self._see(version.lines)
                return placed
        later = self._later(edit.origin.time_ms)
        for version in later:
            if not _holds(version, edit) and (placed := self._find_in([version], edit)) is not None:
                self._look(edit.origin.time_ms, version.time_ms)
                return placed
        all_tried = len(later) == MAX_VERSIONS
        self._look(edit.origin.time_ms, later[-1].time_ms if all_tried else inf)
        return None

    def _with_all_recorded(self, versions: Sequence[Version]) -> list[Version]:
        """The versions that lack no recorded line."""
        weave = self.weave
        if weave is None or not versions:
            return list(versions)
        recorded = Counter(weave.text[line] for line in weave.live if weave.owner[line] != NOBODY)
        found: list[Version] = []
        for version in versions:
            there = Counter(version.lines)
            if all(there.get(text, 0) >= count for text, count in recorded.items()):
                found.append(version)
        return found

    def _find_some(self, index: int, edit: Edit) -> list[Placed] | None:
        """What of an edit has a place, when something nobody recorded changed the lines around the rest.

        What a hunk expects is how the file read there: it is observed first, where enough of it agrees.
        """
        if edit.search != "recorded":
            return None
        if self.weave is None:
            nearest = self._nearest(edit.origin.time_ms)
            if not nearest or _holds(nearest[0], edit):
                return None
            self.weave = Weave(nearest[0].lines)
            self.base_assumed = True
        places = place_each(edit.hunks, self.weave.live_lines(), "recorded")
        shift = 0
        for hunk, place in zip(edit.hunks, places, strict=True):
            expected = old_side(hunk)
            if place is not None:
                shift = place[0][0] - _first_touched(hunk)
            elif (region := region_seen(hunk, self.weave.live_lines(), shift)) is not None:
                self.weave.observe_region(*region, expected)
                shift += len(expected) - region[1]
        places = place_each(edit.hunks, self.weave.live_lines(), "recorded")
        lost = tuple(hunk for hunk, place in zip(edit.hunks, places, strict=True) if place is None)
        if lost:
            self._set_aside(index, lost)
        return [run for place in places if place is not None for run in place] or None

    def _find_in(self, versions: Sequence[Version], edit: Edit) -> list[Placed] | None:
        """The first of the versions at which the edit applies as recorded, observed."""
        for version in versions:
            if edit.search == "recorded":
                placed = place_as_recorded(edit.hunks, version.lines)
            else:
                placed = place_by_context(edit.hunks, version.lines, edit.search)
            if placed is not None:
                self._see(version.lines)
                return placed
        return None

    def _nearest(self, time_ms: int, since: float = -inf) -> list[Version]:
        """The versions from the one current at a time back to the oldest, or to those of a time."""
        end = bisect_right(self._versions, time_ms, key=_TIME)
        start = max(bisect_left(self._versions, since, hi=end, key=_TIME), end - MAX_VERSIONS)
        self._look(since if end - start < MAX_VERSIONS else self._versions[start].time_ms, time_ms)
        return self._versions[start:end][::-1]

    def _later(self, time_ms: int) -> list[Version]:
        """The versions after a time. What later edits wrote stands in them: only a first edit that applies
        nowhere else is tried on them, as in a rebased history, whose commits are younger than their lines.
        """
        start = bisect_right(self._versions, time_ms, key=_TIME)
        return self._versions[start : start + MAX_VERSIONS]


def _carried(edit: Edit) -> int:
    return len(edit.before or ()) + len(edit.after or ())


def _holds(version: Version, edit: Edit) -> bool:
    """Whether a version has the result of an edit: it is not what the edit was made to."""
    return bool(unapplied({0: edit.hunks}, version.lines)[0])


def _before(edit: Edit) -> list[str] | None:
    """The content before an edit that records its hunks and the content after them: the hunks undone."""
    if edit.after is None or edit.search != "recorded" or not edit.hunks:
        return None
    lines = list(edit.after)
    for hunk in reversed(edit.hunks):
        start = hunk.new_start - 1 if hunk.new_count else hunk.new_start
        fresh = new_side(hunk)
        if start < 0 or lines[start : start + len(fresh)] != fresh:
            return None
        lines[start : start + len(fresh)] = old_side(hunk)
    return lines


def _after(before: Sequence[str], placed: Sequence[Placed]) -> list[str]:
    """What ``before`` becomes."""
    lines: list[str] = []
    at = 0
    for position, count, fresh in placed:
        lines += [*before[at:position], *fresh]
        at = position + count
    return [*lines, *before[at:]]


def _first_touched(hunk: Hunk) -> int:
    """Where the first run of touched lines begins, 0-based in the old file."""
    first = hunk.lines[0]
    if first.kind == "removed":
        return first.line_number - 1
    return hunk.old_start + (hunk.old_count == 0) - 1 + first.line_number - hunk.new_start


def _expects_nothing(hunks: Sequence[Hunk]) -> bool:
    return len(hunks) == 1 and hunks[0].old_start == 0 and not old_side(hunks[0])
