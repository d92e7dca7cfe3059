"""From one version of the schema to the next: what was changed, in the order in which it was.

The fresh schema (:mod:`byline.store.schema`) always is what all of them together lead to; a test holds
that. Standard library only: a hook may be the first to open a store after an upgrade.
"""

from byline.store.schema import touch_trigger

_TO_2 = f"""
DROP TRIGGER parts_fts_insert;
CREATE INDEX sessions_by_source ON sessions(source) WHERE source IS NOT NULL;
CREATE INDEX diff_traces_by_base ON diff_traces(base_hash) WHERE base_hash IS NOT NULL;
ALTER TABLE import_sources ADD COLUMN resume TEXT;
DROP TRIGGER import_sources_touch;
{touch_trigger("import_sources")}
CREATE TABLE forgotten_sessions (
  session_id TEXT PRIMARY KEY,
  source TEXT,
  time_ms INTEGER NOT NULL
);
"""

_TO_3 = """
CREATE INDEX parts_with_errors ON parts(session_id) WHERE status = 'error';
"""

MIGRATIONS: dict[int, str] = {2: _TO_2, 3: _TO_3}
"""Version to the SQL script that brings a store from the version before to it."""
