"""Write records in one transaction. Standard library only; the hook path and imports share it."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from byline.frozen import dataclass
from byline.record import Edit, Message, Part, Session
from byline.store import statements as sql
from byline.store.text_form import as_json, content_bytes, storable

__all__ = ["ROWS_PER_STATEMENT", "Writer", "Written", "as_json", "storable", "transaction"]

ROWS_PER_STATEMENT = 500
"""Rows of one multi-row statement: 500 × 21 columns stay under SQLite's 32,766 variables."""


COMPRESSION = 3
"""zlib's level: a seventh larger than with the default, in about half the time (8 MB of transcripts)."""


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


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """``BEGIN IMMEDIATE`` … ``COMMIT``, or ``ROLLBACK`` when the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _compressed(data: bytes) -> bytes:
    return zlib.compress(data, COMPRESSION)


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
            [
                _storable_row(
                    session.id, session.agent, session.native_id, session.title or None,
                    session.title_source, session.cwd, session.branch, session.repository_url,
                    session.parent_id, session.agent_version, session.source,
                    *known.get(session.id, (None, None)),
                )
                for session in sessions
            ],
        )  # fmt: skip

    def messages(self, messages: Sequence[Message]) -> Written:
        """Insert messages; a repeat renews model, tokens, cost and diffs (``ingest.md``)."""
        rows = [
            _storable_row(
                message.session_id, message.message_id, message.role, message.generated_at_unix_ms,
                message.model_id, message.parent_id, message.agent,
                as_json(message.tokens) if message.tokens is not None else None,
                message.cost, message.summary_diffs, message.kind,
            )
            for message in messages
        ]  # fmt: skip
        return self._insert("messages", sql.MESSAGE_COLUMNS, sql.MESSAGE_CONFLICT, rows)

    def parts(self, parts: Sequence[Part]) -> Written:
        """Insert parts that have a ``part_id``; a longer text for the same id replaces the stored one."""
        rows = [
            _storable_row(
                part.session_id, part.message_id, part.part_id, part.type, part.text,
                part.generated_at_unix_ms, part.tool, part.tool_call_id, part.input, part.status,
                part.patch,
            )
            for part in parts
        ]  # fmt: skip
        return self._insert("parts", sql.PART_COLUMNS, sql.PART_CONFLICT, rows)

    def edits(self, edits: Sequence[Edit]) -> Written:
        """Insert edits; the same call again only fills in what was missing."""
        total = Written()
        by_message = [edit for edit in edits if not edit.tool_call_id and edit.message_id]
        others = [edit for edit in edits if edit.tool_call_id or not edit.message_id]
        for group, conflict in ((others, sql.EDIT_CONFLICT_CALL), (by_message, sql.EDIT_CONFLICT_MESSAGE)):
            if group:
                rows = [self._edit_row(edit) for edit in group]
                total += self._insert("diff_traces", sql.EDIT_COLUMNS, conflict, rows)
        return total

    def recount(self, session_ids: Iterable[str]) -> None:
        """Bring the counts, models and times of these sessions up to date with their rows."""
        self._connection.executemany(sql.RECOUNT_SESSION, [(session_id,) for session_id in session_ids])

    def rewritten(self, repository_id: int, pairs: Iterable[tuple[str, str]]) -> None:
        """Note with the records of old commits what they were rewritten to: pairs of old and new id."""
        rows = [(new, repository_id, old, new) for old, new in pairs]
        self._connection.executemany(sql.MARK_REWRITTEN, rows)

    def _edit_row(self, edit: Edit) -> tuple[object, ...]:
        from byline.patch import Patch, patch_to_json  # noqa: PLC0415 - a hook loads what it needs

        patch_json = as_json(patch_to_json(Patch((edit.patch,))))
        lines = [line for hunk in edit.patch.hunks for line in hunk.lines]
        added = sum(line.kind == "added" for line in lines)
        return _storable_row(
            sql.edit_key(edit, patch_json), edit.session_id, edit.message_id, edit.tool_call_id,
            edit.model_id, edit.tool, edit.tool_name, edit.tool_version, edit.time_ms, edit.seq,
            edit.path, edit.path.replace("\\", "/").rpartition("/")[2], edit.cwd,
            edit.repository_url, patch_json, added, len(lines) - added, edit.precision,
            self._content(edit.before), self._content(edit.after),
            _compressed(edit.payload.encode("utf-8", "surrogatepass")) if edit.payload else None,
        )  # fmt: skip

    def _content(self, content: str | None) -> str | None:
        if content is None:
            return None
        digest = sql.content_hash(content)
        # One edit leaves what the next one finds: compressing costs far more than asking.
        if self._connection.execute(sql.HAS_CONTENT, (digest,)).fetchone() is None:
            self._connection.execute(sql.INSERT_CONTENT, (digest, _compressed(content_bytes(content))))
        return digest

    def _insert(
        self, table: str, columns: Sequence[str], conflict: str, rows: Sequence[tuple[object, ...]]
    ) -> Written:
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


def _storable_row(*values: object) -> tuple[object, ...]:
    """The values of one row, texts as SQLite can keep them."""
    return tuple(storable(value) if isinstance(value, str) else value for value in values)
