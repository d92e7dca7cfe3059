"""Which session a part belongs to, known from its row id alone.

The full-text index answers with row ids, a quarter of a million of them for a common word. Reading each row
of ``parts`` for its session would touch most of the database; but a session's parts are written together, so
a few runs of row ids say the same: 50,000 sessions with 1,000,000 parts are 50,000 runs, read from an index
in 0.2 s."""

import sqlite3
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from byline.frozen import dataclass

_BY_SESSION = "SELECT session_id, min(id), max(id), count(*) FROM parts GROUP BY session_id"
_IDS = "SELECT id FROM parts WHERE session_id = ? ORDER BY id"
_LATER = "SELECT id, session_id FROM parts WHERE id > ? ORDER BY id"


@dataclass(frozen=True, slots=True)
class Said:
    """How many parts of a session say something, and the row ids of the newest of them, ascending."""

    count: int
    newest: tuple[int, ...]


class PartRuns:
    """Runs of part ids, each of one session. Reads nothing until :meth:`refresh`."""

    def __init__(self) -> None:
        self._starts = array("q")
        self._ends = array("q")
        self._sessions: list[str] = []
        self._counts = Counter[str]()

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Bring the runs up to date; all of them only the first time, and after rows were taken away."""
        if not self._continues(connection):
            self._read(connection)
            return
        for part, session_id in connection.execute(_LATER, (self._ends[-1],)):
            if self._sessions[-1] == session_id:
                self._counts[session_id] += part - self._ends[-1]
                self._ends[-1] = part
            else:
                self._add(part, part, session_id)

    def parts_of(self, session_id: str) -> int:
        """How many row ids the runs of a session have: as many as it has parts, or a few more."""
        return self._counts[session_id]

    def count_in(self, parts: Sequence[int], found: dict[str, Said], keep: int) -> None:
        """Add parts (ascending row ids) to what was found in each session, and name the ``keep`` newest."""
        place = 0
        while place < len(parts):
            run = bisect_right(self._starts, parts[place]) - 1
            if run < 0 or self._ends[run] < parts[place]:
                place += 1  # written after the runs were read
                continue
            after = bisect_right(parts, self._ends[run], place)
            newest = tuple(parts[max(place, after - keep) : after])
            session_id = self._sessions[run]
            if (before := found.get(session_id)) is not None:
                newest = (*before.newest, *newest)[-keep:]
                found[session_id] = Said(before.count + after - place, newest)
            else:
                found[session_id] = Said(after - place, newest)
            place = after

    def _continues(self, connection: sqlite3.Connection) -> bool:
        """Whether the last known part is there: ids are given anew only after the highest were deleted."""
        if not self._sessions:
            return False
        query = "SELECT session_id FROM parts WHERE id = ?"
        row = connection.execute(query, (self._ends[-1],)).fetchone()
        return row is not None and row[0] == self._sessions[-1]

    def _read(self, connection: sqlite3.Connection) -> None:
        runs: list[tuple[int, int, str]] = []
        # Whole before the next statement: most sessions are one run, the others are looked at closely.
        for session_id, first, last, count in connection.execute(_BY_SESSION).fetchall():
            if last - first + 1 == count:
                runs.append((first, last, session_id))
            else:
                ids = (row[0] for row in connection.execute(_IDS, (session_id,)))
                runs += [(start, end, session_id) for start, end in _runs(ids)]
        runs.sort()
        self._starts, self._ends, self._sessions = array("q"), array("q"), []
        self._counts.clear()
        for start, end, session_id in runs:
            self._add(start, end, session_id)

    def _add(self, start: int, end: int, session_id: str) -> None:
        self._starts.append(start)
        self._ends.append(end)
        self._sessions.append(session_id)
        self._counts[session_id] += end - start + 1


def _runs(ids: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs without gaps."""
    runs: list[tuple[int, int]] = []
    for number in ids:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
