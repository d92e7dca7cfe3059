"""Statements as SQL text through peewee's database: where rows come and go by the thousand."""

import sqlite3
from collections.abc import Sequence

from peewee import SqliteDatabase


def run_sql(database: SqliteDatabase, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
    """Run one statement with bound values; the cursor over what it gives. Raises: StoreError."""
    cursor: sqlite3.Cursor = database.execute_sql(statement, values)  # type: ignore[no-untyped-call] # peewee's stubs
    return cursor
