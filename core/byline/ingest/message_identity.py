"""Which message a raw hook event speaks of, when the event itself does not say.

An id derived from the content (``hook-…``) is what it gets when nothing better is known. The same
event seen twice, and an event whose message was imported under the agent's own id, are one message:
same session, role and text, nearest in time. Some agents name no call either: its tool and input tell it.
"""

import sqlite3

from byline.frozen import dataclass, replace
from byline.ingest.reading import DERIVED, Item, Reading
from byline.record import Edit, Message, Part

SAME_EVENT_MS = 10_000
"""Two sights of one event lie no further apart; a person who says the same again takes longer."""

LONGEST_CALL_MS = 600_000
"""How long a call may take: it is told of when it ends, and recorded with the time of its beginning."""

_OF_CALL = "SELECT message_id FROM parts WHERE session_id = ? AND tool_call_id = ? AND type = 'tool' LIMIT 1"

_SAYING = """
SELECT m.message_id FROM messages m
JOIN parts p ON p.session_id = m.session_id AND p.message_id = m.message_id
WHERE m.session_id = :session AND m.generated_at_unix_ms BETWEEN :time - :window AND :time + :window
  AND m.role = :role AND p.type = :type AND p.text = :text
  AND (substr(m.message_id, 1, :prefix_length) <> :prefix OR substr(m.message_id, 1, length(:id)) = :id)
ORDER BY abs(m.generated_at_unix_ms - :time), m.id LIMIT 1
"""

_SAME_CALL = """
SELECT message_id, tool_call_id FROM parts
WHERE session_id = :session AND type = 'tool' AND tool = :tool AND input IS :input
  AND substr(tool_call_id, 1, :prefix_length) <> :prefix
  AND generated_at_unix_ms BETWEEN :time - :longest AND :time + :window
ORDER BY abs(generated_at_unix_ms - :time), id LIMIT 1
"""

_EXISTS = "SELECT 1 FROM messages WHERE session_id = ? AND message_id = ?"


@dataclass(frozen=True, slots=True)
class _Place:
    """The message that an event belongs to, and the id of the call that it tells of."""

    message_id: str
    tool_call_id: str | None


def settle_message(connection: sqlite3.Connection, reading: Reading) -> tuple[Item, ...]:
    """The event's items with the ids of their message and call, as far as the store knows them."""
    message = next((item.record for item in reading.items if isinstance(item.record, Message)), None)
    part = next((item.record for item in reading.items if isinstance(item.record, Part)), None)
    if message is None or part is None:
        return reading.items
    place = _place(connection, message, part)
    if place == _Place(message.message_id, part.tool_call_id):
        return reading.items
    return tuple(
        replace(item, record=_moved(item.record, part.tool_call_id, place)) for item in reading.items
    )


def _moved(record: Message | Part | Edit, call_id: str | None, place: _Place) -> Message | Part | Edit:
    if isinstance(record, Message):
        return replace(record, message_id=place.message_id)
    if isinstance(record, Edit):
        of_call = call_id is not None and record.tool_call_id == call_id
        return replace(record, tool_call_id=place.tool_call_id) if of_call else record
    if record.tool_call_id is None or record.tool_call_id != call_id:
        return replace(record, message_id=place.message_id)
    part_id = place.tool_call_id if record.part_id == call_id else record.part_id
    return replace(record, message_id=place.message_id, part_id=part_id, tool_call_id=place.tool_call_id)


def _place(connection: sqlite3.Connection, message: Message, part: Part) -> _Place:
    as_told = _Place(message.message_id, part.tool_call_id)
    facts = {
        "session": message.session_id, "role": message.role, "text": part.text, "id": message.message_id,
        "type": part.type, "time": message.generated_at_unix_ms, "window": SAME_EVENT_MS,
        "longest": LONGEST_CALL_MS, "prefix": DERIVED, "prefix_length": len(DERIVED),
        "tool": part.tool, "input": part.input,
    }  # fmt: skip
    if part.tool_call_id is not None:
        row = connection.execute(_OF_CALL, (message.session_id, part.tool_call_id)).fetchone()
        if row is not None:
            return _Place(row[0], part.tool_call_id)
        if part.tool_call_id.startswith(DERIVED):
            row = connection.execute(_SAME_CALL, facts).fetchone()
        return as_told if row is None else _Place(*row)
    if not message.message_id.startswith(DERIVED):
        return as_told
    row = connection.execute(_SAYING, facts).fetchone()
    if row:
        return _Place(row[0], None)
    if connection.execute(_EXISTS, (message.session_id, message.message_id)).fetchone():
        # Said again, later: a message of its own.
        return _Place(f"{message.message_id}-{message.generated_at_unix_ms}", None)
    return as_told
