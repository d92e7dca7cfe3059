"""Construct: replay the recorded edits of one document into a weave.

A document is one file of one checkout, followed through renames. Its base is the first edit's own
before-state where the record carries one, else the version nearest in time at which that edit applies
as recorded. Later edits that do not apply to what the replay knows tell that something unrecorded
happened: a version at which they do apply is observed first; else they are placed by their own lines.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from byline.attribution.edit import Edit, Version, new_side, old_side
from byline.attribution.locate import Placed, place_as_recorded, place_by_context, place_each, region_seen
from byline.attribution.order import causal_order
from byline.attribution.unplaced import unapplied
from byline.attribution.weave import NOBODY, Weave
from byline.patch import Hunk

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
    edits = causal_order(edits)
    replay = _Replay(edits, sorted(versions, key=lambda version: version.time_ms))
    for index in range(len(edits)):
        replay.apply(index)
    replay.finish()
    return Document(tuple(edits), replay.weave or Weave(()), replay.unplaced, replay.base_assumed)


class _Replay:
    def __init__(self, edits: Sequence[Edit], versions: Sequence[Version]) -> None:
        self._edits = edits
        self._versions = versions
        self.weave: Weave | None = None
        self.unplaced: dict[int, tuple[Hunk, ...]] = {}
        self.base_assumed = False
        self._time_ms = 0

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
                self.unplaced[index] = edit.hunks
            return
        self._time_ms = edit.origin.time_ms
        self._write(index, placed)

    def finish(self) -> None:
        """Where no edit found a base, take it from what came of them: from the first commit that has it.

        That is so in a file's first commit, and where the agent's clock is a little ahead of git's.
        """
        if self.weave is not None or not self.unplaced:
            return
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
        for index, runs in reversed(late):
            self.unplaced.pop(index, None)
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
        versions = self._nearest(edit.origin.time_ms)
        if self.weave is None:
            return self._find_base(edit, versions)
        current = self.weave.live_lines()
        if edit.search == "recorded" and (placed := place_as_recorded(edit.hunks, current)) is not None:
            return placed
        # A version that lacks recorded lines may be a partial commit, which says nothing of the work tree:
        # it is looked at only when all else fails.
        since = [version for version in versions if version.time_ms >= self._time_ms]
        whole = [version for version in since if self._has_all_recorded(version)]
        return (
            self._find_in(whole, edit)
            or place_by_context(edit.hunks, current, edit.search)
            or self._find_some(index, edit)
            or self._find_in(since, edit)
        )

    def _find_base(self, edit: Edit, versions: Sequence[Version]) -> list[Placed] | None:
        """Where the first edit of a document applies; the version it applies to is the base."""
        if (placed := self._find_in(versions, edit)) is not None:
            return placed
        for version in versions:
            placed = place_by_context(edit.hunks, version.lines, edit.search)
            if placed is not None:
                self.base_assumed = True
                self._see(version.lines)
                return placed
        later = self._later(edit.origin.time_ms)
        return self._find_in([version for version in later if not _holds(version, edit)], edit)

    def _has_all_recorded(self, version: Version) -> bool:
        weave = self.weave
        if weave is None:
            return True
        recorded = Counter(weave.text[line] for line in weave.live if weave.owner[line] != NOBODY)
        return not recorded - Counter(version.lines)

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
            self.unplaced[index] = lost
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

    def _nearest(self, time_ms: int) -> list[Version]:
        """The versions from the one current at a time back to the oldest."""
        return [version for version in reversed(self._versions) if version.time_ms <= time_ms]

    def _later(self, time_ms: int) -> list[Version]:
        """The versions after a time. What later edits wrote stands in them: only a first edit that applies
        nowhere else is tried on them, as in a rebased history, whose commits are younger than their lines.
        """
        return [version for version in self._versions if version.time_ms > time_ms]


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
