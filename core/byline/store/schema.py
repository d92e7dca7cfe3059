"""The fresh schema, in one place. :mod:`byline.store.models` models the same tables in peewee.

Interchange names (``design.md``) are kept: the tables ``messages``, ``parts``, ``diff_traces``,
``post_commit_patch_intersections`` and ``agent_traces``, and their first columns. Times are Unix
milliseconds in columns named ``*_ms`` and in ``created_at``/``updated_at``; git's own times are seconds.
Standard library only: the hook path creates a store with it.
"""

VERSION = 3
"""``PRAGMA user_version`` of a store with this schema."""

_NOW_MS = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
_STAMPS = f"created_at INTEGER NOT NULL DEFAULT ({_NOW_MS}), updated_at INTEGER NOT NULL DEFAULT ({_NOW_MS})"

# Table to the columns whose change moves updated_at; everything else is set once.
_CHANGING: dict[str, tuple[str, ...]] = {
    "repositories": ("remote_url", "root_commit", "checkouts"),
    "sessions": (
        "title", "title_source", "starred", "labels", "hidden", "source", "source_missing_since",
        "repository_id", "cwd", "branch", "parent_id", "agent_version", "started_ms", "updated_ms",
        "messages", "parts", "prompts", "edits", "added", "removed", "models",
    ),
    "messages": ("model_id", "parent_id", "agent", "tokens", "cost", "summary_diffs", "kind"),
    "parts": ("type", "text", "tool", "tool_call_id", "input", "status", "patch"),
    "diff_traces": (
        "message_id", "model_id", "tool", "tool_version", "time_ms", "patch", "precision",
        "added", "removed", "base_hash", "result_hash", "payload",
    ),
    "commits": ("rewritten_to",),
    "post_commit_patch_intersections": ("intersection_patch", "window", "counts", "engine"),
    "agent_traces": ("agent_trace_id", "trace_json", "url", "remote_url"),
    "import_sources": ("size", "mtime_ns", "inode", "first_line_hash", "offset", "watermark", "resume"),
}  # fmt: skip

