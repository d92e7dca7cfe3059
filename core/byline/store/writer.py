"""Write records in one transaction. Standard library only; the hook path and imports share it."""

import sqlite3
from collections.abc import Iterable, Sequence

from byline.frozen import dataclass
from byline.record import Edit, Message, Part, Session
from byline.store import statements as sql
from byline.store.rows import (
    BY_MESSAGE,
    Row,
    edit_row,
    message_rows,
    packed_content,
    part_rows,
    session_row,
)
from byline.store.text_form import as_json, storable

__all__ = ["ROWS_PER_STATEMENT", "Writer", "Written", "as_json", "storable"]

ROWS_PER_STATEMENT = 500
"""Rows of one multi-row statement: 500 × 21 columns stay under SQLite's 32,766 variables."""

# Not the source: two files with the same session (a backup, a checkpoint) take turns as that.
_FACTS = (
    "title, title_source, cwd, branch, repository_url, parent_id, agent_version, started_ms, updated_ms, "
    "messages, parts, prompts, edits, added, removed, models"
)

# The words of the parts above a row id, into the full-text index; triggers see to later changes.
_INDEX_PARTS = "INSERT INTO parts_fts (rowid, text, input) SELECT id, text, input FROM parts WHERE id > ?"


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: new rows, rows that gained something, rows already there."""

    persisted: int = 0
    updated: int = 0
    duplicates: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.persisted + other.persisted,
            self.updated + other.updated,
            self.duplicates + other.duplicates,
        )


class Writer:
    """Writes records through an open connection; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sessions(self, sessions: Iterable[Session], times: dict[str, tuple[int, int]] | None = None) -> None:
        """Insert sessions, or fill in what the stored ones lack. A title given in Byline stays.

        ``times`` maps a session id to its first and last Unix ms, where known apart from messages.
        """
        known = times or {}
        self._connection.executemany(
            sql.UPSERT_SESSION,
            [session_row(session, *known.get(session.id, (None, None))) for session in sessions],
        )

    def messages(self, messages: Iterable[Message]) -> Written:
        """Insert messages; a repeat renews model, tokens, cost and diffs (``ingest.md``)."""
        return self.message_rows(message_rows(messages))

    def message_rows(self, rows: Sequence[Row]) -> Written:
        """Insert messages given as rows of :mod:`byline.store.rows`."""
        return self._insert("messages", sql.MESSAGE_COLUMNS, sql.MESSAGE_CONFLICT, rows)

    def parts(self, parts: Iterable[Part]) -> Written:
        """Insert parts that have a ``part_id``; a longer text for the same id replaces the stored one."""
        return self.part_rows(part_rows(parts))

    def part_rows(self, rows: Sequence[Row]) -> Written:
        """Insert parts given as rows, and their words into the full-text index."""
        total = Written()
        for each in _each_key_once(rows):
            total += self._indexed_parts(each)
        return total

    def _indexed_parts(self, rows: Sequence[Row]) -> Written:
        before = self._max_id("parts")
        written = self._insert("parts", sql.PART_COLUMNS, sql.PART_CONFLICT, rows)
        if written.persisted:
            # By one statement for all: a trigger makes the index flush what it gathered for every row.
            self._connection.execute(_INDEX_PARTS, (before,))
        return written

    def edits(self, edits: Iterable[Edit]) -> Written:
        """Insert edits; the same call again only fills in what was missing."""
        return self.edit_rows([edit_row(edit, self._keep) for edit in edits])

    def edit_rows(self, rows: Sequence[Row]) -> Written:
        """Insert edits given as rows; what their contents are is stored by :meth:`contents`."""
        total = Written()
        by_message = [row for row in rows if row[0].startswith(BY_MESSAGE)]
        others = [row for row in rows if not row[0].startswith(BY_MESSAGE)]
        for group, conflict in ((others, sql.EDIT_CONFLICT_CALL), (by_message, sql.EDIT_CONFLICT_MESSAGE)):
            total += self._insert("diff_traces", sql.EDIT_COLUMNS, conflict, group)
        return total

    def contents(self, contents: Iterable[tuple[str, bytes]]) -> None:
        """Store whole contents, each with its hash and packed; one that is there stays as it is."""
        self._connection.executemany(sql.INSERT_CONTENT, contents)

    def session_facts(self, session_ids: Sequence[str]) -> dict[str, tuple[object, ...]]:
        """What these sessions are and hold, as far as they are stored: to tell whether that has changed."""
        query = f"SELECT id, {_FACTS} FROM sessions WHERE id IN (SELECT value FROM json_each(?))"
        return {row[0]: row[1:] for row in self._connection.execute(query, (as_json(session_ids),))}

    def recount(self, session_ids: Iterable[str]) -> None:
        """Bring the counts, models and times of these sessions up to date with their rows."""
        self._connection.executemany(sql.RECOUNT_SESSION, [(session_id,) for session_id in session_ids])

    def rewritten(self, repository_id: int, pairs: Iterable[tuple[str, str]]) -> None:
        """Note with the records of old commits what they were rewritten to: pairs of old and new id."""
        rows = [(new, repository_id, old, new) for old, new in pairs]
        self._connection.executemany(sql.MARK_REWRITTEN, rows)

    def _keep(self, content: str) -> str:
        digest = sql.content_hash(content)
        # One edit leaves what the next one finds: compressing costs far more than asking.
        if self._connection.execute(sql.HAS_CONTENT, (digest,)).fetchone() is None:
            self.contents([(digest, packed_content(content))])
        return digest

    def _insert(self, table: str, columns: Sequence[str], conflict: str, rows: Sequence[Row]) -> Written:
        """Multi-row upsert that tells new rows from renewed and unchanged ones.

        An ``INSERT`` moves ``max(rowid)``; a renewed row counts as a change without doing so.
        """
        inserted = changed = 0
        head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
        one = f"({', '.join('?' * len(columns))})"
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            chunk = rows[start : start + ROWS_PER_STATEMENT]
            before = self._max_id(table)
            cursor = self._connection.execute(
                head + ", ".join([one] * len(chunk)) + conflict,
                [value for row in chunk for value in row],
            )
            new = self._count_above(table, before)
            inserted += new
            changed += cursor.rowcount - new
        return Written(inserted, changed, len(rows) - inserted - changed)

    def _max_id(self, table: str) -> int:
        query = f"SELECT COALESCE(max(id), 0) FROM {table}"
        return int(self._connection.execute(query).fetchone()[0])

    def _count_above(self, table: str, row_id: int) -> int:
        query = f"SELECT count(*) FROM {table} WHERE id > ?"
        return int(self._connection.execute(query, (row_id,)).fetchone()[0])


def _each_key_once(rows: Sequence[Row]) -> Sequence[Sequence[Row]]:
    """Parts in rounds of different keys: one that grows within a batch is indexed before it is renewed."""
    if len({row[:3] for row in rows}) == len(rows):
        return (rows,)
    rounds: list[list[Row]] = []
    seen: dict[Row, int] = {}
    for row in rows:
        number = seen[row[:3]] = seen.get(row[:3], -1) + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(row)
    return rounds
