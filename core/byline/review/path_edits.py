"""The recorded edits of one path of the repository, in order of time: what of them counts for a commit.

Made once for all commits of a run. A commit is told from others by how many of the edits it comes after.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from byline.errors import PatchError
from byline.patch import FilePatch
from byline.review.observations import cumulative, is_window
from byline.review.places import Place
from byline.store.edits import EditRow

if TYPE_CHECKING:
    from byline.review.records import Records

Entries = list[tuple[Place, EditRow]]


def in_time(row: EditRow) -> tuple[int, str, int, int]:
    """What tells the order of edits: time, session, and position in it."""
    return row.time_ms, row.session_id, row.seq, row.id


class PathEdits:
    """``entries`` are in order of time, session and seq, each with its place; the paths in them are one."""

    def __init__(self, records: "Records", entries: Entries) -> None:
        self._records = records
        self._entries = entries
        self._times = [row.time_ms for _, row in entries]
        self.problems: dict[int, str] = {}
        """By edit id sentences about patches that cannot be read; each costs that edit only."""

    def along_with(self, entries: Entries) -> "PathEdits":
        """These and other edits of the path."""
        return PathEdits(
            self._records, sorted([*self._entries, *entries], key=lambda entry: in_time(entry[1]))
        )

    def count_until(self, time_ms: int) -> int:
        """How many of the edits were completed by a time."""
        return bisect_right(self._times, time_ms)

    def by_root(self, count: int) -> dict[str, list[EditRow]]:
        """The edits among the first ``count``, by checkout, in order: without observations, that is
        cumulative diffs and windows that are not their call's, and without those that cannot be read.
        """
        found: dict[str, list[EditRow]] = {}
        for root, (places, rows) in self._alone.items():
            known = rows[: bisect_left(places, count)]
            if self._cumulative:
                known = [
                    row
                    for at, row in zip(places, known, strict=False)
                    if self._cumulative.get(at, count) >= count
                ]
            if known:
                found[root] = known
        return found

    def first(self, count: int) -> EditRow | None:
        """The first of the edits that :meth:`by_root` gives."""
        firsts = [rows[0] for rows in self.by_root(count).values()]
        return min(firsts, key=lambda row: (row.time_ms, row.id), default=None)

    def added_later(self, count: int) -> Container[str]:
        """The lines that other than the first ``count`` edits added."""
        return _Since(self, count)

    def added_in_windows(self, count: int) -> frozenset[str]:
        """The lines that came while shell commands ran among the first ``count``, and are not theirs."""
        rows = [row for at, row in self._windows if at < count]
        return frozenset(line for row in rows for line in self._added(row))

    def patch(self, row: EditRow) -> FilePatch | None:
        """The patch of one of the edits, None where it has none or it cannot be read."""
        try:
            return self._records.patch(row)
        except PatchError as error:
            self.problems[row.id] = f"{row.path}: {error}"
            return None

    @cached_property
    def last_added(self) -> dict[str, int]:
        """By line the last of the edits that added it."""
        return {line: at for at, (_, row) in enumerate(self._entries) for line in self._added(row)}

    def _added(self, row: EditRow) -> list[str]:
        patch = self.patch(row)
        return [
            line.content.removesuffix("\r")
            for hunk in (patch.hunks if patch else ())
            for line in hunk.lines
            if line.kind == "added"
        ]

    @cached_property
    def _cumulative(self) -> dict[int, int]:
        return cumulative([row for _, row in self._entries])

    @cached_property
    def _alone(self) -> dict[str, tuple[list[int], list[EditRow]]]:
        """By checkout the edits that are no observations of their own, and which of all each is."""
        alone: defaultdict[str, tuple[list[int], list[EditRow]]] = defaultdict(lambda: ([], []))
        not_own = {at for at, _ in self._windows}
        for at, (place, row) in enumerate(self._entries):
            if at not in not_own and self._has_patch(row):
                places, rows = alone[place.root]
                places.append(at)
                rows.append(row)
        return dict(alone)

    @cached_property
    def _windows(self) -> Sequence[tuple[int, EditRow]]:
        """Windows that are not their call's."""
        return [
            (at, row)
            for at, (place, row) in enumerate(self._entries)
            if is_window(row) and not self._records.is_own_window(row, place.root)
        ]

    def _has_patch(self, row: EditRow) -> bool:
        try:
            return self._records.has_patch(row)
        except PatchError as error:
            self.problems[row.id] = f"{row.path}: {error}"
            return False


class _Since:
    """The lines that edits of a path added from one of them on."""

    def __init__(self, edits: PathEdits, count: int) -> None:
        self._edits = edits
        self._count = count

    def __contains__(self, line: object) -> bool:
        return isinstance(line, str) and self._edits.last_added.get(line, -1) >= self._count
