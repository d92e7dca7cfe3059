"""Everything that imports put into a store, to compare two of them."""

import sqlite3
from pathlib import Path

Rows = list[list[tuple[object, ...]]]

_TABLES = {
    "sessions": "id, title, title_source, cwd, branch, agent_version, models, messages, parts, prompts, "
    "edits, added, removed, started_ms, updated_ms, parent_id, repository_id",
    "messages": "session_id, message_id, role, model_id, parent_id, generated_at_unix_ms, tokens, cost, kind",
    "parts": "session_id, message_id, part_id, type, text, tool, tool_call_id, input, status",
    "diff_traces": "key, session_id, message_id, tool_call_id, model_id, time_ms, seq, path, patch, "
    "base_hash, result_hash",
    "contents": "hash",
}


def everything(path: Path) -> Rows:
    """What the store at a path holds, without the numbers and times of the rows themselves.

    Raises sqlite3.DatabaseError when the full-text index does not hold what the parts hold.
    """
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO parts_fts(parts_fts, rank) VALUES ('integrity-check', 1)")
        return [
            sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)  # noqa: S608 - our own names
            for table, columns in _TABLES.items()
        ]
