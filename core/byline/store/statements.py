"""The SQL that writes, beside the models it must agree with, and the keys that make rows unique.

A test holds that every column named here exists in :mod:`byline.store.models`. Standard library only.
"""

from byline.record import Edit
from byline.recorded_path import absolute_path
from byline.store.text_form import content_bytes

UPSERT_SESSION = """
INSERT INTO sessions (id, agent, native_id, title, title_source, cwd, branch, repository_url,
                      parent_id, agent_version, source, started_ms, updated_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  title = CASE WHEN title_source IS 'renamed' THEN title
               WHEN excluded.title IS NULL THEN title
               WHEN title_source IS 'agent' AND excluded.title_source IS NOT 'agent' THEN title
               ELSE excluded.title END,
  title_source = CASE WHEN title_source IS 'renamed' THEN title_source
               WHEN excluded.title IS NULL THEN title_source
               WHEN title_source IS 'agent' AND excluded.title_source IS NOT 'agent' THEN title_source
               ELSE excluded.title_source END,
  cwd = COALESCE(cwd, excluded.cwd),
  branch = COALESCE(excluded.branch, branch),
  repository_url = COALESCE(repository_url, excluded.repository_url),
  parent_id = COALESCE(parent_id, excluded.parent_id),
  agent_version = COALESCE(excluded.agent_version, agent_version),
  source = COALESCE(excluded.source, source),
  started_ms = MIN(COALESCE(started_ms, excluded.started_ms), COALESCE(excluded.started_ms, started_ms)),
  updated_ms = MAX(COALESCE(updated_ms, excluded.updated_ms), COALESCE(excluded.updated_ms, updated_ms))
"""

MESSAGE_COLUMNS = (
    "session_id", "message_id", "role", "generated_at_unix_ms", "model_id", "parent_id", "agent",
    "tokens", "cost", "summary_diffs", "kind",
)  # fmt: skip

# Role and time stay as first stored; a repeat fills in or renews the rest (ingest.md).
MESSAGE_CONFLICT = """
ON CONFLICT (session_id, message_id) DO UPDATE SET
  model_id = COALESCE(excluded.model_id, model_id),
  parent_id = COALESCE(excluded.parent_id, parent_id),
  agent = COALESCE(excluded.agent, agent),
  tokens = COALESCE(excluded.tokens, tokens),
  cost = COALESCE(excluded.cost, cost),
  summary_diffs = COALESCE(excluded.summary_diffs, summary_diffs),
  kind = COALESCE(excluded.kind, kind)
WHERE (excluded.model_id IS NOT NULL AND excluded.model_id IS NOT model_id)
   OR (excluded.parent_id IS NOT NULL AND excluded.parent_id IS NOT parent_id)
   OR (excluded.agent IS NOT NULL AND excluded.agent IS NOT agent)
   OR (excluded.tokens IS NOT NULL AND excluded.tokens IS NOT tokens)
   OR (excluded.cost IS NOT NULL AND excluded.cost IS NOT cost)
   OR (excluded.summary_diffs IS NOT NULL AND excluded.summary_diffs IS NOT summary_diffs)
   OR (excluded.kind IS NOT NULL AND excluded.kind IS NOT kind)
"""

PART_COLUMNS = (
    "session_id", "message_id", "part_id", "type", "text", "generated_at_unix_ms", "tool",
    "tool_call_id", "input", "status", "patch",
)  # fmt: skip


def _rank(column: str) -> str:
    """How far a call has come by its status: waiting 0, at work 1, ended (or anything else) 2."""
    return (
        f"CASE lower({column}) WHEN 'pending' THEN 0 WHEN 'running' THEN 1 WHEN 'in_progress' THEN 1 "
        "WHEN 'inprogress' THEN 1 ELSE 2 END"
    )


# What comes late says nothing of a call that has come further since.
_IS_LATE = f"({_rank('excluded.status')} < {_rank('status')} AND status IS NOT NULL)"
_LONGER = "length(CAST(excluded.text AS BLOB)) > length(CAST(text AS BLOB))"

