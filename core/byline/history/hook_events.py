"""Fold what hooks recorded into the agent's own records of the same, once a history brings those.

Hook events carry no message ids and their texts no part ids, so ``byline.ingest`` derives both
(``ingest.md``, "Rules"). When the history follows, the records under derived ids say the same twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from byline.agents.reader import Reading
from byline.record import Part
from byline.store.models import DiffTrace, Message
from byline.store.models import Part as PartTable
from byline.store.store import Store

_MESSAGE_PREFIX = "hook-"
_PART_PREFIX = "text-"
"""How ids begin that ``byline.ingest`` derives; it stands above this room, so they are repeated here."""


@dataclass(slots=True)
class _Event:
    """A stored message with a derived id: what a hook told of it."""

    role: str
    time_ms: int
    calls: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def fold_hook_events(store: Store, reading: Reading) -> None:
    """Remove stored messages and texts with derived ids that the reading holds under the agent's ids.

    A message is the same with one of its tool calls, or with its role and text, the nearest in time;
    a text with its message. Call it inside the transaction that stored the reading.
    """
    for session in reading.sessions:
        parts = [part for part in reading.parts if part.session_id == session.id]
        _fold_messages(store, session.id, reading, parts)
        _fold_texts(store, session.id, parts)


def _fold_messages(store: Store, session_id: str, reading: Reading, parts: Sequence[Part]) -> None:
    derived = _derived_messages(store, session_id)
    if not derived:
        return
    by_call = {part.tool_call_id: part.message_id for part in parts if part.tool_call_id}
    roles = {each.message_id: each.role for each in reading.messages if each.session_id == session_id}
    by_text = defaultdict[tuple[str, str], list[tuple[int, str]]](list)
    for part in parts:
        if part.type == "text" and part.message_id in roles:
            place = (part.generated_at_unix_ms, part.message_id)
            by_text[roles[part.message_id], part.text].append(place)
    for message_id, event in derived.items():
        own_id = next((by_call[call] for call in event.calls if call in by_call), None)
        near = [
            (abs(time_ms - event.time_ms), own, text)
            for text in event.texts
            for time_ms, own in by_text.get((event.role, text), ())
        ]
        if own_id is None and near:
            _, own_id, text = min(near)
            # A person who says the same twice said two messages: each record takes one event.
            by_text[event.role, text] = [place for place in by_text[event.role, text] if place[1] != own_id]
        if own_id is not None:
            _remove_message(store, session_id, message_id, own_id)


def _derived_messages(store: Store, session_id: str) -> dict[str, _Event]:
    """The session's messages with derived ids, oldest first."""
    query = (
        Message.select(Message.message_id, Message.role, Message.generated_at_unix_ms)
        .where(Message.session_id == session_id, Message.message_id.startswith(_MESSAGE_PREFIX))
        .order_by(Message.generated_at_unix_ms)
    )
    found = {row[0]: _Event(row[1], row[2]) for row in query.tuples().execute(store.database)}
    if not found:
        return {}
    parts = PartTable.select(PartTable.message_id, PartTable.tool_call_id, PartTable.text).where(
        PartTable.session_id == session_id, PartTable.message_id.startswith(_MESSAGE_PREFIX)
    )
    for message_id, call, text in parts.tuples().execute(store.database):
        if message_id in found:
            event = found[message_id]
            event.calls.append(call) if call else event.texts.append(text)
    return found


def _remove_message(store: Store, session_id: str, message_id: str, own_id: str) -> None:
    DiffTrace.update(message_id=own_id).where(
        DiffTrace.session_id == session_id, DiffTrace.message_id == message_id
    ).execute(store.database)
    for table in (PartTable, Message):
        table.delete().where(table.session_id == session_id, table.message_id == message_id).execute(
            store.database
        )


def _fold_texts(store: Store, session_id: str, parts: Sequence[Part]) -> None:
    query = PartTable.select(PartTable.id, PartTable.message_id, PartTable.type, PartTable.text).where(
        PartTable.session_id == session_id, PartTable.part_id.startswith(_PART_PREFIX)
    )
    stored = list(query.tuples().execute(store.database))
    if not stored:
        return
    told = defaultdict[tuple[str, str], list[str]](list)
    for part in parts:
        told[part.message_id, part.type].append(part.text)
    double = [
        row_id
        for row_id, message_id, kind, text in stored
        if any(own.startswith(text) for own in told.get((message_id, kind), ()))
    ]
    for start in range(0, len(double), 500):
        PartTable.delete().where(PartTable.id.in_(double[start : start + 500])).execute(store.database)
