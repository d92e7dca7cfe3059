"""Stores of older versions: opened, they are what a fresh store is, and all that was in them is found."""

import sqlite3
from pathlib import Path

import pytest

from byline.record import Message, Part
from byline.store.connection import connect
from byline.store.migrations import MIGRATIONS
from byline.store.schema import VERSION, fresh_schema
from byline.store.store import Store

# What the fresh schema of version 1 had that is another now, and what it did not have.
OF_VERSION_1 = {
    "-- New parts are indexed by whoever inserts them (writer.Writer.part_rows), all at once.\n": (
        "CREATE TRIGGER parts_fts_insert AFTER INSERT ON parts BEGIN\n"
        "  INSERT INTO parts_fts(rowid, text, input) VALUES (new.id, new.text, new.input);\n"
        "END;\n"
    ),
    "CREATE INDEX parts_with_errors ON parts(session_id) WHERE status = 'error';\n": "",
    "CREATE INDEX sessions_by_source ON sessions(source) WHERE source IS NOT NULL;\n": "",
    "CREATE INDEX diff_traces_by_base ON diff_traces(base_hash) WHERE base_hash IS NOT NULL;\n": "",
    ",\n  resume TEXT                              -- what a reader needs to go on at the offset": "",
    "CREATE TABLE forgotten_sessions (\n"
    "  session_id TEXT PRIMARY KEY,             -- taken out by a person: imports leave it out\n"
    "  source TEXT,\n"
    "  time_ms INTEGER NOT NULL\n"
    ");\n": "",
    "offset, watermark, resume ON import_sources": "offset, watermark ON import_sources",
    " OR old.resume IS NOT new.resume": "",
}


def version_1_schema() -> str:
    schema = fresh_schema()
    for now, before in OF_VERSION_1.items():
        assert schema.count(now) == 1, now
        schema = schema.replace(now, before)
    return schema


@pytest.fixture
def old(database: Path) -> Path:
    """A store of version 1 with a session, a message, two parts and a source."""
    database.parent.mkdir(parents=True)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(version_1_schema())
    connection.executescript("""
        INSERT INTO sessions (id, agent, native_id, source) VALUES ('cc_1', 'claude', '1', '/h.jsonl');
        INSERT INTO messages (session_id, message_id, role, generated_at_unix_ms)
          VALUES ('cc_1', 'm', 'user', 1);
        INSERT INTO parts (session_id, message_id, part_id, type, text, generated_at_unix_ms)
          VALUES ('cc_1', 'm', 'p', 'text', 'an old zebra', 1), ('cc_1', 'm', 'q', 'text', 'a quagga', 1);
        INSERT INTO import_sources (path, agent, size, mtime_ns, inode, first_line_hash, offset, watermark)
          VALUES ('/h.jsonl', 'claude', 1, 2, 3, 'x', 4, 'root');
        PRAGMA user_version = 1;
    """)
    connection.close()
    return database


def shape(connection: sqlite3.Connection) -> tuple[object, ...]:
    """Tables with their columns, and every index and trigger."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = {
        name: [row[1:] for row in connection.execute(f"PRAGMA table_info({name})")] for name in sorted(names)
    }
    rest = connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')")
    return tables, sorted(rest, key=str)


def test_an_old_store_becomes_what_a_fresh_one_is(old: Path, tmp_path: Path) -> None:
    migrated, fresh = connect(old), connect(tmp_path / "fresh.db")
    assert shape(migrated) == shape(fresh)
    assert migrated.execute("PRAGMA user_version").fetchone() == (VERSION,)
    migrated.close()
    fresh.close()


def test_everything_in_an_old_store_is_found_and_new_things_are_too(old: Path) -> None:
    with Store(old) as store:
        assert store.sessions.ids("zebra") == ["cc_1"]
        assert store.sources.all()["/h.jsonl"].watermark == "root"
        assert store.sources.resume("/h.jsonl") is None
        with store.write() as writer:
            writer.messages([Message("cc_1", "n", "user", 2)])
            writer.parts([Part("cc_1", "n", "r", "text", "a new okapi", 2)])
            writer.parts([Part("cc_1", "m", "p", "text", "an old zebra and a giraffe", 1)])
        assert store.sessions.ids("okapi") == store.sessions.ids("giraffe") == ["cc_1"]
        store.database.execute_sql("INSERT INTO parts_fts(parts_fts, rank) VALUES ('integrity-check', 1)")


def test_every_version_leads_to_the_next() -> None:
    assert sorted(MIGRATIONS) == list(range(2, VERSION + 1))