# The same part again: a longer text that begins with the stored one is the part grown; a tool's
# output, status or input may come later than its call. length() of a text would stop at a NUL.
PART_CONFLICT = f"""
ON CONFLICT (session_id, message_id, part_id) DO UPDATE SET
  text = CASE WHEN {_LONGER} THEN excluded.text ELSE text END,
  tool = COALESCE(excluded.tool, tool),
  tool_call_id = COALESCE(excluded.tool_call_id, tool_call_id),
  input = CASE WHEN {_IS_LATE} THEN COALESCE(input, excluded.input) ELSE COALESCE(excluded.input, input) END,
  status = CASE WHEN {_IS_LATE} THEN status ELSE COALESCE(excluded.status, status) END,
  patch = COALESCE(excluded.patch, patch)
WHERE {_LONGER}
   OR (excluded.tool IS NOT NULL AND excluded.tool IS NOT tool)
   OR (excluded.tool_call_id IS NOT NULL AND excluded.tool_call_id IS NOT tool_call_id)
   OR (excluded.input IS NOT NULL AND excluded.input IS NOT input AND NOT ({_IS_LATE} AND input IS NOT NULL))
   OR (excluded.status IS NOT NULL AND excluded.status IS NOT status AND NOT {_IS_LATE})
   OR (excluded.patch IS NOT NULL AND excluded.patch IS NOT patch)
"""

EDIT_COLUMNS = (
    "key", "session_id", "message_id", "tool_call_id", "model_id", "tool", "tool_name", "tool_version",
    "time_ms", "seq", "path", "basename", "cwd", "repository_url", "patch", "added", "removed",
    "precision", "base_hash", "result_hash", "payload",
)  # fmt: skip

# Whether the other sight knows the place, and the stored one does not.
_KNOWS_BETTER = (
    "(precision IN ('strings', 'patch_text') AND excluded.precision IN ('vendor_diff', 'before_after'))"
)
# A hook has no number for an edit; its time is that of its receipt.
_IS_RECORDED = "(seq = 0 AND excluded.seq <> 0)"
_DIFF = ("patch", "added", "removed", "precision", "payload")
_CONTENTS = ("base_hash", "result_hash")
_FACTS = ("message_id", "model_id", "tool", "tool_version")


def _taken(columns: tuple[str, ...], condition: str, otherwise: str = "{0}") -> str:
    """``SET`` of the other sight's values where a condition holds, else of what ``otherwise`` says."""
    return ",\n  ".join(
        f"{name} = CASE WHEN {condition} THEN excluded.{name} ELSE {otherwise.format(name)} END"
        for name in columns
    )


def _lacks(columns: tuple[str, ...]) -> str:
    """Whether the other sight has a value that the stored one lacks."""
    return " OR ".join(f"({name} IS NULL AND excluded.{name} IS NOT NULL)" for name in columns)


def _filled(columns: tuple[str, ...]) -> str:
    """``SET`` of what is lacking."""
    return ", ".join(f"{name} = COALESCE({name}, excluded.{name})" for name in columns)


# The same call seen twice is one edit: what the other sight lacked is filled in, the history's time and
# number are taken, and a diff whose place is known is taken for one whose place is not.
EDIT_CONFLICT_CALL = f"""
ON CONFLICT (key) DO UPDATE SET
  {_filled(_FACTS)},
  {_taken(("time_ms", "seq"), _IS_RECORDED)},
  {_taken(_DIFF, _KNOWS_BETTER)},
  {_taken(_CONTENTS, _KNOWS_BETTER, "COALESCE({0}, excluded.{0})")}
WHERE {_KNOWS_BETTER} OR {_IS_RECORDED} OR {_lacks(_FACTS + _CONTENTS)}
"""