TABLES = f"""
CREATE TABLE repositories (
  id INTEGER PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE,           -- canonical remote URL, else root commit, else path
  remote_url TEXT,
  root_commit TEXT,
  checkouts TEXT NOT NULL DEFAULT '[]',    -- JSON array of absolute paths
  {_STAMPS}
);
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  native_id TEXT NOT NULL,
  title TEXT,
  title_source TEXT,                       -- agent, renamed (in Byline), prompt
  starred INTEGER NOT NULL DEFAULT 0,
  labels TEXT NOT NULL DEFAULT '[]',       -- JSON array
  hidden INTEGER NOT NULL DEFAULT 0,
  source TEXT,                             -- the history file; NULL when it came by hooks
  source_missing_since INTEGER,
  repository_id INTEGER REFERENCES repositories(id),
  repository_url TEXT,                     -- as the agent recorded it
  cwd TEXT,
  branch TEXT,
  parent_id TEXT,
  agent_version TEXT,
  started_ms INTEGER,
  updated_ms INTEGER,
  messages INTEGER NOT NULL DEFAULT 0,     -- counts, kept by recount_sessions
  parts INTEGER NOT NULL DEFAULT 0,
  prompts INTEGER NOT NULL DEFAULT 0,
  edits INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  models TEXT NOT NULL DEFAULT '[]',       -- JSON array, in order of first use
  {_STAMPS}
);
CREATE INDEX sessions_by_time ON sessions(updated_ms DESC, id);
CREATE INDEX sessions_by_parent ON sessions(parent_id);
CREATE INDEX sessions_by_source ON sessions(source) WHERE source IS NOT NULL;
CREATE INDEX sessions_by_repository ON sessions(repository_id, updated_ms DESC);
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  role TEXT NOT NULL,
  generated_at_unix_ms INTEGER NOT NULL,
  model_id TEXT,
  parent_id TEXT,
  agent TEXT,
  tokens TEXT,                             -- JSON object: input, output, cache_read, cache_write …
  cost REAL,
  summary_diffs TEXT,
  kind TEXT,                               -- NULL, injected, compaction, rewound
  {_STAMPS},
  UNIQUE (session_id, message_id)
);
CREATE INDEX messages_by_session ON messages(session_id, generated_at_unix_ms, id);
CREATE TABLE parts (
  id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  part_id TEXT NOT NULL,
  type TEXT NOT NULL,
  text TEXT NOT NULL,
  generated_at_unix_ms INTEGER NOT NULL,
  tool TEXT,
  tool_call_id TEXT,
  input TEXT,                              -- JSON of a tool call's input
  status TEXT,
  patch TEXT,                              -- JSON of a parsed patch
  {_STAMPS},
  UNIQUE (session_id, message_id, part_id)
);
CREATE INDEX parts_by_message ON parts(session_id, message_id, generated_at_unix_ms, id);
CREATE INDEX parts_by_tool_call ON parts(session_id, tool_call_id) WHERE tool_call_id IS NOT NULL;
CREATE INDEX parts_with_errors ON parts(session_id) WHERE status = 'error';
CREATE VIRTUAL TABLE parts_fts USING fts5(
  text, input, content='parts', content_rowid='id', tokenize="unicode61 tokenchars '_'"
);
-- New parts are indexed by whoever inserts them (writer.Writer.part_rows), all at once.
CREATE TRIGGER parts_fts_delete AFTER DELETE ON parts BEGIN
  INSERT INTO parts_fts(parts_fts, rowid, text, input) VALUES ('delete', old.id, old.text, old.input);
END;
CREATE TRIGGER parts_fts_update AFTER UPDATE OF text, input ON parts
WHEN old.text IS NOT new.text OR old.input IS NOT new.input BEGIN
  INSERT INTO parts_fts(parts_fts, rowid, text, input) VALUES ('delete', old.id, old.text, old.input);
  INSERT INTO parts_fts(rowid, text, input) VALUES (new.id, new.text, new.input);
END;
CREATE TABLE contents (
  hash TEXT PRIMARY KEY,                   -- git's blob id of the content
  data BLOB NOT NULL                       -- zlib
) WITHOUT ROWID;
CREATE TABLE diff_traces (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,                -- what makes two payloads the same edit, see statements.edit_key
  session_id TEXT NOT NULL,
  message_id TEXT,
  tool_call_id TEXT,
  model_id TEXT,
  tool TEXT,                               -- the tool of the call: Edit, apply_patch …
  tool_name TEXT NOT NULL,                 -- the producer: claude, opencode …
  tool_version TEXT,
  time_ms INTEGER NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,          -- position in the session
  path TEXT NOT NULL,                      -- as recorded
  basename TEXT NOT NULL,
  cwd TEXT,
  repository_url TEXT,
  patch TEXT NOT NULL,                     -- JSON of a parsed patch of one file
  added INTEGER NOT NULL,                  -- touched lines of the patch
  removed INTEGER NOT NULL,
  precision TEXT NOT NULL,                 -- vendor_diff, before_after, strings, patch_text
  base_hash TEXT,                          -- of the whole content before and after, in contents
  result_hash TEXT,
  payload BLOB,                            -- the raw record, zlib
  {_STAMPS}
);
CREATE INDEX diff_traces_by_time ON diff_traces(time_ms, id);
CREATE INDEX diff_traces_by_basename ON diff_traces(basename, time_ms);
CREATE INDEX diff_traces_by_path ON diff_traces(path, time_ms);
CREATE INDEX diff_traces_by_base ON diff_traces(base_hash) WHERE base_hash IS NOT NULL;
CREATE INDEX diff_traces_by_result ON diff_traces(result_hash) WHERE result_hash IS NOT NULL;
CREATE INDEX diff_traces_by_session ON diff_traces(session_id, time_ms, id);
CREATE TABLE commits (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repositories(id),
  oid TEXT NOT NULL,
  parents TEXT NOT NULL,                   -- space-separated
  author_time INTEGER NOT NULL,            -- seconds
  commit_time INTEGER NOT NULL,            -- seconds
  author TEXT NOT NULL,
  subject TEXT NOT NULL,
  rewritten_to TEXT,
  {_STAMPS},
  UNIQUE (repository_id, oid)
);
CREATE TABLE post_commit_patch_intersections (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repositories(id),
  commit_id TEXT NOT NULL,                 -- the commit's oid
  intersection_patch TEXT NOT NULL,        -- JSON of the attributed patch
  window TEXT,                             -- JSON: first and last time of the edits it saw
  counts TEXT NOT NULL,                    -- JSON: the summary of show --json
  engine INTEGER NOT NULL,                 -- attribution.ENGINE_VERSION
  {_STAMPS},
  UNIQUE (repository_id, commit_id)
);
CREATE TABLE agent_traces (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repositories(id),
  commit_id TEXT NOT NULL,
  agent_trace_id TEXT NOT NULL,
  trace_json TEXT NOT NULL,
  url TEXT,
  remote_url TEXT,
  {_STAMPS},
  UNIQUE (repository_id, commit_id)
);
CREATE INDEX agent_traces_by_trace ON agent_traces(agent_trace_id);
CREATE INDEX agent_traces_by_remote ON agent_traces(remote_url);
CREATE TABLE import_sources (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  agent TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  first_line_hash TEXT NOT NULL,
  offset INTEGER NOT NULL,                 -- bytes read so far, up to the last complete line
  watermark TEXT,                          -- what copies of a history have in common, Reader.root
  {_STAMPS},
  resume TEXT                              -- what a reader needs to go on at the offset
);
CREATE TABLE forgotten_sessions (
  session_id TEXT PRIMARY KEY,             -- taken out by a person: imports leave it out
  source TEXT,
  time_ms INTEGER NOT NULL
);
CREATE TABLE rejected_payloads (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,                      -- the subcommand or agent it came to
  payload BLOB NOT NULL,                   -- zlib, whole
  reason TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  {_STAMPS}
);
"""


def touch_trigger(table: str) -> str:
    """The trigger that moves ``updated_at`` when, and only when, a column really changed."""
    columns = _CHANGING[table]
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in columns)
    return (
        f"CREATE TRIGGER {table}_touch AFTER UPDATE OF {', '.join(columns)} ON {table}\n"
        f"WHEN {changed} BEGIN\n"
        f"  UPDATE {table} SET updated_at = {_NOW_MS} WHERE rowid = new.rowid;\nEND;\n"
    )


def fresh_schema() -> str:
    """The SQL script that makes an empty database a store of :data:`VERSION`."""
    return TABLES + "".join(touch_trigger(table) for table in _CHANGING)
