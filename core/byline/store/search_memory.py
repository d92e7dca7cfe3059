"""What the searches in one store remember, so that the next keystroke need not read it again."""

import json
import sqlite3
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping

from byline.query import Term
from byline.query.match import Folding
from byline.store.part_runs import PartRuns
from byline.store.query_sql import bindable

_SESSIONS, _PARTS, _CHARACTERS = 300, 4_000, 4_000_000
"""What is indexed apart: so many of the newest sessions with their newest parts, or this much in all."""

_SURVIVED_FOR_S = 5.0

_NEWEST_SESSIONS = "SELECT id FROM sessions ORDER BY updated_ms DESC, id LIMIT ?"
_NEWEST_PARTS = """
SELECT id, substr(text, 1, 100000), substr(input, 1, 100000) FROM parts WHERE session_id = ?
ORDER BY id DESC LIMIT 500
"""
# Contentless: the texts are in the store. The tokenizer must be that of parts_fts.
_MAKE = """
CREATE VIRTUAL TABLE temp.{} USING fts5(text, input, content='', tokenize="unicode61 tokenchars '_'")
"""
_FEW_PARTS, _FEW_SESSIONS, _FEW_CHARACTERS = 400, 100, 2_000_000
"""What is indexed for one search: less than half of what looking the words up in the whole index takes."""
_OF_FEW = "FROM parts WHERE session_id IN (SELECT value FROM json_each(?))"
_CHARACTERS_OF_FEW = f"SELECT COALESCE(sum(length(text) + COALESCE(length(input), 0)), 0) {_OF_FEW}"
_FILL_FEW = f"INSERT INTO temp.few (rowid, text, input) SELECT id, text, input {_OF_FEW}"
# What was carried (moved, reformatted) stood in an earlier commit, where it is counted.
_SURVIVED = """
WITH kept AS (
  SELECT k.counts FROM post_commit_patch_intersections k
  LEFT JOIN commits c ON c.repository_id = k.repository_id AND c.oid = k.commit_id
  WHERE c.rewritten_to IS NULL AND COALESCE(instr(c.parents, ' '), 0) = 0
), lines (session_id, count) AS (
  SELECT j.key, json_extract(j.value, '$.added') FROM kept, json_each(kept.counts, '$.sessions') j
  UNION ALL
  SELECT json_extract(row.value, '$[4]'), -json_extract(row.value, '$[6]')
  FROM kept, json_each(kept.counts, '$.files') file, json_each(file.value, '$[2]') row
  WHERE json_extract(kept.counts, '$.added.carried') > 0
    AND json_extract(row.value, '$[0]') = 'added' AND json_extract(row.value, '$[2]')
)
SELECT session_id, sum(count) FROM lines WHERE session_id IS NOT NULL
GROUP BY session_id HAVING sum(count) > 0
"""


class Titles:
    """The sessions' titles, folded, one per line: a word in 50,000 of them is found in a millisecond."""

    def __init__(self, titles: Iterable[tuple[str, str | None]] = ()) -> None:
        self._folding = Folding()
        self._ends = array("q")
        lines: list[str] = []
        self.ids: list[str] = []
        end = 0
        for key, title in titles:
            # A title is one line already; a character for a character, whatever is in it.
            line = self._folding.fold((title or "").replace("\n", " "))
            end += len(line) + 1
            self.ids.append(key)
            self._ends.append(end)
            lines.append(line)
        self._text = "".join(f"{line}\n" for line in lines)

    def containing(self, term: Term) -> set[str]:
        """The sessions in whose titles a term is, be it in the middle of a word."""
        wanted = self._folding.fold(bindable(term.text))
        found: set[str] = set()
        if "\n" in wanted:
            return found
        at = self._text.find(wanted)
        while at >= 0:
            place = bisect_right(self._ends, at)
            found.add(self.ids[place])
            at = self._text.find(wanted, self._ends[place])
        return found


class SearchMemory:
    """Of one connection, and only for the one who uses it. Empty until :meth:`refresh`."""

    def __init__(self) -> None:
        self.runs = PartRuns()
        self.titles = Titles()
        self.newest: frozenset[str] = frozenset()
        """The sessions whose parts are in ``temp.newest``."""
        self._version: int | None = None
        self._newest_version: int | None = None
        self._survived: Mapping[str, int] = {}
        self._survived_version: int | None = None
        self._survived_at = 0.0

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Read runs and titles if the store changed since."""
        version = _version(connection)
        if version != self._version:
            self.runs.refresh(connection)
            self.titles = Titles(connection.execute("SELECT id, title FROM sessions"))
            self._version = version

    def index_newest(self, connection: sqlite3.Connection, is_disturbing: Callable[[], bool]) -> None:
        """Index what was said last in a table of its own, in which even the commonest word is found at once.

        Nothing happens if the store did not change since. When ``is_disturbing`` says so, it is given up, and
        the index is as before.
        """
        version = _version(connection)
        if version == self._newest_version:
            return
        connection.execute("BEGIN")
        try:
            newest = self._fill_newest(connection, is_disturbing)
            connection.execute("COMMIT" if newest is not None else "ROLLBACK")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if newest is not None:
            self.newest, self._newest_version = newest, version

    def index_few(self, connection: sqlite3.Connection, sessions: Collection[str]) -> bool:
        """Index all parts of a few sessions in ``temp.few``; False, and nothing done, when that is too much.

        A common word, or the beginning of one, is looked up in the whole index in tenths of a second, even
        when it is looked for in one session only.
        """
        if len(sessions) > _FEW_SESSIONS or self.runs.parts_of(sessions) > _FEW_PARTS:
            return False
        wanted = json.dumps(sorted(sessions))
        if connection.execute(_CHARACTERS_OF_FEW, (wanted,)).fetchone()[0] > _FEW_CHARACTERS:
            return False
        connection.execute("DROP TABLE IF EXISTS temp.few")
        connection.execute(_MAKE.format("few"))
        connection.execute(_FILL_FEW, (wanted,))
        return True

    def survived(self, connection: sqlite3.Connection) -> Mapping[str, int]:
        """See :meth:`byline.store.search.Searching.survived`."""
        version, now = _version(connection), time.monotonic()
        if version != self._survived_version and now - self._survived_at > _SURVIVED_FOR_S:
            self._survived = dict(connection.execute(_SURVIVED).fetchall())
            self._survived_version, self._survived_at = version, now
        return self._survived

    def _fill_newest(
        self, connection: sqlite3.Connection, is_disturbing: Callable[[], bool]
    ) -> frozenset[str] | None:
        """The sessions indexed, or None when it was given up."""
        connection.execute("DROP TABLE IF EXISTS temp.newest")
        connection.execute(_MAKE.format("newest"))
        newest: list[str] = []
        parts = characters = 0
        for (key,) in connection.execute(_NEWEST_SESSIONS, (_SESSIONS,)).fetchall():
            if is_disturbing():
                return None
            rows = connection.execute(_NEWEST_PARTS, (key,)).fetchall()
            connection.executemany("INSERT INTO temp.newest (rowid, text, input) VALUES (?, ?, ?)", rows)
            newest.append(key)
            parts += len(rows)
            characters += sum(len(text) + len(tool_input or "") for _, text, tool_input in rows)
            if parts > _PARTS or characters > _CHARACTERS:
                break
        return frozenset(newest)


def _version(connection: sqlite3.Connection) -> int:
    """A number that moves when another connection wrote."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