# Diffs known only by their message are cumulative and are sent again as they grow: the later wins.
EDIT_CONFLICT_MESSAGE = """
ON CONFLICT (key) DO UPDATE SET
  model_id = COALESCE(excluded.model_id, model_id), tool = COALESCE(excluded.tool, tool),
  tool_version = COALESCE(excluded.tool_version, tool_version), time_ms = excluded.time_ms,
  patch = excluded.patch, added = excluded.added, removed = excluded.removed,
  precision = excluded.precision, payload = excluded.payload,
  base_hash = excluded.base_hash, result_hash = excluded.result_hash
WHERE excluded.time_ms >= time_ms AND excluded.patch IS NOT patch
"""

# An amend or a rebase: the old record stays, and says what became of the commit.
MARK_REWRITTEN = """
UPDATE commits SET rewritten_to = ? WHERE repository_id = ? AND oid = ? AND rewritten_to IS NOT ?
"""

HAS_CONTENT = "SELECT 1 FROM contents WHERE hash = ?"

INSERT_CONTENT = "INSERT OR IGNORE INTO contents (hash, data) VALUES (?, ?)"

# Counts and facts of a session that follow from its rows.
RECOUNT_SESSION = """
UPDATE sessions SET
  messages = (SELECT count(*) FROM messages WHERE session_id = sessions.id),
  parts = (SELECT count(*) FROM parts WHERE session_id = sessions.id),
  prompts = (SELECT count(*) FROM messages m WHERE m.session_id = sessions.id AND m.role = 'user'
             AND m.kind IS NULL AND EXISTS (
               SELECT 1 FROM parts p WHERE p.session_id = m.session_id AND p.message_id = m.message_id
               AND p.type = 'text')),
  edits = (SELECT count(*) FROM diff_traces WHERE session_id = sessions.id),
  added = (SELECT COALESCE(sum(added), 0) FROM diff_traces WHERE session_id = sessions.id),
  removed = (SELECT COALESCE(sum(removed), 0) FROM diff_traces WHERE session_id = sessions.id),
  models = (SELECT COALESCE(json_group_array(model_id), '[]') FROM (
    SELECT model_id FROM (
      SELECT model_id, generated_at_unix_ms AS at FROM messages WHERE session_id = sessions.id
      UNION ALL SELECT model_id, time_ms FROM diff_traces WHERE session_id = sessions.id)
    WHERE model_id IS NOT NULL GROUP BY model_id ORDER BY min(at), model_id)),
  started_ms = (SELECT min(at) FROM (
    SELECT started_ms AS at UNION ALL
    SELECT min(generated_at_unix_ms) FROM messages WHERE session_id = sessions.id UNION ALL
    SELECT min(time_ms) FROM diff_traces WHERE session_id = sessions.id) WHERE at IS NOT NULL),
  updated_ms = (SELECT max(at) FROM (
    SELECT updated_ms AS at UNION ALL
    SELECT max(generated_at_unix_ms) FROM messages WHERE session_id = sessions.id UNION ALL
    SELECT max(time_ms) FROM diff_traces WHERE session_id = sessions.id) WHERE at IS NOT NULL)
WHERE id = ?
"""


def edit_key(edit: Edit, patch_json: str) -> str:
    """What two sights of the same edit share (``ingest.md``, "diff-trace payloads")."""
    path = absolute_path(edit.path, edit.cwd)
    if edit.tool_call_id:
        return f"call\0{edit.session_id}\0{edit.tool_call_id}\0{path}"
    if edit.message_id:
        return f"message\0{edit.session_id}\0{edit.message_id}\0{path}"
    import hashlib  # noqa: PLC0415 - a hook loads what it needs

    digest = hashlib.sha256(f"{edit.time_ms}\0{path}\0{patch_json}".encode("utf-8", "surrogatepass"))
    return f"diff\0{edit.session_id}\0{digest.hexdigest()}"


def content_hash(content: str) -> str:
    """Git's blob id (SHA-1) of a content, so that it can be compared with a tree's without reading."""
    import hashlib  # noqa: PLC0415 - a hook loads what it needs

    data = content_bytes(content)
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
