"""What the searches in one store remember, so that the next keystroke need not read it again."""

import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from byline.query import Term
from byline.query.match import Folding
from byline.store.part_runs import PartRuns
from byline.store.query_sql import bindable

_SESSIONS, _PARTS, _CHARACTERS = 300, 4_000, 4_000_000
"""What is indexed apart: so many of the newest sessions with their newest parts, or this much in all."""

_SURVIVED_FOR_S = 5.0

_TERMS_KEPT = 8
"""Words whose titles are remembered: those of the query that is being typed."""

Row = tuple[str, int | None, str | None, str, int | None, int | None]
"""A session's id, last time, parent, agent and repository, and what kind lists may leave out it is."""

_NEWEST_SESSIONS = "SELECT id FROM sessions ORDER BY updated_ms DESC, id LIMIT ?"
_NEWEST_PARTS = """
SELECT id, substr(text, 1, 100000), substr(input, 1, 100000) FROM parts WHERE session_id = ?
ORDER BY id DESC LIMIT 500
"""
# Contentless: the texts are in the store. The tokenizer must be that of parts_fts.
_MAKE = """
CREATE VIRTUAL TABLE IF NOT EXISTS temp.{} USING fts5(
  text, input, content='', tokenize="unicode61 tokenchars '_'"
)
"""
FEW_PARTS, _FEW_SESSIONS, _FEW_CHARACTERS = 400, 100, 2_000_000
"""What is indexed for one search: less than half of what looking the words up in the whole index takes."""

_OF_SESSIONS = "FROM parts WHERE session_id IN (SELECT value FROM json_each(?))"
_OF_PARTS = "FROM parts WHERE id IN (SELECT value FROM json_each(?))"
_CHARACTERS_OF_FEW = "SELECT COALESCE(sum(length(text) + COALESCE(length(input), 0)), 0) "
_FILL_FEW = "INSERT INTO temp.few (rowid, text, input) SELECT id, text, input "
_TITLES = "SELECT id, title FROM sessions WHERE id IN (SELECT value FROM json_each(?))"
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
    """The sessions' titles, folded: a word in 50,000 of them is found in some milliseconds."""

    def __init__(self, titles: Iterable[tuple[str, str | None]] = ()) -> None:
        self._folding = Folding()
        self._folded = {key: self._folding.fold(title or "") for key, title in titles}
        self._found: dict[str, frozenset[str]] = {}

    @property
    def ids(self) -> frozenset[str]:
        """All sessions, with a title or without."""
        return frozenset(self._folded)

    def containing(self, term: Term) -> frozenset[str]:
        """The sessions in whose titles a term is, be it in the middle of a word."""
        wanted = self._folding.fold(bindable(term.text))
        if wanted not in self._found:
            if len(self._found) >= _TERMS_KEPT:
                self._found.clear()
            self._found[wanted] = frozenset(key for key, title in self._folded.items() if wanted in title)
        return self._found[wanted]


@dataclass(frozen=True, slots=True)
class Apart:
    """Sessions whose parts are indexed apart, in the temporary ``table``, and their titles."""

    table: str
    sessions: frozenset[str]
    titles: Titles


class SearchMemory:
    """Of one connection, and only for the one who uses it. Empty until :meth:`refresh`."""

    def __init__(self) -> None:
        self.runs = PartRuns()
        self.titles = Titles()
        self.newest: Apart | None = None
        """The newest sessions, with their newest parts."""
        self._few: tuple[int, str, str] | None = None
        self._passing: tuple[int, str, Sequence[object]] | None = None
        self._passing_rows: list[Row] = []
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
            sessions = self._fill_newest(connection, is_disturbing)
            newest = None if sessions is None else self._apart(connection, "newest", sessions)
            connection.execute("COMMIT" if newest is not None else "ROLLBACK")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if newest is not None:
            self.newest, self._newest_version = newest, version

    def passing(self, connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[Row]:
        """The rows of a statement, kept until the store changes or another one is asked for: while words are
        typed behind a filter, the sessions it lets through stay the same."""
        key = _version(connection), sql, tuple(values)
        if not self.knows_passing(connection, sql, values):
            self._passing_rows = connection.execute(sql, values).fetchall()
            self._passing = key
        return self._passing_rows

    def knows_passing(self, connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> bool:
        """Whether the rows of :meth:`passing` are kept."""
        return self._passing == (_version(connection), sql, tuple(values))

    def first_of(self, sessions: Iterable[str]) -> Iterator[str]:
        """The first of some sessions, as many as can be indexed for one search."""
        parts = 0
        for count, session_id in enumerate(sessions, 1):
            parts += self.runs.parts_of(session_id)
            if count > _FEW_SESSIONS or parts > FEW_PARTS:
                return
            yield session_id

    def index_few(self, connection: sqlite3.Connection, sessions: Collection[str]) -> Apart | None:
        """Index all parts of a few sessions; None, and nothing done, when that is too much.

        A common word, or the beginning of one, is looked up in the whole index in tenths of a second, even
        when it is looked for in one session only. What was indexed before so is not any more.
        """
        if sum(1 for _ in self.first_of(sessions)) < len(sessions):
            return None
        if not self._fill_few(connection, _OF_SESSIONS, json.dumps(sorted(sessions))):
            return None
        return self._apart(connection, "few", sessions)

    def index_parts(self, connection: sqlite3.Connection, parts: Sequence[int]) -> Apart | None:
        """As :meth:`index_few` for some parts, at most :data:`FEW_PARTS`, of whichever sessions."""
        is_filled = self._fill_few(connection, _OF_PARTS, json.dumps(parts))
        return Apart("few", frozenset(), self.titles) if is_filled else None

    def survived(self, connection: sqlite3.Connection) -> Mapping[str, int]:
        """See :meth:`byline.store.search.Searching.survived`."""
        version, now = _version(connection), time.monotonic()
        if version != self._survived_version and now - self._survived_at > _SURVIVED_FOR_S:
            self._survived = dict(connection.execute(_SURVIVED).fetchall())
            self._survived_version, self._survived_at = version, now
        return self._survived

    def _fill_few(self, connection: sqlite3.Connection, of: str, wanted: str) -> bool:
        key = _version(connection), of, wanted
        if key == self._few:
            return True
        if connection.execute(_CHARACTERS_OF_FEW + of, (wanted,)).fetchone()[0] > _FEW_CHARACTERS:
            return False
        self._few = None
        connection.execute(_MAKE.format("few"))
        connection.execute("INSERT INTO temp.few (few) VALUES ('delete-all')")
        connection.execute(_FILL_FEW + of, (wanted,))
        self._few = key
        return True

    def _apart(self, connection: sqlite3.Connection, table: str, sessions: Collection[str]) -> Apart:
        titles = Titles(connection.execute(_TITLES, (json.dumps(sorted(sessions)),)))
        return Apart(table, frozenset(sessions), titles)

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
