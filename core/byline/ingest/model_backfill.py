"""The models of Claude Code's calls that the transcript did not tell yet when their hook was called.

The transcript is written some time after the hooks are: what it lacked then it has at one of the next events
of the session, at ``Stop`` at the latest (``formats.md`` 1.6).
"""

import sqlite3
from collections.abc import Mapping

from byline.ingest.claude_event import ClaudeEvent
from byline.ingest.transcript_tail import FindCall, find_call
from byline.store.writer import Writer

_RECENT_MS = 3_600_000
_MOST = 20
"""So many calls of so short a time are looked up at once: a transcript may be long, or never tell."""

_LACKING = """
SELECT DISTINCT tool_call_id FROM diff_traces
WHERE session_id = ? AND model_id IS NULL AND tool_call_id IS NOT NULL AND time_ms > ? LIMIT ?
"""
_NAME_EDITS = (
    "UPDATE diff_traces SET model_id = ? WHERE session_id = ? AND tool_call_id = ? AND model_id IS NULL"
)
_NAME_MESSAGE = """
UPDATE messages SET model_id = ? WHERE session_id = ? AND model_id IS NULL AND message_id IN
  (SELECT message_id FROM parts WHERE session_id = ? AND tool_call_id = ? AND type = 'tool')
"""


def lacking(connection: sqlite3.Connection, event: ClaudeEvent) -> list[str]:
    """The calls of the event's session that made edits not long ago, by a model that is not known."""
    values = (event.session.id, event.time_ms - _RECENT_MS, _MOST)
    return [row[0] for row in connection.execute(_LACKING, values)]


def models_of(event: ClaudeEvent, calls: list[str], find: FindCall = find_call) -> dict[str, str]:
    """The models of these calls, as far as the event's transcripts tell them by now."""
    records = {call: find(event.transcripts(), call) for call in calls}
    return {call: record.model_id for call, record in records.items() if record and record.model_id}


def fill_models(connection: sqlite3.Connection, session_id: str, models: Mapping[str, str]) -> None:
    """Note the models with the edits and messages of these calls; the caller holds the transaction."""
    for call, model in models.items():
        connection.execute(_NAME_EDITS, (model, session_id, call))
        connection.execute(_NAME_MESSAGE, (model, session_id, session_id, call))
    if models:
        Writer(connection).recount([session_id])
