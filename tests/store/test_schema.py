"""The schema, the models and the statements agree, and updated_at moves as the design says."""

import re
import sqlite3
from pathlib import Path

import pytest

from byline.store import statements
from byline.store.connection import connect
from byline.store.models import TABLES
from byline.store.schema import _CHANGING, VERSION
from byline.store.store import Store

MODELS = {model._meta.table_name: model for model in TABLES}

INTERCHANGE = {
    "messages": {"session_id", "message_id", "role", "generated_at_unix_ms", "model_id"},
    "parts": {"session_id", "message_id", "type", "text", "generated_at_unix_ms"},
    "diff_traces": {"session_id", "time_ms", "patch", "model_id", "tool_name", "tool_version"},
    "post_commit_patch_intersections": {"commit_id", "intersection_patch"},
    "agent_traces": {"commit_id", "trace_json", "agent_trace_id", "url", "remote_url"},
}


def columns(store: Store, table: str) -> dict[str, bool]:
    """Column name to whether it may be NULL."""
    rows = store.database.execute_sql(f"PRAGMA table_info({table})").fetchall()
    return {name: not required and not key for _, name, _, required, _, key in rows}


def test_schema_and_models_have_the_same_tables(store: Store) -> None:
    rows = store.database.execute_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'parts_fts%'"
    ).fetchall()
    assert {row[0] for row in rows} == set(MODELS)


@pytest.mark.parametrize("table", sorted(MODELS))
def test_schema_and_model_have_the_same_columns(store: Store, table: str) -> None:
    fields = MODELS[table]._meta.fields
    stamps = {"created_at", "updated_at"}
    in_schema = columns(store, table)
    assert set(in_schema) == set(fields)
    nullable = {name for name, null in in_schema.items() if null}
    assert nullable - stamps == {name for name, field in fields.items() if field.null} - stamps


@pytest.mark.parametrize("table", sorted(INTERCHANGE))
def test_the_names_of_the_interchange_are_kept(store: Store, table: str) -> None:
    assert INTERCHANGE[table] | {"created_at", "updated_at"} <= set(columns(store, table))


@pytest.mark.parametrize(
    ("table", "names", "conflicts"),
    [
        ("messages", statements.MESSAGE_COLUMNS, [statements.MESSAGE_CONFLICT]),
        ("parts", statements.PART_COLUMNS, [statements.PART_CONFLICT]),
        (
            "diff_traces",
            statements.EDIT_COLUMNS,
            [statements.EDIT_CONFLICT_CALL, statements.EDIT_CONFLICT_MESSAGE],
        ),
    ],
)
def test_the_statements_name_columns_of_the_models(
    table: str, names: tuple[str, ...], conflicts: list[str]
) -> None:
    fields = set(MODELS[table]._meta.fields)
    assert set(names) <= fields
    assert len(set(names)) == len(names)
    for conflict in conflicts:
        assert set(re.findall(r"excluded\.(\w+)", conflict)) <= set(names)


def test_every_statement_is_sql_that_the_store_understands(store: Store) -> None:
    store.database.execute_sql(f"EXPLAIN {statements.UPSERT_SESSION}", (None,) * 13)
    store.database.execute_sql(f"EXPLAIN {statements.RECOUNT_SESSION}", ("cc_1",))
    store.database.execute_sql(f"EXPLAIN {statements.INSERT_CONTENT}", ("", b""))


def test_a_fresh_store_has_the_version_and_writes_ahead(store: Store) -> None:
    assert store.database.execute_sql("PRAGMA user_version").fetchone() == (VERSION,)
    assert store.database.execute_sql("PRAGMA journal_mode").fetchone() == ("wal",)


def _filled(path: Path) -> sqlite3.Connection:
    """A connection to a store with one row in every table that has updated_at, stamped long ago."""
    connection = connect(path)
    for table in _CHANGING:
        info = connection.execute(f"PRAGMA table_info({table})").fetchall()
        required = {row[1]: row[2] for row in info if (row[3] and row[4] is None) or row[5]}
        values = [1 if kind == "INTEGER" else "x" for kind in required.values()]
        names, marks = ", ".join(required), ", ".join("?" * len(required))
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 - our own names
        if table == "parts":
            connection.execute("INSERT INTO parts_fts(parts_fts) VALUES ('rebuild')")
        connection.execute(f"UPDATE {table} SET updated_at = 5, created_at = 5")  # noqa: S608 - our own names
    return connection


def _changing_columns() -> list[tuple[str, str]]:
    return [(table, column) for table, names in _CHANGING.items() for column in names]


@pytest.mark.parametrize(("table", "column"), _changing_columns())
def test_updated_at_moves_when_and_only_when_a_column_really_changed(
    database: Path, table: str, column: str
) -> None:
    connection = _filled(database)

    def stamps() -> tuple[int, int]:
        updated, created = connection.execute(f"SELECT updated_at, created_at FROM {table}").fetchone()  # noqa: S608 - our own names
        return updated, created

    connection.execute(f"UPDATE {table} SET {column} = {column}")  # noqa: S608 - our own names
    assert stamps() == (5, 5)
    connection.execute(f"UPDATE {table} SET {column} = 77")  # noqa: S608 - our own names
    updated, created = stamps()
    assert updated > 1_600_000_000_000
    assert created == 5
    connection.close()


def test_a_new_row_is_stamped_with_now_in_milliseconds(database: Path) -> None:
    connection = connect(database)
    connection.execute("INSERT INTO repositories (identity) VALUES ('x')")
    row = connection.execute(
        "SELECT created_at, updated_at, CAST(strftime('%s', 'now') AS INTEGER) FROM repositories"
    ).fetchone()
    connection.close()
    created, updated, now_s = row
    assert created == updated
    assert abs(created - now_s * 1000) < 60_000
