"""Which message a raw hook event speaks of, when the event itself does not say.

An id derived from the content (``hook-…``) is what it gets when nothing better is known. The same
event seen twice, and an event whose message was imported under the agent's own id, are one message:
same session, role and text, nearest in time.
"""

import sqlite3

from byline.frozen import replace
from byline.ingest.reading import DERIVED, Item, Reading
from byline.record import Message, Part

SAME_EVENT_MS = 10_000
"""Two sights of one event lie no further apart; a person who says the same again takes longer."""

_OF_CALL = "SELECT message_id FROM parts WHERE session_id = ? AND tool_call_id = ? AND type = 'tool' LIMIT 1"

_SAYING = """
SELECT m.message_id FROM messages m
JOIN parts p ON p.session_id = m.session_id AND p.message_id = m.message_id
WHERE m.session_id = :session AND m.generated_at_unix_ms BETWEEN :time - :window AND :time + :window
  AND m.role = :role AND p.type = 'text' AND p.text = :text
  AND (substr(m.message_id, 1, :prefix_length) <> :prefix OR substr(m.message_id, 1, length(:id)) = :id)
ORDER BY abs(m.generated_at_unix_ms - :time), m.id LIMIT 1
"""

_EXISTS = "SELECT 1 FROM messages WHERE session_id = ? AND message_id = ?"


def settle_message(connection: sqlite3.Connection, reading: Reading) -> tuple[Item, ...]:
    """The event's items with the id of the message they belong to, as far as the store knows it."""
    message = next((item.record for item in reading.items if isinstance(item.record, Message)), None)
    part = next((item.record for item in reading.items if isinstance(item.record, Part)), None)
    if message is None or part is None:
        return reading.items
    message_id = _message_id(connection, message, part)
    if message_id == message.message_id:
        return reading.items
    return tuple(
        replace(item, record=replace(item.record, message_id=message_id))
        if isinstance(item.record, Message | Part)
        else item
        for item in reading.items
    )


def _message_id(connection: sqlite3.Connection, message: Message, part: Part) -> str:
    if part.tool_call_id is not None:
        row = connection.execute(_OF_CALL, (message.session_id, part.tool_call_id)).fetchone()
        return row[0] if row else message.message_id
    if not message.message_id.startswith(DERIVED):
        return message.message_id
    facts = {
        "session": message.session_id, "role": message.role, "text": part.text, "id": message.message_id,
        "time": message.generated_at_unix_ms, "window": SAME_EVENT_MS,
        "prefix": DERIVED, "prefix_length": len(DERIVED),
    }  # fmt: skip
    row = connection.execute(_SAYING, facts).fetchone()
    if row:
        return str(row[0])
    if connection.execute(_EXISTS, (message.session_id, message.message_id)).fetchone():
        # Said again, later: a message of its own.
        return f"{message.message_id}-{message.generated_at_unix_ms}"
    return message.message_id
