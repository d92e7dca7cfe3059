"""Fold what hooks recorded into the agent's own records of the same, once a history brings those.

Hook events carry no message ids and their texts no part ids, so ``byline.ingest`` derives both
(``ingest.md``, "Rules"). When the history follows, the records under derived ids say the same twice.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from byline.history.prepared import Prepared
from byline.store.rows import Row

_MESSAGE_PREFIX = "hook-"
_PART_PREFIX = "text-"
"""How ids begin that ``byline.ingest`` derives; it stands above this room, so they are repeated here."""


@dataclass(slots=True)
class _Event:
    """A stored message with a derived id: what a hook told of it."""

    role: str
    time_ms: int
    calls: list[str] = field(default_factory=list)
    told: list[tuple[str, ...]] = field(default_factory=list)
    """What it says (see :func:`_what`): its texts, and the calls whose ids are derived too."""


def fold_hook_events(connection: sqlite3.Connection, prepared: Prepared) -> None:
    """Remove stored messages and texts with derived ids that the history holds under the agent's ids.

    A message is the same with one of its tool calls, or with its role and text, the nearest in time; a call
    without an id of its own with its tool and input; a text with its message. Call it inside a transaction,
    after the history was stored.
    """
    for session in prepared.sessions:
        derived = _derived_messages(connection, session.id)
        texts = _derived_texts(connection, session.id)
        if derived or texts:
            parts = [row for row in prepared.parts if row[0] == session.id]
            edits = [row for row in prepared.edits if row[1] == session.id]
            roles = {row[1]: row[2] for row in prepared.messages if row[0] == session.id}
            for message_id, (own_id, calls) in _own_ids(derived, roles, parts).items():
                for call, own_call in calls.items():
                    _name_call(connection, session.id, (call, own_call), edits)
                _remove_message(connection, session.id, message_id, own_id)
            # Some went with their messages.
            _fold_texts(connection, _derived_texts(connection, session.id), parts)


def _own_ids(
    derived: dict[str, _Event], roles: dict[str, str], parts: Sequence[Row]
) -> dict[str, tuple[str, dict[str, str]]]:
    """Derived message id to the agent's own, and to those of its calls that had derived ids too."""
    by_call = {row[7]: row[1] for row in parts if row[7]}
    # What was said, and what was called, to where the history has it: each record takes one event, as a
    # person who says the same twice said two messages.
    records = defaultdict[tuple[str, ...], list[tuple[int, str, str | None]]](list)
    for _, message_id, _, kind, text, time_ms, tool, call, told, *_ in parts:
        what = _what(roles.get(message_id, ""), kind, text, tool, told)
        records[what].append((time_ms, message_id, call))
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for message_id, event in derived.items():
        own_id = next((by_call[call] for call in event.calls if call in by_call), None)
        if own_id is not None:
            found[message_id] = own_id, {}
            continue
        near = [
            (abs(record[0] - event.time_ms), record, what)
            for what in event.told
            for record in records.get(what, ())
        ]
        if near:
            _, record, what = min(near, key=lambda each: each[0])
            records[what].remove(record)
            _, own_id, own_call = record
            found[message_id] = own_id, dict.fromkeys(event.calls, own_call) if own_call else {}
    return found


def _what(role: str, kind: str, text: str, tool: str | None, tool_input: str | None) -> tuple[str, ...]:
    """What two records of one thing share: the words, or the tool and what it was told to do."""
    if kind != "tool":
        return role, kind, text
    try:
        told = json.dumps(json.loads(tool_input or "null"), sort_keys=True)
    except (ValueError, RecursionError):
        told = tool_input or ""
    return role, kind, tool or "", told


def _derived_messages(connection: sqlite3.Connection, session_id: str) -> dict[str, _Event]:
    """The session's messages with derived ids, oldest first."""
    among = (session_id, _MESSAGE_PREFIX, _behind(_MESSAGE_PREFIX))
    query = (
        "SELECT message_id, role, generated_at_unix_ms FROM messages "
        "WHERE session_id = ? AND message_id >= ? AND message_id < ? ORDER BY generated_at_unix_ms"
    )
    found = {row[0]: _Event(row[1], row[2]) for row in connection.execute(query, among)}
    if not found:
        return {}
    query = (
        "SELECT message_id, tool_call_id, type, text, tool, input FROM parts "
        "WHERE session_id = ? AND message_id >= ? AND message_id < ?"
    )
    for message_id, call, kind, text, tool, tool_input in connection.execute(query, among):
        if message_id not in found:
            continue
        event = found[message_id]
        if call:
            event.calls.append(call)
        if not call or call.startswith(_MESSAGE_PREFIX):
            event.told.append(_what(event.role, kind, text, tool, tool_input))
    return found


def _derived_texts(connection: sqlite3.Connection, session_id: str) -> list[Row]:
    """Id, message, type and text of the session's parts with derived ids."""
    query = (
        "SELECT id, message_id, type, text FROM parts WHERE session_id = ? AND part_id >= ? AND part_id < ?"
    )
    return connection.execute(query, (session_id, _PART_PREFIX, _behind(_PART_PREFIX))).fetchall()


def _name_call(
    connection: sqlite3.Connection, session_id: str, names: tuple[str, str], edits: Sequence[Row]
) -> None:
    """Have the edits of a call go by its own id; those that the history brings under it are there twice."""
    derived, own = names
    told = {row[10] for row in edits if row[3] == own}
    query = "SELECT id, path, key FROM diff_traces WHERE session_id = ? AND tool_call_id = ?"
    for row_id, path, key in connection.execute(query, (session_id, derived)).fetchall():
        if path in told:
            connection.execute("DELETE FROM diff_traces WHERE id = ?", (row_id,))
        else:
            named = key.replace(f"\0{derived}\0", f"\0{own}\0", 1)
            query = "UPDATE diff_traces SET tool_call_id = ?, key = ? WHERE id = ?"
            connection.execute(query, (own, named, row_id))


def _remove_message(connection: sqlite3.Connection, session_id: str, message_id: str, own_id: str) -> None:
    place = (session_id, message_id)
    connection.execute(
        "UPDATE diff_traces SET message_id = ? WHERE session_id = ? AND message_id = ?", (own_id, *place)
    )
    connection.execute("DELETE FROM parts WHERE session_id = ? AND message_id = ?", place)
    connection.execute("DELETE FROM messages WHERE session_id = ? AND message_id = ?", place)


def _fold_texts(connection: sqlite3.Connection, stored: Sequence[Row], parts: Sequence[Row]) -> None:
    told = defaultdict[tuple[str, str], list[str]](list)
    for _, message_id, _, kind, text, *_ in parts:
        told[message_id, kind].append(text)
    double = [
        (row_id,)
        for row_id, message_id, kind, text in stored
        if any(own.startswith(text) for own in told.get((message_id, kind), ()))
    ]
    connection.executemany("DELETE FROM parts WHERE id = ?", double)


def _behind(prefix: str) -> str:
    """The first text that is greater than all that begin with ``prefix``."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
