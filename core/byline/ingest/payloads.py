"""Standard input of one call to ``conversation-trace`` or ``diff-trace``, from bytes to stored rows."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from byline.errors import FormatError, StoreError
from byline.ingest.documents import Document, read_documents
from byline.ingest.fields import required_object
from byline.ingest.reading import Json, Reading
from byline.ingest.storing import Outcome, Rejected, keep_rejected, store_all
from byline.store.connection import connect, store_error
from byline.store.writer import transaction

_Answer = TypeVar("_Answer")

_EVENT = "hook_event_name"
"""The key that makes a document a raw hook event of Claude Code."""

BUSY_TIMEOUT_MS = 1000
"""How long a hook waits for a store that others hold locked; after that the payload goes to the spool."""


class Call(NamedTuple):
    """One call: what it was asked to store, and its standard input. ``received_ms`` is Unix ms."""

    kind: str
    data: bytes
    received_ms: int


class Result(NamedTuple):
    """What a call did. ``summary`` is the line for standard output, None where nothing is to be said."""

    complaints: tuple[str, ...]
    summary: str | None


def store_call(call: Call, database: Path) -> Result:
    """Read the call's payloads and store them, or keep them with the reason why they were rejected.

    Raises:
        StoreError: the store cannot be opened or written, or stayed locked for
            :data:`BUSY_TIMEOUT_MS`; nothing of the call was stored.
    """
    try:
        return _store(call, database)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - a mistake of ours must cost neither the caller nor the payload
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
    rejected = [Rejected(call.data, reason)]
    _in_transaction(
        database, lambda connection: keep_rejected(connection, call.kind, rejected, call.received_ms)
    )
    return Result((f"rejected: {reason}",), None)


def _store(call: Call, database: Path) -> Result:
    readings, rejected = _read(call)
    outcome = _in_transaction(
        database,
        lambda connection: store_all(connection, call.kind, readings, rejected, call.received_ms),
    )
    complaints = [f"rejected: {entry.reason}" for entry in rejected]
    for place, entry in outcome.skipped:
        where = f"document {place + 1}, item {entry.number}" if len(readings) > 1 else f"item {entry.number}"
        complaints.append(f"{where} skipped: {entry.reason}")
    return Result(tuple(complaints), _summary(call.kind, readings, outcome))


def _in_transaction(database: Path, write: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
    connection = connect(database, BUSY_TIMEOUT_MS)
    try:
        with transaction(connection):
            return write(connection)
    except sqlite3.Error as error:
        raise store_error(error, database) from error
    finally:
        connection.close()


def _read(call: Call) -> tuple[list[Reading], list[Rejected]]:
    readings: list[Reading] = []
    rejected: list[Rejected] = []
    for document in read_documents(call.data):
        if document.reason is not None:
            rejected.append(Rejected(document.raw, document.reason))
            continue
        try:
            readings.append(_read_document(call, document)._replace(raw=document.raw))
        except FormatError as error:
            rejected.append(Rejected(document.raw, str(error)))
    return readings, rejected


def _read_document(call: Call, document: Document) -> Reading:
    value = required_object(document.value, "the document")
    if call.kind == "conversation-trace":
        return _conversation(value, call.received_ms)
    return _edit(value, document.raw.decode("utf-8", "replace"), call.received_ms)


def _conversation(value: Json, received_ms: int) -> Reading:
    # Each of these loads what it needs, and a call needs one of them.
    if _EVENT in value:
        from byline.ingest.claude_conversation import read_conversation  # noqa: PLC0415 - see above

        return read_conversation(value, received_ms)
    from byline.ingest.envelope import read_envelope  # noqa: PLC0415 - see above

    return read_envelope(value)


def _edit(value: Json, raw: str, received_ms: int) -> Reading:
    if _EVENT in value:
        from byline.ingest.claude_edit import read_edit_event  # noqa: PLC0415 - as in _conversation

        return read_edit_event(value, raw, received_ms)
    from byline.ingest.edit_payload import read_edit_payload  # noqa: PLC0415 - as in _conversation

    return read_edit_payload(value, raw)


def _summary(kind: str, readings: list[Reading], outcome: Outcome) -> str | None:
    """The one line on standard output: for normalised payloads only (``ingest.md``, promise 5)."""
    if all(reading.is_event for reading in readings):
        return None
    attempted = sum(len(reading.items) + len(reading.skipped) for reading in readings)
    if kind == "conversation-trace":
        stored = f"persisted_messages={outcome.messages.persisted} persisted_parts={outcome.parts.persisted}"
    else:
        stored = f"persisted_edits={outcome.edits.persisted}"
    return (
        f"{kind}: attempted={attempted} {stored} updated={outcome.total.updated} "
        f"duplicates={outcome.total.duplicates} skipped={len(outcome.skipped)}"
    )
