"""Take sessions out of the store, with everything that came of them, and keep them out."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from peewee import SqliteDatabase

from byline.store.raw_sql import run_sql

_ROWS = 500
"""Rows of one ``DELETE``: every part is taken out of the full-text index as well."""

# Contents that no edit refers to any more.
_LOOSE_CONTENTS = """
DELETE FROM contents WHERE hash IN (SELECT value FROM json_each(?))
AND NOT EXISTS (SELECT 1 FROM diff_traces WHERE base_hash = contents.hash OR result_hash = contents.hash)
"""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were taken out, by kind. ``commits`` are kept attributions that named a session."""

    sessions: int = 0
    messages: int = 0
    parts: int = 0
    edits: int = 0
    commits: int = 0

    def __add__(self, other: "Forgotten") -> "Forgotten":
        return Forgotten(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


class Forgetting:
    """Reads and writes of the table ``forgotten_sessions``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def ids(self) -> set[str]:
        """The sessions that were taken out."""
        return {row[0] for row in run_sql(self._database, "SELECT session_id FROM forgotten_sessions")}

    def choose(self, before_ms: int | None, repository_id: int | None) -> list[str]:
        """The sessions that last spoke before a time (Unix ms) and are of a repository, newest first.

        None asks for nothing; hidden sessions are among them.
        """
        query = (
            "SELECT id FROM sessions WHERE (?1 IS NULL OR updated_ms < ?1) "
            "AND (?2 IS NULL OR repository_id = ?2) ORDER BY updated_ms DESC, id"
        )
        return [row[0] for row in run_sql(self._database, query, (before_ms, repository_id))]

    def allow_all(self) -> None:
        """Let the next import bring all of them back; call it inside a transaction.

        The sources that they came from are read whole again, whatever is known of them.
        """
        run_sql(
            self._database,
            "UPDATE import_sources SET mtime_ns = -1, resume = NULL "
            "WHERE path IN (SELECT source FROM forgotten_sessions)",
        )
        run_sql(self._database, "DELETE FROM forgotten_sessions")


def mark_forgotten(connection: sqlite3.Connection, session_id: str, time_ms: int) -> None:
    """Have imports leave a stored session out from now on; the caller holds the transaction."""
    connection.execute(
        "INSERT OR IGNORE INTO forgotten_sessions (session_id, source, time_ms) "
        "SELECT id, source, ? FROM sessions WHERE id = ?",
        (time_ms, session_id),
    )


def take_out(connection: sqlite3.Connection, session_id: str) -> Iterator[Forgotten]:
    """Take a session out in steps of some hundred rows, its own row last; each step tells what it took.

    The caller may end its transaction after any step and go on in another: a session that is only half
    out is still listed, and is taken out by doing it again. Commits whose kept attribution names the
    session lose that and their Agent Trace record: both can be made anew from what is left.
    """
    yield Forgotten(commits=_take_from_commits(connection, session_id))
    for edits in _steps(connection, "diff_traces", session_id):
        rows = connection.execute(
            "SELECT base_hash, result_hash FROM diff_traces WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(edits),),
        )
        hashes = sorted({digest for row in rows for digest in row if digest is not None})
        _delete(connection, "diff_traces", edits)
        connection.execute(_LOOSE_CONTENTS, (json.dumps(hashes),))
        yield Forgotten(edits=len(edits))
    for parts in _steps(connection, "parts", session_id):
        _delete(connection, "parts", parts)
        yield Forgotten(parts=len(parts))
    for messages in _steps(connection, "messages", session_id):
        _delete(connection, "messages", messages)
        yield Forgotten(messages=len(messages))
    connection.execute("UPDATE sessions SET parent_id = NULL WHERE parent_id = ?", (session_id,))
    gone = connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,)).rowcount
    yield Forgotten(sessions=gone)


def _steps(connection: sqlite3.Connection, table: str, session_id: str) -> Iterator[list[int]]:
    query = f"SELECT id FROM {table} WHERE session_id = ? LIMIT {_ROWS}"
    while ids := [row[0] for row in connection.execute(query, (session_id,))]:
        yield ids


def _delete(connection: sqlite3.Connection, table: str, ids: list[int]) -> None:
    connection.execute(
        f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
    )


def _take_from_commits(connection: sqlite3.Connection, session_id: str) -> int:
    named = connection.execute(
        "SELECT repository_id, commit_id FROM post_commit_patch_intersections "
        "WHERE instr(intersection_patch, ?)",
        (json.dumps(session_id, ensure_ascii=False),),
    ).fetchall()
    for table in ("agent_traces", "post_commit_patch_intersections"):
        connection.executemany(f"DELETE FROM {table} WHERE repository_id = ? AND commit_id = ?", named)
    return len(named)
